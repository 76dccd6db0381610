"""From a closed batch session to its invoices: unpack, then decide slice by slice.

A slice is one job, so that ten thousand invoices keep nobody waiting: between two
slices the simulator answers. Source: ksef-api.md §6; conformance cases 65-73.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO

from .acceptance import DEFAULT_LIMITS
from .batch import (
    BatchPackage,
    BatchPackages,
    PackageRefused,
    PackedFile,
    contents,
    join,
    survey,
)
from .processing import Processor
from .state import Invoice, Session

# Two slices in the time that one piece of work takes elsewhere.
SLICE_INVOICES = 50
_MB = 1_000_000


@dataclass
class _Work:
    """A package while its invoices are decided.

    :ivar waiting: invoices and their bytes, in the order of the archive
    """

    session: Session
    archive: IO[bytes] = field(repr=False)
    waiting: Iterator[tuple[Invoice, bytes]] = field(repr=False)


class BatchProcessor:
    """Works on the batch sessions of one simulator."""

    def __init__(self, processor: Processor) -> None:
        self.processor = processor
        self.state = processor.state

    def open(self, session: Session, package: BatchPackage) -> None:
        """Start the life of a batch session: left unclosed, it is cancelled."""
        self.state.area(BatchPackages).by_session[session.reference] = package
        self.state.schedule(session.valid_until, lambda at: self.expire(session, at))

    def expire(self, session: Session, at: datetime) -> None:
        """Cancel a session that nobody closed in time."""
        if session.status != 100:
            return
        package = self.package_of(session)
        is_empty = all(part.stored is None for part in package.parts.values())
        text = "Nie przesłano faktur" if is_empty else "Przekroczono czas wysyłki"
        self.end(session, 440, (text,), at)

    def close(self, session: Session, at: datetime) -> None:
        """Take the package as complete; it is looked into later."""
        session.status, session.closed_at, session.updated_at = 150, at, at
        due = at + self.processor.delay
        self.state.schedule(due, lambda moment: self.unpack(session, moment))

    def unpack(self, session: Session, at: datetime) -> None:
        """Open the package and put its invoices into the session."""
        package = self.package_of(session)
        try:
            archive = join(package, session.key, session.iv)
        except PackageRefused as refused:
            self.end(session, refused.refusal.status, refused.refusal.details, at)
            return
        package.drop_parts()
        try:
            files = survey(archive, package.compression, self._most_invoices(session))
        except PackageRefused as refused:
            archive.close()
            self.end(session, refused.refusal.status, refused.refusal.details, at)
            return
        self._start(session, package, archive, files, at)

    def _start(
        self,
        session: Session,
        package: BatchPackage,
        archive: IO[bytes],
        files: list[PackedFile],
        at: datetime,
    ) -> None:
        """Make the invoices of the session, still undecided, and begin."""
        for ordinal, packed in enumerate(files, start=1):
            invoice = self._new_invoice(session, package, packed, ordinal, at)
            session.invoices.append(invoice)
            self.state.add_invoice(invoice)
        session.updated_at = at
        found = contents(archive, package.compression, self._most_bytes(session))
        work = _Work(session, archive, zip(session.invoices, found, strict=True))
        self.decide(work, at)

    def _new_invoice(
        self,
        session: Session,
        package: BatchPackage,
        packed: PackedFile,
        ordinal: int,
        at: datetime,
    ) -> Invoice:
        """Make an invoice; it counts as received when its session was opened."""
        return Invoice(
            reference=self.state.new_reference("EE", at),
            session_reference=session.reference,
            ordinal=ordinal,
            hash=packed.hash,
            size=packed.size,
            invoicing_at=session.created_at,
            offline_declared=package.is_offline,
            file_name=packed.name,
            status=150,
        )

    def decide(self, work: _Work, at: datetime) -> None:
        """Decide on the next slice, then go on or end the session."""
        count = 0
        for invoice, content in islice(work.waiting, SLICE_INVOICES):
            self.processor.judge(work.session, invoice, content, at)
            count += 1
        work.session.updated_at = at
        if count == SLICE_INVOICES:
            due = at + self.processor.delay / 2
            self.state.schedule(due, lambda moment: self.decide(work, moment))
            return
        work.archive.close()
        self.processor.complete(work.session, at)

    def end(
        self, session: Session, status: int, details: tuple[str, ...], at: datetime
    ) -> None:
        """End a session whose package is not taken."""
        session.status, session.details, session.updated_at = status, details, at
        self.package_of(session).drop_parts()

    def package_of(self, session: Session) -> BatchPackage:
        """Return what was declared when the session was opened."""
        return self.state.area(BatchPackages).by_session[session.reference]

    def _limits(self, session: Session) -> dict[str, int]:
        changed = self.state.session_limits.get(session.context, {})
        return {**DEFAULT_LIMITS, **changed.get("batchSession", {})}

    def _most_invoices(self, session: Session) -> int:
        return self._limits(session)["maxInvoices"]

    def _most_bytes(self, session: Session) -> int:
        return self._limits(session)["maxInvoiceWithAttachmentSizeInMB"] * _MB

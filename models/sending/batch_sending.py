"""Many invoices as one batch package: fewer requests than one by one.

A worker that dies, or a line that breaks, while the parts go up: the next worker builds
the package again (same invoices, same bytes), compares it with what KSeF was told, and
hands over the missing parts within the time that KSeF gives. That keeps the day on
which the package was opened, which is the day its invoices count as received (an
invoice of today that is sent again tomorrow would be an offline one), and saves the
hour's sixty openings. Where it cannot go on (time over, key not to be opened, another
archive from another zlib), KSeF is asked first: a batch session that was never closed
takes no invoice and is cancelled by itself, and only when KSeF has said that nothing of
it was taken do its documents go into the queue again.

Documents stay ``sending`` all that time: nobody can change or withdraw what may be in
the package. Once closed, the answers are read like those of an interactive session, by
hash.
"""

import tempfile
from functools import partial
from pathlib import Path

from odoo import fields

from ...ksef.batch import open_batch, took_nothing, upload_parts
from ...ksef.crypto import SessionKey
from ...ksef.errors import KsefError
from ...ksef.messages_batch import Compression
from ...ksef.package_building import (
    MAX_INVOICES,
    PART_BYTES,
    PackageOptions,
    build_package,
)
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably
from .request_budget import CLOSE_BATCH, OPEN_BATCH
from .what_was_told import told_of

#: documents whose state is committed together.
CHUNK = 200

#: a document that came back from that many packages goes one by one.
MAX_PACKAGES = 3

#: bytes of XML in a package; KSeF takes archives of five times as much.
MAX_XML_BYTES = 1_000_000_000


class BatchSending:
    """Send documents of one company as packages.

    :param run: the ``SendingRun`` whose turn it is
    :param client: logged-in ``KsefClient``
    """

    def __init__(self, run, client):
        self.run = run
        self.env = run.env
        self.client = client
        # A page of the UPO confirms as many as a package has by default.
        told = run.budget.context_limits().batch.max_invoices
        self.max_invoices = max(1, min(told, MAX_INVOICES))

    def split(self, queue):
        """Return the packages to be sent from ``queue``, and what goes one by one.

        A package holds invoices of one kind only: online, or issued offline. KSeF
        takes technical corrections in interactive sessions only, and invoices with an
        attachment, be it a single one, in packages only.
        """
        threshold = self.run.company.l10n_pl_ksef_batch_from
        packages, rest = [], queue
        for is_offline in (False, True):
            fit = queue.filtered(
                lambda d, is_offline=is_offline: (
                    (d.issue_mode != doc.ONLINE) == is_offline and _fits_package(d)
                )
            )
            if not threshold or len(fit) < threshold:
                fit = fit.filtered("has_attachment")
            if fit:
                packages += _cut(fit, self.max_invoices)
                rest -= fit
        return packages, rest

    def send_all(self, packages):
        """Send the packages that KSeF has room for; the others are put off."""
        for package in packages:
            if not self.run.may_send(OPEN_BATCH, CLOSE_BATCH):
                return
            self.send(package)

    def send(self, documents):
        """Claim, build, open and hand over one package.

        :raises KsefError: KSeF is not to be reached; the documents are queued again
        """
        row = self.run.new_session(ses.BATCH)
        claimed = self._claimed(documents, row)
        with tempfile.TemporaryDirectory() as folder:
            try:
                package, opened = self._opened(claimed, row, Path(folder, "package"))
            except KsefError as error:
                self._give_up(claimed, row, error)
                if error.retryable:
                    raise
                return
            self._hand_over(claimed, row, package, opened)

    def _opened(self, documents, row, path):
        """Build the package and open its session.

        :return: package and KSeF's answer; what is needed to go on is committed
        """
        options = PackageOptions(
            Compression(self.run.company.l10n_pl_ksef_compression), PART_BYTES
        )
        entries = self._entries(documents)
        package = build_package(entries, path, SessionKey.generate(), options)
        is_offline = documents[:1].issue_mode != doc.ONLINE
        opened = self.run.opened(
            row,
            lambda: open_batch(self.client, package, offline=is_offline),
            lambda answer: row._upload_values(package, answer, options.part_bytes),
        )
        return package, opened

    def _claimed(self, documents, row):
        """Commit to sending what is still queued; a person may have taken some back."""
        claimed = documents.browse()
        for start in range(0, len(documents), CHUNK):
            some = documents[start : start + CHUNK]
            claimed += durably(self.env, lambda some=some: self._claim(some, row))
        return claimed

    def _claim(self, documents, row):
        free = documents.try_lock_for_update().filtered(lambda d: d.state == doc.QUEUED)
        for document in free:
            document._begin_attempt(row)
        return free

    def _entries(self, documents):
        """Yield name and bytes of each file, keeping none."""
        for document in documents:
            yield f"{document.id}.xml", document._kept_bytes("xml")
            document.invalidate_recordset(["xml"])

    # ------------------------------------------------------------------
    # the parts
    # ------------------------------------------------------------------
    def _hand_over(self, documents, row, package, opened):
        """Upload what is missing, several parts at a time, and have it closed."""
        try:
            upload_parts(
                self.client,
                package,
                opened,
                done=row.parts_done or (),
                on_done=partial(self._note_part, row),
            )
        except KsefError as error:
            if error.retryable and row.upload_until > fields.Datetime.now():
                durably(self.env, partial(self._put_off, row, error))
            else:
                self._abandon(documents, row, error)
            return
        self._complete(documents, row)

    def _note_part(self, row, number):
        durably(
            self.env,
            lambda: row._note(parts_done=sorted({*(row.parts_done or ()), number})),
        )

    def _put_off(self, row, error):
        """Go on later with the same package: the line is down, KSeF still waits."""
        checks = row.checks + 1
        row._note(
            checks=checks,
            next_check_at=min(backoff(checks), row.upload_until),
            details="\n".join((str(error), *error.details)),
        )

    def _complete(self, documents, row):
        """All parts are there: what follows is the way of every session."""
        sending = documents.filtered(lambda d: d.state == doc.SENDING)
        self._in_chunks(sending, lambda some: some._set_state(doc.PROCESSING))
        durably(
            self.env,
            lambda: row._set_state(
                ses.CLOSING, checks=0, next_check_at=False, details=False
            ),
        )
        durably(self.env, documents.move_id._l10n_pl_ksef_notify)

    # ------------------------------------------------------------------
    # after a worker died or a line broke
    # ------------------------------------------------------------------
    def go_on(self, rows):
        """Go on with packages of which KSeF may have a part.

        :raises KsefError: KSeF is not to be reached; all stays as it is
        """
        for row in rows:
            self._go_on(row)

    def _go_on(self, row):
        # A worker may have died between the parts and the closing.
        documents = row.document_ids.filtered(
            lambda d: d.state in (doc.SENDING, doc.PROCESSING)
        ).sorted("id")
        kept = row._kept_upload()
        if kept is None or not documents or row.upload_until <= fields.Datetime.now():
            self._abandon(documents, row)
            return
        with tempfile.TemporaryDirectory() as folder:
            package = self._built_again(documents, kept, Path(folder, "package"))
            if package is None:
                self._abandon(documents, row)
            else:
                self._hand_over(documents, row, package, kept.opened)

    def _built_again(self, documents, kept, path):
        """Return the package as it was, ``None`` when it came out otherwise."""
        options = PackageOptions(
            Compression(kept.file["compressionType"]), kept.part_bytes
        )
        package = build_package(self._entries(documents), path, kept.key, options)
        return package if package.file.to_json() == kept.file else None

    def _abandon(self, documents, row, error=None):
        """Give a package up when KSeF has said that it took nothing of it.

        :raises KsefError: KSeF did not say; all stays as it is
        """
        if took_nothing(self.client, row.reference_number):
            self._give_up(documents, row, error)
        else:
            self._complete(documents, row)

    def _give_up(self, documents, row, error=None):
        """Queue again what was in a package of which KSeF has nothing."""
        if row.state != ses.FAILED:
            told = told_of(error) if error else {}
            durably(self.env, lambda: row._set_state(ses.FAILED, **told))
        was_outage = error is not None and error.retryable and not row.reference_number
        self._in_chunks(
            documents, partial(self._queue_again, error=error, was_outage=was_outage)
        )

    def _queue_again(self, documents, error, was_outage):
        for document in documents:
            values = {}
            if was_outage:
                # No try of the package's: it is due as soon as the company is, and
                # three outages must not make thousands go one by one.
                values["attempts"] = document.attempts - 1
            elif error:
                values["next_try_at"] = backoff(document.attempts)
            document._set_state(doc.QUEUED, **values)

    def _in_chunks(self, documents, step):
        for start in range(0, len(documents), CHUNK):
            some = documents[start : start + CHUNK]
            durably(self.env, lambda some=some: step(some.with_prefetch()))


def _fits_package(document):
    """Tell whether a document may go in a package."""
    is_fresh = document.attempts < MAX_PACKAGES or document.has_attachment
    return is_fresh and not document.corrected_hash


def _cut(documents, most):
    """Return ``documents`` in packages of ``most``, and as large as KSeF takes."""
    packages, start, size = [], 0, 0
    for position, document in enumerate(documents):
        size += document.xml_size
        if position - start == most or (size > MAX_XML_BYTES and position > start):
            packages.append(documents[start:position])
            start, size = position, document.xml_size
    return [*packages, documents[start:]]

"""Everything that a database would hold, in memory, behind one lock.

``app`` holds ``State.lock`` while a handler runs, so handlers read and write plainly.
Work that takes time in the real system (processing, UPO, storage) is a job with a due
moment; jobs that are due run before the next request, in order, so that with a frozen
clock nothing depends on threads. Records that only one module needs live in its own
area: ``State.area``.
"""

from __future__ import annotations

import heapq
import itertools
import math
import secrets
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Any, TypeVar

Area = TypeVar("Area")
Job = Callable[[datetime], None]


@dataclass(frozen=True)
class Identifier:
    """Who or which context: a type in KSeF's spelling and a value."""

    type: str
    value: str

    def as_json(self) -> dict[str, str]:
        """Return the object of the API."""
        return {"type": self.type, "value": self.value}


@dataclass
class Subject:
    """A test subject made by ``/testdata/subject`` (group, JST, authority)."""

    nip: str
    type: str
    description: str
    created_at: datetime
    subunits: dict[str, str] = field(default_factory=dict)


@dataclass
class Person:
    """A test person made by ``/testdata/person``: ties a NIP with a PESEL."""

    nip: str
    pesel: str
    is_bailiff: bool
    is_deceased: bool
    description: str
    created_at: datetime


@dataclass
class Grant:
    """One right of one subject in one context."""

    id: str
    context: Identifier
    authorized: Identifier
    permission: str
    description: str
    start_at: datetime
    can_delegate: bool = False
    target: Identifier | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class Authorization:
    """A right between entities: ``kind`` given by ``grantor_nip`` to ``authorized``.

    Kinds: SelfInvoicing, RRInvoicing, TaxRepresentative, PefInvoicing.
    """

    id: str
    grantor_nip: str
    authorized: Identifier
    kind: str
    description: str
    start_at: datetime
    details: dict[str, Any] = field(default_factory=dict)


@dataclass
class KsefToken:
    """A KSeF token; only the SHA-256 of its text is kept."""

    reference: str
    text_hash: bytes
    context: Identifier
    author: Identifier
    permissions: tuple[str, ...]
    description: str
    created_at: datetime
    status: str = "Active"
    last_use_at: datetime | None = None


@dataclass
class IssuedCertificate:
    """A certificate that the simulator's own authority issued.

    :ivar type: ``Authentication`` or ``Offline``
    :ivar status: ``Active``, ``Blocked`` or ``Revoked``; expiry follows from
        ``valid_to``
    :ivar owner: Nip, Pesel or Fingerprint of the applicant
    """

    serial: str
    der: bytes
    name: str
    type: str
    common_name: str
    owner: Identifier
    valid_from: datetime
    valid_to: datetime
    requested_at: datetime
    status: str = "Active"
    last_use_at: datetime | None = None


@dataclass
class AuthOperation:
    """One login: its progress, its result and the tokens that came of it."""

    reference: str
    context: Identifier
    started_at: datetime
    category: str
    method: str = "QualifiedSeal"
    subject: Identifier | None = None
    permissions: tuple[str, ...] = ()
    status: int = 100
    details: tuple[str, ...] = ()
    certificate_der: bytes | None = None
    ksef_token_reference: str | None = None
    document_hash: str | None = None
    allowed_ips: tuple[str, ...] = ()
    redeemed: bool = False
    last_refresh_at: datetime | None = None
    refresh_valid_until: datetime | None = None


@dataclass
class Invoice:
    """An invoice as sent in a session, whatever became of it."""

    reference: str
    session_reference: str
    ordinal: int
    hash: str
    size: int
    invoicing_at: datetime
    offline_declared: bool = False
    hash_of_corrected: str | None = None
    file_name: str | None = None
    packed: bytes = field(default=zlib.compress(b""), repr=False)
    status: int = 100
    details: tuple[str, ...] = ()
    extensions: dict[str, str] = field(default_factory=dict)
    document: Any = None
    facts: Any = None
    upo: bytes | None = field(default=None, repr=False)
    warning: str | None = None
    mode: str | None = None
    ksef_number: str | None = None
    acquired_at: datetime | None = None
    stored_at: datetime | None = None
    visible_at: datetime | None = None

    @property
    def content(self) -> bytes:
        """Return the exact bytes of the XML, empty before they are known.

        Kept compressed: ten thousand invoices of a batch stay in memory.
        """
        return zlib.decompress(self.packed)

    @content.setter
    def content(self, data: bytes) -> None:
        self.packed = zlib.compress(data, 1)

    @property
    def is_finished(self) -> bool:
        """Tell whether KSeF has decided."""
        return self.status >= 200

    @property
    def is_accepted(self) -> bool:
        """Tell whether the invoice has its KSeF number."""
        return self.status == 200

    def is_visible(self, now: datetime) -> bool:
        """Tell whether it can be fetched: stored, and not one of those that come late.

        A late record has its date of storage and appears behind newer ones.
        """
        moments = (self.stored_at, self.visible_at or self.stored_at)
        return all(moment is not None and moment <= now for moment in moments)


@dataclass
class UpoPage:
    """A collective UPO document of a closed session."""

    reference: str
    xml: bytes


@dataclass
class Session:
    """An interactive or batch session."""

    reference: str
    kind: str
    context: Identifier
    subject: Identifier
    form_code: tuple[str, str, str]
    created_at: datetime
    updated_at: datetime
    valid_until: datetime
    key: bytes | None = field(default=None, repr=False)
    iv: bytes = field(default=b"", repr=False)
    status: int = 100
    details: tuple[str, ...] = ()
    closed_at: datetime | None = None
    operation_reference: str = ""
    invoices: list[Invoice] = field(default_factory=list)
    upo_pages: list[UpoPage] = field(default_factory=list)


@dataclass
class LoggedRequest:
    """One line of the request log: no header, no body, no query of a signed address."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    status: int | None = None
    context: str | None = None
    fault: str | None = None
    seconds: float = 0.0
    request_bytes: int = 0


class State:
    """The whole state of one simulator; ``reset`` empties it."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.challenges: dict[str, datetime] = {}
        self.operations: dict[str, AuthOperation] = {}
        self.subjects: dict[str, Subject] = {}
        self.persons: dict[str, Person] = {}
        self.grants: dict[str, Grant] = {}
        self.authorizations: dict[str, Authorization] = {}
        self.tokens: dict[str, KsefToken] = {}
        self.certificates: dict[str, IssuedCertificate] = {}
        self.sessions: dict[str, Session] = {}
        self.invoices: dict[str, Invoice] = {}
        self.accepted: dict[str, Invoice] = {}
        self.numbers: dict[tuple[str, str, str], Invoice] = {}
        self.by_hash: dict[str, list[Invoice]] = {}
        self.blocked_contexts: set[Identifier] = set()
        self.attachment_consents: dict[str, datetime | None] = {}
        self.session_limits: dict[Identifier, dict[str, dict[str, int]]] = {}
        self.rate_limits: dict[Identifier, dict[str, dict[str, int]]] = {}
        self.jobs: list[tuple[datetime, int, Job]] = []
        self.job_numbers = itertools.count()
        self._areas: dict[type[Any], Any] = {}

    def area(self, kind: type[Area]) -> Area:
        """Return the one instance of ``kind`` in this state, made at first use.

        A handler module keeps its own records in such a class (no arguments needed to
        make it); ``reset`` drops it with everything else.
        """
        if kind not in self._areas:
            self._areas[kind] = kind()
        return self._areas[kind]  # type: ignore[no-any-return]

    def add_invoice(self, invoice: Invoice) -> None:
        """Store an invoice that was sent, by reference and by hash."""
        self.invoices[invoice.reference] = invoice
        self.by_hash.setdefault(invoice.hash, []).append(invoice)

    def invoices_of(self, context: Identifier) -> Iterator[Invoice]:
        """Yield every invoice sent in a context."""
        for session in self.sessions.values():
            if session.context == context:
                yield from session.invoices

    def schedule(self, due: datetime, job: Job) -> None:
        """Run ``job(due)`` before the first request at or after ``due``."""
        heapq.heappush(self.jobs, (due, next(self.job_numbers), job))

    def run_due(self, now: datetime, at_most_seconds: float = math.inf) -> None:
        """Run the jobs that are due at ``now``, oldest first.

        :param at_most_seconds: real time after which the rest is left to others
        """
        started = time.monotonic()
        while self.run_next(now):
            if time.monotonic() - started > at_most_seconds:
                return

    def run_next(self, now: datetime) -> bool:
        """Run the oldest job that is due at ``now``; ``False`` when none is."""
        if not self.jobs or self.jobs[0][0] > now:
            return False
        due, _number, job = heapq.heappop(self.jobs)
        job(due)
        return True

    @staticmethod
    def new_reference(kind: str, now: datetime) -> str:
        """Make a reference number ``YYYYMMDD-TT-10HEX-10HEX-2HEX`` (ksef-api.md §1.6).

        :param kind: CR, AU, SO, SB, EE, EU, EC, EH or EG
        """
        text = secrets.token_hex(11).upper()
        return f"{now:%Y%m%d}-{kind}-{text[:10]}-{text[10:20]}-{text[20:]}"

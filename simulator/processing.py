"""From an encrypted invoice to a KSeF number, and from an open session to its end.

Jobs of ``State.schedule``; the moment of a job, not of the request that triggers it,
goes into the records. Source: ksef-api.md §5.1, §5.2; conformance cases 36-64.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lxml import etree

from . import invoice_document
from .acceptance import RULES, XML_RULES, Candidate, ReadCandidate, Refusal
from .clock import WARSAW
from .config import Config
from .crypto import decrypt_content
from .identifiers import new_ksef_number
from .invoice_query import Archive
from .ministry_seal import MinistrySeal
from .safe_xml import UnreadableXml, parse
from .state import Invoice, Session, State, UpoPage
from .upo_xml import session_upo

SESSION_LIFE = timedelta(hours=12)
UPO_PAGE_SIZE = 10_000


@dataclass(frozen=True)
class InvoiceFault:
    """An invoice that shall fail for no fault of its own (case 101).

    :ivar stored: it is accepted and stored all the same
    """

    status: int
    stored: bool


# Kinds that are about the fate of an invoice, not about a call.
INVOICE_FAULTS = {
    "invoice_500_lost": InvoiceFault(500, stored=False),
    "invoice_500_stored": InvoiceFault(500, stored=True),
    "invoice_550": InvoiceFault(550, stored=False),
}
_FAULT_DETAILS = {
    500: "Nieznany błąd (500).",
    550: (
        "Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. "
        "Spróbuj ponownie"
    ),
}


@dataclass
class ProcessingFaults:
    """The faults that wait for invoices, asked for by a test."""

    waiting: list[InvoiceFault] = field(default_factory=list)

    def take(self) -> InvoiceFault | None:
        """Return the next fault, ``None`` when there is none."""
        return self.waiting.pop(0) if self.waiting else None


class Processor:
    """Works on the sessions of one simulator."""

    def __init__(self, state: State, config: Config, seal: MinistrySeal) -> None:
        self.state = state
        self.config = config
        self.seal = seal

    @property
    def delay(self) -> timedelta:
        """Return how long one piece of work takes."""
        return timedelta(seconds=self.config.processing_seconds)

    def open(self, session: Session, now: datetime) -> None:
        """Start the life of an interactive session: key check, end after 12 hours."""
        if session.key is None:
            self.state.schedule(now + self.delay, lambda at: self.fail_key(session, at))
        end = session.valid_until
        self.state.schedule(end, lambda at: self.close(session, at))

    def fail_key(self, session: Session, at: datetime) -> None:
        """End a session whose key can't be decrypted, and its invoices with it."""
        session.status, session.updated_at = 415, at
        session.details = ("Nie udało się odszyfrować klucza symetrycznego.",)
        for invoice in session.invoices:
            invoice.status = 405

    def receive(
        self, session: Session, invoice: Invoice, encrypted: bytes, now: datetime
    ) -> None:
        """Take an invoice into a session and schedule the work on it."""
        session.invoices.append(invoice)
        session.updated_at = now
        self.state.add_invoice(invoice)
        half = now + self.delay / 2

        def start(_at: datetime) -> None:
            if invoice.status == 100:
                invoice.status = 150

        self.state.schedule(half, start)
        due = now + self.delay
        self.state.schedule(
            due, lambda at: self.decide(session, invoice, encrypted, at)
        )

    def decide(
        self, session: Session, invoice: Invoice, encrypted: bytes, at: datetime
    ) -> None:
        """Decrypt an invoice and accept or refuse it."""
        if session.key is None or invoice.is_finished:
            return
        session.updated_at = at
        content = decrypt_content(session.key, session.iv, encrypted)
        if content is None:
            self.refuse(invoice, Refusal(435, ("Nie udało się odszyfrować pliku.",)))
            return
        self.judge(session, invoice, content, at)

    def judge(
        self, session: Session, invoice: Invoice, content: bytes, at: datetime
    ) -> None:
        """Accept or refuse an invoice by its plain bytes."""
        invoice.content = content
        refusal = self.examine(session, invoice, content, at)
        if refusal is not None:
            self.refuse(invoice, refusal)
            return
        fault = self.state.area(ProcessingFaults).take()
        if fault is None or fault.stored:
            self.accept(session, invoice, at)
        if fault is not None:
            details = (_FAULT_DETAILS[fault.status],)
            self.refuse(invoice, Refusal(fault.status, details))

    def examine(
        self, session: Session, invoice: Invoice, content: bytes, at: datetime
    ) -> Refusal | None:
        """Apply every rule in order; note what could be read of the invoice."""
        case = Candidate(self.state, self.config, session, invoice, content, at)
        for rule in RULES:
            refusal = rule(case)
            if refusal is not None:
                return refusal
        try:
            root = parse(content)
        except UnreadableXml as error:
            return Refusal(450, ("Nieprawidłowy dokument XML.", str(error)))
        return self.examine_xml(case, root)

    @staticmethod
    def examine_xml(case: Candidate, root: etree._Element) -> Refusal | None:
        """Apply the rules that look into the document."""
        document = invoice_document.read(root)
        case.invoice.document = document
        read = ReadCandidate(
            case.state,
            case.config,
            case.session,
            case.invoice,
            case.content,
            case.at,
            root,
            document,
        )
        for rule in XML_RULES:
            refusal = rule(read)
            if refusal is not None:
                return refusal
        return None

    @staticmethod
    def refuse(invoice: Invoice, refusal: Refusal) -> None:
        """Record a refusal."""
        invoice.status = refusal.status
        invoice.details = refusal.details
        invoice.extensions = dict(refusal.extensions)

    def accept(self, session: Session, invoice: Invoice, at: datetime) -> None:
        """Give the KSeF number; permanent storage follows a moment later."""
        document = invoice.document
        day = at.astimezone(WARSAW).date()
        number = new_ksef_number(document.seller_nip, day)
        invoice.status, invoice.details = 200, ()
        invoice.ksef_number, invoice.acquired_at = number, at
        invoice.mode = self.mode_of(invoice)
        self.state.accepted[number] = invoice
        self.state.numbers[document.duplicate_key] = invoice
        wait = timedelta(seconds=max(self.config.storage_seconds, 0.001))

        archive = self.state.area(Archive)
        self.state.schedule(at + wait, lambda due: archive.store(invoice, due))

    @staticmethod
    def mode_of(invoice: Invoice) -> str:
        """Tell Online from Offline: declared, or P_1 before the day of receipt.

        Source: ksef-api.md §10, automatic offline; calendar days in Warsaw.
        """
        day = invoice.document.issue_date
        received = invoice.invoicing_at.astimezone(WARSAW).date()
        is_late = day is not None and day < received
        return "Offline" if invoice.offline_declared or is_late else "Online"

    def close(self, session: Session, at: datetime) -> None:
        """Close an open session; its end is decided when its invoices are."""
        if session.status != 100:
            return
        session.status, session.closed_at, session.updated_at = 170, at, at
        self.state.schedule(at + self.delay, lambda due: self.complete(session, due))

    def complete(self, session: Session, at: datetime) -> None:
        """Decide how a closed session ends and make its UPO."""
        if any(not invoice.is_finished for invoice in session.invoices):
            wait = max(self.delay, timedelta(milliseconds=1))
            self.state.schedule(at + wait, lambda due: self.complete(session, due))
            return
        session.updated_at = at
        accepted = [invoice for invoice in session.invoices if invoice.is_accepted]
        if not session.invoices:
            session.status, session.details = 440, ("Nie przesłano faktur.",)
        elif not accepted:
            session.status = 445
        else:
            session.status = 200
            session.upo_pages = self.upo_pages(session, accepted, at)

    def upo_pages(
        self, session: Session, accepted: list[Invoice], at: datetime
    ) -> list[UpoPage]:
        """Make one UPO document per ten thousand accepted invoices."""
        operation = self.state.operations[session.operation_reference]
        starts = range(0, len(accepted), UPO_PAGE_SIZE)
        return [
            UpoPage(
                self.state.new_reference("EU", at),
                self.seal.sign(
                    session_upo(
                        session,
                        operation,
                        accepted,
                        start,
                        UPO_PAGE_SIZE,
                        self.config.environment,
                    ),
                    at,
                ),
            )
            for start in starts
        ]

"""The rules by which KSeF takes or refuses an invoice.

Each rule is one function that gives a :class:`Refusal` or ``None``; ``RULES`` and
``XML_RULES`` are their order. Source: ksef-api.md §11 and the statuses of §5.2; the
conformance cases 40-49 and 62-64 of §15.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from lxml import etree

from .clock import WARSAW
from .config import Config
from .crypto import sha256_base64
from .identifiers import is_nip
from .invoice_document import InvoiceDocument
from .rights import may_issue_for
from .safe_xml import has_doctype, processing_instructions
from .schemas import FORMS, schema_for, violations
from .state import Invoice, Session, State

_BOM = b"\xef\xbb\xbf"
_MB = 1_000_000
DEFAULT_LIMITS = {
    "maxInvoiceSizeInMB": 1,
    "maxInvoiceWithAttachmentSizeInMB": 3,
    "maxInvoices": 10_000,
}
# U+007F-0084, 0086-009F, FDD0-FDEF and the last two of planes 1-16.
_DISCOURAGED = re.compile(
    "[\x7f-\x84\x86-\x9f\ufdd0-\ufdef"
    + "".join(
        chr(plane * 0x10000 + end) for plane in range(1, 17) for end in (65534, 65535)
    )
    + "]"
)


@dataclass(frozen=True)
class Refusal:
    """Why an invoice is not taken."""

    status: int
    details: tuple[str, ...]
    extensions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Candidate:
    """An invoice before the decision, with all that a rule may look at."""

    state: State
    config: Config
    session: Session
    invoice: Invoice
    content: bytes
    at: datetime

    @property
    def limits(self) -> dict[str, int]:
        """Return the limits of the session's kind in this context."""
        name = "onlineSession" if self.session.kind == "Online" else "batchSession"
        changed = self.state.session_limits.get(self.session.context, {})
        return {**DEFAULT_LIMITS, **changed.get(name, {})}

    @property
    def schemas(self) -> Path | None:
        """Return the folder of the schemas."""
        return self.config.schemas


@dataclass(frozen=True)
class ReadCandidate(Candidate):
    """A candidate whose XML was read."""

    root: etree._Element
    document: InvoiceDocument


Rule = Callable[[Candidate], "Refusal | None"]
XmlRule = Callable[[ReadCandidate], "Refusal | None"]


def declared_size(case: Candidate) -> Refusal | None:
    """The plain size is the declared one; the detail has what was declared."""
    if len(case.content) == case.invoice.size:
        return None
    return _file(
        f"Rozmiar pliku {len(case.content)} różni się od zadeklarowanego "
        f"{case.invoice.size}."
    )


def declared_hash(case: Candidate) -> Refusal | None:
    """The plain SHA-256 is the declared one."""
    if sha256_base64(case.content) == case.invoice.hash:
        return None
    return _file(f"Skrót pliku różni się od zadeklarowanego {case.invoice.hash}.")


def no_byte_order_mark(case: Candidate) -> Refusal | None:
    """UTF-8 without a byte order mark."""
    if case.content.startswith(_BOM):
        return _file("Plik zawiera znacznik kolejności bajtów (BOM).")
    return None


def utf8(case: Candidate) -> Refusal | None:
    """Every byte is UTF-8; broken bytes end as 450, as seen live."""
    try:
        case.content.decode("utf-8")
    except UnicodeDecodeError:
        return _semantic("Nieprawidłowy dokument XML: kodowanie inne niż UTF-8.")
    return None


def largest_size(case: Candidate) -> Refusal | None:
    """Nothing is larger than an invoice with an attachment may be."""
    limit = case.limits["maxInvoiceWithAttachmentSizeInMB"] * _MB
    return _too_large(limit) if len(case.content) > limit else None


# Size first: of what is larger, a batch reads no more than shows that it is.
RULES: tuple[Rule, ...] = (
    largest_size,
    declared_size,
    declared_hash,
    no_byte_order_mark,
    utf8,
)


def size_without_attachment(case: ReadCandidate) -> Refusal | None:
    """An invoice without an attachment keeps to the smaller limit."""
    limit = case.limits["maxInvoiceSizeInMB"] * _MB
    if not case.document.has_attachment and len(case.content) > limit:
        return _too_large(limit)
    return None


def prolog_encoding(case: ReadCandidate) -> Refusal | None:
    """A prolog may name UTF-8 only."""
    encoding = case.root.getroottree().docinfo.encoding or "UTF-8"
    if encoding.upper() != "UTF-8":
        return _file(f"Niedozwolone kodowanie {encoding}.")
    return None


def no_instructions(case: ReadCandidate) -> Refusal | None:
    """No processing instruction and no DOCTYPE."""
    if processing_instructions(case.root):
        return _file("Plik zawiera niedozwoloną instrukcję przetwarzania.")
    if has_doctype(case.root):
        return _file("Plik zawiera niedozwoloną deklarację DOCTYPE.")
    return None


def characters(case: ReadCandidate) -> Refusal | None:
    """No discouraged character, literal or as a reference; a switch only warns."""
    texts = (text for item in case.root.iter() for text in _texts(item))
    found = next((m for text in texts if (m := _DISCOURAGED.search(text))), None)
    if found is None:
        return None
    text = f"Plik zawiera niedozwolony znak U+{ord(found[0]):04X}."
    if case.config.characters_refused:
        return _file(text)
    case.invoice.warning = f"[xml-002]: {text}"
    return None


def schema(case: ReadCandidate) -> Refusal | None:
    """The XSD of the session's form; without its file only the root is checked."""
    form = case.session.form_code[0]
    if form in FORMS and etree.QName(case.root).namespace != FORMS[form][1]:
        return _semantic(f"Nieoczekiwany element główny {case.root.tag}.")
    compiled = schema_for(form, case.schemas)
    messages = violations(compiled, case.root) if compiled is not None else ()
    return Refusal(450, messages) if messages else None


def issue_date(case: ReadCandidate) -> Refusal | None:
    """P_1 is not later than the day of acceptance in Warsaw."""
    day = case.document.issue_date
    if day is not None and day > case.invoice.invoicing_at.astimezone(WARSAW).date():
        return _semantic(
            "Data wystawienia faktury jest późniejsza niż dzień przyjęcia."
        )
    return None


def nip_checksums(case: ReadCandidate) -> Refusal | None:
    """Every NIP has a right check digit; PRD only, unless switched on."""
    if not case.config.checks_nip:
        return None
    wrong = [nip for nip in case.document.nips if not is_nip(nip)]
    return _semantic(f"Nieprawidłowy NIP: {', '.join(wrong)}.") if wrong else None


def right_to_issue(case: ReadCandidate) -> Refusal | None:
    """The context may issue for the seller."""
    seller, context = case.document.seller_nip, case.session.context
    if may_issue_for(case.state, context, seller, set(case.document.buyers)):
        return None
    text = (
        f"Kontekst {context.value} nie jest uprawniony do wystawiania faktur w imieniu "
        f"sprzedawcy {seller}."
    )
    return Refusal(410, (text,))


def attachment(case: ReadCandidate) -> Refusal | None:
    """Attachments: batch with consent, or online as a technical correction."""
    if not case.document.has_attachment:
        return None
    if case.session.kind == "Online":
        if case.invoice.hash_of_corrected:
            return None
        return Refusal(415, ("Faktura z załącznikiem wymaga sesji wsadowej.",))
    seller = case.document.seller_nip
    until = case.state.attachment_consents.get(seller, case.at)
    if until is None or until > case.at:
        return None
    text = f"Sprzedawca {seller} nie ma zgody na wysyłanie załączników."
    return Refusal(410, (text,))


def duplicate(case: ReadCandidate) -> Refusal | None:
    """Seller, RodzajFaktury and P_2 are new in KSeF; sellers number worldwide."""
    original = case.state.numbers.get(case.document.duplicate_key)
    if original is None:
        return None
    number, session = original.ksef_number or "", original.session_reference
    text = (
        f"Duplikat faktury. Faktura o numerze KSeF: {number} została już prawidłowo "
        f"przesłana do systemu w sesji: {session}."
    )
    extensions = {
        "originalSessionReferenceNumber": session,
        "originalKsefNumber": number,
    }
    return Refusal(440, (text,), extensions)


XML_RULES: tuple[XmlRule, ...] = (
    size_without_attachment,
    prolog_encoding,
    no_instructions,
    characters,
    schema,
    issue_date,
    nip_checksums,
    right_to_issue,
    attachment,
    duplicate,
)


def _texts(element: etree._Element) -> tuple[str, ...]:
    """Return the text of a node, what follows it, and its attribute values."""
    values = tuple(map(str, element.attrib.values())) if element.attrib else ()
    return (element.text or "", element.tail or "", *values)


def _file(text: str) -> Refusal:
    return Refusal(430, (text,))


def _semantic(text: str) -> Refusal:
    return Refusal(450, (text,))


def _too_large(limit: int) -> Refusal:
    return _file(f"Rozmiar pliku przekracza dozwolony limit {limit} bajtów.")

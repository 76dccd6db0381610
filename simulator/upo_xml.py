"""UPO documents in the shape of the official samples, not yet signed.

The samples and the schema v4-3 disagree (name with the environment's suffix, inclusive
range); this follows the samples, as the real system does. Source: ksef-api.md §5.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from .clock import WARSAW, offset_text
from .state import AuthOperation, Identifier, Invoice, Session

NAMESPACE = "http://upo.schematy.mf.gov.pl/KSeF/v4-3"
_RECEIVER = "Ministerstwo Finansów"
_SUFFIXES = {
    "TEST": " - środowisko testowe (TE)",
    "DEMO": " - środowisko przedprodukcyjne (TR)",
    "PRD": "",
}
_CONTEXT_ELEMENTS = {
    "Nip": "Nip",
    "InternalId": "IdWewnetrzny",
    "NipVatUe": "IdZlozonyVatUE",
    "PeppolId": "IdDostawcyUslugPeppol",
}
_STRUCTURES = {
    "FA (2)": "Schemat_FA(2)_v1-0E.xsd",
    "FA (3)": "Schemat_FA(3)_v1-0E.xsd",
    "FA_RR (1)": "Schemat_FA_RR(1)_v1-1E.xsd",
    "PEF (3)": "Schemat_PEF(3)_v2-1.xsd",
    "PEF_KOR (3)": "Schemat_PEF_KOR(3)_v2-1.xsd",
}


def invoice_upo(
    session: Session, operation: AuthOperation, invoice: Invoice, environment: str
) -> etree._Element:
    """Build the UPO of one accepted invoice."""
    root = _head(session, operation, environment)
    _structure(root, session)
    _document(root, invoice)
    return root


def session_upo(
    session: Session,
    operation: AuthOperation,
    accepted: Sequence[Invoice],
    start: int,
    size: int,
    environment: str,
) -> etree._Element:
    """Build one page of a session's UPO.

    :param accepted: every accepted invoice of the session
    :param start: index of the page's first invoice
    :param size: how many invoices fit on a page
    """
    root = _head(session, operation, environment)
    page = accepted[start : start + size]
    description = _add(root, "OpisPotwierdzenia")
    _add(description, "Strona", start // size + 1)
    _add(description, "LiczbaStron", -(-len(accepted) // size))
    _add(description, "ZakresDokumentowOd", start + 1)
    _add(description, "ZakresDokumentowDo", start + len(page))
    _add(description, "CalkowitaLiczbaDokumentow", len(accepted))
    _structure(root, session)
    for invoice in page:
        _document(root, invoice)
    return root


def _head(
    session: Session, operation: AuthOperation, environment: str
) -> etree._Element:
    """Build the receiver, the session and the login."""
    root = etree.Element(f"{{{NAMESPACE}}}Potwierdzenie", nsmap={None: NAMESPACE})
    _add(root, "NazwaPodmiotuPrzyjmujacego", _RECEIVER + _SUFFIXES[environment])
    _add(root, "NumerReferencyjnySesji", session.reference)
    login = _add(root, "Uwierzytelnienie")
    _context(_add(login, "IdKontekstu"), session.context)
    if operation.ksef_token_reference:
        _add(login, "NumerReferencyjnyTokenaKSeF", operation.ksef_token_reference)
    else:
        _add(login, "SkrotDokumentuUwierzytelniajacego", operation.document_hash)
    return root


def _context(parent: etree._Element, context: Identifier) -> None:
    _add(parent, _CONTEXT_ELEMENTS[context.type], context.value)


def _structure(root: etree._Element, session: Session) -> None:
    """Name the logical structure and the form."""
    form = session.form_code[0]
    _add(root, "NazwaStrukturyLogicznej", _STRUCTURES[form])
    _add(root, "KodFormularza", form)


def _document(root: etree._Element, invoice: Invoice) -> None:
    """Confirm one invoice."""
    facts = invoice.document
    element = _add(root, "Dokument")
    _add(element, "NipSprzedawcy", facts.seller_nip)
    _add(element, "NumerKSeFDokumentu", invoice.ksef_number)
    _add(element, "NumerFaktury", facts.number)
    _add(element, "DataWystawieniaFaktury", facts.issue_date)
    _add(element, "DataPrzeslaniaDokumentu", _moment(invoice.invoicing_at))
    _add(element, "DataNadaniaNumeruKSeF", _moment(invoice.acquired_at))
    _add(element, "SkrotDokumentu", invoice.hash)
    _add(element, "TrybWysylki", invoice.mode)


def _moment(moment: datetime | None) -> str:
    """Write Warsaw time with milliseconds, as the samples do."""
    if moment is None:
        return ""
    local = moment.astimezone(WARSAW)
    milliseconds = local.microsecond // 1000
    return f"{local:%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}{offset_text(local)}"


def _add(parent: etree._Element, name: str, value: object = None) -> etree._Element:
    """Append an element with a text."""
    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if value is not None:
        child.text = str(value)
    return child

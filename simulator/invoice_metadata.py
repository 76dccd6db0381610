"""Read from an accepted invoice what the metadata query shows of it.

Values in, values out: XML bytes give an :class:`InvoiceFacts`. FA(2), FA(3) and FA_RR;
PEF documents are another language and give empty parties. Names of elements as in the
official schemas. Called by ``invoice_query``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lxml import etree

from .clock import isoformat
from .state import Invoice

#: RodzajFaktury (FA) and RodzajFaktury (FA_RR) to InvoiceType of the API.
INVOICE_TYPES = {
    "VAT": "Vat",
    "ZAL": "Zal",
    "KOR": "Kor",
    "ROZ": "Roz",
    "UPR": "Upr",
    "KOR_ZAL": "KorZal",
    "KOR_ROZ": "KorRoz",
    "VAT_RR": "VatRr",
    "KOR_VAT_RR": "KorVatRr",
}
_NET = re.compile(r"P_13_\d+(_\d+)?")
_VAT = re.compile(r"P_14_\d+")
_OTHER_ROLE = 0


@dataclass(frozen=True)
class Party:
    """A party: kind and value of its identifier, its name, its role if it has one."""

    type: str
    value: str | None
    name: str | None
    role: int = _OTHER_ROLE

    def identifier_json(self) -> dict[str, Any]:
        """Write the identifier; a party without one has no ``value``."""
        shown = {"type": self.type}
        return shown if self.value is None else {**shown, "value": self.value}


@dataclass(frozen=True)
class InvoiceFacts:
    """What an invoice says about itself; amounts in the currency of the invoice,
    ``vat`` in PLN."""

    number: str
    issue_date: date | None
    seller: Party
    buyer: Party
    third_parties: tuple[Party, ...]
    authorized: Party | None
    invoice_type: str
    currency: str
    net: Decimal
    gross: Decimal
    vat: Decimal
    is_self_invoicing: bool
    has_attachment: bool


def facts_of(xml: bytes) -> InvoiceFacts:
    """Read the facts of an accepted (so: well-formed) invoice.

    Source: schemat_FA(3)_v1-0E.xsd, schemat_FA_RR(1)_v1-1E.xsd.
    """
    root = etree.fromstring(xml, _parser())
    body = _child(root, "Fa")
    if body is None:
        body = _child(root, "FakturaRR")
    authorized = _child(root, "PodmiotUpowazniony")
    return InvoiceFacts(
        number=_text(body, "P_2") or _text(body, "P_4C") or "",
        issue_date=_date(_text(body, "P_1") or _text(body, "P_4B")),
        seller=_party(_child(root, "Podmiot1")),
        buyer=_party(_child(root, "Podmiot2")),
        third_parties=tuple(_party(found) for found in _children(root, "Podmiot3")),
        authorized=None if authorized is None else _party(authorized),
        invoice_type=INVOICE_TYPES.get(_text(body, "RodzajFaktury") or "", "Vat"),
        currency=_text(body, "KodWaluty") or "PLN",
        is_self_invoicing=_text(_child(body, "Adnotacje"), "P_17") == "1",
        has_attachment=_child(root, "Zalacznik") is not None,
        **_amounts(body),
    )


def metadata_json(
    invoice: Invoice, facts: InvoiceFacts, form_code: tuple[str, str, str]
) -> dict[str, Any]:
    """Write an InvoiceMetadata object.

    :param form_code: system code, schema version and value of the session
    :raises ValueError: the invoice is not in permanent storage
    """
    if facts.issue_date is None:
        raise ValueError("an invoice without a date of issue is not accepted")
    system, version, value = form_code
    return {
        "ksefNumber": invoice.ksef_number,
        "invoiceNumber": facts.number,
        "issueDate": facts.issue_date.isoformat(),
        **_dates_json(invoice),
        "seller": {"nip": facts.seller.value, "name": facts.seller.name},
        "buyer": _party_json(facts.buyer),
        "netAmount": float(facts.net),
        "grossAmount": float(facts.gross),
        "vatAmount": float(facts.vat),
        "currency": facts.currency,
        "invoicingMode": invoice.mode,
        "invoiceType": facts.invoice_type,
        "formCode": {"systemCode": system, "schemaVersion": version, "value": value},
        "isSelfInvoicing": facts.is_self_invoicing,
        "hasAttachment": facts.has_attachment,
        "invoiceHash": invoice.hash,
        "hashOfCorrectedInvoice": invoice.hash_of_corrected,
        "thirdSubjects": [
            {**_party_json(party), "role": party.role} for party in facts.third_parties
        ],
        "authorizedSubject": _authorized_json(facts.authorized),
    }


def _dates_json(invoice: Invoice) -> dict[str, str]:
    acquired, stored = invoice.acquired_at, invoice.stored_at
    if acquired is None or stored is None:
        raise ValueError("the invoice is not in permanent storage")
    return {
        "invoicingDate": isoformat(invoice.invoicing_at),
        "acquisitionDate": isoformat(acquired),
        "permanentStorageDate": isoformat(stored),
    }


def _party_json(party: Party) -> dict[str, Any]:
    return {"identifier": party.identifier_json(), "name": party.name}


def _authorized_json(party: Party | None) -> dict[str, Any] | None:
    if party is None:
        return None
    return {"nip": party.value, "name": party.name, "role": party.role}


def _amounts(body: etree._Element | None) -> dict[str, Decimal]:
    """Sum up net and VAT by rate; FA_RR has its own three fields."""
    if body is None:
        return {"net": Decimal(), "vat": Decimal(), "gross": Decimal()}
    if etree.QName(body).localname == "FakturaRR":
        names = {"net": "P_11_1", "vat": "P_11_2", "gross": "P_12_1"}
        return {field: _decimal(_text(body, name)) for field, name in names.items()}
    net = vat = Decimal()
    for element in _children(body):
        name = etree.QName(element).localname
        if _NET.fullmatch(name):
            net += _decimal(element.text)
        elif _VAT.fullmatch(name):
            # P_14_xW is the same tax in PLN, given on invoices in another currency.
            vat += _decimal(_text(body, name + "W") or element.text)
    return {"net": net, "vat": vat, "gross": _decimal(_text(body, "P_15"))}


def _party(element: etree._Element | None) -> Party:
    data = _child(element, "DaneIdentyfikacyjne")
    kind, value = _identifier(data)
    role = _text(element, "Rola") or _text(element, "RolaPU")
    return Party(kind, value, _text(data, "Nazwa"), int(role) if role else _OTHER_ROLE)


def _identifier(data: etree._Element | None) -> tuple[str, str | None]:
    for name, kind in (("NIP", "Nip"), ("IDWew", "InternalId")):
        value = _text(data, name)
        if value is not None:
            return kind, value
    vat_number = _text(data, "NrVatUE")
    if vat_number is not None:
        return "VatUe", (_text(data, "KodUE") or "") + vat_number
    other = _text(data, "NrID")
    return ("None", None) if other is None else ("Other", other)


def _children(
    element: etree._Element | None, name: str | None = None
) -> list[etree._Element]:
    if element is None:
        return []
    found = [child for child in element if isinstance(child.tag, str)]
    return [child for child in found if name in (None, etree.QName(child).localname)]


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: etree._Element | None, name: str) -> str | None:
    found = _child(element, name)
    return None if found is None else (found.text or "").strip()


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _decimal(text: str | None) -> Decimal:
    try:
        return Decimal((text or "0").strip())
    except InvalidOperation:
        return Decimal()


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)

"""What the acceptance rules have to know of an invoice. Values in, values out.

The names of elements are those of the schemas; FA(2) and FA(3) share them, FA_RR has
its own. What the metadata query shows is read elsewhere (``invoice_metadata``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lxml import etree

from .safe_xml import elements, local_name, text_of

# Root of the body -> (issue date, number).
_BODIES = {"Fa": ("P_1", "P_2"), "FakturaRR": ("P_4B", "P_4C")}


@dataclass(frozen=True)
class InvoiceDocument:
    """The facts of one invoice; a text that is missing is empty.

    :ivar buyers: NIP numbers of Podmiot2
    :ivar nips: every NIP whose check digit KSeF looks at
    """

    seller_nip: str
    kind: str
    number: str
    issue_date: date | None
    buyers: frozenset[str]
    nips: tuple[str, ...]
    has_attachment: bool

    @property
    def duplicate_key(self) -> tuple[str, str, str]:
        """Return what makes an invoice unique in KSeF (ksef-api.md §11)."""
        return self.seller_nip, self.kind, self.number


def read(root: etree._Element) -> InvoiceDocument:
    """Read an invoice that was parsed."""
    parties = {name: _parties(root, name) for name in _PARTIES}
    sellers = _nips(parties["Podmiot1"])
    body = _body(root)
    date_name, number_name = _BODIES.get(local_name(body), ("P_1", "P_2"))
    return InvoiceDocument(
        seller_nip=sellers[0] if sellers else "",
        kind=_child_text(body, "RodzajFaktury"),
        number=_child_text(body, number_name),
        issue_date=_date(_child_text(body, date_name)),
        buyers=frozenset(_nips(parties["Podmiot2"])),
        nips=tuple(nip for found in parties.values() for nip in _nips(found)),
        has_attachment=_child(root, "Zalacznik") is not None,
    )


_PARTIES = ("Podmiot1", "Podmiot2", "Podmiot3", "PodmiotUpowazniony")


def _body(root: etree._Element) -> etree._Element:
    """Return the element that holds number and date; the root when there is none."""
    for child in elements(root):
        if local_name(child) in _BODIES:
            return child
    return root


def _parties(root: etree._Element, name: str) -> list[etree._Element]:
    """Return the identification of every party of a kind."""
    found = []
    for party in elements(root):
        if local_name(party) == name:
            data = _child(party, "DaneIdentyfikacyjne")
            found += [data] if data is not None else []
    return found


def _nips(parties: list[etree._Element]) -> list[str]:
    """Return the NIP of each party that has one, also inside an IDWew."""
    texts = [
        _child_text(party, "NIP") or _child_text(party, "IDWew").partition("-")[0]
        for party in parties
    ]
    return [text for text in texts if text]


def _child(parent: etree._Element, name: str) -> etree._Element | None:
    return next((item for item in elements(parent) if local_name(item) == name), None)


def _child_text(parent: etree._Element, name: str) -> str:
    return text_of(_child(parent, name))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

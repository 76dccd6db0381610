"""Reads UPO, the signed confirmation of receipt, version 4-2 and 4-3.

Never validated against the schema: the official samples fail it (the TEST and DEMO
name of the receiving office, a signature that the schema does not know). The bytes
stay the proof; this only looks inside. Source: XSD ``upo-v4-3.xsd``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lxml import etree

from .errors import KsefProtocolError
from .safe_xml import Limits, XmlRefused, parse_xml
from .wire import parse_time

#: A page confirms up to 10 000 invoices.
_LIMITS = Limits(size=50_000_000)


@dataclass(frozen=True)
class UpoDocument:
    """Element Dokument: one accepted invoice.

    :ivar hash: SkrotDokumentu, Base64 SHA-256 of the XML; compare it with the hash
        that was sent
    :ivar sent_at: DataPrzeslaniaDokumentu, aware UTC
    :ivar acquired_at: DataNadaniaNumeruKSeF, aware UTC
    :ivar mode: TrybWysylki ``Online | Offline``; None in 4-2
    """

    ksef_number: str
    invoice_number: str
    hash: str
    acquired_at: datetime
    mode: str | None
    seller_nip: str | None = None
    issue_date: date | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Upo:
    """Element Potwierdzenie.

    :ivar reference_number: NumerReferencyjnySesji
    :ivar version: ``4-2``, ``4-3`` … from the namespace
    """

    reference_number: str
    version: str
    documents: tuple[UpoDocument, ...]

    def document(self, invoice_hash: str) -> UpoDocument | None:
        """Return the confirmed invoice with this Base64 hash, None if absent."""
        found = (each for each in self.documents if each.hash == invoice_hash)
        return next(found, None)


def parse(data: bytes) -> Upo:
    """Read a UPO of one invoice or of a session page.

    :raises KsefProtocolError: ``bad_upo``, not safe XML, not a UPO, or a field is
        missing
    """
    try:
        root = parse_xml(data, _LIMITS)
    except XmlRefused as error:
        raise _bad(f"it is refused as XML ({error.code})") from None
    name = etree.QName(root)
    namespace = name.namespace or ""
    if name.localname != "Potwierdzenie" or "upo.schematy.mf.gov.pl" not in namespace:
        raise _bad("it is not a UPO")
    documents = root.findall("{*}Dokument")
    if not documents:
        raise _bad("it confirms no document")
    return Upo(
        _text(root, "NumerReferencyjnySesji"),
        namespace.rpartition("/v")[2],
        tuple(_document(each) for each in documents),
    )


def _document(element: Any) -> UpoDocument:
    issued = element.findtext("{*}DataWystawieniaFaktury")
    sent = element.findtext("{*}DataPrzeslaniaDokumentu")
    try:
        return UpoDocument(
            ksef_number=_text(element, "NumerKSeFDokumentu"),
            invoice_number=_text(element, "NumerFaktury"),
            hash=_text(element, "SkrotDokumentu"),
            acquired_at=parse_time(_text(element, "DataNadaniaNumeruKSeF")),
            mode=element.findtext("{*}TrybWysylki"),
            seller_nip=element.findtext("{*}NipSprzedawcy"),
            issue_date=date.fromisoformat(issued[:10]) if issued else None,
            sent_at=parse_time(sent.strip()) if sent else None,
        )
    except ValueError:
        raise _bad("a date cannot be read") from None


def _text(element: Any, tag: str) -> str:
    text = (element.findtext(f"{{*}}{tag}") or "").strip()
    if not text:
        raise _bad(f"{tag} is missing")
    return text


def _bad(reason: str) -> KsefProtocolError:
    return KsefProtocolError(f"The UPO cannot be read: {reason}.", code="bad_upo")

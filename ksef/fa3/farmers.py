"""Invoices VAT RR, which the buyer issues to a flat-rate farmer, in the words of FA(3).

FA_RR shares parties, settlement, corrections and footer with FA; its sums and rows have
other names. Read with the names of FA, it can be shown and booked like one; what has
no counterpart is kept as content that FA does not know.

Source: schemat_FA_RR(1)_v1-1E.xsd.
"""

from __future__ import annotations

from dataclasses import replace

from lxml import etree

from ..errors import Fa3Error
from ..safe_xml import DEFAULT_LIMITS, Limits, parse_xml
from . import codes, model
from .parse import parse

#: name of an element of FA_RR -> its name in FA, by the element that holds it.
_OF_DOCUMENT = {"FakturaRR": "Fa"}
_OF_INVOICE = {
    "P_4A": "P_6",
    "P_4B": "P_1",
    "P_4C": "P_2",
    "P_12_1": "P_15",
    "FakturaRRWiersz": "FaWiersz",
}
#: only where one rate of FA stands for the refund of all rows.
_SUMS = {"P_11_1": "P_13_2", "P_11_2": "P_14_2", "P_11_2W": "P_14_2W"}
_OF_ROW = {
    "P_4AA": "P_6A",
    "P_5": "P_7",
    "P_6A": "P_8A",
    "P_6B": "P_8B",
    "P_7": "P_9A",
    "P_8": "P_11",
    "P_9": "P_12",
    "P_10": "P_11Vat",
    "P_11": "P_11A",
}
_OF_PAYMENT = {"RachunekBankowy1": "RachunekBankowy"}
_KINDS = {"VAT_RR": "VAT", "KOR_VAT_RR": "KOR"}
_RATE = "7"


def is_farmers(invoice: model.Invoice) -> bool:
    """Tell whether :func:`read` has made this of an invoice VAT RR."""
    return invoice.namespace == codes.NAMESPACE_FA_RR


def read(data: bytes, limits: Limits = DEFAULT_LIMITS) -> model.Invoice:
    """Read an invoice of any form that can be shown and booked as one.

    :param data: XML as downloaded or uploaded
    :param limits: how big and how complex it may be
    :return: the invoice; of a VAT RR (``is_farmers``) with the names of FA, as issued
        by the buyer (P_17). That one is for reading: ``build`` does not give it back.
    :raises Fa3Error: not XML, hostile XML, or another form
    """
    try:
        return parse(data, limits)
    except Fa3Error as error:
        if all(one.code != "not_fa" for one in error.problems):
            raise
        root = parse_xml(data, limits, any_encoding=True)
        if etree.QName(root).namespace != codes.NAMESPACE_FA_RR:
            raise
    invoice = parse(etree.tostring(_renamed(root), encoding="UTF-8"), limits)
    annotations = model.Adnotacje(P_17=1)
    fa = replace(invoice.Fa or model.Fa(), Adnotacje=annotations)
    return replace(invoice, Fa=fa, namespace=codes.NAMESPACE_FA_RR)


def _renamed(root: etree._Element) -> etree._Element:
    """Return a copy of the document with the names of FA(3)."""
    copy = etree.Element(_fa("Faktura"))
    _copy_children(root, copy)
    for code in copy.iterfind(f"{_fa('Naglowek')}/{_fa('KodFormularza')}"):
        code.text = "FA"
    _rename(copy, _OF_DOCUMENT)
    for invoice in copy.iterfind(_fa("Fa")):
        _rename_invoice(invoice)
    return copy


def _rename_invoice(invoice: etree._Element) -> None:
    rows = invoice.findall(_fa("FakturaRRWiersz"))
    rates = {row.findtext(_fa("P_9"), "").strip() for row in rows}
    for row in rows:
        _rename(row, _OF_ROW)
    _rename(invoice, {**_OF_INVOICE, **(_SUMS if rates == {_RATE} else {})})
    for payment in invoice.iterfind(_fa("Platnosc")):
        _rename(payment, _OF_PAYMENT)
    for kind in invoice.iterfind(_fa("RodzajFaktury")):
        kind.text = _KINDS.get((kind.text or "").strip(), kind.text)


def _rename(parent: etree._Element, names: dict[str, str]) -> None:
    """Rename the children all at once: old and new names overlap."""
    for child in parent:
        name = etree.QName(child).localname
        child.tag = _fa(names.get(name, name))


def _copy_children(source: etree._Element, target: etree._Element) -> None:
    """Copy elements, their attributes and texts, into the namespace of FA(3)."""
    target.text = source.text
    for child in source:
        if isinstance(child.tag, str):
            name = etree.QName(child).localname
            copy = etree.SubElement(target, _fa(name), dict(child.attrib))
            _copy_children(child, copy)


def _fa(name: str) -> str:
    return f"{{{codes.NAMESPACE_FA3}}}{name}"

"""The only XML parser of the package: no DTD, no entities, no network."""

from __future__ import annotations

from typing import Any

from lxml import etree

from .errors import KsefError

#: UPO pages list up to 10 000 invoices; nothing that is read here is larger.
MAX_BYTES = 50_000_000


def parser() -> etree.XMLParser:
    """Return a new hardened parser; it keeps white space and drops nothing."""
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=False,
        remove_pis=False,
    )


def parse(data: bytes, *, max_bytes: int = MAX_BYTES) -> Any:
    """Return the root element of an XML document.

    :raises KsefError: ``not_xml`` for broken XML, ``unsafe_xml`` for a DOCTYPE,
        ``xml_too_large``
    """
    if len(data) > max_bytes:
        raise KsefError("The XML document is too large.", code="xml_too_large")
    try:
        root = etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError):
        raise KsefError("The file is not an XML document.", code="not_xml") from None
    if root is None:
        raise KsefError("The file is not an XML document.", code="not_xml")
    if root.getroottree().docinfo.doctype:
        raise KsefError("A DOCTYPE is not allowed.", code="unsafe_xml")
    return root

"""Read XML of strangers: no entities, no DTD, no network."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree


class UnreadableXml(Exception):
    """The bytes are no well-formed XML."""


def parse(data: bytes) -> etree._Element:
    """Parse untrusted bytes and return the root.

    :raises UnreadableXml: not well-formed; the text says where
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableXml(str(error)) from error


def has_doctype(root: etree._Element) -> bool:
    """Tell whether the document has a DOCTYPE."""
    return bool(root.getroottree().docinfo.doctype)


def processing_instructions(root: etree._Element) -> list[etree._Element]:
    """Return every processing instruction, also those outside the root element."""
    return list(root.xpath("//processing-instruction()"))


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """Yield the element children, leaving out comments and the like."""
    return (child for child in parent if isinstance(child.tag, str))


def local_name(element: etree._Element) -> str:
    """Return the name without its namespace."""
    return etree.QName(element).localname


def text_of(element: etree._Element | None) -> str:
    """Return the stripped text of an element, empty when it is absent."""
    text: str | None = element.text if element is not None else None
    return (text or "").strip()

"""The last net: the official XSD, run over the bytes that would be sent.

The schema file is not part of this package; the caller says where one lies (Odoo's
``l10n_pl_edi`` ships one). It imports the ministry's base types by a web address;
instead of fetching that, the few types that FA uses are declared from ``facets``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from lxml import etree

from ..errors import Fa3Error
from ..safe_xml import DEFAULT_LIMITS, Limits, XmlRefused, parse_xml
from . import codes
from . import facets as ft
from .facets import Form, SimpleType, Space
from .problems import Problem, problem

_BASES = {
    Form.DATE: "date",
    Form.MOMENT: "dateTime",
    Form.INTEGER: "nonNegativeInteger",
    Form.FLAG: "byte",
}
_TEXT_BASES = {
    Space.PRESERVE: "string",
    Space.REPLACE: "normalizedString",
    Space.COLLAPSE: "token",
}

#: The base types that FA(2) and FA(3) take from the imported namespace; where the
#: schemas narrow a type further, this is the wider original.
_BASE_TYPES: tuple[tuple[SimpleType, str], ...] = (
    (ft.TKodKraju, ""),
    (ft.TTekstowy, ""),
    (replace(ft.TNaturalny, least=None), ""),
    (replace(ft.TData, least="1900-01-01", most="2050-12-31"), ""),
    (replace(ft.TDataCzas, least=None, most=None), ""),
    (ft.TAdresEmail, ""),
    (ft.TNrNIP, ""),
    (ft.TNrREGON, ""),
    (ft.TNrKRS, ""),
    (ft.TNrIdentyfikacjiPodatkowej, ""),
    (ft.TWybor1, ""),
    (ft.TWybor1_2, "byte"),
)

#: libxml2's name of a rule -> what it means.
_RULES = {
    "CVC_PATTERN_VALID": "the value does not have the required form",
    "CVC_MAXLENGTH_VALID": "the text is too long",
    "CVC_MINLENGTH_VALID": "the text is too short",
    "CVC_ENUMERATION_VALID": "the value is not in the list of codes",
    "CVC_MININCLUSIVE_VALID": "the value is too small",
    "CVC_MAXINCLUSIVE_VALID": "the value is too large",
    "CVC_MINEXCLUSIVE_VALID": "the value is too small",
    "CVC_TOTALDIGITS_VALID": "the number has too many digits",
    "CVC_FRACTIONDIGITS_VALID": "the number has too many decimal places",
    "CVC_DATATYPE_VALID_1_2_1": "the value is of another type",
    "ELEMENT_CONTENT": "an element is missing, repeated or in the wrong place",
    "CVC_COMPLEX_TYPE_2_3": "there is text where only elements may be",
    "CVC_COMPLEX_TYPE_3_2_1": "the attribute is not allowed",
    "CVC_COMPLEX_TYPE_3_2_2": "the attribute is not allowed",
    "CVC_COMPLEX_TYPE_4": "an attribute is missing",
    "CVC_ELT_1": "the root element is not the one of this schema",
}

#: More complaints than that help nobody.
MAX_PROBLEMS = 100

_lock = threading.Lock()


def validate(
    data: bytes,
    xsd_path: str | os.PathLike[str],
    base_types_path: str | os.PathLike[str] | None = None,
    *,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Problem]:
    """Validate a document against the official schema.

    :param data: the very bytes that are to be sent
    :param xsd_path: the schema, FA(3) or FA(2)
    :param base_types_path: the ministry's ``StrukturyDanych`` file with its includes
        beside it; without one our own declarations serve
    :param limits: how big and complex the document may be
    :return: one ``schema`` problem per complaint, in document order, at most
        :data:`MAX_PROBLEMS`; empty when valid.
        ``value`` has libxml2's own sentence, which may quote the document.
    :raises Fa3Error: the document is not XML, or the schema file can't be used
    """
    try:
        root = parse_xml(data, limits)
    except XmlRefused as refused:
        found = problem(refused.code, detail=refused.detail, limit=limits.size)
        raise Fa3Error([found]) from None
    path = Path(xsd_path)
    base = None if base_types_path is None else Path(base_types_path)
    # A schema object keeps the errors of its last run, so only one at a time.
    with _lock:
        schema = _schema(path, base, _changed(path))
        schema.validate(root)
        log: Any = schema.error_log
        return [_problem(root, entry) for entry in islice(log, MAX_PROBLEMS)]


def _changed(path: Path) -> int:
    """Read when the file was changed; a new version is compiled again."""
    try:
        return path.stat().st_mtime_ns
    except OSError as error:
        found = problem("schema_unusable", detail=error.strerror or "unreadable")
        raise Fa3Error([found]) from None


@lru_cache(maxsize=4)
def _schema(path: Path, base: Path | None, changed: int) -> etree.XMLSchema:
    """Compile a schema, once per version of the file."""
    parser = etree.XMLParser(no_network=True, resolve_entities=False)
    parser.resolvers.add(_BaseTypes(base))
    try:
        return etree.XMLSchema(etree.parse(str(path), parser))
    except (etree.LxmlError, OSError) as error:
        found = problem("schema_unusable", detail=str(error))
        raise Fa3Error([found]) from None


class _BaseTypes(etree.Resolver):
    """Answer the web address of the base types without any network."""

    def __init__(self, base: Path | None) -> None:
        super().__init__()
        self.base = base

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        """Serve the base types for any web address; files resolve as usual."""
        if not str(system_url).startswith(("http:", "https:")):
            return None
        if self.base is not None:
            return self.resolve_filename(str(self.base), context)
        return self.resolve_string(base_types(), context)


def base_types() -> str:
    """Declare the imported base types as a schema, from our own table."""
    body = "".join(_declare(kind, base) for kind, base in _BASE_TYPES)
    return (
        '<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        f' targetNamespace="{codes.NAMESPACE_TYPES}">{body}</xsd:schema>'
    )


def _declare(kind: SimpleType, base: str) -> str:
    base = base or _BASES.get(kind.form) or _TEXT_BASES[kind.space]
    facets = "".join(
        f"<xsd:{name} value={quoteattr(str(value))}/>" for name, value in _facets(kind)
    )
    return (
        f'<xsd:simpleType name="{kind.name}">'
        f'<xsd:restriction base="xsd:{base}">{facets}</xsd:restriction>'
        "</xsd:simpleType>"
    )


def _facets(kind: SimpleType) -> Iterator[tuple[str, object]]:
    rows = (
        ("minLength", kind.min_length),
        ("maxLength", kind.max_length),
        ("minInclusive", kind.least),
        ("maxInclusive", kind.most),
        ("totalDigits", kind.total_digits),
        ("pattern", kind.pattern),
        *(("enumeration", choice) for choice in kind.choices),
    )
    return ((name, value) for name, value in rows if value is not None)


def _problem(root: etree._Element, entry: Any) -> Problem:
    name = entry.type_name.removeprefix("SCHEMAV_")
    detail = _RULES.get(name, name.replace("_", " ").lower())
    sentence = entry.message
    for namespace in (etree.QName(root).namespace, codes.NAMESPACE_TYPES):
        sentence = sentence.replace(f"{{{namespace}}}", "")
    return problem("schema", _path(root, entry.path), value=sentence, detail=detail)


def _path(root: etree._Element, xpath: str | None) -> str:
    """Turn libxml2's path of stars and prefixes into names, like those of ``check``."""
    if not xpath:
        return ""
    element = _element_at(root, xpath)
    names: list[str] = []
    while element is not None and element is not root:
        names.append(_step(element))
        element = element.getparent()
    return "/".join(reversed(names))


def _element_at(root: etree._Element, xpath: str) -> etree._Element | None:
    """Find the element of a complaint; ``None`` where its prefix means two things."""
    prefixes = {
        prefix: address
        for element in (root.iter() if ":" in xpath else ())
        for prefix, address in element.nsmap.items()
        if prefix
    }
    try:
        nodes: Any = root.getroottree().xpath(xpath, namespaces=prefixes)
    except etree.XPathError:
        return None
    return nodes[0] if nodes else None


def _step(element: etree._Element) -> str:
    """Name an element, with its number when it has siblings of the same name."""
    name = etree.QName(element).localname
    before = sum(1 for _same in element.itersiblings(element.tag, preceding=True))
    after = next(iter(element.itersiblings(element.tag)), None)
    return name if not before and after is None else f"{name}[{before + 1}]"

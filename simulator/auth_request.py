"""The AuthTokenRequest: its structure, checked in code.

The official schemas can't do it: 2.0 does not compile in libxml2 and 2.1 can never
match two of its four context types. So the structure is a table here and login
depends on no file. Source: schemat_auth_v2-0.xsd, schemat_auth_v2-1.xsd; ksef-api.md
§2.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from .ip_policy import is_policy_entry
from .safe_xml import elements, local_name
from .state import Identifier
from .xmldsig import ds

NAMESPACES = (
    "http://ksef.mf.gov.pl/auth/token/2.0",
    "http://ksef.mf.gov.pl/auth/token/2.1",
)
_NIP = r"[1-9]((\d[1-9])|([1-9]\d))\d{7}"
_VAT_UE = (
    r"((AT)(U\d{8})|(BE)([01]\d{9})|(BG)(\d{9,10})|(CY)(\d{8}[A-Z])|(CZ)(\d{8,10})"
    r"|(DE)(\d{9})|(DK)(\d{8})|(EE)(\d{9})|(EL)(\d{9})"
    r"|(ES)([A-Z]\d{8}|\d{8}[A-Z]|[A-Z]\d{7}[A-Z])|(FI)(\d{8})|(FR)[A-Z0-9]{2}\d{9}"
    r"|(HR)(\d{11})|(HU)(\d{8})|(IE)(\d{7}[A-Z]{2}|\d[A-Z0-9+*]\d{5}[A-Z])|(IT)(\d{11})"
    r"|(LT)(\d{9}|\d{12})|(LU)(\d{8})|(LV)(\d{11})|(MT)(\d{8})|(NL)([A-Z0-9+*]{12})"
    r"|(PT)(\d{9})|(RO)(\d{2,10})|(SE)(\d{12})|(SI)(\d{8})|(SK)(\d{10})"
    r"|(XI)((\d{9}|(\d{12}))|(GD|HA)(\d{3})))"
)
CONTEXT_PATTERNS = {
    "Nip": re.compile(_NIP),
    "InternalId": re.compile(_NIP + r"-\d{5}"),
    "NipVatUe": re.compile(f"{_NIP}-{_VAT_UE}"),
    "PeppolId": re.compile(r"P[A-Z]{2}[0-9]{6}"),
}
_CHALLENGE = re.compile(r"\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}")
SUBJECT_TYPES = ("certificateSubject", "certificateFingerprint")
_IP_ELEMENTS = ("Ip4Address", "Ip4Range", "Ip4Mask")
_MAX_IP_ENTRIES = 10


class SchemaViolation(Exception):
    """The request is not valid against its schema; the text says where."""


@dataclass(frozen=True)
class AuthRequest:
    """What a login asks for."""

    challenge: str
    context: Identifier
    by_fingerprint: bool
    allowed_ips: tuple[str, ...]


def find_request(signed: etree._Element) -> etree._Element:
    """Return the AuthTokenRequest in what was signed.

    :param signed: the document's root, or the ds:Object of an enveloping signature
    :raises SchemaViolation: the object holds something else, or more
    """
    if signed.tag != ds("Object"):
        return signed
    children = list(elements(signed))
    if len(children) != 1:
        raise SchemaViolation("Oczekiwano jednego elementu AuthTokenRequest.")
    return children[0]


def read(request: etree._Element) -> AuthRequest:
    """Check the structure of a request and read it; its signature is left out.

    :raises SchemaViolation: anything that the schema forbids
    """
    namespace = etree.QName(request).namespace or ""
    if namespace not in NAMESPACES or local_name(request) != "AuthTokenRequest":
        raise SchemaViolation(f"Nieoczekiwany element {request.tag}.")
    _no_attributes(request)
    children = [item for item in elements(request) if item.tag != ds("Signature")]
    names = ["Challenge", "ContextIdentifier", "SubjectIdentifierType"]
    if len(children) == len(names) + 1:
        names.append("AuthorizationPolicy")
    _expect(request, children, names, namespace)
    challenge = _text(children[0])
    if not _CHALLENGE.fullmatch(challenge):
        raise SchemaViolation(f"Niepoprawna wartość Challenge: {challenge}.")
    subject_type = _text(children[2])
    if subject_type not in SUBJECT_TYPES:
        raise SchemaViolation(f"Niepoprawna wartość {subject_type}.")
    return AuthRequest(
        challenge=challenge,
        context=_context(children[1], namespace),
        by_fingerprint=subject_type == "certificateFingerprint",
        allowed_ips=_policy(children[3], namespace) if len(children) > 3 else (),
    )


def _context(element: etree._Element, namespace: str) -> Identifier:
    """Read the one identifier of a ContextIdentifier."""
    children = list(elements(element))
    _no_attributes(element)
    _no_text(element)
    if len(children) != 1 or etree.QName(children[0]).namespace != namespace:
        raise SchemaViolation("ContextIdentifier wymaga jednego identyfikatora.")
    kind, value = local_name(children[0]), _raw_text(children[0])
    pattern = CONTEXT_PATTERNS.get(kind)
    if pattern is None or not pattern.fullmatch(value):
        raise SchemaViolation(f"Niepoprawna wartość {kind}: {value}.")
    return Identifier(kind, value)


def _policy(element: etree._Element, namespace: str) -> tuple[str, ...]:
    """Read the AuthorizationPolicy: AllowedIps is required, but may be empty."""
    children = list(elements(element))
    _expect(element, children, ["AllowedIps"], namespace)
    entries = list(elements(children[0]))
    order = [local_name(item) for item in entries]
    _no_attributes(children[0])
    if order != sorted(order, key=_position):
        raise SchemaViolation("Niepoprawna kolejność elementów AllowedIps.")
    if any(order.count(name) > _MAX_IP_ENTRIES for name in _IP_ELEMENTS):
        raise SchemaViolation("Zbyt wiele adresów w AllowedIps.")
    values = tuple(_text(item) for item in entries)
    if not all(map(is_policy_entry, values)):
        raise SchemaViolation("Niepoprawny adres w AllowedIps.")
    return values


def _position(name: str) -> int:
    """Return the place of an address element in the sequence."""
    if name not in _IP_ELEMENTS:
        raise SchemaViolation(f"Nieoczekiwany element {name}.")
    return _IP_ELEMENTS.index(name)


def _expect(
    parent: etree._Element,
    children: list[etree._Element],
    names: list[str],
    namespace: str,
) -> None:
    """Make sure that the children are exactly ``names``, in this order."""
    _no_text(parent)
    found = [child.tag for child in children]
    if found != [f"{{{namespace}}}{name}" for name in names]:
        shown = ", ".join(local_name(child) for child in children) or "brak"
        raise SchemaViolation(
            f"Element {local_name(parent)}: oczekiwano {', '.join(names)}, "
            f"jest {shown}."
        )


def _no_attributes(element: etree._Element) -> None:
    allowed = "{http://www.w3.org/2001/XMLSchema-instance}"
    if any(not name.startswith(allowed) for name in element.attrib):
        raise SchemaViolation(f"Niedozwolony atrybut elementu {local_name(element)}.")


def _no_text(element: etree._Element) -> None:
    """Refuse text between elements."""
    pieces = [element.text, *(child.tail for child in element)]
    if any(piece and piece.strip() for piece in pieces):
        raise SchemaViolation(f"Niedozwolony tekst w elemencie {local_name(element)}.")


def _raw_text(element: etree._Element) -> str:
    """Return the text of a leaf as it is (xsd:string keeps white space)."""
    _no_attributes(element)
    if len(element):
        raise SchemaViolation(f"Element {local_name(element)} nie może mieć potomków.")
    return element.text or ""


def _text(element: etree._Element) -> str:
    """Return the text of a leaf with white space collapsed (xsd:token)."""
    return " ".join(_raw_text(element).split())

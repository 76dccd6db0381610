"""Who a certificate is: required attributes, identifier, fingerprint.

Source: ksef-api.md §2.5 (subject attributes) and §3.1; conformance case 12.
"""

from __future__ import annotations

import hashlib
import re

from cryptography import x509
from cryptography.x509.oid import NameOID

from .errors import ApiError
from .state import Identifier

_PESEL = re.compile(r"(PNOPL|PESEL).*?(\d{11})")
_PERSON_NIP = re.compile(r"(TINPL|NIP).*?(\d{10})")
_SEAL_NIP = re.compile(r"(VATPL).*?(\d{10})")
_SHOWN = {
    NameOID.COMMON_NAME: "CN",
    NameOID.COUNTRY_NAME: "C",
    NameOID.ORGANIZATION_NAME: "O",
    NameOID.GIVEN_NAME: "givenName",
    NameOID.SURNAME: "surname",
    NameOID.SERIAL_NUMBER: "serialNumber",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
}
_ALWAYS = (NameOID.COMMON_NAME, NameOID.COUNTRY_NAME)
_SEAL = (*_ALWAYS, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATION_IDENTIFIER)
_PERSON = (
    *_ALWAYS,
    NameOID.GIVEN_NAME,
    NameOID.SURNAME,
    NameOID.SERIAL_NUMBER,
)


def attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    """Return the first subject attribute of a kind, ``None`` when absent."""
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else None


def fingerprint(encoded: bytes) -> str:
    """Return SHA-256 of the certificate's DER: 64 upper-case hexadecimal digits."""
    return hashlib.sha256(encoded).hexdigest().upper()


def is_seal(certificate: x509.Certificate) -> bool:
    """Tell whether the certificate is of an organization, not of a person."""
    return attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER) is not None


def subject_of(
    certificate: x509.Certificate, encoded: bytes, by_fingerprint: bool
) -> Identifier:
    """Return the identity with which a certificate logs in.

    :raises ApiError: 21115 when a required attribute is missing or a forbidden one is
        there, 21406 when the identifier can't be read
    """
    if by_fingerprint:
        _require(certificate, _ALWAYS)
        return Identifier("Fingerprint", fingerprint(encoded))
    if is_seal(certificate):
        return _seal_subject(certificate)
    return _person_subject(certificate)


def _seal_subject(certificate: x509.Certificate) -> Identifier:
    """Read the NIP of a seal: 2.5.4.97 ``VATPL-<NIP>``."""
    _require(certificate, _SEAL)
    for oid in (NameOID.GIVEN_NAME, NameOID.SURNAME):
        if attribute(certificate, oid) is not None:
            raise ApiError(21115, f"Pieczęć nie może zawierać atrybutu {_SHOWN[oid]}.")
    text = attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER) or ""
    found = _SEAL_NIP.search(text)
    if found is None:
        raise ApiError(21406, "Nieprawidłowy organizationIdentifier certyfikatu.")
    return Identifier("Nip", found[2])


def _person_subject(certificate: x509.Certificate) -> Identifier:
    """Read PESEL or NIP of a person: serialNumber ``PNOPL-…`` or ``TINPL-…``."""
    _require(certificate, _PERSON)
    text = attribute(certificate, NameOID.SERIAL_NUMBER) or ""
    for kind, pattern in (("Pesel", _PESEL), ("Nip", _PERSON_NIP)):
        found = pattern.search(text)
        if found is not None:
            return Identifier(kind, found[2])
    raise ApiError(21406, "Nieprawidłowy serialNumber certyfikatu.")


def _require(
    certificate: x509.Certificate, oids: tuple[x509.ObjectIdentifier, ...]
) -> None:
    """Refuse a certificate that lacks one of ``oids``."""
    missing = [_SHOWN[oid] for oid in oids if not attribute(certificate, oid)]
    if missing:
        raise ApiError(21115, f"Brak atrybutów podmiotu: {', '.join(missing)}.")

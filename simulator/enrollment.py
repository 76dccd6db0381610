"""Requests for certificates: what may be asked for, by whom, and how many.

Values in, values out, except :class:`CertificateOffice`, which remembers the requests
of one simulator. Called by ``handlers/certificates``.
Source: ksef-api.md §3.1-3.2; OpenAPI 2.9, tag Certyfikaty.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from . import der
from .certificate_authority import PublicKey, spki_of
from .errors import ApiError
from .state import Identifier, IssuedCertificate, State

#: Subject attribute to the name that the enrolment data gives it.
SUBJECT_FIELDS: dict[ObjectIdentifier, str] = {
    NameOID.COMMON_NAME: "commonName",
    NameOID.COUNTRY_NAME: "countryName",
    NameOID.GIVEN_NAME: "givenName",
    NameOID.SURNAME: "surname",
    NameOID.SERIAL_NUMBER: "serialNumber",
    ObjectIdentifier("2.5.4.45"): "uniqueIdentifier",
    NameOID.ORGANIZATION_NAME: "organizationName",
    NameOID.ORGANIZATION_IDENTIFIER: "organizationIdentifier",
}
ALLOWED_HASHES = ("sha1", "sha256", "sha384", "sha512")
RSA_BITS = 2048

#: (enrolments, active certificates) of a subject, by the type of its identifier.
DEFAULT_LIMITS = {"Nip": (300, 100), "Pesel": (12, 6), "Fingerprint": (12, 6)}


@dataclass
class Enrollment:
    """One request: who asked for what, and what became of it."""

    reference: str
    owner: Identifier
    requested_at: datetime
    name: str
    type: str
    subject: dict[ObjectIdentifier, str]
    public_key: PublicKey
    valid_from: datetime
    status: int = 100
    details: tuple[str, ...] = ()
    serial: str | None = None


@dataclass
class CertificateOffice:
    """The requests of one simulator and the limits that tests have changed."""

    enrollments: dict[str, Enrollment] = field(default_factory=dict)
    enrollment_limits: dict[Identifier, int] = field(default_factory=dict)
    certificate_limits: dict[Identifier, int] = field(default_factory=dict)

    def limits_of(self, owner: Identifier) -> tuple[int, int]:
        """Return how many enrolments and active certificates a subject may have."""
        enrollments, certificates = DEFAULT_LIMITS.get(owner.type, (12, 6))
        return (
            self.enrollment_limits.get(owner, enrollments),
            self.certificate_limits.get(owner, certificates),
        )

    def requests_of(self, owner: Identifier) -> int:
        """Count the requests that were not refused."""
        return sum(
            item.owner == owner and item.status != 400
            for item in self.enrollments.values()
        )

    def is_key_of_another(self, owner: Identifier, spki: bytes, state: State) -> bool:
        """Tell whether a certificate for this key was issued to another subject."""
        return any(
            item.owner != owner and _spki_in(item.der) == spki
            for item in state.certificates.values()
        )


def status_of(certificate: IssuedCertificate, now: datetime) -> str:
    """Return Active, Blocked, Revoked or Expired."""
    if certificate.status == "Active" and certificate.valid_to <= now:
        return "Expired"
    return certificate.status


def active_certificates(state: State, owner: Identifier, now: datetime) -> int:
    """Count the certificates of a subject that are in force, now or later."""
    return sum(
        certificate.owner == owner and status_of(certificate, now) == "Active"
        for certificate in state.certificates.values()
    )


def subject_of(name: x509.Name) -> dict[ObjectIdentifier, str]:
    """Read a subject; an attribute that is there twice is joined with a space."""
    subject: dict[ObjectIdentifier, str] = {}
    for attribute in name:
        value = str(attribute.value)
        known = subject.get(attribute.oid)
        subject[attribute.oid] = f"{known} {value}" if known else value
    return subject


def enrollment_data(certificate_der: bytes) -> dict[str, Any]:
    """Return what the CSR must say, from the certificate that was used to log in."""
    subject = subject_of(der.read_certificate(certificate_der).subject)
    return {name: subject.get(oid) for oid, name in SUBJECT_FIELDS.items()}


def check_csr(text: str, certificate_der: bytes) -> x509.CertificateSigningRequest:
    """Check a CSR against the certificate that was used to log in.

    :param text: Base64 of DER
    :raises ApiError: 25004 unreadable or badly signed, 25010 key, 25011 algorithm,
        25003 other subject
    """
    csr = _readable_csr(text)
    _check_key(csr)
    _check_signature(csr)
    login = subject_of(der.read_certificate(certificate_der).subject)
    expected = {oid: value for oid, value in login.items() if oid in SUBJECT_FIELDS}
    if subject_of(csr.subject) != expected:
        raise ApiError(25003)
    return csr


def _spki_in(encoded: bytes) -> bytes:
    return spki_of(der.read_certificate(encoded).public_key())  # type: ignore[arg-type]


def _readable_csr(text: str) -> x509.CertificateSigningRequest:
    try:
        csr = x509.load_der_x509_csr(base64.b64decode(text, validate=True))
        csr.public_key()
        list(csr.subject)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        raise ApiError(25004) from None
    return csr


def _check_key(csr: x509.CertificateSigningRequest) -> None:
    key = csr.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size == RSA_BITS:
        return
    if isinstance(key, ec.EllipticCurvePublicKey) and _is_p256(key):
        return
    raise ApiError(25010)


def _is_p256(key: ec.EllipticCurvePublicKey) -> bool:
    return isinstance(key.curve, ec.SECP256R1)


def _check_signature(csr: x509.CertificateSigningRequest) -> None:
    try:
        used = csr.signature_hash_algorithm
        if used is None or used.name not in ALLOWED_HASHES:
            raise ApiError(25011)
        if not csr.is_signature_valid:
            raise ApiError(25004)
    except (UnsupportedAlgorithm, ValueError):
        raise ApiError(25011) from None

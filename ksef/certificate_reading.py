"""Certificates as data: who, for what, from when to when.

Read by asn1crypto on purpose: real KSeF certificates are signed with an
ecdsa-with-SHA512 identifier that has an explicit NULL parameter, which
``cryptography`` refuses from version 49 on. One reader for all versions, and the
uploaded DER stays as it is. Use it through ``certificates``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from . import upload
from .errors import KsefCertificateError, KsefProtocolError

# What asn1crypto raises on bytes that are not what they should be.
PARSE_ERRORS = (ValueError, TypeError, KeyError, OverflowError, AttributeError)

_CN, _SURNAME, _SERIAL, _O = "2.5.4.3", "2.5.4.4", "2.5.4.5", "2.5.4.10"
_GIVEN_NAME, _ORGANIZATION_ID = "2.5.4.42", "2.5.4.97"

# KSeF documentation, authentication: identifiers in the subject of a certificate.
_SEAL_NIP = re.compile(r"VATPL.*?(\d{10})")
_PERSON_NIP = re.compile(r"(?:TINPL|NIP).*?(\d{10})")
_PERSON_PESEL = re.compile(r"(?:PNOPL|PESEL).*?(\d{11})")
# "TI CCK KSeF" issues on TEST; the name of the production issuer is not published.
_TEST_ISSUER = re.compile(r"T[A-Z] CCK KSeF", re.IGNORECASE)

# RFC 4514 §3; other types are written as dotted OIDs with their DER in hex.
_SHORT_NAMES = {
    _CN: "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    _O: "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}


class CertificateUsage(str, Enum):
    """What a certificate is for, told by its key usage."""

    AUTHENTICATION = "authentication"
    OFFLINE = "offline"
    #: Both or none of the two: no KSeF certificate, e.g. a qualified one.
    QUALIFIED = "qualified"


@dataclass(frozen=True)
class Certificate:
    """One X.509 certificate.

    :ivar der: the bytes as uploaded, never encoded again
    :ivar serial_hex: at least 16 upper-case hex digits, zero-padded
    :ivar issuer_name: issuer as RFC 4514 text
    :ivar not_before: aware UTC; valid from then on
    :ivar not_after: aware UTC; last moment of validity
    :ivar key_algorithm: label for people, e.g. ``EC P-256``, ``RSA 2048``
    :ivar key_type: ``rsa | ec`` or another word of asn1crypto
    :ivar public_key_spki: DER of SubjectPublicKeyInfo
    :ivar fingerprint: SHA-256 of ``der``, 64 upper-case hex digits
    :ivar holder: label for people: organization, else person, else common name
    """

    der: bytes = field(repr=False)
    serial_hex: str
    common_name: str
    organization: str | None
    nip: str | None
    pesel: str | None = field(repr=False)
    issuer_name: str
    usage: CertificateUsage
    not_before: datetime
    not_after: datetime
    key_algorithm: str
    key_type: str
    key_bits: int
    public_key_spki: bytes = field(repr=False)
    fingerprint: str
    holder: str
    is_test_issuer: bool
    is_self_signed: bool

    @property
    def pem(self) -> str:
        """The same bytes as a PEM block."""
        return upload.to_pem("CERTIFICATE", self.der)


def read_certificate(data: bytes) -> Certificate:
    """Read an uploaded certificate: PEM (first block), DER or bare Base64.

    :raises KsefCertificateError: ``empty_file``, ``file_too_large``,
        ``not_a_certificate`` (``values["found"]`` = ``private_key`` when the file
        holds a key)
    """
    return parse_der(_der_of(upload.checked(data)))


def parse_der(der: bytes) -> Certificate:
    """Read the DER of one certificate.

    :raises KsefCertificateError: ``not_a_certificate``
    """
    try:
        return _describe(der, x509.Certificate.load(der, strict=True))
    except PARSE_ERRORS:
        raise _not_a_certificate("other") from None


def rsa_public_key(der: bytes) -> RSAPublicKey:
    """Return the RSA key of a certificate of the Ministry.

    :raises KsefProtocolError: not a certificate, or its key is not RSA
    """
    try:
        spki = x509.Certificate.load(der, strict=True).public_key.dump()
        key = load_der_public_key(spki)
    except (*PARSE_ERRORS, UnsupportedAlgorithm):
        raise KsefProtocolError(
            "A public key certificate of KSeF cannot be read.", code="bad_answer"
        ) from None
    if not isinstance(key, RSAPublicKey):
        raise KsefProtocolError(
            "A public key of KSeF is not an RSA key.", code="bad_answer"
        )
    return key


def issuer_and_serial(der: bytes) -> tuple[str, int]:
    """Return the issuer (RFC 4514) and the serial number of a certificate.

    :raises KsefCertificateError: ``not_a_certificate``
    """
    try:
        certificate = x509.Certificate.load(der, strict=True)
        return rfc4514(certificate.issuer), certificate.serial_number
    except PARSE_ERRORS:
        raise _not_a_certificate("other") from None


def rfc4514(name: x509.Name) -> str:
    """Write a distinguished name as RFC 4514 does: last part first."""
    parts = []
    for rdn in reversed(list(name.chosen)):
        parts.append("+".join(_attribute(pair) for pair in rdn))
    return ",".join(parts)


def _attribute(pair: x509.NameTypeAndValue) -> str:
    oid = pair["type"].dotted
    short = _SHORT_NAMES.get(oid)
    if short is None:
        return f"{oid}=#{pair['value'].dump().hex()}"
    return f"{short}={_escaped(str(pair['value'].native))}"


def _escaped(text: str) -> str:
    result = re.sub(r'([,+"\\<>;])', r"\\\1", text)
    if result[:1] in ("#", " "):
        result = "\\" + result
    if result.endswith(" ") and len(result) > 1:
        result = result[:-1] + "\\ "
    return result


def _der_of(data: bytes) -> bytes:
    if upload.looks_like_der(data):
        return data
    text = upload.text_of(data)
    blocks = upload.pem_blocks(text)
    for label, block in blocks:
        if label in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
            der = upload.pem_body(block)
            if der is not None:
                return der
    if any(label.endswith("PRIVATE KEY") for label, _block in blocks):
        raise _not_a_certificate("private_key")
    der = upload.from_base64(text)
    if der is None:
        raise _not_a_certificate("other")
    return der


def _not_a_certificate(found: str) -> KsefCertificateError:
    message = "The file is not a certificate."
    return KsefCertificateError("not_a_certificate", message, found=found)


def _describe(der: bytes, certificate: x509.Certificate) -> Certificate:
    subject = _attributes(certificate.subject)
    validity = certificate["tbs_certificate"]["validity"]
    issuer = _attributes(certificate.issuer)
    key_type, key_bits, label = _key_facts(certificate.public_key)
    return Certificate(
        der=der,
        serial_hex=f"{certificate.serial_number:016X}",
        common_name=subject.get(_CN, ""),
        organization=subject.get(_O),
        nip=_found(_SEAL_NIP, subject, _ORGANIZATION_ID)
        or _found(_PERSON_NIP, subject, _SERIAL),
        pesel=_found(_PERSON_PESEL, subject, _SERIAL),
        issuer_name=rfc4514(certificate.issuer),
        usage=_usage(certificate),
        not_before=validity["not_before"].native.astimezone(timezone.utc),
        not_after=validity["not_after"].native.astimezone(timezone.utc),
        key_algorithm=label,
        key_type=key_type,
        key_bits=key_bits,
        public_key_spki=certificate.public_key.dump(),
        fingerprint=hashlib.sha256(der).hexdigest().upper(),
        holder=_holder(subject),
        is_test_issuer=bool(_TEST_ISSUER.search(issuer.get(_CN, ""))),
        is_self_signed=certificate.issuer.dump() == certificate.subject.dump(),
    )


def _attributes(name: x509.Name) -> dict[str, str]:
    """Return OID → text of a name; the first of several values counts."""
    found: dict[str, str] = {}
    for oid, value in _pairs(name):
        found.setdefault(oid, value)
    return found


def _pairs(name: x509.Name) -> Iterator[tuple[str, str]]:
    for rdn in name.chosen:
        for pair in rdn:
            yield pair["type"].dotted, str(pair["value"].native)


def _found(pattern: re.Pattern[str], subject: dict[str, str], oid: str) -> str | None:
    match = pattern.search(subject.get(oid, ""))
    return match.group(1) if match else None


def _holder(subject: dict[str, str]) -> str:
    person = f"{subject.get(_GIVEN_NAME, '')} {subject.get(_SURNAME, '')}".strip()
    return subject.get(_O) or person or subject.get(_CN, "")


def _usage(certificate: x509.Certificate) -> CertificateUsage:
    value = certificate.key_usage_value
    bits: set[str] = set() if value is None else set(value.native)
    signs, commits = "digital_signature" in bits, "non_repudiation" in bits
    if signs == commits:
        return CertificateUsage.QUALIFIED
    return CertificateUsage.AUTHENTICATION if signs else CertificateUsage.OFFLINE


_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def _key_facts(public_key: Any) -> tuple[str, int, str]:
    """Return type, size in bits and label of a public key."""
    kind, bits = public_key.algorithm, public_key.bit_size
    if kind == "ec":
        _form, curve = public_key.curve
        return kind, bits, f"EC {_CURVES.get(str(curve), str(curve))}"
    return kind, bits, f"{kind.upper()} {bits}"

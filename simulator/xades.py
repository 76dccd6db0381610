"""Check that a signature is XAdES and that its properties hold.

Called with the parsed document of ``POST /auth/xades-signature``. A plain XML signature
fails here, as it does in KSeF since March 2026.
Source: ETSI TS 101 903 / EN 319 132-1; ksef-api.md §2.5 (recipe of the simulator).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree

from . import der
from .clock import UTC
from .safe_xml import elements, text_of
from .second_opinion import confirm
from .xmldsig import (
    DIGESTS,
    BadSignature,
    PublicKey,
    Reference,
    base64_of,
    check_key_size,
    check_references,
    check_signature_value,
    ds,
    required,
)

XADES = "http://uri.etsi.org/01903/v1.3.2#"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"
# No tolerance is documented; clients put the signing time back by a minute (policy).
CLOCK_TOLERANCE = timedelta(minutes=5)


class BadCertificate(Exception):
    """The KeyInfo holds no certificate that can be read."""


@dataclass(frozen=True)
class VerifiedSignature:
    """What a good signature says: who signed what, with what, and when.

    :ivar signed: the document's root, or the ds:Object of an enveloping signature;
        nothing else may be read as the request
    """

    signed: etree._Element
    certificate: x509.Certificate
    certificate_der: bytes
    signing_time: datetime


def xa(name: str) -> str:
    """Return a qualified name of the XAdES namespace."""
    return f"{{{XADES}}}{name}"


def verify(signature: etree._Element, now: datetime) -> VerifiedSignature:
    """Check one ds:Signature of a document from end to end.

    :param signature: inside its document; the only one there
    :raises BadSignature: anything that makes it worthless as XAdES
    :raises BadCertificate: the KeyInfo holds no readable certificate
    """
    encoded, certificate = _signing_certificate(signature)
    key = _public_key(certificate)
    check_key_size(key)
    check_signature_value(signature, key)
    references = check_references(signature)
    signed = _signed_content(references, signature)
    properties = _signed_properties(references, signature)
    _check_certificate_property(properties, references, encoded, certificate)
    signing_time = _signing_time(properties)
    _check_signing_time(signing_time, certificate, now)
    confirm(signature, certificate, len(references))
    return VerifiedSignature(signed, certificate, encoded, signing_time)


def _signing_certificate(
    signature: etree._Element,
) -> tuple[bytes, x509.Certificate]:
    """Read the leaf certificate of the KeyInfo: its bytes and its content."""
    key_info = required(signature, ds("KeyInfo"))
    found = list(key_info.iter(ds("X509Certificate")))
    if not found:
        raise BadSignature("Brak certyfikatu w elemencie KeyInfo.")
    encoded = base64_of(found[0])
    try:
        return encoded, der.read_certificate(encoded)
    except ValueError as error:
        raise BadCertificate("Nieczytelny certyfikat.") from error


def _public_key(certificate: x509.Certificate) -> PublicKey:
    """Return the certificate's key; ``check_key_size`` refuses other kinds."""
    try:
        return certificate.public_key()  # type: ignore[return-value]
    except ValueError as error:
        raise BadCertificate("Nieczytelny klucz certyfikatu.") from error


def _signed_content(
    references: list[Reference], signature: etree._Element
) -> etree._Element:
    """Return the one element that the signature covers as its content.

    Enveloped: one reference with an empty URI. Enveloping: the signature is the root
    and one reference covers the ds:Object that holds the request.
    """
    if signature.getparent() is not None:
        covering = [item for item in references if item.covers_document]
    else:
        covering = [
            item
            for item in references
            if item.target.tag == ds("Object")
            and item.target.getparent() is signature
            and item.target.find(f".//{xa('QualifyingProperties')}") is None
        ]
    if len(covering) != 1:
        raise BadSignature("Podpis nie obejmuje całego dokumentu.")
    return covering[0].target


def _signed_properties(
    references: list[Reference], signature: etree._Element
) -> etree._Element:
    """Find the signed properties of this signature, covered by their reference."""
    found = [item.target for item in references if item.type == SIGNED_PROPERTIES_TYPE]
    if len(found) != 1 or found[0].tag != xa("SignedProperties"):
        raise BadSignature("Podpis nie zawiera podpisanych właściwości XAdES.")
    qualifying = found[0].getparent()
    holder = qualifying.getparent() if qualifying is not None else None
    if (
        qualifying is None
        or holder is None
        or qualifying.tag != xa("QualifyingProperties")
        or holder.tag != ds("Object")
        or holder.getparent() is not signature
    ):
        raise BadSignature("Właściwości XAdES nie należą do tego podpisu.")
    if qualifying.get("Target") != f"#{signature.get('Id')}":
        raise BadSignature("Właściwości XAdES wskazują inny podpis.")
    return required(found[0], xa("SignedSignatureProperties"))


def _check_certificate_property(
    properties: etree._Element,
    references: list[Reference],
    encoded: bytes,
    certificate: x509.Certificate,
) -> None:
    """Make sure that the signature commits to its certificate.

    Either SigningCertificate (v1 or V2) names it, or a reference covers the KeyInfo.
    """
    named = [
        child
        for child in elements(properties)
        if child.tag in (xa("SigningCertificate"), xa("SigningCertificateV2"))
    ]
    if not named:
        covered = (ds("KeyInfo"), ds("X509Data"), ds("X509Certificate"))
        if not any(item.target.tag in covered for item in references):
            raise BadSignature("Podpis nie wskazuje certyfikatu podpisującego.")
        return
    if len(named) > 1:
        raise BadSignature("Podpis wskazuje certyfikat podpisujący więcej niż raz.")
    cert = next(elements(named[0]), None)
    if cert is None or cert.tag != xa("Cert"):
        raise BadSignature("Brak skrótu certyfikatu podpisującego.")
    _check_cert_digest(required(cert, xa("CertDigest")), encoded)
    _check_serial(cert, certificate)


def _check_cert_digest(digest: etree._Element, encoded: bytes) -> None:
    """Compare CertDigest with the certificate of the KeyInfo."""
    method = required(digest, ds("DigestMethod")).get("Algorithm", "")
    if method not in DIGESTS:
        raise BadSignature(f"Niedozwolony algorytm skrótu {method}.")
    computed = hashlib.new(DIGESTS[method], encoded).digest()
    if not hmac.compare_digest(
        computed, base64_of(required(digest, ds("DigestValue")))
    ):
        raise BadSignature("Niezgodny skrót certyfikatu podpisującego.")


def _check_serial(cert: etree._Element, certificate: x509.Certificate) -> None:
    """Compare the serial number of IssuerSerial (decimal) or IssuerSerialV2 (DER)."""
    for child in elements(cert):
        if child.tag == xa("IssuerSerial"):
            text = text_of(required(child, ds("X509SerialNumber")))
            fits = text == str(certificate.serial_number)
        elif child.tag == xa("IssuerSerialV2"):
            fits = _issuer_serial_fits(base64_of(child), certificate)
        else:
            continue
        if not fits:
            raise BadSignature("Niezgodny numer seryjny certyfikatu podpisującego.")


def _issuer_serial_fits(encoded: bytes, certificate: x509.Certificate) -> bool:
    """Compare the INTEGER at the end of an IssuerSerial structure (RFC 5035)."""
    try:
        _tag, content, _rest = der.split_element(encoded)
        _tag, number, _rest = der.split_element(der.children(content)[1])
    except (ValueError, IndexError):
        return False
    return int.from_bytes(number, "big", signed=True) == certificate.serial_number


def _signing_time(properties: etree._Element) -> datetime:
    """Read SigningTime; without an offset it is UTC."""
    text = text_of(required(properties, xa("SigningTime")))
    try:
        moment = datetime.fromisoformat(_iso(text))
    except ValueError as error:
        raise BadSignature("Nieprawidłowy czas podpisu.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(text: str) -> str:
    """Make an xsd:dateTime readable for Python 3.10: offset for Z, six digits."""
    head, dot, rest = text.replace("Z", "+00:00").partition(".")
    if not dot:
        return head
    digits = "".join(_leading_digits(rest))
    return f"{head}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"


def _leading_digits(text: str) -> Iterator[str]:
    for character in text:
        if not character.isdigit():
            return
        yield character


def _check_signing_time(
    moment: datetime, certificate: x509.Certificate, now: datetime
) -> None:
    """Refuse a signing time in the future or outside the certificate's validity."""
    if moment > now + CLOCK_TOLERANCE:
        raise BadSignature("Czas podpisu jest późniejszy niż bieżący.")
    first = certificate.not_valid_before_utc - CLOCK_TOLERANCE
    is_expired = certificate.not_valid_after_utc <= now
    if moment < first or (moment > certificate.not_valid_after_utc and not is_expired):
        raise BadSignature("Czas podpisu poza okresem ważności certyfikatu.")


def document_hash(data: bytes) -> str:
    """Return the Base64 SHA-256 of the signed request, as an UPO quotes it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()

"""The simulator's certificate centre: real X.509 in the shape of KSeF certificates.

Shape taken from certificates of the TEST environment: issuer, order of the subject,
16 hexadecimal digits of serial number (some start with 0), critical keyUsage,
CA:FALSE, a CRL address, qcStatements, two years, ecdsa-with-SHA512 with an explicit
NULL parameter. The CA key lives in memory only. Called by ``certificates``.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

from . import der

AUTHENTICATION = "Authentication"
OFFLINE = "Offline"

#: What the names of certificates end with; people tell the two types apart by it.
NAME_SUFFIXES = {AUTHENTICATION: "(uwierzytelnienie)", OFFLINE: "(offline)"}

VALIDITY_DAYS = 730

_ISSUER = (
    (NameOID.COUNTRY_NAME, "PL"),
    (NameOID.ORGANIZATION_NAME, "Ministerstwo Finansów"),
    (NameOID.ORGANIZATIONAL_UNIT_NAME, "Krajowa Administracja Skarbowa"),
    (NameOID.COMMON_NAME, "TI CCK KSeF"),
)
#: Order in which the issued subject carries its attributes.
_SUBJECT_ORDER = (
    NameOID.COUNTRY_NAME,
    NameOID.SERIAL_NUMBER,
    NameOID.SURNAME,
    NameOID.GIVEN_NAME,
    ObjectIdentifier("2.5.4.45"),
    NameOID.ORGANIZATION_IDENTIFIER,
    NameOID.ORGANIZATION_NAME,
    NameOID.COMMON_NAME,
)
_CRL_URL = "http://crl.ksef.invalid/ti-cck-ksef.crl"
_QC_STATEMENTS = ObjectIdentifier("1.3.6.1.5.5.7.1.3")
# QCStatement {id-etsi-qcs-QcType, {esign}} and {..., {eseal}} (ETSI EN 319 412-5).
_QC_ESIGN = bytes.fromhex("30153013060604008e4601063009060704008e46010601")
_QC_ESEAL = bytes.fromhex("30153013060604008e4601063009060704008e46010602")

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
SubjectAttributes = Iterable[tuple[ObjectIdentifier, str]]


@dataclass(frozen=True)
class SignedCertificate:
    """One issued certificate: its number, name, dates (aware UTC) and DER."""

    serial: str
    common_name: str
    valid_from: datetime
    valid_to: datetime
    der: bytes


class CertificateAuthority:
    """Issue certificates with a key pair made for this run of the simulator."""

    def __init__(self, now: datetime) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._issuer = _name(_ISSUER)
        self._issued = 0
        self.certificate = self._self_signed(now)

    def issue(
        self,
        subject: SubjectAttributes,
        public_key: PublicKey,
        certificate_type: str,
        valid_from: datetime,
    ) -> SignedCertificate:
        """Issue a certificate for the subject of a checked request.

        :param subject: attributes as (OID, value), with the name of the applicant
        :param certificate_type: ``Authentication`` or ``Offline``
        :param valid_from: aware; whole seconds are kept
        """
        attributes = dict(subject)
        common_name = _suffixed(attributes[NameOID.COMMON_NAME], certificate_type)
        attributes[NameOID.COMMON_NAME] = common_name
        start = valid_from.replace(microsecond=0)
        end = start + timedelta(days=VALIDITY_DAYS)
        serial = self._next_serial()
        builder = (
            x509.CertificateBuilder()
            .issuer_name(self._issuer)
            .subject_name(_ordered_name(attributes))
            .public_key(public_key)
            .serial_number(serial)
            .not_valid_before(start)
            .not_valid_after(end)
        )
        for extension, critical in self._extensions(attributes, certificate_type):
            builder = builder.add_extension(extension, critical)
        encoded = self._sign(builder)
        return SignedCertificate(f"{serial:016X}", common_name, start, end, encoded)

    def is_issuer_of(self, encoded: bytes) -> bool:
        """Tell whether this authority signed a certificate given as DER."""
        try:
            _tag, content, _rest = der.split_element(encoded)
            tbs, _algorithm, bits = der.children(content)
            signature = der.split_element(bits)[1][1:]
            self._key.public_key().verify(signature, tbs, ec.ECDSA(hashes.SHA512()))
        except Exception:  # noqa: BLE001 - whatever is wrong, we did not sign it
            return False
        return True

    def _next_serial(self) -> int:
        """Alternate numbers that start with 0 and numbers that do not (DER: < 2^63)."""
        self._issued += 1
        first = 0x01 if self._issued % 2 else 0x10 + secrets.randbelow(0x70)
        return int.from_bytes(bytes([first]) + secrets.token_bytes(7), "big")

    def _extensions(
        self, attributes: dict[ObjectIdentifier, str], certificate_type: str
    ) -> list[tuple[x509.ExtensionType, bool]]:
        key = self._key.public_key()
        is_seal = NameOID.ORGANIZATION_IDENTIFIER in attributes
        statements = _QC_ESEAL if is_seal else _QC_ESIGN
        point = x509.DistributionPoint(
            [x509.UniformResourceIdentifier(_CRL_URL)], None, None, None
        )
        return [
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_key_usage(certificate_type), True),
            (x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False),
            (x509.CRLDistributionPoints([point]), False),
            (x509.UnrecognizedExtension(_QC_STATEMENTS, statements), False),
        ]

    def _sign(self, builder: x509.CertificateBuilder) -> bytes:
        draft = builder.sign(self._key, hashes.SHA512())
        tbs = der.with_explicit_null(draft.tbs_certificate_bytes)
        signature = self._key.sign(tbs, ec.ECDSA(hashes.SHA512()))
        return der.assemble_certificate(tbs, signature)

    def _self_signed(self, now: datetime) -> x509.Certificate:
        return (
            x509.CertificateBuilder()
            .issuer_name(self._issuer)
            .subject_name(self._issuer)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=365))
            .not_valid_after(now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
            .sign(self._key, hashes.SHA512())
        )


def spki_of(public_key: PublicKey) -> bytes:
    """Return the SubjectPublicKeyInfo (DER) that identifies a public key."""
    return public_key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def type_of(certificate: x509.Certificate) -> str | None:
    """Read the certificate type from the key usage; None if it has none or both."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return None
    if usage.digital_signature == usage.content_commitment:
        return None
    return AUTHENTICATION if usage.digital_signature else OFFLINE


def _key_usage(certificate_type: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=certificate_type == AUTHENTICATION,
        content_commitment=certificate_type == OFFLINE,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _suffixed(common_name: str, certificate_type: str) -> str:
    """End the name with the word of the type, once, also on re-enrolment."""
    for suffix in NAME_SUFFIXES.values():
        common_name = common_name.removesuffix(suffix).rstrip()
    return f"{common_name} {NAME_SUFFIXES[certificate_type]}"


def _name(attributes: SubjectAttributes) -> x509.Name:
    # Unchecked: with its suffix a name may be longer than the 64 of X.520.
    return x509.Name(
        [x509.NameAttribute(oid, value, _validate=False) for oid, value in attributes]
    )


def _ordered_name(attributes: dict[ObjectIdentifier, str]) -> x509.Name:
    return _name((oid, attributes[oid]) for oid in _SUBJECT_ORDER if oid in attributes)

"""Certificates and keys for tests, made in memory: nothing that could expire in git."""

import ssl
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from ..simulator.state import Identifier, IssuedCertificate

AUTHENTICATION = "Authentication"
OFFLINE = "Offline"
PASSWORD = "Zażółć-gęślą-jaźń-1"

_ORGANIZATION_ID = NameOID.ORGANIZATION_IDENTIFIER


@dataclass(frozen=True)
class Pair:
    """What a person downloads from KSeF: a certificate and its encrypted key."""

    der: bytes
    private_key: ec.EllipticCurvePrivateKey = field(repr=False)
    password: str = field(default=PASSWORD, repr=False)

    @property
    def certificate(self):
        """The .crt file (PEM)."""
        return x509_pem(self.der)

    @property
    def key(self):
        """The .key file: PKCS#8, encrypted with the password."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(self.password.encode()),
        )

    @property
    def key_der(self):
        """The bytes that must never be found in a table or a log."""
        return self.private_key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def pkcs12(self):
        """Both in one .p12 file (only for certificates that the library reads)."""
        return pkcs12.serialize_key_and_certificates(
            b"ksef",
            self.private_key,
            x509.load_der_x509_certificate(self.der),
            None,
            serialization.BestAvailableEncryption(self.password.encode()),
        )


def x509_pem(der):
    """Return DER as PEM, the bytes unchanged."""
    return ssl.DER_cert_to_PEM_cert(der).encode()


def seal_subject(nip, name="Firma Testowa sp. z o.o."):
    """Return the subject of a company's certificate."""
    return [
        (NameOID.COUNTRY_NAME, "PL"),
        (_ORGANIZATION_ID, f"VATPL-{nip}"),
        (NameOID.ORGANIZATION_NAME, name),
        (NameOID.COMMON_NAME, name),
    ]


def person_subject(pesel, given_name="Zofia", surname="Łęcka"):
    """Return the subject of a person's certificate."""
    return [
        (NameOID.COUNTRY_NAME, "PL"),
        (NameOID.SERIAL_NUMBER, f"PNOPL-{pesel}"),
        (NameOID.SURNAME, surname),
        (NameOID.GIVEN_NAME, given_name),
        (NameOID.COMMON_NAME, f"{given_name} {surname}"),
    ]


def enroll(simulator, usage, subject, valid_from=None):
    """Issue a certificate by the simulator's authority and make it known there.

    :param usage: ``AUTHENTICATION`` or ``OFFLINE``
    :param subject: ``seal_subject(…)`` or ``person_subject(…)``
    :param valid_from: aware; two years from then
    """
    key = ec.generate_private_key(ec.SECP256R1())
    now = simulator.clock.now()
    issued = simulator.simulator.authority.issue(
        subject, key.public_key(), usage, valid_from or now - timedelta(days=1)
    )
    simulator.state.certificates[issued.serial] = IssuedCertificate(
        serial=issued.serial,
        der=issued.der,
        name="Odoo",
        type=usage,
        common_name=issued.common_name,
        owner=_owner(dict(subject)),
        valid_from=issued.valid_from,
        valid_to=issued.valid_to,
        requested_at=now,
    )
    return Pair(issued.der, key)


def self_signed(subject, usage=AUTHENTICATION, days=730, key=None, starts_in=-1):
    """Make a certificate that nobody vouches for.

    :param usage: None makes one for both uses, as qualified certificates are
    :param days: how long it is valid
    :param starts_in: days from now to its first day
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    start = datetime.now(timezone.utc) + timedelta(days=starts_in)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(_key_usage(usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Pair(certificate.public_bytes(serialization.Encoding.DER), key)


def _key_usage(usage):
    return x509.KeyUsage(
        digital_signature=usage != OFFLINE,
        content_commitment=usage != AUTHENTICATION,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _owner(subject):
    if _ORGANIZATION_ID in subject:
        return Identifier("Nip", subject[_ORGANIZATION_ID].removeprefix("VATPL-"))
    return Identifier("Pesel", subject[NameOID.SERIAL_NUMBER].removeprefix("PNOPL-"))


def b64(data):
    """Return bytes as a Binary field takes them."""
    return b64encode(data).decode()

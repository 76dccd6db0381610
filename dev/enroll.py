"""Get a company's two certificates from a KSeF that accepts self-signed seals.

That is TEST and the simulator. Everything is made in memory, as a company gets it in
real life: a login with a seal, then a request per certificate.
Source: KSeF documentation, certificates; POST /certificates/enrollments.
"""

import base64
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ksef import auth
from ksef.certificates import read_certificate
from ksef.client import KsefClient, utcnow
from ksef.environment import Environment

TIMEOUT_SECONDS = 30
ISSUED = 200
IN_PROGRESS = 100
ATTRIBUTES = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "uniqueIdentifier": x509.ObjectIdentifier("2.5.4.45"),
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": x509.ObjectIdentifier("2.5.4.97"),
}


class EnrollmentFailed(Exception):
    """KSeF did not issue the certificate."""


@dataclass(frozen=True)
class Pair:
    """What a person downloads from KSeF: a certificate and its encrypted key."""

    certificate: bytes
    key: bytes
    password: str


def enroll(api_url: str, nip: str, company: str) -> dict[str, Pair]:
    """Return the pairs ``Authentication`` and ``Offline`` of a company.

    :param api_url: with its ``/v2``
    :raises EnrollmentFailed: the request was refused
    """
    token = _login(api_url, nip, company)
    return {
        usage: _certificate(api_url, token, usage)
        for usage in ("Authentication", "Offline")
    }


def _login(api_url: str, nip: str, company: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    seal = make_seal(key, nip, company)
    client = KsefClient(Environment.custom(api_url))
    tokens = auth.login(
        client, nip, read_certificate(seal), key, sleep=time.sleep, clock=utcnow
    )
    return tokens.access


def make_seal(key: ec.EllipticCurvePrivateKey, nip: str, company: str) -> bytes:
    """Return the certificate (DER) of a company's seal that nobody has signed."""
    subject = _name(
        {
            "countryName": "PL",
            "organizationName": company,
            "organizationIdentifier": f"VATPL-{nip}",
            "commonName": company,
        }
    )
    now = datetime.now(timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.DER)


def _name(values: dict[str, str | None]) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(ATTRIBUTES[name], value)
            for name, value in values.items()
            if value and name in ATTRIBUTES
        ]
    )


def _certificate(api_url: str, token: str, usage: str) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _call(api_url, token, "GET", "/certificates/enrollments/data")
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name(subject))
        .sign(key, hashes.SHA256())
    )
    reference = _call(
        api_url,
        token,
        "POST",
        "/certificates/enrollments",
        {
            "certificateName": f"Odoo {usage}",
            "certificateType": usage,
            "csr": _base64(request.public_bytes(serialization.Encoding.DER)),
        },
    )["referenceNumber"]
    serial = _wait(api_url, token, reference)
    answer = _call(
        api_url,
        token,
        "POST",
        "/certificates/retrieve",
        {"certificateSerialNumbers": [serial]},
    )
    password = secrets.token_urlsafe(12)
    return Pair(
        _pem(answer["certificates"][0]["certificate"]),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password.encode()),
        ),
        password,
    )


def _wait(api_url: str, token: str, reference: str) -> str:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        answer = _call(api_url, token, "GET", f"/certificates/enrollments/{reference}")
        code = answer["status"]["code"]
        if code == ISSUED:
            return answer["certificateSerialNumber"]
        if code != IN_PROGRESS:
            raise EnrollmentFailed(f"The certificate was refused: {answer['status']}")
        time.sleep(0.3)
    raise EnrollmentFailed(f"No certificate after {TIMEOUT_SECONDS} s")


def _call(
    api_url: str, token: str, method: str, path: str, body: dict | None = None
) -> dict:
    response = requests.request(
        method,
        api_url + path,
        json=body,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_SECONDS,
    )
    if not response.ok:
        raise EnrollmentFailed(
            f"{method} {path}: {response.status_code} {response.text}"
        )
    return response.json()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _pem(der: str) -> bytes:
    certificate = "\n".join(der[at : at + 64] for at in range(0, len(der), 64))
    return (
        f"-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n"
    ).encode()

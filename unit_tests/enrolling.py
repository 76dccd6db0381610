"""Ask the simulator for KSeF certificates over plain HTTP: CSR, request, retrieval."""

from __future__ import annotations

import base64
from typing import Any

import requests
from actors import Actor
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_OIDS = {
    "commonName": NameOID.COMMON_NAME,
    "countryName": NameOID.COUNTRY_NAME,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationName": NameOID.ORGANIZATION_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


def make_csr(
    actor: Actor,
    key: Any = None,
    leave_out: str = "",
    rsa_padding: Any = None,
    **extra: str,
) -> str:
    """Make a CSR for the data of the actor's login certificate (Base64 of DER)."""
    data = actor.get("/certificates/enrollments/data").json()
    data.pop(leave_out, None)
    subject = {**data, **extra}
    name = x509.Name(
        [x509.NameAttribute(_OIDS[field], value) for field, value in subject.items()]
    )
    builder = x509.CertificateSigningRequestBuilder().subject_name(name)
    csr = builder.sign(
        key or ec.generate_private_key(ec.SECP256R1()),
        hashes.SHA256(),
        rsa_padding=rsa_padding,
    )
    return base64.b64encode(csr.public_bytes(serialization.Encoding.DER)).decode()


def ask(
    actor: Actor,
    csr: str,
    kind: str = "Authentication",
    name: str = "Certyfikat główny",
    **fields: Any,
) -> requests.Response:
    """Ask for a certificate."""
    body = {"certificateName": name, "certificateType": kind, "csr": csr, **fields}
    return actor.post("/certificates/enrollments", body)


def enroll(
    actor: Actor, kind: str = "Authentication", key: Any = None, **fields: Any
) -> tuple[str, bytes]:
    """Get a certificate: ask, wait, retrieve; return (serial, DER)."""
    asked = ask(actor, make_csr(actor, key), kind, **fields)
    assert asked.status_code == 202, asked.text
    actor.later()
    reference = asked.json()["referenceNumber"]
    status = actor.get(f"/certificates/enrollments/{reference}").json()
    assert status["status"]["code"] == 200, status
    serial = status["certificateSerialNumber"]
    got = actor.post(
        "/certificates/retrieve", {"certificateSerialNumbers": [serial]}
    ).json()
    (item,) = got["certificates"]
    assert (item["certificateSerialNumber"], item["certificateType"]) == (serial, kind)
    return serial, base64.b64decode(item["certificate"])

"""Certificates issued by KSeF and QR codes, against the simulator."""

import base64

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from support_end_to_end import Person
from support_ksef import NIP, make_key, name_of, needs_shared

from ksef.certificates import (
    CertificateUsage,
    check_pair,
    check_slot,
    read_certificate,
)
from ksef.crypto import sha256_base64
from ksef.errors import KsefAuthError, KsefRequestRejected
from ksef.links import certificate_link, invoice_link

pytestmark = needs_shared


@pytest.fixture
def me(sim):
    """The owner of NIP."""
    return Person(sim)


def enrol(person, kind, key):
    """Get a KSeF certificate the way the taxpayer portal does; return its DER."""
    token = person.client.tokens.access if person.client.tokens else None
    if token is None:
        person.client.rate_limits()
        token = person.client.tokens.access
    headers = {"Authorization": f"Bearer {token}"}
    base = f"{person.sim.api_url}/certificates"

    def call(method, path, **body):
        options = {"json": body} if body else {}
        answer = requests.request(
            method, base + path, headers=headers, timeout=10, **options
        )
        assert answer.ok, answer.text
        return answer.json()

    data = call("GET", "/enrollments/data")
    parts = {
        "C": data["countryName"],
        "O": data["organizationName"],
        "organizationIdentifier": data["organizationIdentifier"],
        "CN": data["commonName"],
    }
    csr = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(name_of(parts))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    asked = call(
        "POST",
        "/enrollments",
        certificateName="Certyfikat do testu",
        certificateType=kind,
        csr=base64.b64encode(csr).decode(),
    )
    person.pass_time(5)
    done = call("GET", f"/enrollments/{asked['referenceNumber']}")
    serial = done["certificateSerialNumber"]
    found = call("POST", "/retrieve", certificateSerialNumbers=[serial])
    return base64.b64decode(found["certificates"][0]["certificate"])


def test_an_enrolled_certificate_is_read_and_logs_in(me):
    key = make_key("ec", 1)
    certificate = read_certificate(enrol(me, "Authentication", key))
    check_pair(certificate, key)
    check_slot(
        certificate,
        CertificateUsage.AUTHENTICATION,
        at=me.sim.clock.now(),
        environment=me.environment,
    )
    assert certificate.nip == NIP
    other = Person(me.sim, pair=(certificate, key))
    assert other.client.rate_limits()


def test_an_enrolled_certificate_is_found_by_its_serial_number(me):
    certificate = read_certificate(enrol(me, "Offline", make_key("ec", 2)))
    (found,) = me.client.query_certificates(certificate.serial_hex)
    assert (found.serial_number, found.type) == (certificate.serial_hex, "Offline")
    assert found.status == "Active"


def test_an_offline_certificate_cannot_log_in(me):
    key = make_key("ec", 3)
    certificate = read_certificate(enrol(me, "Offline", key))
    assert certificate.usage is CertificateUsage.OFFLINE
    stranger = Person(me.sim, pair=(certificate, key))
    with pytest.raises((KsefRequestRejected, KsefAuthError)) as caught:
        stranger.client.rate_limits()
    assert caught.value.code in (21115, 460)


def verdict(link):
    return requests.get(link, timeout=10).headers["X-KSeF-Verdict"]


def test_code_one_leads_to_the_invoice(me):
    xml = me.invoice()
    day = me.sim.clock.today_in_warsaw()
    link = invoice_link(me.environment, NIP, day, sha256_base64(xml))
    assert verdict(link) == "invoice-not-found"
    assert me.outcome(me.open(), xml).is_accepted
    me.pass_time()
    assert verdict(link) == "invoice-known"


def test_code_two_is_valid_with_the_offline_certificate_and_with_no_other(me):
    key = make_key("ec", 4)
    certificate = read_certificate(enrol(me, "Offline", key))
    values = {
        "context_value": NIP,
        "seller_nip": NIP,
        "serial_hex": certificate.serial_hex,
        "invoice_hash": sha256_base64(me.invoice()),
    }
    good = certificate_link(me.environment, key=key, **values)
    forged = certificate_link(me.environment, key=make_key("ec", 5), **values)
    assert verdict(good) == "certificate-valid"
    assert verdict(forged) != "certificate-valid"

"""KSeF certificates over plain HTTP: conformance cases 27-33 of the simulator."""

import base64
import re

import pytest
from actors import BUYER, PESEL, SELLER, Actor, allow, code_of, person
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from enrolling import ask, enroll, make_csr
from sim_client import Identity

from simulator.der import children, read_certificate, split_element


@pytest.fixture
def company(sim):
    """The owner of the seller's context, logged in with a seal."""
    return Actor(sim, SELLER)


def issued(der, key):
    """Use an enrolled certificate as an identity, with its exact bytes."""
    return Identity(key, read_certificate(der), der)


def token_login(actor):
    """Log in with a new KSeF token; return the header that carries the access token."""
    body = {"permissions": ["InvoiceRead"], "description": "do testów"}
    made = actor.post("/tokens", body).json()
    actor.later()
    return actor.log_in_by_token(made["token"])


def test_enrollment_data_equals_login_certificate_of_a_seal(company):
    """Case 27."""
    data = company.get("/certificates/enrollments/data").json()
    assert data == {
        "commonName": f"Firma {SELLER}",
        "countryName": "PL",
        "organizationName": f"Firma {SELLER}",
        "organizationIdentifier": f"VATPL-{SELLER}",
    }


def test_enrollment_data_equals_login_certificate_of_a_person(sim, company):
    """Case 27."""
    allow(company, {"type": "Pesel", "value": PESEL}, "InvoiceRead")
    data = (
        Actor(sim, SELLER, person(PESEL)).get("/certificates/enrollments/data").json()
    )
    assert (data["givenName"], data["surname"]) == ("Jan", "Kowalski")
    assert data["serialNumber"] == f"PNOPL-{PESEL}"


def test_token_login_cannot_enroll(company):
    """Case 27."""
    csr = make_csr(company)
    headers = token_login(company)
    asked = company.get("/certificates/enrollments/data", headers=headers)
    assert code_of(asked) == 25001
    body = {"certificateName": "Nazwa", "certificateType": "Offline", "csr": csr}
    enrolled = company.post("/certificates/enrollments", body, headers=headers)
    assert code_of(enrolled) == 25002
    limits = company.get("/certificates/limits", headers=headers).json()
    assert limits["canRequest"] is False


def test_token_login_cannot_revoke(company):
    """Case 33."""
    serial, _der = enroll(company)
    headers = token_login(company)
    path = f"/certificates/{serial}/revoke"
    refused = company.post(path, {}, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["reasonCode"] == "auth-method-not-allowed"


@pytest.mark.parametrize(
    "change",
    [
        {"leave_out": "organizationName"},
        {"surname": "Nowak"},
        {"commonName": "Inna firma"},
    ],
    ids=["missing", "extra", "other"],
)
def test_csr_of_another_subject_is_refused(company, change):
    """Case 28."""
    assert code_of(ask(company, make_csr(company, **change))) == 25003


@pytest.mark.parametrize("kind", ["rsa-3072", "p-384"])
def test_csr_with_another_key_is_refused(company, kind):
    """Case 28."""
    keys = {
        "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
        "p-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    }
    asked = ask(company, make_csr(company, keys[kind]()))
    assert code_of(asked) == 25010


@pytest.mark.parametrize("text", ["AAAA", "to nie jest Base64!"])
def test_garbage_instead_of_a_csr_is_refused(company, text):
    """Case 28."""
    assert code_of(ask(company, text)) == 25004


def test_csr_with_a_broken_signature_is_refused(company):
    """Case 28."""
    data = bytearray(base64.b64decode(make_csr(company)))
    data[-1] ^= 1
    assert code_of(ask(company, base64.b64encode(data).decode())) == 25004


def test_csr_of_rsa_2048_signed_with_pss_is_accepted(company):
    """Case 29."""
    key = rsa.generate_private_key(65537, 2048)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    csr = make_csr(company, key, rsa_padding=pss)
    assert ask(company, csr).status_code == 202


def test_enrollment_gives_a_certificate_for_the_key_of_the_csr(company):
    """Case 29."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial, der = enroll(company, key=key)
    certificate = read_certificate(der)
    assert re.fullmatch("[0-9A-F]{16}", serial)
    assert f"{certificate.serial_number:016X}" == serial
    assert certificate.public_key() == key.public_key()
    days = certificate.not_valid_after_utc - certificate.not_valid_before_utc
    assert days.days == 730


def test_some_serial_numbers_start_with_zero_and_some_do_not(company):
    """Case 29."""
    starts = {enroll(company)[0][0] == "0" for _number in range(2)}
    assert starts == {True, False}


def test_status_is_100_until_the_request_is_worked_off(company):
    """Case 29."""
    reference = ask(company, make_csr(company)).json()["referenceNumber"]
    status = company.get(f"/certificates/enrollments/{reference}").json()
    assert status["status"]["code"] == 100
    assert "certificateSerialNumber" not in status


@pytest.mark.parametrize(
    ("kind", "usage", "suffix"),
    [
        ("Authentication", (True, False), "(uwierzytelnienie)"),
        ("Offline", (False, True), "(offline)"),
    ],
)
def test_key_usage_and_name_follow_the_type(company, kind, usage, suffix):
    """Case 30."""
    certificate = read_certificate(enroll(company, kind)[1])
    extension = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    value = extension.value
    assert extension.critical
    assert (value.digital_signature, value.content_commitment) == usage
    assert not (value.key_encipherment or value.key_agreement or value.key_cert_sign)
    (name,) = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert name.value.endswith(suffix)


def test_signature_algorithm_carries_an_explicit_null(sim, company):
    """Shape of the real certificates: ecdsa-with-SHA512 with NULL parameters."""
    _serial, der = enroll(company)
    _tag, content, _rest = split_element(der)
    tbs, algorithm, bits = children(content)
    assert algorithm == bytes.fromhex("300c06082a8648ce3d0403040500")
    assert algorithm in tbs
    signature = split_element(bits)[1][1:]
    issuer = sim.simulator.authority.certificate.public_key()
    issuer.verify(signature, tbs, ec.ECDSA(hashes.SHA512()))


def test_enrolled_certificate_logs_in_and_may_enroll_again(sim, company):
    """Case 29: a KSeF certificate may be used to ask for further ones."""
    key = ec.generate_private_key(ec.SECP256R1())
    _serial, der = enroll(company, key=key)
    again = Actor(sim, SELLER, issued(der, key))
    _serial, second = enroll(again, "Offline")
    (name,) = read_certificate(second).subject.get_attributes_for_oid(
        NameOID.COMMON_NAME
    )
    assert name.value == f"Firma {SELLER} (offline)"


def test_key_of_another_subject_is_refused_later(sim, company):
    """Case 31."""
    key = ec.generate_private_key(ec.SECP256R1())
    enroll(company, key=key)
    other = Actor(sim, BUYER)
    reference = ask(other, make_csr(other, key)).json()["referenceNumber"]
    other.later()
    status = other.get(f"/certificates/enrollments/{reference}").json()["status"]
    assert status["code"] == 400
    assert status["details"]


def test_limit_of_active_certificates(company):
    """Case 32."""
    enroll(company)
    limit = {"certificate": {"maxCertificates": 1}, "subjectIdentifierType": "Nip"}
    assert company.post("/testdata/limits/subject/certificate", limit).ok
    assert code_of(ask(company, make_csr(company))) == 25007
    limits = company.get("/certificates/limits").json()
    assert limits["canRequest"] is False
    assert limits["certificate"] == {"remaining": 0, "limit": 1}
    subject = company.get("/limits/subject").json()
    assert subject["certificate"] == {"maxCertificates": 1}
    assert company.delete("/testdata/limits/subject/certificate").ok
    assert company.get("/certificates/limits").json()["canRequest"] is True


def test_limit_of_enrollments(company):
    """Case 32."""
    enroll(company)
    limit = {"enrollment": {"maxEnrollments": 1}, "certificate": None}
    assert company.post("/testdata/limits/subject/certificate", limit).ok
    assert code_of(ask(company, make_csr(company))) == 25006


def test_person_has_smaller_limits(sim, company):
    """Case 32."""
    allow(company, {"type": "Pesel", "value": PESEL}, "InvoiceRead")
    limits = Actor(sim, SELLER, person(PESEL)).get("/certificates/limits").json()
    assert (limits["enrollment"]["limit"], limits["certificate"]["limit"]) == (12, 6)


def test_revoke_then_revoke_again(company):
    """Case 33."""
    serial, _der = enroll(company)
    path = f"/certificates/{serial}/revoke"
    assert company.post(path, {"revocationReason": "Superseded"}).status_code == 204
    assert code_of(company.post(path, {})) == 25009
    assert code_of(company.post(f"/certificates/{'0' * 16}/revoke", {})) == 25008
    found = company.post("/certificates/query", {"status": "Revoked"}).json()
    assert [item["certificateSerialNumber"] for item in found["certificates"]] == [
        serial
    ]


def test_certificate_of_another_subject_cannot_be_revoked(sim, company):
    """Case 33."""
    serial, _der = enroll(company)
    refused = Actor(sim, BUYER).post(f"/certificates/{serial}/revoke", {})
    assert code_of(refused) == 25008


def test_query_filters_and_pages(company):
    """Case 33: newest request first, exact serial number, part of the name."""
    serials = []
    for number in range(12):
        kind = "Offline" if number % 2 else "Authentication"
        serials.append(enroll(company, kind, name=f"Certyfikat {number:02d}")[0])
    first = company.post("/certificates/query?pageSize=10", {}).json()
    second = company.post("/certificates/query?pageSize=10&pageOffset=1", {}).json()
    rows = first["certificates"] + second["certificates"]
    assert (first["hasMore"], second["hasMore"]) == (True, False)
    assert [row["certificateSerialNumber"] for row in rows] == serials[::-1]
    offline = company.post("/certificates/query", {"type": "Offline", "name": None})
    assert len(offline.json()["certificates"]) == 6
    named = company.post("/certificates/query", {"name": "07"}).json()["certificates"]
    assert [row["certificateSerialNumber"] for row in named] == [serials[7]]
    one = company.post("/certificates/query", {"certificateSerialNumber": serials[3]})
    (row,) = one.json()["certificates"]
    assert row["subjectIdentifier"] == {"type": "Nip", "value": SELLER}
    assert row["status"] == "Active"
    assert code_of(company.post("/certificates/query?pageSize=9", {})) == 21405


def test_moved_end_of_validity_expires_the_certificate(sim, company):
    """API 2.7: PUT /testdata/certificates; the login then ends with status 460."""
    key = ec.generate_private_key(ec.SECP256R1())
    serial, der = enroll(company, key=key)
    past = "2026-01-01T00:00:00Z"
    assert company.put(f"/testdata/certificates/{serial}", {"validTo": past}).ok
    found = company.post("/certificates/query", {"certificateSerialNumber": serial})
    assert found.json()["certificates"][0]["status"] == "Expired"
    with pytest.raises(AssertionError, match="460"):
        Actor(sim, SELLER, issued(der, key))


def test_future_start_of_validity(sim, company):
    """ksef-api.md §3.2: validFrom may be in the future."""
    start = "2027-05-01T00:00:00Z"
    _serial, der = enroll(company, "Offline", validFrom=start)
    assert (
        read_certificate(der).not_valid_before_utc.isoformat().startswith("2027-05-01")
    )


def test_status_of_a_request_is_kept_for_thirty_days(sim, company):
    """ksef-api.md §1.5: 410 afterwards; another subject's request is unknown."""
    reference = ask(company, make_csr(company)).json()["referenceNumber"]
    path = f"/certificates/enrollments/{reference}"
    assert code_of(Actor(sim, BUYER).get(path)) == 25005
    company.later(31 * 86400)
    assert Actor(sim, SELLER).get(path).status_code == 410


def test_retrieve_gives_only_own_certificates(sim, company):
    """ksef-api.md §3.2: 1 to 10 numbers."""
    serial, _der = enroll(company)
    asked = {"certificateSerialNumbers": [serial]}
    assert Actor(sim, BUYER).post("/certificates/retrieve", asked).json() == {
        "certificates": []
    }
    none = company.post("/certificates/retrieve", {"certificateSerialNumbers": []})
    assert code_of(none) == 21405

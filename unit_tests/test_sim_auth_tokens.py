"""Login by KSeF token and by KSeF certificate: conformance cases 21-23 and 25."""

import base64

import pytest
import sim_client as c
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

import simulator


@pytest.fixture
def owner(sim):
    """The owner of NIP, logged in by certificate."""
    return c.SimClient(sim, c.seal()).login()


def new_token(owner):
    """Make a KSeF token and return its reference and text."""
    body = {"permissions": ["InvoiceRead", "InvoiceWrite"], "description": "testowy"}
    answer = owner.post("/tokens", body)
    assert answer.status_code == 202
    owner.settle()
    return answer.json()["referenceNumber"], answer.json()["token"]


def token_body(client, text, *, shift=0, key_id=True, nip=c.NIP):
    """Encrypt ``text|timestampMs`` for a fresh challenge."""
    challenge = client.challenge()
    public_key, public_key_id = client.public_key("KsefTokenEncryption")
    plain = f"{text}|{challenge['timestampMs'] + shift}".encode()
    body = {
        "challenge": challenge["challenge"],
        "contextIdentifier": {"type": "Nip", "value": nip},
        "encryptedToken": c.oaep(public_key, plain),
    }
    return {**body, "publicKeyId": public_key_id} if key_id else body


def token_status(client, body):
    answer = client.post("/auth/ksef-token", body, token="")
    assert answer.status_code == 202, answer.text
    client.operation = answer.json()
    return client.auth_status()


def test_ksef_token_logs_in(sim, owner):
    """Case 21."""
    _reference, text = new_token(owner)
    me = c.SimClient(sim)
    assert token_status(me, token_body(me, text)) == 200
    assert me.take_tokens().get("/auth/sessions").status_code == 200


def test_token_without_public_key_id_logs_in(sim, owner):
    """Case 22."""
    _reference, text = new_token(owner)
    me = c.SimClient(sim)
    assert token_status(me, token_body(me, text, key_id=False)) == 200


def test_explicit_nulls_are_taken_as_absent(sim, owner):
    """verifiers.md: some clients send every optional member as null."""
    _reference, text = new_token(owner)
    me = c.SimClient(sim)
    body = {**token_body(me, text, key_id=False), "publicKeyId": None}
    assert token_status(me, {**body, "authorizationPolicy": None}) == 200


def test_wrong_timestamp_ends_as_450(sim, owner):
    """Case 21."""
    _reference, text = new_token(owner)
    me = c.SimClient(sim)
    assert token_status(me, token_body(me, text, shift=1)) == 450


def test_revoked_token_ends_as_450(sim, owner):
    """Case 21."""
    reference, text = new_token(owner)
    assert owner.call("DELETE", f"/tokens/{reference}").status_code == 204
    me = c.SimClient(sim)
    assert token_status(me, token_body(me, text)) == 450


def test_token_of_another_context_ends_as_450(sim, owner):
    """Case 21: a token belongs to one context."""
    _reference, text = new_token(owner)
    me = c.SimClient(sim)
    assert token_status(me, token_body(me, text, nip=c.OTHER_NIP)) == 450


def test_token_encrypted_with_a_foreign_key_ends_as_450(sim, owner):
    """Case 21: without an id a wrong key shows up as a status only."""
    me = c.SimClient(sim)
    body = token_body(me, "x", key_id=False)
    body["encryptedToken"] = c.oaep(c.rsa_key().public_key(), b"x|1")
    assert token_status(me, body) == 450


def test_unknown_public_key_id_is_refused(sim, owner):
    """Case 22."""
    me = c.SimClient(sim)
    body = {**token_body(me, "x"), "publicKeyId": c.sha(b"unknown")}
    assert c.code_of(me.post("/auth/ksef-token", body, token="")) == 21470


def test_revoking_a_token_ends_the_refresh_of_its_logins(sim, owner):
    """ksef-api.md §2.1: 21301, token revoked."""
    reference, text = new_token(owner)
    me = c.SimClient(sim)
    token_status(me, token_body(me, text))
    me.take_tokens()
    owner.call("DELETE", f"/tokens/{reference}")
    assert c.code_of(me.post("/auth/token/refresh", token=me.refresh)) == 21301


def test_token_gives_no_more_than_its_permissions(sim, owner):
    """ksef-api.md §13: permissions of the token, not of its author."""
    body = {"permissions": ["InvoiceRead"], "description": "tylko odczyt"}
    text = owner.post("/tokens", body).json()["token"]
    owner.settle()
    me = c.SimClient(sim)
    token_status(me, token_body(me, text))
    me.take_tokens()
    refused = me.post("/sessions/online", {})
    assert refused.status_code == 403
    assert refused.json()["reasonCode"] == "missing-permissions"
    assert refused.json()["security"]["presentPermissions"] == ["InvoiceRead"]
    assert "InvoiceWrite" in refused.json()["security"]["requiredAnyOfPermissions"]


def test_blocked_context_ends_as_480_until_unblocked(sim):
    """Case 23."""
    me = c.SimClient(sim, c.seal())
    body = {"contextIdentifier": {"type": "Nip", "value": c.NIP}}
    assert me.post("/testdata/context/block", body).status_code == 200
    assert me.start() == 480
    assert me.post("/testdata/context/unblock", body).status_code == 200
    assert me.start() == 200


def enrolled(owner, kind):
    """Enrol a KSeF certificate of a kind; return it with its key, and its serial."""
    data = owner.get("/certificates/enrollments/data").json()
    names = {
        "countryName": NameOID.COUNTRY_NAME,
        "organizationName": NameOID.ORGANIZATION_NAME,
        "organizationIdentifier": c.ORGANIZATION_ID,
        "commonName": NameOID.COMMON_NAME,
    }
    key = c.ec_key()
    subject = x509.Name([x509.NameAttribute(o, data[n]) for n, o in names.items()])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    csr = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    body = {
        "certificateName": "Testowy",
        "certificateType": kind,
        "csr": base64.b64encode(csr).decode(),
    }
    reference = owner.post("/certificates/enrollments", body).json()["referenceNumber"]
    owner.settle()
    status = owner.get(f"/certificates/enrollments/{reference}").json()
    serial = status["certificateSerialNumber"]
    found = owner.post(
        "/certificates/retrieve", {"certificateSerialNumbers": [serial]}
    ).json()["certificates"][0]
    der = base64.b64decode(found["certificate"])
    return c.Identity(key, _Serial(serial), der), serial


class _Serial:
    """Stands in for a certificate that ``cryptography`` may refuse to read."""

    def __init__(self, serial):
        self.serial_number = int(serial, 16)


def test_enrolled_certificate_logs_in(sim, owner):
    """ksef-api.md §3.3: signed with an explicit NULL parameter, and fine for login."""
    who, _serial = enrolled(owner, "Authentication")
    me = c.SimClient(sim, who)
    assert me.start() == 200
    path = f"/auth/{me.operation['referenceNumber']}"
    status = me.get(path, token=me.operation_token).json()
    assert status["authenticationMethod"] == "InternalCertificate"


def test_offline_certificate_does_not_log_in(sim, owner):
    """Case 25."""
    who, _serial = enrolled(owner, "Offline")
    me = c.SimClient(sim, who)
    assert c.code_of(me.submit(me.signed_request())) == 21115


def test_revoked_certificate_ends_as_460(sim, owner):
    """ksef-api.md §2.1: certificate revoked."""
    who, serial = enrolled(owner, "Authentication")
    assert owner.post(f"/certificates/{serial}/revoke", {}).status_code == 204
    me = c.SimClient(sim, who)
    assert me.start() == 460


def test_certificate_of_another_simulator_is_refused(sim, owner):
    """ksef-api.md §2.6: 21115 for a certificate of another environment."""
    who, _serial = enrolled(owner, "Authentication")
    with simulator.running(simulator.Config(rate_limits="off")) as another:
        another.clock.freeze()
        me = c.SimClient(another, who)
        assert c.code_of(me.submit(me.signed_request())) == 21115

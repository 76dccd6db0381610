"""Interactive sessions of the simulator: conformance cases 34-44."""

import base64
import datetime as dt
import hashlib

import pytest
import sim_client as c
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from schemas_at_hand import needs_schemas

from simulator.identifiers import crc8


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return c.SimClient(sim, c.seal()).login()


def fv(sim, number="FV/1", **options):
    """An invoice of the simulator's day."""
    options.setdefault("day", c.today(sim))
    return c.invoice(number, **options)


def allow_self_billing(sim, me, seller):
    """Let NIP issue for ``seller`` as its buyer."""
    other = c.SimClient(sim, c.seal(seller), seller).login()
    body = {
        "subjectIdentifier": {"type": "Nip", "value": me.nip},
        "permission": "SelfInvoicing",
        "description": "samofakturowanie",
        "subjectDetails": {"fullName": "Nabywca sp. z o.o."},
    }
    answer = other.post("/permissions/authorizations/grants", body)
    assert answer.status_code == 202, answer.text
    other.settle()
    return other


def test_public_keys_are_consistent(sim, me):
    """Case 34."""
    listed = me.get("/security/public-key-certificates", token="").json()
    assert {usage for item in listed for usage in item["usage"]} == {
        "KsefTokenEncryption",
        "SymmetricKeyEncryption",
    }
    now = sim.clock.now()
    for item in listed:
        der = base64.b64decode(item["certificate"])
        key = x509.load_der_x509_certificate(der).public_key()
        spki = key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        assert item["publicKeyId"] == c.sha(spki)
        assert item["certificateId"] == c.sha(der)
        start, end = (
            dt.datetime.fromisoformat(item[name]) for name in ("validFrom", "validTo")
        )
        assert start <= now < end


def test_withdrawn_key_is_refused_and_the_new_one_works(sim, me):
    """Case 35."""
    old = me.encryption()
    sim.simulator.keys.rotate(sim.clock.now(), ("SymmetricKeyEncryption",), True)
    body = {"formCode": c.FORM_FA3, "encryption": old}
    assert c.code_of(me.post("/sessions/online", body)) == 21470
    assert me.post("/sessions/online", {**body, "encryption": me.encryption()}).ok


def test_planned_rotation_keeps_the_old_key(sim, me):
    """Case 35."""
    old = me.encryption()
    answer = me.post(sim.url + "/_sim/rotate-keys", {"withdraw": False})
    assert len(answer.json()) == 4
    me.open(encryption=old)
    assert me.encryption()["publicKeyId"] != old["publicKeyId"]
    me.open()


def test_session_opens_for_twelve_hours(sim, me):
    """Case 36."""
    body = {"formCode": c.FORM_FA3, "encryption": me.encryption()}
    answer = me.post("/sessions/online", body)
    assert answer.status_code == 201
    assert answer.json()["referenceNumber"][8:12] == "-SO-"
    until = dt.datetime.fromisoformat(answer.json()["validUntil"][:26] + "+00:00")
    assert until - sim.clock.now() == dt.timedelta(hours=12)


@pytest.mark.parametrize(
    "form",
    [
        {"systemCode": "FA(3)", "schemaVersion": "1-0E", "value": "FA"},
        {"systemCode": "FA (4)", "schemaVersion": "1-0E", "value": "FA"},
        {"systemCode": "FA (3)", "value": "FA"},
    ],
)
def test_unknown_form_is_refused(me, form):
    """Case 36."""
    body = {"formCode": form, "encryption": me.encryption()}
    assert c.code_of(me.post("/sessions/online", body)) == 21405


def test_hexadecimal_vector_is_refused_with_its_length(me):
    """ksef-api.md §4: the message names 16 and the received length."""
    encryption = {**me.encryption(), "initializationVector": c.b64(b"0" * 32)}
    answer = me.post(
        "/sessions/online", {"formCode": c.FORM_FA3, "encryption": encryption}
    )
    assert c.code_of(answer) == 21405
    assert "16" in answer.text and "32" in answer.text


def test_key_for_another_environment_ends_the_session_as_415(me):
    """Case 37: an invoice sent meanwhile is cancelled with it."""
    session = me.open(encryption=me.encryption(c.rsa_key().public_key()))
    assert me.try_send(session, fv(me.sim)).status_code == 202
    assert me.session(session)["status"]["code"] == 415
    listed = me.get(f"/sessions/{session}/invoices").json()["invoices"]
    assert [item["status"]["code"] for item in listed] == [405]


def test_valid_invoice_gets_its_number(sim, me):
    """Case 38."""
    session = me.open()
    reference = me.send(session, fv(sim))
    path = f"/sessions/{session}/invoices/{reference}"
    assert me.get(path).json()["status"]["code"] == 100
    sim.clock.advance(0.1)
    assert me.get(path).json()["status"]["code"] == 150
    sim.clock.advance(0.1)
    accepted = me.get(path).json()
    assert accepted["status"]["code"] == 200
    nip, day, _middle, check = accepted["ksefNumber"].split("-")
    assert nip == c.NIP
    assert day == f"{c.today(sim):%Y%m%d}"
    assert int(check, 16) == crc8(accepted["ksefNumber"][:32].encode())
    assert len(accepted["ksefNumber"]) == 35
    assert "permanentStorageDate" not in accepted
    stored = me.invoice(session, reference)
    assert stored["permanentStorageDate"] > stored["acquisitionDate"]


def test_crc_of_official_numbers():
    """ksef-api.md §8: [V] vectors."""
    assert crc8(b"123456789") == 0xF4
    assert crc8(b"5265877635-20250826-0100001AF629") == 0xAF


def test_wrong_encrypted_size_or_hash_is_refused_at_once(sim, me):
    """Case 39."""
    session, xml = me.open(), fv(sim)
    size = me.send_body(xml)["encryptedInvoiceSize"] + 1
    answer = me.try_send(session, xml, encryptedInvoiceSize=size)
    assert c.code_of(answer) == 21402
    answer = me.try_send(session, xml, encryptedInvoiceHash=c.sha(xml))
    assert c.code_of(answer) == 21403


def test_vector_in_front_of_the_content_is_refused(sim, me):
    """Case 40."""
    session, xml = me.open(), fv(sim)
    encrypted = me.session_key.iv + me.session_key.encrypt(xml)
    result = me.outcome(session, xml, encrypted=encrypted)
    assert result["status"]["code"] == 430
    me.close(session)
    assert me.session(session)["status"]["code"] == 445


def test_content_that_is_no_ciphertext_ends_as_435(sim, me):
    """ksef-api.md §5.2."""
    result = me.outcome(me.open(), fv(sim), encrypted=b"x" * 33)
    assert result["status"]["code"] == 435


def test_wrong_plain_hash_is_found_after_decryption(sim, me):
    """Case 41."""
    declared = c.sha(b"something else")
    result = me.outcome(me.open(), fv(sim), invoiceHash=declared)
    assert result["status"]["code"] == 430
    assert declared in result["status"]["details"][0]


def test_wrong_plain_size_is_found_after_decryption(sim, me):
    """Case 41."""
    result = me.outcome(me.open(), fv(sim), invoiceSize=7)
    assert result["status"]["code"] == 430
    assert " 7" in result["status"]["details"][0]


def test_same_number_again_is_a_duplicate(sim, me):
    """Case 42: other bytes, another session."""
    first = me.open()
    original = me.outcome(first, fv(sim))
    again = me.outcome(me.open(), fv(sim, name="inna usługa"))
    assert again["status"]["code"] == 440
    assert again["status"]["extensions"] == {
        "originalKsefNumber": original["ksefNumber"],
        "originalSessionReferenceNumber": first,
    }
    assert "ksefNumber" not in again
    assert "invoicingMode" not in again
    assert again["invoiceNumber"] == "FV/1"


def test_duplicate_is_found_across_contexts(sim, me):
    """Case 42: sent by a buyer who issues for the seller."""
    other = allow_self_billing(sim, me, c.OTHER_NIP)
    xml = fv(sim, seller=c.OTHER_NIP, buyer=c.NIP)
    original = other.outcome(other.open(), xml)
    assert original["status"]["code"] == 200
    again = me.outcome(me.open(), xml)
    assert again["status"]["code"] == 440
    number = again["status"]["extensions"]["originalKsefNumber"]
    assert number == original["ksefNumber"]


def test_correction_with_the_same_number_is_no_duplicate(sim, me):
    """Case 43."""
    session = me.open()
    assert me.outcome(session, fv(sim))["status"]["code"] == 200
    result = me.outcome(session, fv(sim, kind="KOR"))
    assert result["status"]["code"] == 200, result


@needs_schemas
def test_number_of_a_refused_invoice_is_free(sim, me):
    """Case 44."""
    session = me.open()
    wrong = fv(sim).replace(b"<P_12>23</P_12>", b"<P_12>24</P_12>")
    assert me.outcome(session, wrong)["status"]["code"] == 450
    assert me.outcome(session, fv(sim))["status"]["code"] == 200


def test_hash_is_taken_over_the_bytes_sent(sim, me):
    """ksef-api.md §8: nothing is serialised again."""
    xml = fv(sim).replace(b"<P_7>", b"<P_7 >")
    accepted = me.outcome(me.open(), xml)
    assert accepted["invoiceHash"] == c.b64(hashlib.sha256(xml).digest())
    assert sim.state.accepted[accepted["ksefNumber"]].content == xml

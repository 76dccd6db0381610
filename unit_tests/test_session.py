"""Interactive sessions."""

import base64
from datetime import timedelta

import pytest
from support_ksef import NOW, Recipe, client_with, make_key

from ksef.crypto import SessionKey, decrypt, sha256_base64
from ksef.errors import KsefError, KsefRequestRejected
from ksef.messages import PublicKey, PublicKeyUsage
from ksef.session import (
    choose_public_key,
    find_by_hash,
    iterate_invoices,
    open_session,
    prepare_invoice,
)

SYMMETRIC = PublicKeyUsage.SYMMETRIC_KEY_ENCRYPTION
DAY = timedelta(days=1)
SESSION_KEY = SessionKey(bytes(32), bytes(16))
OPENED = (201, {"referenceNumber": "S", "validUntil": "2026-03-03T00:00:00Z"})
WITHDRAWN = (400, {"errors": [{"code": 21470, "description": "x"}]})


def key(
    name, usage=SYMMETRIC.value, valid_from=NOW - DAY, valid_to=NOW + DAY
) -> PublicKey:
    return PublicKey(
        name, None, (usage,), valid_from, valid_to, make_key("rsa").public_key()
    )


def published(*names):
    certificate = base64.b64encode(Recipe(key=make_key("rsa")).der()).decode()
    return (
        200,
        [
            {
                "certificate": certificate,
                "certificateId": "c",
                "publicKeyId": name,
                "usage": [SYMMETRIC.value],
                "validFrom": (NOW - DAY).isoformat(),
                "validTo": (NOW + DAY).isoformat(),
            }
            for name in names
        ],
    )


# -- the key to encrypt with -----------------------------------------------


def test_the_key_of_the_wanted_usage_is_chosen():
    keys = [key("token", PublicKeyUsage.KSEF_TOKEN_ENCRYPTION.value), key("session")]
    assert choose_public_key(keys, SYMMETRIC, NOW).public_key_id == "session"


def test_of_two_valid_keys_the_newer_is_chosen():
    keys = [key("new", valid_from=NOW - DAY), key("old", valid_from=NOW - 9 * DAY)]
    assert choose_public_key(keys, SYMMETRIC, NOW).public_key_id == "new"


def test_keys_that_are_over_or_not_yet_valid_are_left_out():
    keys = [
        key("over", valid_to=NOW),
        key("later", valid_from=NOW + DAY),
        key("now", valid_from=NOW - 5 * DAY),
    ]
    assert choose_public_key(keys, SYMMETRIC, NOW).public_key_id == "now"


def test_without_a_valid_key_nothing_is_encrypted():
    with pytest.raises(KsefError) as caught:
        choose_public_key([key("over", valid_to=NOW)], SYMMETRIC, NOW)
    assert caught.value.code == "no_public_key"


# -- opening -----------------------------------------------------------------


def used_ids(transport):
    return [
        each.json["encryption"]["publicKeyId"]
        for each in transport.requests
        if each.path == "/sessions/online"
    ]


def test_a_session_is_opened_with_keys_known_from_before():
    client, transport = client_with(OPENED)
    assert open_session(client, SESSION_KEY, [key("A")]).reference_number == "S"
    assert used_ids(transport) == ["A"]


def test_without_known_keys_they_are_fetched():
    client, transport = client_with(published("A"), OPENED)
    open_session(client, SESSION_KEY)
    assert [each.path for each in transport.requests] == [
        "/security/public-key-certificates",
        "/sessions/online",
    ]


@pytest.mark.parametrize("known", [True, False])
def test_a_withdrawn_key_is_replaced_once(known):
    keys = [key("A")] if known else None
    script = [] if known else [published("A")]
    client, transport = client_with(*script, WITHDRAWN, published("B"), OPENED)
    open_session(client, SESSION_KEY, keys)
    assert used_ids(transport) == ["A", "B"]


def test_a_second_withdrawal_is_an_error():
    client, transport = client_with(WITHDRAWN, published("B"), WITHDRAWN)
    with pytest.raises(KsefRequestRejected) as caught:
        open_session(client, SESSION_KEY, [key("A")])
    assert caught.value.code == 21470
    assert transport.script == []


def test_known_keys_that_are_over_are_replaced():
    client, transport = client_with(published("B"), OPENED)
    open_session(client, SESSION_KEY, [key("A", valid_to=NOW)])
    assert used_ids(transport) == ["B"]


def test_another_refusal_is_not_repeated():
    refused = (400, {"errors": [{"code": 21405, "description": "x"}]})
    client, transport = client_with(refused)
    with pytest.raises(KsefRequestRejected):
        open_session(client, SESSION_KEY, [key("A")])
    assert len(transport.requests) == 1


# -- invoices ----------------------------------------------------------------

XML = "<Faktura>Zażółć</Faktura>".encode()


def test_an_invoice_is_hashed_and_measured_in_bytes():
    payload = prepare_invoice(XML, SESSION_KEY)
    assert payload.invoice_size == len(XML) == 29
    assert payload.invoice_hash == sha256_base64(XML)
    assert payload.encrypted_invoice_size == 32
    encrypted = payload.encrypted_invoice_content
    assert payload.encrypted_invoice_hash == sha256_base64(encrypted)
    assert decrypt(encrypted, SESSION_KEY) == XML


def test_an_online_invoice_is_not_marked_offline():
    payload = prepare_invoice(XML, SESSION_KEY)
    assert not payload.offline_mode
    assert payload.hash_of_corrected_invoice is None


def test_a_technical_correction_is_offline_and_names_the_rejected_file():
    payload = prepare_invoice(XML, SESSION_KEY, True, "old-hash")
    assert payload.offline_mode
    assert payload.hash_of_corrected_invoice == "old-hash"


def test_a_payload_does_not_show_the_invoice():
    assert "content=" not in repr(prepare_invoice(XML, SESSION_KEY))


def page(hashes, token=None):
    invoices = [
        {
            "ordinalNumber": number,
            "referenceNumber": f"E-{value}",
            "invoiceHash": value,
            "invoicingDate": "2026-03-02T12:00:00Z",
            "status": {"code": 200, "description": "x"},
        }
        for number, value in enumerate(hashes)
    ]
    return (200, {"invoices": invoices, "continuationToken": token})


def test_all_pages_are_read():
    client, transport = client_with(page("ab", "t1"), page("cd", "t2"), page("e"))
    read = [each.invoice_hash for each in iterate_invoices(client, "S")]
    assert read == list("abcde")
    tokens = [each.headers.get("x-continuation-token") for each in transport.requests]
    assert tokens == [None, "t1", "t2"]


def test_a_page_that_repeats_its_token_ends_the_reading():
    client, transport = client_with(page("a", "t1"), page("b", "t1"))
    assert len(list(iterate_invoices(client, "S"))) == 2
    assert transport.script == []


def test_an_invoice_is_found_by_its_hash():
    client, _transport = client_with(page("ab", "t1"), page("cd", "t2"))
    assert find_by_hash(client, "S", "c").reference_number == "E-c"


def test_no_more_pages_are_read_than_needed():
    client, transport = client_with(page("ab", "t1"), page("cd"))
    find_by_hash(client, "S", "a")
    assert len(transport.requests) == 1


def test_an_invoice_that_did_not_arrive_is_not_found():
    client, _transport = client_with(page("ab"))
    assert find_by_hash(client, "S", "z") is None

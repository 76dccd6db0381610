"""The endpoint methods and the keeping of a login, without a network."""

from datetime import timedelta

import pytest
from support_ksef import NIP, FakeClock, client_with, tokens

from ksef.crypto import Encryption, sha256_base64
from ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRequestRejected,
    KsefUnavailable,
)
from ksef.messages import InvoicePayload, Tokens

SESSION = "20250625-SO-2C3E6C8000-B675CF5D68-07"
INVOICE = "20250625-EE-319D7EE000-B67F415CDC-2C"
NUMBER = f"{NIP}-20250826-0100001AF629-AF"
UNAUTHORIZED = (401, {"title": "Unauthorized", "status": 401, "detail": "x"})
LIMITS = (200, {"other": {"perSecond": 1, "perMinute": 2, "perHour": 3}})


def refreshed(clock, value="access-1"):
    until = (clock() + timedelta(minutes=15)).isoformat()
    return (200, {"accessToken": {"token": value, "validUntil": until}})


def bearers(transport):
    return [each.bearer for each in transport.requests]


# -- keeping the login -------------------------------------------------


def test_a_living_token_is_used_as_it_is():
    client, transport = client_with(LIMITS)
    client.rate_limits()
    assert transport.sent == [("GET", "/rate-limits", "access-0")]


def test_a_token_that_ends_within_a_minute_is_refreshed_first():
    clock = FakeClock()
    client, transport = client_with(
        refreshed(clock), LIMITS, clock=clock, tokens=tokens(clock, access_seconds=60)
    )
    client.rate_limits()
    assert transport.sent == [
        ("POST", "/auth/token/refresh", "refresh-0"),
        ("GET", "/rate-limits", "access-1"),
    ]


def test_a_refreshed_login_is_handed_on_and_keeps_its_refresh_token():
    clock, kept = FakeClock(), []
    client, _transport = client_with(
        refreshed(clock),
        LIMITS,
        clock=clock,
        tokens=tokens(clock, access_seconds=1),
        on_tokens=kept.append,
    )
    client.rate_limits()
    assert [(each.access, each.refresh) for each in kept] == [("access-1", "refresh-0")]
    assert client.tokens == kept[0]


def test_401_is_answered_by_one_refresh_and_one_repetition():
    clock = FakeClock()
    client, transport = client_with(UNAUTHORIZED, refreshed(clock), LIMITS, clock=clock)
    client.rate_limits()
    assert bearers(transport) == ["access-0", "refresh-0", "access-1"]


def test_a_second_401_is_answered_by_a_new_login():
    clock = FakeClock()
    new = Tokens("access-new", clock() + timedelta(hours=1), "refresh-new", None)
    client, transport = client_with(
        UNAUTHORIZED,
        refreshed(clock),
        UNAUTHORIZED,
        LIMITS,
        clock=clock,
        relogin=lambda: new,
    )
    client.rate_limits()
    assert bearers(transport) == ["access-0", "refresh-0", "access-1", "access-new"]
    assert client.tokens == new


def test_a_401_after_the_new_login_ends_the_attempt():
    clock = FakeClock()
    new = Tokens("access-new", clock() + timedelta(hours=1), "r", None)
    client, transport = client_with(
        UNAUTHORIZED,
        refreshed(clock),
        UNAUTHORIZED,
        UNAUTHORIZED,
        clock=clock,
        relogin=lambda: new,
    )
    with pytest.raises(KsefAuthError) as caught:
        client.rate_limits()
    assert caught.value.reason == "expired"
    assert transport.script == []


def test_a_second_401_without_a_way_to_log_in_is_an_error():
    clock = FakeClock()
    client, transport = client_with(
        UNAUTHORIZED, refreshed(clock), UNAUTHORIZED, clock=clock
    )
    with pytest.raises(KsefAuthError) as caught:
        client.rate_limits()
    assert caught.value.reason == "expired"
    assert len(transport.requests) == 3


def refused(code):
    return (400, {"errors": [{"code": code, "description": "x"}]})


@pytest.mark.parametrize("code", [21301, 21304, 21308])
def test_a_dead_refresh_token_is_answered_by_a_new_login(code):
    clock = FakeClock()
    new = Tokens("access-new", clock() + timedelta(hours=1), "r", None)
    client, transport = client_with(
        refused(code),
        LIMITS,
        clock=clock,
        tokens=tokens(clock, access_seconds=0),
        relogin=lambda: new,
    )
    client.rate_limits()
    assert bearers(transport) == ["refresh-0", "access-new"]


def test_a_withdrawn_login_without_a_way_to_log_in_is_revoked():
    clock = FakeClock()
    client, _transport = client_with(
        refused(21301), clock=clock, tokens=tokens(clock, access_seconds=0)
    )
    with pytest.raises(KsefAuthError) as caught:
        client.rate_limits()
    assert (caught.value.reason, caught.value.code) == ("revoked", 21301)


def test_an_expired_refresh_token_is_not_even_tried():
    clock = FakeClock()
    old = tokens(clock)
    clock.now += timedelta(days=8)
    new = Tokens("access-new", clock() + timedelta(hours=1), "r", None)
    client, transport = client_with(
        LIMITS, clock=clock, tokens=old, relogin=lambda: new
    )
    client.rate_limits()
    assert bearers(transport) == ["access-new"]


def test_ksef_being_down_during_a_refresh_does_not_cost_the_login():
    clock, logins = FakeClock(), []
    client, _transport = client_with(
        KsefUnavailable("down"),
        clock=clock,
        tokens=tokens(clock, access_seconds=0),
        relogin=lambda: logins.append(1),
    )
    with pytest.raises(KsefUnavailable):
        client.rate_limits()
    assert logins == []
    assert client.tokens.refresh == "refresh-0"


def test_without_tokens_a_new_login_is_made():
    clock = FakeClock()
    new = Tokens("access-new", clock() + timedelta(hours=1), "r", None)
    client, transport = client_with(
        LIMITS, clock=clock, tokens=None, relogin=lambda: new
    )
    client.rate_limits()
    assert bearers(transport) == ["access-new"]


def test_without_tokens_and_login_a_protected_call_is_not_made():
    client, transport = client_with(tokens=None)
    with pytest.raises(KsefAuthError) as caught:
        client.rate_limits()
    assert caught.value.reason == "not_logged_in"
    assert transport.requests == []


def test_a_missing_right_costs_no_refresh():
    body = {"title": "Forbidden", "status": 403, "reasonCode": "missing-permissions"}
    client, transport = client_with((403, body))
    with pytest.raises(KsefAuthError) as caught:
        client.rate_limits()
    assert caught.value.reason == "no_permission"
    assert len(transport.requests) == 1


def test_the_login_is_ended_with_the_access_token():
    client, transport = client_with((204, b""))
    client.revoke_current_session()
    assert transport.sent == [("DELETE", "/auth/sessions/current", "access-0")]


def test_the_login_is_ended_with_the_refresh_token_when_the_other_is_over():
    clock = FakeClock()
    client, transport = client_with(
        (204, b""), clock=clock, tokens=tokens(clock, access_seconds=0)
    )
    client.revoke_current_session()
    assert bearers(transport) == ["refresh-0"]


def test_without_tokens_there_is_no_login_to_end():
    client, transport = client_with(tokens=None)
    client.revoke_current_session()
    assert transport.requests == []


# -- endpoints ---------------------------------------------------------


def test_opening_a_session_sends_form_and_encryption():
    client, transport = client_with(
        (201, {"referenceNumber": SESSION, "validUntil": "2026-03-03T00:00:00Z"})
    )
    opened = client.open_online_session(Encryption("key", "iv", "id"))
    assert opened.reference_number == SESSION
    assert transport.requests[0].json == {
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "encryption": {
            "encryptedSymmetricKey": "key",
            "initializationVector": "iv",
            "publicKeyId": "id",
        },
    }


def test_sending_returns_the_reference_of_the_invoice():
    client, transport = client_with((202, {"referenceNumber": INVOICE}))
    payload = InvoicePayload("h", 1, "e", 16, b"x")
    assert client.send_invoice(SESSION, payload) == INVOICE
    assert transport.sent[0][:2] == ("POST", f"/sessions/online/{SESSION}/invoices")


@pytest.mark.parametrize("body", [b"{half", {}, {"referenceNumber": None}])
def test_a_sent_invoice_whose_answer_cannot_be_read_may_have_arrived(body):
    client, _transport = client_with((202, body))
    with pytest.raises(KsefProtocolError) as caught:
        client.send_invoice(SESSION, InvoicePayload("h", 1, "e", 16, b"x"))
    assert caught.value.outcome_unknown


def test_closing_a_session():
    client, transport = client_with((204, b""))
    client.close_online_session(SESSION)
    assert transport.sent[0][:2] == ("POST", f"/sessions/online/{SESSION}/close")


def test_the_next_page_is_asked_for_in_the_header():
    client, transport = client_with((200, {"invoices": []}))
    client.session_invoices(SESSION, "token-2", page_size=10)
    request = transport.requests[0]
    assert request.query == {"pageSize": "10"}
    assert request.headers == {"x-continuation-token": "token-2"}


def test_the_first_page_is_asked_for_without_the_header():
    client, transport = client_with((200, {"invoices": []}))
    client.failed_invoices(SESSION)
    request = transport.requests[0]
    assert request.path == f"/sessions/{SESSION}/invoices/failed"
    assert request.headers == {}


def test_sessions_are_filtered_by_query():
    client, transport = client_with((200, {"sessions": []}))
    client.sessions(filters={"statuses": "InProgress"})
    assert transport.requests[0].query == {
        "sessionType": "Online",
        "pageSize": "100",
        "statuses": "InProgress",
    }


def test_a_reference_cannot_leave_its_place_in_the_path():
    client, transport = client_with((204, b""))
    client.close_online_session("../../auth?x=1")
    path = transport.requests[0].path
    assert path == "/sessions/online/..%2F..%2Fauth%3Fx%3D1/close"


XML = b"<Potwierdzenie/>"


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (
            lambda c: c.invoice_upo(SESSION, INVOICE),
            f"/sessions/{SESSION}/invoices/{INVOICE}/upo",
        ),
        (
            lambda c: c.invoice_upo_by_ksef_number(SESSION, NUMBER),
            f"/sessions/{SESSION}/invoices/ksef/{NUMBER}/upo",
        ),
        (lambda c: c.session_upo(SESSION, "U"), f"/sessions/{SESSION}/upo/U"),
        (lambda c: c.invoice(NUMBER), f"/invoices/ksef/{NUMBER}"),
    ],
)
def test_documents_come_byte_for_byte(call, path):
    client, transport = client_with((200, XML, {"x-ms-meta-hash": sha256_base64(XML)}))
    assert call(client) == XML
    assert transport.requests[0].path == path
    assert transport.requests[0].accept == "application/xml"


def test_a_document_that_does_not_match_its_hash_is_refused():
    client, _transport = client_with(
        (200, XML, {"x-ms-meta-hash": sha256_base64(b"other")})
    )
    with pytest.raises(KsefProtocolError) as caught:
        client.invoice(NUMBER)
    assert (caught.value.code, caught.value.retryable) == ("hash_mismatch", True)


def test_an_empty_document_is_refused():
    client, _transport = client_with((200, b""))
    with pytest.raises(KsefProtocolError) as caught:
        client.invoice(NUMBER)
    assert caught.value.code == "empty_body"


def test_a_upo_is_downloaded_without_the_token():
    client, transport = client_with((200, XML))
    assert client.download_upo("https://storage/upo?sig=1") == XML
    assert transport.sent == [("GET", "https://storage/upo?sig=1", None)]


def test_a_downloaded_upo_is_compared_with_the_hash_known_before():
    client, _transport = client_with((200, XML))
    with pytest.raises(KsefProtocolError):
        client.download_upo("https://storage/upo", sha256_base64(b"other"))


def grant(name):
    return {"permissionScope": name, "permissionState": "Active"}


def test_rights_are_read_over_all_pages():
    client, transport = client_with(
        (
            200,
            {
                "permissions": [grant("InvoiceRead")],
                "ownerPermissions": ["Introspection"],
                "hasMore": True,
            },
        ),
        (
            200,
            {
                "permissions": [grant("InvoiceWrite")],
                "ownerPermissions": ["Introspection"],
                "hasMore": False,
            },
        ),
    )
    names = [each.permission for each in client.personal_grants()]
    assert names == ["Introspection", "InvoiceRead", "InvoiceWrite"]
    assert [each.query["pageOffset"] for each in transport.requests] == ["0", "1"]


def test_rights_end_at_an_empty_page_whatever_it_says():
    client, transport = client_with((200, {"permissions": [], "hasMore": True}))
    assert client.personal_grants() == ()
    assert transport.script == []


def test_own_certificates_are_found_by_serial_number():
    item = {
        "certificateSerialNumber": "01F20A5D352AE590",
        "name": "n",
        "type": "Offline",
        "commonName": "cn",
        "status": "Active",
        "validFrom": "2026-01-01T00:00:00Z",
        "validTo": "2028-01-01T00:00:00Z",
    }
    client, transport = client_with((200, {"certificates": [item], "hasMore": False}))
    (found,) = client.query_certificates("01F20A5D352AE590")
    assert (found.type, found.status) == ("Offline", "Active")
    assert transport.requests[0].json == {"certificateSerialNumber": "01F20A5D352AE590"}


def test_public_keys_that_are_no_list_are_a_protocol_error():
    client, _transport = client_with((200, {"keys": []}))
    with pytest.raises(KsefProtocolError):
        client.public_keys()


def test_limits_of_the_context():
    online = {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 10000,
    }
    client, _transport = client_with(
        (200, {"onlineSession": online, "batchSession": online})
    )
    assert client.context_limits().online.max_invoices == 10000


def test_a_refused_call_is_an_exception_with_its_code():
    client, _transport = client_with(refused(21180))
    with pytest.raises(KsefRequestRejected) as caught:
        client.close_online_session(SESSION)
    assert caught.value.code == 21180

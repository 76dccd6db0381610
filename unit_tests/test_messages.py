"""Answers of KSeF as dataclasses."""

import base64
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import serialization
from support_ksef import Recipe, make_key

from ksef import messages
from ksef.errors import KsefProtocolError
from ksef.wire import Fields, parse_time

UTC = timezone.utc


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-01T10:20:30Z", datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
        (
            "2026-02-01T10:20:30.1234567+00:00",
            datetime(2026, 2, 1, 10, 20, 30, 123456, tzinfo=UTC),
        ),
        (
            "2026-02-01T10:20:30.5+02:00",
            datetime(2026, 2, 1, 8, 20, 30, 500000, tzinfo=UTC),
        ),
        ("2026-02-01T10:20:30", datetime(2026, 2, 1, 10, 20, 30, tzinfo=UTC)),
    ],
)
def test_times_are_aware_utc_with_any_precision(text, expected):
    assert parse_time(text) == expected
    assert parse_time(text).utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "2026-02-01", "10:20", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        parse_time(text)


CHALLENGE = {
    "challenge": "20250625-CR-20F5EE4000-DA48AE4124-46",
    "timestamp": "2026-02-01T10:20:30.1230000+00:00",
    "timestampMs": 1769941230123,
    "clientIp": "10.0.0.1",
}


def test_a_challenge_is_read():
    challenge = messages.Challenge.from_json(CHALLENGE)
    assert challenge.challenge == CHALLENGE["challenge"]
    assert challenge.timestamp_ms == 1769941230123


def test_an_unknown_field_is_ignored():
    assert messages.Challenge.from_json({**CHALLENGE, "new": {"a": 1}})


@pytest.mark.parametrize("key", ["challenge", "timestamp", "timestampMs"])
def test_a_missing_field_is_named(key):
    data = {name: value for name, value in CHALLENGE.items() if name != key}
    with pytest.raises(KsefProtocolError, match=f"Challenge: field '{key}' is missing"):
        messages.Challenge.from_json(data)


@pytest.mark.parametrize(
    "change",
    [{"challenge": 5}, {"timestampMs": "5"}, {"timestampMs": True}, {"timestamp": "?"}],
)
def test_a_value_of_another_kind_is_refused_without_quoting_it(change):
    with pytest.raises(KsefProtocolError) as caught:
        messages.Challenge.from_json({**CHALLENGE, **change})
    assert "?" not in str(caught.value)


@pytest.mark.parametrize("data", [None, [], "text", 5])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(KsefProtocolError, match="not a JSON object"):
        messages.Challenge.from_json(data)


TOKENS = {
    "accessToken": {"token": "SECRET-A", "validUntil": "2026-02-01T10:15:00Z"},
    "refreshToken": {"token": "SECRET-R", "validUntil": "2026-02-08T10:00:00Z"},
}


def test_tokens_are_read():
    tokens = messages.Tokens.from_json(TOKENS)
    assert (tokens.access, tokens.refresh) == ("SECRET-A", "SECRET-R")
    assert tokens.refresh_valid_until == datetime(2026, 2, 8, 10, tzinfo=UTC)


def test_tokens_do_not_show_themselves():
    tokens = messages.Tokens.from_json(TOKENS)
    operation = messages.AuthOperation.from_json(
        {"referenceNumber": "R", "authenticationToken": TOKENS["accessToken"]}
    )
    assert "SECRET" not in f"{tokens!r} {tokens} {operation!r}"


def test_a_refreshed_access_token_leaves_the_refresh_token():
    tokens = messages.Tokens.from_json(TOKENS)
    until = datetime(2026, 2, 1, 11, tzinfo=UTC)
    newer = tokens.with_access(messages.Token("NEW", until))
    assert (newer.access, newer.access_valid_until) == ("NEW", until)
    assert newer.refresh == "SECRET-R"


def status(code, **more):
    return {"code": code, "description": "opis", **more}


def invoice(code=200, **more):
    return {
        "ordinalNumber": 1,
        "referenceNumber": "20250625-EE-319D7EE000-B67F415CDC-2C",
        "invoiceHash": "h",
        "invoicingDate": "2026-02-01T10:00:00Z",
        "status": status(code),
        **more,
    }


@pytest.mark.parametrize(
    ("code", "final", "accepted", "duplicate"),
    [
        (100, False, False, False),
        (150, False, False, False),
        (160, False, False, False),  # not known yet: a step on the way
        (205, False, False, False),
        (200, True, True, False),
        (440, True, False, True),
        (450, True, False, False),
        (999, True, False, False),
    ],
)
def test_states_of_an_invoice(code, final, accepted, duplicate):
    read = messages.InvoiceStatus.from_json(invoice(code))
    assert (read.is_final, read.is_accepted, read.is_duplicate) == (
        final,
        accepted,
        duplicate,
    )


def test_a_new_code_of_an_invoice_that_has_its_number():
    read = messages.InvoiceStatus.from_json(invoice(205, ksefNumber="5265877635-X"))
    assert (read.is_final, read.is_accepted) == (True, True)
    refused = messages.InvoiceStatus.from_json(invoice(460, ksefNumber="5265877635-X"))
    assert (refused.is_final, refused.is_accepted) == (True, False)


def test_an_accepted_invoice_has_number_dates_and_mode():
    read = messages.InvoiceStatus.from_json(
        invoice(
            ksefNumber="5265877635-20250826-0100001AF629-AF",
            acquisitionDate="2026-02-01T10:00:05Z",
            invoicingMode="Offline",
            upoDownloadUrl="https://x/?sig=SECRET",
        )
    )
    assert read.ksef_number == "5265877635-20250826-0100001AF629-AF"
    assert read.acquisition_date == datetime(2026, 2, 1, 10, 0, 5, tzinfo=UTC)
    assert read.invoicing_mode == "Offline"
    assert "SECRET" not in repr(read)


def test_a_duplicate_names_the_original():
    data = invoice(440)
    data["status"]["extensions"] = {
        "originalKsefNumber": "N",
        "originalSessionReferenceNumber": "S",
    }
    read = messages.InvoiceStatus.from_json(data)
    assert read.original_ksef_number == "N"
    assert read.original_session_reference_number == "S"


def test_null_details_and_extensions_are_empty():
    read = messages.StatusInfo.from_json(status(200, details=None, extensions=None))
    assert (read.details, read.extensions) == ((), {})


def test_a_page_without_invoices_is_empty():
    page = messages.InvoicePage.from_json({})
    assert (page.invoices, page.continuation_token) == ((), None)


def test_an_empty_continuation_token_ends_the_list():
    page = messages.InvoicePage.from_json({"invoices": [], "continuationToken": ""})
    assert page.continuation_token is None


def test_counts_that_are_left_out_are_nought():
    read = messages.SessionStatus.from_json({"status": status(100)})
    assert (read.invoice_count, read.successful, read.failed) == (0, 0, 0)
    assert read.upo_pages == ()


@pytest.mark.parametrize(
    ("code", "final"),
    [(100, False), (150, False), (170, False), (180, False), (200, True), (445, 1)],
)
def test_when_a_session_is_final(code, final):
    read = messages.SessionStatus.from_json({"status": status(code)})
    assert read.is_final == bool(final)


def test_upo_pages_of_a_finished_session():
    page = {
        "referenceNumber": "U",
        "downloadUrl": "https://x/?sig=SECRET",
        "downloadUrlExpirationDate": "2026-02-04T10:00:00Z",
    }
    data = {"status": status(200), "invoiceCount": 2, "upo": {"pages": [page]}}
    read = messages.SessionStatus.from_json(data)
    assert read.upo_pages[0].download_url == "https://x/?sig=SECRET"
    assert "SECRET" not in repr(read)


def public_key(key):
    der = Recipe(key=key).der()
    return {
        "certificate": base64.b64encode(der).decode(),
        "certificateId": "c",
        "publicKeyId": "k" * 44,
        "usage": ["SymmetricKeyEncryption", "SomethingNew"],
        "validFrom": "2026-01-01T00:00:00Z",
        "validTo": "2027-01-01T00:00:00Z",
    }


def test_a_public_key_is_read_from_its_certificate():
    key = make_key("rsa")
    read = messages.PublicKey.from_json(public_key(key))
    form = (
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )
    assert read.key.public_bytes(*form) == key.public_key().public_bytes(*form)
    assert read.usages == ("SymmetricKeyEncryption", "SomethingNew")


@pytest.mark.parametrize("certificate", ["not base64!", "AAAA", ""])
def test_a_broken_public_key_certificate_is_a_protocol_error(certificate):
    data = {**public_key(make_key("rsa")), "certificate": certificate}
    with pytest.raises(KsefProtocolError):
        messages.PublicKey.from_json(data)


def test_a_public_key_that_is_not_rsa_is_a_protocol_error():
    with pytest.raises(KsefProtocolError, match="not an RSA key"):
        messages.PublicKey.from_json(public_key(make_key("ec")))


def test_rights_of_the_owner_and_granted_ones_are_told_apart():
    granted = {
        "id": "1",
        "permissionScope": "InvoiceRead",
        "permissionState": "Active",
        "description": "opis",
        "startDate": "2026-01-01T00:00:00Z",
        "canDelegate": True,
    }
    page = messages.GrantPage.from_json(
        {
            "permissions": [granted],
            "ownerPermissions": ["InvoiceWrite"],
            "hasMore": False,
        }
    )
    rights = [(each.permission, each.is_owner) for each in page.grants]
    assert rights == [("InvoiceWrite", True), ("InvoiceRead", False)]


def test_a_right_that_was_withdrawn_is_not_active():
    grant = messages.Grant.from_json(
        {"permissionScope": "InvoiceRead", "permissionState": "Inactive"}
    )
    assert not grant.is_active


def test_rate_limits_keep_groups_of_later_versions():
    group = {"perSecond": 1, "perMinute": 2, "perHour": 3}
    limits = messages.RateLimits.from_json({"invoiceSend": group, "new": group})
    assert limits.groups["new"] == messages.RateLimit(1, 2, 3)


def test_an_invoice_payload_becomes_a_body_without_nulls():
    payload = messages.InvoicePayload("h", 3, "e", 16, b"\x00\x01")
    assert payload.to_json() == {
        "invoiceHash": "h",
        "invoiceSize": 3,
        "encryptedInvoiceHash": "e",
        "encryptedInvoiceSize": 16,
        "encryptedInvoiceContent": "AAE=",
        "offlineMode": False,
    }


def test_a_technical_correction_names_the_rejected_hash():
    payload = messages.InvoicePayload("h", 3, "e", 16, b"", True, "old")
    assert payload.to_json()["hashOfCorrectedInvoice"] == "old"
    assert payload.to_json()["offlineMode"] is True


def test_a_list_where_an_object_belongs_is_refused():
    with pytest.raises(KsefProtocolError, match="has an unexpected type"):
        Fields({"a": []}, "X").one("a", lambda data: data)

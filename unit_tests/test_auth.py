"""The way from a certificate to tokens."""

from datetime import timedelta

import pytest
from lxml import etree
from support_ksef import (
    NIP,
    NOW,
    SHARED,
    FakeClock,
    Recipe,
    client_with,
    make_key,
    needs_shared,
)

from ksef.auth import NAMESPACE, build_auth_request, login
from ksef.certificates import read_certificate
from ksef.errors import KsefAuthError, KsefRequestRejected

CHALLENGE = "20250625-CR-20F5EE4000-DA48AE4124-46"
REFERENCE = "20250625-AU-2C3E6C8000-B675CF5D68-07"

CHALLENGED = (
    200,
    {
        "challenge": CHALLENGE,
        "timestamp": "2026-03-02T12:00:00Z",
        "timestampMs": 1,
        "clientIp": "127.0.0.1",
    },
)
SUBMITTED = (
    202,
    {
        "referenceNumber": REFERENCE,
        "authenticationToken": {
            "token": "operation-token",
            "validUntil": "2026-03-02T12:45:00Z",
        },
    },
)
REDEEMED = (
    200,
    {
        "accessToken": {"token": "A", "validUntil": "2026-03-02T12:15:00Z"},
        "refreshToken": {"token": "R", "validUntil": "2026-03-09T12:00:00Z"},
    },
)


def status(code, details=None):
    return (
        200,
        {
            "startDate": "2026-03-02T12:00:00Z",
            "status": {"code": code, "description": "opis", "details": details},
        },
    )


def log_in(*script, **options):
    clock = FakeClock()
    client, transport = client_with(*script, clock=clock, tokens=None)
    certificate = read_certificate(Recipe().der())
    tokens = login(
        client,
        NIP,
        certificate,
        make_key(),
        sleep=clock.sleep,
        clock=clock,
        **options,
    )
    return tokens, transport, clock


def failing(*script, **options):
    with pytest.raises(KsefAuthError) as caught:
        log_in(*script, **options)
    return caught.value


def test_a_login_takes_five_calls():
    tokens, transport, _clock = log_in(CHALLENGED, SUBMITTED, status(200), REDEEMED)
    assert (tokens.access, tokens.refresh) == ("A", "R")
    assert transport.sent == [
        ("POST", "/auth/challenge", None),
        ("POST", "/auth/xades-signature", None),
        ("GET", f"/auth/{REFERENCE}", "operation-token"),
        ("POST", "/auth/token/redeem", "operation-token"),
    ]


def test_the_signed_request_is_sent_as_xml_with_challenge_and_nip():
    _tokens, transport, _clock = log_in(CHALLENGED, SUBMITTED, status(200), REDEEMED)
    request = transport.requests[1]
    root = etree.fromstring(request.body)
    assert request.content_type == "application/xml"
    assert root.findtext("{*}Challenge") == CHALLENGE
    assert root.findtext("{*}ContextIdentifier/{*}Nip") == NIP


def test_the_signature_is_dated_a_minute_back():
    _tokens, transport, _clock = log_in(CHALLENGED, SUBMITTED, status(200), REDEEMED)
    root = etree.fromstring(transport.requests[1].body)
    time = root.findtext(".//{*}SigningTime")
    assert time == f"{NOW - timedelta(seconds=60):%Y-%m-%dT%H:%M:%SZ}"


def test_waiting_takes_longer_pauses_each_time():
    script = [status(100)] * 6
    _tokens, _transport, clock = log_in(
        CHALLENGED, SUBMITTED, *script, status(200), REDEEMED
    )
    assert clock.slept == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_waiting_ends_with_a_timeout_that_may_be_repeated():
    error = failing(CHALLENGED, SUBMITTED, *[status(100)] * 20, timeout_seconds=10)
    assert (error.reason, error.retryable) == ("timeout", True)
    assert error.reference == REFERENCE


@pytest.mark.parametrize(
    ("code", "reason", "retryable"),
    [
        (415, "no_permission", False),
        (425, "revoked", False),
        (450, "token", False),
        (460, "certificate", False),
        (400, "certificate", False),
        (470, "deceased", False),
        (480, "blocked", False),
        (500, "failed", True),
        (550, "failed", True),
        (499, "failed", False),
    ],
)
def test_a_failed_login_says_why(code, reason, retryable):
    error = failing(CHALLENGED, SUBMITTED, status(code, ["szczegół"]))
    assert (error.code, error.reason, error.retryable) == (code, reason, retryable)
    assert error.details == ("szczegół",)


def test_without_details_the_description_is_shown():
    error = failing(CHALLENGED, SUBMITTED, status(415))
    assert error.details == ("opis",)


def test_a_refused_signature_keeps_its_code():
    refused = (400, {"errors": [{"code": 21115, "description": "x"}]})
    with pytest.raises(KsefRequestRejected) as caught:
        log_in(CHALLENGED, refused)
    assert caught.value.code == 21115


def test_tokens_are_not_redeemed_after_a_failure():
    # The script has no answer to a redeem: asking for one would be an IndexError.
    assert failing(CHALLENGED, SUBMITTED, status(460)).code == 460


def test_the_request_has_the_namespace_and_the_order_of_the_schema():
    root = etree.fromstring(build_auth_request(CHALLENGE, NIP))
    assert root.tag == f"{{{NAMESPACE}}}AuthTokenRequest"
    names = [etree.QName(child).localname for child in root]
    assert names == ["Challenge", "ContextIdentifier", "SubjectIdentifierType"]


@needs_shared
@pytest.mark.parametrize("kind", ["certificateSubject", "certificateFingerprint"])
def test_the_request_is_valid_against_the_official_schema(kind):
    # Version 2.1: libxml2 cannot compile 2.0, whose only difference is not used here.
    schema = etree.XMLSchema(
        etree.parse(SHARED / "ksef" / "xsd" / "auth" / "schemat_auth_v2-1.xsd")
    )
    request = build_auth_request(CHALLENGE, NIP, kind)
    newer = request.replace(b"/auth/token/2.0", b"/auth/token/2.1")
    schema.assertValid(etree.fromstring(newer))

"""The one requestor, against a scripted server on loopback."""

import logging
import socket
import time

import pytest
import requests
from support_ksef import JWT, READ, SEND, fails, hang_up, reply

from ksef.environment import Environment
from ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefTransportError,
    KsefUnavailable,
)
from ksef.failures import retry_after
from ksef.redaction import redact, safe_target
from ksef.transport import Request, Transport, should_retry

# -- what is sent ------------------------------------------------------


def test_a_request_carries_the_token_and_the_wanted_error_form(server, transport):
    server.script = [(200, {})]
    transport.send(READ)
    headers = server.seen[0].headers
    assert headers["Authorization"] == f"Bearer {JWT}"
    assert headers["X-Error-Format"] == "problem-details"
    assert headers["User-Agent"].startswith("l10n_pl_ksef/")
    assert server.seen[0].path == "/v2/rate-limits"


def test_a_json_body_is_sent_with_its_type(server, transport):
    server.script = [(202, {"referenceNumber": "x"})]
    transport.send(SEND)
    assert server.seen[0].body == b'{"a": 1}'
    assert server.seen[0].headers["Content-Type"] == "application/json"


def test_raw_bytes_are_sent_unchanged_with_their_type(server, transport):
    server.script = [(202, {})]
    xml = "<a>ł</a>".encode()
    transport.send(Request("POST", "/x", body=xml, content_type="application/xml"))
    assert server.seen[0].body == xml
    assert server.seen[0].headers["Content-Type"] == "application/xml"


def test_query_parameters_are_encoded(server, transport):
    server.script = [(200, {})]
    transport.send(Request("GET", "/sessions", query={"a": "x y", "b": "1"}))
    assert server.seen[0].path == "/v2/sessions?a=x+y&b=1"


def test_an_absolute_address_gets_no_token_and_is_used_as_given(server, transport):
    server.script = [(200, b"<xml/>")]
    url = f"{server.url}/storage/01/upo.xml?sig=a%2Bb&se=1"
    answer = transport.send(Request("GET", url))
    assert answer.body == b"<xml/>"
    assert server.seen[0].path == "/storage/01/upo.xml?sig=a%2Bb&se=1"
    assert "Authorization" not in server.seen[0].headers


def test_a_token_is_never_sent_to_an_absolute_address(server, transport):
    request = Request("GET", f"{server.url}/x", bearer=JWT)
    assert fails(transport, request, KsefProtocolError).code == "bad_url"
    assert not server.seen


def test_a_download_from_https_is_not_lowered_to_http():
    environment = Environment.custom("https://127.0.0.1:9/v2")
    request = Request("GET", "http://127.0.0.1:9/upo")
    assert fails(Transport(environment), request, KsefProtocolError).code == "bad_url"


def test_a_redirection_is_not_followed(server, transport):
    server.script = [(302, b"", {"Location": f"{server.url}/elsewhere"})]
    assert fails(transport, READ, KsefProtocolError).code == "redirected"
    assert len(server.seen) == 1


def test_a_netrc_of_the_server_does_not_replace_the_token(
    server, transport, tmp_path, monkeypatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.script = [(200, {})]
    transport.send(READ)
    assert server.seen[0].headers["Authorization"] == f"Bearer {JWT}"


def test_the_timeout_is_one_number(server):
    seen = []

    class Session(requests.Session):
        def request(self, *args, **options):
            seen.append(options["timeout"])
            return super().request(*args, **options)

    server.script = [(200, {})]
    Transport(server.environment, session=Session()).send(READ)
    assert seen == [30]


# -- what goes wrong on the way ----------------------------------------


def slow(handler):
    time.sleep(0.6)
    reply(handler, 200, {})


def test_a_read_that_times_out_is_repeated(server, pauses):
    server.script = [slow, (200, {"ok": True})]
    transport = Transport(server.environment, sleep=pauses.append, timeout_seconds=0.2)
    assert transport.send(READ).json() == {"ok": True}
    assert len(server.seen) == 2
    assert len(pauses) == 1


def test_a_send_that_times_out_is_not_repeated_and_its_outcome_is_unknown(server):
    server.script = [slow]
    transport = Transport(server.environment, timeout_seconds=0.2)
    error = fails(transport, SEND, KsefTransportError)
    assert (error.code, error.outcome_unknown) == ("timeout", True)
    assert len(server.seen) == 1


def test_a_connection_cut_before_the_answer_leaves_a_send_unknown(server, transport):
    server.script = [hang_up]
    error = fails(transport, SEND, KsefTransportError)
    assert (error.code, error.outcome_unknown) == ("cut_connection", True)
    assert len(server.seen) == 1


def cut_in_the_middle(handler):
    handler.send_response(202)
    handler.send_header("Content-Length", "500")
    handler.end_headers()
    handler.wfile.write(b'{"referenceNu')
    hang_up(handler)


def test_an_answer_cut_in_the_middle_leaves_a_send_unknown(server, transport):
    server.script = [cut_in_the_middle]
    assert fails(transport, SEND, KsefTransportError).outcome_unknown


def test_a_cut_connection_is_tried_three_times_for_a_read(server, transport, pauses):
    server.script = [hang_up, hang_up, hang_up]
    error = fails(transport, READ, KsefTransportError)
    assert not error.outcome_unknown
    assert len(server.seen) == 3
    assert pauses == [0.5, 1.0]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_send_that_finds_no_server_was_surely_not_sent():
    environment = Environment.custom(f"http://127.0.0.1:{closed_port()}/v2")
    transport = Transport(environment, sleep=lambda seconds: None)
    error = fails(transport, SEND, KsefTransportError)
    assert (error.code, error.outcome_unknown) == ("no_connection", False)


def test_the_text_of_a_transport_error_has_no_address_and_no_token(server):
    server.script = [hang_up]
    url = f"{server.url}/storage?sig=SECRETSIG"
    transport = Transport(server.environment, max_attempts=1)
    error = fails(transport, Request("GET", url), KsefTransportError)
    assert "SECRETSIG" not in str(error)
    assert error.__cause__ is None


# -- 429 ---------------------------------------------------------------


def test_a_short_limit_is_sat_out_even_for_a_send(server, transport, pauses):
    server.script = [(429, {}, {"Retry-After": "1"}), (202, {"referenceNumber": "R"})]
    assert transport.send(SEND).status == 202
    assert pauses == [1.0]


def test_a_long_limit_is_left_to_the_caller(server, transport, pauses):
    problem = {
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Try again after 30 minutes.",
    }
    server.script = [(429, problem, {"Retry-After": "1800"})]
    error = fails(transport, SEND, KsefRateLimited)
    assert (error.retry_after, error.retryable) == (1800.0, True)
    assert not error.outcome_unknown
    assert pauses == []


def test_the_legacy_form_of_a_limit_is_read(server, transport):
    body = {
        "status": {
            "code": 429,
            "description": "Too Many Requests",
            "details": ["Przekroczono limit."],
        }
    }
    server.script = [(429, body, {"Retry-After": "90"})]
    error = fails(transport, READ, KsefRateLimited)
    assert error.details == ("Przekroczono limit.",)
    assert error.retry_after == 90.0


def test_a_limit_without_the_header_waits_a_minute(server, transport):
    server.script = [(429, {})]
    assert fails(transport, READ, KsefRateLimited).retry_after == 60.0


def test_a_short_limit_is_not_sat_out_for_ever(server, transport):
    server.script = [(429, {}, {"Retry-After": "0"})] * 3
    fails(transport, READ, KsefRateLimited)
    assert len(server.seen) == 3


# -- warnings, records, logs -------------------------------------------


def test_a_system_warning_is_logged_and_handed_on(server, caplog):
    heard = []
    server.script = [(200, {}, {"X-System-Warning": "[sig-001]: profil"})]
    with caplog.at_level(logging.WARNING):
        Transport(server.environment, on_warning=heard.append).send(READ)
    assert heard == ["[sig-001]: profil"]
    assert "sig-001" in caplog.text


def test_every_attempt_is_recorded(server):
    records = []
    server.script = [(503, b""), (200, {})]
    transport = Transport(
        server.environment, sleep=lambda seconds: None, on_request=records.append
    )
    transport.send(READ)
    rows = [(each.attempt, each.status, each.error) for each in records]
    assert rows == [(1, 503, "KsefUnavailable"), (2, 200, None)]


def test_nothing_secret_reaches_the_log(server, caplog):
    number = "5265877635-20250826-0100001AF629-AF"
    server.script = [(200, b"<x/>"), (200, {}), (500, b"")]
    transport = Transport(server.environment, max_attempts=1)
    with caplog.at_level(logging.DEBUG, logger="ksef"):
        transport.send(Request("GET", f"{server.url}/storage?sig=SECRETSIG"))
        transport.send(Request("GET", f"/invoices/ksef/{number}", bearer=JWT))
        fails(transport, SEND, KsefUnavailable)
    assert "GET" in caplog.text
    for secret in ("SECRETSIG", "5265877635", JWT, "eyJ"):
        assert secret not in caplog.text


def test_a_request_does_not_show_its_secrets():
    assert JWT not in repr(SEND)
    assert "'a'" not in repr(SEND)


# -- the pure parts ----------------------------------------------------

UNKNOWN = KsefTransportError("x", outcome_unknown=True)
NOT_SENT = KsefTransportError("x")
DOWN = KsefUnavailable("x")


@pytest.mark.parametrize(
    ("method", "path", "error", "attempt", "expected"),
    [
        ("GET", "/sessions/S", NOT_SENT, 1, 0.5),
        ("GET", "/sessions/S", UNKNOWN, 2, 1.0),
        ("GET", "/sessions/S", DOWN, 3, 2.0),
        ("GET", "/sessions/S", DOWN, 9, 2.0),
        ("POST", "/auth/challenge", UNKNOWN, 1, 0.5),
        ("POST", "/auth/token/refresh", UNKNOWN, 1, 0.5),
        ("POST", "/auth/token/redeem", UNKNOWN, 1, None),
        ("POST", "/auth/xades-signature", UNKNOWN, 1, None),
        ("POST", "/sessions/online", UNKNOWN, 1, None),
        ("POST", "/sessions/online/S/invoices", UNKNOWN, 1, None),
        ("POST", "/sessions/online/S/invoices", NOT_SENT, 1, 0.5),
        ("DELETE", "/auth/sessions/current", UNKNOWN, 1, None),
        ("GET", "/x", KsefRateLimited("x", retry_after=2.0), 1, 2.0),
        ("GET", "/x", KsefRateLimited("x", retry_after=2.1), 1, None),
        ("POST", "/x", KsefRateLimited("x", retry_after=0.0), 1, 0.0),
        ("GET", "/x", KsefUnavailable("x", retry_after=1.5), 1, 1.5),
        ("GET", "/x", KsefUnavailable("x", retry_after=30), 1, None),
        ("GET", "/x", KsefUnavailable("x", code="request_blocked"), 1, None),
        ("GET", "/x", KsefRequestRejected("x"), 1, None),
        ("GET", "/x", KsefAuthError("x", reason="expired"), 1, None),
        ("GET", "/x", KsefProtocolError("x", retryable=True), 1, None),
    ],
)
def test_the_retry_rule(method, path, error, attempt, expected):
    assert should_retry(method, path, error, attempt) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("-3", 0.0),
        ("", None),
        ("soon", None),
        ("Sat, 01 Jan 2000 00:00:00 GMT", 0.0),
    ],
)
def test_the_forms_of_retry_after(value, seconds):
    assert retry_after({"retry-after": value}) == seconds


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"Authorization: Bearer {JWT}", JWT),
        (f"token {JWT} refused", JWT),
        ("key " + "A" * 64 + "==", "A" * 60),
        ("NIP 5265877635 nieznany", "5265877635"),
        ("subject VATPL-5265877635", "5265877635"),
        ("PESEL 44051401359", "44051401359"),
        ("number 5265877635-20250826-0100001AF629-AF", "5265877635"),
    ],
)
def test_redaction_removes_secrets(text, secret):
    assert secret not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "session 20250625-SO-2C3E6C8000-B675CF5D68-07",
        "20250625-EE-1234567890-0123456789-07",
        "hash qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c=",
        "21405: Błąd walidacji danych wejściowych.",
    ],
)
def test_redaction_leaves_references_and_words(text):
    assert redact(text) == text


def test_a_long_path_stays_readable_in_a_log():
    reference = "20250625-SO-2C3E6C8000-B675CF5D68-07"
    path = f"/sessions/{reference}/invoices/20250625-EE-319D7EE000-B67F415CDC-2C/upo"
    assert safe_target(path) == path

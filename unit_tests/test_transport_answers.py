"""What the requestor makes of answers that are no success."""

import pytest
from support_ksef import READ, SEND, fails

from ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRequestRejected,
    KsefUnavailable,
)
from ksef.transport import Request

HTML = {"Content-Type": "text/html; charset=utf-8"}


# -- 5xx and the firewall ----------------------------------------------


def test_a_server_error_is_repeated_for_a_read(server, transport, pauses):
    server.script = [(503, b"oops"), (200, {})]
    assert transport.send(READ).status == 200
    assert pauses == [0.5]


def test_a_server_error_leaves_a_send_unknown(server, transport):
    server.script = [(502, b"")]
    error = fails(transport, SEND, KsefUnavailable)
    assert error.outcome_unknown
    assert len(server.seen) == 1


def test_a_server_error_with_a_long_wait_is_left_to_the_caller(server, transport):
    server.script = [(503, b"", {"Retry-After": "600"})]
    assert fails(transport, READ, KsefUnavailable).retry_after == 600.0
    assert len(server.seen) == 1


def test_a_blocked_request_is_not_a_missing_right(server, transport):
    body = {
        "title": "Request blocked",
        "status": 403,
        "security": {"incidentId": "1-2", "clientIp": "10.0.0.1"},
    }
    server.script = [(403, body)]
    error = fails(transport, SEND, KsefUnavailable)
    assert error.code == "request_blocked"
    assert error.retryable
    assert not error.outcome_unknown
    assert any("1-2" in line for line in error.details)


def test_a_firewall_page_instead_of_a_refusal_is_recognised(server, transport):
    server.script = [(403, b"<html><body>Incapsula</body></html>", HTML)]
    assert fails(transport, READ, KsefUnavailable).code == "request_blocked"


def test_a_gateway_page_leaves_a_send_unknown(server, transport):
    server.script = [(504, b"<html><body>Gateway timeout</body></html>", HTML)]
    assert fails(transport, SEND, KsefUnavailable).outcome_unknown


def test_a_firewall_page_with_status_200_is_no_document(server, transport):
    server.script = [(200, b"<!DOCTYPE html><html></html>", HTML)]
    request = Request("GET", f"{server.url}/upo")
    assert fails(transport, request, KsefUnavailable).code == "request_blocked"


# -- 4xx ---------------------------------------------------------------


def test_a_problem_body_gives_code_and_every_detail(server, transport):
    body = {
        "title": "Bad Request",
        "status": 400,
        "detail": "The request is invalid",
        "errors": [
            {
                "code": 21405,
                "description": "Błąd walidacji danych wejściowych.",
                "details": ["a", "b"],
            },
            {"code": 21406, "description": "Drugi błąd."},
        ],
        "traceId": "trace-1",
    }
    server.script = [(400, body)]
    error = fails(transport, READ, KsefRequestRejected)
    assert (error.code, error.status, error.reference) == (21405, 400, "trace-1")
    assert error.details == ("a", "b", "Drugi błąd.")


def test_a_legacy_body_gives_code_and_details(server, transport):
    body = {
        "exception": {
            "exceptionDetailList": [
                {
                    "exceptionCode": 21180,
                    "exceptionDescription": "Status sesji uniemożliwia operację.",
                    "details": ["Status sesji: 170"],
                }
            ],
            "referenceNumber": "ref-1",
        }
    }
    server.script = [(400, body)]
    error = fails(transport, SEND, KsefRequestRejected)
    assert (error.code, error.reference) == (21180, "ref-1")
    assert error.details == ("Status sesji: 170",)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"null",
        {"exception": None},
        {"exception": {"exceptionDetailList": None}},
        {"errors": [None, "x"]},
        {"exception": {"exceptionDetailList": [{"exceptionCode": None}]}},
    ],
)
def test_a_refusal_of_no_known_form_is_still_a_refusal(server, transport, body):
    server.script = [(400, body)]
    error = fails(transport, READ, KsefRequestRejected)
    assert (error.code, error.status) == (None, 400)


def test_401_is_an_expired_login(server, transport):
    body = {"title": "Unauthorized", "status": 401, "detail": "Brak tokenu"}
    server.script = [(401, body)]
    assert fails(transport, READ, KsefAuthError).reason == "expired"


@pytest.mark.parametrize(
    ("reason_code", "reason"),
    [
        ("missing-permissions", "no_permission"),
        ("insufficient-resource-access", "no_access"),
        ("ip-not-allowed", "ip_not_allowed"),
        ("auth-method-not-allowed", "auth_method"),
        ("context-type-not-allowed", "context_type"),
        ("security-service-blocked", "blocked"),
        (None, "forbidden"),
        ("something-new", "forbidden"),
    ],
)
def test_403_gives_the_reason(server, transport, reason_code, reason):
    body = {"title": "Forbidden", "status": 403, "reasonCode": reason_code}
    server.script = [(403, body)]
    assert fails(transport, READ, KsefAuthError).reason == reason


def test_403_names_the_permissions_that_are_needed(server, transport):
    body = {
        "title": "Forbidden",
        "status": 403,
        "detail": "Brak uprawnień",
        "reasonCode": "missing-permissions",
        "security": {
            "requiredAnyOfPermissions": ["InvoiceWrite", "PefInvoiceWrite"],
            "presentPermissions": [],
        },
    }
    server.script = [(403, body)]
    error = fails(transport, SEND, KsefAuthError)
    wanted = "requiredAnyOfPermissions: InvoiceWrite, PefInvoiceWrite"
    assert wanted in error.details


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_expired_download_address_does_not_end_the_login(server, transport, status):
    server.script = [(status, b"<Error/>")]
    request = Request("GET", f"{server.url}/upo?sig=x")
    assert fails(transport, request, KsefRequestRejected).code == "link_expired"


@pytest.mark.parametrize("status", [404, 406, 410, 415])
def test_other_refusals_keep_their_status(server, transport, status):
    server.script = [(status, b"")]
    assert fails(transport, READ, KsefRequestRejected).status == status


def test_an_answer_that_is_not_json_is_a_protocol_error(server, transport):
    server.script = [(200, b"<xml/>")]
    with pytest.raises(KsefProtocolError):
        transport.send(READ).json()

"""The hierarchy of failures."""

import pytest

from ksef.errors import (
    CERTIFICATE_CODES,
    Fa3Error,
    Fa3Problem,
    KsefAuthError,
    KsefCertificateError,
    KsefError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefTransportError,
    KsefUnavailable,
)


@pytest.mark.parametrize("kind", [KsefTransportError, KsefUnavailable, KsefRateLimited])
def test_failures_of_the_moment_are_retryable(kind):
    assert kind("x").retryable


@pytest.mark.parametrize("kind", [KsefRequestRejected, KsefProtocolError, KsefError])
def test_failures_that_stay_are_not_retryable(kind):
    assert not kind("x").retryable


def test_the_default_can_be_overruled():
    assert KsefProtocolError("x", retryable=True).retryable


def test_facts_are_kept_and_details_are_a_tuple():
    error = KsefRequestRejected(
        "refused", code=21405, status=400, details=["a", "b"], reference="r"
    )
    assert (error.code, error.status, error.reference) == (21405, 400, "r")
    assert error.details == ("a", "b")


def test_the_text_of_an_error_is_its_message_without_the_details():
    error = KsefRequestRejected("refused", details=["NIP 5265877635"])
    assert str(error) == "refused"


def test_an_auth_error_has_a_reason():
    error = KsefAuthError("no", reason="no_permission", code=415)
    assert (error.reason, error.code) == ("no_permission", 415)


def test_a_certificate_error_has_its_code_and_values():
    error = KsefCertificateError("expired", "over", serial="01")
    assert error.code in CERTIFICATE_CODES
    assert error.values == {"serial": "01"}


def test_an_fa3_error_lists_every_problem():
    problems = [
        Fa3Problem("missing", "Fa/P_1", "the date is missing"),
        Fa3Problem("too_long", "Fa/P_2", "the number is too long"),
    ]
    error = Fa3Error(problems)
    assert error.problems == tuple(problems)
    assert "Fa/P_2: the number is too long" in str(error)


def test_everything_is_a_ksef_error():
    assert issubclass(KsefCertificateError, KsefError)
    assert issubclass(Fa3Error, KsefError)

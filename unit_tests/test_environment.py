"""Addresses of the environments."""

import pytest

from ksef.environment import DEMO, PRD, TEST, Environment
from ksef.errors import KsefError


@pytest.mark.parametrize(
    ("code", "api", "qr"),
    [
        (
            "test",
            "https://api-test.ksef.mf.gov.pl/v2",
            "https://qr-test.ksef.mf.gov.pl",
        ),
        (
            "demo",
            "https://api-demo.ksef.mf.gov.pl/v2",
            "https://qr-demo.ksef.mf.gov.pl",
        ),
        ("prd", "https://api.ksef.mf.gov.pl/v2", "https://qr.ksef.mf.gov.pl"),
    ],
)
def test_official_addresses(code, api, qr):
    environment = Environment.for_code(code)
    assert (environment.api_url, environment.qr_url) == (api, qr)


def test_demo_has_no_status_service():
    assert DEMO.latarnia_url is None
    assert TEST.latarnia_url and PRD.latarnia_url


def test_an_unknown_code_is_refused():
    with pytest.raises(KsefError) as caught:
        Environment.for_code("production")
    assert caught.value.code == "unknown_environment"


def test_a_custom_environment_takes_its_qr_address_from_the_api():
    environment = Environment.custom("http://127.0.0.1:8765/v2/")
    assert environment.api_url == "http://127.0.0.1:8765/v2"
    assert environment.qr_url == "http://127.0.0.1:8765"
    assert environment.code == "custom"


def test_a_custom_qr_address_may_differ():
    environment = Environment.custom("http://a:1/v2", "http://b:2/")
    assert environment.qr_url == "http://b:2"


@pytest.mark.parametrize("url", ["", "api.example", "ftp://x/v2", "http:///v2"])
def test_an_address_that_is_no_http_address_is_refused(url):
    with pytest.raises(KsefError) as caught:
        Environment.custom(url)
    assert caught.value.code == "bad_url"

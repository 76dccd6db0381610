"""Limits over plain HTTP: conformance cases 87-91."""

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
import requests
from actors import BUYER, SELLER, Actor, code_of, invoice_xml

import simulator

QUERY = "/invoices/query/metadata"
FILTERS = {
    "subjectType": "Subject1",
    "dateRange": {"dateType": "Issue", "from": "2026-11-01T00:00:00Z"},
}
SETTABLE = (
    "onlineSession",
    "batchSession",
    "invoiceSend",
    "invoiceStatus",
    "sessionList",
    "sessionInvoiceList",
    "sessionMisc",
    "invoiceMetadata",
    "invoiceExport",
    "invoiceExportStatus",
    "invoiceDownload",
    "collectiveIdentifier",
    "other",
)


@pytest.fixture
def strict() -> Iterator[simulator.RunningSimulator]:
    """A simulator with the limits of PRD; its clock stands still."""
    with simulator.running(simulator.Config()) as running:
        running.clock.freeze()
        running.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))
        yield running


def query(actor, **options):
    """Spend one metadata query."""
    return actor.post(QUERY, FILTERS, **options)


def spend_the_hour(actor):
    """Spend the twenty metadata queries of an hour, one a minute."""
    for _number in range(20):
        assert query(actor).status_code == 200
        actor.later(10)


def test_twenty_first_query_of_an_hour_is_refused(strict):
    """Case 87: with the seconds until the window has room again."""
    actor = Actor(strict, SELLER)
    spend_the_hour(actor)
    refused = query(actor)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) == 3600 - 200


def test_window_slides_and_does_not_reset_on_the_hour(strict):
    """Case 87."""
    actor = Actor(strict, SELLER)
    spend_the_hour(actor)
    strict.clock.set(datetime(2026, 11, 20, 10, 1, tzinfo=timezone.utc))
    actor = Actor(strict, SELLER)
    refused = query(actor)
    assert refused.status_code == 429
    strict.clock.advance(int(refused.headers["Retry-After"]))
    actor = Actor(strict, SELLER)
    assert query(actor).status_code == 200
    assert query(actor).status_code == 429


def test_other_context_has_its_own_counter(strict):
    """Case 87."""
    actor = Actor(strict, SELLER)
    spend_the_hour(actor)
    assert query(actor).status_code == 429
    assert query(Actor(strict, BUYER)).status_code == 200


def test_other_address_has_its_own_counter(strict):
    """Case 87: counted per context and source address."""
    actor = Actor(strict, SELLER)
    spend_the_hour(actor)
    assert query(actor).status_code == 429
    elsewhere = requests.Session()
    elsewhere.trust_env = False
    elsewhere.mount("http://", _From("127.0.0.2"))
    answer = elsewhere.post(
        strict.api_url + QUERY,
        json=FILTERS,
        headers={"Authorization": f"Bearer {actor.access}"},
        timeout=10,
    )
    assert answer.status_code == 200


class _From(requests.adapters.HTTPAdapter):
    """Send from another loopback address."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        kwargs["source_address"] = (self._address, 0)
        super().init_poolmanager(*args, **kwargs)


def test_refusal_in_both_forms(strict):
    """ksef-api.md §1.5: the older body by default, problem+json when asked for."""
    actor = Actor(strict, SELLER)
    spend_the_hour(actor)
    legacy = query(actor).json()
    assert legacy["status"]["code"] == 429
    assert legacy["status"]["description"] == "Too Many Requests"
    problem = query(actor, headers={"X-Error-Format": "problem-details"})
    assert problem.headers["Content-Type"].startswith("application/problem+json")
    assert problem.json()["status"] == 429
    assert problem.json()["title"] == "Too Many Requests"


def test_limit_of_a_second(strict):
    """Case 87: all windows apply at the same time; eight queries a second."""
    actor = Actor(strict, SELLER)
    answers = [query(actor).status_code for _number in range(9)]
    assert answers == [200] * 8 + [429]
    actor.later(1)
    assert query(actor).status_code == 200


def test_other_endpoints_count_for_themselves(strict):
    """Case 88."""
    actor = Actor(strict, SELLER)
    answers = [actor.get("/limits/context").status_code for _number in range(11)]
    assert answers == [200] * 10 + [429]
    assert actor.get("/limits/subject").status_code == 200
    assert actor.get("/rate-limits").status_code == 200


def test_public_endpoints_have_sixty_calls_a_second(strict):
    """Case 89."""
    url = f"{strict.api_url}/auth/challenge"
    with requests.Session() as session:
        answers = [session.post(url, timeout=10) for _number in range(61)]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429]
    assert answers[-1].headers["Retry-After"] == "1"


def test_storage_downloads_are_never_limited(strict):
    """Case 89."""
    actor = Actor(strict, SELLER)
    day = strict.clock.today_in_warsaw()
    (status,) = actor.transmit(invoice_xml(SELLER, BUYER, "FV/1", day))
    with requests.Session() as session:
        answers = {
            session.get(status["upoDownloadUrl"], timeout=10).status_code
            for _number in range(100)
        }
    assert answers == {200}


def test_prd_limits_are_the_default(strict):
    """ksef-api.md §12.2 and the example of the OpenAPI document."""
    limits = Actor(strict, SELLER).get("/rate-limits").json()
    assert limits["invoiceMetadata"] == {"perSecond": 8, "perMinute": 16, "perHour": 20}
    assert limits["invoiceSend"] == {"perSecond": 10, "perMinute": 30, "perHour": 180}
    assert limits["other"] == {"perSecond": 10, "perMinute": 30, "perHour": 120}
    assert len(limits) == 17


def test_changed_limits_are_shown_enforced_and_restored(strict):
    """Case 90."""
    actor = Actor(strict, SELLER)
    tiny = {"perSecond": 1, "perMinute": 2, "perHour": 3}
    body = {"rateLimits": dict.fromkeys(SETTABLE, tiny)}
    assert actor.post("/testdata/rate-limits", body).status_code == 200
    assert actor.get("/rate-limits").json()["invoiceMetadata"] == tiny
    assert [query(actor).status_code for _number in range(2)] == [200, 429]
    assert query(Actor(strict, BUYER)).status_code == 200
    assert actor.delete("/testdata/rate-limits").status_code == 200
    actor.later(1)
    assert actor.get("/rate-limits").json()["invoiceMetadata"]["perHour"] == 20
    assert [query(actor).status_code for _number in range(2)] == [200, 200]


def test_changed_limits_count_where_the_defaults_are_off(sim):
    """Case 90: the switch turns the defaults off, not what a test asks for."""
    actor = Actor(sim, SELLER)
    assert {actor.get("/limits/context").status_code for _number in range(50)} == {200}
    tiny = {"perSecond": 1, "perMinute": 1, "perHour": 1}
    actor.post("/testdata/rate-limits", {"rateLimits": dict.fromkeys(SETTABLE, tiny)})
    answers = [actor.get("/limits/context").status_code for _number in range(2)]
    assert answers == [200, 429]


def test_production_profile_on_demand(sim):
    """ksef-api.md §14."""
    actor = Actor(sim, SELLER)
    assert actor.post("/testdata/rate-limits/production").status_code == 200
    answers = [actor.get("/limits/context").status_code for _number in range(11)]
    assert answers == [200] * 10 + [429]


def test_limits_outside_the_validator_are_refused(sim):
    """ksef-api.md §14: onlineSession.perHour up to 1200; all groups are needed."""
    actor = Actor(sim, SELLER)
    fair = {"perSecond": 1, "perMinute": 2, "perHour": 3}
    groups = dict.fromkeys(SETTABLE, fair)
    too_many = {**groups, "onlineSession": {**fair, "perHour": 1201}}
    refused = actor.post("/testdata/rate-limits", {"rateLimits": too_many})
    assert code_of(refused) == 21405
    del groups["other"]
    assert code_of(actor.post("/testdata/rate-limits", {"rateLimits": groups})) == 21405


def test_limits_without_the_newest_group_are_taken(sim):
    """A body of API 2.6 has no collectiveIdentifier."""
    actor = Actor(sim, SELLER)
    actor.http.loose = True
    fair = {"perSecond": 1, "perMinute": 2, "perHour": 3}
    older = {name: fair for name in SETTABLE if name != "collectiveIdentifier"}
    assert actor.post("/testdata/rate-limits", {"rateLimits": older}).ok


def session_limits(size, **changes):
    """Write a body of session limits."""
    values = {
        "maxInvoiceSizeInMB": size,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 10_000,
        **changes,
    }
    return {
        "onlineSession": values,
        "batchSession": values,
        "collectiveIdentifier": {"maxInvoices": 500},
    }


def test_larger_invoices_after_the_limit_was_raised(sim):
    """Case 91."""
    actor = Actor(sim, SELLER)
    day = sim.clock.today_in_warsaw()
    xml = invoice_xml(SELLER, BUYER, "FV/1", day)
    large = xml.replace(b"<Faktura ", b"<!--" + b"x" * 1_500_000 + b"--><Faktura ")
    (refused,) = actor.transmit(large)
    assert refused["status"]["code"] == 430
    assert actor.post("/testdata/limits/context/session", session_limits(5)).ok
    shown = actor.get("/limits/context").json()["onlineSession"]
    assert shown["maxInvoiceSizeInMB"] == 5
    (accepted,) = actor.transmit(large)
    assert accepted["status"]["code"] == 200


def test_session_limit_above_five_megabytes_is_refused(sim):
    """Case 91."""
    actor = Actor(sim, SELLER)
    refused = actor.post("/testdata/limits/context/session", session_limits(6))
    assert code_of(refused) == 21405
    assert (
        actor.get("/limits/context").json()["onlineSession"]["maxInvoiceSizeInMB"] == 1
    )


def test_session_limits_go_back_to_the_defaults(sim):
    """Case 91."""
    actor = Actor(sim, SELLER)
    before = actor.get("/limits/context").json()
    actor.post("/testdata/limits/context/session", session_limits(2, maxInvoices=7))
    assert actor.get("/limits/context").json()["batchSession"]["maxInvoices"] == 7
    assert actor.delete("/testdata/limits/context/session").status_code == 200
    assert actor.get("/limits/context").json() == before

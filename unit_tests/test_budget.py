"""The planner of requests: sliding windows, blocks, keeping between runs."""

import json
import random
from datetime import timedelta

import pytest
from support_end_to_end import Person
from support_ksef import NOW, needs_shared, shared_json

import simulator
from ksef import routes
from ksef.budget import PRD_LIMITS, Budget, counter_of, counter_of_route
from ksef.errors import KsefRateLimited
from ksef.messages import RateLimit, RateLimits
from ksef.transport import Transport

METADATA = "invoiceMetadata"
SECOND = timedelta(seconds=1)


def after(**parts):
    return NOW + timedelta(**parts)


def limited(**groups):
    """A budget with limits of its own."""
    limits = {name: RateLimit(*values) for name, values in groups.items()}
    return Budget(RateLimits(limits), NOW)


def most_in(moments, seconds):
    """The greatest number of calls in any window, counted naively."""
    window = timedelta(seconds=seconds)
    return max(
        sum(start <= each < start + window for each in moments) for start in moments
    )


# -- windows -------------------------------------------------------------


def test_nothing_recorded_means_now():
    assert Budget().next_allowed(METADATA, NOW) == NOW
    assert Budget().available(METADATA, NOW) == 16


@pytest.mark.parametrize(
    ("count", "spacing", "wait"),
    [
        (7, 0, 0),
        (8, 0, 1),  # eight in a second
        (16, 3, 60 - 15 * 3),  # sixteen in a minute
        (20, 60, 3600 - 19 * 60),  # twenty in an hour
    ],
)
def test_each_window_makes_one_wait(count, spacing, wait):
    budget = Budget()
    for number in range(count):
        budget.record(METADATA, after(seconds=number * spacing))
    now = after(seconds=(count - 1) * spacing)
    assert budget.next_allowed(METADATA, now) == now + wait * SECOND
    assert budget.is_allowed(METADATA, now) == (wait == 0)
    assert budget.is_allowed(METADATA, now + wait * SECOND)


def test_the_window_slides_and_does_not_jump():
    budget = Budget()
    for minute in range(20):
        budget.record(METADATA, after(minutes=minute))
    assert budget.next_allowed(METADATA, after(minutes=30)) == after(hours=1)
    budget.record(METADATA, after(hours=1))
    assert budget.next_allowed(METADATA, after(hours=1)) == after(hours=1, minutes=1)


@pytest.mark.parametrize("group", ["invoiceSend", "invoiceExport", "sessionList"])
def test_no_window_is_ever_overrun_and_none_is_wasted(group):
    rng = random.Random(group)
    budget, now, moments = Budget(), NOW, []
    limit = PRD_LIMITS.groups[group]
    for _number in range(2 * limit.per_hour + 3):
        now = budget.next_allowed(
            group, now + timedelta(milliseconds=rng.randrange(900))
        )
        budget.record(group, now)
        moments.append(now)
    assert most_in(moments, 1) <= limit.per_second
    assert most_in(moments, 60) <= limit.per_minute
    assert most_in(moments, 3600) == limit.per_hour
    assert moments[-1] - moments[0] < timedelta(hours=2, minutes=10)


def test_groups_do_not_disturb_each_other():
    budget = Budget()
    for _number in range(8):
        budget.record(METADATA, NOW)
    assert budget.is_allowed("invoiceExport", NOW)
    for _number in range(10):
        budget.record("other:GET /rate-limits", NOW)
    assert not budget.is_allowed("other:GET /rate-limits", NOW)
    assert budget.is_allowed("other:POST /certificates/query", NOW)


def test_an_unknown_group_is_held_to_the_common_limit():
    budget = Budget()
    for _number in range(10):
        budget.record("newGroup", NOW)
    assert budget.next_allowed("newGroup", NOW) == NOW + SECOND


def test_a_negative_limit_is_none():
    budget = Budget()
    for _number in range(59):
        budget.record("anonymous", NOW)
    assert budget.available("anonymous", NOW) is None
    budget.record("anonymous", NOW)
    assert budget.next_allowed("anonymous", NOW) == NOW + SECOND


def test_a_limit_of_nought_waits_for_the_authority():
    assert limited(other=(0, 0, 0)).next_allowed("other", NOW) == after(hours=1)


def test_what_is_free_in_minute_and_hour():
    budget = Budget()
    for minute in range(18):
        budget.record(METADATA, after(minutes=minute))
    assert budget.available(METADATA, after(minutes=18)) == 2
    budget.record(METADATA, after(minutes=18))
    budget.record(METADATA, after(minutes=18))
    assert budget.available(METADATA, after(minutes=18)) == 0


def test_calls_that_a_clock_ahead_has_written_count_and_rubbish_does_not():
    budget = limited(other=(10, 10, 1))
    budget.record("other", after(seconds=30))
    assert not budget.is_allowed("other", NOW)
    budget = limited(other=(10, 10, 1))
    budget.record("other", after(days=30))
    assert budget.is_allowed("other", NOW)


# -- blocks and limits -----------------------------------------------------


def test_a_block_holds_until_its_end():
    budget = Budget()
    budget.block(METADATA, NOW, 300)
    budget.block(METADATA, NOW, 10)
    assert budget.next_allowed(METADATA, NOW) == after(seconds=300)
    assert budget.available(METADATA, NOW) == 0
    assert budget.is_allowed(METADATA, after(seconds=300))


def test_a_block_from_a_clock_gone_mad_ends_within_a_day():
    budget = Budget()
    budget.block(METADATA, after(days=3000), 10)
    assert budget.next_allowed(METADATA, NOW) <= after(days=1)


def test_learned_limits_count_at_once_and_for_a_day():
    budget = Budget()
    assert budget.wants_limits(NOW)
    for _number in range(3):
        budget.record(METADATA, NOW)
    budget.learn(RateLimits({METADATA: RateLimit(3, 3, 3)}), NOW)
    assert budget.next_allowed(METADATA, NOW) == after(hours=1)
    assert not budget.wants_limits(after(hours=23))
    assert budget.wants_limits(after(hours=24))
    assert budget.wants_limits(after(hours=-1))


def test_groups_that_the_answer_leaves_out_keep_those_of_prd():
    budget = limited(other=(1, 1, 1))
    for _number in range(8):
        budget.record(METADATA, NOW)
    assert budget.next_allowed(METADATA, NOW) == NOW + SECOND


# -- keeping -----------------------------------------------------------------


def test_a_budget_survives_as_json():
    budget = limited(invoiceSend=(10, 30, 5), other=(1, 2, 3))
    for second in (0, 1, 1, 70, 71):
        budget.record("invoiceSend", after(seconds=second))
    budget.block("other", NOW, 100)
    again = Budget.from_json(json.loads(json.dumps(budget.to_json())))
    now = after(seconds=71)
    for group in ("invoiceSend", "other"):
        assert again.next_allowed(group, now) == budget.next_allowed(group, now) > now
    assert again.limits == budget.limits
    assert not again.wants_limits(now)
    assert again.to_json() == budget.to_json()


def test_the_kept_state_stays_small():
    budget = Budget()
    for hour in range(5):
        for number in range(1200):
            budget.record("invoiceStatus", after(hours=hour, seconds=3 * number))
    assert len(json.dumps(budget.to_json())) < 9000


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "x",
        {"calls": 1},
        {"calls": {}, "blocked": {"a": "b"}},
        {"calls": {"a": ["b"]}, "blocked": {}},
        {"calls": {}, "blocked": {}, "limits": 3},
        {"calls": {}, "blocked": {}, "limitsKnownAt": 1e30},
    ],
)
def test_an_unreadable_state_begins_anew(data):
    budget = Budget.from_json(data)
    assert budget.is_allowed(METADATA, NOW)
    assert budget.wants_limits(NOW)


# -- what a request counts against -------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "group"),
    [
        ("POST", "/sessions/online", "onlineSession"),
        ("POST", "/sessions/online/A/close", "onlineSessionClose"),
        ("POST", "/sessions/online/A/invoices", "invoiceSend"),
        ("POST", "/sessions/batch", "batchSession"),
        ("POST", "/sessions/batch/A/close", "batchSessionClose"),
        ("GET", "/sessions", "sessionList"),
        ("GET", "/sessions/A", "sessionMisc"),
        ("GET", "/sessions/A/invoices", "sessionInvoiceList"),
        ("GET", "/sessions/A/invoices/failed", "sessionInvoiceList"),
        ("GET", "/sessions/A/invoices/B", "invoiceStatus"),
        ("GET", "/sessions/A/invoices/B/upo", "sessionMisc"),
        ("GET", "/sessions/A/upo/B", "sessionMisc"),
        ("GET", "/invoices/ksef/***-20250826-0100001AF629-AF", "invoiceDownload"),
        ("POST", "/invoices/query/metadata", "invoiceMetadata"),
        ("POST", "/invoices/exports", "invoiceExport"),
        ("GET", "/invoices/exports/A", "invoiceExportStatus"),
        ("POST", "/collective-identifiers", "collectiveIdentifier"),
        ("GET", "/collective-identifiers/ksef/A", "collectiveIdentifier"),
        ("POST", "/auth/challenge", "anonymous"),
        ("GET", "/auth/A", "anonymous"),
        ("GET", "/rate-limits", "other:GET /rate-limits"),
        ("DELETE", "/never/heard", "other:DELETE /never/heard"),
        ("PUT", "https://storage/…", None),
    ],
)
def test_what_a_request_counts_against(method, path, group):
    assert counter_of(method, path) == group


@needs_shared
def test_groups_and_their_values_are_those_of_the_openapi_document():
    paths = shared_json("open-api.json")["paths"]
    for route in routes.ALL:
        said = paths[route.template][route.method.lower()]["x-rate-limits"]
        limit = PRD_LIMITS.groups[counter_of_route(route).partition(":")[0]]
        ours = (limit.per_second, limit.per_minute, limit.per_hour)
        theirs = tuple(
            said.get(key, -1) for key in ("perSecond", "perMinute", "perHour")
        )
        assert ours == theirs, route


@needs_shared
def test_every_group_has_its_values_of_prd():
    answer = shared_json("open-api.json")["paths"]["/rate-limits"]["get"]
    content = answer["responses"]["200"]["content"]["application/json"]
    assert RateLimits.from_json(content["example"]) == PRD_LIMITS


# -- against the simulator -----------------------------------------------------


@pytest.fixture
def strict():
    """A simulator with the limits of PRD."""
    with simulator.running(simulator.Config(rate_limits="prd")) as sim:
        sim.clock.freeze()
        yield sim


def test_a_planned_client_is_never_refused(strict):
    me = Person(strict)
    budget = Budget()
    me.client.rate_limits()
    group = counter_of("GET", "/sessions")
    started = strict.clock.now()
    for _number in range(70):
        now = strict.clock.now()
        wait = (budget.next_allowed(group, now) - now).total_seconds()
        strict.clock.advance(wait)
        budget.record(group, strict.clock.now())
        me.client.sessions()
    assert strict.clock.now() - started >= timedelta(hours=1)


def test_an_unplanned_client_is_refused_and_the_plan_takes_it_in(strict):
    me = Person(strict)
    budget = Budget()
    me.client.rate_limits()
    with pytest.raises(KsefRateLimited) as caught:
        for _number in range(30):
            me.client.sessions()
            me.pass_time(0.25)
    now = strict.clock.now()
    budget.block("sessionList", now, caught.value.retry_after)
    strict.clock.set(budget.next_allowed("sessionList", now))
    me.client.sessions()


def test_attempts_can_be_counted_by_the_transport(strict):
    budget, me = Budget(), Person(strict)

    def count(record):
        group = counter_of(record.method, record.target)
        budget.record(group, strict.clock.now())

    me.client._transport = Transport(
        me.environment, sleep=me.pass_time, on_request=count
    )
    me.client.rate_limits()
    strict.faults.add("error", times=1, path="/sessions$", status=503)
    me.client.sessions()
    now = strict.clock.now()
    assert budget.available("sessionList", now) == 10 - 2
    assert budget.available("other:GET /rate-limits", now) == 30 - 1

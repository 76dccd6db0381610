"""The client of the status service: states, messages, and never an exception."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import requests
from support_ksef import NOW, FakeClock, hang_up, local_server

from ksef.deadlines import Duty, OfflineMode, Outage, sending_deadline
from ksef.environment import DEMO, PRD, TEST, Environment
from ksef.errors import KsefError, KsefUnavailable
from ksef.latarnia import Latarnia
from ksef.messages_latarnia import ServiceState, outages_of, readable_messages
from ksef.transport import Transport

MESSAGE = {
    "id": "m-1",
    "eventId": 7,
    "category": "FAILURE",
    "type": "FAILURE_START",
    "title": "Awaria",
    "text": "Trwa awaria",
    "start": "2026-03-02T10:00:00Z",
    "end": None,
    "version": 1,
    "published": "2026-03-02T10:05:00Z",
}
ENDED = {
    **MESSAGE,
    "id": "m-2",
    "type": "FAILURE_END",
    "end": "2026-03-03T09:00:00Z",
    "version": 2,
    "published": "2026-03-03T09:01:00Z",
}
PLANNED = {
    **MESSAGE,
    "eventId": 8,
    "category": "MAINTENANCE",
    "type": "MAINTENANCE_ANNOUNCEMENT",
    "start": "2026-03-07T22:00:00Z",
    "end": "2026-03-08T04:00:00Z",
}


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def latarnia_of(server, code="prd", **options):
    """The service of an environment of that code, played by the server."""
    environment = replace(server.environment, code=code, latarnia_url=server.url)
    transport = Transport(environment, max_attempts=1, **options)
    return Latarnia(environment, transport=transport, clock=FakeClock())


# -- states ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "mode"),
    [
        ("AVAILABLE", None),
        ("MAINTENANCE", OfflineMode.UNAVAILABILITY),
        ("FAILURE", OfflineMode.FAILURE),
        ("TOTAL_FAILURE", OfflineMode.TOTAL_FAILURE),
    ],
)
def test_a_state_and_the_mode_to_offer(server, told, mode):
    server.script = [(200, {"status": told, "messages": [MESSAGE]})]
    status = latarnia_of(server).state()
    assert (status.state.value, status.offline_mode) == (told, mode)
    assert (status.asked_at, status.problem) == (NOW, None)
    assert status.messages[0].title == "Awaria"
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("GET", "/status")
    assert "Authorization" not in seen.headers


def test_an_answer_without_messages(server):
    server.script = [(200, {"status": "AVAILABLE"})]
    assert latarnia_of(server).state().state is ServiceState.AVAILABLE


def test_a_state_that_is_new_is_unknown(server):
    server.script = [(200, {"status": "PARTIAL_FAILURE", "messages": []})]
    status = latarnia_of(server).state()
    assert (status.state, status.offline_mode) == (ServiceState.UNKNOWN, None)


@pytest.mark.parametrize(
    "answer",
    [
        (502, b"<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
        (503, b""),
        (403, b""),
        (404, b""),
        (429, b""),
        (200, b"<html>maintenance</html>", {"Content-Type": "text/html"}),
        (200, b"not json"),
        (200, b"[" * 100_000),
        (200, []),
        (200, {"messages": []}),
        (200, {"status": 7}),
        (200, {"status": "FAILURE", "messages": "x"}),
        (302, b"", {"Location": "https://elsewhere.example"}),
        hang_up,
    ],
)
def test_whatever_goes_wrong_the_state_is_unknown(server, answer):
    """Case 99: a service that does not answer is no failure of KSeF."""
    server.script = [answer]
    status = latarnia_of(server).state()
    assert (status.state, status.offline_mode) == (ServiceState.UNKNOWN, None)
    assert status.problem


def test_nobody_there_is_unknown():
    environment = Environment.custom(
        "http://127.0.0.1:9/v2", None, "http://127.0.0.1:9"
    )
    assert Latarnia(environment).state().state is ServiceState.UNKNOWN


def test_a_slow_service_is_not_waited_for(server):
    server.script = [lambda handler: handler.rfile.read(1)]
    status = latarnia_of(server, timeout_seconds=0.2).state()
    assert status.state is ServiceState.UNKNOWN


def test_a_message_that_cannot_be_read_does_not_hide_the_state(server):
    broken = {**MESSAGE, "start": "yesterday"}
    server.script = [(200, {"status": "FAILURE", "messages": [broken, MESSAGE, 3]})]
    status = latarnia_of(server).state()
    assert status.state is ServiceState.FAILURE
    assert len(status.messages) == 1


def test_the_made_up_failure_of_test_drives_nothing(server):
    """Case 99: the service of TEST shows a total failure all the time."""
    server.script = [(200, {"status": "TOTAL_FAILURE", "messages": []})]
    status = latarnia_of(server, code="test").state()
    assert status.state is ServiceState.TOTAL_FAILURE
    assert (status.is_binding, status.offline_mode) == (False, None)


def test_which_services_are_believed():
    assert Latarnia(PRD).is_binding
    assert not Latarnia(TEST).is_binding
    assert not Latarnia(DEMO).is_binding
    custom = Environment.custom("http://127.0.0.1:9/v2", None, "http://127.0.0.1:9/x/")
    assert Latarnia(custom).is_binding
    assert custom.latarnia_url == "http://127.0.0.1:9/x"


def test_an_environment_without_a_service():
    status = Latarnia(DEMO).state()
    assert (status.state, status.is_binding) == (ServiceState.UNKNOWN, False)
    with pytest.raises(KsefUnavailable) as caught:
        Latarnia(DEMO).messages()
    assert (caught.value.code, caught.value.retryable) == ("no_latarnia", False)


def test_an_address_of_a_service_is_checked():
    with pytest.raises(KsefError):
        Environment.custom("http://127.0.0.1:9/v2", None, "ftp://x")


# -- messages ----------------------------------------------------------------


def test_messages_are_read_and_errors_are_told(server):
    server.script = [(200, [MESSAGE, ENDED]), (502, b"")]
    latarnia = latarnia_of(server)
    first, second = latarnia.messages()
    assert (first.event_id, second.type) == ("7", "FAILURE_END")
    with pytest.raises(KsefUnavailable):
        latarnia.messages()


def test_times_without_an_offset_are_those_of_warsaw():
    (message,) = readable_messages([{**MESSAGE, "start": "2026-07-01T10:00:00"}])
    assert message.start == utc(2026, 7, 1, 8)


def test_a_failure_that_lasts():
    (outage,) = outages_of(readable_messages([MESSAGE]))
    assert outage == Outage(OfflineMode.FAILURE, utc(2026, 3, 2, 10), None)


@pytest.mark.parametrize("order", [1, -1])
def test_a_failure_with_its_end(order):
    (outage,) = outages_of(readable_messages([MESSAGE, ENDED][::order]))
    assert outage.start == utc(2026, 3, 2, 10)
    assert outage.end == utc(2026, 3, 3, 9)


def test_an_end_alone_and_an_end_without_its_time():
    (outage,) = outages_of(readable_messages([{**ENDED, "end": None}]))
    assert outage.end == utc(2026, 3, 3, 9, 1)


def test_the_newest_version_of_planned_maintenance_counts():
    moved = {**PLANNED, "version": 3, "end": "2026-03-08T06:00:00Z"}
    older = {**PLANNED, "version": 2, "end": "2026-03-08T05:00:00Z"}
    (outage,) = outages_of(readable_messages([moved, PLANNED, older]))
    assert outage.mode is OfflineMode.UNAVAILABILITY
    assert outage.end == utc(2026, 3, 8, 6)


def test_events_are_told_apart_and_new_kinds_are_left_out():
    strange = {**MESSAGE, "eventId": 9, "category": "ECLIPSE"}
    outages = outages_of(readable_messages([PLANNED, MESSAGE, ENDED, strange]))
    assert [each.mode for each in outages] == [
        OfflineMode.FAILURE,
        OfflineMode.UNAVAILABILITY,
    ]


def test_from_messages_to_a_deadline():
    issued = utc(2026, 3, 2, 12).date()
    going_on = outages_of(readable_messages([MESSAGE]))
    assert sending_deadline(OfflineMode.FAILURE, issued, going_on).duty is Duty.WAIT
    over = outages_of(readable_messages([MESSAGE, ENDED]))
    deadline = sending_deadline(OfflineMode.FAILURE, issued, over)
    assert deadline.day == utc(2026, 3, 12).date()
    assert deadline.ends_at - utc(2026, 3, 12, 23) == timedelta(0)


# -- against the simulator -----------------------------------------------------


@pytest.fixture
def announced(sim):
    """The simulator's service, and a way to change what it announces."""
    environment = Environment.custom(sim.api_url, None, sim.latarnia_url)
    latarnia = Latarnia(environment, clock=sim.clock.now)

    def declare(**body):
        url = f"{sim.url}/_sim/latarnia"
        assert requests.post(url, json=body, timeout=10).ok

    return latarnia, declare


def test_a_failure_from_its_notice_to_the_deadline(sim, announced):
    """Case 99."""
    latarnia, declare = announced
    sim.clock.set(utc(2026, 3, 10, 8))
    assert latarnia.state().state is ServiceState.AVAILABLE
    assert latarnia.messages() == ()
    declare(status="FAILURE", title="Awaria", text="Od rana")
    status = latarnia.state()
    assert (status.state, status.offline_mode) == (
        ServiceState.FAILURE,
        OfflineMode.FAILURE,
    )
    assert status.messages[0].title == "Awaria"
    issued = sim.clock.today_in_warsaw()
    waiting = sending_deadline(status.offline_mode, issued, outages_of(status.messages))
    assert waiting.duty is Duty.WAIT
    sim.clock.advance(86400)
    declare(status="FAILURE", text="Nadal")
    declare(status="AVAILABLE")
    assert latarnia.state().offline_mode is None
    (outage,) = outages_of(latarnia.messages())
    assert outage == Outage(OfflineMode.FAILURE, utc(2026, 3, 10, 8), sim.clock.now())
    deadline = sending_deadline(OfflineMode.FAILURE, issued, [outage])
    assert deadline.day == utc(2026, 3, 20).date()


def test_failures_and_maintenance_follow_each_other(sim, announced):
    latarnia, declare = announced
    sim.clock.set(utc(2026, 3, 10, 8))
    declare(status="MAINTENANCE", end="2026-03-10T20:00:00Z")
    declare(status="MAINTENANCE", end="2026-03-10T22:00:00Z")
    sim.clock.advance(86400)
    declare(status="FAILURE")
    sim.clock.advance(3600)
    declare(status="TOTAL_FAILURE")
    sim.clock.advance(3600)
    declare(status="AVAILABLE")
    planned, broken, worse = outages_of(latarnia.messages())
    assert (planned.mode, planned.end) == (
        OfflineMode.UNAVAILABILITY,
        utc(2026, 3, 10, 22),
    )
    assert (broken.mode, broken.end) == (OfflineMode.FAILURE, utc(2026, 3, 11, 9))
    assert (worse.mode, worse.end) == (OfflineMode.TOTAL_FAILURE, utc(2026, 3, 11, 10))


@pytest.mark.parametrize("kind", ["error", "cut_before", "waf", "html", "malformed"])
def test_trouble_with_the_service_alone_is_unknown(sim, announced, kind):
    """Case 99: 502 and the like."""
    latarnia, declare = announced
    declare(status="FAILURE")
    sim.faults.add(kind, path="^/latarnia", status=502)
    assert latarnia.state().state is ServiceState.UNKNOWN
    assert latarnia.state().state is ServiceState.FAILURE

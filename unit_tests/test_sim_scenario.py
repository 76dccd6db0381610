"""The scenario runner of the simulator: a day of outages, slow hours and 429."""

import json
import re
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import sim_client as c

from simulator import scenario
from simulator.scenario_file import ScenarioError, load, read

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "simulator" / "scenarios" / "hard_day.json"


def day(*events, **changes):
    """Write a scenario that starts at eight."""
    body = {
        "start": "2026-11-30T08:00:00+01:00",
        "end": "18:00",
        "events": list(events),
    }
    return read({**body, **changes})


@pytest.fixture
def begin(sim):
    """Set the clock to a scenario's start, log in, and play."""

    def start(plan):
        sim.clock.set(plan.start)
        me = c.SimClient(sim, c.seal(now=plan.start)).login().unchecked()
        sim.clock.set(plan.start)
        scenario.play(sim.simulator, plan)
        return me

    return start


def at(sim, plan, clock):
    """Set the clock to a moment of the day."""
    hours, minutes = map(int, clock.split(":"))
    sim.clock.set(plan.start + timedelta(hours=hours - 8, minutes=minutes))


def test_outage_begins_and_ends(sim, begin):
    plan = day({"at": "09:00", "for": "00:30", "fault": "error", "status": 503})
    begin(plan)
    seen = []
    for clock in ("08:59", "09:00", "09:29", "09:30"):
        at(sim, plan, clock)
        answer = requests.post(sim.api_url + "/auth/challenge", timeout=10)
        seen.append(answer.status_code)
    assert seen == [200, 503, 503, 200]


def test_storm_of_429_hits_a_share(sim, begin):
    storm = {"fault": "rate_limit", "share": 0.5, "retry_after": 20}
    plan = day({"at": "+00:10", "for": "01:00", **storm})
    me = begin(plan)
    at(sim, plan, "08:11")
    answers = [me.get("/auth/sessions") for _turn in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 15 <= len(refused) <= 45
    assert {answer.headers["Retry-After"] for answer in refused} == {"20"}


def test_fault_without_an_end_hits_its_number_of_calls(sim, begin):
    plan = day({"at": "09:00", "fault": "unauthorized", "times": 2})
    me = begin(plan)
    me.get("/auth/sessions")
    at(sim, plan, "09:00")
    me.http = requests.Session()
    answers = [
        requests.post(sim.api_url + "/auth/challenge", timeout=10).status_code
        for _turn in range(3)
    ]
    assert answers == [401, 401, 200]


def test_slow_hour(sim, begin):
    """Invoices wait while it lasts; the setting comes back."""
    plan = day({"at": "08:01", "for": "00:30", "processing_seconds": 120})
    me = begin(plan)
    at(sim, plan, "08:02")
    session, xml = me.open(), c.invoice(day=c.today(sim))
    reference = me.send(session, xml)
    codes = []
    for seconds in (5, 100, 20):
        sim.clock.advance(seconds)
        answer = me.get(f"/sessions/{session}/invoices/{reference}").json()
        codes.append(answer["status"]["code"])
    assert codes == [100, 150, 200]
    at(sim, plan, "08:32")
    me.get("/auth/sessions")
    assert sim.config.processing_seconds == 0.2


def test_latarnia_announces_and_ends(sim, begin):
    plan = day({"at": "12:00", "for": "01:30", "latarnia": "FAILURE", "text": "Awaria"})
    begin(plan)
    seen = []
    for clock in ("11:59", "12:00", "13:29", "13:30"):
        at(sim, plan, clock)
        told = requests.get(sim.latarnia_url + "/status", timeout=10).json()
        seen.append(told["status"])
    assert seen == ["AVAILABLE", "FAILURE", "FAILURE", "AVAILABLE"]
    start, end = requests.get(sim.latarnia_url + "/messages", timeout=10).json()
    assert (start["text"], start["start"]) == ("Awaria", "2026-11-30T11:00:00+00:00")
    assert end["end"] == "2026-11-30T12:30:00+00:00"


def test_key_is_withdrawn(sim, begin):
    plan = day({"at": "09:00", "rotate_keys": "withdraw"})
    me = begin(plan)
    before = me.public_key()[1]
    at(sim, plan, "09:00")
    assert me.public_key()[1] != before


def test_same_day_twice_is_the_same(sim, begin):
    plan = day({"at": "08:00", "for": "01:00", "fault": "error", "share": 0.3})
    url = sim.api_url + "/auth/challenge"
    runs = []
    for _run in range(2):
        sim.reset()
        sim.clock.freeze()
        sim.clock.set(plan.start)
        scenario.play(sim.simulator, plan)
        runs.append([requests.post(url, timeout=10).status_code for _n in range(40)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


def test_report_counts_what_the_simulator_saw(sim, begin):
    plan = day({"at": "08:30", "for": "01:00", "fault": "error", "status": 503})
    me = begin(plan)
    xml = c.invoice(day=c.today(sim))
    session = me.open()
    me.outcome(session, xml)
    me.outcome(session, xml)
    at(sim, plan, "08:30")
    me.get("/auth/sessions")
    told = scenario.report(sim.simulator).as_json()
    assert told["invoices"] == {"200": 1, "440": 1}
    assert told["answers"]["503"] == 1
    assert told["faults"] == {"error": 1}


def test_clock_change_of_autumn():
    """25 October 2026 has 25 hours; noon is noon."""
    plan = read(
        {
            "start": "2026-10-25T00:00:00",
            "end": "23:00",
            "events": [{"at": "12:00", "latarnia": "FAILURE"}],
        }
    )
    assert plan.events[0].at == timedelta(hours=13)
    assert plan.length == timedelta(hours=24)


def test_squeezed_day():
    plan = day({"at": "09:00", "for": "00:30", "processing_seconds": 1}).squeezed(60)
    assert plan.start is None
    assert plan.length == timedelta(minutes=10)
    (event,) = plan.events
    assert (event.at, event.lasts) == (timedelta(minutes=1), timedelta(seconds=30))


@pytest.mark.parametrize(
    "event",
    [
        {"fault": "error"},
        {"at": "07:59", "fault": "error"},
        {"at": "9", "fault": "error"},
        {"at": "09:00"},
        {"at": "09:00", "fault": "earthquake"},
        {"at": "09:00", "fault": "error", "colour": "red"},
        {"at": "09:00", "fault": "error", "status": "503"},
        {"at": "09:00", "fault": "error", "path": "("},
        {"at": "09:00", "for": "long", "fault": "error"},
        {"at": "09:00", "fault": "error", "latarnia": "FAILURE"},
        {"at": "09:00", "latarnia": "ON_FIRE"},
        {"at": "09:00", "processing_seconds": -1},
        {"at": "09:00", "rotate_keys": "now"},
        "nine",
    ],
)
def test_event_that_makes_no_sense_is_named(event):
    with pytest.raises(ScenarioError, match="event 2"):
        day({"at": "09:00", "fault": "error"}, event)


@pytest.mark.parametrize(
    "changes", [{"start": "today"}, {"end": None}, {"speed": 2}, {"events": {}}]
)
def test_file_that_makes_no_sense(changes):
    with pytest.raises(ScenarioError):
        day(**changes)


def test_time_of_day_needs_a_start():
    with pytest.raises(ScenarioError, match="start"):
        read({"end": "+01:00", "events": [{"at": "09:00", "fault": "error"}]})


def test_unreadable_file(tmp_path):
    path = tmp_path / "broken.json"
    path.write_text("{")
    with pytest.raises(ScenarioError, match=r"broken\.json"):
        load(path)


def test_sample_has_every_kind_of_event():
    plan = load(SAMPLE)
    assert {event.action for event in plan.events} >= {
        "fault",
        "latarnia",
        "processing_seconds",
        "hwm_lag_seconds",
        "rotate_keys",
    }
    assert plan.length == timedelta(hours=10, minutes=30)


def test_sample_day_is_survived(sim, begin):
    """One invoice every twenty minutes, resent until KSeF took it: none twice."""
    plan = load(SAMPLE)
    for event in plan.events:
        if "seconds" in event.options:
            event.options["seconds"] = 0.01
    me = begin(plan)
    numbers = [f"FV/{n}" for n in range(31)]
    for turn, number in enumerate(numbers):
        sim.clock.set(plan.start + timedelta(minutes=20 * turn, seconds=1))
        xml = c.invoice(number, day=c.today(sim))
        for _try in range(200):
            if _is_taken(sim, me, xml):
                break
            sim.clock.advance(60)
    taken = sorted(i.document.number for i in sim.state.accepted.values())
    assert taken == sorted(numbers)
    told = scenario.report(sim.simulator).as_json()
    assert {"error", "rate_limit"} <= set(told["faults"])


def _is_taken(sim, me, xml):
    """Try once: log in, send, look. What fails is tried again by the caller."""
    try:
        me.who = c.seal(now=sim.clock.now())
        me.login()
        status = me.outcome(me.open(), xml)["status"]["code"]
    except (AssertionError, LookupError, TypeError, ValueError, OSError):
        return False
    return status in (200, 440)


def test_scenario_by_control_call(sim):
    body = {
        "end": "+00:10",
        "events": [{"at": "+00:01", "for": "00:01", "fault": "error", "status": 503}],
    }
    answer = requests.post(sim.url + "/_sim/scenario", json=body, timeout=10)
    assert [line["what"][:7] for line in answer.json()["timeline"]] == [
        "begins:",
        "ends:  ",
    ]
    sim.clock.advance(60)
    down = requests.post(sim.api_url + "/auth/challenge", timeout=10)
    assert down.status_code == 503
    body["events"][0]["fault"] = "earthquake"
    refused = requests.post(sim.url + "/_sim/scenario", json=body, timeout=10)
    assert (refused.status_code, "event 1" in refused.text) == (400, True)


def test_command_plays_a_file_to_its_end(tmp_path):
    path = tmp_path / "short.json"
    body = {
        "name": "two seconds",
        "end": "+00:00:02",
        "events": [{"at": "+00:00:01", "latarnia": "FAILURE", "note": "so it is"}],
    }
    path.write_text(json.dumps(body))
    done = subprocess.run(
        [sys.executable, "-m", "simulator.scenario", str(path), "--port", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert re.search(r"listens on http://127\.0\.0\.1:\d+/v2\n", done.stdout)
    assert "begins: latarnia FAILURE (so it is)" in done.stdout
    assert json.loads(done.stdout[done.stdout.index("{") :])["answers"] == {}


def test_command_sets_the_clock_and_ends_on_a_signal():
    command = [sys.executable, "-m", "simulator.scenario", str(SAMPLE), "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = [process.stdout.readline() for _line in range(3)]
            url = re.search(r"http://\S+?(?=/v2)", lines[0])[0]
            now = requests.get(url + "/_sim/clock", timeout=10).json()["now"]
            assert now.startswith("2026-11-30T06:3")
            assert lines[2].startswith("2026-11-30 07:30:0")
        finally:
            process.send_signal(signal.SIGTERM)
        assert '"answers"' in process.stdout.read()
    assert process.returncode == 0


def test_command_refuses_a_bad_file(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{"end": "+01:00", "events": [{}]}')
    done = subprocess.run(
        [sys.executable, "-m", "simulator.scenario", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "event 1" in done.stderr

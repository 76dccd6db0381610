"""Latarnia, the public status service, as the simulator plays it: case 99."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import sim_client as c


def get(sim, path):
    """Ask without a token."""
    return requests.get(sim.latarnia_url + path, timeout=10)


def status(sim):
    return get(sim, "/status").json()


def messages(sim):
    return get(sim, "/messages").json()


def declare(sim, **body):
    """Change what is announced."""
    answer = requests.post(sim.url + "/_sim/latarnia", json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_all_is_well_at_first(sim):
    """Without messages: they belong to what is wrong."""
    assert status(sim) == {"status": "AVAILABLE"}
    assert messages(sim) == []


def test_failure_is_announced(sim):
    """Case 99."""
    declare(sim, status="FAILURE", title="Awaria", text="Od godziny 12")
    shown = status(sim)
    assert shown["status"] == "FAILURE"
    (message,) = shown["messages"]
    assert message["type"] == "FAILURE_START"
    assert message["category"] == "FAILURE"
    assert (message["title"], message["text"]) == ("Awaria", "Od godziny 12")
    assert message["end"] is None
    assert set(message) == {
        "id",
        "eventId",
        "category",
        "type",
        "title",
        "text",
        "start",
        "end",
        "version",
        "published",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", message["start"])
    assert messages(sim) == [message]


def test_end_of_a_failure_belongs_to_its_start(sim):
    """The seven business days of the emergency mode run from there."""
    declare(sim, status="FAILURE")
    sim.clock.advance(3600)
    assert declare(sim, status="AVAILABLE") == {"status": "AVAILABLE"}
    start, end = messages(sim)
    assert (start["type"], end["type"]) == ("FAILURE_START", "FAILURE_END")
    assert start["eventId"] == end["eventId"]
    assert start["start"] == end["start"] < end["end"] == end["published"]


def test_failure_that_becomes_total(sim):
    declare(sim, status="FAILURE")
    declare(sim, status="TOTAL_FAILURE")
    kinds = [(m["type"], m["category"]) for m in messages(sim)]
    assert kinds == [
        ("FAILURE_START", "FAILURE"),
        ("FAILURE_END", "FAILURE"),
        ("FAILURE_START", "TOTAL_FAILURE"),
    ]
    (now,) = status(sim)["messages"]
    assert now["category"] == "TOTAL_FAILURE"
    assert now["eventId"] != messages(sim)[0]["eventId"]


def test_maintenance_has_an_end(sim):
    declare(
        sim,
        status="MAINTENANCE",
        start="2026-12-01T22:00:00+01:00",
        end="2026-12-02T04:00:00+01:00",
    )
    (message,) = status(sim)["messages"]
    assert message["type"] == "MAINTENANCE_ANNOUNCEMENT"
    assert message["start"] == "2026-12-01T21:00:00+00:00"
    assert message["end"] == "2026-12-02T03:00:00+00:00"


def test_second_announcement_is_a_new_version(sim):
    declare(sim, status="FAILURE")
    declare(sim, status="FAILURE", text="Trwa dłużej")
    first, second = status(sim)["messages"]
    assert first["eventId"] == second["eventId"]
    assert (first["version"], second["version"]) == (1, 2)


@pytest.mark.parametrize("path", ["", "/"])
def test_root_answers_403(sim, path):
    assert get(sim, path).status_code == 403


def test_unknown_status_is_refused(sim):
    body = {"status": "ON_FIRE"}
    answer = requests.post(sim.url + "/_sim/latarnia", json=body, timeout=10)
    assert c.code_of(answer) == 21405


def test_ksef_answers_while_a_failure_is_declared(sim):
    """Case 99: a declaration is no outage."""
    me = c.SimClient(sim, c.seal()).login()
    declare(sim, status="TOTAL_FAILURE")
    xml = c.invoice(day=c.today(sim))
    assert me.outcome(me.open(), xml)["status"]["code"] == 200


def test_service_can_be_down_itself(sim):
    """Case 99: 502."""
    sim.faults.add("error", status=502, path="^/latarnia", times=2)
    assert get(sim, "/status").status_code == 502
    assert get(sim, "/messages").status_code == 502
    assert get(sim, "/status").status_code == 200


def test_outage_of_ksef_leaves_the_service_alone(sim):
    sim.faults.add("error", status=503, times=9)
    assert get(sim, "/status").status_code == 200
    down = requests.post(sim.api_url + "/auth/challenge", timeout=10)
    assert down.status_code == 503


def test_reset_forgets_what_was_announced(sim):
    declare(sim, status="FAILURE")
    sim.reset()
    assert status(sim) == {"status": "AVAILABLE"}
    assert messages(sim) == []


def test_address_is_printed_at_the_start():
    command = [sys.executable, "-m", "simulator", "--port", "0"]
    folder = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as process:
        try:
            process.stdout.readline()
            line = process.stdout.readline().decode()
            url = re.search(r"http://127\.0\.0\.1:\d+/latarnia", line)[0]
            assert requests.get(url + "/status", timeout=10).status_code == 200
        finally:
            process.terminate()

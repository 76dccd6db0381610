"""Other sellers and a high-water mark that moves: late records, a supplier's year."""

import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from actors import BUYER, SELLER, Actor

from simulator.invoice_query import Archive
from simulator.suppliers import Season, fill, plan

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
MONTH = timedelta(days=30)
METADATA = "/invoices/query/metadata?pageSize=250"


@pytest.fixture
def buyer(sim):
    """The company that suppliers issue invoices to."""
    sim.clock.set(NOW)
    return Actor(sim, BUYER)


def season(**changes):
    """Thirty days before now."""
    values = {"start": NOW - MONTH, "end": NOW, "invoices": 60, "suppliers": 7}
    return Season(BUYER, **{**values, **changes})


def seen(actor, restricted=True, subject="Subject2"):
    """Query the metadata of the last month; return the records and the mark."""
    dates = {
        "dateType": "PermanentStorage",
        "from": (NOW - MONTH).isoformat(),
        "restrictToPermanentStorageHwmDate": restricted,
    }
    answer = actor.post(METADATA, {"subjectType": subject, "dateRange": dates})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["invoices"], datetime.fromisoformat(body["permanentStorageHwmDate"])


def test_every_invoice_of_a_season_is_accepted_at_its_moment(sim, buyer):
    assert fill(sim.simulator, season()) == 60
    records, _mark = seen(buyer)
    assert len(records) == 60
    assert len({record["seller"]["nip"] for record in records}) > 3
    moments = [record["permanentStorageDate"] for record in records]
    assert moments == sorted(moments)
    expected = sorted(item.at for item in plan(season()))
    first = datetime.fromisoformat(records[0]["acquisitionDate"])
    assert first == expected[0]


def test_what_lies_ahead_arrives_when_the_clock_gets_there(sim, buyer):
    fill(sim.simulator, season(start=NOW, end=NOW + timedelta(days=2)))
    assert seen(buyer)[0] == []
    sim.clock.advance(timedelta(days=3).total_seconds())
    assert len(seen(buyer.login())[0]) == 60


def test_equal_seasons_bring_equal_invoices():
    assert list(plan(season())) == list(plan(season()))
    assert list(plan(season())) != list(plan(season(seed=1)))


def test_some_name_the_company_as_a_third_party(sim, buyer):
    fill(sim.simulator, season(third_share=0.5))
    third, _mark = seen(buyer, subject="Subject3")
    ours, _mark = seen(buyer)
    assert len(third) > 10
    assert len(ours) > 10
    assert len(third) + len(ours) == 60


def late_records(sim, buyer):
    """Let half of the records appear up to two days after their storage."""
    archive = sim.state.area(Archive)
    archive.late_share, archive.late_seconds = 0.5, 2 * 86_400
    fill(sim.simulator, season(start=NOW, end=NOW + timedelta(days=4)))
    sim.clock.set(NOW + timedelta(days=3))
    sim.run_due()
    return buyer.login()


def test_a_late_record_appears_behind_the_newest(sim, buyer):
    buyer = late_records(sim, buyer)
    before = {record["ksefNumber"] for record in seen(buyer, restricted=False)[0]}
    newest = max(sim.state.accepted[number].stored_at for number in before)
    sim.clock.advance(86_400)
    later, _mark = seen(buyer.login(), restricted=False)
    behind = [
        record["ksefNumber"]
        for record in later
        if record["ksefNumber"] not in before
        and sim.state.accepted[record["ksefNumber"]].stored_at < newest
    ]
    assert behind


def test_the_mark_never_passes_what_is_still_to_appear(sim, buyer):
    buyer = late_records(sim, buyer)
    marks, known = [], {}
    for _hour in range(60):
        records, mark = seen(buyer, restricted=False)
        for record in records:
            number = record["ksefNumber"]
            stored = sim.state.accepted[number].stored_at
            # Whatever is new lies above every mark that was told before.
            assert number in known or not marks or stored > marks[-1]
            known[number] = stored
        marks.append(mark)
        sim.clock.advance(3600)
        buyer.login()
    assert marks == sorted(marks)
    assert len(known) == 60
    assert marks[0] < NOW + timedelta(days=3)


def test_a_late_record_is_not_available_yet(sim, buyer):
    buyer = late_records(sim, buyer)
    late = next(
        invoice
        for invoice in sim.state.accepted.values()
        if invoice.stored_at and not invoice.is_visible(sim.clock.now())
    )
    path = f"/invoices/ksef/{late.ksef_number}"
    assert buyer.get(path).status_code == 400
    sim.clock.advance(2 * 86_400)
    assert buyer.login().get(path).content == late.content


def test_the_command_fills_a_running_simulator(sim, buyer):
    sim.clock.reset()
    command = [sys.executable, "-m", "simulator.suppliers", "--url", sim.url]
    command += ["--nip", BUYER, "--invoices", "25", "--suppliers", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert '"invoices": 25' in done.stdout.replace('":', '": ').replace(":  ", ": ")
    sim.run_due()
    assert len(sim.state.accepted) == 25


def test_settings_of_late_records_are_control_calls(sim, buyer):
    body = {"lateShare": 0.25, "lateSeconds": 600}
    answer = requests.post(f"{sim.url}/_sim/archive", json=body, timeout=10).json()
    assert (answer["lateShare"], answer["lateSeconds"]) == (0.25, 600)
    asked = {"buyerNip": SELLER, "from": NOW.isoformat(), "to": NOW.isoformat()}
    answer = requests.post(f"{sim.url}/_sim/suppliers", json=asked, timeout=10)
    assert answer.json() == {"invoices": 500}

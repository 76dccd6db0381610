"""Offline invoices in the simulator: conformance cases 60-64."""

import datetime as dt

import pytest
import sim_client as c
from schemas_at_hand import needs_schemas

# 23:59:59 of June 30th in Warsaw (summer: two hours ahead of UTC).
BEFORE_MIDNIGHT = dt.datetime(2026, 6, 30, 21, 59, 59, tzinfo=dt.timezone.utc)


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return c.SimClient(sim, c.seal()).login()


def fv(sim, number="FV/1", days=0, **options):
    return c.invoice(number, day=c.today(sim) + dt.timedelta(days=days), **options)


def broken(xml):
    """The same invoice with an error that the schema finds."""
    return xml.replace(b"<P_12>23</P_12>", b"<P_12>24</P_12>")


@pytest.mark.parametrize(
    ("days", "declared", "mode"),
    [(0, True, "Offline"), (0, False, "Online"), (-1, False, "Offline")],
)
def test_mode_of_an_invoice(sim, me, days, declared, mode):
    """Case 60."""
    result = me.outcome(me.open(), fv(sim, days=days), offlineMode=declared)
    assert result["invoicingMode"] == mode


def test_mode_is_shown_by_the_metadata(sim, me):
    """Case 60."""
    me.outcome(me.open(), fv(sim), offlineMode=True)
    me.settle()
    start = (sim.clock.now() - dt.timedelta(days=1)).isoformat()
    body = {
        "subjectType": "Subject1",
        "dateRange": {"dateType": "PermanentStorage", "from": start},
    }
    found = me.post("/invoices/query/metadata", body).json()["invoices"]
    assert [item["invoicingMode"] for item in found] == ["Offline"]


def test_midnight_makes_an_invoice_offline(sim):
    """Case 61: the session was opened yesterday, the moment of sending counts."""
    sim.clock.set(BEFORE_MIDNIGHT - dt.timedelta(seconds=5))
    me = c.SimClient(sim, c.seal(now=BEFORE_MIDNIGHT)).login()
    assert sim.clock.now() == BEFORE_MIDNIGHT
    session, yesterday = me.open(), c.today(sim)
    sim.clock.advance(2)
    result = me.outcome(session, c.invoice(day=yesterday))
    assert result["invoicingMode"] == "Offline"


def test_invoice_sent_before_midnight_is_online(sim):
    """Case 61: the work on it ends after midnight, which does not count."""
    sim.clock.set(BEFORE_MIDNIGHT - dt.timedelta(seconds=5))
    me = c.SimClient(sim, c.seal(now=BEFORE_MIDNIGHT)).login()
    result = me.outcome(me.open(), c.invoice(day=c.today(sim)))
    assert result["invoicingMode"] == "Online"


def corrected(me, sim, rejected, xml, **overrides):
    """Send a technical correction of ``rejected``."""
    options = {"offlineMode": True, "hashOfCorrectedInvoice": c.sha(rejected)}
    return me.try_send(me.open(), xml, **{**options, **overrides})


def outcome_of(me, answer):
    """Return the status of an invoice that was just taken."""
    reference = answer.json()["referenceNumber"]
    session = me.sim.state.invoices[reference].session_reference
    return me.invoice(session, reference)["status"]["code"]


@needs_schemas
def test_technical_correction_is_accepted(sim, me):
    """Case 62."""
    wrong = broken(fv(sim))
    assert me.outcome(me.open(), wrong, offlineMode=True)["status"]["code"] == 450
    answer = corrected(me, sim, wrong, fv(sim))
    assert answer.status_code == 202
    assert outcome_of(me, answer) == 200
    start = (sim.clock.now() - dt.timedelta(days=1)).isoformat()
    body = {
        "subjectType": "Subject1",
        "dateRange": {"dateType": "PermanentStorage", "from": start},
    }
    found = me.post("/invoices/query/metadata", body).json()["invoices"]
    assert [item["hashOfCorrectedInvoice"] for item in found] == [c.sha(wrong)]


@needs_schemas
def test_second_technical_correction_is_refused(sim, me):
    """Case 63."""
    wrong = broken(fv(sim))
    me.outcome(me.open(), wrong, offlineMode=True)
    corrected(me, sim, wrong, fv(sim))
    me.settle()
    assert c.code_of(corrected(me, sim, wrong, fv(sim, "FV/2"))) == 21166


@needs_schemas
def test_correction_is_possible_while_the_first_is_at_work(sim, me):
    """ksef-api.md §10: further ones are taken until one gets 200."""
    wrong = broken(fv(sim))
    me.outcome(me.open(), wrong, offlineMode=True)
    assert corrected(me, sim, wrong, fv(sim)).status_code == 202
    assert corrected(me, sim, wrong, fv(sim)).status_code == 202


def test_accepted_invoice_has_no_technical_correction(sim, me):
    """Case 63."""
    xml = fv(sim)
    me.outcome(me.open(), xml, offlineMode=True)
    assert c.code_of(corrected(me, sim, xml, fv(sim, "FV/2"))) == 21167


def test_unknown_hash_is_accepted(sim, me):
    """Case 63: as observed live."""
    assert corrected(me, sim, b"never seen", fv(sim)).status_code == 202


def test_technical_correction_must_be_offline(sim, me):
    """Case 63."""
    answer = corrected(me, sim, b"never seen", fv(sim), offlineMode=False)
    assert c.code_of(answer) == 21405


def test_want_of_rights_can_not_be_corrected(sim, me):
    """Case 64."""
    foreign = fv(sim, seller=c.OTHER_NIP)
    assert me.outcome(me.open(), foreign, offlineMode=True)["status"]["code"] == 410
    assert c.code_of(corrected(me, sim, foreign, fv(sim))) == 21167


def test_correction_of_a_duplicate_with_a_new_number_is_accepted(sim, me):
    """ksef-api.md §10: observed on TEST."""
    me.outcome(me.open(), fv(sim))
    again = fv(sim, name="inna")
    assert me.outcome(me.open(), again, offlineMode=True)["status"]["code"] == 440
    answer = corrected(me, sim, again, fv(sim, "FV/2", name="inna"))
    assert outcome_of(me, answer) == 200

"""Faults, control calls and the request log of the simulator; cases 100-106."""

import datetime as dt
import time

import pytest
import requests
import sim_client as c


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in; faults give answers that no contract has."""
    return c.SimClient(sim, c.seal()).login().unchecked()


def fault(me, kind, **options):
    """Ask for a fault by its control call."""
    answer = me.post(me.sim.url + "/_sim/fault", {"kind": kind, **options})
    assert answer.status_code == 200, answer.text


def fv(sim, number="FV/1"):
    return c.invoice(number, day=c.today(sim))


def test_rate_limit_for_the_next_calls(me):
    fault(me, "rate_limit", times=2, retry_after=7)
    for _turn in range(2):
        answer = me.get("/auth/sessions")
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "7"
    assert me.get("/auth/sessions").status_code == 200


def test_server_error_for_one_method_and_path(sim, me):
    fault(me, "error", method="POST", path="/invoices$", status=503)
    session = me.open()
    assert me.try_send(session, fv(sim)).status_code == 503
    assert me.try_send(session, fv(sim)).status_code == 202
    assert len(sim.state.sessions[session].invoices) == 1


def test_server_error_after_processing(sim, me):
    fault(me, "error_after", path="/invoices$", status=502)
    session = me.open()
    assert me.try_send(session, fv(sim)).status_code == 502
    assert len(sim.state.sessions[session].invoices) == 1


def test_fault_can_skip_calls(me):
    fault(me, "error", skip=1, path="/auth/sessions")
    assert me.get("/auth/sessions").status_code == 200
    assert me.get("/auth/sessions").status_code == 500
    assert me.get("/auth/sessions").status_code == 200


def test_timeout_before_processing(sim, me):
    session = me.open()
    fault(me, "timeout_before", path="/invoices$", seconds=5)
    started = time.monotonic()
    with pytest.raises(requests.exceptions.Timeout):
        me.post(
            f"/sessions/online/{session}/invoices",
            me.send_body(fv(sim)),
            timeout=0.2,
        )
    assert time.monotonic() - started < 3
    assert not sim.state.sessions[session].invoices


def test_timeout_after_processing_is_found_by_its_hash(sim, me):
    """Case 100: the answer is lost, the invoice is there."""
    session, xml = me.open(), fv(sim)
    fault(me, "timeout_after", path="/invoices$", seconds=5)
    with pytest.raises(requests.exceptions.Timeout):
        me.post(f"/sessions/online/{session}/invoices", me.send_body(xml), timeout=0.2)
    me.settle()
    listed = me.get(f"/sessions/{session}/invoices").json()["invoices"]
    assert [item["invoiceHash"] for item in listed] == [c.sha(xml)]
    again = me.outcome(session, xml)
    assert again["status"]["code"] == 440
    number = again["status"]["extensions"]["originalKsefNumber"]
    assert number == listed[0]["ksefNumber"]


@pytest.mark.parametrize(("kind", "stored"), [("cut_before", 0), ("cut_after", 1)])
def test_connection_is_cut(sim, me, kind, stored):
    """Case 100."""
    session = me.open()
    fault(me, kind, path="/invoices$")
    with pytest.raises(requests.exceptions.ConnectionError):
        me.try_send(session, fv(sim))
    assert len(sim.state.sessions[session].invoices) == stored
    assert me.get(f"/sessions/{session}").status_code == 200


def test_slow_answer_arrives(me):
    fault(me, "slow", seconds=0.3, path="/auth/sessions")
    started = time.monotonic()
    assert me.get("/auth/sessions").status_code == 200
    assert time.monotonic() - started >= 0.3


def test_malformed_answer_is_no_json(me):
    fault(me, "malformed", path="/auth/sessions")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        me.get("/auth/sessions").json()


def test_firewall_answer_is_no_problem_document(me):
    """Case 103: the shape of the web application firewall."""
    fault(me, "waf")
    answer = me.get("/auth/sessions")
    assert answer.status_code == 403
    assert answer.json()["title"] == "Request blocked"
    assert "reasonCode" not in answer.json()


def test_unauthorized_in_the_middle(me):
    """Case 102."""
    fault(me, "unauthorized")
    assert me.get("/auth/sessions").status_code == 401
    assert me.get("/auth/sessions").status_code == 200


def test_invoice_that_ends_with_500_and_is_lost(sim, me):
    """Case 101, variant a: sending again is accepted."""
    fault(me, "invoice_500_lost")
    session = me.open()
    failed = me.outcome(session, fv(sim))
    assert failed["status"]["code"] == 500
    assert "ksefNumber" not in failed
    assert me.outcome(session, fv(sim))["status"]["code"] == 200


def test_invoice_that_ends_with_500_and_is_stored(sim, me):
    """Case 101, variant b: sending again gives the number."""
    fault(me, "invoice_500_stored")
    session = me.open()
    assert me.outcome(session, fv(sim))["status"]["code"] == 500
    again = me.outcome(session, fv(sim))
    assert again["status"]["code"] == 440
    number = again["status"]["extensions"]["originalKsefNumber"]
    assert number in sim.state.accepted


def test_fault_for_a_time(sim, me):
    """It hits every call while it lasts, by the simulated clock."""
    start = sim.clock.now() + dt.timedelta(minutes=1)
    end = start + dt.timedelta(minutes=10)
    fault(me, "error", since=start.isoformat(), until=end.isoformat(), status=503)
    seen = []
    for _turn in range(4):
        seen += [me.get("/auth/sessions").status_code for _twice in range(2)]
        sim.clock.advance(4 * 60)
    assert seen == [200, 200, 503, 503, 503, 503, 200, 200]
    assert sim.faults.waiting() == []


def test_fault_for_a_share_of_the_calls(me):
    """The same ones in every run."""
    fault(me, "error", share=0.3, times=1000)
    answers = [me.get("/auth/sessions").status_code for _turn in range(100)]
    assert 15 <= answers.count(500) <= 45
    assert answers.count(500) + answers.count(200) == 100


def test_shares_of_several_faults_add_up(sim, me):
    for kind in ("error", "unauthorized", "rate_limit"):
        fault(me, kind, share=0.2, times=1000)
    answers = [me.get("/auth/sessions").status_code for _turn in range(100)]
    assert {200, 401, 429, 500} == set(answers)


def test_text_and_header_of_a_refusal_differ(me):
    """Case 104: the header counts."""
    fault(me, "rate_limit", retry_after=7, told_after=600)
    answer = me.get("/auth/sessions")
    assert answer.headers["Retry-After"] == "7"
    assert "600" in answer.json()["status"]["details"][0]


def test_forbidden_without_a_reason(me):
    """Case 105: as PRD has done."""
    fault(me, "forbidden")
    answer = me.get("/auth/sessions")
    assert answer.status_code == 403
    assert answer.json()["reasonCode"] is None


def test_page_of_the_firewall_instead_of_a_file(sim, me):
    """Case 103: status 200 and no UPO."""
    good = me.outcome(me.open(), fv(sim))
    fault(me, "html", path="^/storage/")
    answer = requests.get(good["upoDownloadUrl"], timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (
        200,
        "text/html",
    )
    assert "x-ms-meta-hash" not in answer.headers


def test_wrong_hash_of_an_export_part(sim, me):
    """Case 106: what can be downloaded is right all the same."""
    me.outcome(me.open(), fv(sim))
    me.settle()
    start = (sim.clock.now() - dt.timedelta(days=1)).isoformat()
    body = {
        "encryption": me.encryption(),
        "filters": {
            "subjectType": "Subject1",
            "dateRange": {"dateType": "PermanentStorage", "from": start},
        },
    }
    reference = me.post("/invoices/exports", body).json()["referenceNumber"]
    me.settle()
    path = f"/invoices/exports/{reference}"
    fault(me, "wrong_part_hash", path=path)
    wrong, right = (me.get(path).json()["package"]["parts"][0] for _turn in range(2))
    assert wrong["partHash"] == "A" * 43 + "=" != right["partHash"]
    assert wrong["encryptedPartHash"] == right["encryptedPartHash"]


def test_invoice_that_the_system_cancels(sim, me):
    """Status 550: nothing is stored, sending again is accepted."""
    fault(me, "invoice_550")
    session = me.open()
    assert me.outcome(session, fv(sim))["status"]["code"] == 550
    assert sim.state.accepted == {}
    assert me.outcome(session, fv(sim))["status"]["code"] == 200


def test_unknown_fault_is_refused(me):
    answer = me.post(me.sim.url + "/_sim/fault", {"kind": "earthquake"})
    assert answer.status_code == 400
    assert "rate_limit" in answer.text


def test_waiting_faults_are_shown_and_called_off(me):
    fault(me, "error", times=3)
    shown = me.get(me.sim.url + "/_sim/fault").json()["waiting"]
    assert [item["times"] for item in shown] == [3]
    me.call("DELETE", me.sim.url + "/_sim/fault")
    assert me.get("/auth/sessions").status_code == 200


def test_log_shows_calls_and_no_secrets(sim, me):
    session = me.open()
    good = me.outcome(session, fv(sim))
    me.get(good["upoDownloadUrl"], token="")
    answer = me.get(sim.url + "/_sim/log")
    listed = [(item["method"], item["path"]) for item in answer.json()["requests"]]
    assert ("POST", "/v2/sessions/online") in listed
    assert listed[-1][1].startswith("/storage/")
    assert not any(path.startswith("/_sim") for _method, path in listed)
    signature = good["upoDownloadUrl"].rpartition("sig=")[2]
    for secret in (me.access, me.refresh, me.operation_token, signature):
        assert secret not in answer.text


def test_log_is_filtered(sim, me):
    me.get("/auth/sessions")
    found = sim.log.entries("GET", "/auth/sessions")
    assert [(entry.status, entry.context) for entry in found] == [(200, f"Nip {c.NIP}")]


def test_clock_is_moved_by_control_call(sim, me):
    url = sim.url + "/_sim/clock"
    me.post(url, {"set": "2026-03-01T12:00:00Z", "freeze": True})
    moved = me.post(url, {"advance": 90}).json()
    assert moved == {"now": "2026-03-01T12:01:30.0000000+00:00", "frozen": True}


def test_clock_runs_on_when_it_is_resumed(sim, me):
    url = sim.url + "/_sim/clock"
    before = me.post(url, {"freeze": False}).json()
    assert before["frozen"] is False
    time.sleep(0.01)
    assert me.get(url).json()["now"] > before["now"]


def test_reset_forgets_everything_but_keys(sim, me):
    keys = me.get("/security/public-key-certificates").json()
    session = me.open()
    me.outcome(session, fv(sim))
    fault(me, "error", times=9)
    assert me.post(sim.url + "/_sim/reset").status_code == 200
    assert me.get("/auth/sessions").status_code == 401
    state = me.get(sim.url + "/_sim/state").json()
    assert (state["sessions"], state["accepted"], state["logins"]) == ([], [], 0)
    assert me.get("/security/public-key-certificates").json() == keys


def test_state_is_shown_in_numbers(sim, me):
    session = me.open()
    good = me.outcome(session, fv(sim))
    state = me.get(sim.url + "/_sim/state").json()
    assert state["sessions"][0]["invoices"] == {"200": 1}
    assert state["accepted"][0]["ksefNumber"] == good["ksefNumber"]


def test_session_that_ends_before_its_time(sim, me):
    session = me.open()
    me.send(session, fv(sim))
    fault(me, "session_ended", path="/invoices$", method="POST")
    refused = me.try_send(session, fv(sim, "FV/2"))
    assert refused.status_code == 400
    assert c.code_of(refused) == 21180
    me.settle()
    assert me.session(session)["status"]["code"] == 200
    assert len(sim.state.accepted) == 1


def test_login_that_is_withdrawn(me):
    fault(me, "login_revoked", path="/auth/sessions")
    assert me.get("/auth/sessions").status_code == 401
    refresh = me.post("/auth/token/refresh", token=me.refresh)
    assert refresh.status_code == 400


def test_work_that_stands_still(sim, me):
    session = me.open()
    fault(me, "stalled", path="/invoices$", seconds=600)
    me.send(session, fv(sim))
    sim.run_due()
    assert not sim.state.accepted
    sim.clock.advance(601)
    sim.run_due()
    assert len(sim.state.accepted) == 1

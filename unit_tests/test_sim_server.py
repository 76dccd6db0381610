"""The simulator as a server: connections, speed, limits, command line."""

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import sim_client as c
from schemas_at_hand import needs_schemas

import simulator
from simulator import schemas

ROOT = Path(__file__).resolve().parents[1]


def fv(sim, number):
    return c.invoice(number, day=c.today(sim))


def test_one_connection_serves_many_requests(sim):
    """Keep-alive: the port of the caller stays the same."""
    session = requests.Session()
    for _turn in range(20):
        answer = session.get(sim.api_url + "/security/public-key-certificates")
        assert answer.headers.get("Connection", "").lower() != "close"
    pools = session.get_adapter(sim.url).poolmanager.pools
    assert [pools[key].num_connections for key in list(pools.keys())] == [1]


def test_empty_answers_keep_the_connection(sim):
    me = c.SimClient(sim, c.seal()).login()
    for _turn in range(3):
        assert me.close(me.open()).status_code == 204
    pools = me.http.get_adapter(sim.url).poolmanager.pools
    assert [pools[key].num_connections for key in list(pools.keys())] == [1]


def test_thousands_of_requests_stay_fast(sim):
    """No linear search: the last hundreds take no longer than the first."""
    me = c.SimClient(sim, c.seal()).login().unchecked()
    session = me.open()
    bodies = [me.send_body(fv(sim, f"FV/{n}")) for n in range(1200)]
    spent = []
    for start in range(0, 1200, 300):
        before = time.process_time()
        for body in bodies[start : start + 300]:
            me.post(f"/sessions/online/{session}/invoices", body)
        sim.clock.advance(1)
        spent.append(time.process_time() - before)
    assert me.session(session)["successfulInvoiceCount"] == 1200
    assert spent[-1] < 3 * spent[0]


def test_stopping_frees_the_port_and_cuts_connections():
    session = requests.Session()
    with simulator.running() as sim:
        url = sim.api_url + "/security/public-key-certificates"
        assert session.get(url).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        session.get(url, timeout=2)


def test_two_simulators_share_nothing():
    with simulator.running() as one, simulator.running() as two:
        me = c.SimClient(one, c.seal()).login()
        assert (
            requests.get(
                two.api_url + "/auth/sessions",
                headers={"Authorization": f"Bearer {me.access}"},
                timeout=5,
            ).status_code
            == 401
        )


def test_real_time_moves_the_work_on():
    """Without a frozen clock an invoice is done after a fraction of a second."""
    config = simulator.Config(rate_limits="off", processing_seconds=0.05)
    with simulator.running(config) as sim:
        me = c.SimClient(sim, c.seal())
        me.settle = lambda seconds=0: time.sleep(0.1)
        me.login()
        result = me.outcome(me.open(), fv(sim, "FV/1"))
        assert result["status"]["code"] == 200


def test_prd_limits_hold_by_default():
    """ksef-api.md §12.2: 10 a second, 30 a minute, 120 an hour for opening."""
    with simulator.running() as sim:
        sim.clock.freeze()
        me = c.SimClient(sim, c.seal()).login()
        body = {"formCode": c.FORM_FA3, "encryption": me.encryption()}
        for _turn in range(10):
            assert me.post("/sessions/online", body).status_code == 201
        answer = me.post("/sessions/online", body)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"
        assert answer.json()["status"]["code"] == 429
        sim.clock.advance(1)
        assert me.post("/sessions/online", body).status_code == 201


def test_window_slides_and_tells_how_long():
    """Case 87: the longest of the full windows decides."""
    with simulator.running() as sim:
        sim.clock.freeze()
        me = c.SimClient(sim, c.seal()).login()
        for _burst in range(3):
            for _turn in range(10):
                assert me.get("/limits/context").status_code == 200
            sim.clock.advance(2)
        headers = {"X-Error-Format": "problem-details"}
        answer = me.get("/limits/context", headers=headers)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "54"
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert me.get("/limits/subject").status_code == 200
        sim.clock.advance(54)
        assert me.get("/limits/context").status_code == 200


def test_anonymous_calls_are_limited_by_address():
    """Case 89."""
    with simulator.running() as sim:
        sim.clock.freeze()
        me = c.SimClient(sim)
        for _turn in range(60):
            me.challenge()
        assert me.post("/auth/challenge").status_code == 429


def test_unknown_path_is_404_and_wrong_method_405(sim):
    assert requests.get(sim.api_url + "/nothing", timeout=5).status_code == 404
    keys = sim.api_url + "/security/public-key-certificates"
    assert requests.delete(keys, timeout=5).status_code == 405


def test_system_warning_is_echoed_in_ascii(sim):
    """Case 93."""
    headers = {"X-Test-System-Warning": "Zażółć gęślą jaźń".encode()}
    answer = requests.post(sim.api_url + "/auth/challenge", headers=headers, timeout=5)
    assert answer.headers["X-System-Warning"] == "Zazolc gesla jazn"


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
def test_body_that_is_no_object_is_refused(sim, body):
    answer = requests.post(
        sim.api_url + "/auth/ksef-token",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert c.code_of(answer) in (21001, 21405)


def test_unknown_property_is_ignored(sim):
    """Case 94."""
    me = c.SimClient(sim, c.seal()).login()
    me.open(somethingNew={"a": 1})


@needs_schemas
def test_schema_of_odoo_works_without_base_types(tmp_path):
    """Where only FA(3) itself is at hand, its base types are made up."""
    official = simulator.Config().schemas
    name = schemas.FORMS["FA (3)"][0]
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(next(official.rglob(name)).read_bytes())
    compiled = schemas.schema_for("FA (3)", tmp_path / "a")
    assert compiled is not None
    xml = c.invoice()
    parsed = c.etree.fromstring(xml)
    assert schemas.violations(compiled, parsed) == ()
    wrong = c.etree.fromstring(xml.replace(b"<JST>2</JST>", b"<JST>3</JST>"))
    assert schemas.violations(compiled, wrong)


@needs_schemas
def test_official_samples_are_accepted_by_the_schema():
    official = simulator.Config().schemas
    compiled = schemas.schema_for("FA (3)", official)
    samples = sorted((official.parent / "fa3-samples").glob("*.xml"))
    assert samples
    for path in samples:
        assert schemas.violations(compiled, c.etree.parse(str(path)).getroot()) == ()


def test_command_line_says_where_it_listens():
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", "--rate-limits", "off"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        found = re.fullmatch(
            r"KSeF simulator listens on (http://127\.0\.0\.1:\d+/v2)\n", line
        )
        assert found, line
        answer = requests.post(found[1] + "/auth/challenge", timeout=5)
        assert answer.status_code == 200
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0

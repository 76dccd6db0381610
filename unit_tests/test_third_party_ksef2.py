"""``ksef2`` from PyPI (Python 3.12 and later) uses the simulator, unchanged.

It knows no other base URL than the official ones: an httpx transport under it leads the
requests of the TEST environment to the simulator. It asks for problem+json, sends
explicit nulls and checks more than others (hash of parts, shape of every answer).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

import pytest
from actors import BUYER, SELLER, invoice_xml
from sim_client import sha

import simulator

pytest.importorskip("ksef2", reason="ksef2 is not installed (needs Python 3.12)")

import httpx
from ksef2 import Client, Environment
from ksef2._core import exceptions
from ksef2.models import (
    FormSchema,
    InvoicesFilter,
    PersonalPermissionsQuery,
)

POLL = {"poll_interval": 0.05, "timeout": 10.0}


class Redirected(httpx.BaseTransport):
    """Lead the requests for the TEST environment to a simulator."""

    def __init__(self, sim: simulator.RunningSimulator) -> None:
        self._inner = httpx.HTTPTransport()
        self._target = httpx.URL(sim.url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to where it is meant to go here."""
        if request.url.host == "api-test.ksef.mf.gov.pl":
            target = self._target
            request.url = request.url.copy_with(
                scheme=target.scheme, host=target.host, port=target.port
            )
            request.headers["Host"] = f"{target.host}:{target.port}"
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


@pytest.fixture
def live() -> Iterator[simulator.RunningSimulator]:
    """A simulator whose clock runs: the client sleeps for real."""
    config = simulator.Config(
        rate_limits="off", processing_seconds=0.02, storage_seconds=0.02
    )
    with simulator.running(config) as running:
        yield running


@pytest.fixture
def auth(live):
    """The seller, logged in with a certificate that the client made itself."""
    transport = Redirected(live)
    with (
        httpx.Client(transport=transport) as http_client,
        Client(Environment.TEST, http_client=http_client) as client,
    ):
        yield client.authentication.with_test_certificate(nip=SELLER, **POLL)


def issue(auth, sim, *numbers):
    """Send invoices; return their bytes and final statuses."""
    day = sim.clock.today_in_warsaw()
    documents = [invoice_xml(SELLER, BUYER, number, day) for number in numbers]
    statuses = []
    with auth.online_session(form_code=FormSchema.FA3) as session:
        for document in documents:
            statuses.append(session.send_invoice(document).wait(**POLL))
    return documents, statuses


def seller_filter(**fields):
    """Write a filter of the last day."""
    start = datetime.now(timezone.utc) - timedelta(days=1)
    return InvoicesFilter(
        role="seller", date_type="permanent_storage", date_from=start, **fields
    )


def test_session_number_and_upo(auth, live):
    with auth.online_session(form_code=FormSchema.FA3) as session:
        xml = invoice_xml(SELLER, BUYER, "FV/1", live.clock.today_in_warsaw())
        submission = session.send_invoice(xml)
        status = submission.wait(**POLL)
        upo = submission.download_upo()
    assert status.ksef_number.startswith(SELLER)
    assert status.ksef_number.encode() in upo
    assert sha(xml).encode() in upo


def test_collective_upo_of_a_closed_session(auth, live):
    day = live.clock.today_in_warsaw()
    with auth.online_session(form_code=FormSchema.FA3) as session:
        session.send_invoice(invoice_xml(SELLER, BUYER, "FV/1", day)).wait(**POLL)
    session.wait(**POLL)
    (upo,) = session.download_upo()
    assert b"Potwierdzenie" in upo


def test_rejected_invoice(auth, live):
    with auth.online_session(form_code=FormSchema.FA3) as session:
        submission = session.send_invoice(b"<Faktura/>")
        with pytest.raises(exceptions.KSeFException, match="450"):
            submission.wait(**POLL)


def test_metadata_and_invoice_by_number(auth, live):
    (xml,), (status,) = issue(auth, live, "FV/1")
    (found,) = list(auth.invoices.search(seller_filter()))
    assert found.ksef_number == status.ksef_number
    assert (
        auth.invoices.download(found.ksef_number, timeout=5, poll_interval=0.05) == xml
    )


@pytest.mark.parametrize("compression", [None, "TarGz"])
def test_export(auth, live, compression):
    documents, _statuses = issue(auth, live, "FV/1", "FV/2")
    job = auth.invoices.export(
        seller_filter(restrict_to_permanent_storage_hwm_date=True),
        compression_type=compression,
    )
    package = job.wait(**POLL)
    assert sorted(xml for _name, xml in package.invoices()) == sorted(documents)


@pytest.mark.parametrize("part_size", [100_000_000, 400])
def test_batch_in_one_and_in_many_parts(auth, live, part_size):
    day = live.clock.today_in_warsaw()
    files = [invoice_xml(SELLER, BUYER, f"FV/{n}", day) for n in (1, 2, 3)]
    package = auth.batch.prepare(files, max_part_size=part_size)
    session = auth.batch.submit(package)
    final = session.wait(**POLL)
    assert final.status.code == 200
    listed = session.list_invoices().invoices
    assert [item.invoice_hash for item in listed] == [sha(xml) for xml in files]
    (upo,) = session.download_upo()
    assert all(item.ksef_number.encode() in upo for item in listed)


def test_batch_without_a_good_invoice(auth):
    session = auth.batch.submit([b"<Faktura/>"])
    with pytest.raises(exceptions.KSeFException, match="445"):
        session.wait(**POLL)
    (failed,) = session.list_failed_invoices().invoices
    assert failed.status.code == 450


def test_refusal_is_understood(auth, live):
    with pytest.raises(exceptions.KSeFApiError, match="21164"):
        auth.invoices.download(f"{SELLER}-20261120-000000000000-00")


def test_rights_and_limits(auth, live):
    assert auth.limits.get_context_limits().online_session.max_invoices == 10_000
    assert auth.limits.get_api_rate_limits().invoice_send.per_hour == 180
    assert list(auth.permissions.list_personal(PersonalPermissionsQuery())) == []

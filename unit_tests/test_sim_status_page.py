"""The page at ``/``: what a person sees of a running simulator."""

import re
from datetime import datetime, timezone

import pytest
import requests
from actors import BUYER, SELLER, Actor
from enrolling import enroll


@pytest.fixture
def owner(sim):
    """The owner of the seller's context."""
    sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))
    return Actor(sim, SELLER)


def page(sim):
    """Open the page."""
    answer = requests.get(f"{sim.url}/", timeout=10)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    return answer.text


def test_fresh_simulator_shows_address_clock_and_empty_lists(sim):
    sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))
    text = page(sim)
    assert sim.api_url in text
    assert "20-11-2026 10:30:00" in text
    assert "zatrzymany / frozen" in text
    assert "Brak." in text


def test_page_refreshes_by_itself_and_loads_nothing(sim):
    text = page(sim)
    assert re.search(r'<meta http-equiv="refresh" content="\d+">', text)
    assert not re.search(r"<(script|img|link|iframe)\b|url\(|@import", text)
    policy = requests.get(sim.url, timeout=10).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")


def test_page_shows_subjects_sessions_invoices_certificates_and_requests(sim, owner):
    (number,) = owner.issue("FV/2026/11/7")
    serial, _der = enroll(owner, "Offline")
    text = page(sim)
    assert f"Nip {SELLER}" in text
    assert "XadesSignature" in text
    (session,) = sim.state.sessions
    for shown in (session, "FV/2026/11/7", number, BUYER, "123.00 PLN", serial):
        assert shown in text
    assert "/v2/sessions/online" in text


def test_invoice_links_to_its_verification_page(sim, owner):
    owner.issue("FV/1")
    (link,) = re.findall(r'href="(/invoice/[^"]+)"', page(sim))
    answer = requests.get(sim.url + link, timeout=10)
    assert answer.headers["X-KSeF-Verdict"] == "invoice-known"


def test_rejected_invoice_shows_its_code_and_reason(sim, owner):
    owner.transmit(b"<nonsense/>")
    assert re.search(r"<td>450 [^<]+</td>", page(sim))


def test_page_holds_no_secret(sim, owner):
    owner.issue("FV/1")
    made = owner.post(
        "/tokens", {"permissions": ["InvoiceRead"], "description": "do testów"}
    ).json()
    (session,) = sim.state.sessions
    links = re.findall(r"sig=[\w%]+", owner.get(f"/sessions/{session}").text)
    assert links
    text = page(sim)
    secrets = [owner.access, owner.refresh, made["token"].rpartition("|")[2], *links]
    secrets.append(owner.session_key.key.hex())
    assert not [secret for secret in secrets if secret in text]


def test_texts_of_clients_are_escaped(sim, owner):
    owner.issue("&lt;script&gt;alert(1)&lt;/script&gt;")
    text = page(sim)
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)" in text

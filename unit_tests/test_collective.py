"""Collective identifiers: what is sent, pages, errors; see also ``test_contract``."""

from datetime import timedelta
from decimal import Decimal

import pytest
from support_end_to_end import Person
from support_ksef import NOW, client_with, needs_shared

from ksef.codes import Action, row_for
from ksef.errors import KsefRequestRejected
from ksef.messages import ContextLimits
from ksef.messages_collective import CollectiveItem, CollectivePayment

FIRST = "5265877635-20260302-0100001AF629-AF"
SECOND = "5265877635-20260303-0100001AF629-AF"
NUMBER = "1111111111-IZ202607-65ED02180000-E7"
LIMITS = {
    "maxInvoiceSizeInMB": 1,
    "maxInvoiceWithAttachmentSizeInMB": 3,
    "maxInvoices": 10000,
}


def test_an_identifier_is_made():
    client, transport = client_with((201, {"collectiveIdentifierNumber": NUMBER}))
    payment = CollectivePayment(Decimal("1234.56"), "PLN")
    items = (CollectiveItem(each, payment) for each in (FIRST, SECOND))
    assert client.create_collective_identifier(items) == NUMBER
    (request,) = transport.requests
    assert request.json["invoices"][0] == {
        "ksefNumber": FIRST,
        "payment": {"amount": 1234.56, "currency": "PLN"},
    }


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (71001, Action.ASK_PERSON),
        (71002, Action.ASK_PERSON),
        (71004, Action.FIX_DATA),
        (71005, Action.FIX_DATA),
    ],
)
def test_what_ksef_refuses(code, action):
    client, _transport = client_with((400, {"errors": [{"code": code}]}))
    with pytest.raises(KsefRequestRejected) as caught:
        client.create_collective_identifier([CollectiveItem(FIRST)])
    assert row_for("http", caught.value.code).action is action


def test_identifiers_come_in_pages():
    item = {
        "collectiveIdentifierNumber": NUMBER,
        "dateCreated": "2026-07-11T12:00:00+02:00",
        "invoiceCount": 16,
        "createdInCurrentContext": True,
    }
    client, transport = client_with(
        (200, {"collectiveIdentifiers": [item], "continuationToken": "next"}),
        (200, {"collectiveIdentifiers": [], "continuationToken": ""}),
    )
    page = client.collective_identifiers(NOW - timedelta(days=100), NOW)
    (found,) = page.identifiers
    assert (found.number, found.invoice_count, found.is_ours) == (NUMBER, 16, True)
    assert found.created_at.hour == 10
    rest = client.collective_identifiers(NOW, NOW, page.continuation_token)
    assert rest.continuation_token is None
    assert transport.requests[1].headers == {"x-continuation-token": "next"}


def test_identifiers_of_an_invoice():
    item = {
        "collectiveIdentifierNumber": NUMBER,
        "dateCreated": "2026-07-11T12:00:00Z",
        "createdInCurrentContext": False,
    }
    client, transport = client_with((200, {"collectiveIdentifiers": [item]}))
    (found,) = client.collective_identifiers_of(FIRST).identifiers
    assert (found.invoice_count, found.is_ours) == (None, False)
    assert transport.requests[0].path == f"/collective-identifiers/ksef/{FIRST}"


def test_invoices_of_an_identifier_and_what_is_hidden():
    shown = {
        "ksefNumber": FIRST,
        "collectiveIdentifierNumber": NUMBER,
        "payment": {"amount": 100, "currency": "PLN"},
        "description": "Opis",
        "detailsHidden": False,
    }
    hidden = {
        "ksefNumber": SECOND,
        "collectiveIdentifierNumber": NUMBER,
        "detailsHidden": True,
    }
    client, transport = client_with((200, {"invoices": [shown, hidden]}))
    first, second = client.collective_invoices([NUMBER]).invoices
    assert first.payment == CollectivePayment(Decimal(100), "PLN")
    assert (second.payment, second.is_hidden) == (None, True)
    assert transport.requests[0].json == {"collectiveIdentifierNumbers": [NUMBER]}


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"collectiveIdentifier": {"maxInvoices": 500}}, 500), ({}, None)],
)
def test_how_many_invoices_an_identifier_may_have(more, expected):
    data = {"onlineSession": LIMITS, "batchSession": LIMITS, **more}
    assert ContextLimits.from_json(data).collective_max_invoices == expected


# -- against the simulator -------------------------------------------------------


@pytest.fixture
def invoices(sim):
    """A seller with three invoices in KSeF."""
    seller = Person(sim)
    session = seller.open()
    numbers = [
        seller.outcome(session, seller.invoice(f"FV/{number}")).ksef_number
        for number in range(3)
    ]
    seller.pass_time(5)
    return seller, numbers


@needs_shared
def test_an_identifier_from_its_making_to_its_invoices(sim, invoices):
    seller, numbers = invoices
    payment = CollectivePayment(Decimal("100.10"), "PLN")
    made = seller.client.create_collective_identifier(
        CollectiveItem(each, payment, "za marzec") for each in numbers
    )
    assert len(made) == 35
    now = sim.clock.now()
    (found,) = seller.client.collective_identifiers(
        now - timedelta(days=99), now + timedelta(days=1)
    ).identifiers
    assert (found.number, found.invoice_count, found.is_ours) == (made, 3, True)
    (again,) = seller.client.collective_identifiers_of(numbers[0]).identifiers
    assert again.number == made
    shown = seller.client.collective_invoices([made]).invoices
    assert {each.ksef_number for each in shown} == set(numbers)
    assert {(each.payment, each.description) for each in shown} == {
        (payment, "za marzec")
    }
    assert seller.client.context_limits().collective_max_invoices == 500


@needs_shared
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda numbers: [numbers[0], numbers[0]], 71005),
        (lambda numbers: [numbers[0], FIRST], 71001),
        (lambda numbers: numbers[:1], 21405),
    ],
)
def test_identifiers_that_the_simulator_refuses(invoices, change, code):
    seller, numbers = invoices
    items = map(CollectiveItem, change(numbers))
    with pytest.raises(KsefRequestRejected) as caught:
        seller.client.create_collective_identifier(items)
    assert caught.value.code == code


@needs_shared
def test_pages_of_identifiers(sim, invoices):
    seller, numbers = invoices
    for _number in range(12):
        seller.client.create_collective_identifier(map(CollectiveItem, numbers))
        sim.clock.advance(1)
    first = seller.client.collective_identifiers_of(numbers[0], page_size=10)
    rest = seller.client.collective_identifiers_of(
        numbers[0], first.continuation_token, page_size=10
    )
    assert (len(first.identifiers), len(rest.identifiers)) == (10, 2)
    assert rest.continuation_token is None

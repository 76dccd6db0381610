"""Collective identifiers of the simulator (API 2.7), against the OpenAPI document."""

import re
from datetime import timedelta

import pytest
from actors import BUYER, OTHER, SELLER, Actor, allow, code_of, person

DETAILS = {"payment": {"amount": 100.5, "currency": "PLN"}, "description": "Rata"}


@pytest.fixture
def seller(sim):
    return Actor(sim, SELLER)


def make(actor, numbers, **details):
    """Ask for an identifier."""
    body = {"invoices": [{"ksefNumber": number, **details} for number in numbers]}
    return actor.post("/collective-identifiers", body)


def made(actor, numbers, **details):
    """Make an identifier; return its number."""
    answer = make(actor, numbers, **details)
    assert answer.status_code == 201, answer.text
    return answer.json()["collectiveIdentifierNumber"]


def query(actor, query="", headers=None, **filters):
    """List identifiers of yesterday and today."""
    now = actor.sim.clock.now()
    body = {
        "dateCreatedFrom": (now - timedelta(days=1)).isoformat(),
        "dateCreatedTo": (now + timedelta(minutes=1)).isoformat(),
        **filters,
    }
    path = f"/collective-identifiers/query{query}"
    return actor.post(path, body, headers=headers or {})


def listed(actor, **filters):
    answer = query(actor, **filters)
    assert answer.status_code == 200, answer.text
    return [
        item["collectiveIdentifierNumber"]
        for item in answer.json()["collectiveIdentifiers"]
    ]


def invoices(actor, *numbers):
    body = {"collectiveIdentifierNumbers": list(numbers)}
    return actor.post("/collective-identifiers/invoices", body).json()["invoices"]


def crc8(text):
    """Compute the check sum (polynomial 0x07)."""
    value = 0
    for octet in text.encode():
        value ^= octet
        for _bit in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
    return f"{value:02X}"


def test_number(sim, seller):
    number = made(seller, seller.issue("FV/1", "FV/2"))
    month = f"{sim.clock.today_in_warsaw():%Y%m}"
    assert re.fullmatch(rf"{SELLER}-IZ{month}-[0-9A-F]{{12}}-[0-9A-F]{{2}}", number)
    assert number[-2:] == crc8(number[:-3])
    assert crc8("1111111111-IZ202607-65ED02180000") == "E7"


def test_maker_and_seller_list_it(sim, seller):
    numbers = seller.issue("FV/1", "FV/2")
    payer, stranger = Actor(sim, BUYER), Actor(sim, OTHER)
    number = made(payer, numbers)
    assert listed(payer) == listed(seller) == [number]
    assert listed(stranger) == []
    (row,) = query(payer).json()["collectiveIdentifiers"]
    assert (row["invoiceCount"], row["createdInCurrentContext"]) == (2, True)
    (row,) = query(seller).json()["collectiveIdentifiers"]
    assert row["createdInCurrentContext"] is False


def test_list_is_filtered(sim, seller):
    numbers = seller.issue("FV/1", "FV/2", "FV/3")
    two, three = made(seller, numbers[:2]), made(seller, numbers)
    foreign = made(Actor(sim, BUYER), numbers)
    assert set(listed(seller)) == {two, three, foreign}
    assert listed(seller, invoiceCountTo=2) == [two]
    assert set(listed(seller, invoiceCountFrom=3)) == {three, foreign}
    assert listed(seller, collectiveIdentifierNumber=two) == [two]
    assert listed(seller, createdInCurrentContext=False) == [foreign]


def test_list_is_paged_newest_first(seller):
    numbers = seller.issue("FV/1", "FV/2")
    all_made = []
    for _turn in range(11):
        all_made.append(made(seller, numbers))
        seller.later()
    first = query(seller).json()
    token = {"x-continuation-token": first["continuationToken"]}
    second = query(seller, headers=token).json()
    rows = first["collectiveIdentifiers"] + second["collectiveIdentifiers"]
    shown = [row["collectiveIdentifierNumber"] for row in rows]
    assert shown == all_made[::-1]
    assert "continuationToken" not in second


def test_range_of_more_than_a_hundred_days(sim, seller):
    start = sim.clock.now() - timedelta(days=101)
    assert code_of(query(seller, dateCreatedFrom=start.isoformat())) == 21405


def test_identifiers_of_an_invoice(sim, seller):
    numbers = seller.issue("FV/1", "FV/2")
    number = made(seller, numbers)
    path = f"/collective-identifiers/ksef/{numbers[0]}"
    for actor, expected in ((seller, [number]), (Actor(sim, BUYER), [number])):
        rows = actor.get(path).json()["collectiveIdentifiers"]
        assert [row["collectiveIdentifierNumber"] for row in rows] == expected
    assert Actor(sim, OTHER).get(path).json()["collectiveIdentifiers"] == []


def test_invoices_with_what_was_said_of_the_payment(seller):
    numbers = seller.issue("FV/1", "FV/2")
    number = made(seller, numbers, **DETAILS)
    rows = invoices(seller, number)
    assert [row["ksefNumber"] for row in rows] == sorted(numbers, reverse=True)
    assert all(row["payment"] == DETAILS["payment"] for row in rows)
    assert all(row["description"] == "Rata" for row in rows)
    assert not any(row["detailsHidden"] for row in rows)


def test_details_are_hidden_from_strangers(sim, seller):
    numbers = seller.issue("FV/1", "FV/2")
    told, silent = made(seller, numbers, **DETAILS), made(seller, numbers)
    stranger, buyer = Actor(sim, OTHER), Actor(sim, BUYER)
    for row in invoices(stranger, told):
        assert row["detailsHidden"] is True
        assert not {"payment", "description"} & set(row)
    assert not any(row["detailsHidden"] for row in invoices(stranger, silent))
    assert not any(row["detailsHidden"] for row in invoices(buyer, told))


def test_unknown_invoice(seller):
    (number,) = seller.issue("FV/1")
    unknown = f"{SELLER}-20261120-000000000000-00"
    answer = make(seller, [number, unknown])
    assert code_of(answer) == 71001
    assert unknown in answer.text


def test_invoices_of_two_sellers(sim, seller):
    numbers = seller.issue("FV/1") + Actor(sim, OTHER).issue("FV/1", buyer=SELLER)
    assert code_of(make(seller, numbers)) == 71004


def test_invoice_named_twice(seller):
    (number,) = seller.issue("FV/1")
    assert code_of(make(seller, [number, number])) == 71005


def test_invoice_in_too_many(seller):
    """132 in one context."""
    numbers = seller.issue("FV/1", "FV/2")
    for _turn in range(132):
        made(seller, numbers)
    assert code_of(make(seller, numbers)) == 71002
    assert len(made(Actor(seller.sim, BUYER), numbers)) == 35


def test_one_invoice_is_not_enough(seller):
    assert code_of(make(seller, seller.issue("FV/1"))) == 21405


def test_limit_of_the_context(seller):
    size = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3}
    session = {**size, "maxInvoices": 10}
    body = {
        "onlineSession": session,
        "batchSession": session,
        "collectiveIdentifier": {"maxInvoices": 2},
    }
    numbers = seller.issue("FV/1", "FV/2", "FV/3")
    assert seller.post("/testdata/limits/context/session", body).ok
    assert code_of(make(seller, numbers)) == 21405
    assert made(seller, numbers[:2])


@pytest.mark.parametrize(
    ("permission", "status"),
    [("CollectiveIdentifierManage", 201), ("InvoiceRead", 201), ("Introspection", 403)],
)
def test_rights(sim, seller, permission, status):
    numbers = seller.issue("FV/1", "FV/2")
    allow(seller, {"type": "Pesel", "value": "90010112345"}, permission)
    other = Actor(sim, SELLER, person("90010112345"))
    assert make(other, numbers).status_code == status

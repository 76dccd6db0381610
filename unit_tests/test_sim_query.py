"""Metadata query and single invoices over plain HTTP: cases 74-79, 85 and 86."""

from datetime import datetime, timedelta, timezone

import pytest
import requests
from actors import BUYER, OTHER, SELLER, Actor, allow, code_of, invoice_xml, person, sha

START = "2026-10-01T00:00:00+00:00"
QUERY = "/invoices/query/metadata"


def filters(subject="Subject2", date_type="PermanentStorage", start=START, **fields):
    """Write a filter; ``to`` and ``restricted`` go into its date range."""
    dates = {"dateType": date_type, "from": start}
    if "to" in fields:
        dates["to"] = fields.pop("to")
    if "restricted" in fields:
        dates["restrictToPermanentStorageHwmDate"] = fields.pop("restricted")
    return {"subjectType": subject, "dateRange": dates, **fields}


def numbers(answer):
    """Return the KSeF numbers of a page."""
    assert answer.status_code == 200, answer.text
    return [item["ksefNumber"] for item in answer.json()["invoices"]]


def control(sim, **settings):
    """Change the archive's settings."""
    answer = requests.post(f"{sim.url}/_sim/archive", json=settings, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(autouse=True)
def november(sim):
    """Tests of ranges need a known day."""
    sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))


@pytest.fixture
def seller(sim):
    """The seller's owner."""
    return Actor(sim, SELLER)


def test_buyer_sees_the_invoice_and_only_in_its_role(sim, seller):
    """Case 74."""
    (number,) = seller.issue("FV/1")
    buyer = Actor(sim, BUYER)
    assert numbers(buyer.post(QUERY, filters("Subject2"))) == [number]
    assert numbers(buyer.post(QUERY, filters("Subject1"))) == []
    assert numbers(seller.post(QUERY, filters("Subject1"))) == [number]
    for subject in ("Subject1", "Subject2", "Subject3", "SubjectAuthorized"):
        assert numbers(Actor(sim, OTHER).post(QUERY, filters(subject))) == []


def test_third_and_authorized_parties_see_the_invoice(sim, seller):
    """Case 74."""
    third = (
        "<Podmiot3><DaneIdentyfikacyjne><NIP>1111111111</NIP><Nazwa>Faktor</Nazwa>"
        "</DaneIdentyfikacyjne><Rola>1</Rola></Podmiot3>"
    )
    (number,) = seller.issue("FV/1", extra_parties=third)
    answer = Actor(sim, OTHER).post(QUERY, filters("Subject3"))
    assert numbers(answer) == [number]
    (shown,) = answer.json()["invoices"][0]["thirdSubjects"]
    assert shown == {
        "identifier": {"type": "Nip", "value": OTHER},
        "name": "Faktor",
        "role": 1,
    }


def test_metadata_tell_what_the_invoice_says(sim, seller):
    """Case 74: parties, amounts (VAT in PLN), hash, mode."""
    day = sim.clock.today_in_warsaw()
    xml = invoice_xml(SELLER, BUYER, "FV/EUR", day, currency="EUR", net="200.00")
    (status,) = seller.transmit(xml)
    (found,) = seller.post(QUERY, filters("Subject1")).json()["invoices"]
    assert found["invoiceNumber"] == "FV/EUR"
    assert found["issueDate"] == day.isoformat()
    assert found["seller"] == {"nip": SELLER, "name": f"Firma {SELLER}"}
    assert found["buyer"]["identifier"] == {"type": "Nip", "value": BUYER}
    amounts = (found["netAmount"], found["vatAmount"], found["grossAmount"])
    assert amounts == (200.0, 184.0, 246.0)
    assert (found["currency"], found["invoicingMode"]) == ("EUR", "Online")
    assert found["invoiceHash"] == sha(xml) == status["invoiceHash"]
    assert found["acquisitionDate"] == status["acquisitionDate"]


@pytest.mark.parametrize(
    ("end", "accepted"),
    [
        ("2026-11-30T23:59:59Z", True),
        ("2026-12-01T01:00:00Z", False),
        ("2026-08-31T00:00:00Z", False),
    ],
    ids=["three months minus a second", "longer", "ends before it begins"],
)
def test_range_of_three_months(seller, end, accepted):
    """Case 75."""
    answer = seller.post(QUERY, filters(start="2026-09-01T00:00:00Z", to=end))
    if accepted:
        assert answer.status_code == 200
    else:
        assert code_of(answer) == 21405


def test_open_range_is_limited_as_well(seller):
    """Case 75: a missing ``to`` means now."""
    assert code_of(seller.post(QUERY, filters(start="2026-08-01T00:00:00Z"))) == 21405


def test_date_without_offset_is_warsaw_time(sim, seller):
    """Case 75."""
    (number,) = seller.issue("FV/1")
    stored = seller.post(QUERY, filters("Subject1")).json()["invoices"][0]
    moment = datetime.fromisoformat(stored["permanentStorageDate"][:19] + "+00:00")
    # One hour ahead of UTC in November: read as UTC this start would be too late.
    in_warsaw = (moment + timedelta(minutes=59)).strftime("%Y-%m-%dT%H:%M:%S")
    seller.http.loose = True
    assert numbers(seller.post(QUERY, filters("Subject1", start=in_warsaw))) == [number]


@pytest.mark.parametrize("size", [9, 251, "x"])
def test_page_size_is_checked(seller, size):
    """Case 76."""
    assert code_of(seller.post(f"{QUERY}?pageSize={size}", filters())) == 21405


def test_pages_and_a_constant_high_water_mark(sim, seller):
    """Case 76."""
    issued = seller.issue(*(f"FV/{number}" for number in range(25)))
    pages = []
    for offset in range(3):
        path = f"{QUERY}?pageSize=10&pageOffset={offset}"
        pages.append(seller.post(path, filters("Subject1")).json())
        sim.clock.advance(7)
    assert [page["hasMore"] for page in pages] == [True, True, False]
    assert len({page["permanentStorageHwmDate"] for page in pages}) == 1
    found = [item["ksefNumber"] for page in pages for item in page["invoices"]]
    assert found == issued
    newest_first = seller.post(f"{QUERY}?sortOrder=Desc", filters("Subject1"))
    assert numbers(newest_first) == issued[::-1][:10]


@pytest.mark.parametrize("date_type", ["Issue", "Invoicing"])
def test_other_dates_have_no_high_water_mark(seller, date_type):
    """Case 77."""
    (number,) = seller.issue("FV/1")
    answer = seller.post(QUERY, filters("Subject1", date_type))
    assert numbers(answer) == [number]
    assert answer.json().get("permanentStorageHwmDate") is None


def test_record_above_the_high_water_mark(sim, seller):
    """Case 78."""
    control(sim, hwmLagSeconds=3600)
    (number,) = seller.issue("FV/1")
    restricted = filters("Subject1", restricted=True)
    assert numbers(seller.post(QUERY, restricted)) == []
    assert numbers(seller.post(QUERY, filters("Subject1", restricted=None))) == [number]
    sim.clock.advance(3600)
    assert numbers(Actor(sim, SELLER).post(QUERY, restricted)) == [number]


def test_range_that_begins_above_the_high_water_mark(sim, seller):
    """Case 79."""
    control(sim, hwmAt="2026-11-10T00:00:00Z")
    late = {"start": "2026-11-15T00:00:00Z"}
    assert code_of(seller.post(QUERY, filters(restricted=True, **late))) == 21183
    assert seller.post(QUERY, filters(restricted=False, **late)).status_code == 200


def test_high_water_mark_of_a_past_range_is_its_end(seller):
    """ksef-api.md §7.4."""
    answer = seller.post(QUERY, filters("Subject1", to="2026-10-05T00:00:00Z")).json()
    assert answer["permanentStorageHwmDate"].startswith("2026-10-05T00:00:00")


def test_more_records_than_the_limit_are_truncated(sim, seller):
    """ksef-api.md §7.2: go on from the date of the last record, boundary included."""
    control(sim, maxRecords=10)
    issued = seller.issue(*(f"FV/{number}" for number in range(12)))
    first = seller.post(f"{QUERY}?pageSize=10", filters("Subject1")).json()
    assert (first["hasMore"], first["isTruncated"]) == (True, True)
    last = first["invoices"][-1]["permanentStorageDate"]
    rest = seller.post(QUERY, filters("Subject1", start=last))
    assert numbers(rest) == issued[9:]
    assert rest.json()["isTruncated"] is False


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        ({"invoiceNumber": "FV/1"}, True),
        ({"invoiceNumber": "FV"}, False),
        ({"sellerNip": SELLER}, True),
        ({"sellerNip": OTHER}, False),
        ({"buyerIdentifier": {"type": "Nip", "value": BUYER}}, True),
        ({"buyerIdentifier": {"type": "VatUe", "value": BUYER}}, False),
        ({"currencyCodes": ["EUR", "PLN"]}, True),
        ({"currencyCodes": ["EUR"]}, False),
        ({"amount": {"type": "Brutto", "from": 123, "to": 123}}, True),
        ({"amount": {"type": "Netto", "from": 100.01}}, False),
        ({"invoicingMode": "Offline"}, False),
        ({"isSelfInvoicing": False}, True),
        ({"formType": "FA"}, True),
        ({"formType": "FA_RR"}, False),
        ({"invoiceTypes": ["Vat", "Kor"]}, True),
        ({"invoiceTypes": ["Kor"]}, False),
        ({"hasAttachment": True}, False),
    ],
)
def test_exact_filters(seller, wanted, matches):
    """ksef-api.md §7.2."""
    seller.issue("FV/1")
    found = numbers(seller.post(QUERY, filters("Subject1", **wanted)))
    assert bool(found) is matches


def test_explicit_nulls_count_as_absent(seller):
    """Some clients send every optional field as null."""
    (number,) = seller.issue("FV/1")
    nulls = dict.fromkeys(
        ("ksefNumber", "invoiceNumber", "amount", "sellerNip", "buyerIdentifier")
    )
    lists = dict.fromkeys(("currencyCodes", "invoicingMode", "formType"))
    body = filters("Subject1", to=None, restricted=None, **nulls, **lists)
    headers = {"X-Error-Format": "problem-details"}
    assert numbers(seller.post(QUERY, body, headers=headers)) == [number]


def test_query_needs_the_right_to_read(sim, seller):
    """Case 92."""
    allow(seller, {"type": "Pesel", "value": "90010112345"}, "InvoiceWrite")
    writer = Actor(sim, SELLER, person("90010112345"))
    refused = writer.post(QUERY, filters())
    assert refused.status_code == 403
    assert refused.json()["reasonCode"] == "missing-permissions"
    assert refused.json()["security"] == {
        "requiredAnyOfPermissions": ["InvoiceRead"],
        "presentPermissions": ["InvoiceWrite"],
    }


def test_invoice_by_number_has_the_very_bytes_that_were_sent(sim, seller):
    """Case 85."""
    xml = invoice_xml(SELLER, BUYER, "FV/1", sim.clock.today_in_warsaw())
    (status,) = seller.transmit(xml)
    for actor in (seller, Actor(sim, BUYER)):
        got = actor.get(f"/invoices/ksef/{status['ksefNumber']}")
        assert got.content == xml
        assert got.headers["x-ms-meta-hash"] == sha(xml)


def test_unknown_number_and_stranger(sim, seller):
    """Case 85: unknown 21164; known, but the context is no party of it: 403."""
    (number,) = seller.issue("FV/1")
    unknown = f"{number[:20]}000000000000-00"
    assert code_of(seller.get(f"/invoices/ksef/{unknown}")) == 21164
    refused = Actor(sim, OTHER).get(f"/invoices/ksef/{number}")
    assert refused.status_code == 403
    assert refused.json()["reasonCode"] == "insufficient-resource-access"


def test_accepted_invoice_that_is_not_durable_yet(sim, seller):
    """Case 85: 21165."""
    sim.config.storage_seconds = 600
    (number,) = seller.issue("FV/1")
    assert code_of(seller.get(f"/invoices/ksef/{number}")) == 21165
    assert numbers(seller.post(QUERY, filters("Subject1"))) == []
    sim.clock.advance(600)
    assert seller.get(f"/invoices/ksef/{number}").status_code == 200


def test_number_of_36_characters_is_accepted_as_a_parameter(seller):
    """Case 86: a number of KSeF 1.0; another shape is refused by its pattern."""
    old = f"{SELLER}-20230908-76B2B5-80D4DC-80"
    assert len(old) == 36
    assert code_of(seller.get(f"/invoices/ksef/{old}")) == 21164
    assert code_of(seller.get("/invoices/ksef/0000000000-20230908-7")) == 21405

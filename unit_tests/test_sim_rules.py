"""What the simulator takes and refuses: conformance cases 45-50."""

import datetime as dt

import pytest
import sim_client as c
from schemas_at_hand import needs_schemas

import simulator

WARSAW_EVENING = dt.datetime(2026, 7, 1, 22, 30, tzinfo=dt.timezone.utc)
ATTACHMENT = (
    "<Zalacznik><BlokDanych><MetaDane><ZKlucz>k</ZKlucz><ZWartosc>w</ZWartosc>"
    "</MetaDane><Tekst><Akapit>{text}</Akapit></Tekst></BlokDanych></Zalacznik>"
)


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return c.SimClient(sim, c.seal()).login()


def result_of(client, xml, **overrides):
    """Send in a session of its own and return status code and details."""
    status = client.outcome(client.open(), xml, **overrides)["status"]
    return status["code"], " ".join(status.get("details", []))


def fv(client, **options):
    options.setdefault("day", c.today(client.sim))
    return c.invoice(options.pop("number", "FV/1"), **options)


def test_byte_order_mark_is_refused(me):
    """Case 45."""
    assert result_of(me, b"\xef\xbb\xbf" + fv(me))[0] == 430


@pytest.mark.parametrize(
    "broken", [b"<Faktura>", b"", b"not xml", b"<a>\xff\xfe</a>", b"<a>&x;</a>"]
)
def test_malformed_xml_is_refused(me, broken):
    """Case 45."""
    body = me.send_body(broken, invoiceSize=max(1, len(broken)))
    answer = me.post(f"/sessions/online/{me.open()}/invoices", body)
    assert answer.status_code == 202, answer.text
    reference = answer.json()["referenceNumber"]
    session = me.sim.state.invoices[reference].session_reference
    code = me.invoice(session, reference)["status"]["code"]
    assert code == (450 if broken else 430)


def test_other_encoding_in_the_prolog_is_refused(me):
    """Case 45."""
    xml = fv(me, name="usluga").replace(b'encoding="UTF-8"', b'encoding="ISO-8859-2"')
    assert result_of(me, xml)[0] == 430


def test_prolog_may_be_absent(me):
    """ksef-api.md §11."""
    assert result_of(me, fv(me).partition(b"?>")[2])[0] == 200


def test_processing_instruction_is_refused(me):
    """Case 45."""
    assert result_of(me, fv(me).replace(b"<Naglowek>", b"<?a b?><Naglowek>"))[0] == 430


def test_doctype_is_refused(me):
    """ksef-api.md §11: nothing that could bring entities."""
    xml = fv(me).replace(b"<Faktura ", b"<!DOCTYPE Faktura><Faktura ", 1)
    assert result_of(me, xml)[0] == 430


@pytest.mark.parametrize("name", ["a\u0082b", "a&#x82;b", "a\ufdd0b", "a\U0001ffffb"])
def test_discouraged_character_is_refused(me, name):
    """Case 45."""
    assert result_of(me, fv(me, name=name))[0] == 430


def test_next_line_character_is_allowed(me):
    """ksef-api.md §11: U+0085 is not in the list."""
    assert result_of(me, fv(me, name="a\u0085b"))[0] == 200


def test_discouraged_character_can_be_a_warning():
    """Case 45: switchable."""
    config = simulator.Config(rate_limits="off", characters_refused=False)
    with simulator.running(config) as lenient:
        lenient.clock.freeze()
        me = c.SimClient(lenient, c.seal()).login()
        session = me.open()
        reference = me.send(session, fv(me, name="a\u0082b"))
        assert me.invoice(session, reference)["status"]["code"] == 200
        answer = me.get(f"/sessions/{session}/invoices/{reference}")
        assert "xml-002" in answer.headers["X-System-Warning"]


@needs_schemas
def test_schema_violation_names_the_element(me):
    """Case 46."""
    xml = fv(me).replace(b"<P_15>123.00</P_15>", b"")
    code, details = result_of(me, xml)
    assert code == 450
    assert "P_15" in details or "Adnotacje" in details


def test_another_namespace_is_refused(me):
    """Case 46: the form of the session decides."""
    xml = fv(me).replace(b"2025/06/25/13775", b"2023/06/29/12648")
    assert result_of(me, xml)[0] == 450


def test_issue_date_of_tomorrow_is_refused(me):
    """Case 46."""
    tomorrow = c.today(me.sim) + dt.timedelta(days=1)
    assert result_of(me, fv(me, day=tomorrow))[0] == 450


def test_today_is_the_day_in_warsaw(sim):
    """Case 46: in Warsaw it is July 2nd already, in UTC not yet."""
    sim.clock.set(WARSAW_EVENING)
    me = c.SimClient(sim, c.seal(now=WARSAW_EVENING)).login()
    code, _details = result_of(me, fv(me, day="2026-07-02"))
    assert code == 200
    assert result_of(me, fv(me, number="FV/2", day="2026-07-03"))[0] == 450


def padded(client, size, extra=""):
    """An invoice of exactly ``size`` bytes; white space between elements is free."""
    xml = fv(client, extra=extra, number=f"FV/{size}")
    head, tail = xml[:-10], xml[-10:]
    return head + b" " * (size - len(xml)) + tail


@pytest.mark.parametrize(("size", "expected"), [(1_000_000, 200), (1_000_001, 430)])
def test_largest_invoice(me, size, expected):
    """Case 47."""
    assert result_of(me, padded(me, size))[0] == expected


@pytest.mark.parametrize(("size", "expected"), [(3_000_000, 200), (3_000_001, 430)])
def test_largest_invoice_with_an_attachment(me, size, expected):
    """Case 47: attachments pass online as a technical correction only."""
    xml = padded(me, size, ATTACHMENT.format(text="opis"))
    options = {"offlineMode": True, "hashOfCorrectedInvoice": c.sha(b"rejected")}
    assert result_of(me, xml, **options)[0] == expected


def test_raised_limit_takes_a_larger_invoice(me):
    """Case 47: the limit is that of the context."""
    values = {
        "maxInvoiceSizeInMB": 2,
        "maxInvoiceWithAttachmentSizeInMB": 4,
        "maxInvoices": 10,
    }
    body = {
        "onlineSession": values,
        "batchSession": values,
        "collectiveIdentifier": {"maxInvoices": 500},
    }
    assert me.post("/testdata/limits/context/session", body).status_code == 200
    assert result_of(me, padded(me, 1_000_001))[0] == 200


def test_seller_without_right_is_refused(me):
    """Case 48."""
    code, details = result_of(me, fv(me, seller=c.OTHER_NIP))
    assert code == 410
    assert c.NIP in details and c.OTHER_NIP in details


def test_attachment_online_is_refused(me):
    """Case 49."""
    assert result_of(me, fv(me, extra=ATTACHMENT.format(text="a")))[0] == 415


def test_attachment_in_a_technical_correction_is_taken(me):
    """Case 49."""
    options = {"offlineMode": True, "hashOfCorrectedInvoice": c.sha(b"rejected")}
    xml = fv(me, extra=ATTACHMENT.format(text="a"))
    assert result_of(me, xml, **options)[0] == 200


def test_one_invoice_too_many_is_refused(me):
    """Case 50."""
    values = {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 2,
    }
    body = {
        "onlineSession": values,
        "batchSession": values,
        "collectiveIdentifier": {"maxInvoices": 500},
    }
    assert me.post("/testdata/limits/context/session", body).status_code == 200
    session = me.open()
    for number in range(2):
        me.send(session, fv(me, number=f"FV/{number}"))
    assert c.code_of(me.try_send(session, fv(me, number="FV/3"))) == 21155


def test_wrong_check_digit_is_refused_where_it_counts():
    """ksef-api.md §11: PRD only, here by its switch."""
    config = simulator.Config(rate_limits="off", nip_checksum=True)
    with simulator.running(config) as strict:
        strict.clock.freeze()
        me = c.SimClient(strict, c.seal()).login()
        assert result_of(me, fv(me, buyer="1234567891"))[0] == 450
        assert result_of(me, fv(me))[0] == 200


def test_wrong_check_digit_passes_on_test(me):
    """ksef-api.md §11: TEST takes invented numbers."""
    assert result_of(me, fv(me, buyer="1234567891"))[0] == 200

"""What the written document looks like."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from fa3_helpers import full_invoice

from ksef.errors import Fa3Error
from ksef.fa3 import build, check, parse
from ksef.fa3 import model as m


def written(**fa):
    """Build a document with these elements of Fa, without the wrapping."""
    text = build(m.Invoice(Fa=m.Fa(**fa))).decode()
    return text.partition("<Fa>")[2].partition("</Fa>")[0]


AMOUNTS = [
    (Decimal("12.5"), "12.50"),
    (Decimal(7), "7.00"),
    (5, "5.00"),
    (Decimal("-0.00"), "0.00"),
    (Decimal("1E+3"), "1000.00"),
    (Decimal("0E-8"), "0.00"),
    (Decimal("1.500"), "1.50"),
    (Decimal("1.005"), "1.005"),
    (Decimal("-12.34"), "-12.34"),
]


@pytest.mark.parametrize(("value", "text"), AMOUNTS)
def test_amount_has_two_decimals_and_is_never_rounded(value, text):
    assert written(P_15=value) == f"<P_15>{text}</P_15>"


NUMBERS = [
    (Decimal("4.2984"), "4.2984"),
    (Decimal("4.29840000"), "4.298400"),
    (Decimal("1E-6"), "0.000001"),
    (Decimal("1E-7"), "0.0000001"),
    (3, "3"),
]


@pytest.mark.parametrize(("value", "text"), NUMBERS)
def test_number_is_written_without_exponent(value, text):
    assert written(KursWalutyZ=value) == f"<KursWalutyZ>{text}</KursWalutyZ>"


def test_texts_are_escaped_and_line_ends_survive():
    text = "a < b & c > d \"e\" 'f'\r\n\t]]>"
    invoice = m.Invoice(Fa=m.Fa(P_2=text))
    assert text == parse(build(invoice)).Fa.P_2
    assert written(P_2="A & B <C>") == "<P_2>A &amp; B &lt;C&gt;</P_2>"


def test_marks_and_choices():
    assert written(FP=True, TP=False, ZwrotAkcyzy=1) == (
        "<FP>1</FP><ZwrotAkcyzy>1</ZwrotAkcyzy>"
    )


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 2, 4, 10, 30, tzinfo=timezone.utc), "2026-02-04T10:30:00Z"),
        (
            datetime(2026, 2, 4, 10, 30, tzinfo=timezone(timedelta(hours=1))),
            "2026-02-04T10:30:00+01:00",
        ),
    ],
)
def test_moment_of_creation(moment, text):
    data = build(m.Invoice(Naglowek=m.Naglowek(DataWytworzeniaFa=moment)))
    assert f"<DataWytworzeniaFa>{text}</DataWytworzeniaFa>".encode() in data


def test_header_of_a_new_invoice():
    data = build(m.Invoice(Naglowek=m.Naglowek()))
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<Faktura xmlns="')
    assert (
        b'<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>'
        b"<WariantFormularza>3</WariantFormularza>"
    ) in data


def test_elements_come_in_the_order_of_the_schema():
    text = written(P_15=Decimal(1), P_2="FV", P_1=date(2026, 2, 4), KodWaluty="PLN")
    assert text == (
        "<KodWaluty>PLN</KodWaluty><P_1>2026-02-04</P_1><P_2>FV</P_2><P_15>1.00</P_15>"
    )


def test_equal_invoices_give_equal_bytes():
    assert build(full_invoice()) == build(full_invoice())


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("P_2", "a\x00b", "forbidden_character"),
        ("P_2", "a\ud800b", "forbidden_character"),
        ("P_2", "a\ufffeb", "forbidden_character"),
        ("P_2", b"bytes", "wrong_type"),
        ("P_15", 1.1, "wrong_type"),
        ("P_15", Decimal("Infinity"), "wrong_type"),
        ("P_1", 20260204, "wrong_type"),
        ("WZ", "text", "wrong_type"),
        ("Adnotacje", m.Zwolnienie(), "wrong_type"),
        ("FaWiersz", (m.Zwolnienie(),), "wrong_type"),
    ],
)
def test_value_that_xml_can_not_hold_is_refused_with_its_place(name, value, code):
    with pytest.raises(Fa3Error) as caught:
        build(m.Invoice(Fa=m.Fa(**{name: value})))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.path.startswith(f"Fa/{name}")


def test_characters_that_only_ksef_refuses_are_left_to_check():
    invoice = m.Invoice(Fa=m.Fa(P_2="a\x85\x9fb"))
    assert b"a\xc2\x85\xc2\x9fb" in build(invoice)
    assert "forbidden_character" in [one.code for one in check(invoice)]


def test_ten_thousand_rows_stay_linear():
    row = full_invoice().Fa.FaWiersz[0]

    def seconds(count):
        invoice = replace(full_invoice(), Fa=m.Fa(FaWiersz=(row,) * count))
        started = time.process_time()
        build(invoice)
        return time.process_time() - started

    small = min(seconds(1_000) for _try in range(3))
    assert seconds(10_000) < 40 * small

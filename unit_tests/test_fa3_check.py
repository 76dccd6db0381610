"""Findings of ``check`` say what is wrong, and where, in words that stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from fa3_helpers import full_invoice

from ksef.fa3 import check
from ksef.fa3 import model as m
from ksef.fa3.problems import MESSAGES, problem


def with_fa(**changes):
    """Return a valid invoice with changes in its Fa part."""
    invoice = full_invoice()
    return replace(invoice, Fa=replace(invoice.Fa, **changes))


def found(invoice):
    """List code and path of every finding."""
    return [(one.code, one.path) for one in check(invoice)]


def test_complete_invoice_has_no_findings():
    assert check(full_invoice()) == []


VALUES = [
    ("P_2", "x" * 257, "too_long"),
    ("P_2", "", "too_short"),
    ("P_2", "   ", "too_short"),
    ("P_2", "a\x07b", "forbidden_character"),
    ("P_2", "a\x9fb", "forbidden_character"),
    ("P_2", "a\ufdd0b", "forbidden_character"),
    ("P_2", "a\U0001fffeb", "forbidden_character"),
    ("P_2", 7, "wrong_type"),
    ("KodWaluty", "SLE", "not_in_list"),
    ("KodWaluty", "pln", "not_in_list"),
    ("P_1", date(2005, 12, 31), "too_small"),
    ("P_1", datetime(2026, 2, 4), "wrong_type"),
    ("P_1", "04.02.2026", "not_a_date"),
    ("P_15", 12.5, "wrong_type"),
    ("P_15", Decimal("NaN"), "wrong_type"),
    ("P_15", Decimal("1.005"), "too_many_decimals"),
    ("P_15", Decimal(10) ** 17, "too_many_digits"),
    ("P_15", "1,5", "not_a_number"),
    ("P_15", "05", "bad_format"),
    ("TypKorekty", 4, "not_in_list"),
    ("Rozliczenie", "x", "wrong_type"),
    ("FaWiersz", "x", "wrong_type"),
    ("WZ", "x", "wrong_type"),
]


@pytest.mark.parametrize(("name", "value", "code"), VALUES)
def test_wrong_value_is_named_with_its_place(name, value, code):
    assert found(with_fa(**{name: value})) == [(code, f"Fa/{name}")]


def test_place_inside_a_repeated_row():
    row = full_invoice().Fa.FaWiersz[0]
    bad = replace(row, P_8B=Decimal("1.1234567"))
    invoice = with_fa(FaWiersz=(row, bad))
    assert found(invoice) == [("too_many_decimals", "Fa/FaWiersz[2]/P_8B")]


def test_finding_quotes_value_apart_from_its_sentence():
    (one,) = check(with_fa(P_2="secret" * 100))
    assert "secret" not in one.message
    assert one.value.startswith("secret")
    assert len(one.value) <= 120


STRUCTURE = [
    ({"P_2": None}, [("missing", "Fa/P_2")]),
    ({"Adnotacje": None}, [("missing", "Fa/Adnotacje")]),
    ({"P_14_1": None}, [("missing", "Fa/P_14_1")]),
    ({"P_13_1": None}, [("missing", "Fa/P_13_1")]),
    ({"P_13_1": None, "P_14_1": None, "P_14_1W": None}, []),
    ({"OkresFa": m.OkresFa(P_6_Od=date(2026, 1, 1), P_6_Do=date(2026, 1, 31))}, None),
    ({"DaneFaKorygowanej": ()}, [("missing", "Fa/DaneFaKorygowanej")]),
    ({"P_15ZK": None}, [("missing", "Fa/P_15ZK")]),
    ({"Rozliczenie": m.Rozliczenie()}, []),
    ({"FP": False}, []),
]


@pytest.mark.parametrize(("changes", "expected"), STRUCTURE)
def test_missing_and_rival_elements(changes, expected):
    expected = [("choice_conflict", "Fa")] if expected is None else expected
    assert found(with_fa(**changes)) == expected


def test_too_many_of_a_kind():
    invoice = full_invoice()
    seller = replace(
        invoice.Podmiot1, DaneKontaktowe=invoice.Podmiot1.DaneKontaktowe * 4
    )
    invoice = replace(invoice, Podmiot1=seller)
    assert found(invoice) == [("too_many", "Podmiot1/DaneKontaktowe")]


def test_buyer_needs_one_way_of_identification():
    buyer = replace(full_invoice().Podmiot2, DaneIdentyfikacyjne=m.TPodmiot2(Nazwa="A"))
    (one,) = check(replace(full_invoice(), Podmiot2=buyer))
    assert (one.code, one.path) == ("choice_missing", "Podmiot2/DaneIdentyfikacyjne")
    assert one.value == "NIP / KodUE / NrID / BrakID"


def test_half_an_identification_names_the_other_half():
    half = m.TPodmiot2(KodUE="DE")
    buyer = replace(full_invoice().Podmiot2, DaneIdentyfikacyjne=half)
    assert found(replace(full_invoice(), Podmiot2=buyer)) == [
        ("missing", "Podmiot2/DaneIdentyfikacyjne/NrVatUE")
    ]


def test_exemption_without_legal_basis():
    notes = replace(full_invoice().Fa.Adnotacje, Zwolnienie=m.Zwolnienie(P_19=True))
    (one,) = check(with_fa(Adnotacje=notes))
    assert one.path == "Fa/Adnotacje/Zwolnienie"
    assert one.value == "P_19A / P_19B / P_19C"


def test_class_of_another_element_is_refused():
    invoice = replace(full_invoice(), Podmiot1=full_invoice().Podmiot2)
    assert found(invoice) == [("wrong_type", "Podmiot1")]


def test_empty_invoice_lists_what_is_required():
    assert found(m.Invoice()) == [
        ("missing", name) for name in ("Naglowek", "Podmiot1", "Podmiot2", "Fa")
    ]


def test_every_sentence_can_be_made():
    facts = dict.fromkeys(
        ["limit", "detail", "minimum", "maximum", "names", "given", "least", "most"], 1
    )
    for code in MESSAGES:
        assert problem(code, **facts).message.endswith((".", "1"))

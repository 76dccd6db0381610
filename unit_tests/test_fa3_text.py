"""Texts are cleaned and cut, numbers rounded, before they enter the model."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ksef.fa3.text import (
    FORBIDDEN,
    amount,
    clean,
    clean_lines,
    cut,
    has_forbidden,
    is_plain,
    pieces,
    price,
    quantity,
)

FORBIDDEN_SAMPLES = [
    *("\x00", "\x08", "\x0e", "\x1b", "\x7f", "\x84", "\x86", "\x9f", "\ud800"),
    *("\ufdd0", "\ufdef", "\ufffe", "\uffff", "\U0001fffe", "\U0010ffff"),
]


@pytest.mark.parametrize("character", FORBIDDEN_SAMPLES)
def test_forbidden_character_is_removed(character):
    assert clean(f"Zaż{character}ółć") == "Zażółć"


@pytest.mark.parametrize("character", ["\x85", "\xa0", "\t", "\n", "\r", "€", "😀"])
def test_permitted_character_is_not_forbidden(character):
    assert not FORBIDDEN.search(character)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \n\t b\xa0c  ", "a b c"),
        ("a\x0bb", "a b"),
        ("a \x07 b", "a b"),
        ("", None),
        (" \x00 ", None),
        (None, None),
    ],
)
def test_white_space_becomes_one_blank(text, expected):
    assert clean(text) == expected


def test_footer_keeps_its_lines():
    assert clean_lines("Bank  A\r\n\r\nKapitał\x07 1\n") == "Bank A\n\nKapitał 1"


def test_text_that_fits_is_not_cut():
    assert cut("x" * 256, 256) == ("x" * 256, None)


def test_long_text_is_cut_at_a_word_and_nothing_is_lost():
    words = " ".join(["słowo"] * 100)
    head, rest = cut(words, 256)
    assert len(head) <= 256
    assert f"{head} {rest}" == words


def test_text_without_blanks_is_cut_hard():
    assert cut("x" * 300, 256) == ("x" * 256, "x" * 44)


def test_text_is_split_into_as_many_pieces_as_it_needs():
    words = " ".join(f"nr{number}" for number in range(400))
    parts = pieces(words, 256)
    assert all(len(part) <= 256 for part in parts)
    assert " ".join(parts) == words
    assert pieces(None) == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1 + 0.2, "0.30"),
        (1.005, "1.01"),
        (Decimal("-0.001"), "0.00"),
        ("2.675", "2.68"),
        (-2.675, "-2.68"),
        (10**15, "1000000000000000.00"),
        (
            Decimal("12345678901234567890123456789.125"),
            "12345678901234567890123456789.13",
        ),
    ],
)
def test_amount_is_rounded_half_up_to_grosz(value, expected):
    assert str(amount(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (19.9, "19.9"),
        (Decimal("100.00"), "100"),
        (Decimal("33.33333333333333"), "33.33333333"),
        (Decimal("1E+2"), "100"),
        (Decimal("-0.000000001"), "0"),
    ],
)
def test_price_has_at_most_eight_decimals(value, expected):
    assert str(price(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1e-05, "0.00001"), (1.0, "1"), (0.1234567, "0.123457")]
)
def test_quantity_has_at_most_six_decimals(value, expected):
    assert format(quantity(value), "f") == expected


@given(
    st.one_of(
        st.floats(-1e15, 1e15),
        st.decimals(-(10**15), 10**15, allow_nan=False),
        st.integers(-(10**15), 10**15),
    )
)
@pytest.mark.parametrize(("shorten", "places"), [(price, 8), (quantity, 6)])
def test_numbers_are_those_of_plain_rounding_without_zeros(shorten, places, value):
    exact = Decimal(str(value))
    rounded = exact.quantize(
        Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=60)
    )
    text = format(shorten(value), "f")
    assert Decimal(text) == rounded
    assert not text.startswith("-0") or Decimal(text) < 0
    assert "." not in text or text[-1] not in "0."


def test_a_plain_text_holds_no_forbidden_character():
    every = (chr(code) for code in range(sys.maxunicode + 1))
    assert [one for one in every if is_plain(one) and FORBIDDEN.search(one)] == []
    assert is_plain("Zażółć gęślą jaźń, § 5, 100 €\n")


def test_a_forbidden_character_is_found_anywhere():
    for one in ("\x00", "\x7f", "\ufdd0", "\ufffe", "\U0010ffff"):
        assert has_forbidden(f"Faktura\n{one}numer")
    assert not has_forbidden("twarda\u00a0spacja\u0085")

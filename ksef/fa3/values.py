"""Facet checks of a single written value, compiled once per simple type.

The verdict is that of the official XSD, plus the characters that KSeF refuses
although the XSD lets them pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timezone
from decimal import Decimal
from functools import cache

from .facets import Form, SimpleType, Space
from .lexical import BLANKS, reader
from .problems import Problem, problem
from .text import has_forbidden

#: Takes the written text, returns what is wrong with it (path still empty).
Check = Callable[[str], Problem | None]

_RUN = re.compile(f"[{BLANKS}]+")
_REPLACE = str.maketrans("\t\n\r", "   ")


def normalise(text: str, space: Space) -> str:
    """Apply XSD white-space processing."""
    if space is Space.COLLAPSE:
        return _RUN.sub(" ", text).strip(" ")
    if space is Space.REPLACE:
        return text.translate(_REPLACE)
    return text


def python_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the schema; ``.`` and ``\\s`` mean less in XSD."""
    return re.compile(
        pattern.replace(r"[^\s?#]", r"[^ \t\n\r?#]")
        .replace(r"[^#\s]", r"[^# \t\n\r]")
        .replace("(.)", r"([^\n\r])")
    )


@cache
def checker(kind: SimpleType) -> Check:
    """Make the check of one simple type; the path of its problems is empty."""
    if kind.form is Form.TEXT:
        return _code_check(kind) if kind.choices else _text_check(kind)
    if kind.form in (Form.AMOUNT, Form.NUMBER):
        return _number_check(kind)
    if kind.form in (Form.DATE, Form.MOMENT):
        return _time_check(kind)
    return _integer_check(kind)


def _code_check(kind: SimpleType) -> Check:
    allowed = frozenset(kind.choices)

    def check(text: str) -> Problem | None:
        if text in allowed and kind.fixed is None:
            return None
        value = normalise(text, kind.space)
        good = {kind.fixed, ""} if kind.fixed is not None else allowed
        return None if value in good else problem("not_in_list", value=text)

    return check


def _length_problem(kind: SimpleType, value: str) -> Problem | None:
    if kind.min_length is not None and len(value) < kind.min_length:
        return problem("too_short", value=value, minimum=kind.min_length)
    if kind.max_length is not None and len(value) > kind.max_length:
        return problem("too_long", value=value, maximum=kind.max_length)
    return None


def _text_check(kind: SimpleType) -> Check:
    pattern = python_pattern(kind.pattern) if kind.pattern else None
    # The usual case, decided without white-space processing, which only shortens.
    longest = kind.max_length if pattern is None and kind.min_length == 1 else 0

    def check(text: str) -> Problem | None:
        if has_forbidden(text):
            return problem("forbidden_character", value=text)
        if longest and len(text) <= longest and text.strip(BLANKS):
            return None
        value = text if kind.space is Space.PRESERVE else normalise(text, kind.space)
        found = _length_problem(kind, value)
        if found is None and pattern and not pattern.fullmatch(value):
            return problem("bad_format", value=text)
        return found

    return check


def _digits_problem(kind: SimpleType, number: Decimal, text: str) -> Problem | None:
    """Compare significant digits, as XSD does: trailing zeros don't count."""
    whole, _point, fraction = format(number.copy_abs(), "f").partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0")
    maximum = kind.fraction_digits
    if maximum is not None and len(fraction) > maximum:
        return problem("too_many_decimals", value=text, maximum=maximum)
    maximum = kind.total_digits
    if maximum is None:
        return None
    if kind.pattern:  # allots the digits to both sides of the point
        maximum -= kind.fraction_digits or 0
        fraction = ""
    if len(whole) + len(fraction) > maximum:
        return problem("too_many_digits", value=text, maximum=maximum)
    return None


def _range_problem(
    kind: SimpleType, number: Decimal | int, text: str
) -> Problem | None:
    if kind.least is not None and number < int(kind.least):
        return problem("too_small", value=text, least=kind.least)
    if kind.most is not None and number > int(kind.most):
        return problem("too_big_value", value=text, most=kind.most)
    return None


def _number_check(kind: SimpleType) -> Check:
    pattern = python_pattern(kind.pattern) if kind.pattern else None
    read = reader(kind)

    def check(text: str) -> Problem | None:
        if pattern and pattern.fullmatch(text) and text.isascii():
            return None
        number = read(text)
        if not isinstance(number, Decimal):
            return problem("not_a_number", value=text)
        found = _digits_problem(kind, number, text)
        found = found or _range_problem(kind, number, text)
        if found is None and pattern and not pattern.fullmatch(text.strip(BLANKS)):
            return problem("bad_format", value=text)
        return found

    return check


def _integer_check(kind: SimpleType) -> Check:
    allowed = frozenset(kind.choices)
    numbers = frozenset(int(choice) for choice in allowed)
    read = reader(kind)

    def check(text: str) -> Problem | None:
        if text in allowed:
            return None
        number = read(text)
        if not isinstance(number, int):
            return problem("not_a_number", value=text)
        if numbers and number not in numbers:
            return problem("not_in_list", value=text)
        found = _digits_problem(kind, Decimal(number), text)
        return found or _range_problem(kind, number, text)

    return check


def _time_check(kind: SimpleType) -> Check:
    read = reader(kind)
    least, most = read(kind.least or ""), read(kind.most or "")
    name = "not_a_date" if kind.form is Form.DATE else "not_a_moment"

    def check(text: str) -> Problem | None:
        value = read(text)
        # Blanks before a moment are allowed by XSD, but refused by libxml2.
        early_blank = kind.form is Form.MOMENT and text[:1] in BLANKS
        if isinstance(value, str) or early_blank:
            return problem(name, value=text)
        # Without a zone a moment can't be told to equal a bound; validators refuse.
        vague = kind.form is Form.MOMENT and value.tzinfo is None
        if vague:
            value = value.replace(tzinfo=timezone.utc)
        if value < least or (vague and value == least):
            return problem("too_small", value=text, least=kind.least)
        if value > most or (vague and value == most):
            return problem("too_big_value", value=text, most=kind.most)
        return None

    return check

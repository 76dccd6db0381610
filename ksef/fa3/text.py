"""Make texts and numbers fit FA(3) before they enter the model.

For the caller that fills the model. Texts may be cleaned and cut; identifiers and
amounts never are: those go into the model as they are and ``check`` reports them.
Source: the KSeF rules for verification of an invoice (characters), TZnakowy and the
number types of schemat_FA(3)_v1-0E.xsd (lengths and decimals).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

_PLANE_ENDS = "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
#: What XML 1.0 can't hold (C0 controls, surrogates, nFFFE and nFFFF of plane 0) and
#: what KSeF refuses beyond that. U+0085 is a line end and allowed.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + _PLANE_ENDS
    + "]"
)
#: Wide enough for any number that fits the schema, before it is rounded.
_CONTEXT = Context(prec=60)
#: Decimal places of the number types -> their last place.
_LAST_PLACES = {places: Decimal(1).scaleb(-places) for places in (2, 6, 8)}


def is_plain(text: str) -> bool:
    """Tell that a text holds printable characters and line ends only.

    None of these is forbidden by KSeF or XML. Nearly every text is plain, and that is
    found out ten times faster than by looking for what is forbidden.
    """
    return text.replace("\n", "").isprintable()


def has_forbidden(text: str) -> bool:
    """Tell whether a text holds a character that KSeF refuses."""
    return not is_plain(text) and FORBIDDEN.search(text) is not None


def clean(text: str | None) -> str | None:
    """Remove forbidden characters, make every run of white space one blank.

    :return: ``None`` when nothing is left: the element must then be left out
    """
    if not text:
        return None
    # White space first: some of the forbidden controls separate words. Python's
    # split() also takes the non-breaking and typographic spaces for blanks.
    kept = " ".join(text.split())
    if has_forbidden(kept):
        kept = " ".join(FORBIDDEN.sub("", kept).split())
    return kept or None


def clean_lines(text: str | None) -> str | None:
    """Like :func:`clean`, but lines stay lines (for the footer)."""
    if not text:
        return None
    lines = [clean(line) or "" for line in text.splitlines()]
    return "\n".join(lines).strip("\n") or None


def cut(text: str | None, maximum: int) -> tuple[str | None, str | None]:
    """Clean and cut a text, at a word where one ends in the last third.

    :param maximum: characters (code points, as XSD counts them)
    :return: the text that fits, and what is left over for another place
    """
    whole = clean(text)
    if whole is None or len(whole) <= maximum:
        return whole, None
    end = whole.rfind(" ", maximum * 2 // 3, maximum + 1)
    end = maximum if end < 0 else end
    return whole[:end].rstrip(), whole[end:].strip() or None


def pieces(text: str | None, maximum: int = 256) -> tuple[str, ...]:
    """Clean a text and split it into as many pieces as it needs."""
    found: list[str] = []
    rest = text
    while rest:
        piece, rest = cut(rest, maximum)
        if piece:
            found.append(piece)
    return tuple(found)


def amount(value: Decimal | float | str) -> Decimal:
    """Round to two decimals, half up; there is no negative zero."""
    return _rounded(value, 2)


def price(value: Decimal | float | str) -> Decimal:
    """Round to eight decimals and drop superfluous zeros (TKwotowy2)."""
    return _shortened(value, 8)


def quantity(value: Decimal | float | str) -> Decimal:
    """Round to six decimals and drop superfluous zeros (TIlosci, also rates)."""
    return _shortened(value, 6)


def _rounded(value: Decimal | float | str, decimals: int) -> Decimal:
    # The text of a float is the shortest number that people write for it.
    exact = value if type(value) is Decimal else Decimal(str(value))
    number = exact.quantize(_LAST_PLACES[decimals], ROUND_HALF_UP, _CONTEXT)
    return number if number else abs(number)


def _shortened(value: Decimal | float | str, decimals: int) -> Decimal:
    text = str(value)
    _whole, point, fraction = text.partition(".")
    # Most numbers have few decimals, and need no rounding.
    if not point or len(fraction) > decimals or not fraction.isdecimal():
        text = format(_rounded(value, decimals), "f")
    number = Decimal(text.rstrip("0").rstrip(".") if "." in text else text)
    return number if number else abs(number)

"""Between the text in the XML and the Python value, for every form of simple type.

Writing is canonical (amounts with two decimals, instants in UTC with ``Z``). A file
may write the same value otherwise (``31.5``, ``+1``); then the value read is a
subclass that remembers its text, so that nothing is lost when it is built again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from .facets import Form, SimpleType

#: The white space of XML; ``str.strip()`` alone would take more.
BLANKS = " \t\n\r"

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
    r"(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
#: XSD allows offsets up to 14 hours.
_MAX_OFFSET = timedelta(hours=14)


class WrongType(Exception):
    """A value whose Python type has no written form here; stays inside ``fa3``."""


class _Written:
    """A value that remembers how the file wrote it, also when copied or pickled."""

    lexical: str

    def plain(self) -> Any:
        """Return the value without its spelling."""
        raise NotImplementedError

    def __copy__(self) -> _Written:
        return self

    def __deepcopy__(self, memo: Any) -> _Written:
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _keep, (self.plain(), self.lexical)


class WrittenDecimal(_Written, Decimal):
    """A number that the file wrote in its own way."""

    def plain(self) -> Decimal:
        """Return the value without its spelling."""
        return Decimal(self)


class WrittenInt(_Written, int):
    """An integer that the file wrote in its own way."""

    def plain(self) -> int:
        """Return the value without its spelling."""
        return int(self)


class WrittenDate(_Written, date):
    """A date that the file wrote in its own way."""

    def plain(self) -> date:
        """Return the value without its spelling."""
        return date(self.year, self.month, self.day)


class WrittenMoment(_Written, datetime):
    """An instant that the file wrote in its own way."""

    def plain(self) -> datetime:
        """Return the value without its spelling."""
        return datetime.fromisoformat(self.isoformat())


Writer = Callable[[Any], str]
Reader = Callable[[str], Any]


def _write_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    raise WrongType(type(value).__name__)


def _other(value: Any) -> str:
    """Write what is not of the expected type: own spelling, text as it is."""
    written = getattr(value, "lexical", value)
    if isinstance(written, str):
        return written
    raise WrongType(type(value).__name__)


def _plain(value: Decimal, decimals: int) -> str:
    """Write without exponent; superfluous zeros beyond ``decimals`` go."""
    if not value.is_finite():
        raise WrongType(str(value))
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    whole, point, fraction = text.partition(".")
    if len(fraction) <= decimals:
        return text
    fraction = fraction[:decimals] + fraction[decimals:].rstrip("0")
    return f"{whole}{point}{fraction}"


def _number_writer(decimals: int) -> Writer:
    def write(value: Any) -> str:
        kind = type(value)
        if kind is Decimal:
            text = str(value)
            return text if text.isdecimal() else _plain(value, decimals)
        if kind is int:
            return str(value)
        return _other(value)

    return write


def _write_amount(value: Any) -> str:
    kind = type(value)
    if kind is int:
        return f"{value}.00"
    if kind is not Decimal:
        return _other(value)
    text = str(value)
    if text[-3:-2] != ".":
        text = _plain(value, 2)
        whole, _point, fraction = text.partition(".")
        text = f"{whole}.{fraction:0<2}"
    return "0.00" if text == "-0.00" else text


def _write_integer(value: Any) -> str:
    if type(value) is int:
        return str(value)
    return "1" if value is True else _other(value)


def _write_date(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, (datetime, WrittenDate)):
        return value.isoformat()
    return _other(value)


def _write_moment(value: Any) -> str:
    if not isinstance(value, datetime) or isinstance(value, WrittenMoment):
        return _other(value)
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def _read_decimal(text: str) -> Decimal | None:
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _read_integer(text: str) -> int | None:
    # Longer ones are nonsense, and Python refuses to convert huge ones.
    return int(text) if len(text) <= 400 and _INTEGER.fullmatch(text) else None


def _read_flag(text: str) -> bool | int | None:
    number = _read_integer(text)
    return True if text == "1" else number


def _read_date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    """Turn a written zone into one; ``None`` when there is none.

    :raises ValueError: beyond 14 hours, or more than 59 minutes
    """
    if not text:
        return None
    if text == "Z":
        return timezone.utc
    offset = timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    if offset > _MAX_OFFSET or int(text[4:6]) > 59:
        raise ValueError(text)
    return timezone(-offset if text[0] == "-" else offset)


def _read_moment(text: str) -> datetime | None:
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    *parts, fraction, zone = match.groups()
    year, month, day, hour, minute, second = map(int, parts)
    micro = int((fraction or "0")[:6].ljust(6, "0"))
    midnight = hour == 24 and not (minute or second or int(fraction or 0))
    try:
        value = datetime(
            year,
            month,
            day,
            0 if midnight else hour,
            minute,
            second,
            micro,
            _zone(zone),
        )
        return value + timedelta(days=1) if midnight else value
    except (ValueError, OverflowError):
        return None


def _keep(value: Any, text: str) -> Any:
    """Make the subclass of ``value`` that remembers how it was written."""
    if isinstance(value, Decimal):
        kept: Any = WrittenDecimal(value)
    elif isinstance(value, datetime):
        kept = WrittenMoment.fromisoformat(value.isoformat())
    elif isinstance(value, date):
        kept = WrittenDate(value.year, value.month, value.day)
    else:
        kept = WrittenInt(value)
    kept.lexical = text
    return kept


def reader(kind: SimpleType) -> Reader:
    """Make the function that reads the text of an element or attribute.

    What can't be the value that ``kind`` asks for is returned as the text it is.
    """
    if kind.form is Form.TEXT:
        return str
    read = _READERS[kind.form]
    write = writer(kind)

    def convert(text: str) -> Any:
        value = read(text)
        if value is not None and write(value) == text:
            return value
        if value is None:
            value = read(text.strip(BLANKS))
        return text if value is None else _keep(value, text)

    return convert


def writer(kind: SimpleType) -> Writer:
    """Make the function that writes a value as text.

    That function raises :class:`WrongType` for a value that has no written form.
    """
    if kind.form is Form.NUMBER:
        return _number_writer(kind.fraction_digits or 0)
    return _WRITERS[kind.form]


_READERS: dict[Form, Callable[[str], Any]] = {
    Form.AMOUNT: _read_decimal,
    Form.NUMBER: _read_decimal,
    Form.INTEGER: _read_integer,
    Form.FLAG: _read_flag,
    Form.DATE: _read_date,
    Form.MOMENT: _read_moment,
}
_WRITERS: dict[Form, Writer] = {
    Form.TEXT: _write_text,
    Form.AMOUNT: _write_amount,
    Form.INTEGER: _write_integer,
    Form.FLAG: _write_integer,
    Form.DATE: _write_date,
    Form.MOMENT: _write_moment,
}

"""Typed reading of JSON answers; used by ``messages`` only.

A missing key or a value of another type is a :class:`~.errors.KsefProtocolError` that
names the place and never the value, which may be a secret. Nullable fields are usually
left out by KSeF, and unknown fields are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any, TypeVar

from .errors import KsefProtocolError

T = TypeVar("T")

#: Before or behind the point; amounts of FA(3) have 16.
_MOST_DIGITS = 20

# ISO 8601 as KSeF writes it: any number of fractional digits, "Z" or an offset.
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.(\d+))?(Z|[+-]\d{2}:\d{2})?"
)


def parse_time(text: str, zone_if_none: tzinfo = timezone.utc) -> datetime:
    """Read an ISO 8601 time as aware UTC; digits past microseconds are cut off.

    ``datetime.fromisoformat`` of Python 3.10 refuses the seven digits of KSeF.

    :param zone_if_none: of a time without an offset
    :raises ValueError: not such a time (only :class:`Fields` calls this)
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not an ISO 8601 time")
    day, clock, fraction, zone = match.groups()
    offset = {None: "", "Z": "+00:00"}.get(zone, zone)
    micros = int(((fraction or "") + "000000")[:6])
    moment = datetime.fromisoformat(f"{day}T{clock}{offset}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_if_none)
    return (moment + timedelta(microseconds=micros)).astimezone(timezone.utc)


class Scalars:
    """The plain values of one JSON object of an answer, read field by field.

    :param data: the decoded JSON value
    :param where: name of the message, for errors
    """

    def __init__(self, data: Any, where: str) -> None:
        if not isinstance(data, Mapping):
            raise KsefProtocolError(f"{where}: not a JSON object", code="bad_answer")
        self._data = data
        self._where = where

    def _get(self, key: str, kinds: tuple[type, ...], needed: bool) -> Any:
        value = self._data.get(key)
        if value is None:
            if needed:
                raise self._fault(key, "is missing")
            return None
        # bool is an int in Python, but never in this protocol.
        if not isinstance(value, kinds) or (
            isinstance(value, bool) and bool not in kinds
        ):
            raise self._fault(key, "has an unexpected type")
        return value

    def _fault(self, key: str, what: str) -> KsefProtocolError:
        message = f"{self._where}: field {key!r} {what}"
        return KsefProtocolError(message, code="bad_answer")

    def text(self, key: str) -> str:
        """Return a string that must be there."""
        value: str = self._get(key, (str,), True)
        return value

    def text_or_none(self, key: str) -> str | None:
        """Return a string, or None when left out."""
        value: str | None = self._get(key, (str,), False)
        return value

    def word(self, key: str) -> str:
        """Return a string or whole number that must be there, as a string."""
        return str(self._get(key, (str, int), True))

    def integer(self, key: str) -> int:
        """Return an integer that must be there."""
        value: int = self._get(key, (int,), True)
        return value

    def integer_or_zero(self, key: str) -> int:
        """Return an integer; KSeF leaves counts out while they are nought."""
        return self._get(key, (int,), False) or 0

    def flag(self, key: str) -> bool:
        """Return a boolean, False when left out."""
        return bool(self._get(key, (bool,), False))

    def time(self, key: str) -> datetime:
        """Return an aware UTC time that must be there."""
        value = self.time_or_none(key)
        if value is None:
            raise self._fault(key, "is missing")
        return value

    def time_or_none(
        self, key: str, zone_if_none: tzinfo = timezone.utc
    ) -> datetime | None:
        """Return an aware UTC time, or None when left out."""
        text = self.text_or_none(key)
        try:
            return None if text is None else parse_time(text, zone_if_none)
        except ValueError:
            raise self._fault(key, "is not a time") from None

    def day(self, key: str) -> date:
        """Return a date without a time that must be there."""
        value = self.day_or_none(key)
        if value is None:
            raise self._fault(key, "is missing")
        return value

    def day_or_none(self, key: str) -> date | None:
        """Return a date, or None when left out; a time behind it is ignored."""
        text = self.text_or_none(key)
        try:
            return None if text is None else date.fromisoformat(text[:10])
        except ValueError:
            raise self._fault(key, "is not a date") from None

    def decimal(self, key: str) -> Decimal:
        """Return a number that must be there, as it was written."""
        value = Decimal(str(self._get(key, (Decimal, int, float), True)))
        if not value.is_finite() or abs(value.adjusted()) > _MOST_DIGITS:
            raise self._fault(key, "is not an amount")
        return value


class Fields(Scalars):
    """One JSON object of an answer: its plain values, and what lies deeper."""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings, empty when left out; null items are dropped."""
        items = self._get(key, (list,), False) or []
        return tuple(str(item) for item in items if item is not None)

    def list_or_empty(self, key: str) -> list[Any]:
        """Return a plain list, empty when left out."""
        return list(self._get(key, (list,), False) or [])

    def mapping(self, key: str) -> dict[str, Any]:
        """Return a plain object, empty when left out."""
        return dict(self._get(key, (dict,), False) or {})

    def one(self, key: str, reader: Callable[[Any], T]) -> T:
        """Return a nested message that must be there."""
        return reader(self._get(key, (dict,), True))

    def one_or_none(self, key: str, reader: Callable[[Any], T]) -> T | None:
        """Return a nested message, or None when left out."""
        value = self._get(key, (dict,), False)
        return None if value is None else reader(value)

    def many(self, key: str, reader: Callable[[Any], T]) -> tuple[T, ...]:
        """Return nested messages, empty when left out.

        The live ``…/invoices/failed`` leaves its list out although the schema
        requires it.
        """
        return tuple(reader(item) for item in self._get(key, (list,), False) or [])

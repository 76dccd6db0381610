"""Which range of time is asked for next, and where fetching stands after an answer.

Pure functions over aware times. The high-water mark is the moment up to which KSeF's
answers are complete and final. Source: KSeF documentation, incremental fetching (HWM).
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Protocol

from .messages_inbox import DateRange

RANGE_MONTHS = 3
#: A range of three months is refused when it is not a second shorter.
_TICK = timedelta(seconds=1)
#: Our clock and KSeF's may differ; a range that nearly reaches now gets an end.
_MARGIN = timedelta(days=1)


class Answer(Protocol):
    """A package, or what metadata queries have found."""

    @property
    def is_truncated(self) -> bool:
        """More was found than is in the answer."""

    @property
    def hwm(self) -> datetime | None:
        """High-water mark."""

    @property
    def last_permanent_storage_date(self) -> datetime | None:
        """Date of the last invoice in a truncated answer."""


def next_range(checkpoint: datetime, now: datetime) -> DateRange:
    """Return the range that begins at a checkpoint: to now, or three months.

    :param checkpoint: aware
    :param now: aware
    """
    latest = _plus_months(checkpoint, RANGE_MONTHS) - _TICK
    # An end close to now would pass for complete where no mark is told.
    end = None if now + _MARGIN < latest else min(latest, now - _MARGIN)
    return DateRange(checkpoint, end)


@dataclass(frozen=True)
class Step:
    """Where fetching stands after a package or query.

    :ivar checkpoint: where the next range begins; never before the last one did
    :ivar is_behind: more is waiting: go on at once
    :ivar is_stuck: the answer was cut off, yet its last date is its first: more
        invoices have one date than an answer can hold; needs other filters
    """

    checkpoint: datetime
    is_behind: bool = False
    is_stuck: bool = False


def advance(dates: DateRange, answer: Answer) -> Step:
    """Return the checkpoint after an answer.

    Cut off: the last date that is in it. Complete: the high-water mark, up to which
    nothing can come any more; or the end of the range, when that is earlier. Never now.

    :param dates: the range that was asked for, by ``PermanentStorage``
    """
    last = answer.last_permanent_storage_date
    if answer.is_truncated:
        # Behind the mark something may still come, even before the last date.
        reached = _reached(dates, last, answer.hwm if last else None)
        moved = reached > dates.start
        return Step(reached, is_behind=moved, is_stuck=not moved)
    reached = _reached(dates, answer.hwm, dates.end)
    is_whole_range = dates.end is not None and reached >= dates.end
    return Step(reached, is_behind=is_whole_range and reached > dates.start)


def _reached(dates: DateRange, *bounds: datetime | None) -> datetime:
    """Return the earliest bound, but never a time before the range."""
    known = [bound for bound in bounds if bound is not None]
    return max(min(known, default=dates.start), dates.start)


def _plus_months(moment: datetime, months: int) -> datetime:
    start = moment.astimezone(timezone.utc)
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)

"""Which day it is for KSeF, which days are working days, and what must be sent by when.

Pure functions: a calendar of Poland and the deadlines of the offline modes. All days
are days in Warsaw. Source: VAT act, art. 106nda, 106ne-106nh; act of 18 January 1951 on
days free from work (24 December since 2025).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from .calls import utcnow

WARSAW = ZoneInfo("Europe/Warsaw")

#: Month, day and first year of the holidays that keep their date.
_FIXED_HOLIDAYS = (
    (1, 1, 0),
    (1, 6, 2011),
    (5, 1, 0),
    (5, 3, 0),
    (8, 15, 0),
    (11, 1, 0),
    (11, 11, 0),
    (12, 24, 2025),
    (12, 25, 0),
    (12, 26, 0),
)
#: Easter Sunday and Monday, Pentecost, Corpus Christi: days after Easter Sunday.
_EASTER_OFFSETS = (0, 1, 49, 60)
_SATURDAY = 5

#: Art. 106nf: working days after the end of a failure.
FAILURE_WORKING_DAYS = 7


# -- calendar ------------------------------------------------------------


def today_in_warsaw(clock: Callable[[], datetime] = utcnow) -> date:
    """Return today's date in Poland.

    :param clock: returns aware now
    """
    return day_in_warsaw(clock())


def day_in_warsaw(moment: datetime) -> date:
    """Return the day in Poland of an aware moment."""
    return moment.astimezone(WARSAW).date()


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (anonymous algorithm)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (19 * golden + century - century // 4 - _moon_shift(century) + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _moon_shift(century: int) -> int:
    return (century - (century + 8) // 25 + 1) // 3


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """Return the days that are free from work by law, Sundays among them or not."""
    fixed = {
        date(year, month, day) for month, day, since in _FIXED_HOLIDAYS if year >= since
    }
    movable = {easter(year) + timedelta(days=offset) for offset in _EASTER_OFFSETS}
    return frozenset(fixed | movable)


def is_working_day(day: date) -> bool:
    """Tell whether a day is neither Saturday, Sunday nor a public holiday."""
    return day.weekday() < _SATURDAY and day not in public_holidays(day.year)


def next_working_day(day: date) -> date:
    """Return the first working day after a day."""
    return nth_working_day(day, 1)


def nth_working_day(day: date, number: int) -> date:
    """Return the working day with this number after a day, which is not counted.

    :param number: from 1; the day itself for 0 and less
    """
    for _each in range(number):
        day += timedelta(days=1)
        while not is_working_day(day):
            day += timedelta(days=1)
    return day


def working_days_between(start: date, end: date) -> int:
    """Count the working days after ``start`` up to and with ``end``."""
    days = range(1, (end - start).days + 1)
    return sum(is_working_day(start + timedelta(days=each)) for each in days)


# -- offline modes -------------------------------------------------------


class OfflineMode(str, Enum):
    """How an invoice was issued without KSeF."""

    #: The taxpayer's choice (art. 106nda).
    OFFLINE24 = "offline24"
    #: KSeF announced that it does not serve (art. 106nh).
    UNAVAILABILITY = "unavailability"
    #: The Minister announced a failure (art. 106nf).
    FAILURE = "failure"
    #: Announced in the mass media; such invoices are never sent (art. 106ng).
    TOTAL_FAILURE = "total_failure"


@dataclass(frozen=True)
class Outage:
    """A time in which KSeF did not serve, as announced.

    :ivar mode: the mode that it opens, never ``OFFLINE24``
    :ivar start: aware; of the notice
    :ivar end: aware; None while it lasts
    """

    mode: OfflineMode
    start: datetime
    end: datetime | None = None

    @property
    def first_day(self) -> date:
        """Day in Warsaw on which it was announced."""
        return day_in_warsaw(self.start)

    @property
    def last_day(self) -> date | None:
        """Day in Warsaw on which it ended."""
        return None if self.end is None else day_in_warsaw(self.end)


class Duty(str, Enum):
    """What the law wants now."""

    #: Send by ``Deadline.day``.
    SEND = "send"
    #: The outage lasts; the deadline begins with its end.
    WAIT = "wait"
    #: Such an invoice is not sent (any more).
    NONE = "none"


@dataclass(frozen=True)
class Deadline:
    """Until when an invoice must be in KSeF.

    :ivar day: last day, in Warsaw; only with ``SEND``
    :ivar article: of the VAT act
    :ivar outage: what the deadline is counted from, None when from P_1
    """

    duty: Duty
    day: date | None
    article: str
    outage: Outage | None = None

    @property
    def ends_at(self) -> datetime | None:
        """First moment after the deadline, aware (midnight in Warsaw)."""
        if self.day is None:
            return None
        following = self.day + timedelta(days=1)
        return datetime(following.year, following.month, following.day, tzinfo=WARSAW)

    def is_missed(self, today: date) -> bool:
        """Tell whether ``today`` is too late."""
        return self.day is not None and today > self.day

    def working_days_left(self, today: date) -> int | None:
        """Return how many working days remain after today; None without a day."""
        return None if self.day is None else working_days_between(today, self.day)


def sending_deadline(
    mode: OfflineMode, issue_date: date, outages: Iterable[Outage] = ()
) -> Deadline:
    """Return the deadline of an invoice issued offline.

    A failure that is announced while a deadline runs, or in which the invoice was
    issued, moves the deadline to seven working days after its end; the next such
    failure moves it again. A total failure in that time ends the duty. An
    unavailability moves nothing but the deadline of the invoices issued in it.

    :param issue_date: P_1
    :param outages: all that are known, in any order; those of other times are ignored
    """
    if mode is OfflineMode.TOTAL_FAILURE:
        return Deadline(Duty.NONE, None, _ARTICLES[mode])
    known = sorted(outages, key=lambda outage: outage.start)
    deadline = _first_deadline(mode, issue_date, known)
    for outage in known:
        if outage.mode in _MOVING and _concerns(outage, issue_date, deadline):
            deadline = _moved(outage, deadline)
    return deadline


_ARTICLES = {
    OfflineMode.OFFLINE24: "106nda",
    OfflineMode.UNAVAILABILITY: "106nh",
    OfflineMode.FAILURE: "106nf",
    OfflineMode.TOTAL_FAILURE: "106ng",
}
_MOVING = (OfflineMode.FAILURE, OfflineMode.TOTAL_FAILURE)


def _first_deadline(
    mode: OfflineMode, issue_date: date, outages: list[Outage]
) -> Deadline:
    """Return the deadline before anything moves it."""
    own = [
        outage
        for outage in outages
        if outage.mode is mode and _lasts_on(outage, issue_date)
    ]
    if own:
        return _after(own[-1])
    # No outage of its kind is known for that day: the strictest rule is safe.
    return Deadline(Duty.SEND, next_working_day(issue_date), _ARTICLES[mode])


def _after(outage: Outage) -> Deadline:
    """Return the deadline that begins with the end of an outage."""
    article = _ARTICLES[outage.mode]
    if outage.last_day is None:
        return Deadline(Duty.WAIT, None, article, outage)
    number = FAILURE_WORKING_DAYS if outage.mode is OfflineMode.FAILURE else 1
    day = nth_working_day(outage.last_day, number)
    return Deadline(Duty.SEND, day, article, outage)


def _lasts_on(outage: Outage, day: date) -> bool:
    return outage.first_day <= day and (
        outage.last_day is None or day <= outage.last_day
    )


def _concerns(outage: Outage, issue_date: date, deadline: Deadline) -> bool:
    """Tell whether an outage falls into the time between issue and deadline.

    One that ended on the very day of issue may have been over before: it does not.
    """
    began_in_time = deadline.day is None or outage.first_day <= deadline.day
    over_before = outage.last_day is not None and outage.last_day <= issue_date
    return deadline.duty is not Duty.NONE and began_in_time and not over_before


def _moved(outage: Outage, deadline: Deadline) -> Deadline:
    """Return the deadline after a failure; the later one counts."""
    if outage.mode is OfflineMode.TOTAL_FAILURE:
        return Deadline(Duty.NONE, None, _ARTICLES[outage.mode], outage)
    later = _after(outage)
    if deadline.day is not None and later.day is not None and later.day < deadline.day:
        return deadline
    # While an outage lasts nothing is due, whatever ended meanwhile.
    if deadline.duty is Duty.WAIT and deadline.outage and later.duty is Duty.SEND:
        return deadline
    return later

"""Every day of 2026-2030: deadlines counted again from a printed calendar."""

from datetime import date, datetime, time, timedelta

import pytest

from ksef.deadlines import WARSAW, OfflineMode, Outage, sending_deadline

FIXED = [
    (1, 1),
    (1, 6),
    (5, 1),
    (5, 3),
    (8, 15),
    (11, 1),
    (11, 11),
    (12, 24),
    (12, 25),
    (12, 26),
]
#: Easter Monday and Corpus Christi as calendars print them.
MOVABLE = [
    date(2026, 4, 6),
    date(2026, 6, 4),
    date(2027, 3, 29),
    date(2027, 5, 27),
    date(2028, 4, 17),
    date(2028, 6, 15),
    date(2029, 4, 2),
    date(2029, 5, 31),
    date(2030, 4, 22),
    date(2030, 6, 20),
]
YEARS = range(2026, 2031)
FREE = {
    *(date(year, *day) for year in (*YEARS, 2031) for day in FIXED),
    *MOVABLE,
}
DAYS = [
    date(2026, 1, 1) + timedelta(days=number)
    for number in range((date(2031, 1, 1) - date(2026, 1, 1)).days)
]


def counted(start: date, working_days: int) -> date:
    """Return the working day that is so many after ``start``, day by day."""
    day = start
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < 5 and day not in FREE
    return day


def outage(mode: OfflineMode, day: date) -> Outage:
    """Return an outage from the morning to the noon of ``day`` in Warsaw."""
    begins, ends = (
        datetime.combine(day, time(hour), tzinfo=WARSAW) for hour in (7, 12)
    )
    return Outage(mode, begins, ends)


def test_the_calendar_is_of_five_years():
    assert (DAYS[0], DAYS[-1], len(DAYS)) == (
        date(2026, 1, 1),
        date(2030, 12, 31),
        1826,
    )


@pytest.mark.parametrize(
    ("mode", "with_outage", "working_days"),
    [
        (OfflineMode.OFFLINE24, False, 1),
        (OfflineMode.UNAVAILABILITY, True, 1),
        (OfflineMode.FAILURE, True, 7),
    ],
)
def test_each_day_of_five_years(mode, with_outage, working_days):
    wrong = {}
    for day in DAYS:
        outages = [outage(mode, day)] if with_outage else []
        found = sending_deadline(mode, day, outages).day
        if found != counted(day, working_days):
            wrong[day] = found
    assert not wrong

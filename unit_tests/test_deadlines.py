"""The Polish working-day calendar and the deadlines of the offline modes.

The dates were taken from printed calendars of 2026-2030, not from the code.
"""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ksef.deadlines import (
    Duty,
    OfflineMode,
    Outage,
    day_in_warsaw,
    easter,
    is_working_day,
    next_working_day,
    nth_working_day,
    public_holidays,
    sending_deadline,
    today_in_warsaw,
    working_days_between,
)

OFFLINE24 = OfflineMode.OFFLINE24
UNAVAILABILITY = OfflineMode.UNAVAILABILITY
FAILURE = OfflineMode.FAILURE
TOTAL = OfflineMode.TOTAL_FAILURE
WARSAW = ZoneInfo("Europe/Warsaw")

#: Year -> Easter Sunday, Corpus Christi (always a Thursday).
MOVABLE = {
    2026: ("2026-04-05", "2026-06-04"),
    2027: ("2027-03-28", "2027-05-27"),
    2028: ("2028-04-16", "2028-06-15"),
    2029: ("2029-04-01", "2029-05-31"),
    2030: ("2030-04-21", "2030-06-20"),
}


def day(text):
    return date.fromisoformat(text)


def at(text):
    """A moment in Warsaw."""
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def failure(start, end=None):
    return Outage(FAILURE, at(start), end and at(end))


def total(start, end=None):
    return Outage(TOTAL, at(start), end and at(end))


def unavailability(start, end=None):
    return Outage(UNAVAILABILITY, at(start), end and at(end))


# -- calendar ------------------------------------------------------------


@pytest.mark.parametrize("year", MOVABLE)
def test_easter_and_what_hangs_on_it(year):
    sunday, corpus_christi = map(day, MOVABLE[year])
    assert easter(year) == sunday
    assert sunday.weekday() == 6
    assert corpus_christi.weekday() == 3
    movable = {sunday, sunday + timedelta(1), sunday + timedelta(49), corpus_christi}
    assert movable <= public_holidays(year)


@pytest.mark.parametrize(
    ("year", "expected"),
    # The earliest, the latest and the hard ones of the calendar reform's tables.
    [
        (1818, "1818-03-22"),
        (1943, "1943-04-25"),
        (1954, "1954-04-18"),
        (1981, "1981-04-19"),
        (2000, "2000-04-23"),
        (2038, "2038-04-25"),
    ],
)
def test_easter_in_its_hard_years(year, expected):
    assert easter(year) == day(expected)


@pytest.mark.parametrize("year", MOVABLE)
def test_a_year_has_fourteen_holidays(year):
    fixed = ["01-01", "01-06", "05-01", "05-03", "08-15", "11-01", "11-11"]
    fixed += ["12-24", "12-25", "12-26"]
    assert {day(f"{year}-{each}") for each in fixed} <= public_holidays(year)
    assert len(public_holidays(year)) == 14


@pytest.mark.parametrize(
    ("year", "count"),
    # Weekdays of the year less the holidays that fall on one.
    [
        (2026, 261 - 8),
        (2027, 261 - 8),
        (2028, 260 - 9),
        (2029, 261 - 10),
        (2030, 261 - 11),
    ],
)
def test_working_days_of_a_year(year, count):
    assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


def test_christmas_eve_is_free_since_2025():
    assert is_working_day(day("2024-12-24"))
    assert not is_working_day(day("2025-12-24"))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-20", "2026-11-23"),  # Friday
        ("2026-11-21", "2026-11-23"),  # Saturday
        ("2026-12-23", "2026-12-28"),  # before Christmas, Sunday the 27th
        ("2027-12-23", "2027-12-27"),
        ("2028-12-22", "2028-12-27"),
        ("2026-12-31", "2027-01-04"),  # New Year's Day on a Friday
        ("2026-01-05", "2026-01-07"),  # Epiphany on a Tuesday
        ("2026-04-03", "2026-04-07"),  # Good Friday is a working day; Monday is not
        ("2026-06-03", "2026-06-05"),  # before Corpus Christi
        ("2029-04-30", "2029-05-02"),
        ("2029-05-02", "2029-05-04"),
        ("2030-04-30", "2030-05-02"),
        ("2030-05-02", "2030-05-06"),  # the 3rd is a Friday
        ("2026-11-10", "2026-11-12"),
    ],
)
def test_next_working_day(today, expected):
    assert next_working_day(day(today)) == day(expected)


@pytest.mark.parametrize(
    ("start", "number", "expected"),
    [
        ("2025-07-08", 7, "2025-07-17"),
        ("2026-12-18", 7, "2026-12-31"),
        ("2026-12-31", 7, "2027-01-13"),
        ("2027-03-25", 7, "2027-04-06"),  # over Easter
        ("2028-04-28", 7, "2028-05-11"),  # over the May holidays
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_nth_working_day(start, number, expected):
    assert nth_working_day(day(start), number) == day(expected)


def test_midnight_in_warsaw_begins_the_day():
    before = datetime(2026, 7, 1, 21, 59, tzinfo=timezone.utc)
    assert day_in_warsaw(before) == day("2026-07-01")
    assert day_in_warsaw(before + timedelta(minutes=1)) == day("2026-07-02")
    assert today_in_warsaw(lambda: before) == day("2026-07-01")


# -- deadlines -----------------------------------------------------------


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        ("2026-11-20", "2026-11-23"),
        ("2026-12-23", "2026-12-28"),
        ("2027-05-26", "2027-05-28"),
        ("2028-06-14", "2028-06-16"),
        ("2029-12-31", "2030-01-02"),
        ("2030-11-08", "2030-11-12"),
    ],
)
def test_offline24_next_working_day_after_p_1(issued, expected):
    deadline = sending_deadline(OFFLINE24, day(issued))
    assert (deadline.duty, deadline.day) == (Duty.SEND, day(expected))
    assert (deadline.article, deadline.outage) == ("106nda", None)


def test_unavailability_next_working_day_after_its_end():
    outage = unavailability("2026-11-20T18:00", "2026-11-21T06:00")
    deadline = sending_deadline(UNAVAILABILITY, day("2026-11-20"), [outage])
    assert (deadline.day, deadline.article) == (day("2026-11-23"), "106nh")
    assert deadline.outage == outage


def test_unavailability_that_lasts_leaves_the_day_open():
    outage = unavailability("2026-11-20T18:00")
    deadline = sending_deadline(UNAVAILABILITY, day("2026-11-20"), [outage])
    assert (deadline.duty, deadline.day) == (Duty.WAIT, None)
    assert deadline.ends_at is None
    assert not deadline.is_missed(day("2027-11-20"))
    assert deadline.working_days_left(day("2026-11-20")) is None


def test_end_of_an_outage_counts_by_the_day_in_warsaw():
    end = datetime(2026, 11, 22, 23, 30, tzinfo=timezone.utc)
    outage = Outage(UNAVAILABILITY, at("2026-11-20T18:00"), end)
    deadline = sending_deadline(UNAVAILABILITY, day("2026-11-20"), [outage])
    assert deadline.day == day("2026-11-24")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-10T08:00", "2026-03-11T12:00", "2026-03-20"),
        ("2026-12-17T08:00", "2026-12-18T12:00", "2026-12-31"),
        ("2027-12-22T08:00", "2027-12-23T12:00", "2028-01-04"),
        ("2028-04-12T08:00", "2028-04-13T12:00", "2028-04-25"),
        ("2029-04-26T08:00", "2029-04-27T12:00", "2029-05-10"),
        ("2030-06-18T08:00", "2030-06-19T12:00", "2030-07-01"),
    ],
)
def test_failure_seven_working_days_after_its_end(start, end, expected):
    outage = failure(start, end)
    deadline = sending_deadline(FAILURE, outage.first_day, [outage])
    assert (deadline.day, deadline.article) == (day(expected), "106nf")


def test_a_new_failure_starts_the_count_again():
    outages = [
        failure("2026-03-17T08:00", "2026-03-18T08:00"),
        failure("2026-03-10T08:00", "2026-03-11T08:00"),
    ]
    deadline = sending_deadline(FAILURE, day("2026-03-10"), outages)
    assert deadline.day == day("2026-03-27")
    assert deadline.outage == outages[0]


def test_a_failure_after_the_deadline_changes_nothing():
    outages = [
        failure("2026-03-10T08:00", "2026-03-11T08:00"),
        failure("2026-03-21T08:00", "2026-03-22T08:00"),
    ]
    deadline = sending_deadline(FAILURE, day("2026-03-10"), outages)
    assert deadline.day == day("2026-03-20")


@pytest.mark.parametrize("mode", [OFFLINE24, UNAVAILABILITY])
def test_a_failure_while_the_deadline_runs_moves_it(mode):
    outages = [
        unavailability("2026-03-10T06:00", "2026-03-10T07:00"),
        failure("2026-03-11T08:00", "2026-03-12T08:00"),
    ]
    deadline = sending_deadline(mode, day("2026-03-10"), outages)
    assert (deadline.day, deadline.article) == (day("2026-03-23"), "106nf")


def test_a_failure_on_the_last_day_still_moves_it():
    outage = failure("2026-11-23T23:30", "2026-11-24T01:00")
    deadline = sending_deadline(OFFLINE24, day("2026-11-20"), [outage])
    assert deadline.day == day("2026-12-03")


def test_failures_may_follow_each_other_into_the_moved_time():
    outages = [
        failure("2026-11-23T10:00", "2026-11-24T10:00"),
        failure("2026-12-03T10:00", "2026-12-04T10:00"),
        failure("2026-12-15T10:00", "2026-12-15T11:00"),
    ]
    deadline = sending_deadline(OFFLINE24, day("2026-11-20"), outages)
    assert deadline.day == day("2026-12-28")


def test_a_failure_that_lasts_stops_the_count():
    deadline = sending_deadline(
        OFFLINE24, day("2026-11-20"), [failure("2026-11-23T10:00")]
    )
    assert (deadline.duty, deadline.day) == (Duty.WAIT, None)


def test_an_invoice_of_the_taxpayers_choice_during_a_failure():
    outage = failure("2026-11-18T10:00", "2026-11-24T10:00")
    deadline = sending_deadline(OFFLINE24, day("2026-11-20"), [outage])
    assert deadline.day == day("2026-12-03")


def test_a_failure_that_ended_on_the_day_of_issue_gives_no_more_time():
    outage = failure("2026-11-18T10:00", "2026-11-20T10:00")
    deadline = sending_deadline(OFFLINE24, day("2026-11-20"), [outage])
    assert deadline.day == day("2026-11-23")


def test_an_outage_of_another_time_is_ignored():
    outages = [
        failure("2026-01-18T10:00", "2026-01-20T10:00"),
        unavailability("2026-01-18T10:00", "2026-01-20T10:00"),
        total("2026-01-18T10:00", "2026-01-20T10:00"),
    ]
    for mode in (OFFLINE24, UNAVAILABILITY, FAILURE):
        deadline = sending_deadline(mode, day("2026-11-20"), outages)
        assert deadline.day == day("2026-11-23")


def test_an_unavailability_moves_no_other_deadline():
    outage = unavailability("2026-11-23T00:10", "2026-11-25T08:00")
    deadline = sending_deadline(OFFLINE24, day("2026-11-20"), [outage])
    assert deadline.day == day("2026-11-23")


def test_an_unavailability_that_lasts_is_not_ended_by_a_failure_in_it():
    outages = [
        unavailability("2026-11-20T08:00"),
        failure("2026-11-20T10:00", "2026-11-21T08:00"),
    ]
    deadline = sending_deadline(UNAVAILABILITY, day("2026-11-20"), outages)
    assert deadline.duty is Duty.WAIT


def test_a_short_failure_never_brings_the_deadline_forward():
    outages = [
        unavailability("2026-03-10T06:00", "2026-04-10T07:00"),
        failure("2026-03-11T08:00", "2026-03-12T08:00"),
    ]
    deadline = sending_deadline(UNAVAILABILITY, day("2026-03-10"), outages)
    assert deadline.day == day("2026-04-13")


@pytest.mark.parametrize("mode", [OFFLINE24, UNAVAILABILITY, FAILURE])
def test_a_total_failure_while_the_deadline_runs_ends_the_duty(mode):
    outages = [
        failure("2026-11-20T10:00", "2026-11-20T12:00"),
        total("2026-11-23T10:00", "2026-11-30T10:00"),
        failure("2026-12-01T10:00", "2026-12-02T10:00"),
    ]
    deadline = sending_deadline(mode, day("2026-11-20"), outages)
    assert (deadline.duty, deadline.day) == (Duty.NONE, None)
    assert deadline.outage == outages[1]


def test_an_invoice_of_a_total_failure_is_never_sent():
    deadline = sending_deadline(TOTAL, day("2026-11-20"))
    assert (deadline.duty, deadline.day) == (Duty.NONE, None)
    assert deadline.article == "106ng"


def test_countdown():
    deadline = sending_deadline(OFFLINE24, day("2026-12-23"))
    assert deadline.working_days_left(day("2026-12-23")) == 1
    assert deadline.working_days_left(day("2026-12-28")) == 0
    assert not deadline.is_missed(day("2026-12-28"))
    assert deadline.is_missed(day("2026-12-29"))
    assert deadline.ends_at == at("2026-12-29T00:00")


def test_the_last_moment_of_a_summer_deadline():
    deadline = sending_deadline(OFFLINE24, day("2026-07-01"))
    utc = deadline.ends_at.astimezone(timezone.utc)
    assert utc == datetime(2026, 7, 2, 22, 0, tzinfo=timezone.utc)

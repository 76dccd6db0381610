"""Ranges of three months and checkpoints that lose nothing: pure functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest

from ksef.checkpoints import Step, advance, next_range
from ksef.messages_inbox import DateRange


def at(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=timezone.utc)


@dataclass
class Answer:
    hwm: datetime | None = None
    is_truncated: bool = False
    last_permanent_storage_date: datetime | None = None


NOW = at(11, 20, 12)
OPEN = DateRange(at(11, 1))
CLOSED = DateRange(at(2, 1), at(4, 30))


def cut_off(last, hwm=NOW):
    return Answer(hwm, True, last)


# -- ranges ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at(11, 1), None),
        (at(8, 25), None),
        # Three months less a second, counted by the calendar.
        (at(2, 1), at(5, 1) - timedelta(seconds=1)),
        (at(1, 31), at(4, 30) - timedelta(seconds=1)),
        # Nearly three months: an end, so that clocks may differ; never now, which
        # would pass for complete where KSeF tells no mark.
        (at(8, 21), NOW - timedelta(days=1)),
        (at(8, 20, 12), NOW - timedelta(days=1)),
    ],
)
def test_a_range_reaches_to_now_or_three_months(start, end):
    dates = next_range(start, NOW)
    assert (dates.start, dates.end, dates.restrict_to_hwm) == (start, end, True)


def test_the_end_of_february():
    start = datetime(2025, 11, 30, tzinfo=timezone.utc)
    assert next_range(start, NOW).end == at(2, 28) - timedelta(seconds=1)


def test_no_range_is_longer_than_a_hundred_days():
    """OpenAPI 2.9 speaks of 100 days in UTC."""
    for days in range(400):
        start = datetime(2025, 1, 1, tzinfo=timezone.utc) + timedelta(days=days)
        assert next_range(start, NOW).end - start < timedelta(days=93)


def test_the_first_run_walks_up_to_now():
    step, ranges = Step(at(2, 1), is_behind=True), []
    while step.is_behind:
        dates = next_range(step.checkpoint, NOW)
        ranges.append(dates)
        # For a range of the past the mark is its end.
        step = advance(dates, Answer(min(NOW, dates.end or NOW)))
    assert len(ranges) == 4
    assert [each.start for each in ranges[1:]] == [each.end for each in ranges[:-1]]
    assert step.checkpoint == NOW


# -- checkpoints ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("dates", "answer", "expected"),
    [
        # complete: the high-water mark
        (OPEN, Answer(at(11, 20, 11)), Step(at(11, 20, 11))),
        # complete, an end in the past: the end
        (CLOSED, Answer(at(4, 30)), Step(at(4, 30), is_behind=True)),
        (CLOSED, Answer(NOW), Step(at(4, 30), is_behind=True)),
        (CLOSED, Answer(None), Step(at(4, 30), is_behind=True)),
        # the mark is before the end of the range: no further than the mark
        (CLOSED, Answer(at(3, 1)), Step(at(3, 1))),
        # cut off: the last date in the answer, never the mark
        (OPEN, cut_off(at(11, 5)), Step(at(11, 5), is_behind=True)),
        (CLOSED, cut_off(at(3, 5)), Step(at(3, 5), is_behind=True)),
        # cut off behind the mark: the mark
        (OPEN, cut_off(at(11, 19), at(11, 18)), Step(at(11, 18), is_behind=True)),
        # nothing to go by
        (OPEN, Answer(None), Step(OPEN.start)),
        # never backwards
        (OPEN, Answer(at(10, 30)), Step(OPEN.start)),
        (OPEN, cut_off(at(10, 30)), Step(OPEN.start, is_stuck=True)),
        # cut off within one moment
        (OPEN, cut_off(OPEN.start), Step(OPEN.start, is_stuck=True)),
        (OPEN, cut_off(None), Step(OPEN.start, is_stuck=True)),
    ],
)
def test_where_fetching_stands_after_an_answer(dates, answer, expected):
    assert advance(dates, answer) == expected

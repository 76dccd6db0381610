"""Read the JSON file of a scenario: a day of KSeF as a table of events.

A file is an object with ``name``, ``start`` (ISO, optional), ``end`` and ``events``. An
event has ``at``, mostly ``for``, a ``note`` if wanted, and one of these keys:

* ``fault``: a kind of ``faults`` with its options (``path``, ``status``, ``share``…);
* ``latarnia``: a status, with ``title`` and ``text``; AVAILABLE again at its end;
* ``processing_seconds``, ``storage_seconds``, ``hwm_lag_seconds``: a slow hour;
* ``rotate_keys``: true, or ``"withdraw"`` for an emergency.

``at`` and ``end`` are "HH:MM[:SS]" in Warsaw on the day of ``start``, or "+HH:MM[:SS]"
after it; ``for`` is "HH:MM[:SS]". Who lets it happen is ``scenario``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .clock import WARSAW
from .faults import KINDS
from .latarnia import STATUSES

SETTINGS = ("processing_seconds", "storage_seconds", "hwm_lag_seconds")
_TIME = re.compile(r"(\+?)(\d{1,3}):(\d\d)(?::(\d\d))?")
_COMMON = {"at", "for", "note"}
_NUMBER = (int, float)
_FAULT_OPTIONS = {
    "times": int,
    "method": str,
    "path": str,
    "seconds": _NUMBER,
    "status": int,
    "retry_after": int,
    "told_after": int,
    "skip": int,
    "share": _NUMBER,
}


class ScenarioError(Exception):
    """The file does not say what it should; the text names the event."""


@dataclass(frozen=True)
class Event:
    """One thing that happens.

    :ivar at: after the start
    :ivar lasts: ``None``: it has no end
    :ivar action: a key of :data:`ACTIONS`
    """

    at: timedelta
    lasts: timedelta | None
    action: str
    value: Any
    options: dict[str, Any]
    note: str

    def squeezed(self, times: float) -> Event:
        """Return the event ``times`` faster."""
        lasts = None if self.lasts is None else self.lasts / times
        return replace(self, at=self.at / times, lasts=lasts)


@dataclass(frozen=True)
class Scenario:
    """A day.

    :ivar start: ``None``: whenever it is played
    :ivar length: from the start to the end
    """

    name: str
    start: datetime | None
    length: timedelta
    events: tuple[Event, ...]

    def squeezed(self, times: float) -> Scenario:
        """Return the day ``times`` faster, to be played at any time."""
        events = tuple(event.squeezed(times) for event in self.events)
        return Scenario(self.name, None, self.length / times, events)


@dataclass(frozen=True)
class Action:
    """What an event may say.

    :ivar takes: tell whether a value makes sense
    :ivar options: further keys of the event, and of which type they are
    """

    takes: Callable[[Any], bool]
    options: Mapping[str, Any] = field(default_factory=dict)

    def check(self, value: Any, options: Mapping[str, Any]) -> None:
        """Look at an event before it is played.

        :raises ScenarioError: naming what makes no sense
        """
        if not self.takes(value):
            raise ScenarioError(f"{value!r} is not known")
        for name, given in options.items():
            if name not in self.options or isinstance(given, bool):
                raise ScenarioError(f"{name}={given!r} is not known")
            if not isinstance(given, self.options[name]):
                raise ScenarioError(f"{name}={given!r} is of the wrong type")
        try:
            re.compile(options.get("path", ""))
        except re.error as error:
            raise ScenarioError(f"path: {error}") from error


def _is_seconds(value: Any) -> bool:
    return isinstance(value, _NUMBER) and not isinstance(value, bool) and value >= 0


ACTIONS: dict[str, Action] = {
    "fault": Action(lambda value: value in KINDS, _FAULT_OPTIONS),
    "latarnia": Action(lambda value: value in STATUSES, {"title": str, "text": str}),
    "rotate_keys": Action(lambda value: value in (True, "withdraw")),
    **{name: Action(_is_seconds) for name in SETTINGS},
}


def load(path: Path) -> Scenario:
    """Read a file.

    :raises ScenarioError: it can't be read or does not make sense
    """
    try:
        return read(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise ScenarioError(f"{path.name}: {error}") from error


def read(body: Any) -> Scenario:
    """Read what a file has.

    :raises ScenarioError: it does not make sense
    """
    if not isinstance(body, dict):
        raise ScenarioError("a scenario is an object")
    unknown = set(body) - {"name", "start", "end", "events"}
    if unknown or "end" not in body or not isinstance(body.get("events"), list):
        raise ScenarioError(
            f"a scenario has name, start, end and events; unknown: {sorted(unknown)}"
        )
    start = _start(body.get("start"))
    events = []
    for number, item in enumerate(body["events"], start=1):
        try:
            events.append(_event(item, start))
        except (ScenarioError, TypeError, ValueError) as error:
            raise ScenarioError(f"event {number}: {error}") from error
    events.sort(key=lambda event: event.at)
    name = str(body.get("name", "a day"))
    return Scenario(name, start, _offset(body["end"], start), tuple(events))


def _start(text: Any) -> datetime | None:
    """Read the start; without an offset it is Warsaw time."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError) as error:
        raise ScenarioError(f"start {text!r} is no date-time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=WARSAW)


def _event(item: Any, start: datetime | None) -> Event:
    """Read one event."""
    if not isinstance(item, dict) or "at" not in item:
        raise ScenarioError("an event is an object with 'at'")
    names = [name for name in ACTIONS if name in item]
    if len(names) != 1:
        raise ScenarioError(f"an event has one of {', '.join(ACTIONS)}")
    (name,) = names
    action, value = ACTIONS[name], item[name]
    options = {k: v for k, v in item.items() if k not in _COMMON | {name}}
    action.check(value, options)
    lasts = _duration(item["for"]) if "for" in item else None
    note = str(item.get("note", ""))
    return Event(_offset(item["at"], start), lasts, name, value, options, note)


def _parts(text: Any) -> tuple[bool, timedelta]:
    """Read "[+]HH:MM[:SS]"; the first value tells of the plus."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ScenarioError(f"{text!r} is not [+]HH:MM[:SS]")
    plus, hours, minutes, seconds = found.groups()
    length = timedelta(
        hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0)
    )
    return bool(plus), length


def _duration(text: Any) -> timedelta:
    return _parts(text)[1]


def _offset(text: Any, start: datetime | None) -> timedelta:
    """Read a moment as time after the start."""
    is_offset, length = _parts(text)
    if is_offset:
        return length
    if start is None:
        raise ScenarioError(f"{text!r} needs a 'start', or a plus in front")
    local = start.astimezone(WARSAW)
    # Wall time on the wall's calendar; the zone is applied to the sum.
    midnight = datetime.combine(local.date(), datetime.min.time())
    moment = (midnight + length).replace(tzinfo=WARSAW)
    # By the instant: a day may have 23 or 25 hours.
    offset = timedelta(seconds=moment.timestamp() - start.timestamp())
    if offset < timedelta():
        raise ScenarioError(f"{text!r} is before the start")
    return offset

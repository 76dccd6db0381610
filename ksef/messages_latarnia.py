"""What the ministry's status service ("Latarnia") says. Same rules as ``messages``.

No official document describes it; the shapes are those of the official clients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .deadlines import WARSAW, OfflineMode, Outage
from .errors import KsefProtocolError
from .wire import Fields


class ServiceState(str, Enum):
    """State of KSeF as announced."""

    AVAILABLE = "AVAILABLE"
    MAINTENANCE = "MAINTENANCE"
    FAILURE = "FAILURE"
    TOTAL_FAILURE = "TOTAL_FAILURE"
    #: Nobody knows: the service is not there, or says something new.
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, text: str) -> ServiceState:
        """Return the state with this name, ``UNKNOWN`` for a new one."""
        return cls(text) if text in cls.__members__ else cls.UNKNOWN


#: State or category of a message to the mode that it opens.
_MODES = {
    "MAINTENANCE": OfflineMode.UNAVAILABILITY,
    "FAILURE": OfflineMode.FAILURE,
    "TOTAL_FAILURE": OfflineMode.TOTAL_FAILURE,
}
FAILURE_END = "FAILURE_END"


@dataclass(frozen=True)
class ServiceMessage:
    """One message; times without an offset are read as those of Warsaw.

    :ivar event_id: the same for the messages of one event
    :ivar category: ``FAILURE | TOTAL_FAILURE | MAINTENANCE``
    :ivar type: ``FAILURE_START | FAILURE_END | MAINTENANCE_ANNOUNCEMENT``
    :ivar title: Polish, as ``text``
    """

    id: str
    event_id: str
    category: str
    type: str
    title: str
    text: str
    start: datetime | None
    end: datetime | None
    version: int
    published: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> ServiceMessage:
        """Read one item of ``messages``."""
        fields = Fields(data, "ServiceMessage")
        return cls(
            id=fields.word("id"),
            event_id=fields.word("eventId"),
            category=fields.text("category"),
            type=fields.text("type"),
            title=fields.text_or_none("title") or "",
            text=fields.text_or_none("text") or "",
            start=fields.time_or_none("start", WARSAW),
            end=fields.time_or_none("end", WARSAW),
            version=fields.integer_or_zero("version"),
            published=fields.time_or_none("published", WARSAW),
        )


@dataclass(frozen=True)
class ServiceStatus:
    """Answer of GET /status, or why there is none.

    :ivar asked_at: aware
    :ivar is_binding: the environment's service tells the truth; that of TEST shows
        made-up failures
    :ivar problem: why the state is unknown; no secret in it
    """

    state: ServiceState
    asked_at: datetime
    is_binding: bool
    messages: tuple[ServiceMessage, ...] = ()
    problem: str | None = field(default=None)

    @property
    def offline_mode(self) -> OfflineMode | None:
        """The mode to offer to a person; None when nothing is announced for sure."""
        return _MODES.get(self.state.value) if self.is_binding else None


def readable_messages(data: Any) -> tuple[ServiceMessage, ...]:
    """Return the messages of a list that can be read; the others are left out."""
    found = []
    for item in data if isinstance(data, list) else ():
        try:
            found.append(ServiceMessage.from_json(item))
        except KsefProtocolError:
            continue
    return tuple(found)


def outages_of(messages: Iterable[ServiceMessage]) -> tuple[Outage, ...]:
    """Join the messages of each event into the outage that they tell of.

    A failure ends with its message of the end; maintenance has both times from the
    beginning, and its newest version counts. Without an end it lasts until somebody
    says otherwise.
    """
    events: dict[tuple[str, str], list[ServiceMessage]] = {}
    for message in sorted(messages, key=lambda each: each.version):
        events.setdefault((message.event_id, message.category), []).append(message)
    outages = [_outage_of(category, told) for (_id, category), told in events.items()]
    known = [outage for outage in outages if outage is not None]
    return tuple(sorted(known, key=lambda outage: outage.start))


def _outage_of(category: str, told: list[ServiceMessage]) -> Outage | None:
    mode = _MODES.get(category)
    beginnings = [each for each in told if each.type != FAILURE_END] or told
    newest = beginnings[-1]
    start = newest.start or newest.published
    if mode is None or start is None:
        return None
    endings = [each for each in told if each.type == FAILURE_END]
    if endings:
        return Outage(mode, start, endings[-1].end or endings[-1].published)
    return Outage(mode, start, newest.end)

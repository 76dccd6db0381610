"""Latarnia: the Ministry's public status service, and what it announces.

It is a service of its own: whether KSeF answers is another question (``faults``).
Source: ksef-api.md §1.2, case 99. How the real one numbers its messages is known from
one example only; what follows from it is policy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .clock import offset_text

AVAILABLE = "AVAILABLE"
MAINTENANCE = "MAINTENANCE"
FAILURE = "FAILURE"
TOTAL_FAILURE = "TOTAL_FAILURE"
STATUSES = (AVAILABLE, MAINTENANCE, FAILURE, TOTAL_FAILURE)
MESSAGE_TYPES = ("FAILURE_START", "FAILURE_END", "MAINTENANCE_ANNOUNCEMENT")

_TITLES = {
    ("FAILURE_START", FAILURE): "Awaria KSeF",
    ("FAILURE_END", FAILURE): "Zakończenie awarii KSeF",
    ("FAILURE_START", TOTAL_FAILURE): "Awaria całkowita KSeF",
    ("FAILURE_END", TOTAL_FAILURE): "Zakończenie awarii całkowitej KSeF",
    ("MAINTENANCE_ANNOUNCEMENT", MAINTENANCE): "Prace serwisowe KSeF",
}
_SERIES = {FAILURE: "AWR", TOTAL_FAILURE: "AWR", MAINTENANCE: "PRS"}


@dataclass(frozen=True)
class Message:
    """One announcement.

    :ivar event_id: the same for the start and the end of one failure
    :ivar category: a status other than AVAILABLE
    """

    number: int
    event_id: int
    category: str
    type: str
    title: str
    text: str
    start: datetime
    end: datetime | None
    version: int
    published: datetime

    def as_json(self) -> dict[str, Any]:
        """Return the object of the service; an open end is null."""
        return {
            "id": f"K/{self.published:%Y}/{_SERIES[self.category]}/{self.number:02d}",
            "eventId": self.event_id,
            "category": self.category,
            "type": self.type,
            "title": self.title,
            "text": self.text,
            "start": _moment(self.start),
            "end": _moment(self.end) if self.end else None,
            "version": self.version,
            "published": _moment(self.published),
        }


@dataclass(frozen=True)
class Declaration:
    """What is to be announced.

    :ivar title: empty takes the usual one
    :ivar end: known in advance for maintenance only
    """

    status: str
    title: str = ""
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass
class Latarnia:
    """The service's state: what holds now, and every message so far."""

    status: str = AVAILABLE
    messages: list[Message] = field(default_factory=list)

    def declare(self, wanted: Declaration, now: datetime) -> None:
        """Change the status; a failure that was on ends, a new one begins.

        The same status again is a new version of the announcement.
        """
        same = wanted.status == self.status
        if self.status in (FAILURE, TOTAL_FAILURE) and not same:
            self._end_failure(wanted, now)
        if wanted.status != AVAILABLE:
            self._announce(wanted, now, self.messages[-1] if same else None)
        self.status = wanted.status

    def current(self) -> list[Message]:
        """Return the messages of what holds now; none when KSeF is available."""
        if self.status == AVAILABLE or not self.messages:
            return []
        event = self.messages[-1].event_id
        return [message for message in self.messages if message.event_id == event]

    def _announce(
        self, wanted: Declaration, now: datetime, earlier: Message | None
    ) -> None:
        """Publish the start of a failure, or maintenance."""
        is_planned = wanted.status == MAINTENANCE
        kind = "MAINTENANCE_ANNOUNCEMENT" if is_planned else "FAILURE_START"
        start = wanted.start or (earlier.start if earlier else now)
        self.messages.append(
            Message(
                number=len(self.messages) + 1,
                event_id=earlier.event_id if earlier else self._next_event(),
                category=wanted.status,
                type=kind,
                title=wanted.title or _TITLES[kind, wanted.status],
                text=wanted.text or f"{_TITLES[kind, wanted.status]} (symulator).",
                start=start,
                end=wanted.end,
                version=earlier.version + 1 if earlier else 1,
                published=now,
            )
        )

    def _end_failure(self, wanted: Declaration, now: datetime) -> None:
        """Publish the end of the failure that was on."""
        started = self.messages[-1]
        title = _TITLES["FAILURE_END", self.status]
        is_over = wanted.status == AVAILABLE
        self.messages.append(
            Message(
                number=len(self.messages) + 1,
                event_id=started.event_id,
                category=self.status,
                type="FAILURE_END",
                title=(is_over and wanted.title) or title,
                text=(is_over and wanted.text) or f"{title} (symulator).",
                start=started.start,
                end=(wanted.end if is_over else wanted.start) or now,
                version=1,
                published=now,
            )
        )

    def _next_event(self) -> int:
        return max((message.event_id for message in self.messages), default=0) + 1


def _moment(moment: datetime) -> str:
    """Write whole seconds, as the service does."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}{offset_text(moment)}"

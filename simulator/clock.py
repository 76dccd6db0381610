"""The simulator's only source of time: real, shifted, or frozen.

Nothing else in the package asks the system for the time, so that expiry, rate windows
and midnight can be tested in milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from threading import Lock
from zoneinfo import ZoneInfo

UTC = timezone.utc
WARSAW = ZoneInfo("Europe/Warsaw")


def system_time() -> datetime:
    """Return the system's time, aware, UTC."""
    return datetime.now(UTC)


class Clock:
    """A clock that runs with ``source`` unless it is frozen, and can be moved."""

    def __init__(self, source: Callable[[], datetime] = system_time) -> None:
        self._source = source
        self._offset = timedelta()
        self._frozen_at: datetime | None = None
        self._lock = Lock()

    def now(self) -> datetime:
        """Return the current simulated moment, aware, UTC."""
        with self._lock:
            base = self._frozen_at if self._frozen_at is not None else self._source()
            return base + self._offset

    def today_in_warsaw(self) -> date:
        """Return the calendar day in Warsaw, the one that invoice rules use."""
        return self.now().astimezone(WARSAW).date()

    def advance(self, seconds: float) -> None:
        """Move the clock by ``seconds`` (forward when positive)."""
        with self._lock:
            self._offset += timedelta(seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Make the clock show ``moment`` (aware) now; it goes on running or frozen."""
        with self._lock:
            base = self._frozen_at if self._frozen_at is not None else self._source()
            self._offset = moment.astimezone(UTC) - base

    def freeze(self) -> None:
        """Stop the clock at the moment that it shows; only advance and set move it."""
        with self._lock:
            if self._frozen_at is None:
                self._frozen_at = self._source()

    def resume(self) -> None:
        """Let a frozen clock run on from the moment that it shows."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset += self._frozen_at - self._source()
                self._frozen_at = None

    def reset(self) -> None:
        """Go back to the time of the source, running."""
        with self._lock:
            self._offset = timedelta()
            self._frozen_at = None

    @property
    def is_frozen(self) -> bool:
        """Tell whether the clock stands still."""
        return self._frozen_at is not None


def isoformat(moment: datetime) -> str:
    """Write a moment as KSeF does: seven fractional digits and an offset.

    Source: ksef-api.md §1.6.
    """
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}0{offset_text(moment)}"


def offset_text(moment: datetime) -> str:
    """Write the UTC offset of an aware moment as ``+HH:MM``."""
    text = f"{moment:%z}"
    return f"{text[:3]}:{text[3:5]}"

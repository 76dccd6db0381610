"""Count requests in sliding windows of a second, a minute and an hour.

Pure bookkeeping: no HTTP, no clock of its own. A refused request is not counted, so that
a client that waits as told is let through. Called by ``rate_limits``.
Source: ksef-api.md §12.2; windows slide, nothing resets on the full hour (case 87).
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

UNLIMITED = -1


@dataclass(frozen=True)
class Limit:
    """How many requests fit into each window; -1 means any number."""

    per_second: int
    per_minute: int = UNLIMITED
    per_hour: int = UNLIMITED

    def windows(self) -> Iterable[tuple[int, int]]:
        """Return (allowed, window length in seconds), limited windows only."""
        all_windows = ((self.per_second, 1), (self.per_minute, 60), (self.per_hour, 3600))
        return [window for window in all_windows if window[0] != UNLIMITED]


class SlidingWindows:
    """The moments of the accepted requests of the last hour, by counter key."""

    def __init__(self) -> None:
        self._moments: dict[Hashable, deque[float]] = {}
        self._lock = Lock()

    def register(self, key: Hashable, limit: Limit, now: datetime) -> int:
        """Count one request.

        :return: 0 if it may pass, else the whole seconds until one may
        """
        instant = now.timestamp()
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            _drop_older_than(moments, instant - 3600)
            wait = max(
                (_wait(moments, instant, *window) for window in limit.windows()),
                default=0.0,
            )
            if wait <= 0:
                moments.append(instant)
                return 0
        return max(1, math.ceil(wait))

    def clear(self) -> None:
        """Forget every request."""
        with self._lock:
            self._moments.clear()


def _drop_older_than(moments: deque[float], horizon: float) -> None:
    while moments and moments[0] <= horizon:
        moments.popleft()


def _wait(moments: deque[float], instant: float, allowed: int, seconds: int) -> float:
    """Return the seconds until the window has room for one more; 0 if it has."""
    inside = [moment for moment in moments if moment > instant - seconds]
    if len(inside) < allowed:
        return 0.0
    if not allowed:
        return float(seconds)
    return inside[-allowed] + seconds - instant

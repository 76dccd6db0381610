"""Sliding-window limits, counted per (context, source address) or per address.

Source: ksef-api.md §12.2 and ``x-rate-limits`` of the OpenAPI document 2.9. The
values of PRD are the default; ``Config.rate_limits = "off"`` switches the check off.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from datetime import datetime

from .errors import TooManyRequests
from .routes import Call
from .state import State

WINDOWS = (
    ("perSecond", 1, "sekundę"),
    ("perMinute", 60, "minutę"),
    ("perHour", 3600, "godzinę"),
)
PRD_LIMITS: dict[str, dict[str, int]] = {
    name: dict(zip(("perSecond", "perMinute", "perHour"), values, strict=True))
    for name, values in {
        "onlineSession": (10, 30, 120),
        "onlineSessionClose": (20, 60, 240),
        "batchSession": (10, 20, 60),
        "batchSessionClose": (20, 40, 120),
        "invoiceSend": (10, 30, 180),
        "invoiceStatus": (30, 120, 1200),
        "sessionList": (5, 10, 60),
        "sessionInvoiceList": (10, 20, 200),
        "sessionMisc": (10, 120, 1200),
        "invoiceMetadata": (8, 16, 20),
        "invoiceExport": (8, 16, 20),
        "invoiceExportStatus": (10, 60, 600),
        "invoiceDownload": (8, 16, 64),
        "collectiveIdentifier": (20, 120, 240),
        "other": (10, 30, 120),
        "anonymous": (60, -1, -1),
        "global": (75, -1, -1),
    }.items()
}


class RateLimiter:
    """Remembers the moments of the calls of the last hour, per counter."""

    def __init__(self) -> None:
        self._calls: dict[tuple[str, ...], list[float]] = defaultdict(list)

    def reset(self) -> None:
        """Forget every call."""
        self._calls.clear()

    def check(self, call: Call) -> None:
        """Count the call, or refuse it.

        :raises TooManyRequests: with the seconds until the fullest window has room
        """
        group = call.route.group
        if group is None or is_off(call):
            return
        address = call.client_ip
        self._count(("global", address), PRD_LIMITS["global"], call.now)
        if group == "anonymous" or call.auth is None:
            self._count(("anonymous", address), PRD_LIMITS["anonymous"], call.now)
            return
        context = call.auth.context
        limits = effective_limits(call.state, context)[group]
        counter = (call.route.counter, context.type, context.value, address)
        self._count(counter, limits, call.now)

    def _count(
        self, counter: tuple[str, ...], limits: dict[str, int], now: datetime
    ) -> None:
        """Add ``now`` to a counter unless one of its windows is full."""
        moments, moment = self._calls[counter], now.timestamp()
        del moments[: bisect_left(moments, moment - 3600)]
        full = [window for window in WINDOWS if _wait(moments, limits, window, moment)]
        if full:
            worst = max(full, key=lambda window: _wait(moments, limits, window, moment))
            seconds = max(1, math.ceil(_wait(moments, limits, worst, moment)))
            raise TooManyRequests(
                f"Przekroczono limit {limits[worst[0]]} żądań na {worst[2]}. "
                f"Spróbuj ponownie po {seconds} sekundach.",
                seconds,
            )
        moments.append(moment)


def _wait(
    moments: list[float],
    limits: dict[str, int],
    window: tuple[str, int, str],
    moment: float,
) -> float:
    """Return the seconds until a window has room for one more call; 0 when it has."""
    name, seconds, _word = window
    limit = limits[name]
    inside = len(moments) - bisect_left(moments, moment - seconds + 1e-6)
    if limit < 0 or inside < limit:
        return 0.0
    if not limit:
        return float(seconds)
    return moments[-limit] + seconds - moment


#: What is told where the limits are switched off: a client that plans never waits.
OUT_OF_REACH = {"perSecond": 1_000_000, "perMinute": 1_000_000, "perHour": 1_000_000}


def is_off(call: Call) -> bool:
    """Tell whether the defaults are off and no test call has set limits here."""
    if call.config.rate_limits != "off":
        return False
    return call.auth is None or call.auth.context not in call.state.rate_limits


def effective_limits(state: State, context: object) -> dict[str, dict[str, int]]:
    """Return the limits of a context: PRD's, with what testdata changed."""
    changed = state.rate_limits.get(context)  # type: ignore[call-overload]
    return {**PRD_LIMITS, **changed} if changed else PRD_LIMITS

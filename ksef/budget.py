"""How many requests KSeF still takes, and when it takes the next one.

Plans one context (company and environment) by the sliding windows of GET /rate-limits;
until they are known, by the values of PRD. No clock, no storage: the caller passes the
time and keeps :meth:`Budget.to_json` between runs, under a lock of its own when several
workers share a context. KSeF counts per context and source address, and so should the
caller keep it. Source: KSeF OpenAPI 2.9.0, ``x-rate-limits``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from itertools import accumulate, pairwise
from typing import Any

from . import routes
from .messages import RateLimit, RateLimits

#: Values of PRD, requests per second, minute and hour; -1 is "no limit".
PRD_LIMITS = RateLimits(
    {
        "onlineSession": RateLimit(10, 30, 120),
        "onlineSessionClose": RateLimit(20, 60, 240),
        "batchSession": RateLimit(10, 20, 60),
        "batchSessionClose": RateLimit(20, 40, 120),
        "invoiceSend": RateLimit(10, 30, 180),
        "invoiceStatus": RateLimit(30, 120, 1200),
        "sessionList": RateLimit(5, 10, 60),
        "sessionInvoiceList": RateLimit(10, 20, 200),
        "sessionMisc": RateLimit(10, 120, 1200),
        "invoiceMetadata": RateLimit(8, 16, 20),
        "invoiceExport": RateLimit(8, 16, 20),
        "invoiceExportStatus": RateLimit(10, 60, 600),
        "invoiceDownload": RateLimit(8, 16, 64),
        "collectiveIdentifier": RateLimit(20, 120, 240),
        "other": RateLimit(10, 30, 120),
        "anonymous": RateLimit(60, -1, -1),
        "global": RateLimit(75, -1, -1),
    }
)

#: Another server's clock may be ahead by so much; what lies later is rubbish.
_SKEW_MS = 60_000
_WINDOWS_MS = (1_000, 60_000, 3_600_000)
_LONGEST_MS = _WINDOWS_MS[-1]
#: No block of KSeF lasts longer; a clock that was set back must not make one.
_LONGEST_BLOCK_MS = 24 * _LONGEST_MS
#: Limits may be changed by the authority at any time; read them once a day.
LIMITS_LIVE = timedelta(days=1)

_PATTERNS = tuple(
    (route.method, re.compile(re.sub(r"\{\w+\}", "[^/]+", route.template)), route)
    for route in routes.ALL
)


def counter_of(method: str, path: str) -> str | None:
    """Return what a request counts against, as the methods of the budget take it.

    Fits ``target`` of :class:`~.transport.RequestRecord`.

    :param path: below the API base, or an absolute address
    :return: a group, ``other:<endpoint>`` for those with a counter of their own, None
        for storage addresses, which are not limited
    """
    if "://" in path:
        return None
    for route_method, pattern, route in _PATTERNS:
        if route_method == method and pattern.fullmatch(path):
            return counter_of_route(route)
    return f"{routes.OTHER}:{method} {path}"


def counter_of_route(route: routes.Route) -> str:
    """Return what calls of a route count against."""
    if route.group != routes.OTHER:
        return route.group
    return f"{routes.OTHER}:{route.method} {route.template}"


class Budget:
    """The requests of one context in the last hour, and what is still free.

    ``group`` is a name of GET /rate-limits or what :func:`counter_of` returns. Unknown
    groups have the limits of ``other``. All times are aware.

    :param limits: of GET /rate-limits; None: not known, those of PRD
    :param limits_known_at: when they were read
    """

    def __init__(
        self,
        limits: RateLimits | None = None,
        limits_known_at: datetime | None = None,
    ) -> None:
        self._limits = limits
        self._limits_known_at = limits_known_at
        self._calls: dict[str, list[int]] = {}
        self._blocked: dict[str, int] = {}

    @property
    def limits(self) -> RateLimits:
        """The limits that are planned with."""
        return self._limits or PRD_LIMITS

    def learn(self, limits: RateLimits, now: datetime) -> None:
        """Plan with the limits that KSeF has just told."""
        self._limits, self._limits_known_at = limits, now

    def wants_limits(self, now: datetime) -> bool:
        """Tell whether GET /rate-limits should be asked (again): once a day."""
        known_at = self._limits_known_at
        return known_at is None or not timedelta(0) <= now - known_at < LIMITS_LIVE

    def record(self, group: str, now: datetime) -> None:
        """Count a request; every attempt counts, answered or not."""
        moment = _milliseconds(now)
        calls = self._pruned(group, moment)
        calls.append(moment)
        calls.sort()
        self._calls[group] = calls

    def block(self, group: str, now: datetime, seconds: float) -> None:
        """Take in a 429: nothing is allowed for so long (``Retry-After``)."""
        until = _milliseconds(now) + math.ceil(max(seconds, 0.0) * 1000)
        self._blocked[group] = max(until, self._blocked.get(group, 0))

    def next_allowed(self, group: str, now: datetime) -> datetime:
        """Return the first moment at which KSeF takes a request; ``now`` or later."""
        moment = _milliseconds(now)
        wait = self._wait(group, moment)
        return now if wait <= 0 else now + timedelta(milliseconds=wait)

    def is_allowed(self, group: str, now: datetime) -> bool:
        """Tell whether a request may be sent now."""
        return self._wait(group, _milliseconds(now)) <= 0

    def available(self, group: str, now: datetime) -> int | None:
        """Return how many requests fit into minute and hour now; None: no limit.

        The second's window is left out: it is over before the caller notices.
        """
        moment = _milliseconds(now)
        if self._blocked.get(group, 0) > moment:
            return 0
        calls = self._pruned(group, moment)
        windows = tuple(zip(self._limits_of(group), _WINDOWS_MS, strict=True))[1:]
        free = [
            limit - _inside(calls, moment, window)
            for limit, window in windows
            if limit >= 0
        ]
        return max(min(free), 0) if free else None

    # -- keeping ---------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain JSON values: counts and times, no secret."""
        known_at = self._limits_known_at
        return {
            "calls": {name: _deltas(calls) for name, calls in self._calls.items()},
            "blocked": dict(self._blocked),
            "limits": _limits_to_json(self._limits),
            "limitsKnownAt": None if known_at is None else _milliseconds(known_at),
        }

    @classmethod
    def from_json(cls, data: Any) -> Budget:
        """Read a kept state; an unreadable one begins anew, which costs a 429 at most.

        :param data: what :meth:`to_json` returned, or None
        """
        try:
            return cls._read(data) if data else cls()
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            return cls()

    @classmethod
    def _read(cls, data: Mapping[str, Any]) -> Budget:
        limits, known_at = data.get("limits"), data.get("limitsKnownAt")
        budget = cls(
            limits
            and RateLimits({k: RateLimit(*map(int, v)) for k, v in limits.items()}),
            None if known_at is None else _moment(known_at),
        )
        for name, deltas in data["calls"].items():
            budget._calls[str(name)] = list(accumulate(map(int, deltas)))
        for name, until in data["blocked"].items():
            budget._blocked[str(name)] = int(until)
        return budget

    # -- windows ---------------------------------------------------------

    def _limits_of(self, group: str) -> tuple[int, int, int]:
        name = group.partition(":")[0]
        for source in (self.limits, PRD_LIMITS):
            limit = source.groups.get(name)
            if limit is not None:
                return limit.per_second, limit.per_minute, limit.per_hour
        return self._limits_of(routes.OTHER)

    def _pruned(self, group: str, moment: int) -> list[int]:
        """Return the calls that a window may still hold, and forget the others."""
        calls = [
            call
            for call in self._calls.get(group, ())
            if moment - _LONGEST_MS < call <= moment + _SKEW_MS
        ]
        self._calls[group] = calls
        return calls

    def _wait(self, group: str, moment: int) -> int:
        """Return the milliseconds until every window has room."""
        calls = self._pruned(group, moment)
        waits = [min(self._blocked.get(group, 0) - moment, _LONGEST_BLOCK_MS)]
        for limit, window in zip(self._limits_of(group), _WINDOWS_MS, strict=True):
            if limit == 0:
                waits.append(window)
            elif limit > 0 and _inside(calls, moment, window) >= limit:
                # Room comes when the limit-th newest call leaves the window.
                waits.append(calls[-limit] + window - moment)
        return max(waits)


def _inside(calls: list[int], moment: int, window: int) -> int:
    return sum(call > moment - window for call in calls)


def _milliseconds(moment: datetime) -> int:
    # Rounded up: a call is rather counted too long than too short.
    return math.ceil(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


def _deltas(calls: list[int]) -> list[int]:
    """Return the first moment and the steps to the next ones: a third of the length."""
    return [*calls[:1], *(after - before for before, after in pairwise(calls))]


def _limits_to_json(limits: RateLimits | None) -> dict[str, list[int]] | None:
    if limits is None:
        return None
    return {
        name: [limit.per_second, limit.per_minute, limit.per_hour]
        for name, limit in limits.groups.items()
    }

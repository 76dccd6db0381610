"""The request log: what was called and what came of it, without secrets.

No header, no body and no query of a signed storage address is ever kept.
"""

from __future__ import annotations

import itertools
from collections import deque
from datetime import datetime

from werkzeug import Request

from .state import LoggedRequest

KEPT_REQUESTS = 20_000
SECRET_PATHS = ("/storage/", "/certificate/", "/invoice/")


class RequestLog:
    """The last requests, oldest first; iterate over it or call ``entries``."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=KEPT_REQUESTS)
        self._numbers = itertools.count(1)

    def start(self, request: Request, now: datetime) -> LoggedRequest:
        """Note a request that arrived; the caller fills in how it ended."""
        hides = request.path.startswith(SECRET_PATHS)
        entry = LoggedRequest(
            number=next(self._numbers),
            at=now,
            method=request.method,
            path=request.path,
            query="" if hides else request.query_string.decode("latin-1"),
        )
        if not request.path.startswith("/_sim"):
            self._entries.append(entry)
        return entry

    def entries(self, method: str = "", path: str = "") -> list[LoggedRequest]:
        """Return the entries of a method (empty: any) whose path contains ``path``."""
        return [
            entry
            for entry in list(self._entries)
            if (not method or entry.method == method) and path in entry.path
        ]

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

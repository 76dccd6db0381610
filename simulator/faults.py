"""Faults on demand: the bad days of a network, called up by tests.

A fault is asked for in advance for the next N calls that match; ``timeout_after`` is
the most valuable: the server did it, the client does not know.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from threading import Event, Lock

from werkzeug import Request, Response

from .clock import Clock
from .errors import TooManyRequests, Unauthorized, render
from .routes import LATARNIA_PREFIX
from .state import LoggedRequest

_PART_HASH = re.compile(rb'"partHash": "[^"]*"')
_WRONG_PART_HASH = b'"partHash": "' + b"A" * 43 + b'="'
Respond = Callable[[Request, LoggedRequest], Response]
Strike = Callable[["Fault", Request, LoggedRequest, Respond], Response]
Effect = Callable[["Fault", Request], None]
KINDS = (
    "rate_limit",
    "error",
    "error_after",
    "unauthorized",
    "waf",
    "forbidden",
    "html",
    "wrong_part_hash",
    "slow",
    "malformed",
    "timeout_before",
    "timeout_after",
    "cut_before",
    "cut_after",
    "session_ended",
    "login_revoked",
    "stalled",
)


class ConnectionCut(ConnectionError):
    """Raised when the connection was closed on purpose."""


@dataclass
class Fault:
    """One kind of trouble for a number of calls.

    :ivar kind: a key of ``Faults.kinds``
    :ivar times: how many matching calls are hit; they are counted down
    :ivar method: HTTP method, empty for any
    :ivar path: regular expression, searched in the path; empty for any, but not for
        Latarnia, which is another service
    :ivar seconds: how long ``slow`` and the timeouts wait, and ``stalled`` work stands
    :ivar status: HTTP status of ``error``
    :ivar retry_after: seconds in the header of ``rate_limit``
    :ivar told_after: seconds in its text, when they shall differ (case 104)
    :ivar skip: matching calls that pass before the fault begins
    :ivar share: part of the matching calls that are hit, 0 to 1
    :ivar since: simulated moment at which it begins
    :ivar until: simulated moment at which it ends; till then ``times`` does not count
    """

    kind: str
    times: int = 1
    method: str = ""
    path: str = ""
    seconds: float = 1.0
    status: int = 500
    retry_after: int = 30
    told_after: int | None = None
    skip: int = 0
    share: float = 1.0
    since: datetime | None = None
    until: datetime | None = None

    def matches(self, request: Request, now: datetime) -> bool:
        """Tell whether the request is one that the fault is meant for."""
        if self.method not in ("", request.method):
            return False
        if self.since is not None and now < self.since:
            return False
        if not self.path:
            return not request.path.startswith(LATARNIA_PREFIX)
        return bool(re.search(self.path, request.path))

    def is_over(self, now: datetime) -> bool:
        """Tell whether its time has passed."""
        return self.until is not None and now >= self.until


class Faults:
    """The faults that wait for their calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Fault] = []
        self._lock = Lock()
        self._random = Random(0)
        self.stopping = Event()
        # What happens to the state; who has the state puts it in.
        self.effects: dict[str, Effect] = {}
        self.kinds: dict[str, Strike] = {
            kind: getattr(self, f"_{kind}") for kind in KINDS
        }

    def add(self, kind: str, **options: object) -> Fault:
        """Ask for a fault.

        :param options: fields of :class:`Fault`
        :raises ValueError: unknown kind
        :raises TypeError: unknown option
        """
        if kind not in self.kinds:
            raise ValueError(f"unknown fault {kind!r}; known: {sorted(self.kinds)}")
        fault = Fault(kind, **options)  # type: ignore[arg-type]
        re.compile(fault.path)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self, seed: int = 0) -> None:
        """Call off every waiting fault.

        :param seed: of the chance by which faults with a ``share`` hit
        """
        with self._lock:
            self._waiting.clear()
            self._random.seed(seed)

    def waiting(self) -> list[Fault]:
        """Return the faults that still wait for calls."""
        with self._lock:
            return list(self._waiting)

    def around(
        self, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        """Answer the request, through the first waiting fault that matches it."""
        fault = None if request.path.startswith("/_sim") else self._take(request)
        if fault is None:
            return respond(request, entry)
        entry.fault = fault.kind
        return self.kinds[fault.kind](fault, request, entry, respond)

    def _take(self, request: Request) -> Fault | None:
        """Take the first fault for this request and count it down."""
        now = self._clock.now()
        with self._lock:
            self._waiting = [item for item in self._waiting if not item.is_over(now)]
            for fault in self._waiting:
                if fault.matches(request, now) and self._strikes(fault):
                    return fault
        return None

    def _strikes(self, fault: Fault) -> bool:
        """Tell whether a fault hits a call that it matches, and count it down."""
        if fault.skip > 0:
            fault.skip -= 1
            return False
        if fault.share < 1 and self._random.random() >= fault.share:
            return False
        if fault.until is None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
        return True

    def _wait(self, seconds: float) -> None:
        """Wait, but not longer than the server lives."""
        self.stopping.wait(seconds)

    @staticmethod
    def _cut(request: Request) -> Response:
        """Close the caller's connection without an answer."""
        connection = request.environ.get("werkzeug.socket")
        if connection is not None:
            connection.shutdown(socket.SHUT_RDWR)
        raise ConnectionCut("connection cut on purpose")

    def _rate_limit(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        told = fault.retry_after if fault.told_after is None else fault.told_after
        text = f"Przekroczono limit żądań. Spróbuj ponownie po {told} s."
        return render(
            TooManyRequests(text, fault.retry_after), request, self._clock.now()
        )

    def _error(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        return Response("", status=fault.status, mimetype="text/plain")

    def _error_after(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        respond(request, entry)
        return Response("", status=fault.status, mimetype="text/plain")

    def _unauthorized(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        return render(Unauthorized(), request, self._clock.now())

    def _waf(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        text = (
            '{"title": "Request blocked", "status": 403, "detail": "Blocked.", '
            '"security": {"incidentId": "0-0", "clientIp": "127.0.0.1"}}'
        )
        return Response(text, status=403, mimetype="application/json")

    def _forbidden(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        """Refuse without a reason, as PRD has done against its own schema."""
        text = '{"title": "Forbidden", "status": 403, "detail": "", "reasonCode": null}'
        return Response(text, status=403, mimetype="application/problem+json")

    def _html(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        """Answer with a page of the firewall instead of the file."""
        return Response("<html>Incapsula</html>", status=200, mimetype="text/html")

    def _wrong_part_hash(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        """Name a wrong hash of every part of an export; all else is right."""
        response = respond(request, entry)
        response.set_data(_PART_HASH.sub(_WRONG_PART_HASH, response.get_data()))
        return response

    def _slow(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        self._wait(fault.seconds)
        return respond(request, entry)

    def _malformed(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        response = respond(request, entry)
        half = response.get_data()[: max(1, len(response.get_data()) // 2)]
        response.set_data(half if len(half) > 1 else b"<html>")
        return response

    def _timeout_before(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        self._wait(fault.seconds)
        return self._cut(request)

    def _timeout_after(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        respond(request, entry)
        self._wait(fault.seconds)
        return self._cut(request)

    def _cut_before(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        return self._cut(request)

    def _cut_after(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        respond(request, entry)
        return self._cut(request)

    def _session_ended(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        self.effects[fault.kind](fault, request)
        return respond(request, entry)

    def _stalled(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        response = respond(request, entry)
        self.effects[fault.kind](fault, request)
        return response

    def _login_revoked(
        self, fault: Fault, request: Request, entry: LoggedRequest, respond: Respond
    ) -> Response:
        """Let the access token be over, and the login behind it withdrawn."""
        if "Authorization" not in request.headers:
            return respond(request, entry)
        self.effects[fault.kind](fault, request)
        return render(Unauthorized(), request, self._clock.now())

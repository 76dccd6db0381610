"""Faults on demand: the bad days of a network, called up by tests.

A fault is asked for in advance for the next N calls that match; ``timeout_after`` is
the most valuable: the server did it, the client does not know.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock

from werkzeug import Request, Response

from .clock import Clock
from .errors import TooManyRequests, Unauthorized, render
from .state import LoggedRequest

Respond = Callable[[Request, LoggedRequest], Response]


class ConnectionCut(ConnectionError):
    """Raised when the connection was closed on purpose."""


@dataclass
class Fault:
    """One kind of trouble for a number of calls.

    :ivar kind: a key of ``Faults.kinds``
    :ivar times: how many matching calls are hit; they are counted down
    :ivar method: HTTP method, empty for any
    :ivar path: regular expression, searched in the path, empty for any
    :ivar seconds: how long ``slow`` and the timeouts wait
    :ivar status: HTTP status of ``error``
    :ivar retry_after: seconds in the header of ``rate_limit``
    :ivar skip: matching calls that pass before the fault begins
    """

    kind: str
    times: int = 1
    method: str = ""
    path: str = ""
    seconds: float = 1.0
    status: int = 500
    retry_after: int = 30
    skip: int = 0

    def matches(self, request: Request) -> bool:
        """Tell whether the request is one that the fault is meant for."""
        return self.method in ("", request.method) and bool(
            re.search(self.path, request.path)
        )


class Faults:
    """The faults that wait for their calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[Fault] = []
        self._lock = Lock()
        self.stopping = Event()
        self.kinds: dict[
            str, Callable[[Fault, Request, LoggedRequest, Respond], Response]
        ]
        self.kinds = {
            "rate_limit": self._rate_limit,
            "error": self._error,
            "error_after": self._error_after,
            "unauthorized": self._unauthorized,
            "waf": self._waf,
            "slow": self._slow,
            "malformed": self._malformed,
            "timeout_before": self._timeout_before,
            "timeout_after": self._timeout_after,
            "cut_before": self._cut_before,
            "cut_after": self._cut_after,
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

    def clear(self) -> None:
        """Call off every waiting fault."""
        with self._lock:
            self._waiting.clear()

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
        with self._lock:
            for fault in self._waiting:
                if not fault.matches(request):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

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
        text = f"Przekroczono limit żądań. Spróbuj ponownie po {fault.retry_after} s."
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

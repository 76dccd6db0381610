"""Faults that happen to what KSeF keeps and not to one call alone.

``faults`` decides when; here is what it does. A call that names no session, or has no
token, is not harmed.
"""

from __future__ import annotations

import heapq
import re
from datetime import timedelta
from typing import TYPE_CHECKING

from werkzeug import Request

from .errors import Unauthorized
from .faults import Effect, Fault

if TYPE_CHECKING:
    from .server import Simulator

_SESSION = re.compile(r"/(\d{8}-S[OB]-\w{10}-\w{10}-\w{2})(?:/|$)", re.IGNORECASE)
WITHDRAWN = 425


class FaultEffects:
    """Changes the state of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.by_kind: dict[str, Effect] = {
            "session_ended": self.end_session,
            "login_revoked": self.revoke_login,
            "stalled": self.stall,
        }

    def end_session(self, fault: Fault, request: Request) -> None:
        """End the session of the address as if its 12 hours were over."""
        found = _SESSION.search(request.path)
        simulator = self.simulator
        with simulator.state.lock:
            session = found and simulator.state.sessions.get(found[1].upper())
            if not session:
                return
            now = simulator.clock.now()
            if session.kind == "Batch":
                simulator.batches.expire(session, now)
            else:
                simulator.processor.close(session, now)

    def revoke_login(self, fault: Fault, request: Request) -> None:
        """Withdraw the login of the caller: its refresh token is refused (21301)."""
        token = request.headers.get("Authorization", "").partition(" ")[2]
        simulator = self.simulator
        with simulator.state.lock:
            try:
                claims = simulator.tokens.read(token, simulator.clock.now())
            except Unauthorized:
                return
            operation = simulator.state.operations.get(claims["arn"])
            if operation is not None:
                operation.status = WITHDRAWN

    def stall(self, fault: Fault, request: Request) -> None:
        """Put all that is being worked on off by the fault's seconds."""
        state, pause = self.simulator.state, timedelta(seconds=fault.seconds)
        with state.lock:
            state.jobs = [(due + pause, number, job) for due, number, job in state.jobs]
            heapq.heapify(state.jobs)

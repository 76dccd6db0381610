"""The WSGI application: find the route, check the caller, run the handler, log it.

Order of checks for an API call: fault injection, route, bearer, rate limit, permission,
handler. Source of the headers: ksef-api.md §1.3 and §1.4.
"""

from __future__ import annotations

import logging
import math
import time
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

from .auth_context import authenticate
from .errors import render
from .routes import Call, url_map
from .state import LoggedRequest

if TYPE_CHECKING:
    from .server import Simulator

_logger = logging.getLogger(__name__)
WORK_SECONDS = 0.2
POLISH_LETTERS = str.maketrans("łŁ", "lL")


class Application:
    """Answers the requests of one simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.map = url_map()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one WSGI request; faults may cut the connection instead."""
        request = Request(environ)
        entry = self.simulator.log.start(request, self.simulator.clock.now())
        started = time.perf_counter()
        try:
            response = self.simulator.faults.around(request, entry, self.respond)
            entry.status = response.status_code
        finally:
            entry.seconds = time.perf_counter() - started
        return response(environ, start_response)

    def respond(self, request: Request, entry: LoggedRequest) -> Response:
        """Answer without faults."""
        adapter = self.map.bind_to_environ(request.environ)
        try:
            item, params = adapter.match()
        except HTTPException as error:
            return Response(status=error.code or 404)
        call = Call(
            simulator=self.simulator,
            request=request,
            route=item,
            params={name: str(value) for name, value in params.items()},
            body=b"" if item.streamed else request.get_data(cache=False),
            now=self.simulator.clock.now(),
        )
        entry.request_bytes = request.content_length or 0
        response = self.run(call, entry)
        add_system_warning(request, response)
        return response

    def run(self, call: Call, entry: LoggedRequest) -> Response:
        """Check the caller and run the handler, under the state's lock if it wants."""
        if not call.route.locked:
            return self.run_handler(call, entry)
        with call.state.lock:
            # While the clock runs, the background goes on with the rest.
            is_frozen = call.simulator.clock.is_frozen
            call.state.run_due(call.now, math.inf if is_frozen else WORK_SECONDS)
            return self.run_handler(call, entry)

    def run_handler(self, call: Call, entry: LoggedRequest) -> Response:
        """Run the checks and the handler; refusals become responses here."""
        try:
            call.auth = authenticate(call)
            if call.auth is not None:
                entry.context = f"{call.auth.context.type} {call.auth.context.value}"
            self.simulator.limiter.check(call)
            if call.auth is not None and call.route.permissions:
                call.auth.require(*call.route.permissions)
            return call.route.handler(call)
        except Exception as error:  # noqa: BLE001 - the border of the server
            return self.refusal(call, error)

    def refusal(self, call: Call, error: Exception) -> Response:
        """Turn what a handler raised into a response."""
        try:
            return render(error, call.request, call.now)
        except Exception:
            _logger.exception("%s %s failed", call.route.method, call.route.path)
            return Response("Internal Server Error", status=500, mimetype="text/plain")


def add_system_warning(request: Request, response: Response) -> None:
    """Echo ``X-Test-System-Warning``, folded to ASCII (ksef-api.md §1.3, case 93)."""
    text = request.headers.get("X-Test-System-Warning")
    if text:
        text = text.encode("latin-1", "replace").decode("utf-8", "replace")
        plain = unicodedata.normalize("NFKD", text.translate(POLISH_LETTERS))
        response.headers["X-System-Warning"] = plain.encode("ascii", "ignore").decode()

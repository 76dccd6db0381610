"""The HTTP server: a thread per connection, keep-alive, on loopback by default.

werkzeug's own handler closes every connection and waits 10 ms to drain it; a client
that sends thousands of requests would wait most of its time. ``KeepAliveHandler``
reads the whole body first and answers in one write, so that a connection can be used
again.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Lock, Thread
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .app import Application
from .auth_context import TokenMaker
from .certificate_authority import CertificateAuthority
from .clock import Clock
from .config import Config
from .faults import ConnectionCut, Faults
from .ministry_seal import MinistrySeal
from .processing import Processor
from .public_keys import KeyRing
from .rate_limits import RateLimiter
from .request_log import RequestLog
from .routes import API_PREFIX
from .state import State
from .storage import StorageSigner

MAX_BODY_BYTES = 200_000_000
IDLE_SECONDS = 60
STOP_POLL_SECONDS = 0.02
POLL_SECONDS = 0.02


class Simulator:
    """One KSeF: settings, clock, state and helpers; the server is separate."""

    def __init__(
        self, config: Config | None = None, clock: Clock | None = None
    ) -> None:
        self.config = config or Config()
        self.clock = clock or Clock()
        self.state = State()
        self.faults = Faults(self.clock)
        self.log = RequestLog()
        self.limiter = RateLimiter()
        self.tokens = TokenMaker()
        self.authority = CertificateAuthority(self.clock.now())
        self.keys = KeyRing(self.clock.now())
        self.seal = MinistrySeal(self.clock.now())
        self.storage = StorageSigner()
        self.processor = Processor(self.state, self.config, self.seal)
        self.base_url = ""
        self.app = Application(self)

    def reset(self) -> None:
        """Forget everything that was done; settings and keys stay."""
        with self.state.lock:
            self.state.reset()
            self.limiter.reset()
            self.faults.clear()
            self.clock.reset()
            self.log.clear()


class KeepAliveHandler(WSGIRequestHandler):
    """Answers request after request on one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    # Buffered, so that headers and body leave in one piece.
    wbufsize = 65536

    def run_wsgi(self) -> None:
        """Read one request whole, run the application, answer in one write."""
        if self.headers.get("Expect", "").strip().lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        self.environ = environ
        environ["wsgi.errors"] = NULL_ERRORS
        if not self.read_body(environ):
            return
        answer: list[Any] = []

        def start_response(status: str, headers: Any, exc_info: Any = None) -> None:
            answer[:] = [status, headers]

        try:
            application: Any = self.server.app
            body = b"".join(application(environ, start_response))
        except ConnectionCut:
            self.close_connection = True
            return
        self.answer(answer[0], answer[1], body)

    def read_body(self, environ: dict[str, Any]) -> bool:
        """Put the whole body into ``environ``; ``False`` when it was refused."""
        if environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read()
        else:
            length = int(environ.get("CONTENT_LENGTH") or 0)
            if length > MAX_BODY_BYTES:
                self.close_connection = True
                self.answer("413 Payload Too Large", [("Content-Length", "0")], b"")
                return False
            body = self.rfile.read(length)
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("wsgi.input_terminated", None)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        return True

    def answer(self, status: str, headers: Any, body: bytes) -> None:
        """Send status line, headers and body."""
        code, _space, reason = status.partition(" ")
        self.send_response(int(code), reason)
        names = {name.lower() for name, _value in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "content-length" not in names and int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Write nothing: the request log keeps what happened."""


class _NullErrors:
    """A stream for ``wsgi.errors`` that keeps nothing."""

    def write(self, text: str) -> int:
        """Drop ``text``."""
        return len(text)

    def flush(self) -> None:
        """Do nothing."""


NULL_ERRORS = _NullErrors()


class Server(ThreadedWSGIServer):
    """A threaded server that also closes idle connections when it stops."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, host: str, port: int, simulator: Simulator) -> None:
        self._connections: set[socket.socket] = set()
        self._connections_lock = Lock()
        super().__init__(host, port, simulator.app, handler=KeepAliveHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its own thread."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Close every connection that is still open."""
        with self._connections_lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


class RunningSimulator:
    """A simulator that listens: addresses, and what tests look at."""

    def __init__(self, simulator: Simulator, host: str, port: int) -> None:
        self.simulator = simulator
        self.config = simulator.config
        self.state = simulator.state
        self.clock = simulator.clock
        self.faults = simulator.faults
        self.log = simulator.log
        self._server = Server(host, port, simulator)
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        simulator.base_url = self.url
        self._thread = Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": POLL_SECONDS},
            daemon=True,
        )

    @property
    def api_url(self) -> str:
        """Return the address that clients are given, with the ``/v2`` prefix."""
        return self.url + API_PREFIX

    def start(self) -> None:
        """Serve in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self.simulator.faults.stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    def run_due(self) -> None:
        """Do the background work that is due, as the next request would."""
        with self.state.lock:
            self.state.run_due(self.clock.now())

    def reset(self) -> None:
        """Forget everything that was done."""
        self.simulator.reset()


@contextmanager
def running(
    config: Config | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
) -> Iterator[RunningSimulator]:
    """Run a simulator while the block runs.

    :param port: 0 takes a free one
    """
    sim = RunningSimulator(Simulator(config, clock), host, port)
    sim.start()
    try:
        yield sim
    finally:
        sim.stop()

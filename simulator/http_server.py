"""The HTTP server: a thread per connection, keep-alive, on loopback by default.

werkzeug's own handler closes every connection and waits 10 ms to drain it; a client
that sends thousands of requests would wait most of its time. ``KeepAliveHandler``
reads the whole body first and answers in one write, so that a connection can be used
again. What is answered is decided in ``app``; who starts it is ``server``.
"""

from __future__ import annotations

import socket
from io import BytesIO
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any, Protocol

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from .app import Application
from .faults import ConnectionCut
from .routes import CHUNKED

MAX_BODY_BYTES = 200_000_000
# Larger bodies wait in a file, so that parallel uploads of parts need no memory.
BODY_IN_MEMORY_BYTES = 4_000_000
IDLE_SECONDS = 60


class Readable(Protocol):
    """What a body is read from."""

    def read(self, size: int, /) -> bytes:
        """Read at most ``size`` bytes; nothing at the end."""


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
        try:
            self.run_application(environ)
        finally:
            environ["wsgi.input"].close()

    def run_application(self, environ: dict[str, Any]) -> None:
        """Run the application on a request that was read, and answer."""
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
        is_chunked = bool(environ.get("wsgi.input_terminated"))
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if is_chunked:
            body, length = copied(environ["wsgi.input"], MAX_BODY_BYTES + 1)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self.answer("413 Payload Too Large", [("Content-Length", "0")], b"")
            return False
        if not is_chunked:
            body, length = copied(self.rfile, length)
        environ["wsgi.input"] = body
        environ["CONTENT_LENGTH"] = str(length)
        environ[CHUNKED] = is_chunked
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


def copied(source: Readable, length: int) -> tuple[IO[bytes], int]:
    """Copy at most ``length`` bytes of a connection, in memory or in a file.

    :return: the copy, at its start, and how many bytes there were
    """
    is_small = length <= BODY_IN_MEMORY_BYTES
    target: IO[bytes] = BytesIO() if is_small else TemporaryFile()  # noqa: SIM115
    done = 0
    while done < length:
        chunk = source.read(min(length - done, BODY_IN_MEMORY_BYTES))
        if not chunk:
            break
        target.write(chunk)
        done += len(chunk)
    target.seek(0)
    return target, done


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

    def __init__(self, host: str, port: int, application: Application) -> None:
        self._connections: set[socket.socket] = set()
        self._connections_lock = Lock()
        super().__init__(host, port, application, handler=KeepAliveHandler)

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

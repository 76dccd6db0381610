"""The URL table: handlers register themselves, ``app`` asks who answers.

A handler is ``handler(call: Call) -> Response``. It states its rate-limit group, the
kind of bearer that it takes and the permissions of which any one is enough.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.routing import Map, Rule

from .errors import ApiError, PlainHttpError, Unauthorized, invalid

if TYPE_CHECKING:
    from .auth_context import AuthContext
    from .config import Config
    from .server import Simulator
    from .state import State

API_PREFIX = "/v2"
LATARNIA_PREFIX = "/latarnia"
# Key of the environment: the body came in chunks, without a length.
CHUNKED = "simulator.chunked"


class Bearer(Enum):
    """Which token a call needs."""

    NONE = "none"
    ACCESS = "ContextToken"
    OPERATION = "OperationToken"
    REFRESH = "RefreshToken"
    ACCESS_OR_REFRESH = "ContextToken or RefreshToken"


@dataclass(frozen=True)
class Route:
    """One operation: where it is and what it asks of the caller.

    :ivar path: OpenAPI spelling with ``{names}``, without the ``/v2`` prefix
    :ivar group: rate-limit group; ``None`` is not limited (storage, pages, control)
    :ivar permissions: any of these is enough; empty = no permission needed
    :ivar at_root: the path is not below ``/v2`` (pages, storage, control)
    :ivar locked: the state's lock is held while the handler runs
    :ivar streamed: the body is not read into memory; the handler reads ``Call.stream``
    """

    method: str
    path: str
    handler: Callable[[Call], Response]
    group: str | None = "other"
    bearer: Bearer = Bearer.ACCESS
    permissions: tuple[str, ...] = ()
    at_root: bool = False
    locked: bool = True
    streamed: bool = False

    @property
    def rule(self) -> str:
        """Return the path in werkzeug's spelling, with its prefix."""
        text = self.path.replace("{", "<").replace("}", ">")
        return text if self.at_root else API_PREFIX + text

    @property
    def counter(self) -> str:
        """Name the counter of the rate limit: ``other`` counts per endpoint."""
        if self.group == "other":
            return f"other {self.method} {self.path}"
        return self.group or ""


ROUTES: list[Route] = []


def route(
    method: str, path: str, **options: Any
) -> Callable[[Callable[[Call], Response]], Callable[[Call], Response]]:
    """Register the decorated function for ``method`` and ``path``.

    :param options: fields of :class:`Route`: group, bearer, permissions, at_root,
        locked, streamed
    """

    def register(handler: Callable[[Call], Response]) -> Callable[[Call], Response]:
        ROUTES.append(Route(method, path, handler, **options))
        return handler

    return register


def load_handlers() -> list[Route]:
    """Import every module of ``handlers/`` once and return the table."""
    from . import handlers

    for module in pkgutil.iter_modules(handlers.__path__):
        importlib.import_module(f"{handlers.__name__}.{module.name}")
    return ROUTES


@cache
def url_map() -> Map:
    """Build werkzeug's map; the endpoint of a rule is the :class:`Route` itself.

    Built once per process: compiling its rules takes longer than starting a server.
    """
    rules = [
        Rule(item.rule, methods=[item.method], endpoint=item)
        for item in load_handlers()
    ]
    return Map(rules, strict_slashes=False, merge_slashes=False)


@dataclass
class Call:
    """One request with what a handler needs to answer it."""

    simulator: Simulator
    request: Request
    route: Route
    params: dict[str, str]
    body: bytes
    now: datetime
    auth: AuthContext | None = None
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """Return the state; its lock is held."""
        return self.simulator.state

    @property
    def config(self) -> Config:
        """Return the settings."""
        return self.simulator.config

    @property
    def client_ip(self) -> str:
        """Return the caller's address as KSeF sees it."""
        return self.request.remote_addr or "127.0.0.1"

    @property
    def stream(self) -> IO[bytes]:
        """Return the body of a route that is ``streamed``, at its start."""
        stream: IO[bytes] = self.request.environ["wsgi.input"]
        return stream

    @property
    def authorized(self) -> AuthContext:
        """Return who calls, on a route that needs a bearer."""
        if self.auth is None:
            raise Unauthorized
        return self.auth

    def json(self) -> dict[str, Any]:
        """Read the body as a JSON object; an empty body is an empty object.

        :raises ApiError: 21001 when it is no JSON, 21405 when it is no object
        """
        if not self.body:
            return {}
        if not self.request.is_json:
            raise PlainHttpError(415, "Unsupported Media Type")
        try:
            value = json.loads(self.body)
        except ValueError as error:
            raise ApiError(21001, f"Nieprawidłowy dokument JSON: {error}.") from error
        if not isinstance(value, dict):
            raise invalid("Oczekiwano obiektu JSON.")
        return value


def json_response(body: Any, status: int = 200) -> Response:
    """Answer with JSON; members that are ``None`` are left out, as KSeF does."""
    text = json.dumps(without_nulls(body), ensure_ascii=False)
    return Response(text, status=status, mimetype="application/json")


def without_nulls(value: Any) -> Any:
    """Drop the ``None`` members of objects, at every depth (ksef-api.md §1.6)."""
    if isinstance(value, dict):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(item) for item in value]
    return value


def empty_response(status: int = 204) -> Response:
    """Answer without a body."""
    return Response(status=status)

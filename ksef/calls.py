"""What every endpoint method of the client stands on: the protected call.

``client`` puts the endpoint classes on top of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .bearer import Bearer
from .crypto import sha256_base64
from .environment import Environment
from .errors import KsefProtocolError
from .messages import Token, Tokens
from .routes import REFRESH, Route
from .transport import Request, Response, Transport
from .wire import Fields

HASH_HEADER = "x-ms-meta-hash"


def utcnow() -> datetime:
    """Return the current time, aware UTC."""
    return datetime.now(timezone.utc)


class Calls:
    """Holds the login and the transport; see :class:`~.client.KsefClient`."""

    def __init__(
        self,
        environment: Environment,
        tokens: Tokens | None = None,
        *,
        transport: Transport | None = None,
        relogin: Callable[[], Tokens] | None = None,
        on_tokens: Callable[[Tokens], None] | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.environment = environment
        self.clock = clock
        self._transport = transport or Transport(environment)
        self._bearer = Bearer(
            tokens,
            refresh=self.refresh,
            relogin=relogin,
            on_tokens=on_tokens,
            clock=clock,
        )

    @property
    def tokens(self) -> Tokens | None:
        """The login as it stands, refreshed tokens included."""
        return self._bearer.tokens

    def refresh(self, refresh_token: str) -> Token:
        """Return a new access token; the refresh token stays the same.

        :raises KsefRequestRejected: 21301 the login was withdrawn
        """
        request = Request(REFRESH.method, REFRESH.path(), bearer=refresh_token)
        answer = self._transport.send(request).json()
        return Fields(answer, "Refreshed").one("accessToken", Token.from_json)

    def _document(self, route: Route, **values: str) -> bytes:
        accept = "application/xml"
        # mypy cannot see that no name in a path is one of the keywords.
        answer = self._call(route, accept=accept, **values)  # type: ignore[arg-type]
        return verified(answer)

    def _call(
        self,
        route: Route,
        *,
        json: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        **values: str,
    ) -> Response:
        """Make a protected call."""

        def send(token: str) -> Response:
            return self._transport.send(
                Request(
                    route.method,
                    route.path(**values),
                    bearer=token,
                    json=json,
                    query=query or {},
                    headers=headers or {},
                    accept=accept,
                )
            )

        return self._bearer.use(send)


def continuation(token: str | None) -> dict[str, str]:
    """Return the header that asks for the next page, none for the first."""
    return {} if token is None else {"x-continuation-token": token}


def verified(answer: Response, sha: str | None = None) -> bytes:
    """Return the body after comparing it with the hash that came along."""
    actual = sha256_base64(answer.body)
    for expected in (answer.headers.get(HASH_HEADER), sha):
        if expected and expected != actual:
            raise KsefProtocolError(
                "The downloaded document does not match its hash.",
                code="hash_mismatch",
                status=answer.status,
                retryable=True,
            )
    if not answer.body:
        raise KsefProtocolError("The downloaded document is empty.", code="empty_body")
    return answer.body

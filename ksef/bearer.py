"""Keeps one login usable: refresh before the end, once after a 401, new login last.

Used by the client only. Nothing is stored here: every new :class:`Tokens` goes to the
callback, whose owner seals and writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from .errors import KsefAuthError, KsefRequestRejected
from .messages import Token, Tokens

T = TypeVar("T")

#: An access token that ends sooner is not sent any more.
MARGIN_SECONDS = 60

UNAUTHORIZED = 401

#: POST /auth/token/refresh: withdrawn or not matching (21301), unknown operation
#: (21304), deceased person (21308). Only a new login can tell what is left.
DEAD_REFRESH_CODES = frozenset({21301, 21304, 21308})


class Bearer:
    """The tokens of a login and the ways to newer ones.

    :param refresh: calls KSeF with a refresh token
    :param relogin: logs in from the certificate; None = nobody can
    :param on_tokens: receives every new login
    :param clock: returns aware UTC now
    """

    def __init__(
        self,
        tokens: Tokens | None,
        *,
        refresh: Callable[[str], Token],
        relogin: Callable[[], Tokens] | None,
        on_tokens: Callable[[Tokens], None] | None,
        clock: Callable[[], datetime],
    ) -> None:
        self._tokens = tokens
        self._refresh = refresh
        self._relogin = relogin
        self._on_tokens = on_tokens
        self._clock = clock

    @property
    def tokens(self) -> Tokens | None:
        """The login as it stands."""
        return self._tokens

    def access_token(self) -> str:
        """Return an access token with a minute of life or more.

        :raises KsefAuthError: no way to one; ``not_logged_in`` without any tokens
        """
        tokens = self._tokens
        if tokens and tokens.access and self._alive(tokens.access_valid_until):
            return tokens.access
        return self.renewed(KsefAuthError("Not logged in", reason="not_logged_in"))

    def use(self, send: Callable[[str], T]) -> T:
        """Make a call with an access token; a 401 costs a refresh, then a login.

        :param send: makes the call with the token that it is given; at most thrice
        :raises KsefAuthError: no way to a token that KSeF accepts
        """
        token = self.access_token()
        for renew in (self.renewed, self.logged_in_again):
            try:
                return send(token)
            except KsefAuthError as error:
                if error.status != UNAUTHORIZED:
                    raise
                token = renew(error)
        return send(token)

    def any_token(self) -> str | None:
        """Return a token that may end this login: access, else refresh."""
        tokens = self._tokens
        if tokens is None:
            return None
        if tokens.access and self._alive(tokens.access_valid_until):
            return tokens.access
        return tokens.refresh

    def renewed(self, cause: KsefAuthError) -> str:
        """Return a new access token: by refresh, else by a new login.

        :param cause: what to raise when there is neither
        """
        try:
            return self._refreshed(cause)
        except KsefAuthError as error:
            return self.logged_in_again(error)

    def logged_in_again(self, cause: KsefAuthError) -> str:
        """Return the access token of a new login.

        :param cause: what to raise when nobody can log in
        """
        if self._relogin is None:
            raise cause
        return self._take(self._relogin())

    def _refreshed(self, cause: KsefAuthError) -> str:
        tokens = self._tokens
        if not (tokens and tokens.refresh and self._alive(tokens.refresh_valid_until)):
            raise cause
        try:
            token = self._refresh(tokens.refresh)
        except KsefRequestRejected as error:
            if error.code not in DEAD_REFRESH_CODES:
                raise
            raise KsefAuthError(
                "The login was ended or withdrawn.",
                reason="revoked",
                code=error.code,
                status=error.status,
                details=error.details,
            ) from error
        return self._take(tokens.with_access(token))

    def _take(self, tokens: Tokens) -> str:
        if not tokens.access:
            raise KsefAuthError("Not logged in", reason="not_logged_in")
        self._tokens = tokens
        if self._on_tokens is not None:
            self._on_tokens(tokens)
        return tokens.access

    def _alive(self, valid_until: datetime | None) -> bool:
        if valid_until is None:
            return False
        return valid_until - self._clock() > timedelta(seconds=MARGIN_SECONDS)

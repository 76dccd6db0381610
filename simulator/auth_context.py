"""From a bearer token to who calls, in which context, with which permissions.

Tokens are JWT signed with a key that lives as long as the process. Access tokens
carry the permissions of the moment when they were made and are good until they
expire, whatever happens to the login (ksef-api.md §2.1, §2.2).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .clock import UTC
from .errors import Forbidden, Unauthorized
from .ip_policy import is_allowed
from .routes import Bearer, Call
from .state import AuthOperation, Identifier

ACCESS_LIFETIME = timedelta(minutes=15)
OPERATION_LIFETIME = timedelta(minutes=45)
REFRESH_LIFETIME = timedelta(days=7)


@dataclass(frozen=True)
class AuthContext:
    """Who calls.

    :ivar permissions: as written into the token; ``Owner`` stands for all of the
        context
    """

    operation: AuthOperation
    context: Identifier
    subject: Identifier
    permissions: tuple[str, ...]
    token_type: str

    @property
    def is_owner(self) -> bool:
        """Tell whether the context is the subject's own."""
        return "Owner" in self.permissions

    @property
    def by_token(self) -> bool:
        """Tell whether the login was by a KSeF token."""
        return self.operation.category == "Token"

    def may(self, *any_of: str) -> bool:
        """Tell whether one of ``any_of`` is present; the owner may everything."""
        return self.is_owner or bool(set(any_of) & set(self.permissions))

    def require(self, *any_of: str) -> None:
        """Refuse the call unless one of ``any_of`` is present.

        :raises Forbidden: ``missing-permissions`` with both lists
        """
        if not self.may(*any_of):
            raise Forbidden(
                "missing-permissions",
                requiredAnyOfPermissions=list(any_of),
                presentPermissions=list(self.permissions),
            )


class TokenMaker:
    """Makes and reads the JWT of one simulator (HS256)."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def make(
        self,
        kind: Bearer,
        operation: AuthOperation,
        now: datetime,
        lifetime: timedelta,
    ) -> dict[str, str]:
        """Make a token; return ``{token, validUntil}`` of the API."""
        expires = (now + lifetime).replace(microsecond=0)
        claims = {
            "typ": kind.value,
            "arn": operation.reference,
            "cit": operation.context.type,
            "civ": operation.context.value,
            "aum": operation.category,
            "per": list(operation.permissions),
            "exp": int(expires.timestamp()),
            "iat": int(now.timestamp()),
            "jti": secrets.token_hex(8),
            "iss": "ksef-api-simulator",
            "aud": "ksef-api-simulator",
        }
        return {"token": self._encode(claims), "validUntil": expires.isoformat()}

    def read(self, token: str, now: datetime) -> dict[str, Any]:
        """Return the claims of a token that this simulator made.

        :raises Unauthorized: foreign, damaged or expired
        """
        head, _dot, signature = token.rpartition(".")
        if not hmac.compare_digest(self._sign(head), signature):
            raise Unauthorized
        claims: dict[str, Any] = json.loads(_decode(head.partition(".")[2]))
        if datetime.fromtimestamp(claims["exp"], UTC) <= now:
            raise Unauthorized("Token dostępowy wygasł.")
        return claims

    def _encode(self, claims: dict[str, Any]) -> str:
        head = ".".join(
            _encode_part(json.dumps(part, separators=(",", ":")).encode())
            for part in ({"alg": "HS256", "typ": "JWT"}, claims)
        )
        return f"{head}.{self._sign(head)}"

    def _sign(self, head: str) -> str:
        digest = hmac.new(self._key, head.encode(), hashlib.sha256).digest()
        return _encode_part(digest)


def _encode_part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def authenticate(call: Call) -> AuthContext | None:
    """Find out who calls and whether the route lets that bearer in.

    :return: ``None`` on a route without a bearer
    :raises Unauthorized: no bearer, or one of the wrong kind
    :raises Forbidden: the login's IP policy excludes the caller
    """
    route = call.route
    if route.bearer is Bearer.NONE:
        return None
    claims = call.simulator.tokens.read(_bearer(call), call.now)
    if claims["typ"] not in route.bearer.value.split(" or "):
        raise Unauthorized
    operation = call.state.operations.get(claims["arn"])
    if operation is None:
        raise Unauthorized
    if not is_allowed(call.client_ip, operation.allowed_ips):
        raise Forbidden("ip-not-allowed", clientIp=call.client_ip)
    return AuthContext(
        operation=operation,
        context=operation.context,
        subject=operation.subject or operation.context,
        permissions=tuple(claims["per"]),
        token_type=claims["typ"],
    )


def _bearer(call: Call) -> str:
    """Take the token out of the Authorization header."""
    scheme, _space, token = call.request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or token.count(".") != 2 or not token.isascii():
        raise Unauthorized
    return token.strip()

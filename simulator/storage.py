"""Signed storage addresses: whoever has one may fetch, nobody else, until it expires.

Real ones point at another host with ``…?sv&st&se&sr&sp&sig``; here the query has an
end, a permission and a signature over path, end and permission.
Source: ksef-api.md §1.1, §5.3, §6.2, cases 54, 66 and 72.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode

from .clock import UTC
from .errors import PlainHttpError
from .routes import Call

PREFIX = "/storage/01"
READ_BLOB = "r"
WRITE_BLOB = "w"


class StorageSigner:
    """Signs and checks storage addresses of one simulator."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def query(self, path: str, end: datetime, permission: str) -> str:
        """Return the query that opens ``path`` for ``permission`` until ``end``."""
        until = f"{end:%Y-%m-%dT%H:%M:%SZ}"
        fields = {"sv": "2025-01-05", "se": until, "sr": "b", "sp": permission}
        return urlencode({**fields, "sig": self._signature(path, until, permission)})

    def check(self, call: Call, permission: str = READ_BLOB) -> None:
        """Refuse an address that was changed, is over or is for something else.

        :raises PlainHttpError: 403
        """
        asked = call.request.args
        until = asked.get("se", "")
        expected = self._signature(call.request.path, until, permission)
        if not hmac.compare_digest(expected.encode(), asked.get("sig", "").encode()):
            raise PlainHttpError(403, "AuthenticationFailed: signature did not match")
        end = datetime.strptime(until, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if call.now >= end:
            raise PlainHttpError(
                403, "AuthenticationFailed: signature not valid in time"
            )

    def _signature(self, path: str, until: str, permission: str) -> str:
        message = f"{path}\n{until}\n{permission}".encode()
        digest = hmac.new(self._key, message, hashlib.sha256).digest()
        return base64.b64encode(digest).decode()


def signed_url(
    call: Call, path: str, lifetime: timedelta, permission: str = READ_BLOB
) -> tuple[str, datetime]:
    """Give out a storage address.

    :param path: below :data:`PREFIX`, starting with a slash
    :param permission: :data:`READ_BLOB` or :data:`WRITE_BLOB`
    :return: the absolute address on the public host, and when it ends
    """
    end = (call.now + lifetime).replace(microsecond=0)
    full = PREFIX + path
    query = call.simulator.storage.query(full, end, permission)
    return f"{public_base(call)}{full}?{query}", end


def public_base(call: Call) -> str:
    """Return scheme and host of the addresses that are given out."""
    request, name = call.request, call.config.public_host
    if not name:
        return f"{request.scheme}://{request.host}"
    if ":" in name:
        return f"{request.scheme}://{name}"
    port = request.environ.get("SERVER_PORT", "80")
    return f"{request.scheme}://{name}:{port}"

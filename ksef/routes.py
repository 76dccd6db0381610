"""The endpoints that the client calls, and which of them may be repeated.

Source: KSeF OpenAPI 2.9.0; ``unit_tests/test_contract.py`` compares every row with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True)
class Route:
    """One endpoint.

    :ivar template: path below the API base, placeholders as in the OpenAPI
    :ivar success: HTTP status of a success
    :ivar repeatable: sending it twice does no harm (reads, and posts that only ask)
    """

    method: str
    template: str
    success: int = 200
    repeatable: bool = False

    def path(self, **values: str) -> str:
        """Return the path with its placeholders filled and quoted."""
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        return self.template.format(**quoted)


def _get(template: str) -> Route:
    return Route("GET", template, repeatable=True)


CHALLENGE = Route("POST", "/auth/challenge", repeatable=True)
XADES_SIGNATURE = Route("POST", "/auth/xades-signature", 202)
AUTH_STATUS = _get("/auth/{referenceNumber}")
REDEEM = Route("POST", "/auth/token/redeem")
# The refresh token stays valid and the answer is only a newer access token.
REFRESH = Route("POST", "/auth/token/refresh", repeatable=True)
REVOKE_CURRENT = Route("DELETE", "/auth/sessions/current", 204)

PUBLIC_KEYS = _get("/security/public-key-certificates")

OPEN_ONLINE = Route("POST", "/sessions/online", 201)
SEND_INVOICE = Route("POST", "/sessions/online/{referenceNumber}/invoices", 202)
CLOSE_ONLINE = Route("POST", "/sessions/online/{referenceNumber}/close", 204)

SESSIONS = _get("/sessions")
SESSION = _get("/sessions/{referenceNumber}")
SESSION_INVOICES = _get("/sessions/{referenceNumber}/invoices")
FAILED_INVOICES = _get("/sessions/{referenceNumber}/invoices/failed")
SESSION_INVOICE = _get("/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}")
INVOICE_UPO = _get("/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo")
KSEF_NUMBER_UPO = _get("/sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo")
SESSION_UPO = _get("/sessions/{referenceNumber}/upo/{upoReferenceNumber}")

INVOICE = _get("/invoices/ksef/{ksefNumber}")

PERSONAL_GRANTS = Route("POST", "/permissions/query/personal/grants", repeatable=True)
CERTIFICATES_QUERY = Route("POST", "/certificates/query", repeatable=True)
RATE_LIMITS = _get("/rate-limits")
CONTEXT_LIMITS = _get("/limits/context")

#: Every endpoint above.
ALL = tuple(value for value in list(globals().values()) if isinstance(value, Route))

RETRYABLE_POSTS = frozenset(
    route.template for route in ALL if route.method == "POST" and route.repeatable
)


def is_repeatable(method: str, path: str) -> bool:
    """Tell whether a call may be sent again although the first may have arrived."""
    return method == "GET" or (method == "POST" and path in RETRYABLE_POSTS)

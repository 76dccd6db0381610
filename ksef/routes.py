"""The endpoints that the client calls, which may be repeated, and their rate groups.

Source: KSeF OpenAPI 2.9.0; ``unit_tests/test_contract.py`` compares every row with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

#: Groups of GET /rate-limits with a name of their own here.
OTHER = "other"
ANONYMOUS = "anonymous"
COLLECTIVE = "collectiveIdentifier"


@dataclass(frozen=True)
class Route:
    """One endpoint.

    :ivar template: path below the API base, placeholders as in the OpenAPI
    :ivar success: HTTP status of a success
    :ivar repeatable: sending it twice does no harm (reads, and posts that only ask)
    :ivar group: whose requests are counted together, as GET /rate-limits names it;
        the endpoints of ``other`` are counted one by one
    """

    method: str
    template: str
    success: int = 200
    repeatable: bool = False
    group: str = OTHER

    def path(self, **values: str) -> str:
        """Return the path with its placeholders filled and quoted."""
        quoted = {name: quote(value, safe="") for name, value in values.items()}
        return self.template.format(**quoted)


def _get(template: str, group: str = OTHER) -> Route:
    return Route("GET", template, repeatable=True, group=group)


def _post(
    template: str, success: int = 200, *, group: str = OTHER, repeatable: bool = False
) -> Route:
    return Route("POST", template, success, repeatable, group)


CHALLENGE = _post("/auth/challenge", group=ANONYMOUS, repeatable=True)
XADES_SIGNATURE = _post("/auth/xades-signature", 202, group=ANONYMOUS)
AUTH_STATUS = _get("/auth/{referenceNumber}", ANONYMOUS)
REDEEM = _post("/auth/token/redeem", group=ANONYMOUS)
# The refresh token stays valid and the answer is only a newer access token.
REFRESH = _post("/auth/token/refresh", group=ANONYMOUS, repeatable=True)
REVOKE_CURRENT = Route("DELETE", "/auth/sessions/current", 204)

PUBLIC_KEYS = _get("/security/public-key-certificates", ANONYMOUS)

OPEN_ONLINE = _post("/sessions/online", 201, group="onlineSession")
SEND_INVOICE = _post(
    "/sessions/online/{referenceNumber}/invoices", 202, group="invoiceSend"
)
CLOSE_ONLINE = _post(
    "/sessions/online/{referenceNumber}/close", 204, group="onlineSessionClose"
)
OPEN_BATCH = _post("/sessions/batch", 201, group="batchSession")
CLOSE_BATCH = _post(
    "/sessions/batch/{referenceNumber}/close", 204, group="batchSessionClose"
)

SESSIONS = _get("/sessions", "sessionList")
SESSION = _get("/sessions/{referenceNumber}", "sessionMisc")
SESSION_INVOICES = _get("/sessions/{referenceNumber}/invoices", "sessionInvoiceList")
FAILED_INVOICES = _get(
    "/sessions/{referenceNumber}/invoices/failed", "sessionInvoiceList"
)
SESSION_INVOICE = _get(
    "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}", "invoiceStatus"
)
INVOICE_UPO = _get(
    "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo", "sessionMisc"
)
KSEF_NUMBER_UPO = _get(
    "/sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo", "sessionMisc"
)
SESSION_UPO = _get(
    "/sessions/{referenceNumber}/upo/{upoReferenceNumber}", "sessionMisc"
)

INVOICE = _get("/invoices/ksef/{ksefNumber}", "invoiceDownload")
QUERY_METADATA = _post(
    "/invoices/query/metadata", group="invoiceMetadata", repeatable=True
)
START_EXPORT = _post("/invoices/exports", 201, group="invoiceExport")
EXPORT_STATUS = _get("/invoices/exports/{referenceNumber}", "invoiceExportStatus")

CREATE_COLLECTIVE = _post("/collective-identifiers", 201, group=COLLECTIVE)
QUERY_COLLECTIVE = _post(
    "/collective-identifiers/query", group=COLLECTIVE, repeatable=True
)
COLLECTIVE_INVOICES = _post(
    "/collective-identifiers/invoices", group=COLLECTIVE, repeatable=True
)
COLLECTIVE_OF_INVOICE = _get("/collective-identifiers/ksef/{ksefNumber}", COLLECTIVE)

PERSONAL_GRANTS = _post("/permissions/query/personal/grants", repeatable=True)
CERTIFICATES_QUERY = _post("/certificates/query", repeatable=True)
RATE_LIMITS = _get("/rate-limits")
CONTEXT_LIMITS = _get("/limits/context")

#: Every endpoint above.
ALL = tuple(value for value in list(globals().values()) if isinstance(value, Route))

RETRYABLE_POSTS = frozenset(
    route.template for route in ALL if route.method == "POST" and route.repeatable
)


def is_repeatable(method: str, path: str) -> bool:
    """Tell whether a call may be sent again although the first may have arrived.

    PUT is the upload of a batch part to storage: the same bytes to the same place.
    """
    return method in ("GET", "PUT") or (method == "POST" and path in RETRYABLE_POSTS)

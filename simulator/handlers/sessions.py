"""Sessions and their invoices, read. Source: ksef-api.md §5.1 and §5.2."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from werkzeug import Response

from .. import shape
from ..clock import isoformat
from ..codes import BATCH_SESSION_LABELS, INVOICE_LABELS, ONLINE_SESSION_LABELS
from ..continuation import page_of, page_size
from ..errors import invalid
from ..routes import Call, json_response, route
from ..session_access import READ, SEES_ALL, find_invoice, find_to_read
from ..state import Invoice, Session
from ..upo_links import invoice_link, page_link

_LABELS = {"Online": ONLINE_SESSION_LABELS, "Batch": BATCH_SESSION_LABELS}
_COMMON_STATUSES = {
    "InProgress": lambda code: code < 200,
    "Succeeded": lambda code: code == 200,
    "Failed": lambda code: code > 200 and code != 440,
    "Cancelled": lambda code: code == 440,
}
# Query name -> field of the session and whether it is the lower bound.
_DATE_FILTERS = {
    "dateCreatedFrom": ("created_at", True),
    "dateCreatedTo": ("created_at", False),
    "dateClosedFrom": ("closed_at", True),
    "dateClosedTo": ("closed_at", False),
    "dateModifiedFrom": ("updated_at", True),
    "dateModifiedTo": ("updated_at", False),
}
_LARGEST_PAGE = 1000


@route(
    "GET",
    "/sessions",
    group="sessionList",
    permissions=("InvoiceWrite", "Introspection", "EnforcementOperations"),
)
def list_sessions(call: Call) -> Response:
    """List the sessions that the caller may see, newest first."""
    size = page_size(call, 10, _LARGEST_PAGE)
    tests = _filters(call)
    caller = call.authorized
    found = [
        session
        for session in reversed(call.state.sessions.values())
        if session.context == caller.context
        and (session.subject == caller.subject or caller.may(*SEES_ALL))
        and all(test(session) for test in tests)
    ]
    page, token = page_of(call, found, lambda session: session.reference, size)
    rows = [
        {
            "referenceNumber": session.reference,
            **_common(session),
            "totalInvoiceCount": len(session.invoices),
            "successfulInvoiceCount": _accepted(session),
            "failedInvoiceCount": _failed(session),
        }
        for session in page
    ]
    return json_response({"continuationToken": token, "sessions": rows})


@route("GET", "/sessions/{referenceNumber}", group="sessionMisc", permissions=READ)
def status(call: Call) -> Response:
    """Tell how far a session is; counts appear with the first invoice."""
    session = find_to_read(call)
    pages = [page_link(call, session, page) for page in session.upo_pages]
    return json_response(
        {
            **_common(session),
            "upo": {"pages": pages} if pages else None,
            **_counts(session),
        }
    )


@route(
    "GET",
    "/sessions/{referenceNumber}/invoices",
    group="sessionInvoiceList",
    permissions=READ,
)
def invoices(call: Call) -> Response:
    """List the invoices of a session in the order of arrival."""
    session = find_to_read(call)
    return _invoice_page(call, session.invoices)


@route(
    "GET",
    "/sessions/{referenceNumber}/invoices/failed",
    group="sessionInvoiceList",
    permissions=READ,
)
def failed_invoices(call: Call) -> Response:
    """List the refused invoices of a session."""
    session = find_to_read(call)
    return _invoice_page(call, [item for item in session.invoices if _is_failed(item)])


@route(
    "GET",
    "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}",
    group="invoiceStatus",
    permissions=READ,
)
def invoice_status(call: Call) -> Response:
    """Show one invoice of a session."""
    session = find_to_read(call)
    invoice = find_invoice(call, session)
    response = json_response(_invoice_json(call, invoice))
    if invoice.warning:
        text = invoice.warning.encode("ascii", "ignore").decode()
        response.headers["X-System-Warning"] = text
    return response


def _filters(call: Call) -> list[Callable[[Session], bool]]:
    """Read the query of the list as tests.

    :raises ApiError: 21405 for a value of the wrong form
    """
    asked = call.request.args
    kind = asked.get("sessionType")
    if kind not in _LABELS:
        raise invalid("'sessionType' must be Online or Batch.")
    statuses = asked.getlist("statuses")
    if any(name not in _COMMON_STATUSES for name in statuses):
        raise invalid("'statuses' has a range of values which does not include it.")
    tests: list[Callable[[Session], bool]] = [lambda session: session.kind == kind]
    if statuses:
        tests.append(
            lambda session: any(_COMMON_STATUSES[s](session.status) for s in statuses)
        )
    if "referenceNumber" in asked:
        tests.append(lambda session: session.reference == asked["referenceNumber"])
    return tests + _date_filters(call)


def _date_filters(call: Call) -> list[Callable[[Session], bool]]:
    """Read the date bounds of the list."""
    tests = []
    for name, (field, is_lower) in _DATE_FILTERS.items():
        if name in call.request.args:
            text = call.request.args[name]
            read = shape.read({name: text}, {name: shape.moment})
            tests.append(_bound(field, is_lower, read[name]))
    return tests


def _bound(field: str, is_lower: bool, limit: datetime) -> Callable[[Session], bool]:
    """Make the test of one bound; a session without the date does not pass."""

    def passes(session: Session) -> bool:
        value = getattr(session, field)
        if value is None:
            return False
        return bool(value >= limit if is_lower else value <= limit)

    return passes


def _common(session: Session) -> dict[str, Any]:
    """Write what every answer says of a session."""
    label = _LABELS[session.kind][session.status]
    is_open = session.status == 100
    return {
        "status": {
            "code": session.status,
            "description": label,
            "details": list(session.details) or None,
        },
        "dateCreated": isoformat(session.created_at),
        "dateUpdated": isoformat(session.updated_at),
        "validUntil": isoformat(session.valid_until) if is_open else None,
    }


def _counts(session: Session) -> dict[str, int | None]:
    """Count the invoices; of none an interactive session tells nothing, a batch 0."""
    counts: dict[str, int | None] = {
        "invoiceCount": len(session.invoices),
        "successfulInvoiceCount": _accepted(session),
        "failedInvoiceCount": _failed(session),
    }
    if session.kind == "Batch" and session.status not in (100, 150):
        return counts
    return {name: count or None for name, count in counts.items()}


def _is_failed(invoice: Invoice) -> bool:
    return invoice.is_finished and not invoice.is_accepted


def _accepted(session: Session) -> int:
    return sum(invoice.is_accepted for invoice in session.invoices)


def _failed(session: Session) -> int:
    return sum(map(_is_failed, session.invoices))


def _invoice_page(call: Call, found: list[Invoice]) -> Response:
    """Answer with a page of invoices."""
    size = page_size(call, 10, _LARGEST_PAGE)
    page, token = page_of(call, found, lambda invoice: invoice.reference, size)
    rows = [_invoice_json(call, invoice) for invoice in page]
    return json_response({"continuationToken": token, "invoices": rows})


def _invoice_json(call: Call, invoice: Invoice) -> dict[str, Any]:
    """Write the status object of an invoice; absent is what is not known yet."""
    accepted = invoice.is_accepted
    url, expires = invoice_link(call, invoice) if accepted else (None, None)
    label = INVOICE_LABELS[invoice.status]
    document = invoice.document
    return {
        "ordinalNumber": invoice.ordinal,
        "invoiceNumber": document.number or None if document else None,
        "ksefNumber": invoice.ksef_number if accepted else None,
        "referenceNumber": invoice.reference,
        "invoiceHash": invoice.hash,
        "invoiceFileName": invoice.file_name,
        "acquisitionDate": _date(invoice.acquired_at if accepted else None),
        "invoicingDate": isoformat(invoice.invoicing_at),
        "permanentStorageDate": _date(invoice.stored_at if accepted else None),
        "upoDownloadUrl": url,
        "upoDownloadUrlExpirationDate": _date(expires),
        "invoicingMode": invoice.mode if accepted else None,
        "status": {
            "code": invoice.status,
            "description": label.format(statusCode=invoice.status),
            "details": list(invoice.details) or None,
            "extensions": invoice.extensions or None,
        },
    }


def _date(moment: datetime | None) -> str | None:
    return None if moment is None else isoformat(moment)

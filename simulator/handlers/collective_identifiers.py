"""The calls of collective identifiers: make, list, look into, find by invoice.

Source: OpenAPI 2.9, tag Identyfikatory zbiorcze.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from werkzeug import Response

from .. import shape
from ..clock import isoformat
from ..collective_identifiers import (
    DEFAULT_MOST_INVOICES,
    CollectedInvoice,
    CollectiveIdentifier,
    CollectiveIdentifiers,
    make,
    may_see_details,
)
from ..continuation import page_of, page_size
from ..errors import invalid
from ..invoice_query import KSEF_NUMBER
from ..routes import Call, json_response, route

GROUP: dict[str, Any] = {
    "group": "collectiveIdentifier",
    "permissions": ("InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage"),
}
LONGEST_RANGE = timedelta(days=100)
_PAYMENT = shape.record(
    {"amount": shape.number, "currency": shape.text(3, 3, r"[A-Z]{3}")}
)
_INVOICE = shape.record(
    {
        "ksefNumber": shape.text(35, 36, KSEF_NUMBER),
        "payment": shape.optional(_PAYMENT),
        "description": shape.optional(shape.text(0, 512)),
    }
)
_QUERY: dict[str, shape.Check] = {
    "collectiveIdentifierNumber": shape.optional(shape.text()),
    "dateCreatedFrom": shape.moment,
    "dateCreatedTo": shape.moment,
    "invoiceCountFrom": shape.optional(shape.integer(), 0),
    "invoiceCountTo": shape.optional(shape.integer()),
    "createdInCurrentContext": shape.optional(shape.boolean),
}
_NUMBERS: dict[str, shape.Check] = {
    "collectiveIdentifierNumbers": shape.items(shape.text(), 1, 10)
}


@route("POST", "/collective-identifiers", **GROUP)
def generate(call: Call) -> Response:
    """Make an identifier for invoices of one seller."""
    context = call.authorized.context
    changed = call.state.session_limits.get(context, {}).get("collectiveIdentifier", {})
    most = changed.get("maxInvoices", DEFAULT_MOST_INVOICES)
    body = shape.read(call.json(), {"invoices": shape.items(_INVOICE, 2, most)})
    made = make(call.state, context, body["invoices"], call.now)
    return json_response({"collectiveIdentifierNumber": made.number}, 201)


@route("POST", "/collective-identifiers/query", **GROUP)
def query(call: Call) -> Response:
    """List the identifiers that were made here or for invoices of this seller."""
    size = page_size(call, 10, 200)
    asked = shape.read(call.json(), _QUERY)
    start, end = asked["dateCreatedFrom"], asked["dateCreatedTo"]
    if not timedelta() <= end - start <= LONGEST_RANGE:
        raise invalid("'dateCreatedTo' must be at most 100 days after the start.")
    context = call.authorized.context
    found = [
        item
        for item in call.state.area(CollectiveIdentifiers).by_number.values()
        if item.belongs_to(context)
        and start <= item.created_at <= end
        and _passes(item, asked, item.context == context)
    ]
    return _list(call, found, size, with_count=True)


@route("GET", "/collective-identifiers/ksef/{ksefNumber}", **GROUP)
def by_invoice(call: Call) -> Response:
    """List the identifiers of an invoice to their makers and its parties."""
    number, context = call.params["ksefNumber"], call.authorized.context
    if not re.fullmatch(KSEF_NUMBER, number):
        raise invalid("'ksefNumber' is not in the correct format.")
    size = page_size(call, 10, 200)
    is_party = may_see_details(call.state, context, number)
    found = [
        item
        for item in call.state.area(CollectiveIdentifiers).by_invoice.get(number, [])
        if is_party or item.belongs_to(context)
    ]
    return _list(call, found, size, with_count=False)


@route("POST", "/collective-identifiers/invoices", **GROUP)
def invoices(call: Call) -> Response:
    """List the invoices of identifiers, to whoever knows their numbers."""
    size = page_size(call, 10, 500)
    numbers = shape.read(call.json(), _NUMBERS)["collectiveIdentifierNumbers"]
    kept = call.state.area(CollectiveIdentifiers).by_number
    found = [
        (kept[number], item)
        for number in dict.fromkeys(numbers)
        if number in kept
        for item in kept[number].invoices
    ]
    found.sort(key=lambda pair: (pair[1].ksef_number, pair[0].number), reverse=True)
    page, token = page_of(
        call, found, lambda pair: f"{pair[0].number} {pair[1].ksef_number}", size
    )
    rows = [_invoice_json(call, identifier, item) for identifier, item in page]
    return json_response({"continuationToken": token, "invoices": rows})


def _passes(
    item: CollectiveIdentifier, asked: dict[str, Any], is_made_here: bool
) -> bool:
    """Tell whether an identifier passes the filters of the query."""
    count, most = len(item.invoices), asked["invoiceCountTo"]
    here = asked["createdInCurrentContext"]
    return (
        asked["collectiveIdentifierNumber"] in (None, item.number)
        and count >= asked["invoiceCountFrom"]
        and (most is None or count <= most)
        and (here is None or here == is_made_here)
    )


def _list(
    call: Call, found: list[CollectiveIdentifier], size: int, *, with_count: bool
) -> Response:
    """Answer with a page of identifiers, newest first."""
    found.sort(key=lambda item: (item.created_at, item.number), reverse=True)
    page, token = page_of(call, found, lambda item: item.number, size)
    context = call.authorized.context
    rows = [
        {
            "collectiveIdentifierNumber": item.number,
            "dateCreated": isoformat(item.created_at),
            "invoiceCount": len(item.invoices) if with_count else None,
            "createdInCurrentContext": item.context == context,
        }
        for item in page
    ]
    return json_response({"continuationToken": token, "collectiveIdentifiers": rows})


def _invoice_json(
    call: Call, identifier: CollectiveIdentifier, item: CollectedInvoice
) -> dict[str, Any]:
    """Write one invoice; strangers do not see what its maker said of the payment."""
    context = call.authorized.context
    shows = identifier.context == context or may_see_details(
        call.state, context, item.ksef_number
    )
    return {
        "ksefNumber": item.ksef_number,
        "collectiveIdentifierNumber": identifier.number,
        "payment": item.payment if shows else None,
        "description": item.description if shows else None,
        "detailsHidden": not shows and item.has_details,
    }

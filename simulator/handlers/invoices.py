"""Fetch one invoice, query metadata of many.

Source: ksef-api.md §7.1 and §7.2; OpenAPI 2.9, tag Pobieranie faktur.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from werkzeug import Response

from ..errors import ApiError, Forbidden, invalid
from ..invoice_query import (
    FILTERS,
    KSEF_NUMBER,
    Archive,
    check_range,
    is_beyond_mark,
    is_party,
    metadata_of,
    select,
)
from ..paging import Page, read_page
from ..routes import Call, json_response, route
from ..shape import read

_READ = ("InvoiceRead",)


@route("GET", "/invoices/ksef/{number}", group="invoiceDownload", permissions=_READ)
def invoice(call: Call) -> Response:
    """Give the exact bytes that were sent, to a party of the invoice."""
    number = call.params["number"]
    if not re.fullmatch(KSEF_NUMBER, number):
        raise invalid("'ksefNumber' is not in the correct format.")
    found = call.state.accepted.get(number)
    if found is None:
        raise ApiError(21164)
    facts = call.state.area(Archive).facts_of(found)
    if not is_party(facts, call.authorized.context):
        raise Forbidden("insufficient-resource-access")
    if not found.is_visible(call.now):
        raise ApiError(21165)
    response = Response(found.content, mimetype="application/xml")
    response.headers["x-ms-meta-hash"] = found.hash
    return response


@route("POST", "/invoices/query/metadata", group="invoiceMetadata", permissions=_READ)
def query(call: Call) -> Response:
    """List the metadata of the invoices that pass the filters, a page at a time."""
    page = read_page(call, largest=250)
    descending = _is_descending(call)
    body = call.json()
    filters = read(body, FILTERS)
    check_range(filters, call.now)
    mark = _mark(call, page, body)
    if is_beyond_mark(filters, mark):
        raise ApiError(21183)
    context = call.authorized.context
    selection = select(call.state, context, filters, mark, call.now)
    found = selection.invoices[::-1] if descending else selection.invoices
    allowed = found[: call.state.area(Archive).max_records]
    shown, has_more = page.of(allowed)
    ends_inside = bool(shown) and not has_more and len(found) > len(allowed)
    answer = {
        "hasMore": has_more or ends_inside,
        "isTruncated": ends_inside,
        "permanentStorageHwmDate": selection.mark_json(),
        "invoices": [metadata_of(call.state, item) for item in shown],
    }
    return json_response(answer)


def _is_descending(call: Call) -> bool:
    order = call.request.args.get("sortOrder") or "Asc"
    if order not in ("Asc", "Desc"):
        raise invalid(f"The value '{order}' is not valid for 'sortOrder'.")
    return order == "Desc"


def _mark(call: Call, page: Page, body: dict[str, Any]) -> datetime:
    """Return the high-water mark; the pages of one query share the first page's."""
    archive, context = call.state.area(Archive), call.authorized.context
    asked = json.dumps([context.type, context.value, body], sort_keys=True)
    if page.offset == 0 or asked not in archive.query_marks:
        now_mark = archive.high_water_mark(call.config, call.now)
        archive.query_marks[asked] = now_mark
    return archive.query_marks[asked]

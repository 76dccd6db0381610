"""UPO documents: with a token by reference or number, without one from storage.

Source: ksef-api.md §5.1, §5.3; ``x-ms-meta-hash`` of §1.4.
"""

from __future__ import annotations

from werkzeug import Response

from ..crypto import sha256_base64
from ..errors import ApiError, PlainHttpError
from ..routes import Bearer, Call, route
from ..session_access import READ, find_invoice, find_to_read
from ..state import Invoice
from ..storage import PREFIX
from ..upo_xml import invoice_upo


@route(
    "GET",
    "/sessions/{referenceNumber}/invoices/{invoiceReferenceNumber}/upo",
    group="sessionMisc",
    permissions=READ,
)
def by_reference(call: Call) -> Response:
    """Give the UPO of an accepted invoice by its reference number."""
    session = find_to_read(call)
    return _xml(_upo_of(call, find_invoice(call, session)))


@route(
    "GET",
    "/sessions/{referenceNumber}/invoices/ksef/{ksefNumber}/upo",
    group="sessionMisc",
    permissions=READ,
)
def by_ksef_number(call: Call) -> Response:
    """Give the UPO of an accepted invoice by its KSeF number."""
    session = find_to_read(call)
    invoice = call.state.accepted.get(call.params["ksefNumber"])
    if invoice is None or invoice.session_reference != session.reference:
        raise ApiError(21178)
    return _xml(_upo_of(call, invoice))


@route(
    "GET",
    "/sessions/{referenceNumber}/upo/{upoReferenceNumber}",
    group="sessionMisc",
    permissions=READ,
)
def by_page(call: Call) -> Response:
    """Give a page of the UPO of a closed session."""
    session = find_to_read(call)
    for page in session.upo_pages:
        if page.reference == call.params["upoReferenceNumber"]:
            return _xml(page.xml)
    raise ApiError(21178)


@route(
    "GET",
    PREFIX + "/upo/invoices/{reference}.xml",
    group=None,
    bearer=Bearer.NONE,
    at_root=True,
)
def stored_invoice(call: Call) -> Response:
    """Give the UPO of an invoice to whoever has the address."""
    call.simulator.storage.check(call)
    invoice = call.state.invoices.get(call.params["reference"])
    if invoice is None:
        raise PlainHttpError(404, "BlobNotFound")
    return _xml(_upo_of(call, invoice))


@route(
    "GET",
    PREFIX + "/upo/sessions/{session}/{reference}.xml",
    group=None,
    bearer=Bearer.NONE,
    at_root=True,
)
def stored_page(call: Call) -> Response:
    """Give a page of a session's UPO to whoever has the address."""
    call.simulator.storage.check(call)
    session = call.state.sessions.get(call.params["session"])
    for page in session.upo_pages if session else ():
        if page.reference == call.params["reference"]:
            return _xml(page.xml)
    raise PlainHttpError(404, "BlobNotFound")


def _upo_of(call: Call, invoice: Invoice) -> bytes:
    """Make an invoice's UPO at the first request and keep its bytes.

    :raises ApiError: 21178 when the invoice is not accepted
    """
    if not invoice.is_accepted:
        raise ApiError(21178)
    if invoice.upo is None:
        session = call.state.sessions[invoice.session_reference]
        operation = call.state.operations[session.operation_reference]
        document = invoice_upo(session, operation, invoice, call.config.environment)
        invoice.upo = call.simulator.seal.sign(document, call.now)
    return invoice.upo


def _xml(data: bytes) -> Response:
    """Answer with XML and its hash."""
    response = Response(data, mimetype="application/xml")
    response.headers["x-ms-meta-hash"] = sha256_base64(data)
    return response

"""Interactive sessions: open, send, close. Source: ksef-api.md §5.1, §10, §11."""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from .. import shape
from ..acceptance import DEFAULT_LIMITS
from ..clock import isoformat
from ..crypto import ENCRYPTION_FIELDS, sha256_base64
from ..errors import ApiError, invalid
from ..form_codes import FORM_CODE, FORM_CODES, form_of
from ..routes import Call, empty_response, json_response, route
from ..session_access import WRITE, find_to_write
from ..session_opening import new_session
from ..state import Invoice, Session

_HASH = shape.text(44, 44, r"[A-Za-z0-9+/]{43}=")
_OPEN: dict[str, shape.Check] = {
    "formCode": FORM_CODE,
    "encryption": shape.record(ENCRYPTION_FIELDS),
}
_SEND: dict[str, shape.Check] = {
    "invoiceHash": _HASH,
    "invoiceSize": shape.integer(1),
    "encryptedInvoiceHash": _HASH,
    "encryptedInvoiceSize": shape.integer(1),
    "encryptedInvoiceContent": shape.octets,
    "offlineMode": shape.optional(shape.boolean, False),
    "hashOfCorrectedInvoice": shape.optional(_HASH),
}


@route("POST", "/sessions/online", group="onlineSession", permissions=WRITE)
def open_session(call: Call) -> Response:
    """Open a session for one form, encrypted with the client's key."""
    body = shape.read(call.json(), _OPEN)
    form = form_of(body, FORM_CODES, call.config)
    session = new_session(call, "Online", form, body["encryption"])
    call.simulator.processor.open(session, call.now)
    return json_response(
        {
            "referenceNumber": session.reference,
            "validUntil": isoformat(session.valid_until),
        },
        201,
    )


@route(
    "POST",
    "/sessions/online/{referenceNumber}/invoices",
    group="invoiceSend",
    permissions=WRITE,
)
def send(call: Call) -> Response:
    """Take an encrypted invoice; what it is worth is decided later."""
    session = find_to_write(call, "Online")
    _require_open(session, "wysyłkę faktur")
    body = shape.read(call.json(), _SEND)
    encrypted: bytes = body["encryptedInvoiceContent"]
    if len(encrypted) != body["encryptedInvoiceSize"]:
        raise ApiError(21402, "Długość treści nie zgadza się z rozmiarem pliku.")
    if sha256_base64(encrypted) != body["encryptedInvoiceHash"]:
        raise ApiError(21403, "Skrót treści nie zgadza się ze skrótem pliku.")
    _check_technical_correction(call, body)
    _check_count(call, session)
    invoice = _new_invoice(call, session, body)
    call.simulator.processor.receive(session, invoice, encrypted, call.now)
    return json_response({"referenceNumber": invoice.reference}, 202)


@route(
    "POST",
    "/sessions/online/{referenceNumber}/close",
    group="onlineSessionClose",
    permissions=WRITE,
)
def close(call: Call) -> Response:
    """Close a session; its UPO is made next."""
    session = find_to_write(call, "Online")
    _require_open(session, "zamknięcie sesji")
    call.simulator.processor.close(session, call.now)
    return empty_response()


def _require_open(session: Session, wanted: str) -> None:
    """Refuse what only an open session allows.

    :raises ApiError: 21180 with the status in the detail
    """
    if session.status != 100:
        raise ApiError(21180, f"Status sesji {session.status} uniemożliwia {wanted}.")


def _check_count(call: Call, session: Session) -> None:
    """Refuse an invoice beyond the limit of the session.

    :raises ApiError: 21155
    """
    limits = call.state.session_limits.get(session.context, {}).get("onlineSession", {})
    most = limits.get("maxInvoices", DEFAULT_LIMITS["maxInvoices"])
    if len(session.invoices) >= most:
        raise ApiError(
            21155,
            f"Sesja o numerze referencyjnym {session.reference} osiągnęła dozwolony "
            f"limit liczby faktur {most}.",
        )


def _check_technical_correction(call: Call, body: dict[str, Any]) -> None:
    """Refuse a technical correction that is not possible (ksef-api.md §10).

    A hash that was never seen passes, as observed live.

    :raises ApiError: 21405 without offline mode, 21166 or 21167
    """
    corrected = body["hashOfCorrectedInvoice"]
    if corrected is None:
        return
    if not body["offlineMode"]:
        raise invalid("Korekta techniczna wymaga trybu offline.")
    context = call.authorized.context
    for invoice in call.state.invoices_of(context):
        if invoice.hash_of_corrected == corrected and invoice.is_accepted:
            raise ApiError(
                21166, "Faktura posiada już przetworzoną prawidłowo korektę techniczną."
            )
    for invoice in call.state.by_hash.get(corrected, []):
        # Refusals for want of rights can't be mended technically (policy, case 64).
        if invoice.status in (200, 410):
            raise ApiError(
                21167,
                "Nie można wysłać korekty technicznej do prawidłowo przetworzonej "
                "faktury."
                if invoice.is_accepted
                else "Faktura została odrzucona z powodu braku uprawnień.",
            )


def _new_invoice(call: Call, session: Session, body: dict[str, Any]) -> Invoice:
    return Invoice(
        reference=call.state.new_reference("EE", call.now),
        session_reference=session.reference,
        ordinal=len(session.invoices) + 1,
        hash=body["invoiceHash"],
        size=body["invoiceSize"],
        invoicing_at=call.now,
        offline_declared=body["offlineMode"],
        hash_of_corrected=body["hashOfCorrectedInvoice"],
    )

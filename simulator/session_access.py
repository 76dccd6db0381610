"""Who may see or use a session. Source: ksef-api.md §5.1 (behaviour facts)."""

from __future__ import annotations

from .errors import ApiError, Forbidden, invalid
from .routes import Call
from .state import Invoice, Session

WRITE = ("InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations")
READ = ("InvoiceWrite", "Introspection", "PefInvoiceWrite", "EnforcementOperations")
SEES_ALL = ("Introspection", "EnforcementOperations")


def find(call: Call) -> Session:
    """Return the session of the address, in the caller's context.

    :raises ApiError: 21173 when there is none
    :raises Forbidden: it belongs to another context
    """
    reference = call.params["referenceNumber"]
    session = call.state.sessions.get(reference)
    if session is None:
        text = f"Sesja o numerze referencyjnym {reference} nie została znaleziona."
        raise ApiError(21173, text)
    if session.context != call.authorized.context:
        raise Forbidden("insufficient-resource-access")
    return session


def find_to_read(call: Call) -> Session:
    """Return the session if the caller opened it, owns the context or may look.

    :raises Forbidden: neither
    """
    session, caller = find(call), call.authorized
    if session.subject != caller.subject and not caller.may("Introspection"):
        raise Forbidden("insufficient-resource-access")
    return session


def find_to_write(call: Call, kind: str) -> Session:
    """Return the session if the caller opened it or owns the context.

    :param kind: Online or Batch
    :raises ApiError: 21173 when it is of the other kind
    """
    session, caller = find(call), call.authorized
    if session.kind != kind:
        raise ApiError(21173, f"Sesja {session.reference} jest innego rodzaju.")
    if session.subject != caller.subject and not caller.is_owner:
        raise Forbidden("insufficient-resource-access")
    return session


def find_invoice(call: Call, session: Session) -> Invoice:
    """Return the invoice of the address.

    :raises ApiError: 21405 when the session has none of that reference
    """
    reference = call.params["invoiceReferenceNumber"]
    invoice = call.state.invoices.get(reference)
    if invoice is None or invoice.session_reference != session.reference:
        raise invalid(f"Faktura {reference} nie istnieje w sesji {session.reference}.")
    return invoice

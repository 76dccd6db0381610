"""Endpoints of sessions and documents: send, follow, download."""

from __future__ import annotations

from collections.abc import Mapping

from . import routes
from .calls import Calls, continuation, verified
from .crypto import Encryption
from .errors import KsefProtocolError
from .messages import (
    InvoicePage,
    InvoicePayload,
    InvoiceStatus,
    OpenedSession,
    SessionPage,
    SessionStatus,
)
from .routes import Route
from .transport import Request
from .wire import Fields

#: The only form that this package sends (schema FormCode; mind the space).
FORM_CODE_FA3 = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}


class SessionEndpoints(Calls):
    """Interactive sessions."""

    def open_online_session(self, encryption: Encryption) -> OpenedSession:
        """Open an interactive session for FA(3).

        :raises KsefRequestRejected: 21470 the public key was withdrawn
        """
        body = {"formCode": FORM_CODE_FA3, "encryption": encryption.to_json()}
        answer = self._call(routes.OPEN_ONLINE, json=body)
        return OpenedSession.from_json(answer.json())

    def send_invoice(self, session_reference: str, payload: InvoicePayload) -> str:
        """Hand an encrypted invoice over.

        :return: reference number of the invoice in the session; received, not accepted
        :raises KsefError: with ``outcome_unknown`` it may have arrived: ask with
            :func:`~.session.find_by_hash` before sending again
        """
        answer = self._call(
            routes.SEND_INVOICE,
            json=payload.to_json(),
            referenceNumber=session_reference,
        )
        try:
            return Fields(answer.json(), "SentInvoice").text("referenceNumber")
        except KsefProtocolError as error:
            # KSeF has taken something; only what it said of it cannot be read.
            error.outcome_unknown = True
            raise

    def close_online_session(self, session_reference: str) -> None:
        """Close a session, which makes KSeF prepare the collective UPO."""
        self._call(routes.CLOSE_ONLINE, referenceNumber=session_reference)

    def session_status(self, session_reference: str) -> SessionStatus:
        """Return the state, the counts and the UPO pages of a session."""
        answer = self._call(routes.SESSION, referenceNumber=session_reference)
        return SessionStatus.from_json(answer.json())

    def session_invoices(
        self,
        session_reference: str,
        continuation_token: str | None = None,
        page_size: int = 1000,
    ) -> InvoicePage:
        """Return one page of a session's invoices with their statuses.

        :param page_size: 10 to 1000
        """
        return self._page(
            routes.SESSION_INVOICES, session_reference, continuation_token, page_size
        )

    def failed_invoices(
        self,
        session_reference: str,
        continuation_token: str | None = None,
        page_size: int = 1000,
    ) -> InvoicePage:
        """Return one page of a session's rejected invoices."""
        return self._page(
            routes.FAILED_INVOICES, session_reference, continuation_token, page_size
        )

    def invoice_status(
        self, session_reference: str, invoice_reference: str
    ) -> InvoiceStatus:
        """Return the status of one invoice; for many, read pages."""
        answer = self._call(
            routes.SESSION_INVOICE,
            referenceNumber=session_reference,
            invoiceReferenceNumber=invoice_reference,
        )
        return InvoiceStatus.from_json(answer.json())

    def sessions(
        self,
        session_type: str = "Online",
        continuation_token: str | None = None,
        *,
        page_size: int = 100,
        filters: Mapping[str, str] | None = None,
    ) -> SessionPage:
        """Return one page of the context's sessions, newest first.

        :param session_type: ``Online | Batch``
        :param page_size: 10 to 1000
        :param filters: query parameters of the endpoint, e.g. ``dateCreatedFrom``
        """
        query = {"sessionType": session_type, "pageSize": str(page_size)}
        answer = self._call(
            routes.SESSIONS,
            query={**query, **(filters or {})},
            headers=continuation(continuation_token),
        )
        return SessionPage.from_json(answer.json())

    def _page(
        self, route: Route, session_reference: str, token: str | None, page_size: int
    ) -> InvoicePage:
        answer = self._call(
            route,
            query={"pageSize": str(page_size)},
            headers=continuation(token),
            referenceNumber=session_reference,
        )
        return InvoicePage.from_json(answer.json())


class DocumentEndpoints(Calls):
    """Documents: the bytes exactly as KSeF gives them."""

    def invoice_upo(self, session_reference: str, invoice_reference: str) -> bytes:
        """Return the UPO of one invoice, signed XML; 21178 while there is none."""
        return self._document(
            routes.INVOICE_UPO,
            referenceNumber=session_reference,
            invoiceReferenceNumber=invoice_reference,
        )

    def invoice_upo_by_ksef_number(
        self, session_reference: str, ksef_number: str
    ) -> bytes:
        """Return the UPO of one invoice by its KSeF number."""
        return self._document(
            routes.KSEF_NUMBER_UPO,
            referenceNumber=session_reference,
            ksefNumber=ksef_number,
        )

    def session_upo(self, session_reference: str, upo_reference: str) -> bytes:
        """Return one page of a closed session's collective UPO."""
        return self._document(
            routes.SESSION_UPO,
            referenceNumber=session_reference,
            upoReferenceNumber=upo_reference,
        )

    def download_upo(self, url: str, sha: str | None = None) -> bytes:
        """Fetch a UPO from the address in a status, without the token.

        :param url: used exactly as given; it is a capability
        :param sha: expected Base64 SHA-256, when known beforehand
        :raises KsefRequestRejected: ``link_expired``, ask for a new status
        """
        request = Request("GET", url, accept="application/xml")
        return verified(self._transport.send(request), sha)

    def invoice(self, ksef_number: str) -> bytes:
        """Return an invoice's XML; 21164 unknown, 21165 not yet available."""
        return self._document(routes.INVOICE, ksefNumber=ksef_number)

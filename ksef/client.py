"""The client: one method per endpoint, answers as dataclasses of ``messages``.

Values in, values out: no company, no storage, no translation, no waiting except the
short repetitions of ``transport``. Source of each method: the endpoint in ``routes``.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from . import routes
from .bearer import Bearer
from .crypto import Encryption, sha256_base64
from .environment import Environment
from .errors import KsefAuthError, KsefProtocolError
from .messages import (
    AuthOperation,
    AuthStatus,
    CertificateInfo,
    Challenge,
    ContextLimits,
    Grant,
    GrantPage,
    InvoicePage,
    InvoicePayload,
    InvoiceStatus,
    OpenedSession,
    PublicKey,
    RateLimits,
    SessionPage,
    SessionStatus,
    Token,
    Tokens,
)
from .routes import Route
from .transport import Request, Response, Transport
from .wire import Fields

#: The only form that this package sends (schema FormCode; mind the space).
FORM_CODE_FA3 = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}

HASH_HEADER = "x-ms-meta-hash"
_GRANT_PAGE_SIZE = 100


def utcnow() -> datetime:
    """Return the current time, aware UTC."""
    return datetime.now(timezone.utc)


class KsefClient:
    """Calls KSeF in the context of one login.

    :param tokens: an earlier login, if any
    :param transport: default: a new :class:`~.transport.Transport`
    :param relogin: logs in anew when the refresh token is dead
    :param on_tokens: receives every new :class:`~.messages.Tokens` (seal and store!)
    :param clock: returns aware UTC now

    Every protected method raises :class:`~.errors.KsefAuthError` when no login can be
    had or a right is missing, and any other :class:`~.errors.KsefError` that
    ``failures`` names.
    """

    def __init__(
        self,
        environment: Environment,
        tokens: Tokens | None = None,
        *,
        transport: Transport | None = None,
        relogin: Callable[[], Tokens] | None = None,
        on_tokens: Callable[[Tokens], None] | None = None,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self.environment = environment
        self._transport = transport or Transport(environment)
        self._bearer = Bearer(
            tokens,
            refresh=self.refresh,
            relogin=relogin,
            on_tokens=on_tokens,
            clock=clock,
        )

    @property
    def tokens(self) -> Tokens | None:
        """The login as it stands, refreshed tokens included."""
        return self._bearer.tokens

    # -- without a login ---------------------------------------------------------

    def public_keys(self) -> tuple[PublicKey, ...]:
        """Return the keys of the Ministry to encrypt with, all usages."""
        answer = self._transport.send(_request(routes.PUBLIC_KEYS))
        items = answer.json()
        if not isinstance(items, list):
            raise KsefProtocolError("PublicKey: not a JSON list", code="bad_answer")
        return tuple(PublicKey.from_json(item) for item in items)

    def challenge(self) -> Challenge:
        """Ask for a challenge: ten minutes, one use."""
        answer = self._transport.send(_request(routes.CHALLENGE))
        return Challenge.from_json(answer.json())

    def submit_xades(self, xml: bytes) -> AuthOperation:
        """Send a signed AuthTokenRequest.

        :raises KsefRequestRejected: 21111 challenge, 21115 certificate, 9105
            signature …; a new attempt needs a new challenge
        """
        request = Request(
            routes.XADES_SIGNATURE.method,
            routes.XADES_SIGNATURE.path(),
            body=xml,
            content_type="application/xml",
        )
        return AuthOperation.from_json(self._transport.send(request).json())

    def auth_status(self, operation: AuthOperation) -> AuthStatus:
        """Ask how a login goes; a failed login is a status, not an exception."""
        path = routes.AUTH_STATUS.path(referenceNumber=operation.reference_number)
        request = Request("GET", path, bearer=operation.token.value)
        return AuthStatus.from_json(self._transport.send(request).json())

    def redeem(self, operation: AuthOperation) -> Tokens:
        """Take the tokens of a finished login; works once, never repeated."""
        request = Request(
            routes.REDEEM.method, routes.REDEEM.path(), bearer=operation.token.value
        )
        return Tokens.from_json(self._transport.send(request).json())

    def refresh(self, refresh_token: str) -> Token:
        """Return a new access token; the refresh token stays the same.

        :raises KsefRequestRejected: 21301 the login was withdrawn
        """
        request = Request(
            routes.REFRESH.method, routes.REFRESH.path(), bearer=refresh_token
        )
        answer = self._transport.send(request).json()
        return Fields(answer, "Refreshed").one("accessToken", Token.from_json)

    # -- login -------------------------------------------------------------------

    def revoke_current_session(self) -> None:
        """End the login at KSeF; without tokens there is nothing to end."""
        token = self._bearer.any_token()
        if token is not None:
            route = routes.REVOKE_CURRENT
            self._transport.send(Request(route.method, route.path(), bearer=token))

    def personal_grants(self) -> tuple[Grant, ...]:
        """Return the rights in this context, all pages.

        The owner's own rights are listed since API 2.9 only (``is_owner``); an empty
        result from an older KSeF does not mean "no rights".
        """
        grants: list[Grant] = []
        number, more = 0, True
        while more:
            query = {"pageOffset": str(number), "pageSize": str(_GRANT_PAGE_SIZE)}
            answer = self._call(routes.PERSONAL_GRANTS, json={}, query=query)
            page = GrantPage.from_json(answer.json())
            # The owner's rights come with every page.
            grants += [g for g in page.grants if not (number and g.is_owner)]
            number, more = number + 1, page.has_more and bool(page.grants)
        return tuple(grants)

    # -- interactive session -----------------------------------------------------

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
        return Fields(answer.json(), "SentInvoice").text("referenceNumber")

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
            headers=_continuation(continuation_token),
        )
        return SessionPage.from_json(answer.json())

    # -- documents: bytes exactly as KSeF gives them -------------------------------

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
        return _verified(self._transport.send(request), sha)

    def invoice(self, ksef_number: str) -> bytes:
        """Return an invoice's XML; 21164 unknown, 21165 not yet available."""
        return self._document(routes.INVOICE, ksefNumber=ksef_number)

    # -- limits and certificates ---------------------------------------------------

    def rate_limits(self) -> RateLimits:
        """Return the request limits in force for this context."""
        return RateLimits.from_json(self._call(routes.RATE_LIMITS).json())

    def context_limits(self) -> ContextLimits:
        """Return the size limits of sessions in this context."""
        return ContextLimits.from_json(self._call(routes.CONTEXT_LIMITS).json())

    def query_certificates(self, serial: str) -> tuple[CertificateInfo, ...]:
        """Return the own KSeF certificates with this serial number (none or one).

        :param serial: 16 upper-case hex digits
        """
        answer = self._call(
            routes.CERTIFICATES_QUERY, json={"certificateSerialNumber": serial}
        )
        return CertificateInfo.list_from_json(answer.json())

    # -- inside --------------------------------------------------------------------

    def _page(
        self, route: Route, session_reference: str, token: str | None, page_size: int
    ) -> InvoicePage:
        answer = self._call(
            route,
            query={"pageSize": str(page_size)},
            headers=_continuation(token),
            referenceNumber=session_reference,
        )
        return InvoicePage.from_json(answer.json())

    def _document(self, route: Route, **values: str) -> bytes:
        return _verified(self._call(route, accept="application/xml", **values))

    def _call(
        self,
        route: Route,
        *,
        json: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: str = "application/json",
        **values: str,
    ) -> Response:
        """Make a protected call; a 401 costs one refresh, then one new login."""

        def send(token: str) -> Response:
            return self._transport.send(
                Request(
                    route.method,
                    route.path(**values),
                    bearer=token,
                    json=json,
                    query=query or {},
                    headers=headers or {},
                    accept=accept,
                )
            )

        first = self._bearer.access_token()
        try:
            return send(first)
        except KsefAuthError as error:
            if error.status != 401:
                raise
            cause = error
        try:
            return send(self._bearer.renewed(cause))
        except KsefAuthError as error:
            if error.status != 401:
                raise
            cause = error
        return send(self._bearer.logged_in_again(cause))


def _request(route: Route) -> Request:
    return Request(route.method, route.path())


def _continuation(token: str | None) -> dict[str, str]:
    return {} if token is None else {"x-continuation-token": token}


def _verified(answer: Response, sha: str | None = None) -> bytes:
    """Return the body after comparing it with the hash that came along."""
    actual = sha256_base64(answer.body)
    for expected in (answer.headers.get(HASH_HEADER), sha):
        if expected and not hmac.compare_digest(expected, actual):
            raise KsefProtocolError(
                "The downloaded document does not match its hash.",
                code="hash_mismatch",
                status=answer.status,
                retryable=True,
            )
    if not answer.body:
        raise KsefProtocolError("The downloaded document is empty.", code="empty_body")
    return answer.body

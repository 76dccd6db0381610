"""Endpoints around the login: keys, authentication, rights, limits, certificates."""

from __future__ import annotations

from . import routes
from .calls import Calls
from .errors import KsefProtocolError
from .messages import (
    AuthOperation,
    AuthStatus,
    CertificateInfo,
    Challenge,
    ContextLimits,
    Grant,
    GrantPage,
    PublicKey,
    RateLimits,
    Tokens,
)
from .routes import Route
from .transport import Request

_GRANT_PAGE_SIZE = 100


class LoginEndpoints(Calls):
    """Public keys and authentication: what needs no login, and its end."""

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

    def revoke_current_session(self) -> None:
        """End the login at KSeF; without tokens there is nothing to end."""
        token = self._bearer.any_token()
        if token is not None:
            route = routes.REVOKE_CURRENT
            self._transport.send(Request(route.method, route.path(), bearer=token))


class AccountEndpoints(Calls):
    """Rights, limits and certificates of whoever is logged in."""

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


def _request(route: Route) -> Request:
    return Request(route.method, route.path())

"""The logins of a subject in a context: list and revoke. Source: ksef-api.md §2.1."""

from __future__ import annotations

from werkzeug import Response

from ..auth_operations import as_json
from ..continuation import page_of, page_size
from ..errors import invalid
from ..routes import Bearer, Call, empty_response, json_response, route
from ..state import AuthOperation

REVOKED = 425


@route("GET", "/auth/sessions")
def list_sessions(call: Call) -> Response:
    """List the logins that can still be used, newest first."""
    size = page_size(call, 10, 100)
    page, token = page_of(call, _active(call), lambda item: item.reference, size)
    current = call.authorized.operation
    items = [
        {
            **as_json(item),
            "referenceNumber": item.reference,
            "isCurrent": item is current,
        }
        for item in page
    ]
    return json_response({"continuationToken": token, "items": items})


@route("DELETE", "/auth/sessions/current", bearer=Bearer.ACCESS_OR_REFRESH)
def revoke_current(call: Call) -> Response:
    """Revoke the login of the token that calls."""
    _revoke(call.authorized.operation)
    return empty_response()


@route("DELETE", "/auth/sessions/{referenceNumber}")
def revoke(call: Call) -> Response:
    """Revoke a login of the same subject in the same context."""
    reference = call.params["referenceNumber"]
    for item in _active(call):
        if item.reference == reference:
            _revoke(item)
            return empty_response()
    raise invalid(f"Sesja uwierzytelnienia {reference} nie istnieje.")


def _active(call: Call) -> list[AuthOperation]:
    """Return the redeemed, unrevoked logins of the caller, newest first."""
    own = call.authorized
    return [
        item
        for item in reversed(call.state.operations.values())
        if item.context == own.context
        and item.subject == own.subject
        and item.status == 200
        and item.refresh_valid_until is not None
        and item.refresh_valid_until > call.now
    ]


def _revoke(operation: AuthOperation) -> None:
    """End a login: its refresh token is dead, its access tokens run out."""
    operation.status = REVOKED
    operation.details = ("Uwierzytelnienie zostało unieważnione przez użytkownika.",)

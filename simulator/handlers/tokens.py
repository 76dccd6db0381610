"""KSeF tokens: make, list, look at, revoke. Logging in with one is ``handlers/auth``.

Source: ksef-api.md §13; OpenAPI 2.9, tag Tokeny KSeF. The text of a token is given out
once; only its SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from werkzeug import Response

from ..clock import isoformat
from ..continuation import page_of, page_size
from ..errors import ApiError, Forbidden, invalid
from ..routes import Call, empty_response, json_response, route
from ..shape import choice, items, read
from ..state import KsefToken
from .testdata import DESCRIPTION, PERMISSIONS

_STATUSES = ("Pending", "Active", "Revoking", "Revoked", "Failed")
_AUTHOR_TYPES = ("Nip", "Pesel", "Fingerprint")
_SHORTEST_FILTER = 3
_MANAGE = "CredentialsManage"
_READ = ("CredentialsManage", "CredentialsRead")
_FIELDS = {"permissions": items(choice(*PERMISSIONS), 1), "description": DESCRIPTION}
#: How the context stands in the text of a token.
_CONTEXT_WORDS = {"Nip": "nip", "InternalId": "internalId"}


@route("POST", "/tokens")
def make(call: Call) -> Response:
    """Make a token with rights that the caller has; it is active a moment later."""
    auth = call.authorized
    if auth.by_token:
        raise Forbidden("auth-method-not-allowed", authenticationMethodCategory="Token")
    if auth.context.type not in _CONTEXT_WORDS:
        raise ApiError(26002)
    body = read(call.json(), _FIELDS)
    if not auth.is_owner and not set(body["permissions"]) <= set(auth.permissions):
        raise ApiError(26001)
    reference = call.state.new_reference("EC", call.now)
    word = _CONTEXT_WORDS[auth.context.type]
    text = f"{reference}|{word}-{auth.context.value}|{secrets.token_hex(32)}"
    token = KsefToken(
        reference=reference,
        text_hash=hashlib.sha256(text.encode()).digest(),
        context=auth.context,
        author=auth.subject,
        permissions=tuple(dict.fromkeys(body["permissions"])),
        description=body["description"],
        created_at=call.now,
        status="Pending",
    )
    call.state.tokens[reference] = token
    _later(call, token, "Pending", "Active")
    return json_response({"referenceNumber": reference, "token": text}, 202)


@route("GET", "/tokens")
def list_tokens(call: Call) -> Response:
    """List the tokens of this context, newest first: all or the caller's own."""
    size = page_size(call, 10, 100)
    _check_filters(call)
    found = [item for item in call.state.tokens.values() if _may_see(call, item)]
    found = [item for item in found if _passes(call, item)]
    found.sort(key=lambda item: item.created_at, reverse=True)
    page, token = page_of(call, found, lambda item: item.reference, size)
    rows = [_token_json(item) for item in page]
    return json_response({"continuationToken": token, "tokens": rows})


@route("GET", "/tokens/{reference}")
def token_status(call: Call) -> Response:
    """Show one token."""
    return json_response(_token_json(_visible(call)))


@route("DELETE", "/tokens/{reference}")
def revoke(call: Call) -> Response:
    """Revoke a token: any one with CredentialsManage, else one's own or itself."""
    token, auth = _visible(call), call.authorized
    is_itself = auth.operation.ksef_token_reference == token.reference
    is_own = token.author == auth.subject and not auth.by_token
    if not (is_itself or is_own):
        auth.require(_MANAGE)
    if token.status in ("Pending", "Active"):
        token.status = "Revoking"
        _later(call, token, "Revoking", "Revoked")
    return empty_response()


def _later(call: Call, token: KsefToken, before: str, after: str) -> None:
    """Change the status of a token a moment later, if nothing else changed it."""

    def job(_due: datetime) -> None:
        if token.status == before:
            token.status = after

    due = call.now + timedelta(seconds=call.config.processing_seconds)
    call.state.schedule(due, job)


def _visible(call: Call) -> KsefToken:
    """Return the named token.

    :raises ApiError: 21405 when there is none that the caller may see
    """
    token = call.state.tokens.get(call.params["reference"])
    if token is None or not _may_see(call, token):
        raise invalid("Token o podanym numerze referencyjnym nie istnieje.")
    return token


def _may_see(call: Call, token: KsefToken) -> bool:
    """Tell whether a token is of this context and the caller may know of it."""
    auth = call.authorized
    if token.context != auth.context:
        return False
    if auth.may(*_READ) or auth.operation.ksef_token_reference == token.reference:
        return True
    return token.author == auth.subject and not auth.by_token


def _check_filters(call: Call) -> None:
    """Check the filters of the query string.

    :raises ApiError: 21405
    """
    asked = call.request.args
    known = {"status": _STATUSES, "authorIdentifierType": _AUTHOR_TYPES}
    for name, values in known.items():
        for value in asked.getlist(name):
            if value not in values:
                raise invalid(f"The value '{value}' is not valid for '{name}'.")
    for name in ("description", "authorIdentifier"):
        if 0 < len(asked.get(name, "")) < _SHORTEST_FILTER:
            raise invalid(f"'{name}' must have at least {_SHORTEST_FILTER} characters.")


def _passes(call: Call, token: KsefToken) -> bool:
    """Tell whether a token passes the filters of the query string."""
    asked = call.request.args
    statuses = asked.getlist("status")
    description = asked.get("description", "").lower()
    return (
        (not statuses or token.status in statuses)
        and description in token.description.lower()
        and asked.get("authorIdentifier", "") in token.author.value
        and asked.get("authorIdentifierType") in (None, "", token.author.type)
    )


def _token_json(token: KsefToken) -> dict[str, Any]:
    """Write a token as the API shows it: never its text."""
    used = token.last_use_at
    return {
        "referenceNumber": token.reference,
        "authorIdentifier": token.author.as_json(),
        "contextIdentifier": token.context.as_json(),
        "description": token.description,
        "requestedPermissions": list(token.permissions),
        "dateCreated": isoformat(token.created_at),
        "lastUseDate": None if used is None else isoformat(used),
        "status": token.status,
    }

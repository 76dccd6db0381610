"""From a finished login to tokens, and their renewal.

Source: ksef-api.md §2.1 and §2.2.
"""

from __future__ import annotations

from werkzeug import Response

from ..auth_context import ACCESS_LIFETIME, REFRESH_LIFETIME
from ..clock import UTC
from ..errors import ApiError
from ..login import current_permissions
from ..rights import is_deceased
from ..routes import Bearer, Call, json_response, route
from ..state import AuthOperation


@route("POST", "/auth/token/redeem", group="anonymous", bearer=Bearer.OPERATION)
def redeem(call: Call) -> Response:
    """Give out the access and refresh token of a login, once."""
    operation = call.authorized.operation
    _check_credentials(call, operation, "pobranie tokenów")
    if operation.redeemed:
        raise ApiError(
            21301,
            f"Tokeny dla operacji uwierzytelniania {operation.reference} "
            "zostały już pobrane.",
        )
    operation.redeemed = True
    operation.refresh_valid_until = (call.now + REFRESH_LIFETIME).astimezone(UTC)
    tokens = call.simulator.tokens
    return json_response(
        {
            "accessToken": tokens.make(
                Bearer.ACCESS, operation, call.now, ACCESS_LIFETIME
            ),
            "refreshToken": tokens.make(
                Bearer.REFRESH, operation, call.now, REFRESH_LIFETIME
            ),
        }
    )


@route("POST", "/auth/token/refresh", group="anonymous", bearer=Bearer.REFRESH)
def refresh(call: Call) -> Response:
    """Give out another access token, with the permissions of today."""
    operation = call.authorized.operation
    _check_credentials(call, operation, "odświeżenie tokenu dostępowego")
    operation.permissions = current_permissions(call.state, operation)
    operation.last_refresh_at = call.now
    token = call.simulator.tokens.make(
        Bearer.ACCESS, operation, call.now, ACCESS_LIFETIME
    )
    return json_response({"accessToken": token})


def _check_credentials(call: Call, operation: AuthOperation, wanted: str) -> None:
    """Refuse a login that is not good, or not good any more.

    :raises ApiError: 21301 or 21308
    """
    if operation.status != 200:
        text = f"Status uwierzytelniania ({operation.status}) nie pozwala na {wanted}."
        raise ApiError(21301, text)
    token = call.state.tokens.get(operation.ksef_token_reference or "")
    if token is not None and token.status != "Active":
        raise ApiError(21301, "Token KSeF został unieważniony.")
    if operation.subject is not None and is_deceased(call.state, operation.subject):
        raise ApiError(21308)

"""A login as the API shows it, and how to find one.

Source: ksef-api.md §2.1; the answer of GET /auth/{referenceNumber}.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from .clock import isoformat
from .codes import AUTH_LABELS
from .errors import ApiError, Gone
from .routes import Call
from .state import AuthOperation

KEPT = timedelta(days=7)
# Name of the deprecated member -> (code, name to show). The codes are not documented.
_METHODS = {
    "Token": ("token.ksef", "Token KSeF"),
    "InternalCertificate": ("xades.ksef-certificate", "Certyfikat KSeF"),
    "QualifiedSeal": ("xades.qualified-seal", "Pieczęć kwalifikowana"),
    "QualifiedSignature": ("xades.qualified-signature", "Podpis kwalifikowany"),
}


def find(call: Call, reference: str) -> AuthOperation:
    """Return the login that a call by its operation token asks about.

    :raises ApiError: 21304 when there is none, or it is somebody else's
    :raises Gone: it is older than seven days
    """
    operation = call.state.operations.get(reference)
    own = call.authorized.operation
    if operation is None or operation.context != own.context:
        raise not_found(reference)
    if call.now - operation.started_at > KEPT:
        raise Gone
    if operation is not own:
        raise not_found(reference)
    return operation


def not_found(reference: str) -> ApiError:
    """Make the refusal of an unknown login."""
    return ApiError(
        21304,
        f"Operacja uwierzytelniania o numerze referencyjnym {reference} "
        "nie została znaleziona.",
    )


def as_json(operation: AuthOperation) -> dict[str, Any]:
    """Write the status of a login."""
    code, shown = _METHODS[operation.method]
    refreshed, valid_until = operation.last_refresh_at, operation.refresh_valid_until
    return {
        "startDate": isoformat(operation.started_at),
        "authenticationMethod": operation.method,
        "authenticationMethodInfo": {
            "category": operation.category,
            "code": code,
            "displayName": shown,
        },
        "status": {
            "code": operation.status,
            "description": AUTH_LABELS[operation.status],
            "details": list(operation.details) or None,
        },
        "isTokenRedeemed": operation.redeemed,
        "lastTokenRefreshDate": isoformat(refreshed) if refreshed else None,
        "refreshTokenValidUntil": isoformat(valid_until) if valid_until else None,
    }

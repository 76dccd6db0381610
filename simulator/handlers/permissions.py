"""Revoke rights, ask what became of an operation, consent to attachments.

Source: ksef-api.md §13; OpenAPI 2.9, tags Odbieranie uprawnień and Operacje.
"""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from ..clock import isoformat
from ..codes import PERMISSION_OPERATION_LABELS
from ..errors import Gone, invalid
from ..permission_operations import OPERATION_KEPT, Operations, Refusal, accept
from ..routes import Call, json_response, route

_MANAGE = {"permissions": ("CredentialsManage",)}


@route(
    "DELETE",
    "/permissions/common/grants/{permission_id}",
    permissions=("CredentialsManage", "VatUeManage", "SubunitManage"),
)
def revoke_grant(call: Call) -> Response:
    """Take a right away that was given in this context or by it."""
    key, context = call.params["permission_id"], call.authorized.context

    def work() -> Refusal | None:
        found = call.state.grants.get(key)
        if found is None or context not in (found.context, found.details.get("parent")):
            return Refusal(400, "Uprawnienie o podanym identyfikatorze nie istnieje.")
        del call.state.grants[key]
        return None

    return accept(call, work)


@route("DELETE", "/permissions/authorizations/grants/{permission_id}", **_MANAGE)
def revoke_authorization(call: Call) -> Response:
    """Take a right between entities away."""
    key, context = call.params["permission_id"], call.authorized.context

    def work() -> Refusal | None:
        found = call.state.authorizations.get(key)
        if found is None or found.grantor_nip != context.value:
            return Refusal(400, "Uprawnienie o podanym identyfikatorze nie istnieje.")
        del call.state.authorizations[key]
        return None

    return accept(call, work)


@route("GET", "/permissions/operations/{reference}")
def operation_status(call: Call) -> Response:
    """Tell what became of a grant or revocation."""
    operations = call.state.area(Operations).by_reference
    operation = operations.get(call.params["reference"])
    if operation is None or operation.context != call.authorized.context:
        raise invalid("Operacja o podanym numerze referencyjnym nie istnieje.")
    if call.now - operation.started_at > OPERATION_KEPT:
        raise Gone
    status: dict[str, Any] = {
        "code": operation.status,
        "description": PERMISSION_OPERATION_LABELS[operation.status],
        "details": list(operation.details) or None,
    }
    return json_response({"status": status})


@route(
    "GET",
    "/permissions/attachments/status",
    permissions=("CredentialsManage", "CredentialsRead"),
)
def attachment_status(call: Call) -> Response:
    """Tell whether the context may send invoices with attachments."""
    consents, nip = call.state.attachment_consents, call.authorized.context.value
    ends_at = consents.get(nip)
    allowed = nip in consents and (ends_at is None or ends_at > call.now)
    revoked = None if ends_at is None else isoformat(ends_at)
    return json_response({"isAttachmentAllowed": allowed, "revokedDate": revoked})

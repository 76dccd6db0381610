"""Grant rights: to persons, companies, intermediaries, subunits, EU entities.

Every call answers 202 with a reference; the work is done a moment later.
Source: ksef-api.md §13; OpenAPI 2.9, tag Nadawanie uprawnień.
"""

from __future__ import annotations

import uuid
from typing import Any

from werkzeug import Response

from ..errors import invalid
from ..permission_operations import Refusal, accept, storing
from ..permissions import (
    AUTHORIZATION_KINDS,
    ENTITY_DETAILS,
    ENTITY_SCOPES,
    EU_DETAILS,
    EU_ENTITY,
    OPTIONAL_SUBUNIT_NAME,
    PERSON_DETAILS,
    new_grant,
)
from ..routes import Call, route
from ..shape import Check, boolean, choice, items, optional, read, record, text
from ..state import Authorization, Grant, Identifier
from .testdata import DESCRIPTION, NIP, PERMISSIONS, identifier

_PERSON = record({"type": choice("Nip", "Pesel", "Fingerprint"), "value": text(10, 64)})
_FINGERPRINT = record({"type": choice("Fingerprint"), "value": text(64, 64)})
_NIP_SUBJECT = record({"type": choice("Nip"), "value": NIP})
_NIP_OR_PEPPOL = record({"type": choice("Nip", "PeppolId"), "value": text(9, 10)})
_SUBUNIT = record({"type": choice("InternalId", "Nip"), "value": text(10, 16)})
_EU_CONTEXT = record({"type": choice("NipVatUe"), "value": text(15, 25)})
_TARGET = record(
    {
        "type": choice("Nip", "AllPartners", "InternalId"),
        "value": optional(text(10, 16)),
    }
)


def _fields(subject: Check, details: Check, **others: Check) -> dict[str, Check]:
    """Make a field table of what all grants share and what one adds."""
    return {
        "subjectIdentifier": subject,
        "description": DESCRIPTION,
        "subjectDetails": details,
        **others,
    }


_PERSONS = _fields(_PERSON, PERSON_DETAILS, permissions=items(choice(*PERMISSIONS), 1))
_ENTITY_PERMISSION = record(
    {"type": choice(*ENTITY_SCOPES), "canDelegate": optional(boolean, False)}
)
_ENTITIES = _fields(
    _NIP_SUBJECT, ENTITY_DETAILS, permissions=items(_ENTITY_PERMISSION, 1)
)
_AUTHORIZATIONS = _fields(
    _NIP_OR_PEPPOL,
    ENTITY_DETAILS,
    permission=choice(*AUTHORIZATION_KINDS),
)
_INDIRECT = _fields(
    _PERSON,
    PERSON_DETAILS,
    targetIdentifier=optional(_TARGET),
    permissions=items(choice(*ENTITY_SCOPES), 1),
)
_SUBUNITS = _fields(
    _PERSON,
    PERSON_DETAILS,
    contextIdentifier=_SUBUNIT,
    subunitName=OPTIONAL_SUBUNIT_NAME,
)
_EU_ADMINISTRATION = _fields(
    _FINGERPRINT,
    EU_DETAILS,
    contextIdentifier=_EU_CONTEXT,
    euEntityName=text(5, 256),
    euEntityDetails=EU_ENTITY,
)
_EU = _fields(
    _FINGERPRINT,
    EU_DETAILS,
    permissions=items(choice("InvoiceWrite", "InvoiceRead"), 1),
)
_MANAGE = {"permissions": ("CredentialsManage",)}


@route("POST", "/permissions/persons/grants", **_MANAGE)
def grant_to_person(call: Call) -> Response:
    """Give a person or a company rights to work in this context."""
    body = read(call.json(), _PERSONS)
    if len(set(body["permissions"])) < len(body["permissions"]):
        raise invalid("'permissions' must be unique.")
    context = call.authorized.context
    made = [
        _grant(call, context, body, scope, person=body["subjectDetails"])
        for scope in body["permissions"]
    ]
    return accept(call, storing(call, made))


@route("POST", "/permissions/entities/grants", **_MANAGE)
def grant_to_entity(call: Call) -> Response:
    """Let another company handle the invoices of this context."""
    body = read(call.json(), _ENTITIES)
    made = [
        _grant(
            call,
            call.authorized.context,
            body,
            scope["type"],
            can_delegate=scope["canDelegate"],
            entity=body["subjectDetails"],
        )
        for scope in body["permissions"]
    ]
    return accept(call, storing(call, made))


@route("POST", "/permissions/authorizations/grants", **_MANAGE)
def authorize(call: Call) -> Response:
    """Let another entity issue invoices for this one (self-billing and the like)."""
    body = read(call.json(), _AUTHORIZATIONS)
    made = Authorization(
        id=str(uuid.uuid4()),
        grantor_nip=call.authorized.context.value,
        authorized=identifier(body["subjectIdentifier"]),
        kind=body["permission"],
        description=body["description"],
        start_at=call.now,
        details={"author": call.authorized.subject, "entity": body["subjectDetails"]},
    )

    def work() -> Refusal | None:
        if call.authorized.context.type != "Nip":
            return Refusal(430, "Kontekst nie jest identyfikowany przez NIP.")
        call.state.authorizations[made.id] = made
        return None

    return accept(call, work)


@route("POST", "/permissions/indirect/grants", **_MANAGE)
def grant_indirectly(call: Call) -> Response:
    """Pass rights on that partners gave this context with ``canDelegate``.

    Without a target, or with ``AllPartners``, all partners of any moment are meant.
    """
    body = read(call.json(), _INDIRECT)
    named = body["targetIdentifier"] or {"type": "AllPartners", "value": None}
    target = Identifier(named["type"], named["value"] or "")
    context, details = call.authorized.context, body["subjectDetails"]
    made = [
        _grant(call, context, body, scope, target=target, person=details)
        for scope in body["permissions"]
    ]

    def work() -> Refusal | None:
        if target.type != "AllPartners" and not any(
            item.can_delegate and (item.context, item.authorized) == (target, context)
            for item in call.state.grants.values()
        ):
            return Refusal(440, "Brak uprawnienia z prawem do dalszego przekazywania.")
        return storing(call, made)()

    return accept(call, work)


@route("POST", "/permissions/subunits/grants", permissions=("SubunitManage",))
def grant_in_subunit(call: Call) -> Response:
    """Make an administrator of a subordinate unit."""
    body = read(call.json(), _SUBUNITS)
    context = identifier(body["contextIdentifier"])
    made = _grant(
        call,
        context,
        body,
        "CredentialsManage",
        person=body["subjectDetails"],
        subunit_name=body["subunitName"],
        parent=call.authorized.context,
    )

    def work() -> Refusal | None:
        parent = call.authorized.context.value
        known = call.state.subjects.get(parent)
        is_internal = context.type == "InternalId" and context.value.startswith(parent)
        if not is_internal and (known is None or context.value not in known.subunits):
            return Refusal(410, "Jednostka nie podlega podmiotowi kontekstu.")
        return storing(call, [made])()

    return accept(call, work)


@route("POST", "/permissions/eu-entities/administration/grants", **_MANAGE)
def grant_eu_administration(call: Call) -> Response:
    """Make an administrator of an EU entity that bills in this company's name."""
    body = read(call.json(), _EU_ADMINISTRATION)
    context = identifier(body["contextIdentifier"])
    made = _grant(
        call,
        context,
        body,
        "VatUeManage",
        person=body["subjectDetails"],
        eu_name=body["euEntityName"],
        eu_entity=body["euEntityDetails"],
    )

    def work() -> Refusal | None:
        if not context.value.startswith(call.authorized.context.value):
            return Refusal(410, "Kontekst nie należy do podmiotu nadającego.")
        return storing(call, [made])()

    return accept(call, work)


@route("POST", "/permissions/eu-entities/grants", permissions=("VatUeManage",))
def grant_eu(call: Call) -> Response:
    """Give rights to a representative of the EU entity of this context."""
    body = read(call.json(), _EU)
    context = call.authorized.context
    made = [
        _grant(call, context, body, scope, person=body["subjectDetails"])
        for scope in body["permissions"]
    ]
    return accept(call, storing(call, made))


def _grant(
    call: Call, context: Identifier, body: dict[str, Any], scope: str, **details: Any
) -> Grant:
    subject = identifier(body["subjectIdentifier"])
    return new_grant(call, context, subject, scope, body["description"], **details)

"""Test data: subjects, persons, rights, consents, blocked contexts, certificate dates.

TEST only; elsewhere these addresses do not exist. Identifier types are taken in any
case, because the official samples write them in lower case.
Source: ksef-api.md §14; OpenAPI 2.9, tag Dane testowe.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from werkzeug import Response

from ..clock import UTC, WARSAW
from ..errors import ApiError, PlainHttpError
from ..routes import Bearer, Call, empty_response, route
from ..shape import boolean, choice, day, items, moment, optional, read, record, text
from ..state import Grant, Identifier, Person, Subject

NIP = text(10, 10, r"[1-9]((\d[1-9])|([1-9]\d))\d{7}")
PESEL = text(11, 11, r"\d{11}")
DESCRIPTION = text(5, 256)
PERMISSIONS = (
    "InvoiceRead",
    "InvoiceWrite",
    "Introspection",
    "CredentialsRead",
    "CredentialsManage",
    "EnforcementOperations",
    "SubunitManage",
    "CollectiveIdentifierManage",
)
_SUBUNIT = record({"subjectNip": NIP, "description": DESCRIPTION})
_SUBJECT = {
    "subjectNip": NIP,
    "subjectType": choice("EnforcementAuthority", "VatGroup", "JST"),
    "subunits": optional(items(_SUBUNIT), []),
    "description": DESCRIPTION,
    "createdDate": optional(moment),
}
_PERSON = {
    "nip": NIP,
    "pesel": PESEL,
    "isBailiff": boolean,
    "isDeceased": optional(boolean, False),
    "description": DESCRIPTION,
    "createdDate": optional(moment),
}
_NIP_CONTEXT = record({"type": choice("Nip", any_case=True), "value": NIP})
_AUTHORIZED = record(
    {
        "type": choice("Nip", "Pesel", "Fingerprint", any_case=True),
        "value": text(10, 64),
    }
)
_PERMISSION = record(
    {"permissionType": choice(*PERMISSIONS), "description": DESCRIPTION}
)
_GRANT = {
    "contextIdentifier": _NIP_CONTEXT,
    "authorizedIdentifier": _AUTHORIZED,
    "permissions": items(_PERMISSION, 1),
}
_REVOKE = {"contextIdentifier": _NIP_CONTEXT, "authorizedIdentifier": _AUTHORIZED}
_ANY_CONTEXT = record(
    {
        "type": choice("Nip", "InternalId", "NipVatUe", "PeppolId", any_case=True),
        "value": text(1),
    }
)
_PUBLIC = {"group": "anonymous", "bearer": Bearer.NONE}

Handler = Callable[[Call], Response]


def only_on_test(handler: Handler) -> Handler:
    """Make a handler that does not exist on DEMO and PRD."""

    @functools.wraps(handler)
    def guarded(call: Call) -> Response:
        if call.config.environment != "TEST":
            raise PlainHttpError(404)
        return handler(call)

    return guarded


def identifier(value: dict[str, Any]) -> Identifier:
    """Make the identifier of a checked ``{type, value}`` object."""
    return Identifier(value["type"], value["value"])


@route("POST", "/testdata/subject", **_PUBLIC)
@only_on_test
def create_subject(call: Call) -> Response:
    """Make a VAT group, a local government unit or an enforcement authority."""
    body = read(call.json(), _SUBJECT)
    if body["subjectNip"] in call.state.subjects:
        raise ApiError(30001)
    call.state.subjects[body["subjectNip"]] = Subject(
        nip=body["subjectNip"],
        type=body["subjectType"],
        description=body["description"],
        created_at=body["createdDate"] or call.now,
        subunits={unit["subjectNip"]: unit["description"] for unit in body["subunits"]},
    )
    return empty_response(200)


@route("POST", "/testdata/subject/remove", **_PUBLIC)
@only_on_test
def remove_subject(call: Call) -> Response:
    """Remove a test subject; an unknown one is no mistake."""
    nip = read(call.json(), {"subjectNip": NIP})["subjectNip"]
    call.state.subjects.pop(nip, None)
    return empty_response(200)


@route("POST", "/testdata/person", **_PUBLIC)
@only_on_test
def create_person(call: Call) -> Response:
    """Make a natural person who has a NIP and a PESEL, perhaps a bailiff."""
    body = read(call.json(), _PERSON)
    if body["nip"] in call.state.persons:
        raise ApiError(30001)
    call.state.persons[body["nip"]] = Person(
        nip=body["nip"],
        pesel=body["pesel"],
        is_bailiff=body["isBailiff"],
        is_deceased=body["isDeceased"],
        description=body["description"],
        created_at=body["createdDate"] or call.now,
    )
    return empty_response(200)


@route("POST", "/testdata/person/remove", **_PUBLIC)
@only_on_test
def remove_person(call: Call) -> Response:
    """Remove a test person; an unknown one is no mistake."""
    call.state.persons.pop(read(call.json(), {"nip": NIP})["nip"], None)
    return empty_response(200)


@route("POST", "/testdata/permissions", **_PUBLIC)
@only_on_test
def grant(call: Call) -> Response:
    """Give rights in a NIP context without asking its owner."""
    body = read(call.json(), _GRANT)
    context = identifier(body["contextIdentifier"])
    authorized = identifier(body["authorizedIdentifier"])
    held = {
        item.permission
        for item in call.state.grants.values()
        if (item.context, item.authorized) == (context, authorized)
    }
    for wanted in body["permissions"]:
        if wanted["permissionType"] in held:
            continue
        made = Grant(
            id=str(uuid.uuid4()),
            context=context,
            authorized=authorized,
            permission=wanted["permissionType"],
            description=wanted["description"],
            start_at=call.now,
        )
        call.state.grants[made.id] = made
    return empty_response(200)


@route("POST", "/testdata/permissions/revoke", **_PUBLIC)
@only_on_test
def revoke(call: Call) -> Response:
    """Take all rights of a subject in a context away."""
    body = read(call.json(), _REVOKE)
    parties = tuple(identifier(body[name]) for name in _REVOKE)
    for key, item in list(call.state.grants.items()):
        if (item.context, item.authorized) == parties:
            del call.state.grants[key]
    return empty_response(200)


@route("POST", "/testdata/attachment", **_PUBLIC)
@only_on_test
def allow_attachments(call: Call) -> Response:
    """Register the consent to invoices with attachments."""
    call.state.attachment_consents[read(call.json(), {"nip": NIP})["nip"]] = None
    return empty_response(200)


@route("POST", "/testdata/attachment/revoke", **_PUBLIC)
@only_on_test
def revoke_attachments(call: Call) -> Response:
    """Withdraw the consent, at once or at the end of a day (Warsaw)."""
    body = read(call.json(), {"nip": NIP, "expectedEndDate": optional(day)})
    if body["nip"] in call.state.attachment_consents:
        last_day, ends_at = body["expectedEndDate"], call.now
        if last_day is not None:
            midnight = datetime.combine(last_day + timedelta(days=1), time(), WARSAW)
            ends_at = midnight.astimezone(UTC)
        call.state.attachment_consents[body["nip"]] = ends_at
    return empty_response(200)


@route("POST", "/testdata/context/block", bearer=Bearer.NONE)
@only_on_test
def block(call: Call) -> Response:
    """Block logins to a context: they end with status 480."""
    call.state.blocked_contexts.add(_named_context(call))
    return empty_response(200)


@route("POST", "/testdata/context/unblock", bearer=Bearer.NONE)
@only_on_test
def unblock(call: Call) -> Response:
    """Let logins to a context pass again."""
    call.state.blocked_contexts.discard(_named_context(call))
    return empty_response(200)


@route("PUT", "/testdata/certificates/{serial}")
@only_on_test
def move_certificate_end(call: Call) -> Response:
    """Change until when KSeF takes a certificate for valid (API 2.7)."""
    ends_at = read(call.json(), {"validTo": moment})["validTo"]
    certificate = call.state.certificates.get(call.params["serial"])
    if certificate is None or certificate.owner != call.authorized.subject:
        raise ApiError(25008)
    certificate.valid_to = ends_at
    return empty_response(200)


def _named_context(call: Call) -> Identifier:
    return identifier(
        read(call.json(), {"contextIdentifier": _ANY_CONTEXT})["contextIdentifier"]
    )

"""Ask which rights exist: own ones, other people's, between entities.

Source: ksef-api.md §13; OpenAPI 2.9, tag Wyszukiwanie nadanych uprawnień. The rights of
an owner are not listed (case 95): an empty list does not mean no rights.
"""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from ..clock import isoformat
from ..paging import page_response, read_page
from ..permissions import (
    AUTHORIZATION_KINDS,
    ENTITY_SCOPES,
    author_of,
    entity_json,
    grant_json,
    identities_of,
    is_named,
    newest_first,
    person_json,
    who,
)
from ..rights import reaches
from ..routes import Call, json_response, route
from ..shape import choice, items, optional, read, text
from ..state import Authorization, Grant, Identifier
from .testdata import PERMISSIONS

_READ = {"permissions": ("CredentialsManage", "CredentialsRead")}
_READ_SUBUNITS = {"permissions": (*_READ["permissions"], "SubunitManage")}

_SCOPES = optional(items(choice(*PERMISSIONS, "VatUeManage")))
_STATE = optional(choice("Active", "Inactive"))
_GIVEN_HERE = "PermissionsGrantedInCurrentContext"
_PERSONAL = {
    "contextIdentifier": who("Nip", "InternalId"),
    "targetIdentifier": who("Nip", "AllPartners", "InternalId"),
    "permissionTypes": _SCOPES,
    "permissionState": _STATE,
}
_PERSONS = {
    "authorIdentifier": who("Nip", "Pesel", "Fingerprint", "System"),
    "authorizedIdentifier": who("Nip", "Pesel", "Fingerprint"),
    **_PERSONAL,
    "queryType": choice("PermissionsInCurrentContext", _GIVEN_HERE),
}
_ENTITIES = {"contextIdentifier": who("Nip", "InternalId")}
_SUBUNITS = {"subunitIdentifier": who("InternalId", "Nip")}
_AUTHORIZATIONS = {
    "authorizingIdentifier": who("Nip"),
    "authorizedIdentifier": who("Nip", "PeppolId"),
    "queryType": choice("Granted", "Received"),
    "permissionTypes": optional(items(choice(*AUTHORIZATION_KINDS))),
}
_EU_SCOPES = ("VatUeManage", "InvoiceWrite", "InvoiceRead", "Introspection")
_EU = {
    "vatUeIdentifier": optional(text()),
    "authorizedFingerprintIdentifier": optional(text()),
    "permissionTypes": optional(items(choice(*_EU_SCOPES))),
}


@route("POST", "/permissions/query/personal/grants")
def personal(call: Call) -> Response:
    """List the caller's own rights in this context; an owner's are not among them."""
    page, filters = read_page(call, 100), read(call.json(), _PERSONAL)
    auth = call.authorized
    own = identities_of(call.state, auth.subject)
    found = [
        item
        for item in call.state.grants.values()
        if (item.authorized in own and reaches(call.state, item, auth.context))
        or (auth.is_owner and _is_received(item, auth.context))
    ]
    rows = [item for item in newest_first(found) if _passes(item, filters)]
    shown, has_more = page.of(rows)
    body: dict[str, Any] = {
        "permissions": [grant_json(item) for item in shown],
        "hasMore": has_more,
    }
    if auth.is_owner:
        body["ownerPermissions"] = list(PERMISSIONS)
    return json_response(body)


@route("POST", "/permissions/query/persons/grants", **_READ_SUBUNITS)
def persons(call: Call) -> Response:
    """List the rights that others have in this context or got from the caller."""
    page, filters = read_page(call, 100), read(call.json(), _PERSONS)
    context, author = call.authorized.context, call.authorized.subject
    given_only = filters["queryType"] == _GIVEN_HERE
    found = [
        item
        for item in call.state.grants.values()
        if item.context == context
        and (not given_only or item.details.get("author") == author)
    ]
    rows = [
        item
        for item in newest_first(found)
        if _passes(item, filters)
        and is_named(filters["authorizedIdentifier"], item.authorized)
        and _is_author(filters["authorIdentifier"], item)
    ]
    return page_response(page.of(rows), "permissions", _person_row)


@route("POST", "/permissions/query/subunits/grants", **_READ_SUBUNITS)
def subunits(call: Call) -> Response:
    """List the administrators of subordinate units that this context made."""
    page, filters = read_page(call, 100), read(call.json(), _SUBUNITS)
    rows = [
        item
        for item in newest_first(call.state.grants.values())
        if item.details.get("parent") == call.authorized.context
        and is_named(filters["subunitIdentifier"], item.context)
    ]
    return page_response(page.of(rows), "permissions", _subunit_row)


@route("POST", "/permissions/query/entities/grants", **_READ)
def entities(call: Call) -> Response:
    """List the rights that this context got from other companies."""
    page, filters = read_page(call, 100), read(call.json(), _ENTITIES)
    rows = [
        item
        for item in newest_first(call.state.grants.values())
        if _is_received(item, call.authorized.context)
        and is_named(filters["contextIdentifier"], item.context)
    ]
    return page_response(page.of(rows), "permissions", _entity_row)


@route(
    "POST",
    "/permissions/query/authorizations/grants",
    permissions=(*_READ["permissions"], "PefInvoiceWrite"),
)
def authorizations(call: Call) -> Response:
    """List the rights between entities that this context gave or got."""
    page, filters = read_page(call, 100), read(call.json(), _AUTHORIZATIONS)
    context, given = call.authorized.context, filters["queryType"] == "Granted"
    types = filters["permissionTypes"]
    rows = [
        item
        for item in call.state.authorizations.values()
        if (item.grantor_nip == context.value if given else item.authorized == context)
        and (not types or item.kind in types)
        and is_named(filters["authorizedIdentifier"], item.authorized)
        and is_named(
            filters["authorizingIdentifier"], Identifier("Nip", item.grantor_nip)
        )
    ]
    rows.sort(key=lambda item: (-item.start_at.timestamp(), item.id))
    return page_response(page.of(rows), "authorizationGrants", _authorization_row)


@route(
    "POST",
    "/permissions/query/eu-entities/grants",
    permissions=(*_READ["permissions"], "VatUeManage"),
)
def eu_entities(call: Call) -> Response:
    """List the representatives of EU entities of this company."""
    page, filters = read_page(call, 100), read(call.json(), _EU)
    nip = call.authorized.context.value.partition("-")[0]
    types = filters["permissionTypes"]
    vat_number = filters["vatUeIdentifier"]
    fingerprint = filters["authorizedFingerprintIdentifier"]
    rows = [
        item
        for item in newest_first(call.state.grants.values())
        if item.context.type == "NipVatUe"
        and item.context.value.startswith(nip)
        and (not types or item.permission in types)
        and (not vat_number or item.context.value.endswith(vat_number))
        and fingerprint in (None, item.authorized.value)
    ]
    return page_response(page.of(rows), "permissions", lambda item: _eu_row(call, item))


def _is_received(item: Grant, context: Identifier) -> bool:
    """Tell whether a grant lets ``context`` handle another company's invoices."""
    is_foreign = item.authorized == context and item.context != context
    return is_foreign and item.permission in ENTITY_SCOPES


def _passes(item: Grant, filters: dict[str, Any]) -> bool:
    """Tell whether a grant passes the filters that personal and persons share."""
    types = filters["permissionTypes"]
    return (
        (not types or item.permission in types)
        and filters["permissionState"] in (None, "Active")
        and is_named(filters["contextIdentifier"], item.context)
        and is_named(filters["targetIdentifier"], item.target)
    )


def _is_author(wanted: dict[str, Any] | None, item: Grant) -> bool:
    author = item.details.get("author")
    return is_named(wanted, author if author is not None else Identifier("System", ""))


def _person_row(item: Grant) -> dict[str, Any]:
    return {**grant_json(item), "authorIdentifier": author_of(item)}


def _entity_row(item: Grant) -> dict[str, Any]:
    shown = ("id", "contextIdentifier", "permissionScope", "description")
    row = grant_json(item)
    return {name: row[name] for name in (*shown, "startDate", "canDelegate")}


def _subunit_row(item: Grant) -> dict[str, Any]:
    row = grant_json(item)
    shown = ("id", "authorizedIdentifier", "permissionScope", "description")
    return {
        **{name: row[name] for name in (*shown, "startDate")},
        "subunitIdentifier": item.context.as_json(),
        "authorIdentifier": author_of(item),
        "subjectPersonDetails": row["subjectPersonDetails"],
        "subunitName": item.details.get("subunit_name"),
    }


def _authorization_row(item: Authorization) -> dict[str, Any]:
    return {
        "id": item.id,
        "authorIdentifier": item.details["author"].as_json(),
        "authorizedEntityIdentifier": item.authorized.as_json(),
        "authorizingEntityIdentifier": {"type": "Nip", "value": item.grantor_nip},
        "authorizationScope": item.kind,
        "description": item.description,
        "subjectEntityDetails": entity_json(item.details),
        "startDate": isoformat(item.start_at),
    }


def _eu_row(call: Call, item: Grant) -> dict[str, Any]:
    _nip, _dash, vat_number = item.context.value.partition("-")
    named = next(
        (
            grant
            for grant in call.state.grants.values()
            if grant.context == item.context and "eu_name" in grant.details
        ),
        item,
    )
    return {
        "id": item.id,
        "authorIdentifier": author_of(item),
        "vatUeIdentifier": vat_number,
        "euEntityName": named.details.get("eu_name", "Podmiot unijny"),
        "authorizedFingerprintIdentifier": item.authorized.value,
        "permissionScope": item.permission,
        "description": item.description,
        "subjectPersonDetails": person_json(item.details),
        "subjectEntityDetails": entity_json(item.details),
        "euEntityDetails": named.details.get("eu_entity"),
        "startDate": isoformat(item.start_at),
    }

"""Rights: how grants are read from requests and written to the API.

Called by the handlers of permissions.
Source: ksef-api.md §13; OpenAPI 2.9, tags of the permissions.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from .clock import isoformat
from .routes import Call
from .shape import Check, choice, day, optional, record, text
from .state import Grant, Identifier, State

#: What a grant lets an entity do with the invoices of another one.
ENTITY_SCOPES = ("InvoiceWrite", "InvoiceRead", "CollectiveIdentifierManage")
#: What one entity may let another one do in its name.
AUTHORIZATION_KINDS = (
    "SelfInvoicing",
    "RRInvoicing",
    "TaxRepresentative",
    "PefInvoicing",
)

_FIRST_NAME = text(2, 30)
_LAST_NAME = text(2, 81)
_ID_DOCUMENT = record(
    {"type": text(0, 20), "number": text(0, 20), "country": text(2, 2)}
)
_PERSON_ID = record({"type": choice("Pesel", "Nip"), "value": text(10, 11)})
_NAMES = {"firstName": _FIRST_NAME, "lastName": _LAST_NAME}
#: subjectDetailsType: (member that must be there, its check)
_DETAILS: dict[str, tuple[str, Check]] = {
    "PersonByIdentifier": ("personById", record(_NAMES)),
    "PersonByFingerprintWithIdentifier": (
        "personByFpWithId",
        record({**_NAMES, "identifier": _PERSON_ID}),
    ),
    "PersonByFingerprintWithoutIdentifier": (
        "personByFpNoId",
        record({**_NAMES, "birthDate": day, "idDocument": _ID_DOCUMENT}),
    ),
    "EntityByFingerprint": (
        "entityByFp",
        record({"fullName": text(0, 100), "address": text(0, 512)}),
    ),
}
ENTITY_DETAILS = record({"fullName": text(5, 90)})


def subject_details(*types: str) -> Check:
    """Make the check of ``subjectDetails``: the member of the named type must be there.

    :return: the check gives ``{"type", **members}``
    """
    kind = choice(*types)

    def checked(value: Any, path: str) -> dict[str, Any]:
        named = record({"subjectDetailsType": kind})(value, path)["subjectDetailsType"]
        member, check = _DETAILS[named]
        details = record({member: check})(value, path)[member]
        return {"type": named, **details}

    return checked


PERSON_DETAILS = subject_details(
    "PersonByIdentifier",
    "PersonByFingerprintWithIdentifier",
    "PersonByFingerprintWithoutIdentifier",
)
EU_DETAILS = subject_details(
    "PersonByFingerprintWithIdentifier",
    "PersonByFingerprintWithoutIdentifier",
    "EntityByFingerprint",
)
EU_ENTITY = record({"fullName": text(0, 100), "address": text(0, 512)})
OPTIONAL_SUBUNIT_NAME = optional(text(5, 256))


def new_grant(
    call: Call,
    context: Identifier,
    authorized: Identifier,
    permission: str,
    description: str,
    **details: Any,
) -> Grant:
    """Make a grant by the caller, not stored yet.

    :param details: ``can_delegate`` and ``target`` become fields, the rest is kept for
        the queries: ``person``, ``entity``, ``subunit_name``, ``eu_entity``
    """
    return Grant(
        id=str(uuid.uuid4()),
        context=context,
        authorized=authorized,
        permission=permission,
        description=description,
        start_at=call.now,
        can_delegate=details.pop("can_delegate", False),
        target=details.pop("target", None),
        details={"author": call.authorized.subject, **details},
    )


def author_of(grant: Grant) -> dict[str, str]:
    """Write who gave a right; rights of test data come from the system."""
    author = grant.details.get("author")
    return {"type": "System"} if author is None else author.as_json()


def person_json(details: dict[str, Any]) -> dict[str, Any] | None:
    """Write the details of a person as the queries show them."""
    person = details.get("person")
    if not person or not person["type"].startswith("Person"):
        return None
    birth = person.get("birthDate")
    return {
        "subjectDetailsType": person["type"],
        "firstName": person["firstName"],
        "lastName": person["lastName"],
        "personIdentifier": person.get("identifier"),
        "birthDate": None if birth is None else birth.isoformat(),
        "idDocument": person.get("idDocument"),
    }


def entity_json(details: dict[str, Any]) -> dict[str, Any] | None:
    """Write the details of an entity as the queries show them."""
    person = details.get("person")
    if person and person["type"] == "EntityByFingerprint":
        return {
            "subjectDetailsType": "EntityByFingerprint",
            "fullName": person["fullName"],
            "address": person["address"],
        }
    if "entity" not in details:
        return None
    name = details["entity"]["fullName"]
    return {"subjectDetailsType": "EntityByIdentifier", "fullName": name}


def grant_json(grant: Grant) -> dict[str, Any]:
    """Write what every query of grants shows of one."""
    return {
        "id": grant.id,
        "contextIdentifier": grant.context.as_json(),
        "authorizedIdentifier": grant.authorized.as_json(),
        "targetIdentifier": _target_json(grant.target),
        "permissionScope": grant.permission,
        "description": grant.description,
        "subjectPersonDetails": person_json(grant.details),
        "subjectEntityDetails": entity_json(grant.details),
        "permissionState": "Active",
        "startDate": isoformat(grant.start_at),
        "canDelegate": grant.can_delegate,
    }


def _target_json(target: Identifier | None) -> dict[str, Any] | None:
    if target is None:
        return None
    return {"type": target.type, "value": target.value or None}


def newest_first(grants: Iterable[Grant]) -> list[Grant]:
    """Sort as the queries do: start date descending, then identifier ascending."""
    return sorted(grants, key=lambda item: (-item.start_at.timestamp(), item.id))


def identities_of(state: State, subject: Identifier) -> set[Identifier]:
    """Return a subject under all its identifiers: a test person has NIP and PESEL."""
    known = {subject}
    for person in state.persons.values():
        both = {Identifier("Nip", person.nip), Identifier("Pesel", person.pesel)}
        if subject in both:
            known |= both
    return known


def who(*types: str) -> Check:
    """Make the check of an optional filter by identifier."""
    fields = {"type": choice(*types), "value": optional(text(0, 64))}
    return optional(record(fields))


def is_named(wanted: dict[str, Any] | None, value: Identifier | None) -> bool:
    """Tell whether a filter by identifier is absent or names ``value``."""
    if wanted is None:
        return True
    if value is None or wanted["type"] != value.type:
        return False
    return wanted["value"] in (None, "") or wanted["value"] == value.value

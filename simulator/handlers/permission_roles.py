"""Ask which roles exist: groups, local government, their units, authorities, bailiffs.

Source: ksef-api.md §13; OpenAPI 2.9, tag Wyszukiwanie nadanych uprawnień.
"""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from ..clock import isoformat
from ..paging import page_response, read_page
from ..permissions import is_named, who
from ..routes import Call, route
from ..shape import read
from ..state import Identifier

_READ = ("CredentialsManage", "CredentialsRead")
_SUBORDINATES = {"subordinateEntityIdentifier": who("Nip")}
#: Test subject to its own role, and to the role of its subunits.
_ROLES = {
    "JST": ("LocalGovernmentUnit", "LocalGovernmentSubUnit"),
    "VatGroup": ("VatGroupUnit", "VatGroupSubUnit"),
    "EnforcementAuthority": ("EnforcementAuthority", None),
}


@route("GET", "/permissions/query/entities/roles", permissions=_READ)
def roles(call: Call) -> Response:
    """List the roles of this context: group, unit, authority, bailiff."""
    page, nip = read_page(call, 100), call.authorized.context.value
    rows: list[dict[str, Any]] = []
    for subject in call.state.subjects.values():
        own, subordinate = _ROLES[subject.type]
        made = {"startDate": isoformat(subject.created_at)}
        if subject.nip == nip:
            rows.append({"role": own, "description": subject.description, **made})
        elif nip in subject.subunits and subordinate:
            parent = Identifier("Nip", subject.nip).as_json()
            text_of_unit = subject.subunits[nip]
            rows.append(
                {
                    "parentEntityIdentifier": parent,
                    "role": subordinate,
                    "description": text_of_unit,
                    **made,
                }
            )
    person = call.state.persons.get(nip)
    if person is not None and person.is_bailiff:
        made = {"startDate": isoformat(person.created_at)}
        rows.append({"role": "CourtBailiff", "description": person.description, **made})
    return page_response(page.of(rows), "roles", lambda row: row)


@route(
    "POST",
    "/permissions/query/subordinate-entities/roles",
    permissions=(*_READ, "SubunitManage"),
)
def subordinate_roles(call: Call) -> Response:
    """List the subordinate entities of this context."""
    page, filters = read_page(call, 100), read(call.json(), _SUBORDINATES)
    subject = call.state.subjects.get(call.authorized.context.value)
    role = _ROLES[subject.type][1] if subject is not None else None
    rows = [
        {
            "subordinateEntityIdentifier": {"type": "Nip", "value": nip},
            "role": role,
            "description": description,
            "startDate": isoformat(subject.created_at),
        }
        for nip, description in (subject.subunits if subject and role else {}).items()
        if subject is not None
        and is_named(filters["subordinateEntityIdentifier"], Identifier("Nip", nip))
    ]
    return page_response(page.of(rows), "roles", lambda row: row)

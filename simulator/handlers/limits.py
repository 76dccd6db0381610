"""Limits: what applies now, and the test calls that change it.

Source: ksef-api.md §12 and §14; OpenAPI 2.9, tag Limity i ograniczenia. Bodies without
``collectiveIdentifier`` (API 2.6) are taken too.
"""

from __future__ import annotations

from typing import Any

from werkzeug import Response

from ..enrollment import CertificateOffice
from ..rate_limits import OUT_OF_REACH, PRD_LIMITS, effective_limits, is_off
from ..routes import Call, empty_response, json_response, route
from ..shape import Check, choice, integer, optional, read, record
from .testdata import only_on_test

DEFAULT_SESSION_LIMITS: dict[str, dict[str, int]] = {
    name: {
        "maxInvoiceSizeInMB": 1,
        "maxInvoiceWithAttachmentSizeInMB": 3,
        "maxInvoices": 10_000,
    }
    for name in ("onlineSession", "batchSession")
} | {"collectiveIdentifier": {"maxInvoices": 500}}

_SESSION = record(
    {
        "maxInvoiceSizeInMB": integer(0, 5),
        "maxInvoiceWithAttachmentSizeInMB": integer(0, 10),
        "maxInvoices": integer(0, 100_000),
    }
)
_SESSION_LIMITS = {
    "onlineSession": _SESSION,
    "batchSession": _SESSION,
    "collectiveIdentifier": optional(record({"maxInvoices": integer(2, 5000)})),
}
_SUBJECT_LIMITS = {
    "subjectIdentifierType": optional(
        choice("Nip", "Pesel", "Fingerprint", any_case=True)
    ),
    "enrollment": optional(record({"maxEnrollments": optional(integer(0))})),
    "certificate": optional(record({"maxCertificates": optional(integer(0))})),
}
#: Limits that follow from another one and cannot be set: twice as many closes as opens.
_CLOSING = {"onlineSession": "onlineSessionClose", "batchSession": "batchSessionClose"}
_NOT_SETTABLE = {*_CLOSING.values(), "anonymous", "global"}


def _group(name: str) -> Check:
    # Cap seen in the official tests; for the other groups none was seen.
    per_hour = integer(1, 1200) if name == "onlineSession" else integer(1)
    fields = {"perSecond": integer(1), "perMinute": integer(1), "perHour": per_hour}
    return record(fields)


_GROUPS = {
    name: optional(_group(name)) if name == "collectiveIdentifier" else _group(name)
    for name in PRD_LIMITS
    if name not in _NOT_SETTABLE
}


@route("GET", "/limits/context")
def context_limits(call: Call) -> Response:
    """Give the session limits of the context."""
    changed = call.state.session_limits.get(call.authorized.context, {})
    return json_response({**DEFAULT_SESSION_LIMITS, **changed})


@route("GET", "/limits/subject")
def subject_limits(call: Call) -> Response:
    """Give the certificate limits of the subject."""
    office = call.state.area(CertificateOffice)
    enrollments, certificates = office.limits_of(call.authorized.subject)
    body = {
        "enrollment": {"maxEnrollments": enrollments},
        "certificate": {"maxCertificates": certificates},
    }
    return json_response(body)


@route("GET", "/rate-limits")
def rate_limits(call: Call) -> Response:
    """Give the request limits of the context; switched off they are out of reach."""
    if is_off(call):
        return json_response({name: dict(OUT_OF_REACH) for name in PRD_LIMITS})
    return json_response(effective_limits(call.state, call.authorized.context))


@route("POST", "/testdata/limits/context/session")
@only_on_test
def set_session_limits(call: Call) -> Response:
    """Change the session limits of the context."""
    body = read(call.json(), _SESSION_LIMITS)
    given = {name: value for name, value in body.items() if value is not None}
    call.state.session_limits[call.authorized.context] = given
    return empty_response(200)


@route("DELETE", "/testdata/limits/context/session")
@only_on_test
def reset_session_limits(call: Call) -> Response:
    """Go back to the default session limits."""
    call.state.session_limits.pop(call.authorized.context, None)
    return empty_response(200)


@route("POST", "/testdata/limits/subject/certificate")
@only_on_test
def set_subject_limits(call: Call) -> Response:
    """Change how many certificates the calling subject may ask for and have."""
    body = read(call.json(), _SUBJECT_LIMITS)
    office, owner = call.state.area(CertificateOffice), call.authorized.subject
    enrollments = (body["enrollment"] or {}).get("maxEnrollments")
    certificates = (body["certificate"] or {}).get("maxCertificates")
    if enrollments is not None:
        office.enrollment_limits[owner] = enrollments
    if certificates is not None:
        office.certificate_limits[owner] = certificates
    return empty_response(200)


@route("DELETE", "/testdata/limits/subject/certificate")
@only_on_test
def reset_subject_limits(call: Call) -> Response:
    """Go back to the default certificate limits."""
    office, owner = call.state.area(CertificateOffice), call.authorized.subject
    office.enrollment_limits.pop(owner, None)
    office.certificate_limits.pop(owner, None)
    return empty_response(200)


@route("POST", "/testdata/rate-limits")
@only_on_test
def set_rate_limits(call: Call) -> Response:
    """Change the request limits of the context."""
    body = read(call.json(), {"rateLimits": record(_GROUPS)})
    given: dict[str, Any] = {
        name: value for name, value in body["rateLimits"].items() if value is not None
    }
    for opening, closing in _CLOSING.items():
        given[closing] = {name: 2 * value for name, value in given[opening].items()}
    call.state.rate_limits[call.authorized.context] = given
    return empty_response(200)


@route("DELETE", "/testdata/rate-limits")
@only_on_test
def reset_rate_limits(call: Call) -> Response:
    """Go back to the default request limits."""
    call.state.rate_limits.pop(call.authorized.context, None)
    return empty_response(200)


@route("POST", "/testdata/rate-limits/production")
@only_on_test
def set_production_limits(call: Call) -> Response:
    """Take the request limits of PRD, also where the defaults are switched off."""
    call.state.rate_limits[call.authorized.context] = dict(PRD_LIMITS)
    return empty_response(200)

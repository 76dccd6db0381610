"""KSeF certificates: limits, enrolment, retrieval, query, revocation.

Source: ksef-api.md §3.2; OpenAPI 2.9, tag Certyfikaty.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from werkzeug import Response

from ..certificate_authority import CertificateAuthority, spki_of
from ..clock import isoformat
from ..codes import CERTIFICATE_ENROLLMENT_LABELS
from ..enrollment import (
    CertificateOffice,
    Enrollment,
    active_certificates,
    check_csr,
    enrollment_data,
    status_of,
    subject_of,
)
from ..errors import ApiError, Forbidden, Gone
from ..paging import read_page
from ..routes import Call, empty_response, json_response, route
from ..shape import choice, items, moment, optional, read, text
from ..state import IssuedCertificate, State

ENROLLMENT_KEPT = timedelta(days=30)
_TYPES = ("Authentication", "Offline")
_SERIAL = text(16, 16, r"[0-9A-F]{16}")
_ENROLLMENT = {
    "certificateName": text(5, 100, r"[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]+"),
    "certificateType": choice(*_TYPES),
    "csr": text(1),
    "validFrom": optional(moment),
}
_QUERY = {
    "certificateSerialNumber": optional(_SERIAL),
    "name": optional(text()),
    "type": optional(choice(*_TYPES)),
    "status": optional(choice("Active", "Blocked", "Revoked", "Expired")),
    "expiresAfter": optional(moment),
}
_REASONS = optional(choice("Unspecified", "Superseded", "KeyCompromise"))


@route("GET", "/certificates/limits")
def limits(call: Call) -> Response:
    """Tell how many requests and certificates the subject has left."""
    office, owner = call.state.area(CertificateOffice), call.authorized.subject
    most_requests, most_certificates = office.limits_of(owner)
    requests_left = max(0, most_requests - office.requests_of(owner))
    active = active_certificates(call.state, owner, call.now)
    certificates_left = max(0, most_certificates - active)
    can_request = bool(requests_left and certificates_left and _has_data(call))
    body = {
        "canRequest": can_request,
        "enrollment": {"remaining": requests_left, "limit": most_requests},
        "certificate": {"remaining": certificates_left, "limit": most_certificates},
    }
    return json_response(body)


@route("GET", "/certificates/enrollments/data")
def data(call: Call) -> Response:
    """Give the subject that the CSR must carry."""
    return json_response(enrollment_data(_login_certificate(call, 25001)))


@route("POST", "/certificates/enrollments")
def enroll(call: Call) -> Response:
    """Take a request; the certificate is issued a moment later."""
    login_certificate = _login_certificate(call, 25002)
    body = read(call.json(), _ENROLLMENT)
    csr = check_csr(body["csr"], login_certificate)
    _check_limits(call)
    enrollment = Enrollment(
        reference=call.state.new_reference("EH", call.now),
        owner=call.authorized.subject,
        requested_at=call.now,
        name=body["certificateName"],
        type=body["certificateType"],
        subject=subject_of(csr.subject),
        public_key=csr.public_key(),  # type: ignore[arg-type]
        valid_from=max(body["validFrom"] or call.now, call.now),
    )
    office = call.state.area(CertificateOffice)
    office.enrollments[enrollment.reference] = enrollment
    due = call.now + timedelta(seconds=call.config.processing_seconds)
    call.state.schedule(due, _issue_job(call, enrollment))
    answer = {
        "referenceNumber": enrollment.reference,
        "timestamp": isoformat(call.now),
    }
    return json_response(answer, 202)


@route("GET", "/certificates/enrollments/{reference}")
def enrollment_status(call: Call) -> Response:
    """Tell what became of a request."""
    office = call.state.area(CertificateOffice)
    enrollment = office.enrollments.get(call.params["reference"])
    if enrollment is None or enrollment.owner != call.authorized.subject:
        raise ApiError(25005)
    if call.now - enrollment.requested_at > ENROLLMENT_KEPT:
        raise Gone
    status: dict[str, Any] = {
        "code": enrollment.status,
        "description": CERTIFICATE_ENROLLMENT_LABELS[enrollment.status],
        "details": list(enrollment.details) or None,
    }
    answer = {
        "requestDate": isoformat(enrollment.requested_at),
        "status": status,
        "certificateSerialNumber": enrollment.serial,
    }
    return json_response(answer)


@route("POST", "/certificates/retrieve")
def retrieve(call: Call) -> Response:
    """Give the DER of own certificates; numbers of nobody's are left out."""
    fields = {"certificateSerialNumbers": items(_SERIAL, 1, 10)}
    serials = read(call.json(), fields)["certificateSerialNumbers"]
    found = [certificate for certificate in _own(call) if certificate.serial in serials]
    answer = [
        {
            "certificate": base64.b64encode(certificate.der).decode(),
            "certificateName": certificate.name,
            "certificateSerialNumber": certificate.serial,
            "certificateType": certificate.type,
        }
        for certificate in found
    ]
    return json_response({"certificates": answer})


@route("POST", "/certificates/query")
def query(call: Call) -> Response:
    """List own certificates, newest request first."""
    page = read_page(call, largest=50)
    filters = read(call.json(), _QUERY)
    wanted = [item for item in _own(call) if _matches(item, filters, call.now)]
    wanted.sort(key=lambda item: item.requested_at, reverse=True)
    shown, has_more = page.of(wanted)
    rows = [_list_item(item, call.now) for item in shown]
    return json_response({"certificates": rows, "hasMore": has_more})


@route("POST", "/certificates/{serial}/revoke")
def revoke(call: Call) -> Response:
    """Revoke an own certificate that is in force."""
    if call.authorized.by_token:
        raise Forbidden("auth-method-not-allowed", authenticationMethodCategory="Token")
    read(call.json(), {"revocationReason": _REASONS})
    certificate = call.state.certificates.get(call.params["serial"])
    if certificate is None or certificate.owner != call.authorized.subject:
        raise ApiError(25008)
    if status_of(certificate, call.now) != "Active":
        raise ApiError(25009)
    certificate.status = "Revoked"
    return empty_response()


def _has_data(call: Call) -> bool:
    """Tell whether the login was by a certificate."""
    auth = call.authorized
    return not auth.by_token and auth.operation.certificate_der is not None


def _login_certificate(call: Call, refusal: int) -> bytes:
    """Return the certificate of the login (DER).

    :raises ApiError: ``refusal`` when the login was by a KSeF token
    """
    certificate = call.authorized.operation.certificate_der
    if certificate is None or call.authorized.by_token:
        raise ApiError(refusal)
    return certificate


def _check_limits(call: Call) -> None:
    """Refuse a request above the subject's limits.

    :raises ApiError: 25006 requests, 25007 active certificates
    """
    office, owner = call.state.area(CertificateOffice), call.authorized.subject
    most_requests, most_certificates = office.limits_of(owner)
    if office.requests_of(owner) >= most_requests:
        raise ApiError(25006)
    if active_certificates(call.state, owner, call.now) >= most_certificates:
        raise ApiError(25007)


def _issue_job(call: Call, enrollment: Enrollment) -> Callable[[datetime], None]:
    """Make the job that decides about a request."""
    state, authority = call.state, call.simulator.authority

    def job(due: datetime) -> None:
        problem = _late_problem(state, enrollment, due)
        if problem is not None:
            enrollment.status, enrollment.details = 400, (problem,)
            return
        certificate = _issued(authority, enrollment)
        state.certificates[certificate.serial] = certificate
        enrollment.status, enrollment.serial = 200, certificate.serial

    return job


def _late_problem(state: State, enrollment: Enrollment, due: datetime) -> str | None:
    """Return why a request that was taken ends badly."""
    office, owner = state.area(CertificateOffice), enrollment.owner
    if office.is_key_of_another(owner, spki_of(enrollment.public_key), state):
        return "Klucz publiczny został już certyfikowany przez inny podmiot."
    if active_certificates(state, owner, due) >= office.limits_of(owner)[1]:
        return "Osiągnięto dopuszczalny limit posiadanych certyfikatów."
    return None


def _issued(
    authority: CertificateAuthority, enrollment: Enrollment
) -> IssuedCertificate:
    """Have a certificate signed and write its record."""
    signed = authority.issue(
        enrollment.subject.items(),
        enrollment.public_key,
        enrollment.type,
        enrollment.valid_from,
    )
    return IssuedCertificate(
        serial=signed.serial,
        der=signed.der,
        name=enrollment.name,
        type=enrollment.type,
        common_name=signed.common_name,
        owner=enrollment.owner,
        valid_from=signed.valid_from,
        valid_to=signed.valid_to,
        requested_at=enrollment.requested_at,
    )


def _own(call: Call) -> list[IssuedCertificate]:
    """Return the certificates of the calling subject."""
    owner = call.authorized.subject
    return [item for item in call.state.certificates.values() if item.owner == owner]


def _matches(item: IssuedCertificate, filters: dict[str, Any], now: datetime) -> bool:
    """Tell whether a certificate passes every given filter."""
    serial, name = filters["certificateSerialNumber"], filters["name"]
    after = filters["expiresAfter"]
    return (
        serial in (None, item.serial)
        and (not name or name.lower() in item.name.lower())
        and filters["type"] in (None, item.type)
        and filters["status"] in (None, status_of(item, now))
        and (after is None or item.valid_to > after)
    )


def _list_item(item: IssuedCertificate, now: datetime) -> dict[str, Any]:
    """Write one row of the query."""
    used = item.last_use_at
    return {
        "certificateSerialNumber": item.serial,
        "name": item.name,
        "type": item.type,
        "commonName": item.common_name,
        "status": status_of(item, now),
        "subjectIdentifier": item.owner.as_json(),
        "validFrom": isoformat(item.valid_from),
        "validTo": isoformat(item.valid_to),
        "lastUseDate": None if used is None else isoformat(used),
        "requestDate": isoformat(item.requested_at),
    }

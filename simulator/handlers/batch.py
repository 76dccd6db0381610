"""Batch sessions: open, put the parts, close. Source: ksef-api.md §6.2, §12.2."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug import Response

from .. import shape
from ..archives import TAR_GZ, ZIP
from ..batch import PART_WINDOW, BatchPackage, BatchPackages, Part, store
from ..crypto import ENCRYPTION_FIELDS
from ..errors import ApiError, PlainHttpError, invalid
from ..form_codes import BATCH_FORM_CODES, FORM_CODE, form_of
from ..routes import CHUNKED, Bearer, Call, empty_response, json_response, route
from ..session_access import find_to_write
from ..session_opening import new_session
from ..state import Session
from ..storage import PREFIX, WRITE_BLOB, signed_url

WRITE = ("InvoiceWrite", "EnforcementOperations")
MOST_PARTS = 50
MOST_ARCHIVE_BYTES = 5_000_000_000
# 100 MB before encryption, and a whole block of padding.
MOST_PART_BYTES = 100_000_016
BLOB_TYPE = {"x-ms-blob-type": "BlockBlob"}

_HASH = shape.text(44, 44, r"[A-Za-z0-9+/]{43}=")
_PART = shape.record(
    {
        "ordinalNumber": shape.integer(1),
        "fileSize": shape.integer(1),
        "fileHash": _HASH,
    }
)
_OPEN: dict[str, shape.Check] = {
    "formCode": FORM_CODE,
    "batchFile": shape.record(
        {
            "fileSize": shape.integer(1, MOST_ARCHIVE_BYTES),
            "fileHash": _HASH,
            "compressionType": shape.optional(shape.choice(ZIP, TAR_GZ), ZIP),
            "fileParts": shape.items(_PART, at_least=1),
        }
    ),
    "encryption": shape.record(ENCRYPTION_FIELDS),
    "offlineMode": shape.optional(shape.boolean, False),
}


@route("POST", "/sessions/batch", group="batchSession", permissions=WRITE)
def open_session(call: Call) -> Response:
    """Open a session for one package and tell where its parts are to be put."""
    body = shape.read(call.json(), _OPEN)
    form = form_of(body, BATCH_FORM_CODES, call.config)
    package = _package(call, body)
    session = new_session(call, "Batch", form, body["encryption"])
    call.simulator.batches.open(session, package)
    return json_response(
        {
            "referenceNumber": session.reference,
            "partUploadRequests": [
                _upload_request(call, session, package, part)
                for part in package.parts.values()
            ],
        },
        201,
    )


@route(
    "PUT",
    PREFIX + "/{session}/batch-parts/{ordinal}",
    group=None,
    bearer=Bearer.NONE,
    at_root=True,
    locked=False,
    streamed=True,
)
def put_part(call: Call) -> Response:
    """Take the bytes of a part; a second time they replace the first ones."""
    _check_upload(call)
    with call.state.lock:
        _part_to_write(call)
    # Not under the lock: parts may come in parallel, and the status is asked for.
    stored = store(call.stream)
    with call.state.lock:
        package, part = _part_to_write(call)
        if part.stored is not None:
            part.stored.file.close()
        package.parts[part.ordinal] = replace(part, stored=stored)
    return empty_response(201)


@route(
    "POST",
    "/sessions/batch/{referenceNumber}/close",
    group="batchSessionClose",
    permissions=WRITE,
)
def close(call: Call) -> Response:
    """Close a session whose parts are all there; its package is worked on next."""
    session = find_to_write(call, "Batch")
    if session.status != 100:
        raise ApiError(
            21180, f"Status sesji {session.status} uniemożliwia jej zamknięcie."
        )
    package = call.simulator.batches.package_of(session)
    if call.now > package.upload_until:
        call.simulator.batches.end(
            session, 440, ("Przekroczono czas wysyłki",), call.now
        )
        raise ApiError(21208, "Sesja anulowana, przekroczony czas wysyłki.")
    for part in package.parts.values():
        _check_part(part)
    call.simulator.batches.close(session, call.now)
    return empty_response()


def _package(call: Call, body: dict[str, Any]) -> BatchPackage:
    """Make the record of the package that was declared.

    :raises ApiError: 21161 too many parts, 21157 a part is too large, 21405 the
        ordinal numbers are not 1, 2, 3…
    """
    declared, found = body["batchFile"], body["batchFile"]["fileParts"]
    if len(found) > MOST_PARTS:
        raise ApiError(
            21161, f"Liczba części {len(found)} przekracza dozwolone {MOST_PARTS}."
        )
    parts = {item["ordinalNumber"]: _declared_part(item) for item in found}
    if sorted(parts) != list(range(1, len(found) + 1)):
        raise invalid("'fileParts' must be numbered from 1, without gaps.")
    return BatchPackage(
        size=declared["fileSize"],
        hash=declared["fileHash"],
        compression=declared["compressionType"],
        parts=parts,
        is_offline=body["offlineMode"],
        upload_until=call.now + PART_WINDOW * len(parts),
    )


def _declared_part(item: dict[str, Any]) -> Part:
    """Make the record of one declared part.

    :raises ApiError: 21157
    """
    ordinal, size = item["ordinalNumber"], item["fileSize"]
    if size > MOST_PART_BYTES:
        raise ApiError(
            21157, f"Rozmiar części '{ordinal}' przekracza {MOST_PART_BYTES} bajtów."
        )
    return Part(ordinal, size, item["fileHash"])


def _upload_request(
    call: Call, session: Session, package: BatchPackage, part: Part
) -> dict[str, Any]:
    """Write how one part is to be put."""
    path = f"/{session.reference.lower()}/batch-parts/{part.ordinal}"
    lifetime = package.upload_until - call.now
    url, _end = signed_url(call, path, lifetime, WRITE_BLOB)
    return {
        "ordinalNumber": part.ordinal,
        "method": "PUT",
        "url": url,
        "headers": BLOB_TYPE,
    }


def _check_upload(call: Call) -> None:
    """Refuse what a blob storage refuses.

    :raises PlainHttpError: 401 with a token, 403 for the address, 400 without the
        headers that were given out, 411 without a length
    """
    headers = call.request.headers
    if "Authorization" in headers:
        raise PlainHttpError(401, "InvalidAuthenticationInfo: signature and token")
    call.simulator.storage.check(call, WRITE_BLOB)
    for name, value in BLOB_TYPE.items():
        if headers.get(name) != value:
            raise PlainHttpError(400, f"MissingRequiredHeader: {name}")
    if call.request.environ.get(CHUNKED):
        raise PlainHttpError(411, "MissingContentLengthHeader")


def _part_to_write(call: Call) -> tuple[BatchPackage, Part]:
    """Find the part of the address.

    :raises PlainHttpError: 403 when its session takes nothing any more
    """
    reference = call.params["session"].upper()
    session = call.state.sessions.get(reference)
    packages = call.state.area(BatchPackages).by_session
    if session is None or session.status != 100:
        raise PlainHttpError(403, "AuthorizationPermissionMismatch")
    package = packages[reference]
    return package, package.parts[int(call.params["ordinal"])]


def _check_part(part: Part) -> None:
    """Refuse to close before a part is there as declared.

    :raises ApiError: 21205 it is missing, 21157 it has another size
    """
    if part.stored is None:
        raise ApiError(
            21205, f"Nie przesłano zadeklarowanej '{part.ordinal}' części pliku."
        )
    if part.stored.size != part.size:
        raise ApiError(
            21157,
            f"Zadeklarowany rozmiar części '{part.ordinal}' nie zgadza się z "
            "rzeczywistym.",
        )

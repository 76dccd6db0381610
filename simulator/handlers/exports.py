"""Export packages: ask for one, follow it, download its parts.

Source: ksef-api.md §7.3; OpenAPI 2.9, tag Pobieranie faktur. A package can be
downloaded for six days, its status is kept for seven: between the two it is 210.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from werkzeug import Response

from ..clock import isoformat
from ..codes import INVOICE_EXPORT_LABELS
from ..crypto import ENCRYPTION_FIELDS, unwrap_key
from ..errors import ApiError, Gone, PlainHttpError
from ..export_package import TAR_GZ, ZIP, Package, Part, Sealing, build_package
from ..invoice_query import (
    FILTERS,
    INVOICING,
    ISSUE,
    PERMANENT,
    Archive,
    Selection,
    check_range,
    check_subject,
    is_beyond_mark,
    metadata_of,
    select,
)
from ..routes import Bearer, Call, json_response, route
from ..shape import boolean, choice, optional, read, record
from ..state import Identifier, Invoice, State
from ..storage import PREFIX, signed_url

STATUS_KEPT = timedelta(days=7)
PACKAGE_KEPT = timedelta(days=6)
LINK_LIFETIME = timedelta(hours=1)
MOST_RUNNING = 10

_READ = ("InvoiceRead",)
_FIELDS = {
    "encryption": record(ENCRYPTION_FIELDS),
    "onlyMetadata": optional(boolean, False),
    "filters": record(FILTERS),
    "compressionType": optional(choice(ZIP, TAR_GZ), ZIP),
}
_LAST_DATES = {
    ISSUE: "lastIssueDate",
    INVOICING: "lastInvoicingDate",
    PERMANENT: "lastPermanentStorageDate",
}


@dataclass
class Export:
    """One export: who asked for what, and the package that came of it."""

    reference: str
    context: Identifier
    subject: Identifier
    requested_at: datetime
    filters: dict[str, Any]
    only_metadata: bool
    compression: str
    key: bytes | None = field(repr=False)
    iv: bytes = field(repr=False)
    status: int = 100
    completed_at: datetime | None = None
    selection: Selection | None = None
    included: list[Invoice] = field(default_factory=list)
    package: Package | None = None

    @property
    def is_truncated(self) -> bool:
        """Tell whether more invoices passed the filter than the package holds."""
        found = self.selection.invoices if self.selection else []
        return len(found) > len(self.included)


@dataclass
class Exports:
    """The exports of one simulator, by reference number."""

    by_reference: dict[str, Export] = field(default_factory=dict)


@route("POST", "/invoices/exports", group="invoiceExport", permissions=_READ)
def start(call: Call) -> Response:
    """Take an order for a package; it is made a moment later."""
    body, auth = read(call.json(), _FIELDS), call.authorized
    check_range(body["filters"], call.now)
    check_subject(body["filters"], auth.context)
    key, iv = unwrap_key(call.simulator.keys, body["encryption"], call.now)
    exports = call.state.area(Exports).by_reference
    mine = [e for e in exports.values() if (e.context, e.subject) == _who(call)]
    if sum(export.status == 100 for export in mine) >= MOST_RUNNING:
        raise ApiError(21182)
    export = Export(
        reference=call.state.new_reference("EH", call.now),
        context=auth.context,
        subject=auth.subject,
        requested_at=call.now,
        filters=body["filters"],
        only_metadata=body["onlyMetadata"],
        compression=body["compressionType"],
        key=key,
        iv=iv,
    )
    exports[export.reference] = export
    due = call.now + timedelta(seconds=call.config.processing_seconds)
    call.state.schedule(due, _making(call, export))
    return json_response({"referenceNumber": export.reference}, 201)


@route(
    "GET",
    "/invoices/exports/{reference}",
    group="invoiceExportStatus",
    permissions=_READ,
)
def status(call: Call) -> Response:
    """Tell how far a package is; a finished one has fresh links to its parts."""
    export = call.state.area(Exports).by_reference.get(call.params["reference"])
    if export is None or export.context != call.authorized.context:
        raise ApiError(21175)
    if call.now - export.requested_at > STATUS_KEPT:
        raise Gone
    expires = export.completed_at and export.completed_at + PACKAGE_KEPT
    if export.status == 200 and expires and call.now >= expires:
        export.status, export.package = 210, None
    answer = {
        "status": {
            "code": export.status,
            "description": INVOICE_EXPORT_LABELS[export.status],
        },
        "completedDate": _iso(export.completed_at),
        "packageExpirationDate": _iso(expires) if export.package else None,
        "package": _package_json(call, export),
    }
    return json_response(answer)


@route(
    "GET",
    f"{PREFIX}/exports/{{reference}}/{{name}}",
    at_root=True,
    group=None,
    bearer=Bearer.NONE,
)
def part(call: Call) -> Response:
    """Give the encrypted bytes of a part to whoever has its signed address."""
    call.simulator.storage.check(call)
    export = call.state.area(Exports).by_reference.get(call.params["reference"])
    package = export.package if export is not None else None
    for found in package.parts if package is not None else ():
        if found.name == call.params["name"]:
            response = Response(found.encrypted, mimetype="application/octet-stream")
            response.headers["x-ms-meta-hash"] = found.encrypted_hash
            return response
    raise PlainHttpError(404)


def _who(call: Call) -> tuple[Identifier, Identifier]:
    return call.authorized.context, call.authorized.subject


def _making(call: Call, export: Export) -> Callable[[datetime], None]:
    """Make the job that makes the package."""
    state, config = call.state, call.config

    def job(due: datetime) -> None:
        archive = state.area(Archive)
        mark = archive.high_water_mark(config, due)
        if export.key is None:
            export.status = 415
        elif is_beyond_mark(export.filters, mark):
            export.status = 420
        else:
            _fill(state, archive, export, Sealing(export.key, export.iv), mark, due)
            export.status, export.completed_at = 200, due

    return job


def _fill(
    state: State,
    archive: Archive,
    export: Export,
    sealing: Sealing,
    mark: datetime,
    due: datetime,
) -> None:
    """Choose the invoices and build the package; no invoices, no parts."""
    selection = select(state, export.context, export.filters, mark, due)
    export.selection = selection
    export.included = selection.invoices[: archive.max_export]
    if not export.included:
        export.package = Package(0, ())
        return
    files = [(f"{item.ksef_number}.xml", item.content) for item in export.included]
    export.package = build_package(
        export.reference,
        [] if export.only_metadata else files,
        [metadata_of(state, item) for item in export.included],
        export.compression,
        sealing,
        archive.part_bytes,
    )


def _package_json(call: Call, export: Export) -> dict[str, Any] | None:
    """Write a finished package."""
    package, selection = export.package, export.selection
    if package is None or selection is None:
        return None
    answer: dict[str, Any] = {
        "invoiceCount": len(export.included),
        "size": package.size,
        "parts": [_part_json(call, export, item) for item in package.parts],
        "isTruncated": export.is_truncated,
        "permanentStorageHwmDate": selection.mark_json(),
        "compressionType": export.compression,
    }
    if export.is_truncated:
        name, last = _LAST_DATES[selection.date_type], export.included[-1]
        answer[name] = _last_date(call, selection.date_type, last)
    return answer


def _last_date(call: Call, date_type: str, last: Invoice) -> str | None:
    """Write the date of the last invoice in a package that was cut off."""
    if date_type == ISSUE:
        issued = call.state.area(Archive).facts_of(last).issue_date
        return None if issued is None else issued.isoformat()
    return _iso(last.invoicing_at if date_type == INVOICING else last.stored_at)


def _part_json(call: Call, export: Export, item: Part) -> dict[str, Any]:
    """Write a part with a fresh link."""
    path = f"/exports/{export.reference}/{item.name}"
    url, expires = signed_url(call, path, LINK_LIFETIME)
    return {
        "ordinalNumber": item.ordinal,
        "partName": item.name,
        "method": "GET",
        "url": url,
        "partSize": item.plain_size,
        "partHash": item.plain_hash,
        "encryptedPartSize": len(item.encrypted),
        "encryptedPartHash": item.encrypted_hash,
        "expirationDate": isoformat(expires),
    }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else isoformat(when)

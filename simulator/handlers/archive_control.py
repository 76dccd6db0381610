"""Control of fetching: where the high-water mark stands, how small the limits are.

``POST /_sim/archive`` with any of ``hwmAt`` (ISO; the mark stands still),
``hwmLagSeconds`` (the mark follows the clock at that distance), ``maxRecords`` (of a
query), ``maxExport`` (invoices of a package), ``partBytes`` (of an export part),
``lateShare`` and ``lateSeconds`` (records that appear behind newer ones).
Not part of KSeF; see ``control``.
"""

from __future__ import annotations

from werkzeug import Response

from ..clock import isoformat
from ..invoice_query import Archive
from ..routes import Bearer, Call, json_response, route
from ..shape import integer, moment, number, optional, read

_FIELDS = {
    "hwmAt": optional(moment),
    "hwmLagSeconds": optional(number),
    "maxRecords": optional(integer(1)),
    "maxExport": optional(integer(1)),
    "partBytes": optional(integer(1)),
    "lateShare": optional(number),
    "lateSeconds": optional(number),
}
_PAGE = {"at_root": True, "group": None, "bearer": Bearer.NONE}


@route("GET", "/_sim/archive", **_PAGE)
def show_archive(call: Call) -> Response:
    """Show the high-water mark and the limits."""
    archive = call.state.area(Archive)
    mark = archive.high_water_mark(call.config, call.now)
    body = {
        "highWaterMark": isoformat(mark),
        "maxRecords": archive.max_records,
        "maxExport": archive.max_export,
        "partBytes": archive.part_bytes,
        "lateShare": archive.late_share,
        "lateSeconds": archive.late_seconds,
    }
    return json_response(body)


@route("POST", "/_sim/archive", **_PAGE)
def change_archive(call: Call) -> Response:
    """Change what is given; a lag takes a fixed mark away."""
    asked, archive = read(call.json(), _FIELDS), call.state.area(Archive)
    if asked["hwmAt"] is not None:
        archive.hwm_at = asked["hwmAt"]
    if asked["hwmLagSeconds"] is not None:
        archive.hwm_at, archive.hwm_lag_seconds = None, asked["hwmLagSeconds"]
    archive.max_records = asked["maxRecords"] or archive.max_records
    archive.max_export = asked["maxExport"] or archive.max_export
    archive.part_bytes = asked["partBytes"] or archive.part_bytes
    if asked["lateShare"] is not None:
        archive.late_share = asked["lateShare"]
    if asked["lateSeconds"] is not None:
        archive.late_seconds = asked["lateSeconds"]
    return show_archive(call)

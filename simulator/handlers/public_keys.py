"""GET /security/public-key-certificates. Source: ksef-api.md §4."""

from __future__ import annotations

from werkzeug import Response

from ..routes import Bearer, Call, json_response, route


@route(
    "GET", "/security/public-key-certificates", group="anonymous", bearer=Bearer.NONE
)
def list_keys(call: Call) -> Response:
    """List the keys with which clients encrypt for KSeF."""
    keys = call.simulator.keys.published(call.now)
    return json_response([key.as_json() for key in keys])

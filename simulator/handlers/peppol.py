"""The public list of Peppol service providers: two made-up ones.

Source: OpenAPI 2.9, GET /peppol/query.
"""

from __future__ import annotations

from werkzeug import Response

from ..paging import read_page
from ..routes import Bearer, Call, json_response, route

PROVIDERS = [
    {
        "id": "PPL000001",
        "name": "Symulator Dostawca Usług Peppol 1",
        "dateCreated": "2025-07-11T12:23:56.0154302+00:00",
    },
    {
        "id": "PPL000002",
        "name": "Symulator Dostawca Usług Peppol 2",
        "dateCreated": "2025-07-12T12:23:56.0154302+00:00",
    },
]


@route("GET", "/peppol/query", group="anonymous", bearer=Bearer.NONE)
def providers(call: Call) -> Response:
    """List the providers."""
    shown, has_more = read_page(call, largest=100).of(PROVIDERS)
    return json_response({"peppolProviders": list(shown), "hasMore": has_more})

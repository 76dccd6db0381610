"""Control of suppliers: ``POST /_sim/suppliers`` lets them issue invoices for months.

``buyerNip``, ``from``, ``to`` (ISO) and optionally ``invoices`` (500), ``suppliers``
(40), ``thirdShare`` (0) and ``seed`` (0). Not part of KSeF; see ``control``.
"""

from __future__ import annotations

from werkzeug import Response

from ..routes import Bearer, Call, json_response, route
from ..shape import integer, moment, number, optional, read, text
from ..suppliers import Season, fill

_FIELDS = {
    "buyerNip": text(10, 10),
    "from": moment,
    "to": moment,
    "invoices": optional(integer(1, 100_000), 500),
    "suppliers": optional(integer(1, 1_000), 40),
    "thirdShare": optional(number, 0.0),
    "seed": optional(integer(), 0),
}


@route("POST", "/_sim/suppliers", at_root=True, group=None, bearer=Bearer.NONE)
def let_suppliers_issue(call: Call) -> Response:
    """Plan the invoices; what lies in the past is there with the next request."""
    asked = read(call.json(), _FIELDS)
    season = Season(
        buyer_nip=asked["buyerNip"],
        start=asked["from"],
        end=asked["to"],
        invoices=asked["invoices"],
        suppliers=asked["suppliers"],
        third_share=asked["thirdShare"],
        seed=asked["seed"],
    )
    return json_response({"invoices": fill(call.simulator, season)})

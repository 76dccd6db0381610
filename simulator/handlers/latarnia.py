"""Latarnia's two calls, and the control call that says what it announces.

``POST /_sim/latarnia`` with ``status`` and, if wanted, ``title``, ``text``, ``start``
and ``end`` (ISO). Source: ksef-api.md §1.2.
"""

from __future__ import annotations

import json
from typing import Any

from werkzeug import Response

from .. import shape
from ..latarnia import STATUSES, Declaration, Latarnia
from ..routes import LATARNIA_PREFIX, Bearer, Call, route

_PUBLIC = {"at_root": True, "group": None, "bearer": Bearer.NONE}
_DECLARATION: dict[str, shape.Check] = {
    "status": shape.choice(*STATUSES),
    "title": shape.optional(shape.text(), ""),
    "text": shape.optional(shape.text(), ""),
    "start": shape.optional(shape.moment),
    "end": shape.optional(shape.moment),
}


@route("GET", LATARNIA_PREFIX + "/status", **_PUBLIC)
def status(call: Call) -> Response:
    """Tell what holds now; ``messages`` only while KSeF is not available."""
    latarnia = call.state.area(Latarnia)
    body: dict[str, Any] = {"status": latarnia.status}
    found = [message.as_json() for message in latarnia.current()]
    return _json({**body, "messages": found} if found else body)


@route("GET", LATARNIA_PREFIX + "/messages", **_PUBLIC)
def messages(call: Call) -> Response:
    """Give every message, oldest first: no filters, no pages."""
    found = call.state.area(Latarnia).messages
    return _json([message.as_json() for message in found])


@route("GET", LATARNIA_PREFIX, **_PUBLIC)
@route("GET", LATARNIA_PREFIX + "/", **_PUBLIC)
def root(_call: Call) -> Response:
    """Refuse the root, as the real service does."""
    return Response("Forbidden", status=403, mimetype="text/plain")


@route("POST", "/_sim/latarnia", **_PUBLIC)
def declare(call: Call) -> Response:
    """Announce a failure, its end, or maintenance."""
    asked = shape.read(call.json(), _DECLARATION)
    call.state.area(Latarnia).declare(Declaration(**asked), call.now)
    return status(call)


def _json(body: Any) -> Response:
    """Answer with JSON; unlike KSeF, this service writes nulls."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, mimetype="application/json")

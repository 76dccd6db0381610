"""Control calls below ``/_sim``: reset, clock, faults, log, keys, state.

Not part of KSeF: tests and people steer the simulator with them. They answer JSON, are
never hit by a fault and are not in the request log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from werkzeug import Response

from .. import shape
from ..clock import isoformat
from ..errors import PlainHttpError
from ..faults import Fault
from ..processing import INVOICE_FAULTS, ProcessingFaults
from ..public_keys import USAGES
from ..routes import Bearer, Call, json_response, route
from ..state import LoggedRequest

_CLOCK: dict[str, shape.Check] = {
    "advance": shape.optional(shape.number),
    "set": shape.optional(shape.moment),
    "freeze": shape.optional(shape.boolean),
}
_ROTATE: dict[str, shape.Check] = {
    "usages": shape.optional(shape.items(shape.choice(*USAGES), at_least=1), USAGES),
    "withdraw": shape.optional(shape.boolean, False),
}
_FAULT: dict[str, shape.Check] = {
    "kind": shape.text(1),
    "times": shape.optional(shape.integer(1), 1),
    "method": shape.optional(shape.text(), ""),
    "path": shape.optional(shape.text(), ""),
    "seconds": shape.optional(shape.number, 1.0),
    "status": shape.optional(shape.integer(400, 599), 500),
    "retry_after": shape.optional(shape.integer(0), 30),
    "told_after": shape.optional(shape.integer(0)),
    "skip": shape.optional(shape.integer(0), 0),
    "share": shape.optional(shape.number, 1.0),
    "since": shape.optional(shape.moment),
    "until": shape.optional(shape.moment),
}

Handler = Callable[[Call], Response]


def _control(method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a control call."""
    return route(method, f"/_sim/{path}", group=None, bearer=Bearer.NONE, at_root=True)


@_control("POST", "reset")
def reset(call: Call) -> Response:
    """Forget everything that was done; settings and keys stay."""
    call.simulator.reset()
    return json_response({"reset": True})


@_control("GET", "clock")
def show_clock(call: Call) -> Response:
    """Show the simulated time."""
    clock = call.simulator.clock
    return json_response({"now": isoformat(clock.now()), "frozen": clock.is_frozen})


@_control("POST", "clock")
def move_clock(call: Call) -> Response:
    """Move the clock: ``set`` (ISO), ``advance`` (seconds), ``freeze`` (boolean)."""
    asked, clock = shape.read(call.json(), _CLOCK), call.simulator.clock
    if asked["freeze"] is not None:
        (clock.freeze if asked["freeze"] else clock.resume)()
    if asked["set"] is not None:
        clock.set(asked["set"])
    if asked["advance"] is not None:
        clock.advance(asked["advance"])
    return show_clock(call)


@_control("POST", "fault")
def add_fault(call: Call) -> Response:
    """Ask for a fault: ``kind`` and what ``faults.Fault`` has."""
    asked = shape.read(call.json(), _FAULT)
    kind = asked.pop("kind")
    if kind in INVOICE_FAULTS:
        waiting = call.state.area(ProcessingFaults).waiting
        waiting += [INVOICE_FAULTS[kind]] * asked["times"]
        return json_response({"kind": kind, "times": asked["times"]})
    try:
        fault = call.simulator.faults.add(kind, **asked)
    except ValueError as error:
        raise PlainHttpError(400, str(error)) from error
    return json_response(_fault_json(fault))


@_control("GET", "fault")
def show_faults(call: Call) -> Response:
    """Show the faults that wait for calls, and the kinds there are."""
    faults = call.simulator.faults
    return json_response(
        {
            "waiting": [_fault_json(fault) for fault in faults.waiting()],
            "kinds": sorted([*faults.kinds, *INVOICE_FAULTS]),
            "options": sorted(Fault.__dataclass_fields__),
        }
    )


@_control("DELETE", "fault")
def clear_faults(call: Call) -> Response:
    """Call off every fault; ``seed`` (a number) begins another row of chances."""
    seed = call.request.args.get("seed", 0, type=int)
    call.simulator.faults.clear(seed)
    call.state.area(ProcessingFaults).waiting.clear()
    return json_response({"waiting": []})


@_control("GET", "log")
def show_log(call: Call) -> Response:
    """Show the request log, oldest first; ``method`` and ``path`` filter it."""
    asked = call.request.args
    found = call.simulator.log.entries(asked.get("method", ""), asked.get("path", ""))
    return json_response({"requests": [_entry_json(entry) for entry in found]})


@_control("DELETE", "log")
def clear_log(call: Call) -> Response:
    """Empty the request log."""
    call.simulator.log.clear()
    return json_response({"requests": []})


@_control("POST", "rotate-keys")
def rotate_keys(call: Call) -> Response:
    """Publish new keys; ``withdraw`` takes the old ones away at once."""
    asked = shape.read(call.json(), _ROTATE)
    keys = call.simulator.keys
    keys.rotate(call.now, tuple(asked["usages"]), asked["withdraw"])
    return json_response([key.as_json() for key in keys.published(call.now)])


@_control("GET", "state")
def show_state(call: Call) -> Response:
    """Show what there is, in numbers and references; no key, no token, no content."""
    state = call.state
    return json_response(
        {
            "now": isoformat(call.now),
            "environment": call.config.environment,
            "logins": len(state.operations),
            "tokens": Counter(token.status for token in state.tokens.values()),
            "certificates": Counter(c.status for c in state.certificates.values()),
            "grants": len(state.grants),
            "sessions": [
                {
                    "referenceNumber": session.reference,
                    "kind": session.kind,
                    "context": session.context.as_json(),
                    "status": session.status,
                    "invoices": Counter(str(i.status) for i in session.invoices),
                }
                for session in state.sessions.values()
            ],
            "accepted": [
                {
                    "ksefNumber": number,
                    "invoiceNumber": invoice.document.number,
                    "invoiceHash": invoice.hash,
                    "mode": invoice.mode,
                    "status": invoice.status,
                }
                for number, invoice in state.accepted.items()
            ],
        }
    )


def _fault_json(fault: Fault) -> dict[str, Any]:
    """Write a fault; its moments as texts."""
    fields = asdict(fault).items()
    return {
        name: isoformat(value) if isinstance(value, datetime) else value
        for name, value in fields
    }


def _entry_json(entry: LoggedRequest) -> dict[str, Any]:
    """Write one line of the log."""
    at: datetime = entry.at
    return {**asdict(entry), "at": isoformat(at)}

"""Asynchronous work on rights: taken with 202, done a moment later, asked about.

Called by ``handlers/permission_grants`` and ``handlers/permissions``.
Source: ksef-api.md §13; OpenAPI 2.9, GET /permissions/operations/{referenceNumber}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from werkzeug import Response

from .routes import Call, json_response
from .state import Grant, Identifier

OPERATION_KEPT = timedelta(days=30)


@dataclass
class Operation:
    """One asynchronous grant or revocation."""

    context: Identifier
    started_at: datetime
    status: int = 100
    details: tuple[str, ...] = ()


@dataclass
class Operations:
    """The operations of one simulator, by reference number."""

    by_reference: dict[str, Operation] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """Why an operation fails: its status and a text."""

    status: int
    detail: str


Work = Callable[[], "Refusal | None"]


def storing(call: Call, grants: Iterable[Grant]) -> Work:
    """Make the work that stores grants; one that is there already stays as it is."""

    def work() -> Refusal | None:
        for made in grants:
            if not any(_is_same(made, known) for known in call.state.grants.values()):
                call.state.grants[made.id] = made
        return None

    return work


def _is_same(one: Grant, other: Grant) -> bool:
    return (one.context, one.authorized, one.permission, one.target) == (
        other.context,
        other.authorized,
        other.permission,
        other.target,
    )


def accept(call: Call, work: Work) -> Response:
    """Answer 202 and do the work a moment later."""
    operation = Operation(call.authorized.context, call.now)
    reference = call.state.new_reference("EG", call.now)
    call.state.area(Operations).by_reference[reference] = operation

    def job(_due: datetime) -> None:
        refusal = work()
        operation.status = 200 if refusal is None else refusal.status
        operation.details = () if refusal is None else (refusal.detail,)

    due = call.now + timedelta(seconds=call.config.processing_seconds)
    call.state.schedule(due, job)
    return json_response({"referenceNumber": reference}, 202)

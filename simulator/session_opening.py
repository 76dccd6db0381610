"""A new session, interactive or batch, of the caller (ksef-api.md §5.1, §6.2)."""

from __future__ import annotations

from typing import Any

from .crypto import unwrap_key
from .processing import SESSION_LIFE
from .routes import Call
from .state import Session

#: kind -> type in the reference number (ksef-api.md §1.6).
_REFERENCE_TYPES = {"Online": "SO", "Batch": "SB"}


def new_session(
    call: Call, kind: str, form: tuple[str, str, str], encryption: dict[str, Any]
) -> Session:
    """Make and keep a session of the caller, with the key that he wrapped.

    :param kind: ``Online`` or ``Batch``
    :param encryption: the object ``encryption`` of the request
    """
    key, iv = unwrap_key(call.simulator.keys, encryption, call.now)
    session = Session(
        reference=call.state.new_reference(_REFERENCE_TYPES[kind], call.now),
        kind=kind,
        context=call.authorized.context,
        subject=call.authorized.subject,
        form_code=form,
        created_at=call.now,
        updated_at=call.now,
        valid_until=call.now + SESSION_LIFE,
        key=key,
        iv=iv,
        operation_reference=call.authorized.operation.reference,
    )
    call.state.sessions[session.reference] = session
    return session

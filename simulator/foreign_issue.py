"""Invoices of sellers who use a program of their own: they are simply there.

They pass the same checks as those that arrive by HTTP, without login or encryption.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .crypto import sha256_base64
from .state import Identifier, Invoice, Session

if TYPE_CHECKING:
    from .server import Simulator

_FORM_CODE = ("FA (3)", "1-0E", "FA")


def open_session(
    simulator: Simulator,
    nip: str,
    at: datetime,
    kind: str = "Online",
    form_code: tuple[str, str, str] = _FORM_CODE,
) -> Session:
    """Open a session of a seller's own program."""
    seller = Identifier("Nip", nip)
    session = Session(
        reference=simulator.state.new_reference("SO", at),
        kind=kind,
        context=seller,
        subject=seller,
        form_code=form_code,
        created_at=at,
        updated_at=at,
        valid_until=at + timedelta(hours=12),
        key=bytes(32),
    )
    simulator.state.sessions[session.reference] = session
    return session


def issue(
    simulator: Simulator, session: Session, content: bytes, at: datetime
) -> Invoice:
    """Let KSeF judge a file; ``status`` of the answer tells what it said."""
    invoice = Invoice(
        reference=simulator.state.new_reference("EE", at),
        session_reference=session.reference,
        ordinal=len(session.invoices) + 1,
        hash=sha256_base64(content),
        size=len(content),
        invoicing_at=at,
    )
    session.invoices.append(invoice)
    simulator.state.add_invoice(invoice)
    simulator.processor.judge(session, invoice, content, at)
    return invoice

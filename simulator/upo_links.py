"""Where UPO documents can be fetched without a token. Source: ksef-api.md §5.3."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .clock import isoformat
from .routes import Call
from .state import Invoice, Session, UpoPage
from .storage import signed_url

LINK_LIFE = timedelta(days=3)


def invoice_link(call: Call, invoice: Invoice) -> tuple[str, datetime]:
    """Make the address of one invoice's UPO, new at every status query."""
    return signed_url(call, f"/upo/invoices/{invoice.reference}.xml", LINK_LIFE)


def page_link(call: Call, session: Session, page: UpoPage) -> dict[str, Any]:
    """Write one page of a session's UPO as the status shows it."""
    path = f"/upo/sessions/{session.reference}/{page.reference}.xml"
    url, expires = signed_url(call, path, LINK_LIFE)
    return {
        "referenceNumber": page.reference,
        "downloadUrl": url,
        "downloadUrlExpirationDate": isoformat(expires),
    }

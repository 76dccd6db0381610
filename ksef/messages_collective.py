"""Collective identifiers: one number for a payment of several invoices of one seller.

Same rules as ``messages``. Source: KSeF OpenAPI 2.9.0 (since API 2.7), schemas named in
each docstring.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .wire import Fields


@dataclass(frozen=True)
class CollectivePayment:
    """Schema CollectiveIdentifierInvoicePayment: what is paid for one invoice."""

    amount: Decimal
    currency: str

    @classmethod
    def from_json(cls, data: Any) -> CollectivePayment:
        """Read ``payment``."""
        fields = Fields(data, "CollectivePayment")
        return cls(fields.decimal("amount"), fields.text("currency"))


@dataclass(frozen=True)
class CollectiveItem:
    """Schema CollectiveIdentifierInvoice: one invoice of a new identifier.

    :ivar description: 512 characters at most
    """

    ksef_number: str
    payment: CollectivePayment | None = None
    description: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return one item of ``invoices``."""
        body: dict[str, Any] = {"ksefNumber": self.ksef_number}
        if self.payment is not None:
            # The protocol has no other number; 15 digits survive it.
            amount = float(self.payment.amount)
            body["payment"] = {"amount": amount, "currency": self.payment.currency}
        if self.description is not None:
            body["description"] = self.description
        return body


@dataclass(frozen=True)
class CollectiveIdentifier:
    """Schemas CollectiveIdentifiers…QueryResponseItem.

    :ivar number: 35 characters
    :ivar is_ours: made in the context of the login
    :ivar invoice_count: None where the question was about one invoice
    """

    number: str
    created_at: datetime
    is_ours: bool
    invoice_count: int | None = None

    @classmethod
    def from_json(cls, data: Any) -> CollectiveIdentifier:
        """Read one item of ``collectiveIdentifiers``."""
        fields = Fields(data, "CollectiveIdentifier")
        return cls(
            fields.text("collectiveIdentifierNumber"),
            fields.time("dateCreated"),
            fields.flag("createdInCurrentContext"),
            fields.integer_or_zero("invoiceCount") or None,
        )


@dataclass(frozen=True)
class CollectivePage:
    """A page of identifiers; no ``continuation_token`` = last page."""

    identifiers: tuple[CollectiveIdentifier, ...]
    continuation_token: str | None

    @classmethod
    def from_json(cls, data: Any) -> CollectivePage:
        """Read POST /collective-identifiers/query or GET …/ksef/{ksefNumber}."""
        fields = Fields(data, "CollectivePage")
        return cls(
            fields.many("collectiveIdentifiers", CollectiveIdentifier.from_json),
            fields.text_or_none("continuationToken") or None,
        )


@dataclass(frozen=True)
class CollectiveInvoice:
    """Schema CollectiveIdentifierInvoicesQueryResponseItem.

    :ivar is_hidden: payment and description exist, but not for this context
    """

    ksef_number: str
    collective_number: str
    payment: CollectivePayment | None
    description: str | None
    is_hidden: bool

    @classmethod
    def from_json(cls, data: Any) -> CollectiveInvoice:
        """Read one item of ``invoices``."""
        fields = Fields(data, "CollectiveInvoice")
        return cls(
            fields.text("ksefNumber"),
            fields.text("collectiveIdentifierNumber"),
            fields.one_or_none("payment", CollectivePayment.from_json),
            fields.text_or_none("description"),
            fields.flag("detailsHidden"),
        )


@dataclass(frozen=True)
class CollectiveInvoicePage:
    """A page of invoices; no ``continuation_token`` = last page."""

    invoices: tuple[CollectiveInvoice, ...]
    continuation_token: str | None

    @classmethod
    def from_json(cls, data: Any) -> CollectiveInvoicePage:
        """Read the answer of POST /collective-identifiers/invoices."""
        fields = Fields(data, "CollectiveInvoicePage")
        return cls(
            fields.many("invoices", CollectiveInvoice.from_json),
            fields.text_or_none("continuationToken") or None,
        )

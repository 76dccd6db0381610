"""Answers about work in progress: statuses of invoices and sessions, and their pages.

``messages`` re-exports all of it: take names from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .wire import Fields

INVOICE_ACCEPTED = 200
INVOICE_DUPLICATE = 440
SESSION_OPEN = 100
#: KSeF adds codes without notice, and counts like HTTP: below are steps on the way,
#: and what is refused begins at 400.
_FIRST_DONE, _FIRST_REFUSED = 200, 400


@dataclass(frozen=True)
class StatusInfo:
    """Schemas StatusInfo and InvoiceStatusInfo; decide on ``code`` only.

    :ivar extensions: e.g. ``originalKsefNumber`` of a duplicate (440)
    """

    code: int
    description: str
    details: tuple[str, ...] = ()
    extensions: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Any) -> StatusInfo:
        """Read the object ``status``."""
        fields = Fields(data, "StatusInfo")
        return cls(
            fields.integer("code"),
            fields.text_or_none("description") or "",
            fields.texts("details"),
            fields.mapping("extensions"),
        )


@dataclass(frozen=True)
class InvoiceStatus:
    """Schema SessionInvoiceStatusResponse: one invoice of a session.

    :ivar invoice_hash: Base64 SHA-256 of the plain XML; correlate by it
    :ivar acquisition_date: moment of the KSeF number, the legal receipt
    :ivar invoicing_date: moment KSeF took the file
    :ivar upo_download_url: a capability without token, about three days
    :ivar invoicing_mode: ``Online | Offline``
    """

    ordinal_number: int
    reference_number: str
    invoice_hash: str
    status: StatusInfo
    invoicing_date: datetime
    invoice_number: str | None = None
    ksef_number: str | None = None
    invoice_file_name: str | None = None
    acquisition_date: datetime | None = None
    permanent_storage_date: datetime | None = None
    upo_download_url: str | None = field(default=None, repr=False)
    upo_download_url_expiration_date: datetime | None = None
    invoicing_mode: str | None = None

    @classmethod
    def from_json(cls, data: Any) -> InvoiceStatus:
        """Read one invoice of a session."""
        fields = Fields(data, "InvoiceStatus")
        return cls(
            ordinal_number=fields.integer("ordinalNumber"),
            reference_number=fields.text("referenceNumber"),
            invoice_hash=fields.text("invoiceHash"),
            status=fields.one("status", StatusInfo.from_json),
            invoicing_date=fields.time("invoicingDate"),
            invoice_number=fields.text_or_none("invoiceNumber"),
            ksef_number=fields.text_or_none("ksefNumber"),
            invoice_file_name=fields.text_or_none("invoiceFileName"),
            acquisition_date=fields.time_or_none("acquisitionDate"),
            permanent_storage_date=fields.time_or_none("permanentStorageDate"),
            upo_download_url=fields.text_or_none("upoDownloadUrl"),
            upo_download_url_expiration_date=fields.time_or_none(
                "upoDownloadUrlExpirationDate"
            ),
            invoicing_mode=fields.text_or_none("invoicingMode"),
        )

    @property
    def is_final(self) -> bool:
        """Nothing will change any more: it has its number, or was refused."""
        return self.is_accepted or self.status.code >= _FIRST_REFUSED

    @property
    def is_accepted(self) -> bool:
        """The invoice has its KSeF number."""
        code = self.status.code
        is_done = _FIRST_DONE <= code < _FIRST_REFUSED and bool(self.ksef_number)
        return code == INVOICE_ACCEPTED or is_done

    @property
    def is_duplicate(self) -> bool:
        """KSeF already has an invoice of this seller, kind and number."""
        return self.status.code == INVOICE_DUPLICATE

    @property
    def original_ksef_number(self) -> str | None:
        """Number of the invoice that a duplicate (440) collides with."""
        return self.status.extensions.get("originalKsefNumber")

    @property
    def original_session_reference_number(self) -> str | None:
        """Session of that invoice; was wrong once for batches, trust the number."""
        return self.status.extensions.get("originalSessionReferenceNumber")


@dataclass(frozen=True)
class InvoicePage:
    """Schema SessionInvoicesResponse; no ``continuation_token`` = last page."""

    invoices: tuple[InvoiceStatus, ...]
    continuation_token: str | None

    @classmethod
    def from_json(cls, data: Any) -> InvoicePage:
        """Read a page of GET /sessions/{referenceNumber}/invoices[/failed]."""
        fields = Fields(data, "InvoicePage")
        return cls(
            fields.many("invoices", InvoiceStatus.from_json),
            fields.text_or_none("continuationToken") or None,
        )


@dataclass(frozen=True)
class UpoPage:
    """Schema UpoPageResponse; the URL is opaque and needs no token."""

    reference_number: str
    download_url: str = field(repr=False)
    download_url_expiration_date: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> UpoPage:
        """Read one item of ``upo.pages``."""
        fields = Fields(data, "UpoPage")
        return cls(
            fields.text("referenceNumber"),
            fields.text("downloadUrl"),
            fields.time_or_none("downloadUrlExpirationDate"),
        )


@dataclass(frozen=True)
class SessionStatus:
    """Schema SessionStatusResponse; counts that KSeF leaves out are nought."""

    status: StatusInfo
    invoice_count: int
    successful: int
    failed: int
    upo_pages: tuple[UpoPage, ...]
    valid_until: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> SessionStatus:
        """Read the answer of GET /sessions/{referenceNumber}."""
        fields = Fields(data, "SessionStatus")
        upo = Fields(fields.mapping("upo"), "SessionStatus.upo")
        return cls(
            fields.one("status", StatusInfo.from_json),
            fields.integer_or_zero("invoiceCount"),
            fields.integer_or_zero("successfulInvoiceCount"),
            fields.integer_or_zero("failedInvoiceCount"),
            upo.many("pages", UpoPage.from_json),
            fields.time_or_none("validUntil"),
        )

    @property
    def is_final(self) -> bool:
        """Closed and processed; nothing will change any more."""
        return self.status.code >= _FIRST_DONE


@dataclass(frozen=True)
class SessionSummary:
    """Schema SessionsQueryResponseItem: one session of the context."""

    reference_number: str
    status: StatusInfo
    date_created: datetime
    invoice_count: int
    successful: int
    failed: int

    @classmethod
    def from_json(cls, data: Any) -> SessionSummary:
        """Read one item of GET /sessions."""
        fields = Fields(data, "SessionSummary")
        return cls(
            fields.text("referenceNumber"),
            fields.one("status", StatusInfo.from_json),
            fields.time("dateCreated"),
            fields.integer_or_zero("totalInvoiceCount"),
            fields.integer_or_zero("successfulInvoiceCount"),
            fields.integer_or_zero("failedInvoiceCount"),
        )


@dataclass(frozen=True)
class SessionPage:
    """Schema SessionsQueryResponse; no ``continuation_token`` = last page."""

    sessions: tuple[SessionSummary, ...]
    continuation_token: str | None

    @classmethod
    def from_json(cls, data: Any) -> SessionPage:
        """Read a page of GET /sessions."""
        fields = Fields(data, "SessionPage")
        return cls(
            fields.many("sessions", SessionSummary.from_json),
            fields.text_or_none("continuationToken") or None,
        )

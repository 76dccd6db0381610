"""What KSeF says of whoever is logged in: rights, certificates and limits.

``messages`` re-exports all of it: take names from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .wire import Fields


@dataclass(frozen=True)
class Grant:
    """Schema PersonalPermission: one right in the context of the login.

    :ivar permission: e.g. ``InvoiceWrite``
    :ivar is_owner: a right that the owner has by nature (``ownerPermissions``), not a
        granted one
    """

    permission: str
    is_active: bool = True
    is_owner: bool = False
    can_delegate: bool = False
    start_date: datetime | None = None
    description: str = ""

    @classmethod
    def from_json(cls, data: Any) -> Grant:
        """Read one item of ``permissions``."""
        fields = Fields(data, "Grant")
        return cls(
            permission=fields.text("permissionScope"),
            is_active=fields.text_or_none("permissionState") != "Inactive",
            can_delegate=fields.flag("canDelegate"),
            start_date=fields.time_or_none("startDate"),
            description=fields.text_or_none("description") or "",
        )


@dataclass(frozen=True)
class GrantPage:
    """Schema QueryPersonalPermissionsResponse.

    The owner of the context is not listed in ``permissions``: before API 2.9 an empty
    page does not mean "no rights".
    """

    grants: tuple[Grant, ...]
    has_more: bool

    @classmethod
    def from_json(cls, data: Any) -> GrantPage:
        """Read a page of POST /permissions/query/personal/grants."""
        fields = Fields(data, "GrantPage")
        owned = tuple(
            Grant(name, is_owner=True) for name in fields.texts("ownerPermissions")
        )
        granted = fields.many("permissions", Grant.from_json)
        return cls(owned + granted, fields.flag("hasMore"))


@dataclass(frozen=True)
class CertificateInfo:
    """Schema CertificateListItem: a KSeF certificate of the subject who logged in.

    :ivar serial_number: 16 upper-case hex digits
    :ivar type: ``Authentication | Offline``
    :ivar status: ``Active | Blocked | Revoked | Expired``
    """

    serial_number: str
    name: str
    type: str
    common_name: str
    status: str
    valid_from: datetime
    valid_to: datetime

    @classmethod
    def from_json(cls, data: Any) -> CertificateInfo:
        """Read one item of POST /certificates/query."""
        fields = Fields(data, "CertificateInfo")
        return cls(
            fields.text("certificateSerialNumber"),
            fields.text("name"),
            fields.text("type"),
            fields.text("commonName"),
            fields.text("status"),
            fields.time("validFrom"),
            fields.time("validTo"),
        )

    @classmethod
    def list_from_json(cls, data: Any) -> tuple[CertificateInfo, ...]:
        """Read the answer of POST /certificates/query."""
        return Fields(data, "CertificateList").many("certificates", cls.from_json)


@dataclass(frozen=True)
class RateLimit:
    """Schema EffectiveApiRateLimitValues: requests per sliding window."""

    per_second: int
    per_minute: int
    per_hour: int

    @classmethod
    def from_json(cls, data: Any) -> RateLimit:
        """Read one group of GET /rate-limits."""
        fields = Fields(data, "RateLimit")
        return cls(
            fields.integer("perSecond"),
            fields.integer("perMinute"),
            fields.integer("perHour"),
        )


@dataclass(frozen=True)
class RateLimits:
    """Schema EffectiveApiRateLimits: group name (wire) to its limits."""

    groups: Mapping[str, RateLimit]

    @classmethod
    def from_json(cls, data: Any) -> RateLimits:
        """Read the answer of GET /rate-limits; groups of later versions included."""
        Fields(data, "RateLimits")
        return cls({name: RateLimit.from_json(group) for name, group in data.items()})


@dataclass(frozen=True)
class SessionLimits:
    """Limits of one kind of session; megabytes are 10^6 bytes."""

    max_invoice_size_mb: int
    max_invoice_with_attachment_size_mb: int
    max_invoices: int

    @classmethod
    def from_json(cls, data: Any) -> SessionLimits:
        """Read ``onlineSession`` or ``batchSession``."""
        fields = Fields(data, "SessionLimits")
        return cls(
            fields.integer("maxInvoiceSizeInMB"),
            fields.integer("maxInvoiceWithAttachmentSizeInMB"),
            fields.integer("maxInvoices"),
        )

    def to_json(self) -> dict[str, int]:
        """Return what :meth:`from_json` reads."""
        return {
            "maxInvoiceSizeInMB": self.max_invoice_size_mb,
            "maxInvoiceWithAttachmentSizeInMB": (
                self.max_invoice_with_attachment_size_mb
            ),
            "maxInvoices": self.max_invoices,
        }


@dataclass(frozen=True)
class ContextLimits:
    """Schema EffectiveContextLimits.

    :ivar collective_max_invoices: of a collective identifier; since API 2.7
    """

    online: SessionLimits
    batch: SessionLimits
    collective_max_invoices: int | None = None

    @classmethod
    def from_json(cls, data: Any) -> ContextLimits:
        """Read the answer of GET /limits/context."""
        fields = Fields(data, "ContextLimits")
        return cls(
            fields.one("onlineSession", SessionLimits.from_json),
            fields.one("batchSession", SessionLimits.from_json),
            fields.one_or_none("collectiveIdentifier", _max_invoices),
        )

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` reads."""
        data: dict[str, Any] = {
            "onlineSession": self.online.to_json(),
            "batchSession": self.batch.to_json(),
        }
        if self.collective_max_invoices is not None:
            data["collectiveIdentifier"] = {"maxInvoices": self.collective_max_invoices}
        return data


_USUAL = SessionLimits(1, 3, 10_000)

#: What holds for everybody until KSeF has told otherwise of a context.
USUAL_LIMITS = ContextLimits(_USUAL, _USUAL)


def _max_invoices(data: Any) -> int:
    return Fields(data, "CollectiveLimits").integer("maxInvoices")

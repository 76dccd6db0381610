"""What invoices are asked for with, and what KSeF answers.

Same rules as ``messages``. Source: KSeF OpenAPI 2.9.0, schemas named in each docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

from .messages import StatusInfo
from .messages_batch import Compression
from .wire import Fields


class SubjectType(str, Enum):
    """Schema InvoiceQuerySubjectType: the role that one has in the invoice."""

    SELLER = "Subject1"
    BUYER = "Subject2"
    THIRD_PARTY = "Subject3"
    AUTHORIZED = "SubjectAuthorized"


class DateType(str, Enum):
    """Schema InvoiceQueryDateType; only ``PermanentStorage`` loses nothing."""

    ISSUE = "Issue"
    INVOICING = "Invoicing"
    PERMANENT_STORAGE = "PermanentStorage"


@dataclass(frozen=True)
class DateRange:
    """Schema InvoiceQueryDateRange: bounds included, three months at most.

    :ivar start: aware
    :ivar end: aware; None: now
    :ivar restrict_to_hwm: leave out what is newer than the high-water mark
    """

    start: datetime
    end: datetime | None = None
    date_type: DateType = DateType.PERMANENT_STORAGE
    restrict_to_hwm: bool = True

    def to_json(self) -> dict[str, Any]:
        """Return the object ``dateRange`` of the filters."""
        body: dict[str, Any] = {
            "dateType": self.date_type.value,
            "from": _iso(self.start),
        }
        if self.end is not None:
            body["to"] = _iso(self.end)
        if self.date_type is DateType.PERMANENT_STORAGE:
            body["restrictToPermanentStorageHwmDate"] = self.restrict_to_hwm
        return body


@dataclass(frozen=True)
class InvoiceFilters:
    """Schema InvoiceQueryFilters: role and range, and exact filters besides.

    :ivar exact: other properties of the schema as they are sent, e.g.
        ``{"sellerNip": "5265877635"}``
    """

    subject: SubjectType
    dates: DateRange
    exact: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the filters as the request wants them."""
        return {
            **self.exact,
            "subjectType": self.subject.value,
            "dateRange": self.dates.to_json(),
        }


@dataclass(frozen=True)
class MetadataParty:
    """A party of an invoice, of any of the four schemas of parties.

    :ivar id_type: ``Nip | VatUe | InternalId | Other | None``
    :ivar role: number of the role of a third or authorised party
    """

    id_type: str
    value: str | None
    name: str | None
    role: int | None = None

    @classmethod
    def from_nip(cls, data: Any) -> MetadataParty:
        """Read ``seller`` or ``authorizedSubject``."""
        fields = Fields(data, "MetadataParty")
        role = fields.integer_or_zero("role") or None
        return cls("Nip", fields.text("nip"), fields.text_or_none("name"), role)

    @classmethod
    def from_identifier(cls, data: Any) -> MetadataParty:
        """Read ``buyer`` or one of ``thirdSubjects``."""
        fields = Fields(data, "MetadataParty")
        identifier = Fields(fields.mapping("identifier"), "MetadataParty.identifier")
        return cls(
            identifier.text("type"),
            identifier.text_or_none("value"),
            fields.text_or_none("name"),
            fields.integer_or_zero("role") if "role" in data else None,
        )


@dataclass(frozen=True)
class InvoiceMetadata:
    """Schema InvoiceMetadata: what KSeF says of an invoice without its file.

    :ivar acquisition_date: the KSeF number was given; the legal day of receipt
    :ivar permanent_storage_date: moment that the high-water mark is about
    :ivar net_amount: in ``currency``, as ``gross_amount``; ``vat_amount`` in PLN
    :ivar invoice_hash: Base64 SHA-256 of the XML
    :ivar invoicing_mode: ``Online | Offline``
    """

    ksef_number: str
    invoice_number: str
    issue_date: date
    invoicing_date: datetime
    acquisition_date: datetime
    permanent_storage_date: datetime
    seller: MetadataParty
    buyer: MetadataParty
    net_amount: Decimal
    gross_amount: Decimal
    vat_amount: Decimal
    currency: str
    invoicing_mode: str
    invoice_type: str
    form_code: str
    is_self_invoicing: bool
    has_attachment: bool
    invoice_hash: str
    hash_of_corrected_invoice: str | None = None
    third_subjects: tuple[MetadataParty, ...] = ()
    authorized_subject: MetadataParty | None = None

    @classmethod
    def from_json(cls, data: Any) -> InvoiceMetadata:
        """Read one item of ``invoices``."""
        fields = Fields(data, "InvoiceMetadata")
        form = Fields(fields.mapping("formCode"), "InvoiceMetadata.formCode")
        return cls(
            ksef_number=fields.text("ksefNumber"),
            invoice_number=fields.text("invoiceNumber"),
            issue_date=fields.day("issueDate"),
            invoicing_date=fields.time("invoicingDate"),
            acquisition_date=fields.time("acquisitionDate"),
            permanent_storage_date=fields.time("permanentStorageDate"),
            seller=fields.one("seller", MetadataParty.from_nip),
            buyer=fields.one("buyer", MetadataParty.from_identifier),
            net_amount=fields.decimal("netAmount"),
            gross_amount=fields.decimal("grossAmount"),
            vat_amount=fields.decimal("vatAmount"),
            currency=fields.text("currency"),
            invoicing_mode=fields.text("invoicingMode"),
            invoice_type=fields.text("invoiceType"),
            form_code=form.text("systemCode"),
            is_self_invoicing=fields.flag("isSelfInvoicing"),
            has_attachment=fields.flag("hasAttachment"),
            invoice_hash=fields.text("invoiceHash"),
            hash_of_corrected_invoice=fields.text_or_none("hashOfCorrectedInvoice"),
            third_subjects=fields.many("thirdSubjects", MetadataParty.from_identifier),
            authorized_subject=fields.one_or_none(
                "authorizedSubject", MetadataParty.from_nip
            ),
        )


@dataclass(frozen=True)
class MetadataPage:
    """Schema QueryInvoicesMetadataResponse.

    :ivar is_truncated: 10 000 records were reached: ask again from the last date
    :ivar hwm: high-water mark: up to it the answer is complete and final; only for
        ``PermanentStorage``, and the same on all pages of a query
    """

    invoices: tuple[InvoiceMetadata, ...]
    has_more: bool
    is_truncated: bool
    hwm: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> MetadataPage:
        """Read a page of POST /invoices/query/metadata."""
        fields = Fields(data, "MetadataPage")
        return cls(
            fields.many("invoices", InvoiceMetadata.from_json),
            fields.flag("hasMore"),
            fields.flag("isTruncated"),
            fields.time_or_none("permanentStorageHwmDate"),
        )


@dataclass(frozen=True)
class ExportPart:
    """Schema InvoicePackagePart.

    :ivar url: a capability without token, an hour or so; fresh with every status
    """

    ordinal_number: int
    method: str
    url: str = field(repr=False)
    size: int
    hash: str
    encrypted_size: int
    encrypted_hash: str

    @classmethod
    def from_json(cls, data: Any) -> ExportPart:
        """Read one item of ``parts``."""
        fields = Fields(data, "ExportPart")
        return cls(
            fields.integer("ordinalNumber"),
            fields.text("method"),
            fields.text("url"),
            fields.integer("partSize"),
            fields.text("partHash"),
            fields.integer("encryptedPartSize"),
            fields.text("encryptedPartHash"),
        )


@dataclass(frozen=True)
class ExportPackage:
    """Schema InvoicePackage.

    :ivar size: of the whole plain archive, bytes
    :ivar is_truncated: more invoices passed the filter than fitted in; go on from
        ``last_permanent_storage_date``
    :ivar hwm: see :class:`MetadataPage`
    """

    invoice_count: int
    size: int
    parts: tuple[ExportPart, ...]
    is_truncated: bool
    compression: Compression = Compression.ZIP
    hwm: datetime | None = None
    last_permanent_storage_date: datetime | None = None
    last_invoicing_date: datetime | None = None
    last_issue_date: date | None = None

    @classmethod
    def from_json(cls, data: Any) -> ExportPackage:
        """Read ``package``; KSeF before API 2.9 does not name the compression."""
        fields = Fields(data, "ExportPackage")
        is_tar = fields.text_or_none("compressionType") == Compression.TAR_GZ.value
        return cls(
            fields.integer("invoiceCount"),
            fields.integer("size"),
            fields.many("parts", ExportPart.from_json),
            fields.flag("isTruncated"),
            Compression.TAR_GZ if is_tar else Compression.ZIP,
            fields.time_or_none("permanentStorageHwmDate"),
            fields.time_or_none("lastPermanentStorageDate"),
            fields.time_or_none("lastInvoicingDate"),
            fields.day_or_none("lastIssueDate"),
        )


@dataclass(frozen=True)
class ExportStatus:
    """Schema InvoiceExportStatusResponse; ``inbox.judge`` says what to do next."""

    status: StatusInfo
    completed_at: datetime | None = None
    package_expires_at: datetime | None = None
    package: ExportPackage | None = None

    @classmethod
    def from_json(cls, data: Any) -> ExportStatus:
        """Read the answer of GET /invoices/exports/{referenceNumber}."""
        fields = Fields(data, "ExportStatus")
        return cls(
            fields.one("status", StatusInfo.from_json),
            fields.time_or_none("completedDate"),
            fields.time_or_none("packageExpirationDate"),
            fields.one_or_none("package", ExportPackage.from_json),
        )


def _iso(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")

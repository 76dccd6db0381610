"""Fetching invoices: which range is next, order a package, download it, go on.

The caller keeps, per context and role, a checkpoint; and before it polls an export, its
reference number and the sealed session key. It commits the invoices of a package
together with the new checkpoint and skips KSeF numbers that it has: the borders of
ranges are shared on purpose. Rules: KSeF documentation, incremental fetching;
conformance cases 74-83, 106.

    dates = next_range(checkpoint, now)
    reference = order_export(client, session_key, InvoiceFilters(role, dates))
    status = client.export_status(reference)            # until judge() says READY
    with open(path, "w+b") as archive:
        done = download_package(client, reference, session_key, archive)
        for invoice in read_package(archive): ...
    step = advance(dates, done.package)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import BinaryIO

from .checkpoints import Step, advance, next_range
from .client import KsefClient
from .codes import Action, row_for
from .crypto import Encryption, SessionKey
from .errors import KsefError, KsefProtocolError
from .messages import PublicKey
from .messages_batch import Compression
from .messages_inbox import (
    DateType,
    ExportPackage,
    ExportStatus,
    InvoiceFilters,
    InvoiceMetadata,
    MetadataPage,
)
from .package_fetching import fetch_parts
from .package_reading import (
    DEFAULT_LIMITS,
    PackageInvoice,
    PackageLimits,
    check_invoices,
    read_package,
)
from .session import with_encryption

__all__ = [
    "CollectedMetadata",
    "Download",
    "PackageInvoice",
    "Step",
    "Verdict",
    "advance",
    "collect_metadata",
    "download_package",
    "judge",
    "judge_error",
    "next_range",
    "order_export",
    "read_package",
]

RANGE_BEYOND_HWM = 21183
GONE = 410


# -- what to do next -----------------------------------------------------------


class Verdict(str, Enum):
    """What the caller does about an export."""

    #: Ask again later.
    WAIT = "wait"
    #: Download it.
    READY = "ready"
    #: Nothing new is complete yet: keep the checkpoint, try at the usual time.
    NOTHING_YET = "nothing_yet"
    #: It is lost: order another from the same checkpoint.
    ORDER_AGAIN = "order_again"
    #: A person or the support must look at it.
    FAILED = "failed"


#: Status of an export -> verdict; others by the table of codes.
_STATUS_VERDICTS = {200: Verdict.READY, 420: Verdict.NOTHING_YET}
#: Exception code -> verdict: unknown export, too many at a time, range beyond the
#: mark, invoice not yet there.
_ERROR_VERDICTS: dict[str | int | None, Verdict] = {
    21175: Verdict.ORDER_AGAIN,
    21182: Verdict.WAIT,
    RANGE_BEYOND_HWM: Verdict.NOTHING_YET,
    21165: Verdict.WAIT,
}
_ACTION_VERDICTS = {
    Action.WAIT: Verdict.WAIT,
    Action.RETRY: Verdict.ORDER_AGAIN,
}


def judge(status: ExportStatus) -> Verdict:
    """Return what to do about an export in this state."""
    code = status.status.code
    if code in _STATUS_VERDICTS:
        return _STATUS_VERDICTS[code]
    return _ACTION_VERDICTS.get(row_for("export", code).action, Verdict.FAILED)


def judge_error(error: KsefError) -> Verdict:
    """Return what to do about a failed call of fetching.

    ``WAIT`` when the same call may succeed later by itself.
    """
    if error.status == GONE:
        return Verdict.ORDER_AGAIN
    known = _ERROR_VERDICTS.get(error.code)
    if known is not None:
        return known
    return Verdict.WAIT if error.retryable else Verdict.FAILED


# -- packages ------------------------------------------------------------------


def order_export(
    client: KsefClient,
    session_key: SessionKey,
    filters: InvoiceFilters,
    keys: Iterable[PublicKey] | None = None,
    *,
    compression: Compression = Compression.ZIP,
) -> str:
    """Order a package that only ``session_key`` opens; return its reference number.

    :param keys: see :func:`~.session.with_encryption`
    """

    def call(encryption: Encryption) -> str:
        return client.start_export(filters, encryption, compression=compression)

    return with_encryption(client, session_key, keys, call)


@dataclass(frozen=True)
class Download:
    """A package that lies in a file.

    :ivar wrong_parts: numbers of the parts whose hashes were wrong twice; every
        invoice then has the hash of its metadata all the same: tell of it, and use it
    """

    package: ExportPackage
    wrong_parts: tuple[int, ...] = ()


def download_package(
    client: KsefClient,
    reference_number: str,
    session_key: SessionKey,
    target: BinaryIO,
    limits: PackageLimits = DEFAULT_LIMITS,
) -> Download:
    """Write the plain archive of a finished export to a file.

    :param target: an empty file, writable and readable; ready for
        :func:`~.package_reading.read_package` afterwards
    :raises KsefProtocolError: ``not_ready``; ``bad_package``; ``hash_mismatch``: the
        hashes are wrong and the invoices do not prove it (try again later)
    :raises KsefRequestRejected: see :func:`judge_error`
    """

    def asked() -> ExportPackage:
        return _ready_package(client.export_status(reference_number))

    package = asked()
    wrong = fetch_parts(
        client, package, session_key, target, renew=asked, limits=limits
    )
    if wrong:
        check_invoices(target, package.invoice_count, limits)
    return Download(package, wrong)


def _ready_package(status: ExportStatus) -> ExportPackage:
    if judge(status) is Verdict.READY and status.package is not None:
        return status.package
    raise KsefProtocolError(
        f"The package is not ready ({status.status.code}).",
        code="not_ready",
        retryable=True,
    )


# -- metadata --------------------------------------------------------------------


@dataclass(frozen=True)
class CollectedMetadata:
    """What metadata queries have found, oldest first, each invoice once.

    :ivar is_truncated: the queries that were allowed did not reach the end
    """

    invoices: tuple[InvoiceMetadata, ...]
    is_truncated: bool
    hwm: datetime | None
    last_permanent_storage_date: datetime | None


def collect_metadata(
    client: KsefClient, filters: InvoiceFilters, max_requests: int = 1
) -> CollectedMetadata:
    """Ask for metadata, page after page, as far as the requests go.

    :param filters: by ``PermanentStorage``, so that :func:`advance` works
    :param max_requests: 250 records each; twenty an hour are allowed
    :raises KsefRequestRejected: 21183, see :func:`judge_error`
    """
    found: dict[str, InvoiceMetadata] = {}
    hwm: datetime | None = None
    place = (filters, 0)
    for _request in range(max_requests):
        page = client.query_metadata(*place)
        hwm = page.hwm if hwm is None else hwm
        found.update((each.ksef_number.upper(), each) for each in page.invoices)
        if not page.has_more:
            return _collected(found, False, hwm)
        following = _next_place(*place, page)
        if following == place:
            break
        place = following
    return _collected(found, True, hwm)


def _next_place(
    filters: InvoiceFilters, page_number: int, page: MetadataPage
) -> tuple[InvoiceFilters, int]:
    """Return where the next page is; the same place when there is no way on."""
    if not page.is_truncated:
        return filters, page_number + 1
    if filters.dates.date_type is not DateType.PERMANENT_STORAGE:
        raise KsefProtocolError("Too many records by this date.", code="too_many")
    times = [each.permanent_storage_date for each in page.invoices]
    start = max([*times[-1:], filters.dates.start])
    if start == filters.dates.start:
        return filters, page_number
    return replace(filters, dates=replace(filters.dates, start=start)), 0


def _collected(
    found: dict[str, InvoiceMetadata], is_truncated: bool, hwm: datetime | None
) -> CollectedMetadata:
    invoices = tuple(found.values())
    last = invoices[-1].permanent_storage_date if invoices else None
    return CollectedMetadata(invoices, is_truncated, hwm, last)

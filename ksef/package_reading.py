"""Unpack an export package without trusting it: one invoice at a time, in bounds.

What KSeF itself may put into a package is
within the limits even when a supplier tries hard (large, or as repetitive as deflate
can pack it), so that nobody can block another's inbox. Used through ``inbox``.
Source: KSeF documentation, export of invoices; conformance cases 80-82, 106.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, cast

from .crypto import sha256_base64
from .errors import KsefError, KsefProtocolError
from .identifiers import KsefNumber
from .messages_inbox import InvoiceMetadata
from .package_archive import (
    DEFAULT_LIMITS,
    Entry,
    PackageLimits,
    entries_of,
    guarded,
    refuse_if,
    refused,
)
from .package_metadata import MetadataIndex

__all__ = [
    "DEFAULT_LIMITS",
    "HASH_MISMATCH",
    "PackageInvoice",
    "PackageLimits",
    "check_invoices",
    "mismatch",
    "read_metadata",
    "read_package",
]

METADATA_NAME = "_metadata.json"
HASH_MISMATCH = "hash_mismatch"


@dataclass(frozen=True)
class PackageInvoice:
    """One invoice of a package.

    :ivar content: the XML, byte for byte
    :ivar metadata: what KSeF says of it; None when that is missing or unreadable
    :ivar metadata_json: the record as it was written
    """

    ksef_number: str
    content: bytes
    metadata: InvoiceMetadata | None
    metadata_json: str | None

    @property
    def is_hash_right(self) -> bool | None:
        """Whether XML and metadata fit; None without metadata."""
        if self.metadata is None:
            return None
        return sha256_base64(self.content) == self.metadata.invoice_hash


def read_package(
    archive: BinaryIO, limits: PackageLimits = DEFAULT_LIMITS
) -> Iterator[PackageInvoice]:
    """Yield the invoices of a package in its order; none of an empty archive.

    :param archive: the plain archive, ZIP or tar with gzip, seekable
    :raises KsefProtocolError: ``bad_package``: broken, hostile, beyond the limits
    """
    with guarded():
        index, seen = _metadata_of(archive, limits), set()
        try:
            for entry in entries_of(archive, limits):
                if entry.name.lower().endswith(".xml"):
                    invoice = _invoice_of(entry, index, limits)
                    number = invoice.ksef_number.upper()
                    refuse_if(number in seen, "an invoice is there twice")
                    seen.add(number)
                    yield invoice
        finally:
            index.close()


def read_metadata(
    archive: BinaryIO, limits: PackageLimits = DEFAULT_LIMITS
) -> MetadataIndex:
    """Return the metadata of a package; empty when it has none.

    :raises KsefProtocolError: ``bad_package``
    """
    with guarded():
        return _metadata_of(archive, limits)


def check_invoices(
    archive: BinaryIO, count: int, limits: PackageLimits = DEFAULT_LIMITS
) -> None:
    """Prove a package by its invoices: all there, each with the hash of its metadata.

    For a package whose own hashes are wrong (case 106).

    :param count: how many there must be
    :raises KsefProtocolError: ``hash_mismatch``; ``bad_package``
    """
    found = set()
    for invoice in read_package(archive, limits):
        if not invoice.is_hash_right:
            raise mismatch()
        found.add(invoice.ksef_number.upper())
    index = read_metadata(archive, limits)
    try:
        if not len(found) == len(index) == count:
            raise mismatch()
    finally:
        index.close()


def mismatch() -> KsefProtocolError:
    """Return the error of a package that does not match its hashes."""
    return KsefProtocolError(
        "The package does not match its hashes.", code=HASH_MISMATCH, retryable=True
    )


def _metadata_of(archive: BinaryIO, limits: PackageLimits) -> MetadataIndex:
    for entry in entries_of(archive, limits):
        if entry.name == METADATA_NAME:
            refuse_if(entry.size > limits.metadata_bytes, "too much metadata")
            with entry.open() as source:
                return MetadataIndex.read(cast(BinaryIO, source))
    return MetadataIndex()


def _invoice_of(
    entry: Entry, index: MetadataIndex, limits: PackageLimits
) -> PackageInvoice:
    number = entry.name[: -len(".xml")]
    if number not in index:
        number = _ksef_number_of(number)
    refuse_if(entry.size > limits.file_bytes, "an invoice is too large")
    with entry.open() as source:
        content = source.read(limits.file_bytes + 1)
    refuse_if(len(content) != entry.size, "a file has another size than announced")
    record = index.find(number)
    return PackageInvoice(
        number,
        content,
        record.metadata if record else None,
        record.text if record else None,
    )


def _ksef_number_of(text: str) -> str:
    try:
        return KsefNumber.parse(text.upper()).text
    except KsefError:
        raise refused("a file is not named after a KSeF number") from None

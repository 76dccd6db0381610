"""What a batch session is opened with, and what KSeF answers.

Same rules as ``messages``. Source: KSeF OpenAPI 2.9.0, schemas named in each docstring.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .wire import Fields


class Compression(str, Enum):
    """Schema CompressionType, of batch packages and of exports."""

    ZIP = "Zip"
    TAR_GZ = "TarGz"


@dataclass(frozen=True)
class PackagePart:
    """Schema BatchFilePartInfo, and where the part lies in the archive.

    :ivar ordinal_number: from 1
    :ivar offset: of the plain part in the archive, bytes
    :ivar plain_size: before encryption, bytes
    :ivar file_size: of the encrypted part, bytes
    :ivar file_hash: of the encrypted part, Base64 SHA-256
    """

    ordinal_number: int
    offset: int
    plain_size: int
    file_size: int
    file_hash: str

    def to_json(self) -> dict[str, Any]:
        """Return one item of ``fileParts``."""
        return {
            "ordinalNumber": self.ordinal_number,
            "fileSize": self.file_size,
            "fileHash": self.file_hash,
        }


@dataclass(frozen=True)
class BatchFile:
    """Schema BatchFileInfo: an archive cut into parts.

    :ivar file_size: of the plain archive, bytes
    :ivar file_hash: of the plain archive, Base64 SHA-256
    :ivar invoice_count: files in the archive
    """

    file_size: int
    file_hash: str
    compression: Compression
    parts: tuple[PackagePart, ...]
    invoice_count: int

    def to_json(self) -> dict[str, Any]:
        """Return the object ``batchFile`` of a request."""
        return {
            "fileSize": self.file_size,
            "fileHash": self.file_hash,
            "compressionType": self.compression.value,
            "fileParts": [part.to_json() for part in self.parts],
        }


@dataclass(frozen=True)
class PartUpload:
    """Schema PartUploadRequest: where and how a part is handed over.

    :ivar url: a capability, used exactly as given and without the token
    """

    ordinal_number: int
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def from_json(cls, data: Any) -> PartUpload:
        """Read one item of ``partUploadRequests``."""
        fields = Fields(data, "PartUpload")
        headers = fields.mapping("headers")
        return cls(
            fields.integer("ordinalNumber"),
            fields.text("method"),
            fields.text("url"),
            {name: str(value) for name, value in headers.items() if value is not None},
        )

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` reads, to be sealed and kept."""
        return {
            "ordinalNumber": self.ordinal_number,
            "method": self.method,
            "url": self.url,
            "headers": dict(self.headers),
        }


@dataclass(frozen=True)
class OpenedBatch:
    """Schema OpenBatchSessionResponse; each part has 20 minutes per part to arrive."""

    reference_number: str
    uploads: tuple[PartUpload, ...]

    @classmethod
    def from_json(cls, data: Any) -> OpenedBatch:
        """Read the answer of POST /sessions/batch, or what was kept of it."""
        fields = Fields(data, "OpenedBatch")
        return cls(
            fields.text("referenceNumber"),
            fields.many("partUploadRequests", PartUpload.from_json),
        )

    def to_json(self) -> dict[str, Any]:
        """Return what :meth:`from_json` reads, to be sealed and kept."""
        return {
            "referenceNumber": self.reference_number,
            "partUploadRequests": [upload.to_json() for upload in self.uploads],
        }

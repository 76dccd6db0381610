"""Build the encrypted package of an invoice export.

Values in, parts out. The archive is compressed, then cut, then every part is encrypted
with the same key and IV (each with its own padding, no IV prefix). Called by
``handlers/exports``.
Source: ksef-api.md §4 and §7.3; OpenAPI 2.9, POST /invoices/exports.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ZIP = "Zip"
TAR_GZ = "TarGz"
_SUFFIXES = {ZIP: "zip", TAR_GZ: "tar.gz"}
_METADATA_NAME = "_metadata.json"


@dataclass(frozen=True)
class Part:
    """One encrypted part, with the size and hash (Base64) before encryption."""

    ordinal: int
    name: str
    plain_size: int
    plain_hash: str
    encrypted: bytes

    @property
    def encrypted_hash(self) -> str:
        """Return the Base64 SHA-256 of the encrypted bytes."""
        return sha256_base64(self.encrypted)


@dataclass(frozen=True)
class Package:
    """A finished package: size in bytes of the plain archive and its parts."""

    size: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Sealing:
    """The symmetric key and IV that the client chose."""

    key: bytes
    iv: bytes

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt with AES-256-CBC and PKCS#7 padding."""
        padder = padding.PKCS7(128).padder()
        padded = padder.update(data) + padder.finalize()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).encryptor()
        return encryptor.update(padded) + encryptor.finalize()


def build_package(
    reference_number: str,
    files: Iterable[tuple[str, bytes]],
    metadata: list[dict[str, Any]],
    compression: str,
    sealing: Sealing,
    part_bytes: int,
) -> Package:
    """Pack, cut and encrypt.

    :param files: (name, content) of the invoices, in the order of the package
    :param metadata: one InvoiceMetadata per invoice
    :param compression: ``Zip`` or ``TarGz``
    :param part_bytes: greatest size of a part before encryption
    """
    document = json.dumps({"invoices": metadata}, ensure_ascii=False).encode()
    entries = [*files, (_METADATA_NAME, document)]
    archive = _tar_gz(entries) if compression == TAR_GZ else _zip(entries)
    chunks = [
        archive[start : start + part_bytes]
        for start in range(0, len(archive), part_bytes)
    ]
    stem, suffix = reference_number, _SUFFIXES[compression]
    parts = tuple(
        Part(
            ordinal=ordinal,
            name=f"{stem}-{ordinal:03d}.{suffix}.aes",
            plain_size=len(chunk),
            plain_hash=sha256_base64(chunk),
            encrypted=sealing.encrypt(chunk),
        )
        for ordinal, chunk in enumerate(chunks, start=1)
    )
    return Package(len(archive), parts)


def sha256_base64(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as standard Base64 (44 characters)."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def _zip(entries: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def _tar_gz(entries: Iterable[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as archive,
    ):
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()

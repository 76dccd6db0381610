"""What was declared of a batch package and what came of it; its way back to an archive.

Parts and archive live in unnamed temporary files, so that a package of gigabytes needs
no memory. Source: ksef-api.md §6.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from tempfile import TemporaryFile
from typing import IO

from .acceptance import Refusal
from .archives import BrokenArchive, files_of, read_some
from .crypto import decrypt_stream

CHUNK_BYTES = 1_000_000
PART_WINDOW = timedelta(minutes=20)
FILE_NAME_LENGTH = 128
# Beyond this, a packed file is an attack and no invoice.
LARGEST_FILE_BYTES = 100_000_000


class PackageRefused(Exception):
    """The package as a whole is not taken.

    :ivar refusal: the status of the session and its details
    """

    def __init__(self, status: int, *details: str) -> None:
        super().__init__(f"{status}: {details}")
        self.refusal = Refusal(status, details)


@dataclass
class Part:
    """One declared part.

    :ivar size: of the encrypted part, in bytes
    :ivar hash: Base64 SHA-256 of the encrypted part
    :ivar stored: what was put, ``None`` before
    """

    ordinal: int
    size: int
    hash: str
    stored: StoredPart | None = None


@dataclass(frozen=True)
class StoredPart:
    """The bytes that were put for a part, with their real size and hash."""

    file: IO[bytes]
    size: int
    hash: str


@dataclass
class BatchPackage:
    """The package of one batch session.

    :ivar size: of the plain archive, in bytes
    :ivar hash: Base64 SHA-256 of the plain archive
    :ivar compression: Zip or TarGz
    :ivar upload_until: end of the window for every part and for closing
    """

    size: int
    hash: str
    compression: str
    parts: dict[int, Part]
    is_offline: bool
    upload_until: datetime

    def drop_parts(self) -> None:
        """Give the space of the parts back."""
        for part in self.parts.values():
            if part.stored is not None:
                part.stored.file.close()


@dataclass
class BatchPackages:
    """The packages of all batch sessions, by reference number."""

    by_session: dict[str, BatchPackage] = field(default_factory=dict)


@dataclass(frozen=True)
class PackedFile:
    """A file of an archive before it is looked into: name, size, Base64 SHA-256."""

    name: str
    size: int
    hash: str


def store(source: IO[bytes]) -> StoredPart:
    """Copy what was put into a file of its own."""
    target: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed with the package
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return StoredPart(target, size, base64.b64encode(digest.digest()).decode())


def join(package: BatchPackage, key: bytes | None, iv: bytes) -> IO[bytes]:
    """Check and decrypt the parts, one behind the other.

    :return: the plain archive
    :raises PackageRefused: 415 key, 405 part, 435 decryption, 430 size or hash
    """
    if key is None:
        raise PackageRefused(415, "Nie udało się odszyfrować klucza symetrycznego.")
    for part in package.parts.values():
        if part.stored is None or part.stored.hash != part.hash:
            raise PackageRefused(
                405,
                f"Skrót części '{part.ordinal}' nie zgadza się z zadeklarowanym "
                f"{part.hash}.",
            )
    archive: IO[bytes] = TemporaryFile()  # noqa: SIM115 - closed by the caller
    try:
        _decrypt_parts(package, key, iv, archive)
        _check_archive(package, archive)
    except PackageRefused:
        archive.close()
        raise
    return archive


def _decrypt_parts(
    package: BatchPackage, key: bytes, iv: bytes, archive: IO[bytes]
) -> None:
    """Append every part decrypted; each has its own padding."""
    for _ordinal, part in sorted(package.parts.items()):
        if part.stored is None:
            continue
        part.stored.file.seek(0)
        if not decrypt_stream(key, iv, part.stored.file, archive):
            raise PackageRefused(
                435, f"Nie udało się odszyfrować części '{part.ordinal}'."
            )


def _check_archive(package: BatchPackage, archive: IO[bytes]) -> None:
    """Compare the archive with what was declared of it."""
    digest, size = hashlib.sha256(), archive.tell()
    archive.seek(0)
    while chunk := archive.read(CHUNK_BYTES):
        digest.update(chunk)
    real = base64.b64encode(digest.digest()).decode()
    if size != package.size:
        raise PackageRefused(
            430,
            f"Rozmiar paczki {size} różni się od zadeklarowanego {package.size}.",
        )
    if real != package.hash:
        raise PackageRefused(
            430, f"Skrót paczki {real} różni się od zadeklarowanego {package.hash}."
        )


def survey(archive: IO[bytes], compression: str, most: int) -> list[PackedFile]:
    """Read the whole archive once: it is sound, and these are its files.

    :param most: how many invoices the session may have
    :raises PackageRefused: 430 broken, 420 too many files
    """
    try:
        found, count = _survey(archive, compression, most)
    except BrokenArchive as error:
        raise PackageRefused(
            430, f"Nie udało się rozpakować archiwum: {error}"
        ) from error
    if count > most:
        raise PackageRefused(
            420, f"Liczba faktur {count} przekracza dozwolony limit {most}."
        )
    return found


def _survey(
    archive: IO[bytes], compression: str, most: int
) -> tuple[list[PackedFile], int]:
    found: list[PackedFile] = []
    count = 0
    for name, stream in files_of(archive, compression):
        count += 1
        packed = _measured(name, stream)
        if count <= most:
            found.append(packed)
    return found, count


def _measured(name: str, stream: IO[bytes]) -> PackedFile:
    """Read one file to its end, in pieces."""
    digest, size = hashlib.sha256(), 0
    while chunk := read_some(stream, CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
        if size > LARGEST_FILE_BYTES:
            raise BrokenArchive(f"{name} unpacks to more than {LARGEST_FILE_BYTES}")
    text = base64.b64encode(digest.digest()).decode()
    return PackedFile(name[:FILE_NAME_LENGTH], size, text)


def contents(archive: IO[bytes], compression: str, most_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of every file, in the order of :func:`survey`.

    :param most_bytes: of a larger file only so many, and one more
    """
    for _name, stream in files_of(archive, compression):
        yield read_some(stream, most_bytes + 1)

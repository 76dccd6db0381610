"""Build a batch package: an archive in a file, cut into parts, each encrypted alone.

Nothing is ever whole in memory. The same invoices in the same order give the same
bytes, so that a package that was lost with its server can be built again and its upload
go on. Called by whoever uses ``batch``. Source: KSeF documentation, batch session;
OpenAPI 2.9.0, BatchFileInfo.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from .crypto import (
    SessionKey,
    digest_base64,
    encrypt_pieces,
    encrypted_size,
    sha256_base64,
)
from .errors import KsefError
from .messages_batch import BatchFile, Compression, PackagePart

MAX_INVOICES = 10_000
MAX_ARCHIVE_BYTES = 5_000_000_000
MAX_PARTS = 50
#: Before encryption.
MAX_PART_BYTES = 100_000_000
#: Small enough to be sent again after a cut, large enough to be few.
PART_BYTES = 25_000_000
MAX_NAME_LENGTH = 128

_PIECE = 64 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\.xml")
#: The oldest time that a ZIP can hold; a fixed one makes equal packages equal.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class PackageOptions:
    """How a package is built.

    :ivar part_bytes: of a part before encryption; more when it would be over 50 parts
    :ivar max_invoices: of ``ContextLimits.batch``, when they were asked
    """

    compression: Compression = Compression.ZIP
    part_bytes: int = PART_BYTES
    max_invoices: int = MAX_INVOICES


@dataclass(frozen=True)
class Package:
    """A finished package.

    :ivar file: what KSeF is told of it
    :ivar path: the plain archive; the caller's, to be kept until the session is closed
    :ivar invoice_hashes: Base64 SHA-256 of each XML, in the order of the archive
    """

    file: BatchFile
    path: Path
    invoice_hashes: tuple[str, ...]
    session_key: SessionKey = field(repr=False)

    def opener(self, part: PackagePart) -> Callable[[], EncryptedPart]:
        """Return what opens the encrypted bytes of a part, as often as needed."""
        return lambda: EncryptedPart(self.path, part, self.session_key)


class EncryptedPart:
    """The encrypted bytes of one part, made while they are read."""

    def __init__(self, path: Path, part: PackagePart, session_key: SessionKey) -> None:
        self._pieces = encrypt_pieces(_read_part(path, part), session_key)
        self._size = part.file_size
        self._rest = b""

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(_PIECE):
            yield piece

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, all of them when ``size`` is negative."""
        if size < 0:
            found, self._rest = b"".join([self._rest, *self._pieces]), b""
            return found
        while len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def build_package(
    invoices: Iterable[tuple[str, bytes]],
    path: Path,
    session_key: SessionKey,
    options: PackageOptions | None = None,
) -> Package:
    """Write an archive and measure its parts.

    :param invoices: file name (``[A-Za-z0-9._-]+.xml``, 128 characters at most, each
        once) and XML of each, taken one by one
    :param path: of the archive; what is there is replaced
    :raises KsefError: ``empty_package``, ``too_many_invoices``, ``bad_file_name``,
        ``package_too_large``
    """
    options = options or PackageOptions()
    hashes: list[str] = []
    entries = _checked(invoices, options, hashes)
    with path.open("wb") as target:
        _WRITERS[options.compression](target, entries)
    if not hashes:
        raise KsefError("A package needs an invoice.", code="empty_package")
    size = path.stat().st_size
    if size > MAX_ARCHIVE_BYTES:
        raise KsefError("The package is too large.", code="package_too_large")
    archive_hash, parts = _measured(path, size, options.part_bytes, session_key)
    described = BatchFile(size, archive_hash, options.compression, parts, len(hashes))
    return Package(described, path, tuple(hashes), session_key)


def _checked(
    invoices: Iterable[tuple[str, bytes]], options: PackageOptions, hashes: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Pass the invoices on, and note their hashes."""
    names: set[str] = set()
    for name, xml in invoices:
        if not _NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH or name in names:
            message = "The file name is not fit for a package."
            raise KsefError(message, code="bad_file_name", details=[name])
        if len(names) >= options.max_invoices:
            raise KsefError(
                f"A package has {options.max_invoices} invoices at most.",
                code="too_many_invoices",
            )
        names.add(name)
        hashes.append(sha256_base64(xml))
        yield name, xml


def _write_zip(target: BinaryIO, entries: Iterable[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in entries:
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            # By default it tells on which system the archive was written.
            info.create_system = _UNIX
            archive.writestr(info, xml)


def _write_tar_gz(target: BinaryIO, entries: Iterable[tuple[str, bytes]]) -> None:
    with (
        gzip.GzipFile("", "wb", 6, target, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, xml in entries:
            info = tarfile.TarInfo(name)
            info.size = len(xml)
            archive.addfile(info, io.BytesIO(xml))
            # Else it keeps the header of every file.
            archive.members.clear()  # type: ignore[attr-defined]


_WRITERS = {Compression.ZIP: _write_zip, Compression.TAR_GZ: _write_tar_gz}


def _measured(
    path: Path, size: int, part_bytes: int, session_key: SessionKey
) -> tuple[str, tuple[PackagePart, ...]]:
    """Return the hash of the archive and its parts, encrypted for their hashes only."""
    whole = hashlib.sha256()
    parts = []
    for number, (offset, length) in enumerate(_cuts(size, part_bytes), start=1):
        part = PackagePart(number, offset, length, encrypted_size(length), "")
        encrypted = hashlib.sha256()
        plain = _watched(_read_part(path, part), whole)
        for piece in encrypt_pieces(plain, session_key):
            encrypted.update(piece)
        file_hash = digest_base64(encrypted)
        parts.append(PackagePart(number, offset, length, part.file_size, file_hash))
    return digest_base64(whole), tuple(parts)


def _cuts(size: int, part_bytes: int) -> list[tuple[int, int]]:
    """Return offset and length of the parts: equal but the last, 50 at most."""
    length = max(min(part_bytes, MAX_PART_BYTES), -(-size // MAX_PARTS))
    return [(start, min(length, size - start)) for start in range(0, size, length)]


def _watched(pieces: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for piece in pieces:
        digest.update(piece)
        yield piece


def _read_part(path: Path, part: PackagePart) -> Iterator[bytes]:
    left = part.plain_size
    with path.open("rb") as archive:
        archive.seek(part.offset)
        while left > 0 and (piece := archive.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece

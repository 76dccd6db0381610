"""The files of an archive that is not trusted: ZIP or tar with gzip, within limits.

Nothing is written by a name of the archive. Used by ``package_reading``.
"""

from __future__ import annotations

import errno
import gzip
import io
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from .errors import KsefProtocolError

# The end of a ZIP: signature, disk numbers, counts, size and place of the directory.
_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_MAX_COMMENT = 0xFFFF
#: Bytes of the directory per file: generous for a name of 40 characters.
_DIRECTORY_ENTRY = 300
_ENCRYPTED = 0x1
_PIECE = 64 * 1024
_GZIP_SIGNATURE = b"\x1f\x8b"


@dataclass(frozen=True)
class PackageLimits:
    """How much of everything a package may have.

    :ivar archive_bytes: compressed; KSeF makes 1 GB (or GiB) at most
    :ivar files: KSeF makes 10 000 at most, and has made one more
    :ivar file_bytes: of one invoice; KSeF accepts 10 MB at the very most
    :ivar total_bytes: of all files, unpacked
    :ivar ratio: unpacked to packed; deflate cannot reach it, overlapping entries can
    """

    archive_bytes: int = 1_500_000_000
    files: int = 20_000
    file_bytes: int = 20_000_000
    metadata_bytes: int = 200_000_000
    total_bytes: int = 60_000_000_000
    ratio: int = 1100


DEFAULT_LIMITS = PackageLimits()


@dataclass(frozen=True)
class Entry:
    """A file of an archive.

    :ivar open: gives its bytes; before the next entry is asked for
    """

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def entries_of(archive: BinaryIO, limits: PackageLimits) -> Iterator[Entry]:
    """Yield the files of an archive, checked against the limits."""
    packed = archive.seek(0, io.SEEK_END)
    refuse_if(packed > limits.archive_bytes, "the archive is too large")
    total, names = 0, set()
    for entry in _opened(archive, packed, limits):
        total += entry.size
        refuse_if(entry.name in names, "a file name is there twice")
        names.add(entry.name)
        refuse_if(len(names) > limits.files, "too many files")
        refuse_if("/" in entry.name or "\\" in entry.name, "a file name is a path")
        refuse_if(total > limits.total_bytes, "too large when unpacked")
        refuse_if(total > packed * limits.ratio, "packed more than is possible")
        yield entry


def _opened(archive: BinaryIO, packed: int, limits: PackageLimits) -> Iterator[Entry]:
    """Open an archive as what it is; KSeF has not always said which of the two."""
    archive.seek(0)
    start = archive.read(len(_GZIP_SIGNATURE))
    archive.seek(0)
    if not start:
        return iter(())
    is_gzip = start == _GZIP_SIGNATURE
    return (_tar_entries if is_gzip else _zip_entries)(archive, packed, limits)


def _zip_entries(
    archive: BinaryIO, packed: int, limits: PackageLimits
) -> Iterator[Entry]:
    directory = _directory_size(archive, packed)
    # Before zipfile reads it as a whole.
    refuse_if(directory > (limits.files + 1) * _DIRECTORY_ENTRY, "too many files")
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if info.is_dir():
                continue
            is_usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
            refuse_if(not is_usual, "an unusual compression")
            refuse_if(not _is_plain_file(info), "something that is no plain file")
            refuse_if(bool(info.flag_bits & _ENCRYPTED), "an encrypted file")
            yield Entry(info.filename, info.file_size, _opener(opened, info))


def _is_plain_file(info: zipfile.ZipInfo) -> bool:
    """Tell a file from a link or device; without Unix rights it is a file."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    return kind in (0, stat.S_IFREG)


def _opener(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: opened.open(info)


def _directory_size(archive: BinaryIO, packed: int) -> int:
    """Return the size of a ZIP's directory, found where ``zipfile`` finds it."""
    archive.seek(max(packed - _END.size - _MAX_COMMENT, 0))
    tail = archive.read()
    start = len(tail) - _END.size
    if start < 0:
        raise refused("not a ZIP")
    if not (tail[start:].startswith(_END_SIGNATURE) and tail.endswith(b"\0\0")):
        start = tail.rfind(_END_SIGNATURE)
    if start < 0 or len(tail) - start < _END.size:
        raise refused("not a ZIP")
    size = int(_END.unpack_from(tail, start)[5])
    locator = archive.tell() - len(tail) + start - _LOCATOR_64.size
    return max(size, _directory_size_64(archive, locator))


def _directory_size_64(archive: BinaryIO, locator: int) -> int:
    """Return the size that a ZIP64 end tells, nought when there is none."""
    if locator < _END_64.size:
        return 0
    archive.seek(locator - _END_64.size)
    data = archive.read(_END_64.size + _LOCATOR_64.size)
    if _LOCATOR_64.unpack_from(data, _END_64.size)[0] != b"PK\x06\x07":
        return 0
    record = _END_64.unpack_from(data)
    return int(record[8]) if record[0] == b"PK\x06\x06" else 0


def _tar_entries(
    archive: BinaryIO, packed: int, limits: PackageLimits
) -> Iterator[Entry]:
    unpacked = gzip.GzipFile(fileobj=archive, mode="rb")
    source = _Gunzipped(unpacked, limits.file_bytes)
    with tarfile.open(fileobj=source, mode="r:") as opened:
        while (member := opened.next()) is not None:
            # Else it keeps the header of every file.
            opened.members.clear()  # type: ignore[attr-defined]
            if not member.isfile() or member.issparse():
                refuse_if(not member.isdir(), "something that is no plain file")
                continue
            yield Entry(member.name, member.size, _extractor(opened, member))
    # Only at its very end gzip tells whether all the bytes were right.
    rest = 0
    while piece := unpacked.read(_PIECE):
        rest += len(piece)
        refuse_if(rest > limits.file_bytes, "something behind the archive")


def _extractor(
    opened: tarfile.TarFile, member: tarfile.TarInfo
) -> Callable[[], IO[bytes]]:
    def extract() -> IO[bytes]:
        found = opened.extractfile(member)
        if found is None:
            raise refused("something that is no plain file")
        return found

    return extract


class _Gunzipped(io.RawIOBase):
    """The unpacked tar: forward only, and no read larger than any honest one.

    ``tarfile`` reads headers of the size that the archive tells at once.
    """

    def __init__(self, source: gzip.GzipFile, largest: int) -> None:
        self._source = source
        self._largest = largest

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        refuse_if(not 0 <= size <= self._largest + 1, "a part is too large")
        return self._source.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        backward = whence != io.SEEK_SET or offset < self._source.tell()
        refuse_if(backward, "not in order")
        return self._source.seek(offset)

    def tell(self) -> int:
        return self._source.tell()


# What the standard library raises for an archive that is broken or odd.
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    struct.error,
)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn every complaint about the archive into an error of ours."""
    try:
        yield
    except OSError as error:
        # A full disk is nothing that the archive could be blamed for.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise refused(type(error).__name__) from error
    except _BROKEN as error:
        raise refused(type(error).__name__) from error


def refuse_if(is_wrong: bool, reason: str) -> None:
    """Raise ``bad_package`` when something is wrong."""
    if is_wrong:
        raise refused(reason)


def refused(reason: str) -> KsefProtocolError:
    """Return the error of an archive that is not unpacked."""
    return KsefProtocolError(f"Package refused: {reason}.", code="bad_package")

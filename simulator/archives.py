"""Read the archive of a batch, file by file, without unpacking it to disk.

ZIP (the default) or a tar compressed with gzip. It comes from a stranger: names are
only labels, nothing is written anywhere, and one file is read as far as its reader
wants. Source: ksef-api.md §6.1.
"""

from __future__ import annotations

import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

ZIP = "Zip"
TAR_GZ = "TarGz"
_IS_ENCRYPTED = 0x1
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
)


class BrokenArchive(Exception):
    """The archive can't be read, or has something in it that is no plain file."""


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the many errors of the readers into one."""
    try:
        yield
    except _BROKEN as error:
        raise BrokenArchive(f"{type(error).__name__}: {error}") from error


def files_of(archive: IO[bytes], compression: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield (name, stream) of every file, in the order of the archive.

    A stream is valid until the next one is asked for.

    :param archive: seekable; read from its start
    :param compression: :data:`ZIP` or :data:`TAR_GZ`
    :raises BrokenArchive: at once or on the way
    """
    archive.seek(0)
    files = _READERS[compression](archive)
    while True:
        with _translated():
            found = next(files, None)
        if found is None:
            return
        yield found


def read_some(stream: IO[bytes], size: int) -> bytes:
    """Read at most ``size`` bytes of a file.

    :raises BrokenArchive: what is packed is damaged
    """
    with _translated():
        return stream.read(size)


def _zip_files(archive: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(archive) as package:
        for info in package.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & _IS_ENCRYPTED:
                raise BrokenArchive(f"{info.filename} is encrypted")
            with package.open(info) as stream:
                yield info.filename, stream


def _tar_gz_files(archive: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=archive, mode="r|gz") as package:
        for info in package:
            # The list of what went by would grow with the archive.
            package.members = []  # type: ignore[attr-defined]
            if info.isdir():
                continue
            stream = package.extractfile(info) if info.isreg() else None
            if stream is None:
                raise BrokenArchive(f"{info.name} is no plain file")
            yield info.name, stream


_READERS: dict[str, Callable[[IO[bytes]], Iterator[tuple[str, IO[bytes]]]]] = {
    ZIP: _zip_files,
    TAR_GZ: _tar_gz_files,
}

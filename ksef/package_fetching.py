"""Download an export package: parts are verified, decrypted and joined in a file.

Used by ``inbox``. Memory stays small whatever the size of the package.
Source: OpenAPI 2.9.0, InvoicePackagePart; conformance cases 80, 84, 106.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from .client import KsefClient
from .crypto import SessionKey, decrypt_pieces, digest_base64
from .errors import KsefError, KsefProtocolError
from .messages_inbox import ExportPackage, ExportPart
from .package_reading import DEFAULT_LIMITS, HASH_MISMATCH, PackageLimits, mismatch

LINK_EXPIRED = "link_expired"
TOO_LARGE = "too_large"
_PIECE = 64 * 1024
_CANNOT_DECRYPT = "cannot_decrypt"
#: What a fresh address may mend.
_AGAIN = (LINK_EXPIRED, HASH_MISMATCH, TOO_LARGE)


def fetch_parts(
    client: KsefClient,
    package: ExportPackage,
    session_key: SessionKey,
    target: BinaryIO,
    *,
    renew: Callable[[], ExportPackage],
    limits: PackageLimits = DEFAULT_LIMITS,
) -> tuple[int, ...]:
    """Write the plain archive to a file, from where it stands.

    A part whose address has expired, or whose hash is wrong, is fetched once more with
    a fresh address.

    :param renew: asks for the status again; called at most once per part
    :return: numbers of the parts whose hashes were wrong twice (case 106)
    :raises KsefProtocolError: ``bad_package``: parts are missing or too large;
        ``hash_mismatch``: a part cannot even be decrypted
    """
    wrong: list[int] = []
    parts = ordered_parts(package, limits)
    for place in range(len(parts)):
        start = target.tell()
        try:
            if _fetch(client, parts[place], session_key, target):
                continue
        except KsefError as error:
            if error.code not in _AGAIN:
                raise
        target.seek(start)
        target.truncate()
        parts = _same(parts, ordered_parts(renew(), limits))
        if not _fetch(client, parts[place], session_key, target):
            wrong.append(parts[place].ordinal_number)
    return tuple(wrong)


def ordered_parts(
    package: ExportPackage, limits: PackageLimits = DEFAULT_LIMITS
) -> list[ExportPart]:
    """Return the parts in order.

    :raises KsefProtocolError: ``bad_package``: a part is missing, or all are too much
    """
    parts = sorted(package.parts, key=lambda part: part.ordinal_number)
    numbers = [part.ordinal_number for part in parts]
    if numbers != list(range(1, len(parts) + 1)):
        raise KsefProtocolError("A part of the package is missing.", code="bad_package")
    if sum(part.encrypted_size for part in parts) > limits.archive_bytes:
        raise KsefProtocolError("The package is too large.", code="bad_package")
    return parts


def _same(before: list[ExportPart], after: list[ExportPart]) -> list[ExportPart]:
    if len(before) != len(after):
        raise KsefProtocolError("The package has changed.", code="bad_package")
    return after


def _fetch(
    client: KsefClient, part: ExportPart, session_key: SessionKey, target: BinaryIO
) -> bool:
    """Append one part to the archive; tell whether all hashes and sizes are right."""
    with TemporaryFile() as encrypted:
        file = cast(BinaryIO, encrypted)
        told = client.download_part(part, file)
        received = _Measured(_pieces(file))
        plain = _Measured(_decrypted(received, session_key))
        for piece in plain:
            target.write(piece)
    return (
        told in (None, received.hash)
        and received.fits(part.encrypted_size, part.encrypted_hash)
        and plain.fits(part.size, part.hash)
    )


def _decrypted(pieces: Iterator[bytes], session_key: SessionKey) -> Iterator[bytes]:
    try:
        yield from decrypt_pieces(pieces, session_key)
    except KsefError as error:
        if error.code != _CANNOT_DECRYPT:
            raise
        raise mismatch() from None


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0, io.SEEK_SET)
    while piece := file.read(_PIECE):
        yield piece


class _Measured:
    """Passes pieces on, and counts size and hash."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._digest = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._pieces)
        self._digest.update(piece)
        self._size += len(piece)
        return piece

    @property
    def hash(self) -> str:
        """Base64 SHA-256 of what has passed."""
        return digest_base64(self._digest)

    def fits(self, size: int, expected: str) -> bool:
        """Tell whether what has passed is what was announced."""
        return (self._size, self.hash) == (size, expected)

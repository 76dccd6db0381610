"""Read ``_metadata.json`` of an export package piece by piece.

The file may be an object with ``invoices`` or a bare array (the documentation says
both). The records wait in a temporary file, so that ten thousand need no memory. Used
by ``package_reading``.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from .errors import KsefProtocolError
from .messages_inbox import InvoiceMetadata

_PIECE = 64 * 1024
#: Characters of one record; a real one has some two thousand.
_MAX_ITEM = 2_000_000
_SPACE = " \t\r\n"
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class MetadataRecord:
    """One record of ``_metadata.json``.

    :ivar text: the record as it was written
    :ivar metadata: what it says; None when it cannot be read
    """

    text: str
    metadata: InvoiceMetadata | None

    @classmethod
    def of(cls, text: str) -> MetadataRecord:
        """Read a record; one of another shape is kept as text."""
        try:
            data = json.loads(text, parse_float=Decimal)
            return cls(text, InvoiceMetadata.from_json(data))
        except (KsefProtocolError, ValueError, ArithmeticError):
            return cls(text, None)


class MetadataIndex:
    """The records of a package, found by KSeF number in any case."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - lives as long as the index
        self._places: dict[str, tuple[int, int]] = {}

    @classmethod
    def read(cls, source: BinaryIO) -> MetadataIndex:
        """Read a whole file.

        :raises KsefProtocolError: ``bad_package`` when it is no such JSON
        """
        index = cls()
        for text in _items(source):
            number = json.loads(text).get("ksefNumber")
            if isinstance(number, str):
                index._add(number, text)
        return index

    def _add(self, number: str, text: str) -> None:
        data = text.encode("utf-8")
        self._places.setdefault(number.upper(), (self._file.tell(), len(data)))
        self._file.write(data)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, number: str) -> bool:
        return number.upper() in self._places

    def find(self, number: str) -> MetadataRecord | None:
        """Return the record of an invoice."""
        place = self._places.get(number.upper())
        if place is None:
            return None
        self._file.seek(place[0])
        return MetadataRecord.of(self._file.read(place[1]).decode("utf-8"))

    def close(self) -> None:
        """Give the temporary file back."""
        self._file.close()


def _items(source: BinaryIO) -> Iterator[str]:
    """Yield the text of each record, whichever form the file has."""
    scanner = _Scanner(source)
    try:
        if scanner.peek() == "[":
            yield from _array(scanner)
        else:
            yield from _object(scanner)
        if scanner.peek():
            raise _unreadable()
    except (ValueError, RecursionError):
        raise _unreadable() from None


def _array(scanner: _Scanner) -> Iterator[str]:
    scanner.take("[")
    while scanner.peek() != "]":
        value, text = scanner.value()
        if not isinstance(value, dict):
            raise _unreadable()
        yield text
        if scanner.peek() != "]":
            scanner.take(",")
    scanner.take("]")


def _object(scanner: _Scanner) -> Iterator[str]:
    scanner.take("{")
    while scanner.peek() != "}":
        key, _text = scanner.value()
        scanner.take(":")
        if key == "invoices" and scanner.peek() == "[":
            yield from _array(scanner)
        else:
            scanner.value()
        if scanner.peek() != "}":
            scanner.take(",")
    scanner.take("}")


class _Scanner:
    """Walks through JSON text of any length with a small buffer."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._buffer = ""
        self._position = 0
        self._at_end = False

    def _more(self) -> bool:
        """Read on; False at the end."""
        if self._at_end:
            return False
        piece = self._source.read(_PIECE)
        self._at_end = not piece
        rest = self._buffer[self._position :]
        self._buffer = rest + self._decode(piece, final=self._at_end)
        self._position = 0
        return not self._at_end

    def peek(self) -> str:
        """Return the next character that is no white space, '' at the end."""
        while True:
            while self._position < len(self._buffer):
                character = self._buffer[self._position]
                if character not in _SPACE:
                    return character
                self._position += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over a character that must be there."""
        if self.peek() != expected:
            raise _unreadable()
        self._position += 1

    def value(self) -> tuple[Any, str]:
        """Return the next value and its text."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._position)
            except ValueError:
                if len(self._buffer) - self._position > _MAX_ITEM or not self._more():
                    raise
                continue
            # A number may go on in the next piece.
            if end == len(self._buffer) and self._more():
                continue
            text = self._buffer[self._position : end]
            self._position = end
            return value, text


def _unreadable() -> KsefProtocolError:
    message = "The metadata of the package cannot be read."
    return KsefProtocolError(message, code="bad_package")

"""The flat file of the register of VAT taxpayers: a day's pairs as hashes.

The file is JSON: ``naglowek`` with day and number of transformations, then the sorted
hashes of active and of exempt taxpayers, then masks of virtual accounts. A hash is
SHA-512, hex, applied so many times to day, NIP and account. The real file has
gigabytes: it is read in pieces and never held in memory. The ministry publishes it as
7z; whoever runs the server unpacks it, because a library for that would bring half a
dozen compiled ones for one file a day. A packed file is told from a broken one.
Source: the ministry's description of the flat file ("plik płaski").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from hashlib import sha512
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from .environment import Environment
from .errors import KsefProtocolError, KsefUnavailable
from .transport import Request, Transport
from .white_list import Listing, Question

#: Stands for the day (YYYYMMDD) in an address or path.
DAY_PLACE = "{day}"
MAX_BYTES = 8_000_000_000
#: More rounds than that are no file of the ministry's (it has 5000).
MAX_ROUNDS = 100_000
_PIECE = 4_000_000
_HEAD = 100_000
#: Longest token that must not be cut between two pieces: a hash in its quotes.
_OVERLAP = 130
#: First bytes of a 7z archive.
_PACKED = b"7z\xbc\xaf\x27\x1c"
_HASH = re.compile(rb'"([0-9a-f]{128})"')
_MASK = re.compile(rb'"([0-9XY]{26})"')
_DAY = re.compile(rb'"dataGenerowaniaDanych"\s*:\s*"(\d{8})"')
_ROUNDS = re.compile(rb'"liczbaTransformacji"\s*:\s*"?(\d+)"?')


@dataclass(frozen=True)
class Header:
    """The head of a file."""

    day: date
    rounds: int


def digest(header: Header, nip: str, account: str) -> bytes:
    """Return the hash of a pair as the file has it: 128 hex digits."""
    key = f"{header.day:%Y%m%d}{nip}{account}".encode()
    for _round in range(header.rounds):
        key = sha512(key).hexdigest().encode()
    return key


def masked(account: str, mask: str) -> str | None:
    """Return an account as a mask writes it; ``None``: the mask is another bank's."""
    pairs = list(zip(account, mask, strict=True))
    if any(sign.isdigit() and sign != digit for digit, sign in pairs):
        return None
    return "".join(digit if sign == "Y" else sign for digit, sign in pairs)


class FlatFile:
    """The file of a day, from an address or from a folder of the server.

    :param place: address or path of the unpacked file; ``{day}`` stands for the day
    """

    at_once = 10_000

    def __init__(self, place: str) -> None:
        self._place = place

    def check(self, questions: Iterable[Question]) -> Iterator[Listing]:
        """Answer all questions of a day in two passes; see ``white_list.Source``."""
        by_day: dict[date, list[Question]] = {}
        for question in questions:
            by_day.setdefault(question.day, []).append(question)
        for day, asked in by_day.items():
            with closing(self._open(day)) as file:
                yield from _answers(file, day, asked)

    def _open(self, day: date) -> BinaryIO:
        place = self._place.replace(DAY_PLACE, f"{day:%Y%m%d}")
        if "://" in place:
            return _fetched(place)
        try:
            return Path(place).open("rb")
        except OSError:
            raise KsefUnavailable(
                "The flat file of the day is not there.", code="no_flat_file"
            ) from None


def _fetched(url: str) -> BinaryIO:
    """Return a downloaded file at its start."""
    file: BinaryIO = TemporaryFile()  # type: ignore[assignment]  # noqa: SIM115
    try:
        request = Request("GET", url, accept="*/*")
        Transport(Environment.custom(url)).download(request, file, MAX_BYTES)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _answers(file: BinaryIO, day: date, asked: list[Question]) -> Iterator[Listing]:
    header = _header(file.read(_HEAD))
    if header.day != day:
        raise KsefUnavailable(
            f"The flat file is of {header.day.isoformat()}.", code="old_flat_file"
        )
    masks = _masks(file)
    wanted = {question: set(_keys(header, question, masks)) for question in asked}
    found = _found(file, {key for keys in wanted.values() for key in keys})
    for question, keys in wanted.items():
        yield Listing(question, bool(keys & found))


def _header(head: bytes) -> Header:
    if head.startswith(_PACKED):
        raise KsefUnavailable(
            "The flat file is packed (7z): the server must unpack it.",
            code="packed_flat_file",
        )
    day, rounds = _DAY.search(head), _ROUNDS.search(head)
    if not (day and rounds and 0 < int(rounds[1]) <= MAX_ROUNDS):
        raise KsefProtocolError(
            "This is no flat file of the register.", code="bad_flat_file"
        )
    text = day[1].decode()
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise KsefProtocolError(
            "The flat file has no day.", code="bad_flat_file"
        ) from None
    return Header(found, int(rounds[1]))


def _keys(header: Header, question: Question, masks: set[str]) -> Iterator[bytes]:
    accounts = {question.account}
    accounts |= {masked(question.account, mask) or question.account for mask in masks}
    for account in accounts:
        yield digest(header, question.nip, account)


def _masks(file: BinaryIO) -> set[str]:
    return {mask.decode() for mask in _tokens(file, _MASK)}


def _found(file: BinaryIO, wanted: set[bytes]) -> set[bytes]:
    return {key for key in _tokens(file, _HASH) if key in wanted}


def _tokens(file: BinaryIO, pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield what a pattern finds in the whole file, piece by piece."""
    file.seek(0)
    rest = b""
    while piece := file.read(_PIECE):
        text = rest + piece
        for match in pattern.finditer(text):
            yield match[1]
        rest = text[-_OVERLAP:]

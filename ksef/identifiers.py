"""Numbers of KSeF and of the tax office: NIP, KSeF number, internal identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from .errors import KsefError

# Patterns of the OpenAPI, schemas Nip, KsefNumber, InternalId.
_NIP = re.compile(r"[1-9](?:\d[1-9]|[1-9]\d)\d{7}")
_KSEF_NUMBER = re.compile(
    r"([1-9](?:\d[1-9]|[1-9]\d)\d{7})"
    r"-((?:20[2-9]\d|2[1-9]\d\d|[3-9]\d{3})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))"
    r"-([0-9A-F]{6}-?[0-9A-F]{6})-([0-9A-F]{2})"
)
_INTERNAL_ID = re.compile(r"([1-9](?:\d[1-9]|[1-9]\d)\d{7})-(\d{5})")

_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_CRC_POLYNOMIAL = 0x07


def normalize_nip(text: str) -> str:
    """Return a NIP as digits: without ``PL``, spaces, hyphens and full stops.

    What is no NIP comes back without those all the same; check with :func:`is_nip`.
    """
    plain = re.sub(r"[\s.\-]", "", text).upper()
    return plain[2:] if plain.startswith("PL") else plain


def nip_spellings(nip: str) -> tuple[str, ...]:
    """Return the ways in which people write a NIP, for an exact search.

    :param nip: ten digits
    """
    groups = ((10,), (3, 3, 2, 2), (3, 2, 2, 3))
    found = set()
    for sizes in groups:
        ends = [sum(sizes[: place + 1]) for place in range(len(sizes))]
        parts = [nip[end - size : end] for size, end in zip(sizes, ends, strict=True)]
        found |= {sign.join(parts) for sign in ("-", " ")}
    prefixes = ("", "PL", "PL ", "pl", "pl ")
    return tuple(sorted(prefix + each for prefix in prefixes for each in found))


def is_nip(text: str) -> bool:
    """Tell whether ``text`` is ten digits with the right check digit.

    Weights 6 5 7 2 3 4 5 6 7 modulo 11; a remainder of ten is never given out.
    """
    if not _NIP.fullmatch(text) or not text.isascii():
        return False
    total = sum(
        weight * int(digit)
        for weight, digit in zip(_NIP_WEIGHTS, text[:9], strict=True)
    )
    return total % 11 == int(text[9])


def is_internal_id(text: str) -> bool:
    """Tell whether ``text`` is an internal identifier: NIP, hyphen, five digits.

    The last digit checks the 14 before it: weights 1 and 3 in turn, modulo 10.
    """
    match = _INTERNAL_ID.fullmatch(text)
    if match is None or not text.isascii():
        return False
    digits = [int(digit) for digit in match.group(1) + match.group(2)]
    total = sum(
        digit * (3 if place % 2 else 1) for place, digit in enumerate(digits[:14])
    )
    return total % 10 == digits[14]


def crc8(text: str) -> int:
    """Return the CRC-8 of ASCII text: polynomial 0x07, start 0, nothing reflected."""
    register = 0
    for byte in text.encode("ascii", errors="replace"):
        register ^= byte
        for _bit in range(8):
            shifted = register << 1
            register = (
                shifted ^ _CRC_POLYNOMIAL if shifted & 0x100 else shifted
            ) & 0xFF
    return register


def is_ksef_number_checksum_right(text: str) -> bool:
    """Tell whether the last two characters are the CRC-8 of what stands before them.

    A warning at most: official sample invoices carry numbers that fail. The hyphen
    before the checksum is not part of the sum.
    """
    return len(text) in (35, 36) and f"{crc8(text[:-3]):02X}" == text[-2:]


@dataclass(frozen=True)
class KsefNumber:
    """A KSeF number: 35 characters, or 36 from KSeF 1.0.

    :ivar text: as given
    :ivar seller_nip: ten digits
    :ivar day: day of acceptance
    :ivar technical_part: 12 hex digits, of KSeF 1.0 with a hyphen in the middle
    :ivar checksum: two upper-case hex digits
    """

    text: str
    seller_nip: str
    day: date
    technical_part: str
    checksum: str

    @classmethod
    def parse(cls, text: str) -> KsefNumber:
        """Read a KSeF number; a wrong checksum is not an error (see above).

        :raises KsefError: ``bad_ksef_number``
        """
        match = _KSEF_NUMBER.fullmatch(text) if text.isascii() else None
        if match is None:
            raise _bad_number()
        nip, day, technical_part, checksum = match.groups()
        try:
            moment = datetime.strptime(day, "%Y%m%d")
        except ValueError:
            raise _bad_number() from None
        return cls(text, nip, moment.date(), technical_part, checksum)

    @property
    def is_checksum_right(self) -> bool:
        """The checksum fits."""
        return is_ksef_number_checksum_right(self.text)


def _bad_number() -> KsefError:
    return KsefError("This is not a KSeF number.", code="bad_ksef_number")

"""KSeF numbers and check digits. Source: ksef-api.md §8."""

from __future__ import annotations

import secrets
from datetime import date

_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)
_CRC_POLYNOMIAL = 0x07


def crc8(data: bytes) -> int:
    """Return CRC-8 (polynomial 0x07, initial 0, no reflection, no final XOR)."""
    register = 0
    for byte in data:
        register ^= byte
        for _bit in range(8):
            carry = register & 0x80
            register = (register << 1) & 0xFF
            if carry:
                register ^= _CRC_POLYNOMIAL
    return register


def new_ksef_number(seller_nip: str, day: date) -> str:
    """Make a number: NIP, day of acceptance, 12 hexadecimal digits, CRC-8."""
    body = f"{seller_nip}-{day:%Y%m%d}-0100{secrets.token_hex(4).upper()}"
    return f"{body}-{crc8(body.encode()):02X}"


def is_nip(text: str) -> bool:
    """Tell whether a NIP has ten digits and a right check digit."""
    if len(text) != 10 or not (text.isascii() and text.isdigit()):
        return False
    weighted = zip(text[:9], _NIP_WEIGHTS, strict=True)
    return sum(int(digit) * weight for digit, weight in weighted) % 11 == int(text[9])

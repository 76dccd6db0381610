"""Odoo's values on their way into FA(3): thin words over ``ksef.fa3.text``."""

import re
from functools import lru_cache

from odoo.tools.mail import email_normalize, email_split

from ...ksef.fa3.text import amount as money
from ...ksef.fa3.text import clean, clean_lines, price, quantity
from ...ksef.fa3.text import cut as _cut
from ...ksef.fa3.text import pieces as _pieces

__all__ = [
    "clean",
    "clean_lines",
    "code",
    "cut",
    "email",
    "fits",
    "money",
    "phone",
    "pieces",
    "price",
    "quantity",
    "whole",
]

PHONE_LENGTH = 16


def cut(text, limit):
    """Return ``text`` cleaned and cut to ``limit`` characters, or ``None``."""
    return _cut(text or None, limit)[0]


def whole(text, limit):
    """Return an identifier, cleaned; ``None`` where it does not fit, never a part."""
    found = clean(text or None)
    return found if found and len(found) <= limit else None


def pieces(text, first, rest):
    """Return ``text`` in pieces: one of ``first`` characters, others of ``rest``."""
    head, tail = _cut(text or None, first)
    return [head, *_pieces(tail, rest)] if head else []


@lru_cache(maxsize=1024)
def email(text):
    """Return the first valid address in ``text``, or ``None``."""
    first = next(iter(email_split(text or "")), None)
    return (first and email_normalize(first)) or None


def phone(text):
    """Return ``text`` without blanks and hyphens; ``None`` where it is too long."""
    number = re.sub(r"[\s\-()./]", "", clean(text or None) or "")
    return number if 0 < len(number) <= PHONE_LENGTH else None


def code(text):
    """Return an identifier without blanks, hyphens and dots, in capitals."""
    return re.sub(r"[\s\-.]", "", text or "").upper()


def fits(value, digits):
    """Tell whether a float needs no more than ``digits`` decimal places."""
    return round(value, digits) == value

"""How a partner is identified in FA(3): NIP, EU number, other number, none."""

import re
from typing import NamedTuple

from ...ksef.fa3 import codes
from .fa3_text import code

#: the one EU country whose VAT prefix is not its ISO code.
_PREFIX_OF_COUNTRY = {"GR": "EL"}
_EMPTY = ("", "/")
_NOT_IN_EU_NUMBER = re.compile(r"[^0-9A-Z+*]")


class Identity(NamedTuple):
    """One of the four ways; nothing set is the fourth (BrakID)."""

    nip: str | None = None
    eu_prefix: str | None = None
    eu_number: str | None = None
    other_country: str | None = None
    other_number: str | None = None

    @property
    def is_known(self):
        return bool(self.nip or self.eu_number or self.other_number)


def eu_prefix(country_code):
    """Return the VAT prefix of an EU country other than Poland, or ``None``."""
    prefix = _PREFIX_OF_COUNTRY.get(country_code, country_code)
    return prefix if prefix in codes.EU_COUNTRIES and prefix != "PL" else None


def without_eu_number(identity):
    """Return an EU number as another tax number of its country."""
    if not identity.eu_number:
        return identity
    prefix = identity.eu_prefix
    country = next(
        (key for key, eu in _PREFIX_OF_COUNTRY.items() if eu == prefix), prefix
    )
    return Identity(other_country=country, other_number=f"{prefix}{identity.eu_number}")


def identify(partner):
    """Return the ``Identity`` of a partner from its tax number and country.

    A Polish number is a NIP and nothing else: as an EU number the buyer would not see
    the invoice in KSeF. The prefix wins over the country (a Polish VAT number of a
    firm seated abroad); without one the country tells.
    """
    raw = (partner.vat or "").strip()
    country = partner.country_id.code or None
    vat = code(raw)
    if vat in _EMPTY:
        return Identity()
    prefix, rest = vat[:2], vat[2:]
    if prefix == "PL":
        return Identity(nip=rest)
    if prefix in codes.EU_COUNTRIES and rest:
        return Identity(eu_prefix=prefix, eu_number=_NOT_IN_EU_NUMBER.sub("", rest))
    if country == "PL" or (country is None and vat[0].isdigit()):
        return Identity(nip=vat)
    if own := eu_prefix(country):
        return Identity(eu_prefix=own, eu_number=_NOT_IN_EU_NUMBER.sub("", vat))
    return Identity(other_country=country, other_number=" ".join(raw.split()))

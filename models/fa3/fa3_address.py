"""Postal addresses in the form of FA(3): country and two lines."""

from ...ksef.fa3 import model
from .fa3_text import code, cut

#: a GLN has that many digits at most.
_GLN_LENGTH = 13


def address(partner, default_country=None):
    """Return the address, or ``None`` where the partner has neither street nor town.

    Polish addresses show no region; others do (states of the USA).
    """
    country = partner.country_id.code or default_country
    street = cut(", ".join(filter(None, (partner.street, partner.street2))), 512)
    town = " ".join(filter(None, (partner.zip, partner.city)))
    if partner.state_id and country != "PL":
        town = ", ".join(filter(None, (town, partner.state_id.name)))
    town = cut(town, 512)
    if not (street or town):
        return None
    return model.TAdres(
        KodKraju=country,
        AdresL1=street or town,
        AdresL2=town if street else None,
        GLN=_gln(partner),
    )


def _gln(partner):
    gln = "global_location_number" in partner._fields and code(
        partner.global_location_number
    )
    return gln if gln and gln.isdigit() and len(gln) <= _GLN_LENGTH else None

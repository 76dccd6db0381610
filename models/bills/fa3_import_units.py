"""Which unit of measure the unit on a received invoice is."""

import re

#: what sellers write -> end of the external id in ``uom``.
ALIASES = {
    "product_uom_unit": "szt sztuka sztuki sztuk pcs pc st ea unit units j",
    "product_uom_dozen": "tuzin tuz dozen",
    "product_uom_hour": "h godz godzina godziny godzin rbh rg hour hours",
    "product_uom_day": "dzień dzien dni dzien d doba day days",
    "product_uom_minute": "min minuta minuty minut",
    "product_uom_millimeter": "mm",
    "product_uom_cm": "cm",
    "product_uom_meter": "m mb metr",
    "product_uom_km": "km kilometr",
    "product_uom_square_meter": "m2 m² mkw",
    "product_uom_milliliter": "ml",
    "product_uom_litre": "l litr litry litrów",
    "product_uom_cubic_meter": "m3 m³ mp",
    "product_uom_gram": "g gram",
    "product_uom_kgm": "kg kilogram",
    "product_uom_ton": "t tona tony ton",
    "product_uom_kwh": "kwh",
}
_BY_WORD = {word: xmlid for xmlid, words in ALIASES.items() for word in words.split()}


def _plain(name):
    return re.sub(r"[\s.]+", "", (name or "").casefold())


class Units:
    """The units of the database by what invoices call them, read once."""

    def __init__(self, env):
        self.env = env
        self._by_name = {}
        for unit in env["uom.uom"].search([]):
            for name in (unit.name, unit.l10n_pl_ksef_name):
                if name:
                    self._by_name.setdefault(_plain(name), unit)

    def find(self, name):
        """Return the unit, an empty record set where nobody knows it."""
        plain = _plain(name)
        found = self._by_name.get(plain)
        if found is None and plain in _BY_WORD:
            xmlid = f"uom.{_BY_WORD[plain]}"
            found = self.env.ref(xmlid, raise_if_not_found=False)
        return found or self.env["uom.uom"]

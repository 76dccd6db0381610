"""The inbox is searched the way people write: numbers with blanks, dashes, commas."""

import re

from odoo import api, fields, models
from odoo.fields import Domain

from ...ksef.identifiers import normalize_nip

#: fewer digits are no part of a NIP that anybody looks for.
_FEWEST_DIGITS = 3
_CURRENCY = re.compile(r"\s*(zł|[a-z]{3})\.?$", re.IGNORECASE)
_AMOUNT = re.compile(r"[+-]?\d[\d\s.,]*")
_HALF_CENT = 0.005
_TEXTS = ("seller_name", "invoice_number", "ksef_number", "orders", "content")


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"
    _rec_names_search = ["invoice_number", "ksef_number", "seller_name", "sought_nip"]

    sought = fields.Char(
        "Supplier, NIP, number, amount or text", store=False, search="_search_sought"
    )
    sought_nip = fields.Char("NIP", store=False, search="_search_sought_nip")

    @api.model
    def _search_sought(self, operator, value):
        """Search a text wherever a person may have seen it."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            return Domain.OR(self._search_sought("=", one) for one in value)
        domain = Domain.OR(Domain(name, operator, value) for name in _TEXTS)
        for amount in amounts_in(value) if isinstance(value, str) else ():
            for name in ("gross_amount", "net_amount"):
                domain |= _about(name, amount) | _about(name, -amount)
        return domain | Domain("sought_nip", operator, value)

    @api.model
    def _search_sought_nip(self, operator, value):
        """Search a NIP however it is written, also a part of it."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            return Domain.OR(self._search_sought_nip("=", one) for one in value)
        if not isinstance(value, str):
            return Domain("seller_nip", operator, value)
        digits = normalize_nip(value.strip())
        if not digits.isdigit() or len(digits) < _FEWEST_DIGITS:
            return Domain("seller_nip", operator, value)
        return Domain("seller_nip", operator, digits)


def amounts_in(words):
    """Return the amounts that a text may stand for; none when it is no number.

    A comma, or the last of two signs, is the decimal one; a single full stop may be
    either.
    """
    text = _CURRENCY.sub("", words.strip())
    if not _AMOUNT.fullmatch(text):
        return []
    text = re.sub(r"\s", "", text)
    last = max(text.rfind(","), text.rfind("."))
    whole, part = (text[:last], text[last + 1 :]) if last >= 0 else (text, "")
    plain = re.sub(r"[.,]", "", whole)
    found = {float(f"{plain}.{part or 0}")}
    if len(part) == 3 or text.count(",") > 1 or text.count(".") > 1:
        found.add(float(f"{plain}{part}"))
    return sorted(found)


def _about(name, amount):
    return Domain(name, ">", amount - _HALF_CENT) & Domain(
        name, "<", amount + _HALF_CENT
    )

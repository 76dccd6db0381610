"""Values of FA as people read them: numbers and dates of their language."""

from datetime import date, datetime
from decimal import Decimal

from odoo.tools.misc import get_lang

from ...ksef.fa3 import facets
from ...ksef.fa3.facets import Form, SimpleType
from .fa3_label_codes import CODES, meaning_of
from .fa3_labels import LABELS, label_of

#: a choice of 1 and 2 that means yes and no.
_YES_NO = {1: "yes", 2: "no"}
_MONEY = (facets.TKwotowy, facets.TKwotowy2)


class Values:
    """Writes values in the language of ``env``.

    :ivar form: prefix of the labels of a form that has words of its own (``RR``)
    """

    def __init__(self, env, form=""):
        self.env = env
        self.form = form
        self.lang = get_lang(env)

    def label(self, name, owner=""):
        """Return the label of an element, in the words of the form first."""
        own = self.form and f"{self.form}.{name}" in LABELS
        return label_of(self.env, name, self.form if own else owner)

    def text(self, name, value, kind):
        """Return one value of an element as a text.

        :param kind: ``SimpleType`` of the element, which decides about decimals
        """
        if isinstance(value, str):
            return meaning_of(self.env, name, value) if name in CODES else value
        if name in CODES:
            return meaning_of(self.env, name, int(value))
        if isinstance(value, bool):
            return self.label("yes" if value else "no")
        if isinstance(kind, SimpleType) and _is_choice(kind) and value in _YES_NO:
            return self.label(_YES_NO[value])
        if isinstance(value, (date, datetime)):
            return self.day(value)
        if isinstance(value, Decimal):
            return self.number(value, 2 if kind in _MONEY else 0)
        return str(value)

    def day(self, value):
        """Return a date, with time and zone where it has them."""
        shown = value.strftime(self.lang.date_format)
        if isinstance(value, datetime):
            shown += value.strftime(f" {self.lang.time_format} %Z").rstrip()
        return shown

    def number(self, value, decimals):
        """Return a number with at least ``decimals`` decimals, thousands apart.

        Exact, unlike a float of the same size.
        """
        whole, _point, fraction = format(abs(value), "f").partition(".")
        fraction = fraction.rstrip("0").ljust(decimals, "0")
        digits = f"{int(whole):,}".replace(",", self.lang.thousands_sep or "\u00a0")
        sign = "-" if value < 0 else ""
        return f"{sign}{digits}{self.lang.decimal_point if fraction else ''}{fraction}"


def _is_choice(kind):
    return kind.form is Form.FLAG or set(kind.choices) == {"1", "2"}

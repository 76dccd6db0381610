"""Values in sentences: dates and amounts as the reader's language writes them."""

from datetime import date
from decimal import Decimal

from odoo.tools import format_date
from odoo.tools.misc import formatLang


def shown(env, values):
    """Return ``values`` with days and amounts turned into words of ``env``'s language.

    :param values: placeholders of a text; whatever else they hold stays as it is
    """
    return {name: _shown(env, value) for name, value in values.items()}


def _shown(env, value):
    if isinstance(value, Decimal):
        return formatLang(env, float(value), digits=2)
    return format_date(env, value) if isinstance(value, date) else value

"""Tax that nobody deducts is cost: lines booked gross, and the tax that is left."""

from ..fa3.account_tax import MARGIN, OSS
from ..fa3.fa3_row import ZERO
from .fa3_import_reading import BUCKET_OF, PERCENTAGES, cents, vat_of

#: Rates whose tax is nobody's to deduct: the whole is cost.
GROSS_RATES = frozenset({MARGIN, OSS})


def take_gross(plan, rate):
    """Turn the lines of a rate into gross ones: their tax becomes cost.

    The tax of the bucket that is not of this rate stays to be booked.
    """
    bucket = BUCKET_OF.get(rate)
    lines = [line for line in plan.lines if line.rate == rate and not line.is_gross]
    old = plan.sums.get(bucket)
    if not lines or not old or not old.vat:
        return
    others = any(
        line.bucket == bucket and line.rate != rate and not line.is_gross
        for line in plan.lines
    )
    tax = old.vat
    if others:
        tax = sum((vat_of(line.net, rate) for line in lines), ZERO)
    _spread(lines, tax)
    for line in lines:
        line.is_gross = True
        line.value_only()


def _spread(lines, tax):
    """Add ``tax`` to the values of the lines in proportion, to the grosz."""
    base = sum((line.net for line in lines), ZERO)
    left = tax
    for line in lines:
        share = cents(tax * line.net / base) if base else ZERO
        line.net += share
        left -= share
    largest = max(lines, key=lambda line: abs(line.net))
    largest.net += left


def booked_taxes(plan):
    """Return the tax to be booked by bucket: what is not in gross lines.

    :return: ``{bucket: (tax in the document's currency, tax in PLN or None)}``
    """
    found = {}
    for name, one in plan.sums.items():
        lines = [line for line in plan.lines if line.bucket == name]
        if one.rates[0] not in PERCENTAGES or all(line.is_gross for line in lines):
            continue
        gross = sum((line.net for line in lines), ZERO) - one.base
        local = one.local if not gross else None
        found[name] = (one.vat - gross, local)
    return found

"""Rows of a received invoice as lines of a bill: amount, rate, quantity and price.

The row's own value (P_11, P_11A) is what counts; price and quantity follow it. No
records here.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from ..fa3.account_tax import MARGIN, OSS
from ..fa3.fa3_row import ZERO
from .fa3_import_reading import BUCKET_OF, cents, number, text, vat_in

#: FA(2) tells neither the kinds of 0 % nor those of np apart; the sums do.
_FA2_RATES = {
    "0": ("P_13_6_1", "P_13_6_2", "P_13_6_3"),
    "np": ("P_13_8", "P_13_9"),
}
_RATE_OF_BUCKET = {
    "P_13_6_1": "0 KR",
    "P_13_6_2": "0 WDT",
    "P_13_6_3": "0 EX",
    "P_13_8": "np I",
    "P_13_9": "np II",
}


@dataclass(slots=True)
class Line:
    """A line of the bill to be.

    :ivar net: value without tax, sign of the document; ``None``: the row gives none
    :ivar rate: KSeF rate; ``None`` where nothing tells it
    :ivar price: price of a unit as the document has it; ``None``: value by quantity
    :ivar is_gross: ``net`` holds the tax as well, nothing of it can be deducted
    :ivar label: code of our own name for a line that is no row, with ``words``
    :ivar row: the row itself, for product, unit and the rest
    """

    net: Decimal | None
    rate: str | None
    name: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal | None = None
    discount: Decimal = ZERO
    is_gross: bool = False
    label: str | None = None
    words: dict = field(default_factory=dict)
    row: object = None

    @property
    def bucket(self):
        return BUCKET_OF.get(self.rate)

    @property
    def raw(self):
        """Price by quantity, before anything is rounded."""
        return self.quantity * self.price * (100 - self.discount) / 100

    def value_only(self):
        """Let price and discount go: the value alone counts."""
        self.price, self.discount = None, ZERO


def lines_of(reading, rows):
    """Return a line for every row (also for those without an amount)."""
    return [_line(reading, row, place) for place, row in enumerate(rows, 1)]


def _line(reading, row, place):
    rate = rate_of(reading, row)
    net, is_gross = value_of(row, rate)
    name = text(row.P_7)
    line = Line(net=net, rate=rate, name=name, is_gross=is_gross, row=row)
    if not name:
        line.label, line.words = "row", {"number": row.NrWierszaFa or place}
    line.quantity = number(row.P_8B) if number(row.P_8B) is not None else Decimal(1)
    _set_price(line, row)
    return line


def rate_of(reading, row):
    """Return the KSeF rate of a row, or ``None`` when nothing tells it."""
    rate = text(row.P_12)
    if rate in _FA2_RATES:
        return _rate_by_sums(reading, _FA2_RATES[rate])
    if rate in BUCKET_OF:
        return rate
    if number(row.P_12_XII) is not None:
        return OSS
    if len(reading.filled) == 1:
        (only,) = reading.filled.values()
        return likely_rate(only)
    # Rows of a margin sale have no rate; beside rows that have one, they are it.
    is_margin = "P_13_11" in reading.filled or (reading.is_margin and not reading.sums)
    return MARGIN if is_margin else None


def _rate_by_sums(reading, names):
    filled = [name for name in names if name in reading.filled]
    return _RATE_OF_BUCKET[filled[0]] if len(filled) == 1 else None


def likely_rate(bucket):
    """Return which of the rates of a bucket its base and tax speak for."""

    def distance(rate):
        return abs(bucket.base * Decimal(rate) / 100 - bucket.vat)

    rates = bucket.rates
    return rates[0] if len(rates) == 1 else min(rates, key=distance)


def value_of(row, rate):
    """Return the value of a row, and whether it is a gross one that stays so.

    Rates whose tax nobody deducts (margin, OSS) are taken gross at once.
    """
    net, gross = number(row.P_11), number(row.P_11A)
    quantity = number(row.P_8B)
    if net is None and gross is None and quantity is not None:
        net = _computed(quantity, row.P_9A, row.P_10)
        gross = _computed(quantity, row.P_9B, row.P_10)
    if rate == MARGIN:
        return (gross if gross is not None else net), True
    if net is not None:
        return net, False
    if gross is None:
        return None, False
    if rate == OSS:
        return gross, True
    own = number(row.P_11Vat)
    return gross - (own if own is not None else vat_in(gross, rate)), False


def _computed(quantity, price, discount):
    price = number(price)
    if price is None:
        return None
    return cents(quantity * (price - (number(discount) or ZERO)))


def _set_price(line, row):
    """Keep the document's price and discount where they give the value, rounded."""
    price, quantity = number(row.P_9A), line.quantity
    if price is None and line.is_gross:
        price = number(row.P_9B)
    if line.net is None or price is None or not quantity:
        return
    off = number(row.P_10) or ZERO
    if cents(quantity * price) == line.net:
        line.price = price
    elif off and cents(quantity * (price - off)) == line.net:
        percent = off * 100 / price if price else ZERO
        if 0 < percent <= 100 and percent == cents(percent):
            line.price, line.discount = price, percent
        else:
            line.price = price - off

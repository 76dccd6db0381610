"""Rows and sums of a document, and the field of FA(3) that each rate is summed in."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from .account_tax import MARGIN, OSS
from .fa3_facts import ProductFacts, TaxFacts
from .fa3_text import money

ZERO = Decimal("0.00")
#: kinds whose exchange rate stands in the header (KursWalutyZ), not on rows.
ADVANCE_KINDS = ("ZAL", "KOR_ZAL")


class Bucket(NamedTuple):
    """Where the sums of a rate are written: base, tax, tax in PLN."""

    base: str
    tax: str | None = None
    local: str | None = None


_MAIN = Bucket("P_13_1", "P_14_1", "P_14_1W")
_REDUCED = Bucket("P_13_2", "P_14_2", "P_14_2W")
_TAXI = Bucket("P_13_4", "P_14_4", "P_14_4W")
BUCKETS = {
    "23": _MAIN,
    "22": _MAIN,
    "8": _REDUCED,
    "7": _REDUCED,
    "5": Bucket("P_13_3", "P_14_3", "P_14_3W"),
    "4": _TAXI,
    "3": _TAXI,
    OSS: Bucket("P_13_5", "P_14_5"),
    "0 KR": Bucket("P_13_6_1"),
    "0 WDT": Bucket("P_13_6_2"),
    "0 EX": Bucket("P_13_6_3"),
    "zw": Bucket("P_13_7"),
    "np I": Bucket("P_13_8"),
    "np II": Bucket("P_13_9"),
    "oo": Bucket("P_13_10"),
    MARGIN: Bucket("P_13_11"),
}
#: rates of a Polish tax above 0 %: the ones with an exchange rate on the row.
TAXED = frozenset(rate for rate, bucket in BUCKETS.items() if bucket.local)


@dataclass(slots=True)
class Row:
    """A row of the invoice.

    :ivar line: the journal item
    :ivar taxes: facts of its taxes, groups replaced by their members
    :ivar tax: the one of them; ``NO_TAX`` where there is not exactly one
    :ivar rate: KSeF rate, ``None`` where there is not exactly one (a rule refuses it)
    :ivar net: value without tax, document currency, sign of the document
    :ivar shown: sign of what Odoo shows on the row, -1 on refunds
    :ivar supplied: its own date of supply, ``None`` when not given
    :ivar is_advance: it charges or deducts an advance
    """

    line: Any
    taxes: tuple[TaxFacts, ...]
    tax: TaxFacts
    rate: str | None
    product: ProductFacts
    net: Decimal
    shown: int
    supplied: Any
    is_advance: bool
    number: int = 0

    @property
    def gross(self):
        """Value with tax, as Odoo shows it on the row."""
        return money(self.shown * (self.line.price_total or 0.0))

    @property
    def vat(self):
        """Tax of the row alone, meaningful where taxes are rounded by rows."""
        line = self.line
        tax = (line.price_total or 0.0) - (line.price_subtotal or 0.0)
        return money(self.shown * tax)

    @property
    def is_annex15(self):
        return bool(self.product.is_annex15 or self.line.is_annex15)

    @property
    def is_taxed(self):
        return self.rate in TAXED

    @property
    def is_deposit(self):
        return not self.taxes and self.product.is_deposit


@dataclass(slots=True)
class Totals:
    """Sums by FA(3) field name; a field is there when a row or tax item feeds it."""

    base: dict[str, Decimal] = field(default_factory=dict)
    tax: dict[str, Decimal] = field(default_factory=dict)
    local: dict[str, Decimal] = field(default_factory=dict)

    @property
    def gross(self):
        return sum(self.base.values(), ZERO) + sum(self.tax.values(), ZERO)

"""The lines of the bill to be: they add up to P_13, P_14 and P_15, to the grosz.

Rows are taken as they are where they make up the sums of the document; small
differences go to the largest row, and where the rows tell another story the sums win:
then there is one line per sum. No records here.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from ..fa3.fa3_row import ZERO
from .fa3_import_gross import GROSS_RATES, take_gross
from .fa3_import_pairs import changes
from .fa3_import_reading import (
    BUCKET_OF,
    CENT,
    PERCENTAGES,
    Sum,
    cents,
    text,
    vat_in,
    vat_of,
)
from .fa3_import_rows import Line, likely_rate, lines_of

#: What P_15 may differ from the sums by: rounding, booked on a line of its own.
ROUNDING = Decimal("0.05")
HALF_CENT = Decimal("0.005")
#: How many names of rows a line that stands for them repeats.
_NAMES = 10


@dataclass
class Plan:
    """What to book, sign of the document.

    :ivar lines: ``Line``; ``net`` is set on each
    :ivar sums: tax to be booked by bucket, as the document has it
    :ivar remarks: (code, values) of what a person should look at
    """

    lines: list = field(default_factory=list)
    sums: dict = field(default_factory=dict)
    remarks: list = field(default_factory=list)

    def remark(self, code, **values):
        self.remarks.append((code, values))

    @property
    def is_empty(self):
        return not any(line.net for line in self.lines)


def plan(reading, row_limit, unit=CENT):
    """Return the plan of a document.

    :param row_limit: with more rows than that there is one line per rate
    :param unit: the smallest amount of the currency, for what is rounding only
    """
    return _Planner(reading, row_limit, unit).run()


def tolerance(rows):
    """Return what a sum may differ from its rows by, rounding by rows."""
    return Decimal("0.05") + Decimal("0.005") * rows


class _Planner:
    def __init__(self, reading, row_limit, unit):
        self.reading = reading
        self.row_limit = row_limit
        self.unit = unit
        self.plan = Plan()

    def run(self):
        rows = lines_of(self.reading, self.reading.fa.FaWiersz)
        self.names = [line.name for line in rows if line.name]
        if self.reading.is_correction:
            rows = changes(rows)
        self.plan.sums = dict(self.reading.sums)
        if not self.plan.sums and not self._is_paid_in_advance():
            self.plan.sums = self._sums_of_rows(rows)
        self.plan.lines = self._lines(rows)
        self._check_taxes()
        self._take_gross_rates()
        self._shorten()
        self._round()
        self._settle_prices()
        return self.plan

    # -- lines -----------------------------------------------------------------
    def _lines(self, rows):
        """Return the rows made to fit the sums, or one line per sum."""
        valued = [line for line in rows if line.net is not None]
        if not valued:
            return self._sum_lines()
        for line in rows:
            if line.net is None:
                line.net = ZERO
        lines = self._fitted(rows)
        if lines is None:
            self.plan.remark("rows_do_not_add_up")
            return self._sum_lines()
        return lines

    def _fitted(self, rows):
        """Return ``rows`` with small differences levelled; ``None``: they don't fit."""
        by_bucket = {name: [] for name in self.plan.sums}
        self._add_sums_of_nothing(rows, by_bucket)
        for line in rows:
            if line.bucket in by_bucket:
                by_bucket[line.bucket].append(line)
            elif line.net:
                return None
        extra = []
        for name, lines in by_bucket.items():
            fit = self._fit(self.plan.sums[name], lines)
            if fit is None:
                return None
            extra += fit
        return rows + extra

    def _is_paid_in_advance(self):
        return self.reading.is_settlement and self.reading.gross == 0

    def _add_sums_of_nothing(self, rows, by_bucket):
        """Add the rates that documents leave out of their sums, as they come to 0.

        Those whose rows cancel each other, and on a settlement those of which the
        advances have left nothing to invoice.
        """
        others = {}
        for line in rows:
            if line.net and line.bucket and line.bucket not in by_bucket:
                others.setdefault(line.bucket, []).append(line)
        for name, lines in others.items():
            if self.reading.is_settlement or not sum(line.net for line in lines):
                rates = tuple(dict.fromkeys(line.rate for line in lines))
                self.plan.sums[name] = Sum(rates, ZERO, ZERO, None)
                by_bucket[name] = []

    def _fit(self, bucket, lines):
        """Level the lines of a bucket.

        :return: lines to add; ``None`` when they can't be levelled
        """
        is_gross = any(line.is_gross for line in lines)
        wanted = bucket.base + (bucket.vat if is_gross else ZERO)
        missing = wanted - sum((line.net for line in lines), ZERO)
        if not missing:
            return []
        if lines and abs(missing) <= tolerance(len(lines)):
            largest = max(lines, key=lambda line: abs(line.net))
            largest.net += missing
            largest.value_only()
            return []
        if self.reading.is_settlement and abs(wanted) < abs(wanted - missing):
            return [self._deduction(bucket, missing)]
        return None

    def _deduction(self, bucket, amount):
        """Return the line that takes off what was invoiced in advance."""
        return Line(net=amount, rate=likely_rate(bucket), label="advance_deducted")

    def _sum_lines(self):
        """Return one line per sum that is not zero."""
        names = ", ".join(dict.fromkeys(self.names[:_NAMES]))
        return [
            Line(
                net=one.base,
                rate=likely_rate(one),
                name=names if len(self.plan.sums) == 1 else "",
                label=self._sum_label(),
                words={"goods": names or self._ordered()},
            )
            for one in self.plan.sums.values()
            if one.base or one.vat
        ]

    def _sum_label(self):
        if self.reading.is_correction:
            return "correction"
        return "advance" if self.reading.is_advance else "sum"

    def _ordered(self):
        order = self.reading.fa.Zamowienie
        names = [text(row.P_7Z) for row in order.ZamowienieWiersz] if order else []
        return ", ".join(dict.fromkeys(filter(None, names[:_NAMES])))

    # -- sums ------------------------------------------------------------------
    def _sums_of_rows(self, rows):
        """Return the sums of a document that gives none (a simplified invoice)."""
        rates = {line.rate for line in rows if line.rate}
        gross = self.reading.gross or ZERO
        if rows and all(line.net is None for line in rows):
            if len(rates) != 1:
                return self._unknown_sum(gross)
            (rate,) = rates
            vat = vat_in(gross, rate)
            return {BUCKET_OF[rate]: Sum((rate,), gross - vat, vat, None)}
        if not rows or any(line.net and not line.rate for line in rows):
            return self._unknown_sum(gross)
        found = {}
        for line in rows:
            if not line.net:
                continue
            old = found.get(line.bucket, Sum((line.rate,), ZERO, ZERO, None))
            tax = ZERO if line.is_gross else line.net * _factor(line.rate)
            rates = tuple(dict.fromkeys((*old.rates, line.rate)))
            found[line.bucket] = Sum(rates, old.base + line.net, old.vat + tax, None)
        return {
            name: Sum(one.rates, one.base, cents(one.vat), None)
            for name, one in found.items()
        }

    def _unknown_sum(self, gross):
        """Book the gross amount as it is: nothing tells its tax."""
        if not gross:
            return {}
        self.plan.remark("no_rate")
        return {"": Sum((None,), gross, ZERO, None)}

    # -- checks ----------------------------------------------------------------
    def _check_taxes(self):
        """Remark taxes that are not what their rates give."""
        for name, one in self.plan.sums.items():
            lines = [line for line in self.plan.lines if line.bucket == name]
            if one.rates[0] not in PERCENTAGES:
                continue
            due = sum((vat_of(line.net, line.rate) for line in lines), ZERO)
            if abs(one.vat - due) > ROUNDING + self.unit * len(lines):
                self.plan.remark("vat_differs", given=one.vat, due=due)

    def _take_gross_rates(self):
        for rate in GROSS_RATES:
            take_gross(self.plan, rate)

    def _round(self):
        """Add what P_15 differs from the sums by; remark what is no rounding."""
        gross = self.reading.gross
        if gross is None:
            self.plan.remark("no_total")
            return
        total = sum((one.base + one.vat for one in self.plan.sums.values()), ZERO)
        missing = gross - total
        if missing and abs(missing) <= ROUNDING:
            self.plan.lines.append(Line(net=missing, rate=None, label="rounding"))
        elif missing:
            self.plan.remark("total_differs", given=gross, sums=total)

    def _settle_prices(self):
        """Drop prices that come to another sum when rounded all together."""
        by_rate = {}
        for line in self.plan.lines:
            if line.price is not None and cents(line.raw) != line.net:
                line.value_only()
            elif line.price is not None:
                by_rate.setdefault(line.rate, []).append(line)
        # Books that round by documents round the base of all rates together.
        for lines in (*by_rate.values(), [*chain(*by_rate.values())]):
            _let_prices_go(lines)

    def _shorten(self):
        """Replace very many rows with one line per rate."""
        if len(self.plan.lines) <= self.row_limit:
            return
        found = {}
        for line in self.plan.lines:
            found.setdefault((line.rate, line.is_gross), []).append(line)
        self.plan.remark("many_rows", count=len(self.plan.lines))
        self.plan.lines = [
            Line(
                net=sum((line.net for line in lines), ZERO),
                rate=rate,
                is_gross=is_gross,
                label="many_rows",
                words={"count": len(lines)},
            )
            for (rate, is_gross), lines in found.items()
        ]


def _let_prices_go(lines):
    """Drop prices, the oddest first, until ``lines`` rounded together are their sum."""
    rest = sum(map(_oddness, lines), ZERO)
    for line in sorted(lines, key=lambda one: -abs(_oddness(one))):
        if abs(rest) < HALF_CENT:
            return
        rest -= _oddness(line)
        line.value_only()


def _oddness(line):
    """Return what of a line's price by quantity its value leaves out."""
    return ZERO if line.price is None else line.raw - line.net


def _factor(rate):
    return PERCENTAGES.get(rate, ZERO) / 100

"""Rules about sums, currency and payment. KSeF adds up nothing: we do."""

from decimal import Decimal

from odoo.tools import LazyTranslate

from ...ksef.fa3 import codes
from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .account_move_fa3_annotations import (
    YES,
    has_annex15,
    must_split_payment,
    split_payment,
)
from .fa3_row import BUCKETS, ZERO
from .fa3_text import money

_lt = LazyTranslate(__name__)

_GROSZ = Decimal("0.01")
_HALF_GROSZ = Decimal("0.005")
#: art. 106e(5)(3): a simplified invoice up to these gross amounts.
SIMPLIFIED_LIMITS = {"PLN": Decimal(450), "EUR": Decimal(100)}


def _unknown_currency(source):
    name = source.move.currency_id.name
    if name not in codes.CURRENCIES:
        yield found(source.move, "currency_id", currency=name)


def _no_exchange_rate(source):
    if source.is_foreign and source.exchange_rate in (None, 0, 1):
        yield found(source.move, "currency_id", currency=source.move.currency_id.name)


def _late_exchange_rate(source):
    """Art. 31a: the rate precedes the tax point, or the invoice when that is first."""
    if not source.is_foreign or not any(row.is_taxed for row in source.rows):
        return
    day = source.move._get_invoice_currency_rate_date()
    issued = source.move.invoice_date
    if issued and day > issued:
        yield found(source.move, "taxable_supply_date", date=day)
    elif issued and source.company.l10n_pl_ksef_rates_as_published:
        published = _table_day(source, day)
        if published and published >= min(day, issued):
            yield found(source.move, "invoice_currency_rate", date=published)


def _table_day(source, day):
    """Return the date of the rate that Odoo takes on ``day``, or ``None``."""
    rates = source.env["res.currency.rate"].search(
        [
            ("currency_id", "=", source.move.currency_id.id),
            ("company_id", "in", (False, source.company.root_id.id)),
            ("name", "<=", day),
        ],
        order="company_id.id, name desc",
        limit=1,
    )
    return rates.name or None


def _rounded_tax(source):
    for line in source.lines.get("rounding", ()):
        if line.tax_repartition_line_id:
            yield found(source.move, "invoice_cash_rounding_id")
            return


def _mixed_discount(source):
    if source.lines.get("epd"):
        yield found(source.move, "invoice_payment_term_id")


def _negative_rate(source):
    if source.is_correction:
        return
    for name, amount in source.totals.base.items():
        if amount < 0:
            rates = sorted(
                row.rate
                for row in source.rows
                if row.rate and BUCKETS[row.rate].base == name
            )
            yield found(source.move, "invoice_line_ids", rate=rates[0], amount=amount)


def _total(source):
    """The parts that FA(3) shows must make up the total of the books."""
    if not all(row.rate for row in source.rows):
        return
    shown = source.totals.gross + sum((row.net for row in source.deposits), ZERO)
    for line in source.lines.get("rounding", ()):
        shown += money(source.sign * line.amount_currency)
    booked = money(-source.sign * source.move.amount_total_in_currency_signed)
    if shown != booked:
        yield found(source.move, "amount_total", shown=shown, booked=booked)


def _gross_rows(source):
    """Gross prices: rows against base and tax, a grosz of rounding for each row."""
    if not source.is_gross or source.kind not in ("VAT", "UPR"):
        return
    for name, rows in _rows_by_base(source).items():
        tax = BUCKETS[rows[0].rate].tax
        total = source.totals.base[name] + source.totals.tax.get(tax, ZERO)
        shown = sum((row.gross for row in rows), ZERO)
        if abs(total - shown) > _GROSZ * len(rows):
            yield found(source.move, "invoice_line_ids", shown=shown, total=total)


def _tax_off_rate(source):
    for name, rows in _rows_by_base(source).items():
        tax, percentages = (
            BUCKETS[rows[0].rate].tax,
            {row.tax.percentage for row in rows},
        )
        if not tax or len(percentages) > 1:
            continue
        rate = percentages.pop()
        expected = money(source.totals.base[name] * rate)
        amount = source.totals.tax[tax]
        step = max(_GROSZ, money(source.move.currency_id.rounding))
        if abs(amount - expected) > step * (len(rows) + 1):
            yield found(
                source.move, "invoice_line_ids", amount=amount, expected=expected
            )


def _local_tax(source):
    """The tax in PLN against the tax by the rate: half a grosz for each tax item.

    Settlements, payments and rows of different dates have rates of their own.
    """
    rate = source.is_foreign and source.exchange_rate
    has_rates = source.has_row_dates or source.prepayments
    if not rate or has_rates or source.kind in ("ROZ", "KOR_ROZ"):
        return
    items = (
        len(source.rows) if source.rounds_per_row else len(source.lines.get("tax", ()))
    )
    slack = _HALF_GROSZ * rate * max(1, items) + _GROSZ
    for bucket in set(BUCKETS.values()):
        told = source.totals.local.get(bucket.local)
        if told is None:
            continue
        expected = money(source.totals.tax[bucket.tax] * rate)
        if abs(told - expected) > slack:
            yield found(
                source.move, "invoice_currency_rate", amount=told, expected=expected
            )


def _rows_by_base(source):
    rows = {}
    for row in source.rows:
        if row.rate:
            rows.setdefault(BUCKETS[row.rate].base, []).append(row)
    return rows


def _simplified(source):
    if source.kind != "UPR":
        return
    limit = SIMPLIFIED_LIMITS.get(source.move.currency_id.name)
    if not limit or source.totals.gross > limit or not source.buyer_identity.nip:
        yield found(source.move, "l10n_pl_ksef_simplified")


def _split_payment_refused(source):
    if must_split_payment(source) and split_payment(source) != YES:
        yield found(source.move, "l10n_pl_ksef_split_payment")


def _split_payment_of_nothing(source):
    if split_payment(source) == YES and not has_annex15(source):
        yield found(source.move, "l10n_pl_ksef_split_payment")


RULES = (
    Rule(
        ERROR,
        "unknown_currency",
        _lt("KSeF does not know the currency %(currency)s."),
        _unknown_currency,
    ),
    Rule(
        ERROR,
        "no_exchange_rate",
        _lt("There is no exchange rate from %(currency)s to PLN for this invoice."),
        _no_exchange_rate,
    ),
    Rule(
        WARNING,
        "late_exchange_rate",
        _lt(
            "The exchange rate is that of %(date)s, after the invoice date. The law"
            " wants the NBP rate of the last working day before the earlier of supply"
            " and invoice."
        ),
        _late_exchange_rate,
    ),
    Rule(
        ERROR,
        "rounded_tax",
        _lt(
            "Cash rounding changes the VAT of this invoice: choose a rounding that"
            " adds a row."
        ),
        _rounded_tax,
    ),
    Rule(
        ERROR,
        "mixed_discount",
        _lt(
            "The early payment discount reduces the tax at once, which a Polish invoice"
            " must not do: choose another way of tax reduction in the payment terms."
        ),
        _mixed_discount,
    ),
    Rule(
        ERROR,
        "negative_rate",
        _lt(
            "Rows at the rate %(rate)s add up to %(amount)s: discounts may not exceed"
            " the sales of their rate."
        ),
        _negative_rate,
    ),
    Rule(
        ERROR,
        "total",
        _lt(
            "The rows and taxes add up to %(shown)s, the invoice in the books to"
            " %(booked)s."
        ),
        _total,
    ),
    Rule(
        ERROR,
        "gross_rows",
        _lt("Gross rows of one rate add up to %(shown)s instead of %(total)s."),
        _gross_rows,
    ),
    Rule(
        WARNING,
        "tax_off_rate",
        _lt("The tax is %(amount)s; by its rate it would be %(expected)s."),
        _tax_off_rate,
    ),
    Rule(
        WARNING,
        "local_tax",
        _lt(
            "The VAT in PLN is %(amount)s in the books; by the exchange rate it would"
            " be %(expected)s."
        ),
        _local_tax,
    ),
    Rule(
        WARNING,
        "split_payment_of_nothing",
        _lt(
            "The invoice is marked for split payment, but none of its goods is of"
            " annex 15."
        ),
        _split_payment_of_nothing,
    ),
    Rule(
        ERROR,
        "simplified",
        _lt(
            "A simplified invoice needs the buyer's NIP and may not exceed 450 PLN or"
            " 100 EUR."
        ),
        _simplified,
    ),
    Rule(
        WARNING,
        "split_payment_refused",
        _lt(
            "Above 15 000 PLN with goods of annex 15 the law wants split payment, but"
            " it is switched off on this invoice."
        ),
        _split_payment_refused,
    ),
)

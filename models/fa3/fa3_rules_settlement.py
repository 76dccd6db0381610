"""Rules about payments before the supply, and charges and deductions."""

from odoo.tools import LazyTranslate

from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .fa3_row import ZERO
from .fa3_text import cut

_lt = LazyTranslate(__name__)

#: how many the schema takes.
MAX_PREPAYMENTS = 31
MAX_CHARGES = 100


def _prepaid(source):
    return sum((one.amount for one in source.prepayments), ZERO)


def _prepayment_of_nothing(source):
    for record in source.move.l10n_pl_ksef_prepayment_ids:
        if source.prepayments and record.amount <= 0:
            yield found(record, "amount")


def _too_many_prepayments(source):
    if len(source.prepayments) > MAX_PREPAYMENTS:
        yield found(source.move, "l10n_pl_ksef_prepayment_ids", limit=MAX_PREPAYMENTS)


def _prepaid_beyond_the_total(source):
    total = source.totals.gross
    if source.kind == "ROZ" and _prepaid(source) > total:
        yield found(
            source.move,
            "l10n_pl_ksef_prepayment_ids",
            paid=_prepaid(source),
            total=total,
        )


def _advance_in_other_parts(source):
    total = source.totals.gross
    if source.kind == "ZAL" and source.prepayments and _prepaid(source) != total:
        yield found(
            source.move,
            "l10n_pl_ksef_prepayment_ids",
            paid=_prepaid(source),
            total=total,
        )


def _prepayment_of_another_month(source):
    if source.kind != "ROZ":
        return
    period, move = source.period, source.move
    day = (period and period[1]) or source.supply_date or move.invoice_date
    for record in move.l10n_pl_ksef_prepayment_ids:
        is_of_month = day and record.date.replace(day=1) == day.replace(day=1)
        if day and (not is_of_month or record.date > day):
            yield found(record, "date", date=record.date)


def _charge_without_reason(source):
    for record in source.move.l10n_pl_ksef_settlement_row_ids:
        if not cut(record.reason, 256):
            yield found(record, "reason", amount=record.amount)


def _charge_of_nothing(source):
    for record in source.move.l10n_pl_ksef_settlement_row_ids:
        if record.amount <= 0:
            yield found(record, "amount")


def _too_many_charges(source):
    by_direction = source.move.l10n_pl_ksef_settlement_row_ids.grouped("direction")
    if any(len(rows) > MAX_CHARGES for rows in by_direction.values()):
        yield found(source.move, "l10n_pl_ksef_settlement_row_ids", limit=MAX_CHARGES)


RULES = (
    Rule(
        ERROR,
        "prepayment_of_nothing",
        _lt("A payment before the supply needs an amount above 0."),
        _prepayment_of_nothing,
    ),
    Rule(
        ERROR,
        "too_many_prepayments",
        _lt("An invoice tells at most %(limit)s payments before the supply."),
        _too_many_prepayments,
    ),
    Rule(
        ERROR,
        "prepaid_beyond_the_total",
        _lt(
            "The payments before the supply add up to %(paid)s, more than the total of"
            " %(total)s."
        ),
        _prepaid_beyond_the_total,
    ),
    Rule(
        ERROR,
        "advance_in_other_parts",
        _lt(
            "The payments typed add up to %(paid)s, but the advance invoice comes to"
            " %(total)s."
        ),
        _advance_in_other_parts,
    ),
    Rule(
        WARNING,
        "prepayment_of_another_month",
        _lt(
            "The payment of %(date)s was not received in the month of the supply before"
            " it: the law wants an advance invoice for it."
        ),
        _prepayment_of_another_month,
    ),
    Rule(
        ERROR,
        "charge_without_reason",
        _lt("The charge or deduction of %(amount)s needs a reason."),
        _charge_without_reason,
    ),
    Rule(
        ERROR,
        "charge_of_nothing",
        _lt(
            "A charge or deduction needs an amount above 0; whether it is deducted is"
            " said beside it."
        ),
        _charge_of_nothing,
    ),
    Rule(
        ERROR,
        "too_many_charges",
        _lt("An invoice has at most %(limit)s charges and as many deductions."),
        _too_many_charges,
    ),
)

"""Rozliczenie: from the total of the invoice to what is to be paid."""

from typing import NamedTuple

from odoo import fields, models

from ...ksef.fa3 import model
from .fa3_row import ZERO
from .fa3_text import cut, money
from .l10n_pl_ksef_settlement_row import DEDUCTION

CASH_ROUNDING = "Zaokrąglenie"
DEPOSIT = "Kaucja"


class Charge(NamedTuple):
    """What is charged (above 0) or deducted (below) beside the total, and why."""

    amount: object
    reason: str | None


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_settlement_row_ids = fields.One2many(
        "l10n_pl_ksef.settlement_row",
        "move_id",
        string="Charges and deductions",
        copy=False,
        help="Interest, arrears, overpayments and the like, which the invoice tells"
        " beside its total. Deposits and cash rounding appear by themselves. This"
        " changes what the buyer is asked to pay, not the booked invoice.",
    )

    def _l10n_pl_ksef_fa3_settlement(self, source):
        """Return Rozliczenie: from P_15 by charges and deductions to what is due."""
        charges = [*_booked_charges(source), *_typed_charges(source)]
        added = [one for one in charges if one.amount > 0]
        deducted = [one for one in charges if one.amount < 0]
        if not (added or deducted):
            return None
        due = source.totals.gross + sum((one.amount for one in charges), ZERO)
        return model.Rozliczenie(
            Obciazenia=tuple(
                model.Obciazenia(Kwota=one.amount, Powod=one.reason) for one in added
            ),
            SumaObciazen=sum((one.amount for one in added), ZERO) or None,
            Odliczenia=tuple(
                model.Odliczenia(Kwota=-one.amount, Powod=one.reason)
                for one in deducted
            ),
            SumaOdliczen=-sum((one.amount for one in deducted), ZERO) or None,
            DoZaplaty=due if due >= 0 else None,
            DoRozliczenia=-due if due < 0 else None,
        )


def _booked_charges(source):
    """Yield deposits and cash rounding, which are part of the journal entry."""
    for row in source.deposits:
        yield Charge(row.net, cut(row.line.name, 256) or DEPOSIT)
    for line in source.lines.get("rounding", ()):
        yield Charge(money(source.sign * line.amount_currency), CASH_ROUNDING)


def _typed_charges(source):
    for row in source.move.l10n_pl_ksef_settlement_row_ids:
        amount = money(row.amount)
        is_deducted = row.direction == DEDUCTION
        yield Charge(-amount if is_deducted else amount, cut(row.reason, 256))

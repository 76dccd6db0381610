"""ZaliczkaCzesciowa: payments before the supply that one invoice documents together.

Art. 106b(1a): who is paid and supplies within one month needs no advance invoice; the
settlement tells the payments. An advance invoice tells those it was received in.
"""

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ...ksef.fa3 import model
from .fa3_row import ZERO
from .fa3_source_advances import Prepayment
from .fa3_text import money, quantity


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_prepayment_ids = fields.One2many(
        "l10n_pl_ksef.prepayment",
        "move_id",
        string="Payments before the supply",
        copy=False,
        help="Payments of the month of the supply for which no advance invoice was"
        " issued (art. 106b(1a)), or those that an advance invoice was received in."
        " They are part of the total of the invoice. Empty on an advance invoice: as"
        " reconciled.",
    )

    def action_l10n_pl_ksef_find_prepayments(self):
        """Take the customer's open payments of the month, in place of what is typed.

        :raises UserError: no draft, or there are none
        """
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("Payments are taken over on a draft."))
        found = self._l10n_pl_ksef_open_payments()
        if not found:
            raise UserError(
                self.env._(
                    "%(partner)s has no open payment in the month of the supply.",
                    partner=self.commercial_partner_id.display_name,
                )
            )
        self.l10n_pl_ksef_prepayment_ids = [
            Command.clear(),
            *(Command.create({"date": day, "amount": sum_}) for day, sum_ in found),
        ]

    def _l10n_pl_ksef_open_payments(self):
        """Return days and sums of what the customer paid before, up to the total."""
        until = (
            self.taxable_supply_date
            or self.delivery_date
            or self.invoice_date
            or fields.Date.context_today(self)
        )
        lines = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                (
                    "partner_id.commercial_partner_id",
                    "=",
                    self.commercial_partner_id.id,
                ),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual", "<", 0),
                ("date", ">=", until.replace(day=1)),
                ("date", "<=", until),
                ("move_id.move_type", "=", "entry"),
            ],
            order="date, id",
        )
        left, found = self.amount_total, []
        for line in lines:
            amount = min(self._l10n_pl_ksef_open_amount(line), left)
            if float_compare(amount, 0, precision_rounding=0.01) > 0:
                found.append((line.date, amount))
                left -= amount
        return found

    def _l10n_pl_ksef_open_amount(self, line):
        """Return what is left of a payment, in the currency of this invoice."""
        if line.currency_id == self.currency_id:
            return -line.amount_residual_currency
        return line.company_currency_id._convert(
            -line.amount_residual, self.currency_id, self.company_id, line.date
        )

    def _l10n_pl_ksef_fa3_typed_prepayments(self):
        return [
            Prepayment(
                day=each.date,
                amount=money(each.amount),
                rate=quantity(each.rate) if each.rate else None,
            )
            for each in self.l10n_pl_ksef_prepayment_ids.sorted("date")
        ]

    def _l10n_pl_ksef_fa3_received_parts(self, source):
        """Return the payments of an advance invoice that was paid in full in parts."""
        payments = self._l10n_pl_ksef_fa3_payments(source)
        paid = sum((payment.amount for payment in payments), ZERO)
        days = {payment.day for payment in payments}
        if len(days) < 2 or paid != money(self.amount_total):
            return []
        return [Prepayment(one.day, one.amount, None) for one in payments]

    def _l10n_pl_ksef_fa3_prepayments(self, source):
        """Return ZaliczkaCzesciowa."""
        return tuple(
            model.ZaliczkaCzesciowa(
                P_6Z=one.day, P_15Z=one.amount, KursWalutyZW=one.rate
            )
            for one in source.prepayments
        )

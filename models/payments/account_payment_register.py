"""The payment dialog: its memo carries KSeF numbers, or split payment's message."""

from odoo import api, fields, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    l10n_pl_ksef_wants_collective = fields.Boolean(
        "Collective identifier is needed",
        compute="_compute_l10n_pl_ksef_wants_collective",
    )

    @api.depends("payment_date", "currency_id")
    def _compute_communication(self):
        # EXTENDS 'account': the law has a first day, split payment a currency.
        return super()._compute_communication()

    @api.depends("payment_date", "group_payment", "line_ids")
    def _compute_l10n_pl_ksef_wants_collective(self):
        for wizard in self:
            moves = wizard.line_ids.move_id
            transfers = moves.grouped("commercial_partner_id").values()
            wizard.l10n_pl_ksef_wants_collective = (
                wizard.group_payment
                and len(moves.company_id) == 1
                and any(
                    bills._l10n_pl_ksef_wants_collective(wizard.payment_date)
                    for bills in transfers
                )
            )

    @api.model
    def _get_communication(self, lines):
        # EXTENDS 'account'
        label = super()._get_communication(lines)
        day = self.payment_date or fields.Date.context_today(self)
        currency = self.currency_id or lines.currency_id[:1]
        amount = self._l10n_pl_ksef_amount_of(lines)
        return lines.move_id._l10n_pl_ksef_title(day, amount, currency) or label

    def _l10n_pl_ksef_amount_of(self, lines):
        """Return what one transfer for these lines pays."""
        is_all = set(lines._origin.ids) == set(self.line_ids._origin.ids)
        if self.can_edit_wizard and is_all:
            return self.amount
        return abs(sum(lines.mapped("amount_residual_currency")))

"""The reason typed when a credit note is made belongs on the structured correction."""

from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _prepare_default_reversal(self, move):
        # EXTENDS 'account'
        values = super()._prepare_default_reversal(move)
        issued = move.is_sale_document() or move.journal_id.is_self_billing
        if move.country_code == "PL" and issued:
            values["l10n_pl_ksef_correction_reason"] = self.reason
        return values

"""Settings: what becomes of received invoices."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_pl_ksef_new_supplier = fields.Selection(
        related="company_id.l10n_pl_ksef_new_supplier", readonly=False, required=True
    )
    l10n_pl_ksef_deposit_account_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_deposit_account_id", readonly=False
    )

    def action_l10n_pl_ksef_extra_taxes(self):
        """Show the taxes that the Polish chart lacks, to choose from."""
        return self.env["l10n_pl_ksef.extra.taxes"]._open(self.company_id)

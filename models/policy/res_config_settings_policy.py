"""Settings: what a company's invoices show."""

from odoo import models


class ResConfigSettings(models.TransientModel):
    _name = "res.config.settings"
    _inherit = ["res.config.settings", "l10n_pl_ksef.invoice_choices"]

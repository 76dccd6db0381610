"""Settings: what FA(3) prints of the company."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_pl_ksef_krs = fields.Char(
        related="company_id.l10n_pl_ksef_krs", readonly=False
    )
    l10n_pl_ksef_regon = fields.Char(
        related="company_id.l10n_pl_ksef_regon", readonly=False
    )
    l10n_pl_ksef_bdo = fields.Char(
        related="company_id.l10n_pl_ksef_bdo", readonly=False
    )
    l10n_pl_ksef_issue_place = fields.Char(
        related="company_id.l10n_pl_ksef_issue_place", readonly=False
    )
    l10n_pl_ksef_taxpayer_status = fields.Selection(
        related="company_id.l10n_pl_ksef_taxpayer_status", readonly=False
    )
    l10n_pl_ksef_footer = fields.Text(
        related="company_id.l10n_pl_ksef_footer", readonly=False
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        related="company_id.l10n_pl_ksef_cash_method", readonly=False
    )
    l10n_pl_ksef_consumer_contact = fields.Boolean(
        related="company_id.l10n_pl_ksef_consumer_contact", readonly=False
    )

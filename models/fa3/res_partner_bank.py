"""Marks of a bank account that FA(3) prints beside its number."""

from odoo import api, fields, models


class ResPartnerBank(models.Model):
    _inherit = "res.partner.bank"

    l10n_pl_ksef_is_shown = fields.Boolean(
        compute="_compute_l10n_pl_ksef_is_shown", export_string_translation=False
    )
    l10n_pl_ksef_own_account_type = fields.Selection(
        [
            ("1", "Receivables bought by the bank"),
            ("2", "Receivables collected by the bank"),
            ("3", "Own accounts of the bank, not settlements"),
        ],
        string="Bank's own account",
        help="Only for accounts of the bank itself (art. 119zzl of the Tax Ordinance).",
    )
    l10n_pl_ksef_factor_id = fields.Many2one(
        "res.partner",
        "Factor",
        help="Named as a third party (role: factor) on invoices paid to this account.",
    )
    l10n_pl_ksef_is_factor = fields.Boolean(
        "Factor's account",
        help="Invoices show it as the account of the factor, who is named as a third"
        " party.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_l10n_pl_ksef_is_shown(self):
        countries = self.env.companies.account_fiscal_country_id
        self.l10n_pl_ksef_is_shown = "PL" in countries.mapped("code")

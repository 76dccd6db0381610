"""What a company's invoices show, and what becomes of received ones: the choices.

They stand on two pages: among Odoo's settings, which only system administrators open,
and on one for those who administer KSeF.
"""

from odoo import fields, models


class InvoiceChoices(models.AbstractModel):
    _name = "l10n_pl_ksef.invoice_choices"
    _description = "What invoices show"

    company_id = fields.Many2one("res.company", required=True)
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
    l10n_pl_ksef_eu_numbers = fields.Boolean(
        related="company_id.l10n_pl_ksef_eu_numbers", readonly=False
    )
    l10n_pl_ksef_pos_receipts = fields.Boolean(
        related="company_id.l10n_pl_ksef_pos_receipts", readonly=False
    )
    l10n_pl_ksef_has_pos = fields.Boolean(
        compute="_compute_l10n_pl_ksef_has_pos", export_string_translation=False
    )
    l10n_pl_ksef_rates_as_published = fields.Boolean(
        related="company_id.l10n_pl_ksef_rates_as_published", readonly=False
    )
    l10n_pl_ksef_keep_empty_rows = fields.Boolean(
        related="company_id.l10n_pl_ksef_keep_empty_rows", readonly=False
    )
    l10n_pl_ksef_correction_style = fields.Selection(
        related="company_id.l10n_pl_ksef_correction_style", readonly=False
    )
    l10n_pl_ksef_show_deliveries = fields.Boolean(
        related="company_id.l10n_pl_ksef_show_deliveries", readonly=False
    )
    l10n_pl_ksef_show_lots = fields.Boolean(
        related="company_id.l10n_pl_ksef_show_lots", readonly=False
    )
    l10n_pl_ksef_attachments_notified = fields.Boolean(
        related="company_id.l10n_pl_ksef_attachments_notified", readonly=False
    )
    l10n_pl_ksef_authorised_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_authorised_id", readonly=False
    )
    l10n_pl_ksef_authorised_role = fields.Selection(
        related="company_id.l10n_pl_ksef_authorised_role", readonly=False
    )
    l10n_pl_ksef_new_supplier = fields.Selection(
        related="company_id.l10n_pl_ksef_new_supplier", readonly=False, required=True
    )
    l10n_pl_ksef_deposit_account_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_deposit_account_id", readonly=False
    )

    def _compute_l10n_pl_ksef_has_pos(self):
        self.l10n_pl_ksef_has_pos = "pos.order" in self.env

    def action_l10n_pl_ksef_extra_taxes(self):
        """Show the taxes that the Polish chart lacks, to choose from."""
        self.ensure_one()
        return self.env["l10n_pl_ksef.extra.taxes"]._open(self.company_id)

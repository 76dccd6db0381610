"""What a company's invoices show, and what becomes of received ones, on one page.

The same choices are among Odoo's settings, which only system administrators open; this
page is for those who administer KSeF. It stores nothing of its own.
"""

from odoo import api, fields, models


class InvoiceDetails(models.TransientModel):
    _name = "l10n_pl_ksef.invoice_details"
    _description = "What invoices show"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
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
    l10n_pl_ksef_authorised_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_authorised_id", readonly=False
    )
    l10n_pl_ksef_authorised_role = fields.Selection(
        related="company_id.l10n_pl_ksef_authorised_role", readonly=False
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
    l10n_pl_ksef_correction_style = fields.Selection(
        related="company_id.l10n_pl_ksef_correction_style", readonly=False
    )
    l10n_pl_ksef_keep_empty_rows = fields.Boolean(
        related="company_id.l10n_pl_ksef_keep_empty_rows", readonly=False
    )
    l10n_pl_ksef_show_deliveries = fields.Boolean(
        related="company_id.l10n_pl_ksef_show_deliveries", readonly=False
    )
    l10n_pl_ksef_show_lots = fields.Boolean(
        related="company_id.l10n_pl_ksef_show_lots", readonly=False
    )
    l10n_pl_ksef_pos_receipts = fields.Boolean(
        related="company_id.l10n_pl_ksef_pos_receipts", readonly=False
    )
    l10n_pl_ksef_attachments_notified = fields.Boolean(
        related="company_id.l10n_pl_ksef_attachments_notified", readonly=False
    )
    l10n_pl_ksef_new_supplier = fields.Selection(
        related="company_id.l10n_pl_ksef_new_supplier", readonly=False
    )
    l10n_pl_ksef_deposit_account_id = fields.Many2one(
        related="company_id.l10n_pl_ksef_deposit_account_id", readonly=False
    )
    l10n_pl_ksef_rates_as_published = fields.Boolean(
        related="company_id.l10n_pl_ksef_rates_as_published", readonly=False
    )
    has_pos = fields.Boolean(compute="_compute_has_pos")

    def _compute_has_pos(self):
        self.has_pos = "pos.order" in self.env

    @api.model_create_multi
    def create(self, vals_list):
        default = self.env.context.get("default_company_id", self.env.company.id)
        vals_list = [{"company_id": default} | vals for vals in vals_list]
        chosen = [vals["company_id"] for vals in vals_list]
        self._check_administrator(self.env["res.company"].browse(chosen))
        # Whoever administers KSeF need not be able to change companies.
        return super(InvoiceDetails, self.sudo()).create(vals_list).sudo(self.env.su)

    def write(self, vals):
        self.check_access("write")
        self._check_administrator(self.company_id)
        if "company_id" in vals:
            self._check_administrator(self.company_id.browse(vals["company_id"]))
        return super(InvoiceDetails, self.sudo()).write(vals)

    def _check_administrator(self, companies):
        for company in companies:
            company._l10n_pl_ksef_check_administrator()

    def action_save(self):
        """Close the page; what was typed is in the company by now."""
        self.ensure_one()
        self._check_administrator(self.company_id)
        return {"type": "ir.actions.act_window_close", "infos": {"done": True}}

    def action_extra_taxes(self):
        """Show the taxes that the Polish chart lacks, to choose from."""
        self.ensure_one()
        return self.env["l10n_pl_ksef.extra.taxes"]._open(self.company_id)

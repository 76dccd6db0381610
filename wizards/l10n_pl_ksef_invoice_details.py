"""What a company's invoices show, and what becomes of received ones, on one page.

The same choices are among Odoo's settings, which only system administrators open; this
page is for those who administer KSeF. It stores nothing of its own.
"""

from odoo import api, fields, models


class InvoiceDetails(models.TransientModel):
    _name = "l10n_pl_ksef.invoice_details"
    _inherit = ["l10n_pl_ksef.invoice_choices"]
    _description = "What invoices show"

    company_id = fields.Many2one(readonly=True)

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

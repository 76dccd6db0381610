"""What to look at before an invoice is booked and paid: told, never in the way."""

from odoo import api, fields, models

from .inbound_states import OPEN
from .suspicions import About, Suspicions


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    account_numbers = fields.Char("Bank accounts", readonly=True)
    warnings = fields.Text(compute="_compute_warnings")

    @api.depends("state", "seller_nip", "invoice_number", "due_date", "account_numbers")
    @api.depends_context("lang")
    def _compute_warnings(self):
        for inbound in self:
            found = inbound._warnings() if inbound.state in OPEN else ()
            inbound.warnings = "\n".join(found) or False

    def _warnings(self):
        """Return the sentences that hold for this invoice."""
        about = About(
            company=self.branch_id or self.company_id,
            nip=self.seller_nip,
            number=self.invoice_number,
            issued=self.issue_date,
            due=self.due_date,
            accounts=tuple((self.account_numbers or "").split()),
            bill=self.env["account.move"],
            row=self,
            offered=self.candidate_ids,
        )
        return Suspicions(self.env, about).sentences()

"""What to look at before an invoice is booked and paid: told, never in the way."""

from datetime import timedelta

from odoo import api, fields, models

from ...ksef.deadlines import today_in_warsaw
from .inbound_states import NOT_OURS, OPEN
from .suspicions import About, Suspicions

#: for how long after its issue an invoice can be reported as abuse.
REPORTED_WITHIN = timedelta(days=60)


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    account_numbers = fields.Char("Bank accounts", readonly=True)
    warnings = fields.Text(compute="_compute_warnings")
    report_until = fields.Date(
        "Can be reported until",
        compute="_compute_report_until",
        help="The taxpayer application of KSeF takes reports of abuse up to 60 days"
        " after the issue.",
    )

    @api.depends("issue_date", "state")
    def _compute_report_until(self):
        today = today_in_warsaw()
        for inbound in self:
            last = inbound.issue_date and inbound.issue_date + REPORTED_WITHIN
            is_open = inbound.state == NOT_OURS and last and last >= today
            inbound.report_until = is_open and last

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

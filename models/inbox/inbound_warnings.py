"""What to look at before an invoice is booked and paid: told, never in the way."""

from odoo import api, fields, models

from .inbound_states import OPEN
from .res_company_inbox import plain_number

#: days that a term may be shorter than the supplier's usual one.
_SHORTER_DAYS = 3


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
        bills = self._bills_of_supplier()
        return [
            *self._warn_of_supplier(bills),
            *self._warn_of_account(bills),
            *self._warn_of_number(bills),
            *self._warn_of_term(bills),
        ]

    def _bills_of_supplier(self):
        """Return the supplier's bills, the newest first."""
        if not self.seller_nip:
            return self.env["account.move"]
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("state", "!=", "cancel"),
                ("partner_id.vat", "in", (self.seller_nip, f"PL{self.seller_nip}")),
            ],
            order="invoice_date desc, id desc",
            limit=100,
        )

    def _warn_of_supplier(self, bills):
        if not bills:
            yield self.env._(
                "This supplier has sent you nothing before. Check that you have ordered"
                " it."
            )

    def _warn_of_account(self, bills):
        """Tell of a bank account that was never paid to."""
        given = (self.account_numbers or "").split()
        partners = bills.commercial_partner_id
        known = partners.bank_ids.mapped("sanitized_acc_number")
        known = {number.removeprefix("PL") for number in known if number}
        new = [number for number in given if number not in known]
        if new and bills:
            yield self.env._(
                "A new bank account: %(account)s. Ask the supplier before you pay to"
                " it.",
                account=", ".join(new),
            )

    def _warn_of_number(self, bills):
        """Tell of another invoice of the supplier with the same number."""
        number = plain_number(self.invoice_number)
        if not number:
            return
        # What may be this very invoice is offered for merging instead.
        others = bills - self.candidate_ids
        same = others.filtered(lambda bill: plain_number(bill.ref) == number)
        other = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("seller_nip", "=", self.seller_nip),
                ("invoice_number", "=", self.invoice_number),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        name = same[:1].display_name or other.ksef_number
        if name:
            yield self.env._(
                "The supplier's number %(number)s is there already: %(name)s.",
                number=self.invoice_number,
                name=name,
            )

    def _warn_of_term(self, bills):
        """Tell of less time to pay than the supplier has usually given."""
        if not (self.due_date and self.issue_date):
            return
        terms = sorted(
            (bill.invoice_date_due - bill.invoice_date).days
            for bill in bills
            if bill.invoice_date_due and bill.invoice_date
        )
        if not terms:
            return
        usual = terms[len(terms) // 2]
        days = (self.due_date - self.issue_date).days
        if days + _SHORTER_DAYS < usual:
            yield self.env._(
                "The term of %(days)s days is shorter than usual (%(usual)s days).",
                days=days,
                usual=usual,
            )

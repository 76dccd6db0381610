"""The same invoice, entered before: found, offered, merged, never booked twice."""

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...ksef.fa3 import farmers
from ...ksef.identifiers import nip_spellings
from ..bills.fa3_import_job import Books, Job
from .inbound_states import CREATED, MERGED
from .res_company_inbox import plain_number

#: days between two dates of one invoice, as people enter them.
_NEAR_DAYS = 3


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    @api.private
    def _numbered_bill(self):
        """Return the bill that has this KSeF number already, Odoo's own included."""
        moves = self.env["account.move"].sudo()
        return moves.search(
            [
                ("company_id", "in", self._family().ids),
                ("state", "!=", "cancel"),
                *moves._l10n_pl_ksef_number_domain([self.ksef_number]),
            ],
            limit=1,
        )

    @api.private
    def _candidates(self):
        """Return bills without a KSeF number that may be this very invoice.

        Same supplier, and the same number, or the same gross amount (within the
        company's tolerance) at about the same date. Where a bill says nothing of the
        supplier's NIP, number and amount must both be the same.
        """
        self.ensure_one()
        moves = self.env["account.move"].sudo()
        if not self.seller_nip or not self.gross_amount:
            return moves
        is_bill = self.gross_amount > 0
        domain = [
            ("company_id", "in", self._family().ids),
            ("move_type", "=", "in_invoice" if is_bill else "in_refund"),
            ("state", "!=", "cancel"),
            ("l10n_pl_ksef_number", "=", False),
            ("l10n_pl_ksef_source_hash", "=", False),
            "|",
            ("partner_id", "=", False),
            ("partner_id.vat", "in", [*nip_spellings(self.seller_nip), False, ""]),
        ]
        found = moves.search(
            Domain(domain) & self._alike_domain(), order="id desc", limit=200
        )
        if "l10n_pl_edi_number" in moves._fields:
            found = found.filtered(lambda move: not move.l10n_pl_edi_number)
        return found.filtered(self._may_be)

    def _alike_domain(self):
        """Return a domain of all that ``_may_be`` may find, and little more."""
        gross = abs(self.gross_amount)
        room = self.company_id.l10n_pl_ksef_merge_tolerance + 0.01
        alike = Domain("amount_total", ">=", gross - room)
        alike &= Domain("amount_total", "<=", gross + room)
        number = plain_number(self.invoice_number)
        if number:
            alike |= Domain("ref", "=ilike", f"%{'%'.join(number)}%")
        return alike

    def _may_be(self, move):
        number = plain_number(move.ref)
        is_number = number and number == plain_number(self.invoice_number)
        is_amount = self._is_amount_of(move)
        if not move.partner_id.vat:
            return is_number and is_amount
        if is_number or not is_amount:
            return is_number
        if not (move.invoice_date and self.issue_date):
            return not number
        is_near = abs((move.invoice_date - self.issue_date).days) <= _NEAR_DAYS
        # Two invoices of one day and amount have two numbers.
        return is_near and (not number or move.invoice_date == self.issue_date)

    def _is_amount_of(self, move):
        tolerance = self.company_id.l10n_pl_ksef_merge_tolerance
        difference = abs(move.amount_total - abs(self.gross_amount))
        is_currency = move.currency_id.name == self.currency_code
        return is_currency and difference <= tolerance + 1e-6

    @api.private
    def _merge(self, move):
        """Give this invoice's number, file and picture to a bill that is there.

        Nothing is booked; differences are noted on the bill.
        """
        self.ensure_one()
        moves = self._moves(move.company_id)
        company = move.company_id.with_env(moves.env)
        xml = self._kept_bytes("xml")
        job = Job(Books(company), farmers.read(xml), xml, self._receipt())
        imported = (
            move.with_env(moves.env).with_company(company)._l10n_pl_ksef_join(job)
        )
        self._set_state(
            MERGED,
            move_id=imported.move.id,
            reason="\n".join(imported.todo) or False,
        )

    def _release_bills(self):
        """Take these invoices off the bills that they were merged with.

        :raises AccessError: no right to change such a bill
        :raises UserError: a bill was made of one, and is still in the books
        """
        for row in self:
            move = row.sudo().move_id.with_env(row.env)
            if not move or move.sudo().state == "cancel":
                continue
            if row.state == CREATED:
                raise UserError(
                    self.env._(
                        "%(bill)s was made of this invoice. Cancel or delete it first.",
                        bill=move.sudo().display_name,
                    )
                )
            move.check_access("write")
            move._l10n_pl_ksef_part((row.account_numbers or "").split())

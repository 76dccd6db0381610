"""What a person may do with received invoices: buttons, also for many at once."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import farmers
from ..common.rights import RECEIVE, check_right
from .inbound_states import CREATED, MERGED, NOT_BOOKED, NOT_OURS, OPEN, SET_ASIDE

#: bills that are made while the person waits; the scheduler makes the others.
AT_ONCE = 20


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    candidate_ids = fields.Many2many(
        "account.move",
        string="Maybe the same",
        compute="_compute_candidate_ids",
        help="Bills that were entered before and may be this very invoice.",
    )
    picture = fields.Html(compute="_compute_picture", sanitize=False)
    is_booking_asked = fields.Boolean(readonly=True, export_string_translation=False)

    @api.depends("state", "seller_nip", "gross_amount", "invoice_number")
    def _compute_candidate_ids(self):
        for inbound in self:
            found = inbound._candidates() if inbound.state in OPEN else ()
            # Of other branches only those that the user is in.
            mine = [move.id for move in found if move.company_id in self.env.companies]
            inbound.candidate_ids = mine

    @api.depends("xml")
    @api.depends_context("lang")
    def _compute_picture(self):
        pictures = self.env["l10n_pl_ksef.picture"]
        for inbound in self:
            xml = inbound._kept_bytes("xml")
            try:
                invoice = farmers.read(xml)
            except Fa3Error:
                inbound.picture = False
                continue
            known = pictures._known(
                inbound.company_id, invoice, xml, *inbound._receipt()
            )
            inbound.picture = pictures._html(invoice, known)

    # ------------------------------------------------------------------
    # counters
    # ------------------------------------------------------------------
    @api.model
    @api.private
    def _count_open(self, companies):
        """Return how many purchases wait, by id of the company."""
        domain = Domain(self._open_domain()) & Domain("company_id", "in", companies.ids)
        groups = self.sudo()._read_group(domain, ["company_id"], ["__count"])
        return {company.id: count for company, count in groups}

    # ------------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------------
    def action_fetch(self):
        """Have KSeF asked for new invoices of the active companies."""
        return self.env.companies._l10n_pl_ksef_fetch_now()

    def action_create_bill(self):
        """Make bills of the chosen rows; many are made by the scheduler."""
        rows = self._chosen(OPEN)
        if len(rows) > AT_ONCE:
            rows._note(is_booking_asked=True, asked_by_id=self.env.uid)
            self._trigger_booking()
            return self._told(
                self.env._(
                    "%(count)s bills are being made. You are told when all are done.",
                    count=len(rows),
                )
            )
        books = {}
        for row in rows:
            row._book(books)
        rows._notify()
        if len(self) == 1 and self.move_id:
            return self.action_open_bill()
        return self._told(rows._outcome(), is_fine=all(row.move_id for row in rows))

    def action_set_aside(self):
        """Ask for the reason why the chosen rows are kept out of the books."""
        self._chosen(OPEN)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keep out of the books"),
            "res_model": "l10n_pl_ksef.inbound.set_aside",
            "view_mode": "form",
            "target": "new",
            "context": {"default_inbound_ids": self.ids},
        }

    def action_merge(self):
        """Ask with which bill this invoice is to be merged."""
        self.ensure_one()
        self._chosen(OPEN)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge with a bill"),
            "res_model": "l10n_pl_ksef.inbound.merge",
            "view_mode": "form",
            "target": "new",
            "context": {"default_inbound_id": self.id},
        }

    def action_reopen(self):
        """Take back that rows were set aside or merged, or that a bill was cancelled.

        :raises UserError: a bill was made of one, and is still in the books
        """
        rows = self._chosen((*SET_ASIDE, CREATED, MERGED))
        rows._release_bills()
        rows._reopen()
        rows._notify()

    def action_open_bill(self):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "res_id": self.move_id.id,
        }

    def action_download_xml(self):
        return self._download("xml")

    @api.private
    def _set_aside(self, state, reason):
        """Keep the chosen rows out of the books, with a reason.

        :param state: ``not_ours`` or ``not_booked``
        """
        if state not in (NOT_OURS, NOT_BOOKED):
            raise UserError(self.env._("Choose why the invoice is not booked."))
        rows = self._chosen(OPEN)
        rows._set_state(state, reason=reason)
        for row in rows.sudo():
            row._message_log(body=reason, author_id=self.env.user.partner_id.id)
        rows._notify()

    @api.private
    def _merge_by_hand(self, move):
        """Merge with a bill that a person has chosen.

        :raises UserError: it is no bill of this company that is in the books
        """
        row = self._chosen(OPEN)
        move.check_access("write")
        is_bill = move.move_type in ("in_invoice", "in_refund")
        is_ours = move.company_id in row._family()
        if not is_bill or not is_ours or move.state == "cancel":
            raise UserError(
                self.env._("Choose a bill of your company that is not cancelled.")
            )
        row._merge(move)
        row._notify()

    # ------------------------------------------------------------------
    # who may, and which
    # ------------------------------------------------------------------
    def _chosen(self, states):
        """Return the rows in these states, when the user may decide about them.

        :raises AccessError: no right to receive or to make bills, or rows of other
            companies
        :raises UserError: none of them
        """
        check_right(self.env, RECEIVE)
        self.env["account.move"].check_access("create")
        self.check_access("read")
        rows = self.filtered(lambda row: row.state in states)
        if not rows:
            raise UserError(
                self.env._("Nothing can be done with the chosen invoices any more.")
            )
        return rows

    def _told(self, message, *, is_fine=True):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info" if is_fine else "warning",
                "message": message,
                "sticky": not is_fine,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

"""The bill that a received invoice is already, and how the two differ."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..models.bills.fa3_import_reading import plain_account


class InboundMerge(models.TransientModel):
    _name = "l10n_pl_ksef.inbound.merge"
    _description = "Merge a received invoice with a bill"

    inbound_id = fields.Many2one("l10n_pl_ksef.inbound", required=True, readonly=True)
    family_ids = fields.Many2many(
        "res.company", compute="_compute_family_ids", export_string_translation=False
    )
    candidate_ids = fields.Many2many(related="inbound_id.candidate_ids")
    move_id = fields.Many2one(
        "account.move",
        "Bill",
        required=True,
        domain="[('company_id', 'in', family_ids), ('state', '!=', 'cancel'),"
        " ('move_type', 'in', ('in_invoice', 'in_refund')),"
        " ('l10n_pl_ksef_number', '=', False)]",
        compute="_compute_move_id",
        store=True,
        readonly=False,
    )
    differences = fields.Text(compute="_compute_differences")

    @api.depends("inbound_id")
    def _compute_family_ids(self):
        for wizard in self:
            wizard.family_ids = wizard.inbound_id._family() & self.env.companies

    @api.depends("inbound_id")
    def _compute_move_id(self):
        for wizard in self:
            wizard.move_id = wizard.inbound_id.candidate_ids[:1]

    @api.depends("inbound_id", "move_id")
    def _compute_differences(self):
        for wizard in self:
            lines = [
                self.env._(
                    "%(what)s: the bill has %(bill)s, KSeF has %(ksef)s",
                    what=what,
                    bill=bill or "-",
                    ksef=ksef or "-",
                )
                for what, bill, ksef in wizard._compared()
                if bill != ksef
            ]
            wizard.differences = wizard.move_id and (
                "\n".join(lines) or self.env._("There are no differences.")
            )

    def _compared(self):
        """Return what is compared: name, of the bill, of KSeF, as texts."""
        move, inbound = self.move_id, self.inbound_id
        issued = self._shown(move.invoice_date), self._shown(inbound.issue_date)
        return (
            (self.env._("Number"), move.ref, inbound.invoice_number),
            (
                self.env._("Supplier's NIP"),
                (move.partner_id.vat or "").removeprefix("PL"),
                inbound.seller_nip,
            ),
            *self._compared_amounts(),
            (self.env._("Issued"), *issued),
            *self._compared_payment(),
        )

    def _compared_amounts(self):
        move, inbound = self.move_id, self.inbound_id
        booked = move.currency_id.format
        given = (inbound.currency_id or move.currency_id).format
        return (
            (
                self.env._("Gross"),
                booked(move.amount_total),
                given(abs(inbound.gross_amount)),
            ),
            (
                self.env._("Net"),
                booked(move.amount_untaxed),
                given(abs(inbound.net_amount)),
            ),
        )

    def _compared_payment(self):
        """Compare only what both have: the rest is filled in or left to a person."""
        move, inbound = self.move_id, self.inbound_id
        due = inbound.due_date and self._shown(move.invoice_date_due)
        mine = plain_account(move.partner_bank_id.sanitized_acc_number)
        given = (inbound.account_numbers or "").split()
        is_other = mine and given and mine not in given
        return (
            (self.env._("Due date"), due, self._shown(inbound.due_date)),
            (
                self.env._("Bank account"),
                mine,
                ", ".join(given) if is_other else mine,
            ),
        )

    def _shown(self, day):
        return day and format_date(self.env, day)

    def action_save(self):
        self.ensure_one()
        if self.move_id.l10n_pl_ksef_number:
            raise UserError(
                self.env._(
                    "This bill has the KSeF number %(number)s already.",
                    number=self.move_id.l10n_pl_ksef_number,
                )
            )
        self.inbound_id._merge_by_hand(self.move_id)
        return self.inbound_id.action_open_bill()

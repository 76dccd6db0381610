"""The bill that a received invoice is already, and how the two differ."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


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
        day = lambda value: value and format_date(self.env, value)  # noqa: E731
        return (
            (self.env._("Number"), move.ref, inbound.invoice_number),
            (
                self.env._("Supplier's NIP"),
                (move.partner_id.vat or "").removeprefix("PL"),
                inbound.seller_nip,
            ),
            (
                self.env._("Gross"),
                move.currency_id.format(move.amount_total),
                (inbound.currency_id or move.currency_id).format(
                    abs(inbound.gross_amount)
                ),
            ),
            (self.env._("Issued"), day(move.invoice_date), day(inbound.issue_date)),
            (
                self.env._("Due date"),
                day(move.invoice_date_due) if inbound.due_date else False,
                day(inbound.due_date),
            ),
        )

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

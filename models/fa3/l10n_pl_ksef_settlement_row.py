"""What is charged or deducted beside the total of one invoice, typed by hand."""

from odoo import fields, models

CHARGE = "charge"
DEDUCTION = "deduction"


class SettlementRow(models.Model):
    _name = "l10n_pl_ksef.settlement_row"
    _inherit = "l10n_pl_ksef.part"
    _description = "Charge or deduction on a KSeF invoice"
    _rec_name = "reason"

    direction = fields.Selection(
        [(CHARGE, "Charge"), (DEDUCTION, "Deduction")], default=CHARGE, required=True
    )
    amount = fields.Monetary(required=True)
    reason = fields.Char(size=256)
    currency_id = fields.Many2one(related="move_id.currency_id")

"""A payment received before the supply that no advance invoice of its own documents."""

from odoo import fields, models


class Prepayment(models.Model):
    _name = "l10n_pl_ksef.prepayment"
    _inherit = "l10n_pl_ksef.part"
    _description = "Payment before the supply, on a KSeF invoice"
    _order = "move_id, date, id"

    date = fields.Date("Received on", required=True)
    amount = fields.Monetary(required=True)
    rate = fields.Float(
        "Exchange rate",
        digits=(16, 6),
        help="PLN for one unit of the currency; empty: Odoo's rate of that day.",
    )
    currency_id = fields.Many2one(related="move_id.currency_id")

"""Contracts, orders and advance invoices that an invoice names, typed by hand."""

from odoo import fields, models

CONTRACT = "contract"
ORDER = "order"
ADVANCE = "advance"


class Reference(models.Model):
    _name = "l10n_pl_ksef.reference"
    _inherit = "l10n_pl_ksef.part"
    _description = "Document that a KSeF invoice names"
    _rec_name = "number"

    kind = fields.Selection(
        [
            (CONTRACT, "Contract"),
            (ORDER, "Order"),
            (ADVANCE, "Advance invoice not in Odoo"),
        ],
        default=CONTRACT,
        required=True,
    )
    number = fields.Char(size=256)
    date = fields.Date()
    ksef_number = fields.Char(
        "KSeF number",
        size=36,
        help="Of an advance invoice; empty: it was issued outside KSeF.",
    )

"""A thing that an accountant types on the KSeF tab of one invoice: what all share."""

from odoo import fields, models


class Part(models.AbstractModel):
    _name = "l10n_pl_ksef.part"
    _description = "Part of a KSeF invoice"
    _order = "move_id, sequence, id"

    sequence = fields.Integer(default=10, export_string_translation=False)
    move_id = fields.Many2one(
        "account.move", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True)

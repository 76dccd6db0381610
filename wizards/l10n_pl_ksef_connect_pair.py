"""The two pairs that a running wizard has been given so far."""

from odoo import fields, models


class ConnectPair(models.TransientModel):
    _name = "l10n_pl_ksef.connect.pair"
    _inherit = ["l10n_pl_ksef.upload"]
    _description = "Pair given to the KSeF wizard"

    wizard_id = fields.Many2one(
        "l10n_pl_ksef.connect", required=True, ondelete="cascade", index=True
    )

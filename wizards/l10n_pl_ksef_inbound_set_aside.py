"""Why received invoices are kept out of the books."""

from odoo import fields, models


class InboundSetAside(models.TransientModel):
    _name = "l10n_pl_ksef.inbound.set_aside"
    _description = "Keep received invoices out of the books"

    inbound_ids = fields.Many2many("l10n_pl_ksef.inbound", required=True, readonly=True)
    state = fields.Selection(
        [
            ("not_ours", "Not ours, or suspicious"),
            ("not_booked", "Ours, but it is not booked"),
        ],
        "The invoice is",
        default="not_ours",
        required=True,
    )
    reason = fields.Text(required=True)

    def action_save(self):
        self.ensure_one()
        self.inbound_ids._set_aside(self.state, self.reason)
        return {"type": "ir.actions.act_window_close"}

"""To whom received invoices are given, whatever the rules say."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class InboundAssign(models.TransientModel):
    _name = "l10n_pl_ksef.inbound.assign"
    _description = "Give received invoices to a branch or person"

    inbound_ids = fields.Many2many("l10n_pl_ksef.inbound", required=True, readonly=True)
    allowed_company_ids = fields.Many2many(
        "res.company",
        compute="_compute_allowed_company_ids",
        export_string_translation=False,
    )
    branch_id = fields.Many2one(
        "res.company",
        "Booked in",
        help="Empty: the company that received them.",
        domain="[('id', 'in', allowed_company_ids)]",
        compute="_compute_present",
        store=True,
        readonly=False,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain=[("share", "=", False)],
        compute="_compute_present",
        store=True,
        readonly=False,
    )

    @api.depends("inbound_ids")
    def _compute_allowed_company_ids(self):
        for wizard in self:
            families = [row._family() for row in wizard.inbound_ids]
            common = families[0] if families else self.env["res.company"]
            for family in families[1:]:
                common &= family
            wizard.allowed_company_ids = common & self.env.user.company_ids

    @api.depends("inbound_ids")
    def _compute_present(self):
        """Begin with what all chosen invoices have."""
        for wizard in self:
            for name in ("branch_id", "user_id"):
                found = wizard.inbound_ids.mapped(name)
                is_common = len(found) == 1 and all(
                    row[name] for row in wizard.inbound_ids
                )
                wizard[name] = found if is_common else False

    def action_save(self):
        self.ensure_one()
        if self.branch_id and self.branch_id not in self.allowed_company_ids:
            raise UserError(
                self.env._(
                    "Choose a branch, or a company with the same NIP, of the company"
                    " that received the invoices."
                )
            )
        self.inbound_ids._assign(self.branch_id, self.user_id)
        return {"type": "ir.actions.act_window_close"}

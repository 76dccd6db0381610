"""A third party of an invoice (Podmiot3): recipient, payer, factor and others."""

from odoo import fields, models

RECIPIENT = "2"
ROLES = [
    ("1", "Factor"),
    (RECIPIENT, "Recipient"),
    ("3", "Original entity (predecessor)"),
    ("4", "Additional buyer"),
    ("5", "Issuer on behalf of the seller"),
    ("6", "Payer"),
    ("7", "Local government unit - issuer"),
    ("8", "Local government unit - recipient"),
    ("9", "VAT group member - issuer"),
    ("10", "VAT group member - recipient"),
    ("11", "Employee"),
    ("other", "Other"),
]


class Party(models.Model):
    _name = "l10n_pl_ksef.party"
    _description = "Third party of a KSeF invoice"
    _order = "move_id, id"

    move_id = fields.Many2one(
        "account.move", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True)
    partner_id = fields.Many2one("res.partner", required=True)
    role = fields.Selection(ROLES, default=RECIPIENT, required=True)
    role_other = fields.Char(
        "Description of the role", size=256, help="Only for the role “Other”."
    )
    share = fields.Float(
        "Share (%)",
        digits=(9, 6),
        help="Share of an additional buyer; none means equal shares.",
    )
    customer_number = fields.Char("Customer number", size=256)

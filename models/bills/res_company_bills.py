"""What becomes of received invoices, where accountants differ: suppliers, deposits."""

from odoo import fields, models

CREATE = "create"
ASK = "ask"


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_new_supplier = fields.Selection(
        [
            (CREATE, "Create the contact from the invoice"),
            (ASK, "Ask me: leave the bill without a supplier"),
        ],
        "Suppliers nobody knows",
        default=CREATE,
        required=True,
        help="What is done when no contact has the tax number of a received invoice.",
    )
    l10n_pl_ksef_deposit_account_id = fields.Many2one(
        "account.account",
        "Account for deposits on bills",
        check_company=True,
        help="Returnable deposits (kaucja) that a received invoice adds to its total"
        " are booked there, without VAT. Empty: they are only told.",
    )

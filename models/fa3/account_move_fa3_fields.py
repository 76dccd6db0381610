"""What the accountant may say of one invoice for FA(3); an ordinary one needs none."""

from odoo import fields, models

YES_NO = [("yes", "Yes"), ("no", "No")]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_period_from = fields.Date("Supply period from", copy=False)
    l10n_pl_ksef_period_to = fields.Date("Supply period to", copy=False)
    l10n_pl_ksef_split_payment = fields.Selection(
        YES_NO,
        string="Split payment",
        help="Empty: as the law says, above 15 000 PLN with goods of annex 15.",
    )
    l10n_pl_ksef_reverse_charge = fields.Selection(
        YES_NO,
        string="Buyer accounts for the tax",
        help="Empty: yes for reverse charge, EU services and services for foreign"
        " companies (field P_18).",
    )
    l10n_pl_ksef_fp = fields.Boolean(
        "Invoice to a receipt (FP)",
        copy=False,
        help="The sale is already recorded on a fiscal cash register.",
    )
    l10n_pl_ksef_simplified = fields.Boolean(
        "Simplified invoice (UPR)",
        copy=False,
        help="Up to 450 PLN or 100 EUR: the buyer's NIP is enough.",
    )
    l10n_pl_ksef_contract_number = fields.Char("Contract number", size=256)
    l10n_pl_ksef_contract_date = fields.Date("Contract date")
    l10n_pl_ksef_party_ids = fields.One2many(
        "l10n_pl_ksef.party", "move_id", string="Third parties", copy=True
    )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    l10n_pl_ksef_supply_date = fields.Date(
        "Supply date of the row",
        copy=False,
        help="Only when the rows of one invoice have different dates of supply.",
    )

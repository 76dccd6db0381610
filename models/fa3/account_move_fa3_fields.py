"""What the accountant may say of one invoice for FA(3); an ordinary one needs none."""

from odoo import fields, models

YES_NO = [("yes", "Yes"), ("no", "No")]
KINDS = [
    ("VAT", "VAT - invoice"),
    ("KOR", "KOR - correction"),
    ("ZAL", "ZAL - advance invoice"),
    ("ROZ", "ROZ - settlement of advances"),
    ("UPR", "UPR - simplified invoice"),
    ("KOR_ZAL", "KOR_ZAL - correction of an advance invoice"),
    ("KOR_ROZ", "KOR_ROZ - correction of a settlement"),
]
PAYMENT_FORMS = [
    ("1", "Cash"),
    ("2", "Card"),
    ("3", "Voucher"),
    ("4", "Cheque"),
    ("5", "Credit"),
    ("6", "Transfer"),
    ("7", "Mobile"),
    ("other", "Other"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_kind = fields.Selection(
        KINDS,
        string="Kind of invoice",
        copy=False,
        help="Empty: told by the document itself (credit notes are corrections, rows"
        " that charge or deduct an advance make advance invoices and settlements).",
    )
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
        help="The sale is already recorded on a fiscal cash register. Invoices of Point"
        " of Sale and corrections of marked invoices are marked by themselves.",
    )
    l10n_pl_ksef_simplified = fields.Boolean(
        "Simplified invoice (UPR)",
        copy=False,
        help="Up to 450 PLN or 100 EUR: the buyer's NIP is enough.",
    )
    l10n_pl_ksef_excise_refund = fields.Boolean(
        "Excise refund for farmers",
        help="The invoice is for diesel of which a farmer claims the excise back.",
    )
    l10n_pl_ksef_payment_form = fields.Selection(
        PAYMENT_FORMS,
        string="Form of payment",
        help="Empty: by the payment method of the invoice or the payments made.",
    )
    l10n_pl_ksef_payment_words = fields.Char("Form of payment in words", size=256)
    l10n_pl_ksef_party_ids = fields.One2many(
        "l10n_pl_ksef.party", "move_id", string="Third parties", copy=True
    )
    l10n_pl_ksef_entry_ids = fields.One2many(
        "l10n_pl_ksef.entry",
        "move_id",
        string="Further remarks",
        copy=True,
        help="Key and value, printed as a further description (DodatkowyOpis).",
    )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    l10n_pl_ksef_supply_date = fields.Date(
        "Supply date of the row",
        copy=False,
        help="Only when the rows of one invoice have different dates of supply.",
    )
    l10n_pl_ksef_annex15 = fields.Boolean(
        "Annex 15",
        help="Goods or services of annex 15 (split payment); also told by the product.",
    )
    l10n_pl_ksef_excise = fields.Monetary(
        "Excise in the price", help="Excise duty that the price of this row includes."
    )
    l10n_pl_ksef_is_advance = fields.Boolean(
        "Deducts an advance",
        help="The row deducts an advance invoice; made without a sales order.",
    )

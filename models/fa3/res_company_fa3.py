"""What FA(3) prints of the seller, beside name and address."""

from odoo import fields, models

CORRECTION_STYLES = [
    ("pairs", "Before and after"),
    ("differences", "Differences"),
]
AUTHORISED_ROLES = [
    ("1", "Enforcement body"),
    ("2", "Court bailiff"),
    ("3", "Tax representative"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_krs = fields.Char("KRS", size=10)
    l10n_pl_ksef_regon = fields.Char("REGON", size=14)
    l10n_pl_ksef_bdo = fields.Char("BDO", size=9)
    l10n_pl_ksef_issue_place = fields.Char(
        "Place of issue",
        size=256,
        help="Printed on structured invoices; empty: no place is given.",
    )
    l10n_pl_ksef_taxpayer_status = fields.Selection(
        [
            ("1", "In liquidation"),
            ("2", "In restructuring"),
            ("3", "In bankruptcy"),
            ("4", "Enterprise in succession"),
        ],
        string="State of the taxpayer",
    )
    l10n_pl_ksef_footer = fields.Text(
        "KSeF footer",
        help="Printed at the foot of every structured invoice: share capital,"
        " registration court.",
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        "Cash accounting (metoda kasowa)",
        help="VAT is due when the customer pays: invoices carry “metoda kasowa”.",
    )
    l10n_pl_ksef_keep_empty_rows = fields.Boolean(
        "Keep rows of nothing",
        help="Rows with the quantity 0 and no value also appear on structured"
        " invoices.",
    )
    l10n_pl_ksef_correction_style = fields.Selection(
        CORRECTION_STYLES,
        string="Rows of corrections",
        default="pairs",
        required=True,
        help="Rows before and after are what other programs read best.",
    )
    l10n_pl_ksef_show_deliveries = fields.Boolean(
        "Delivery notes (WZ)",
        default=True,
        help="Structured invoices name the delivery orders of Inventory.",
    )
    l10n_pl_ksef_show_lots = fields.Boolean(
        "Lot numbers",
        help="Structured invoices name the lots and serial numbers delivered.",
    )
    l10n_pl_ksef_attachments_notified = fields.Boolean(
        "Attachments notified in e-Urząd Skarbowy",
        help="KSeF takes invoices with an attachment only after that.",
    )
    l10n_pl_ksef_authorised_id = fields.Many2one(
        "res.partner",
        "Authorised party",
        help="Tax representative, bailiff or enforcement body of this company, named"
        " on its structured invoices.",
    )
    l10n_pl_ksef_authorised_role = fields.Selection(
        AUTHORISED_ROLES, string="Role of the authorised party", default="3"
    )
    l10n_pl_ksef_eu_numbers = fields.Boolean(
        "EU numbers on every invoice",
        default=True,
        help="Buyers of other EU countries appear with their EU VAT number also where"
        " Polish VAT is charged; else with it as another tax number there.",
    )
    l10n_pl_ksef_pos_receipts = fields.Boolean(
        "Point of Sale prints fiscal receipts",
        default=True,
        help="Invoices of orders of Point of Sale are marked FP: a fiscal cash register"
        " has recorded the sale.",
    )
    l10n_pl_ksef_rates_as_published = fields.Boolean(
        "Exchange rates carry the day of the NBP table",
        help="Off: a rate in Odoo is the one to be used on its day, that of the last"
        " NBP table before. On: it carries the day of its table, so a rate of the day"
        " of the invoice or supply itself is warned of.",
    )
    l10n_pl_ksef_consumer_contact = fields.Boolean(
        "E-mail and phone of private buyers",
        help="Structured invoices also carry the contact data of consumers.",
    )

"""What FA(3) prints of the seller, beside name and address."""

from odoo import fields, models


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
    l10n_pl_ksef_consumer_contact = fields.Boolean(
        "E-mail and phone of private buyers",
        help="Structured invoices also carry the contact data of consumers.",
    )

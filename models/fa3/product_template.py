"""What FA(3) may say of a product beside its name: classifications and marks."""

from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    l10n_pl_ksef_annex15 = fields.Boolean(
        "Split payment goods (annex 15)",
        help="Goods or services of annex 15 to the VAT Act: rows get the mark, and"
        " invoices above 15 000 PLN must be paid by split payment.",
    )
    l10n_pl_ksef_pkwiu = fields.Char("PKWiU", size=50)
    l10n_pl_ksef_cn = fields.Char("CN", size=50, help="Combined Nomenclature code.")
    l10n_pl_ksef_pkob = fields.Char("PKOB", size=50)
    l10n_pl_ksef_new_transport = fields.Selection(
        [("land", "Land vehicle"), ("water", "Vessel"), ("air", "Aircraft")],
        string="New means of transport",
        help="Sold to another EU country, its data must stand on the invoice (VAT Act,"
        " art. 2(10)).",
    )
    l10n_pl_ksef_is_deposit = fields.Boolean(
        "Deposit (kaucja)",
        help="A returnable deposit without VAT: added to the amount to pay, not to the"
        " invoice's total.",
    )

"""Marks of a buyer or third party that FA(3) asks for."""

from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_jst = fields.Boolean(
        "Local government unit (JST)",
        help="The buyer is a subordinate unit of local government: the invoice must"
        " also name that unit as a third party.",
    )
    l10n_pl_ksef_gv = fields.Boolean(
        "VAT group member (GV)",
        help="The buyer belongs to a VAT group: the invoice must also name the member"
        " as a third party.",
    )
    l10n_pl_ksef_internal_id = fields.Char(
        "Internal identifier (IDWew)",
        size=20,
        help="NIP, hyphen and five digits: how KSeF tells apart units of one taxpayer.",
    )
    l10n_pl_ksef_eori = fields.Char("EORI", size=256)
    l10n_pl_ksef_no_tax_id = fields.Boolean(
        "No tax number",
        help="The buyer buys without a tax number (BrakID), although it is a company.",
    )

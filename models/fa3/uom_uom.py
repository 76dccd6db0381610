"""Polish names of units: Odoo's own translations say "Jednostki" for pieces."""

from odoo import api, fields, models

#: external id -> what a Polish invoice prints.
NAMES = {
    "uom.product_uom_unit": "szt.",
    "uom.product_uom_dozen": "tuzin",
    "uom.product_uom_hour": "godz.",
    "uom.product_uom_day": "dzień",
    "uom.product_uom_minute": "min",
    "uom.product_uom_millimeter": "mm",
    "uom.product_uom_cm": "cm",
    "uom.product_uom_meter": "m",
    "uom.product_uom_km": "km",
    "uom.product_uom_square_meter": "m2",
    "uom.product_uom_milliliter": "ml",
    "uom.product_uom_litre": "l",
    "uom.product_uom_cubic_meter": "m3",
    "uom.product_uom_gram": "g",
    "uom.product_uom_kgm": "kg",
    "uom.product_uom_ton": "t",
    "uom.product_uom_kwh": "kWh",
}


class UomUom(models.Model):
    _inherit = "uom.uom"

    l10n_pl_ksef_is_shown = fields.Boolean(
        compute="_compute_l10n_pl_ksef_is_shown", export_string_translation=False
    )
    l10n_pl_ksef_name = fields.Char(
        "KSeF unit",
        size=256,
        compute="_compute_l10n_pl_ksef_name",
        store=True,
        readonly=False,
        copy=False,
        help="Name of the unit in structured invoices, for example “szt.”;"
        " empty: its Polish name.",
    )

    # No dependency: a proposal at installation, the user's own from then on.
    @api.depends()
    def _compute_l10n_pl_ksef_name(self):
        xmlids = self.get_external_id()
        for unit in self:
            unit.l10n_pl_ksef_name = NAMES.get(xmlids.get(unit.id), False)

    @api.depends_context("allowed_company_ids")
    def _compute_l10n_pl_ksef_is_shown(self):
        countries = self.env.companies.account_fiscal_country_id
        self.l10n_pl_ksef_is_shown = "PL" in countries.mapped("code")

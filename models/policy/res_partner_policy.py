"""Partners whose invoices stay out of KSeF."""

from odoo import api, fields, models

from ..common.rights import SEND, check_changes, check_new
from .sending_policy import FOREIGN_COMPANY, PERSON, POLISH_COMPANY


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_never = fields.Boolean(
        "Never to KSeF",
        copy=False,
        help="Invoices for this buyer are not sent to KSeF, for instance a consumer who"
        " does not want it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        check_new(self.env, vals_list, ["l10n_pl_ksef_never"], SEND)
        return super().create(vals_list)

    def write(self, vals):
        check_changes(self, vals, ["l10n_pl_ksef_never"], SEND)
        return super().write(vals)

    def _l10n_pl_ksef_buyer_kind(self):
        """Return which kind of buyer this partner is for the policy of sending."""
        self.ensure_one()
        buyer = self.commercial_partner_id
        if not buyer.is_company and not (buyer.vat or "").strip(" /"):
            return PERSON
        is_polish = buyer.country_id.code in (False, "PL")
        return POLISH_COMPANY if is_polish else FOREIGN_COMPANY

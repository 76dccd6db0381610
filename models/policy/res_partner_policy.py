"""Partners whose invoices stay out of KSeF."""

from odoo import api, fields, models

from ..common.rights import SEND, check_changes, check_new
from .sending_policy import FOREIGN_COMPANY, PERSON, POLISH_COMPANY

#: what a buyer gets before the number, where his data do not tell.
AGREED, THROUGH_KSEF = "agreed", "ksef"


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_never = fields.Boolean(
        "Never to KSeF",
        copy=False,
        help="Invoices for this buyer are not sent to KSeF, for instance a consumer who"
        " does not want it.",
    )

    l10n_pl_ksef_hand_over = fields.Selection(
        [
            (AGREED, "The invoice itself, in an agreed way"),
            (THROUGH_KSEF, "Through KSeF only"),
        ],
        "Before the KSeF number",
        copy=False,
        help="What this buyer gets of an invoice that was issued offline. Empty: as his"
        " data say. In an agreed way: his establishment in Poland takes no part in the"
        " purchase, or he uses the EU scheme for small enterprises (art. 106gb (4) of"
        " the VAT Act). Through KSeF only: his establishment in Poland buys.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        check_new(self.env, vals_list, ["l10n_pl_ksef_never"], SEND)
        return super().create(vals_list)

    def write(self, vals):
        check_changes(self, vals, ["l10n_pl_ksef_never"], SEND)
        return super().write(vals)

    def _l10n_pl_ksef_has_polish_nip(self):
        """Tell whether KSeF knows this partner by its number."""
        self.ensure_one()
        number = (self.vat or "").upper().replace(" ", "").replace("-", "")
        is_here = self.country_id.code in (False, "PL") or number.startswith("PL")
        return is_here and number.removeprefix("PL").isdigit()

    def _l10n_pl_ksef_buyer_kind(self):
        """Return which kind of buyer this partner is for the policy of sending."""
        self.ensure_one()
        buyer = self.commercial_partner_id
        if not buyer.is_company and not (buyer.vat or "").strip(" /"):
            return PERSON
        is_polish = buyer.country_id.code in (False, "PL")
        return POLISH_COMPANY if is_polish else FOREIGN_COMPANY

"""Whether payments carry KSeF numbers: from the day of the law, always, never."""

from odoo import api, fields, models

from .transfer_titles import FIRST_DAY

BY_LAW = "law"
ALWAYS = "always"
NEVER = "never"

PAYMENT_NUMBERS = [
    (BY_LAW, "From 1 January 2027, when the law asks for them"),
    (ALWAYS, "Always"),
    (NEVER, "Never: payments stay as Odoo makes them"),
]


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_payment_numbers = fields.Selection(
        PAYMENT_NUMBERS,
        "KSeF numbers in payments",
        default=BY_LAW,
        required=True,
        help="The KSeF number, or a collective identifier, in the title of a payment to"
        " a supplier and in the message of a split payment.",
    )

    @api.private
    def _l10n_pl_ksef_set_policy(self, values):
        result = super()._l10n_pl_ksef_set_policy(values)
        name = "l10n_pl_ksef_payment_numbers"
        if name in values:
            self.sudo()[name] = values[name]
        return result

    def _l10n_pl_ksef_pays_with_numbers(self, day):
        """Tell whether a payment of that day carries KSeF numbers."""
        self.ensure_one()
        if self.account_fiscal_country_id.code != "PL":
            return False
        chosen = self.l10n_pl_ksef_payment_numbers
        return chosen == ALWAYS or (chosen == BY_LAW and day >= FIRST_DAY)

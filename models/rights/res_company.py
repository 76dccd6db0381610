"""Companies: how they are connected and how their invoices travel is not for all."""

from odoo import api, models

from ..common.rights import ADMIN, check_changes, check_new

#: what FA(3) prints of the company: as its address, for whoever may change that.
PRINTED = {
    "l10n_pl_ksef_krs",
    "l10n_pl_ksef_regon",
    "l10n_pl_ksef_bdo",
    "l10n_pl_ksef_issue_place",
    "l10n_pl_ksef_taxpayer_status",
    "l10n_pl_ksef_footer",
    "l10n_pl_ksef_cash_method",
    "l10n_pl_ksef_consumer_contact",
}


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        check_new(self.env, vals_list, self._l10n_pl_ksef_guarded(), ADMIN)
        return super().create(vals_list)

    def write(self, vals):
        check_changes(self, vals, self._l10n_pl_ksef_guarded(), ADMIN)
        return super().write(vals)

    @api.model
    def _l10n_pl_ksef_guarded(self):
        """Return the fields that only administrators of KSeF set."""
        return [
            name
            for name, field in self._fields.items()
            if name.startswith("l10n_pl_ksef_") and field.store and name not in PRINTED
        ]

"""Journals whose invoices stay out of KSeF."""

from odoo import api, fields, models

from ..common.rights import ADMIN, check_changes, check_new


class AccountJournal(models.Model):
    _inherit = "account.journal"

    l10n_pl_ksef_never = fields.Boolean(
        "Never to KSeF",
        help="Invoices of this journal are not sent to KSeF, for instance those of a"
        " foreign establishment.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        check_new(self.env, vals_list, ["l10n_pl_ksef_never"], ADMIN)
        return super().create(vals_list)

    def write(self, vals):
        check_changes(self, vals, ["l10n_pl_ksef_never"], ADMIN)
        return super().write(vals)

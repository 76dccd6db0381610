"""Journals whose invoices stay out of KSeF."""

from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    l10n_pl_ksef_never = fields.Boolean(
        "Never to KSeF",
        help="Invoices of this journal are not sent to KSeF, for instance those of a"
        " foreign establishment.",
    )

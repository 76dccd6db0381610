"""Rights of our own are new: who worked with invoices goes on as before."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.users"]._l10n_pl_ksef_give_rights()

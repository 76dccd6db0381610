"""Whom a company asks about bank accounts, and for which invoices."""

from odoo import api, fields, models

from ...ksef.white_list import OFFICIAL_URL, WhiteListApi
from ...ksef.white_list_file import FlatFile

URL_PARAMETER = "l10n_pl_ksef.white_list_url"
FILE_PARAMETER = "l10n_pl_ksef.white_list_file"
OFF, API, FILE = "off", "api", "file"


class Gateway(models.AbstractModel):
    _inherit = "l10n_pl_ksef.gateway"

    @api.private
    def _white_list_sources(self):
        """Return what gives a ``ksef.white_list.Source``, by code of the setting.

        Another add-on adds a source here, and its code to the company's setting.
        """
        get = self.env["ir.config_parameter"].sudo().get_param
        return {
            API: lambda: WhiteListApi(get(URL_PARAMETER) or OFFICIAL_URL),
            FILE: lambda: FlatFile(get(FILE_PARAMETER) or ""),
        }


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_white_list = fields.Selection(
        [
            (OFF, "Is not asked"),
            (API, "By the public API"),
            (FILE, "In the flat file of the day"),
        ],
        "White list of VAT taxpayers",
        default=OFF,
        required=True,
        help="Whether the bank accounts of received invoices are the suppliers'. The"
        " answers come in the background and hold nothing back.",
    )


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    @api.private
    def _ask_white_list(self):
        """Have the accounts of this invoice checked, where the company wants it."""
        accounts = (self.account_numbers or "").split()
        pairs = [(self.seller_nip or "", account) for account in accounts]
        company = self.branch_id or self.company_id
        self.env["l10n_pl_ksef.white_list.check"]._ask(company, pairs)

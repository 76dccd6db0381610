"""How purchase invoices arrive: the choices, on the same page as those of sending."""

from odoo import api, fields, models


class Policy(models.TransientModel):
    _inherit = "l10n_pl_ksef.policy"

    l10n_pl_ksef_fetching = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_fetching"),
        "Fetching from KSeF",
        required=True,
    )
    l10n_pl_ksef_fetch_minutes = fields.Integer("Minutes between two fetchings")
    l10n_pl_ksef_fetch_since = fields.Date(
        "Fetch invoices since",
        help="Empty: the last three months before the first fetching.",
    )
    l10n_pl_ksef_fetch_third = fields.Boolean("Also where we are a third party")
    l10n_pl_ksef_fetch_authorized = fields.Boolean(
        "Also where we are an authorised entity"
    )
    l10n_pl_ksef_fetch_own = fields.Boolean("Also our own sales issued elsewhere")
    l10n_pl_ksef_booking = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_booking"),
        "Bills are made",
        required=True,
    )
    l10n_pl_ksef_bill_date = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_bill_date"),
        "Accounting date of bills",
        required=True,
    )
    l10n_pl_ksef_white_list = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_white_list"),
        "White list of VAT taxpayers",
        required=True,
    )
    l10n_pl_ksef_payment_numbers = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_payment_numbers"),
        "KSeF numbers in payments",
        required=True,
    )
    l10n_pl_ksef_merge_tolerance = fields.Float("Tolerance of the gross amount")
    l10n_pl_ksef_inbox_user_id = fields.Many2one(
        "res.users", "Responsible for the inbox", domain=[("share", "=", False)]
    )
    l10n_pl_ksef_notice = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_notice"),
        "Who is responsible gets",
        required=True,
    )

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        user = values.get("l10n_pl_ksef_inbox_user_id")
        if user and not isinstance(user, int):
            values["l10n_pl_ksef_inbox_user_id"] = user.id
        return values

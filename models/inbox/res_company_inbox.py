"""What a company fetches from KSeF, since when, and what becomes of it."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ..bills.l10n_pl_ksef_inbound_rule import AUTOMATIC, REVIEW
from ..common.rights import RECEIVE, check_right
from .inbound_states import AUTHORIZED, BUYER, SELLER, THIRD

OFF = "off"
MANUAL = "manual"
BY_NUMBER = "number"
BY_SUPPLY = "supply"

FETCHING = [
    (AUTOMATIC, "By itself"),
    (MANUAL, "When I press the button"),
    (OFF, "Off: nothing is fetched"),
]
BILL_DATES = [
    (BY_NUMBER, "Day of the KSeF number, when VAT may be deducted"),
    (BY_SUPPLY, "Day of supply, as for other bills"),
]
BOOKING = [
    (REVIEW, "After review in the inbox"),
    (AUTOMATIC, "By itself, as a draft"),
]

#: KSeF allows twenty requests of a kind an hour.
MIN_MINUTES = 15

INBOX_FIELDS = (
    "l10n_pl_ksef_fetching",
    "l10n_pl_ksef_fetch_minutes",
    "l10n_pl_ksef_fetch_since",
    "l10n_pl_ksef_fetch_third",
    "l10n_pl_ksef_fetch_authorized",
    "l10n_pl_ksef_fetch_own",
    "l10n_pl_ksef_booking",
    "l10n_pl_ksef_bill_date",
    "l10n_pl_ksef_merge_tolerance",
    "l10n_pl_ksef_white_list",
    "l10n_pl_ksef_inbox_user_id",
    "l10n_pl_ksef_notice",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_fetching = fields.Selection(
        FETCHING, "Fetching from KSeF", default=AUTOMATIC, required=True
    )
    l10n_pl_ksef_fetch_minutes = fields.Integer(
        "Minutes between two fetchings", default=MIN_MINUTES
    )
    l10n_pl_ksef_fetch_since = fields.Date(
        "Fetch invoices since",
        help="Invoices that KSeF has stored since that day. Empty: the last three"
        " months before the first fetching.",
    )
    l10n_pl_ksef_fetch_third = fields.Boolean(
        "Also where we are a third party",
        help="Invoices that name the company as recipient, additional buyer, factor or"
        " payer (Podmiot3). They are fetched at night.",
    )
    l10n_pl_ksef_fetch_authorized = fields.Boolean(
        "Also where we are an authorised entity",
        help="Invoices that name the company as PodmiotUpowazniony. They are fetched at"
        " night.",
    )
    l10n_pl_ksef_fetch_own = fields.Boolean(
        "Also our own sales issued elsewhere",
        help="Sales of the company that were sent to KSeF by another program. They are"
        " fetched at night.",
    )
    l10n_pl_ksef_booking = fields.Selection(
        BOOKING, "Bills are made", default=REVIEW, required=True
    )
    l10n_pl_ksef_bill_date = fields.Selection(
        BILL_DATES,
        "Accounting date of bills",
        default=BY_NUMBER,
        required=True,
        help="Odoo reports VAT by the accounting date. An invoice counts as received on"
        " the day of its KSeF number: before that its VAT is not deducted (art. 86(10b)"
        " of the VAT Act). On each draft the date can be changed.",
    )
    l10n_pl_ksef_merge_tolerance = fields.Float(
        "Tolerance of the gross amount",
        default=1.0,
        help="A bill of the same supplier that differs by no more than that is taken"
        " for the same invoice and offered for merging.",
    )
    l10n_pl_ksef_inbox_user_id = fields.Many2one(
        "res.users",
        "Responsible for the inbox",
        help="Has the activities of bills and of invoices with problems.",
    )
    l10n_pl_ksef_complete_until = fields.Datetime(
        "Purchases complete until",
        compute="_compute_l10n_pl_ksef_complete_until",
        compute_sudo=True,
        help="Every purchase invoice that KSeF stored before is in the inbox.",
    )

    l10n_pl_ksef_fetch_resumes_at = fields.Datetime(
        "Fetching goes on at",
        compute="_compute_l10n_pl_ksef_fetch_resumes_at",
        compute_sudo=True,
        help="KSeF takes so many requests an hour and no more; the rest waits.",
    )

    @api.constrains("l10n_pl_ksef_fetch_minutes", "l10n_pl_ksef_merge_tolerance")
    def _check_l10n_pl_ksef_fetching(self):
        for company in self:
            if not MIN_MINUTES <= company.l10n_pl_ksef_fetch_minutes <= 24 * 60:
                raise ValidationError(
                    self.env._("KSeF may be asked every 15 to 1440 minutes.")
                )
            if company.l10n_pl_ksef_merge_tolerance < 0:
                raise ValidationError(self.env._("The tolerance cannot be negative."))

    def _compute_l10n_pl_ksef_complete_until(self):
        for company in self:
            place = self.env["l10n_pl_ksef.fetch"].search(
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", company.l10n_pl_ksef_environment),
                    ("role", "=", BUYER),
                ]
            )
            company.l10n_pl_ksef_complete_until = place.complete_until

    def _compute_l10n_pl_ksef_fetch_resumes_at(self):
        for company in self:
            waiting = self.env["l10n_pl_ksef.fetch"].search(
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", company.l10n_pl_ksef_environment),
                    ("is_limited", "=", True),
                    ("not_before", ">", fields.Datetime.now()),
                ],
                order="not_before",
                limit=1,
            )
            company.l10n_pl_ksef_fetch_resumes_at = waiting.not_before

    @api.private
    def _l10n_pl_ksef_set_policy(self, values):
        # Choices of sending and of fetching are made on one page.
        result = super()._l10n_pl_ksef_set_policy(values)
        mine = {name: _plain(values[name]) for name in INBOX_FIELDS if name in values}
        earlier = "l10n_pl_ksef_fetch_since" in mine and self._l10n_pl_ksef_is_earlier(
            mine["l10n_pl_ksef_fetch_since"]
        )
        self.sudo().write(mine)
        if earlier:
            places = self.env["l10n_pl_ksef.fetch"].sudo()._places(self)
            places._note(checkpoint=False)
            places._forget_order()
            places._plan_first()
        return result

    def _l10n_pl_ksef_is_earlier(self, since):
        """Tell whether older invoices are wanted now than before."""
        before = self.l10n_pl_ksef_fetch_since
        return bool(since) and (not before or since < before)

    def _l10n_pl_ksef_fetches(self):
        """Tell whether invoices may be fetched for this company."""
        self.ensure_one()
        return self._l10n_pl_ksef_is_active() and self.l10n_pl_ksef_fetching != OFF

    def _l10n_pl_ksef_fetched_roles(self):
        """Return the roles whose invoices are fetched, the buyer's first."""
        self.ensure_one()
        wanted = (
            (BUYER, True),
            (THIRD, self.l10n_pl_ksef_fetch_third),
            (AUTHORIZED, self.l10n_pl_ksef_fetch_authorized),
            (SELLER, self.l10n_pl_ksef_fetch_own),
        )
        return tuple(role for role, is_wanted in wanted if is_wanted)

    def _l10n_pl_ksef_fetch_now(self):
        """Have KSeF asked by the scheduler as soon as possible.

        :raises AccessError: no right to receive
        :raises UserError: none of the companies is connected
        """
        check_right(self.env, RECEIVE)
        companies = self.filtered(lambda company: company._l10n_pl_ksef_fetches())
        if not companies:
            raise UserError(
                self.env._(
                    "Connect the company with KSeF first, or switch fetching on: see"
                    " Settings, KSeF."
                )
            )
        fetch = self.env["l10n_pl_ksef.fetch"].sudo()
        for company in companies:
            fetch._places(company)._note(requested_at=fields.Datetime.now())
        fetch._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "info", "message": companies._l10n_pl_ksef_asked_text()},
        }

    def _l10n_pl_ksef_asked_text(self):
        """Say when new invoices come, to the person who has asked for them."""
        later = min(
            filter(None, self.mapped("l10n_pl_ksef_fetch_resumes_at")), default=None
        )
        if later:
            return self.env._(
                "KSeF takes no more requests for now. Fetching goes on by itself at"
                " %(time)s.",
                time=format_datetime(self.env, later, dt_format="short"),
            )
        return self.env._(
            "KSeF is being asked. New invoices appear in the KSeF inbox by themselves."
        )


def _plain(value):
    """Return a record as its id, which is what is written."""
    return value.id if isinstance(value, models.BaseModel) else value


def plain_number(number):
    """Return a number of an invoice as people compare them: letters and digits."""
    return "".join(filter(str.isalnum, number or "")).casefold()

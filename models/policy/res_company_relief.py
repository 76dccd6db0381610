"""The relief of 2026 for small sales, and the end of the month.

From April to December 2026 an invoice may stay out of KSeF while the sales that the
month's invoices outside KSeF document, VAT included, do not exceed 10 000 PLN; it ends
for good with the invoice that exceeds it (art. 145m of the VAT Act). Exempt sales count
too; private persons and what is supplied outside Poland do not.
"""

from datetime import date, timedelta
from itertools import accumulate

from odoo import api, fields, models
from odoo.tools import date_utils

from ...ksef.deadlines import WARSAW, today_in_warsaw
from ..common.document_states import ACCEPTED, LIVE
from ..common.ksef_activities import administrators, schedule
from ..fa3.account_tax import SUPPLIED_OUTSIDE
from .sending_policy import PERSON

RELIEF_FROM, RELIEF_TO = date(2026, 4, 1), date(2026, 12, 31)
RELIEF_AMOUNT = 10_000
#: of a large month so many invoices tell enough.
FIRST_INVOICES = 500
#: from that share on there is a warning.
NEAR = 0.8
#: hour in Warsaw on a month's last day from which unsent invoices are told of.
LAST_DAY_HOUR = 12
TASK = "mail_activity_difference"

ENDED, NEAR_END, WITHIN = "ended", "near", "within"


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_relief_used = fields.Monetary(
        "Sales outside KSeF this month",
        compute="_compute_l10n_pl_ksef_relief",
        compute_sudo=True,
        help="Invoices of this month for firms, with VAT, that are not in KSeF. The"
        " relief of 2026 allows 10 000 PLN a month, and ends for good with the invoice"
        " that exceeds it.",
    )
    l10n_pl_ksef_relief_state = fields.Selection(
        [
            (WITHIN, "Within the relief"),
            (NEAR_END, "The relief is nearly used up"),
            (ENDED, "The relief has ended"),
        ],
        "Relief of 10 000 PLN",
        compute="_compute_l10n_pl_ksef_relief",
        compute_sudo=True,
    )
    #: it ended in an earlier month; the scheduler looks, because forms ask.
    l10n_pl_ksef_relief_is_lost = fields.Boolean(
        readonly=True, copy=False, export_string_translation=False
    )
    l10n_pl_ksef_month_unsent = fields.Integer(
        "Invoices of this month not in KSeF yet",
        compute="_compute_l10n_pl_ksef_month_unsent",
        compute_sudo=True,
    )
    l10n_pl_ksef_month_warned = fields.Date(
        readonly=True, copy=False, export_string_translation=False
    )

    def _compute_l10n_pl_ksef_relief(self):
        today = today_in_warsaw()
        for company in self:
            is_on = RELIEF_FROM <= today <= RELIEF_TO and company.country_code == "PL"
            sales = company._l10n_pl_ksef_sales_outside(today) if is_on else []
            company.l10n_pl_ksef_relief_used = sum(sales)
            company.l10n_pl_ksef_relief_state = is_on and (
                ENDED
                if _peak(sales) > RELIEF_AMOUNT or company.l10n_pl_ksef_relief_is_lost
                else NEAR_END
                if sum(sales) >= RELIEF_AMOUNT * NEAR
                else WITHIN
            )

    def _compute_l10n_pl_ksef_month_unsent(self):
        today = today_in_warsaw()
        for company in self:
            moves = company._l10n_pl_ksef_unsent(today)
            company.l10n_pl_ksef_month_unsent = len(moves)

    def _l10n_pl_ksef_sales_outside(self, today, limit=None):
        """Return the month's sales (PLN, with VAT) on invoices outside KSeF, in order.

        :param limit: only the first so many invoices are looked at
        :return: list of amounts; corrections that lower are below zero
        """
        moves = self.env["account.move"].search(
            [
                *self._l10n_pl_ksef_month(today),
                ("l10n_pl_ksef_state", "not in", (*LIVE, ACCEPTED)),
            ],
            order="invoice_date, id",
            limit=limit,
        )
        counted = moves.filtered(
            lambda m: (
                m.partner_id._l10n_pl_ksef_buyer_kind() != PERSON
                and not m._l10n_pl_ksef_jpk_number()
                and _is_sale_in_poland(m)
            )
        )
        return counted.mapped(lambda m: m.amount_total_signed)

    def _l10n_pl_ksef_relief_was_lost(self, today):
        """Tell whether the relief ended in an earlier month: it does not come back."""
        if not RELIEF_FROM <= today <= RELIEF_TO:
            return False
        months = self.env["account.move"]._read_group(
            [
                ("company_id", "=", self.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("invoice_date", ">=", RELIEF_FROM),
                ("invoice_date", "<", date_utils.start_of(today, "month")),
                ("l10n_pl_ksef_state", "not in", (*LIVE, ACCEPTED)),
                ("amount_total_signed", ">", 0),
            ],
            ["invoice_date:month"],
            having=[("amount_total_signed:sum", ">", RELIEF_AMOUNT)],
        )
        # Few months come so far, and large ones do within their first invoices.
        return any(
            _peak(self._l10n_pl_ksef_sales_outside(month, limit)) > RELIEF_AMOUNT
            for limit in (FIRST_INVOICES, None)
            for (month,) in months
        )

    def _l10n_pl_ksef_unsent(self, today):
        """Return the month's invoices that are meant for KSeF and not accepted."""
        if not self._l10n_pl_ksef_is_active():
            return self.env["account.move"]
        moves = self.env["account.move"].search(
            [
                *self._l10n_pl_ksef_month(today),
                ("invoice_date", "<=", today),
                ("l10n_pl_ksef_state", "!=", ACCEPTED),
            ]
        )
        return moves.filtered(
            lambda m: m.l10n_pl_ksef_state in LIVE or m._l10n_pl_ksef_mail_must_wait()
        )

    def _l10n_pl_ksef_month(self, today):
        return [
            ("company_id", "=", self.id),
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("invoice_date", ">=", date_utils.start_of(today, "month")),
            ("invoice_date", "<=", date_utils.end_of(today, "month")),
        ]

    # ------------------------------------------------------------------
    # before midnight of the last day
    # ------------------------------------------------------------------
    @api.model
    def _cron_l10n_pl_ksef_month_end(self):
        """On a month's last day tell the administrators of what is not sent yet."""
        now = fields.Datetime.context_timestamp(
            self.with_context(tz=WARSAW.key), fields.Datetime.now()
        )
        today = now.date()
        is_last = (today + timedelta(days=1)).month != today.month
        if not is_last or now.hour < LAST_DAY_HOUR:
            return
        companies = self.sudo().search(
            [("l10n_pl_ksef_auth_certificate_id", "!=", False)]
        )
        for company in companies.filtered(
            lambda c: c.l10n_pl_ksef_month_warned != today
        ):
            company._l10n_pl_ksef_warn_of_month_end(today)

    def _l10n_pl_ksef_warn_of_month_end(self, today):
        moves = self._l10n_pl_ksef_unsent(today)
        if not moves:
            return
        self.l10n_pl_ksef_month_warned = today
        for user in administrators(self):
            env = self.with_context(lang=user.lang).env
            schedule(
                self.partner_id,
                TASK,
                user,
                env._(
                    "%(count)s invoices of this month are not in KSeF yet",
                    count=len(moves),
                ),
                note=env._(
                    "The month ends at midnight. What arrives later counts as issued"
                    " offline: %(names)s",
                    names=", ".join(moves[:20].mapped("name")),
                ),
            )


def _peak(amounts):
    """Return the highest that a running total came to."""
    return round(max(accumulate(amounts), default=0), 2)


def _is_sale_in_poland(move):
    """Tell whether any row is supplied in Poland, exempt from VAT or not."""
    rates = set(move.invoice_line_ids.tax_ids.mapped("l10n_pl_ksef_rate"))
    return not rates or not rates <= SUPPLIED_OUTSIDE

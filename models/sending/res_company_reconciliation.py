"""The daily look at what KSeF has of a company; differences become tasks."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import LazyTranslate

from ...ksef.errors import KsefError
from ..common.document_states import LIVE, ONLINE
from ..common.durable import company_turn, durably
from ..common.ksef_activities import administrators, responsible, schedule
from . import reconciliation as rec
from .request_budget import RequestBudget

_lt = LazyTranslate(__name__)
_logger = logging.getLogger(__name__)

TASK = "mail_activity_difference"
#: the first look goes so far back, and none comes closer to now than that.
FIRST_DAYS = 2
QUIET_HOURS = 2
#: on its way for longer than that is worth a look.
STUCK_HOURS = 24

TEXTS = {
    rec.FOREIGN_SESSION: _lt(
        "KSeF has %(count)s invoices in session %(session)s, which was not opened here:"
        " another program issues invoices for this company."
    ),
    rec.UNKNOWN_SESSION: _lt(
        "Invoice %(name)s has KSeF number %(here)s, but KSeF does not list its session"
        " %(session)s."
    ),
    rec.UNKNOWN_INVOICE: _lt(
        "KSeF accepted an invoice as %(number)s in session %(session)s, which is not"
        " accepted here."
    ),
    rec.NOT_THERE: _lt(
        "Invoice %(name)s has KSeF number %(here)s, but KSeF does not list it as"
        " accepted."
    ),
    rec.OTHER_NUMBER: _lt(
        "Invoice %(name)s has KSeF number %(here)s here and %(number)s at KSeF."
    ),
}


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_reconciled_at = fields.Datetime(
        "Compared with KSeF until",
        readonly=True,
        copy=False,
        help="Sessions that were opened until then were compared with those of KSeF.",
    )

    @api.model
    def _cron_l10n_pl_ksef_reconcile(self):
        """Compare each connected company with KSeF."""
        companies = self.sudo().search(
            [("l10n_pl_ksef_auth_certificate_id", "!=", False)]
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(companies))
        for company in companies:
            company = company.with_company(company)
            with company_turn(company) as mine:
                if mine:
                    company._l10n_pl_ksef_reconcile()
            if not progress(1):
                break

    def _l10n_pl_ksef_reconcile(self):
        """Compare this company's sessions since the last time with those of KSeF."""
        self.ensure_one()
        now = fields.Datetime.now()
        until = now - timedelta(hours=QUIET_HOURS)
        since = self.l10n_pl_ksef_reconciled_at or now - timedelta(days=FIRST_DAYS)
        durably(self.env, self._l10n_pl_ksef_tell_stuck)
        try:
            client = RequestBudget(self.sudo()).client()
            found = rec.Reconciliation(self, client, since, until).differences()
        except KsefError as error:
            # The same time is looked at tomorrow; nothing is lost by waiting.
            _logger.info(
                "KSeF reconciliation of company %s put off: %s",
                self.id,
                type(error).__name__,
            )
            self.env.cr.rollback()
            return
        durably(self.env, lambda: self._l10n_pl_ksef_tell_differences(found, until))

    def _l10n_pl_ksef_tell_differences(self, found, until):
        for difference in found:
            if difference.move:
                users = responsible(difference.move)
                record = difference.move
            else:
                users = administrators(self)
                record = self.partner_id
            for user in users:
                env = self.with_context(lang=user.lang).env
                note = env._(TEXTS[difference.kind]) % difference.values  # pylint: disable=W8301
                summary = env._("KSeF and Odoo differ")
                schedule(record, TASK, user, summary, note=note)
        self.l10n_pl_ksef_reconciled_at = until

    def _l10n_pl_ksef_tell_stuck(self):
        """Give a task for each online invoice that has been on its way for a day."""
        limit = fields.Datetime.now() - timedelta(hours=STUCK_HOURS)
        today = fields.Date.context_today(self.with_context(tz="Europe/Warsaw"))
        stuck = self.env["l10n_pl_ksef.document"].search(
            [
                ("company_id", "=", self.id),
                ("state", "in", LIVE),
                ("issue_mode", "=", ONLINE),
                ("queued_at", "<", limit),
                ("move_id.invoice_date", "<=", today),
            ]
        )
        kind = self.env.ref(f"l10n_pl_ksef.{TASK}")
        for move in stuck.move_id:
            if kind in move.activity_ids.activity_type_id:
                continue
            user = responsible(move)
            env = self.with_context(lang=user.lang).env
            summary = env._("On its way to KSeF for more than a day")
            schedule(move, TASK, user, summary)

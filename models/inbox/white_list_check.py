"""The register of VAT taxpayers ("white list"), asked in the background.

A row is a question: is this account the supplier's, today? It is written first, asked
by the scheduler, and keeps the answer with its number, which is the proof (art. 96b of
the VAT Act). Off unless a company wants it.
"""

import logging
from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ...ksef.calls import utcnow
from ...ksef.deadlines import today_in_warsaw
from ...ksef.errors import KsefError, KsefRateLimited, KsefRequestRejected
from ...ksef.identifiers import is_nip
from ...ksef.white_list import DAILY_QUESTIONS, Question, is_account
from ..common.durable import durably
from ..common.moments import naive
from ..policy.res_company_policy import WARSAW
from .white_list_source import API, OFF
from .white_list_words import FILE_TROUBLES

_logger = logging.getLogger(__name__)

PAUSE_PARAMETER = "l10n_pl_ksef.white_list_pause"
WAITING, FOUND, NOT_FOUND, FAILED = "waiting", "found", "not_found", "failed"
#: rows that one run takes.
BATCH = 500


class WhiteListCheck(models.Model):
    _name = "l10n_pl_ksef.white_list.check"
    _description = "Question to the white list of VAT taxpayers"
    _order = "day desc, id desc"
    _rec_name = "account"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    nip = fields.Char("NIP", required=True, readonly=True)
    account = fields.Char("Bank account", required=True, readonly=True)
    day = fields.Date(required=True, readonly=True)
    state = fields.Selection(
        [
            (WAITING, "Waiting"),
            (FOUND, "On the list"),
            (NOT_FOUND, "Not on the list"),
            (FAILED, "Not checked"),
        ],
        default=WAITING,
        required=True,
        readonly=True,
    )
    source = fields.Char(readonly=True)
    request_id = fields.Char("Number of the question", readonly=True)
    asked_at = fields.Datetime("Asked", readonly=True)
    told_at = fields.Char("Time by the register", readonly=True)
    reason = fields.Char(readonly=True)

    _once_a_day = models.UniqueIndex("(company_id, nip, account, day)")
    _waiting_index = models.Index("(id) WHERE state = 'waiting'")

    # ------------------------------------------------------------------
    # asking
    # ------------------------------------------------------------------
    @api.model
    @api.private
    def _is_wanted(self, company):
        return company.sudo().l10n_pl_ksef_white_list not in (False, OFF)

    @api.model
    @api.private
    def _ask(self, company, pairs, *, again=True):
        """Have pairs of NIP and account checked today, once each.

        :param again: also those that the register refused today
        :return: the rows of today, those that were there included
        """
        right = [pair for pair in pairs if is_nip(pair[0]) and is_account(pair[1])]
        rows = self.sudo().browse()
        if not self._is_wanted(company):
            return rows
        today = today_in_warsaw()
        for seller, account in dict.fromkeys(right):
            values = {
                "company_id": company.id,
                "nip": seller,
                "account": account,
                "day": today,
            }
            domain = [(name, "=", value) for name, value in values.items()]
            row = self.sudo().search(domain)
            if row.state == FAILED and again:
                row.write({"state": WAITING, "reason": False})
            rows |= row or self.sudo().create(values)
        if rows.filtered(lambda row: row.state == WAITING):
            self.env.ref("l10n_pl_ksef.ir_cron_check_white_list").sudo()._trigger()
        return rows

    @api.model
    def _cron_check_white_list(self):
        """Ask what waits, and anew what is to be paid soon."""
        today = today_in_warsaw()
        durably(self.env, lambda: self._begin_day(today))
        companies = self.sudo().search([("state", "=", WAITING)]).company_id
        for code in sorted(set(companies.mapped("l10n_pl_ksef_white_list")) - {OFF}):
            self._run(code, today)

    def _begin_day(self, today):
        """Ask anew for what was not asked on its day, and for bills due tomorrow."""
        late = self.sudo().search([("state", "=", WAITING), ("day", "<", today)])
        pairs = [(row.company_id, row.nip, row.account) for row in late]
        late.unlink()
        wanted = self.env["res.company"].sudo()
        wanted = wanted.search([("l10n_pl_ksef_white_list", "not in", (False, OFF))])
        bills = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("company_id", "in", wanted.ids),
                    ("move_type", "=", "in_invoice"),
                    ("state", "=", "posted"),
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("invoice_date_due", "<=", today + timedelta(days=1)),
                    ("partner_bank_id", "!=", False),
                ],
                order="invoice_date_due desc",
                limit=BATCH,
            )
        )
        pairs += [(bill.company_id, *bill._l10n_pl_ksef_payee()) for bill in bills]
        for company, *pair in dict.fromkeys(pairs):
            self._ask(company, [tuple(pair)], again=False)

    def _run(self, code, today):
        """Ask one source until all is answered, or it answers no more."""
        if code == API and not self._room(today):
            return
        domain = [
            ("state", "=", WAITING),
            ("company_id.l10n_pl_ksef_white_list", "=", code),
        ]
        limit = min(BATCH, self._room(today)) if code == API else BATCH
        rows = self.sudo().search(domain, order="id", limit=limit)
        try:
            source = self.env["l10n_pl_ksef.gateway"]._white_list_sources()[code]()
            for group in _groups(rows, source.at_once):
                if not self._run_group(source, code, group):
                    return
        except KsefRateLimited as error:
            self._note_trouble(rows, error)
            midnight = datetime.combine(today + timedelta(days=1), time(), WARSAW)
            durably(self.env, lambda: self._set_pause(naive(midnight)))
        except KsefError as error:
            self._note_trouble(rows, error)

    def _run_group(self, source, code, rows):
        """Ask for some rows; keep each answer at once.

        :return: whether there is time for more
        """
        asked = {Question(row.nip, row.account, row.day): row for row in rows}
        try:
            for answer in source.check(asked):
                row = asked[answer.question]
                durably(self.env, lambda a=answer, r=row: r._keep(a, code))
        except KsefRequestRejected as error:
            _logger.info("The white list refused a question: %s", error.status)
            why = "; ".join(error.details) or str(error)
            values = {"state": FAILED, "reason": why, "source": code}
            durably(self.env, lambda: rows.write(values))
        return self.env["ir.cron"]._commit_progress(len(rows)) > 0

    def _keep(self, answer, code):
        self.write(
            {
                "state": FOUND if answer.is_listed else NOT_FOUND,
                "source": code,
                "request_id": answer.request_id,
                "told_at": answer.asked_at,
                "asked_at": naive(utcnow()),
                "reason": False,
            }
        )

    def _note_trouble(self, rows, error):
        """Say why rows still wait; they are asked again by the next run."""
        self.env.cr.rollback()
        _logger.info("The white list was not asked: %s", type(error).__name__)
        why = rows[:1]._why(error)
        durably(
            self.env,
            lambda: rows.filtered(lambda row: row.state == WAITING).write(
                {"reason": why}
            ),
        )

    def _why(self, error):
        """Return what went wrong as a sentence in the company's language."""
        env = self.with_context(lang=self.company_id.partner_id.lang).env
        if error.code in FILE_TROUBLES:
            return env._(FILE_TROUBLES[error.code])
        return "; ".join(error.details) or str(error)

    # ------------------------------------------------------------------
    # the budget of the public API
    # ------------------------------------------------------------------
    def _room(self, today):
        """Return how many questions the API takes from this server today."""
        until = self.env["ir.config_parameter"].sudo().get_param(PAUSE_PARAMETER)
        if until and fields.Datetime.now() < fields.Datetime.to_datetime(until):
            return 0
        start = naive(datetime.combine(today, time(), WARSAW))
        asked = self.sudo().search_count(
            [("source", "=", API), ("asked_at", ">=", start)]
        )
        return max(0, DAILY_QUESTIONS - asked)

    def _set_pause(self, until):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param(PAUSE_PARAMETER, fields.Datetime.to_string(until))

    # ------------------------------------------------------------------
    # telling
    # ------------------------------------------------------------------
    def _latest(self, company, seller, account):
        return self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("nip", "=", seller),
                ("account", "=", account),
            ],
            limit=1,
        )

    @api.model
    @api.private
    def _told(self, company, seller, account):
        """Return what speaks against an account, or ``None``."""
        if not (self._is_wanted(company) and is_nip(seller or "")):
            return None
        if not is_account(account):
            return None
        row = self._latest(company, seller, account)
        if row.state == FOUND:
            return None
        return self.env._("White list: %(told)s", told=row._sentence(account))

    @api.model
    @api.private
    def _summary(self, company, seller, account):
        """Return the last answer about an account in a few words."""
        if not (is_nip(seller) and is_account(account)):
            return False
        return self._latest(company, seller, account)._sentence(account)

    def _sentence(self, account):
        values = {
            "account": account,
            "day": self.day and format_date(self.env, self.day),
            "number": self.request_id or "-",
            "reason": self.reason or "-",
        }
        if self.state == FOUND:
            return self.env._(
                "the account is on it on %(day)s (question %(number)s)", **values
            )
        if self.state == NOT_FOUND:
            return self.env._(
                "the account %(account)s is not on it on %(day)s (question %(number)s)",
                **values,
            )
        if self.reason:
            return self.env._("not checked: %(reason)s", **values)
        return self.env._("not checked yet")


def _groups(rows, size):
    for start in range(0, len(rows), size):
        yield rows[start : start + size]

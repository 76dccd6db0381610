"""One company's turn at KSeF: recover, send what waits, close, read the answers.

Every step is intent (committed), call, outcome (committed). Only the holder of the
company's lock comes here, so a row that is found half-done was left by a worker that
died: it becomes ``unknown`` and is looked up at KSeF before anything is sent again.
"""

import logging
import math
import time
from datetime import timedelta
from functools import partial

from odoo import fields

from ...ksef.deadlines import today_in_warsaw
from ...ksef.errors import KsefError, KsefRateLimited
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably
from .batch_sending import BatchSending
from .duplicates import Duplicates
from .one_by_one import OneByOne
from .request_budget import RequestBudget
from .session_answers import SessionAnswers
from .what_was_told import after, told_of

_logger = logging.getLogger(__name__)

#: pauses (seconds) between looks at KSeF within one run: the number is usually there
#: after two or three of them.
PATIENCE_SECONDS = (1, 1, 2, 3, 5, 8)

#: documents that one run takes up.
MAX_INVOICES = 10_000

#: minutes until a company is tried again when a person must do something first (who
#: then presses *Test connection*); where KSeF did not answer the pauses grow.
PERSON_MINUTES = 60


class SendingRun:
    """Send the queued documents of one company.

    :param company: ``res.company``, in an environment whose cursor may be committed
    :param sleep: called with seconds between two looks at KSeF
    """

    def __init__(self, company, *, sleep=time.sleep):
        self.env = company.env
        self.company = company.sudo()
        self.documents = self.env["l10n_pl_ksef.document"].sudo()
        self.sessions = self.env["l10n_pl_ksef.session"].sudo()
        self.sleep = sleep

    def run(self):
        """Do all that is due. KSeF's troubles end up in rows, never in the caller."""
        self._take_over_half_done()
        self.budget = RequestBudget(self.company, sleep=self.sleep)
        try:
            client = self.budget.client()
            self.budget.learn(client)
            self.company._l10n_pl_ksef_look_at_rights(client)
            self.answers = SessionAnswers(self.company, client)
            self.duplicates = Duplicates(self.company, client)
            self._send_queued(client)
            self._follow()
        except KsefError as error:
            self._trouble(error)
        else:
            durably(self.env, self.company._l10n_pl_ksef_clear_problem)

    # ------------------------------------------------------------------
    # what a dead worker left
    # ------------------------------------------------------------------
    def _take_over_half_done(self):
        durably(self.env, self._mark_half_done)

    def _mark_half_done(self):
        mine = [("company_id", "=", self.company.id)]
        begun = self.sessions.search([*mine, ("state", "in", (ses.OPENING, ses.OPEN))])
        lost = begun.filtered(lambda s: s.state == ses.OPENING)
        # Nobody knows where its parts would have gone, so KSeF has none of them.
        lost.filtered(lambda s: s.kind == ses.BATCH).document_ids.filtered(
            lambda d: d.state == doc.SENDING
        )._set_state(doc.QUEUED)
        lost._set_state(ses.FAILED)
        # Packages on their way are gone on with, when KSeF can be asked.
        (begun - lost).filtered(lambda s: s.kind == ses.ONLINE)._set_state(ses.CLOSING)
        sending = self.documents.search([*mine, ("state", "=", doc.SENDING)])
        sending.filtered(lambda d: d.session_id.state != ses.OPEN)._set_state(
            doc.UNKNOWN
        )

    # ------------------------------------------------------------------
    # sending
    # ------------------------------------------------------------------
    def _send_queued(self, client):
        batch = BatchSending(self, client)
        batch.go_on(self._sessions_due(ses.OPEN))
        durably(self.env, lambda: self.documents._withdraw_excepted(self.company))
        durably(self.env, self._turn_late_ones)
        packages, queue = batch.split(self.queue())
        batch.send_all(packages)
        OneByOne(self, client).send_all(queue)

    def may_send(self, *counters):
        """Tell whether KSeF takes a request now; otherwise put the queue off."""
        seconds = self.budget.wait_for(*counters)
        if seconds is None:
            return True
        at = fields.Datetime.now() + timedelta(seconds=math.ceil(seconds))
        durably(self.env, lambda: self._rest(at))
        return False

    def _rest(self, at):
        self.queue()._note(next_try_at=at)
        self.company.l10n_pl_ksef_resumes_at = at

    def _turn_late_ones(self):
        # Before packages are made up: one package holds one kind only.
        today = today_in_warsaw()
        for document in self.queue().filtered(
            lambda d: d.issue_mode == doc.ONLINE and d.move_id.invoice_date < today
        ):
            document._turn_offline_if_late()

    def queue(self):
        """Return what is to be sent now; nothing while the company holds it."""
        if self.company._l10n_pl_ksef_hold():
            return self.documents.browse()
        return self.documents.search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", doc.QUEUED),
                *self._due("next_try_at"),
            ],
            order="id",
            limit=MAX_INVOICES,
        )

    def _due(self, name):
        return ["|", (name, "=", False), (name, "<=", fields.Datetime.now())]

    def new_session(self, kind):
        return durably(
            self.env,
            lambda: self.sessions.create(
                {
                    "company_id": self.company.id,
                    "kind": kind,
                    "environment": self.company.l10n_pl_ksef_environment,
                }
            ),
        )

    def opened(self, row, call, values_of=lambda answer: {}):
        """Open the session of ``row``.

        :param call: makes the call, returns what has ``reference_number``
        :param values_of: what else is to be kept of the answer
        :return: KSeF's answer
        """
        try:
            opened = call()
        except KsefError as error:
            told = told_of(error)
            durably(self.env, lambda: row._set_state(ses.FAILED, **told))
            raise
        durably(
            self.env,
            lambda: row._set_state(
                ses.OPEN,
                reference_number=opened.reference_number,
                opened_at=fields.Datetime.now(),
                **values_of(opened),
            ),
        )
        return opened

    # ------------------------------------------------------------------
    # answers
    # ------------------------------------------------------------------
    def _follow(self):
        for pause in (*PATIENCE_SECONDS, None):
            try:
                self.answers.read_all(self._sessions_to_read())
                self.duplicates.settle()
            except KsefRateLimited as error:
                # Limits of reading do not hold up what is sent.
                durably(self.env, partial(self._read_later, after(error)))
                return
            if pause is None or not self._sessions_to_read():
                break
            self.sleep(pause)
        durably(self.env, self._postpone_sessions)

    def _read_later(self, at):
        self._sessions_to_read()._note(next_check_at=at)

    def _sessions_to_read(self):
        return self._sessions_due(ses.CLOSING, ses.CLOSED)

    def _sessions_due(self, *states):
        return self.sessions.search(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", states),
                *self._due("next_check_at"),
            ],
            order="id",
        )

    def _postpone_sessions(self):
        for session in self._sessions_to_read():
            session._note(
                checks=session.checks + 1, next_check_at=backoff(session.checks + 1)
            )

    # ------------------------------------------------------------------
    # troubles
    # ------------------------------------------------------------------
    def _trouble(self, error):
        """Keep the reason where a person sees it; nothing is lost, all stays due."""
        _logger.info(
            "KSeF run of company %s stopped: %s", self.company.id, type(error).__name__
        )
        self.env.cr.rollback()
        durably(self.env, lambda: self._note_trouble(error))

    def _note_trouble(self, error):
        if isinstance(error, KsefRateLimited):
            at = after(error)
            self._postpone(at)
            self.company.l10n_pl_ksef_resumes_at = at
            return
        self.company._l10n_pl_ksef_set_problem(error)
        waiting = self._sessions_due(ses.OPEN, ses.CLOSING, ses.CLOSED)
        for session in waiting:
            session._note(
                checks=session.checks + 1, lookup_failed_at=fields.Datetime.now()
            )
        queue = self.queue()
        queue._count_failure()
        queue.move_id._l10n_pl_ksef_notify()
        tries = max([*queue.mapped("failures"), *waiting.mapped("checks")], default=1)
        later = fields.Datetime.now() + timedelta(minutes=PERSON_MINUTES)
        self._postpone(backoff(tries) if error.retryable else later)

    def _postpone(self, at):
        self.queue()._note(next_try_at=at)
        self._sessions_due(ses.OPEN, ses.CLOSING, ses.CLOSED)._note(next_check_at=at)


def send_for(company):
    """Send and read for one company, in its turn."""
    SendingRun(company).run()

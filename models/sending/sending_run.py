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

from ...ksef.codes import Action, row_for
from ...ksef.crypto import SessionKey
from ...ksef.deadlines import today_in_warsaw
from ...ksef.errors import (
    KsefAuthError,
    KsefError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
)
from ...ksef.session import open_session, prepare_invoice
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably
from .batch_sending import BatchSending
from .duplicates import Duplicates
from .request_budget import OPEN_ONLINE, SEND_INVOICE, UNTOLD_SECONDS, RequestBudget
from .session_answers import SessionAnswers

_logger = logging.getLogger(__name__)

#: pauses (seconds) between looks at KSeF within one run: the number is usually there
#: after two or three of them.
PATIENCE_SECONDS = (1, 1, 2, 3, 5, 8)

#: the session takes nothing more: 21155 full, 21173 unknown, 21180 closed.
SESSION_IS_OVER = {21155, 21173, 21180}

#: an answer of this kind is tried again that many times, then shown to a person.
MAX_RETRIES = 3

MAX_INVOICES_IN_SESSION = 10_000

#: minutes until a company is tried again when a person must do something first (who
#: then presses *Test connection*); where KSeF did not answer the pauses grow.
PERSON_MINUTES = 60


def facts(error, scope="http"):
    """Return the document's or session's values that tell of ``error``."""
    return {
        "code_scope": scope,
        "code": str(error.code or type(error).__name__),
        "details": "\n".join(error.details),
    }


def _after(error):
    """Return when KSeF takes a request again that it refused (naive UTC)."""
    seconds = max(1, error.retry_after or UNTOLD_SECONDS)
    return fields.Datetime.now() + timedelta(seconds=math.ceil(seconds))


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
        durably(self.env, self._turn_late_ones)
        packages, queue = batch.split(self._queue())
        batch.send_all(packages)
        if queue and self._may_send(OPEN_ONLINE, SEND_INVOICE):
            self._send_one_by_one(client, queue)

    def _may_send(self, *counters):
        """Tell whether KSeF takes a request now; otherwise put the queue off."""
        seconds = self.budget.wait_for(*counters)
        if seconds is None:
            return True
        at = fields.Datetime.now() + timedelta(seconds=math.ceil(seconds))
        durably(self.env, lambda: self._rest(at))
        return False

    def _rest(self, at):
        self._queue()._note(next_try_at=at)
        self.company.l10n_pl_ksef_resumes_at = at

    def _turn_late_ones(self):
        # Before packages are made up: one package holds one kind only.
        today = today_in_warsaw()
        for document in self._queue().filtered(
            lambda d: d.issue_mode == doc.ONLINE and d.move_id.invoice_date < today
        ):
            document._turn_offline_if_late()

    def _send_one_by_one(self, client, queue):
        key = SessionKey.generate()
        session = self._new_session(ses.ONLINE)
        self._opened(session, lambda: open_session(client, key))
        try:
            for document in queue:
                if not self._may_send(SEND_INVOICE):
                    break
                # Alone: every commit empties the cache, and reading one row again must
                # not read the whole queue with it.
                if not self._send(client, session, document.with_prefetch(), key):
                    break
        finally:
            durably(self.env, lambda: self._end_of_sending(session, queue))

    def _end_of_sending(self, session, queue):
        session._set_state(ses.CLOSING)
        queue.move_id._l10n_pl_ksef_notify()

    def _queue(self):
        return self.documents.search(
            [
                ("company_id", "=", self.company.id),
                ("state", "=", doc.QUEUED),
                *self._due("next_try_at"),
            ],
            order="id",
            limit=MAX_INVOICES_IN_SESSION,
        )

    def _due(self, name):
        return ["|", (name, "=", False), (name, "<=", fields.Datetime.now())]

    def _new_session(self, kind):
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

    def _opened(self, row, call, values_of=lambda answer: {}):
        """Open the session of ``row``.

        :param call: makes the call, returns what has ``reference_number``
        :param values_of: what else is to be kept of the answer
        :return: KSeF's answer
        """
        try:
            opened = call()
        except KsefError as error:
            told = self._told(error)
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

    def _told(self, error):
        return {k: v for k, v in facts(error).items() if k != "code_scope"}

    def _send(self, client, session, document, key):
        """Send one document.

        :return: whether the session takes another one
        :raises KsefAuthError: the login is gone for good
        """
        payload = durably(self.env, lambda: self._intend(document, session, key))
        if payload is None:
            return True
        try:
            reference = client.send_invoice(session.reference_number, payload)
        except KsefError as error:
            return self._record_failure(document, error)
        durably(
            self.env,
            lambda: document._set_state(
                doc.PROCESSING, reference_number=reference, next_try_at=False
            ),
        )
        return True

    def _intend(self, document, session, key):
        # The queue was read before other work: take the row only as it is now.
        document = document.try_lock_for_update()
        if not document or document.state != doc.QUEUED:
            return None
        document._begin_attempt(session)
        return prepare_invoice(
            document._kept_bytes("xml"),
            key,
            offline=document.issue_mode != doc.ONLINE,
            hash_of_corrected=document.corrected_hash or None,
        )

    def _record_failure(self, document, error):
        """Write what became of a send that got no 202.

        :return: whether the session takes another document
        """
        state, next_try_at = self._verdict(document, error)
        durably(
            self.env,
            lambda: document._set_state(state, next_try_at=next_try_at, **facts(error)),
        )
        if isinstance(error, KsefAuthError):
            raise error
        if state == doc.REJECTED:
            return True
        if next_try_at:
            durably(self.env, lambda: self._queue()._note(next_try_at=next_try_at))
        return False

    def _verdict(self, document, error):
        """Return the document's next state and the time (UTC) of its next attempt."""
        if error.outcome_unknown or isinstance(error, KsefProtocolError):
            return doc.UNKNOWN, backoff(document.attempts)
        if isinstance(error, KsefRateLimited):
            return doc.QUEUED, _after(error)
        if not isinstance(error, KsefRequestRejected):
            return doc.QUEUED, backoff(document.attempts)
        if error.code in SESSION_IS_OVER:
            return doc.QUEUED, False
        again = row_for("http", error.code).action is Action.RETRY
        if again and document.attempts < MAX_RETRIES:
            return doc.QUEUED, backoff(document.attempts)
        return doc.REJECTED, False

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
                durably(self.env, partial(self._read_later, _after(error)))
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
            at = _after(error)
            self._postpone(at)
            self.company.l10n_pl_ksef_resumes_at = at
            return
        self.company._l10n_pl_ksef_set_problem(error)
        waiting = self._sessions_due(ses.OPEN, ses.CLOSING, ses.CLOSED)
        for session in waiting:
            session._note(
                checks=session.checks + 1, lookup_failed_at=fields.Datetime.now()
            )
        queue = self._queue()
        queue._count_failure()
        queue.move_id._l10n_pl_ksef_notify()
        tries = max([*queue.mapped("failures"), *waiting.mapped("checks")], default=1)
        later = fields.Datetime.now() + timedelta(minutes=PERSON_MINUTES)
        self._postpone(backoff(tries) if error.retryable else later)

    def _postpone(self, at):
        self._queue()._note(next_try_at=at)
        self._sessions_due(ses.OPEN, ses.CLOSING, ses.CLOSED)._note(next_check_at=at)


def send_for(company):
    """Send and read for one company, in its turn."""
    SendingRun(company).run()

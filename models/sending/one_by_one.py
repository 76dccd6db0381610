"""Invoices one by one, in interactive sessions: their numbers are there in seconds."""

from odoo import fields

from ...ksef.codes import Action, row_for
from ...ksef.crypto import SessionKey
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
from .request_budget import OPEN_ONLINE, SEND_INVOICE
from .what_was_told import after, facts

SESSION_IS_FULL = 21155

#: the session takes nothing more; 21173: KSeF does not know it, 21180: it is closed.
SESSION_IS_OVER = {SESSION_IS_FULL, 21173, 21180}

#: an answer of this kind is tried again that many times, then shown to a person.
MAX_RETRIES = 3


class OneByOne:
    """Send documents of one company in interactive sessions.

    :param run: the ``SendingRun`` whose turn it is
    :param client: logged-in ``KsefClient``
    """

    def __init__(self, run, client):
        self.run = run
        self.env = run.env
        self.client = client

    def send_all(self, queue):
        """Send what KSeF has room for, in sessions of as many as it takes."""
        size = max(1, self.run.budget.context_limits().online.max_invoices)
        for start in range(0, len(queue), size):
            if not self.run.may_send(OPEN_ONLINE, SEND_INVOICE):
                return
            if not self._send_session(queue[start : start + size]):
                return

    def _send_session(self, queue):
        """Open a session and fill it.

        :return: whether KSeF took up every one
        """
        key = SessionKey.generate()
        session = self.run.new_session(ses.ONLINE)
        self.run.opened(session, lambda: open_session(self.client, key))
        try:
            # Alone: every commit empties the cache, and reading one row again must
            # not read the whole queue with it.
            return all(
                self.run.may_send(SEND_INVOICE)
                and self._send(session, document.with_prefetch(), key)
                for document in queue
            )
        finally:
            durably(self.env, lambda: self._end_of_sending(session, queue))

    def _end_of_sending(self, session, queue):
        session._set_state(ses.CLOSING)
        queue.move_id._l10n_pl_ksef_notify()

    def _send(self, session, document, key):
        """Send one document.

        :return: whether the session takes another one
        :raises KsefAuthError: the login is gone for good
        """
        payload = durably(self.env, lambda: self._intend(document, session, key))
        if payload is None:
            return True
        try:
            reference = self.client.send_invoice(session.reference_number, payload)
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
        if error.code == SESSION_IS_FULL:
            durably(self.env, self.run.budget.ask_again)
        if state == doc.REJECTED:
            return True
        if next_try_at:
            durably(self.env, lambda: self.run.queue()._note(next_try_at=next_try_at))
        return False

    def _verdict(self, document, error):
        """Return the document's next state and the time (UTC) of its next attempt."""
        if error.outcome_unknown or isinstance(error, KsefProtocolError):
            return doc.UNKNOWN, backoff(document.attempts)
        if isinstance(error, KsefRateLimited):
            return doc.QUEUED, after(error)
        if not isinstance(error, KsefRequestRejected):
            return doc.QUEUED, backoff(document.attempts)
        if error.code in SESSION_IS_OVER:
            return doc.QUEUED, self._next_session(document)
        again = row_for("http", error.code).action is Action.RETRY
        if again and document.attempts < MAX_RETRIES:
            return doc.QUEUED, backoff(document.attempts)
        return doc.REJECTED, False

    def _next_session(self, document):
        """Return when another session is opened: at once, unless that does not help."""
        is_new = document.attempts < MAX_RETRIES
        return fields.Datetime.now() if is_new else backoff(document.attempts)

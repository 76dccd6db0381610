"""What KSeF says of a session and its invoices, written into their rows.

A document is matched by the hash of its bytes. What a package brought is read in its
UPO, which confirms up to ten thousand in one request, and in the list of what failed;
what neither names, and all of an interactive session, in the session's list. Only when
KSeF has finished a session and its list does not name the hash is it certain that the
document never arrived: then, and only then, it goes back into the queue. Duplicates are
settled in ``duplicates``.
"""

import logging
from datetime import timedelta
from functools import partial

from odoo import fields

from ...ksef import upo
from ...ksef.batch import close_batch
from ...ksef.errors import KsefProtocolError, KsefRequestRejected
from ...ksef.session import iterate_failed, iterate_invoices
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably
from .invoice_answers import apply_all, confirm, requeue

_logger = logging.getLogger(__name__)

SESSION_CLOSED_ALREADY = 21180
SESSION_UNKNOWN = 21173
SESSION_SUCCEEDED = 200

#: documents whose answers are committed together.
CHUNK = 100

#: a package of so many takes KSeF longer than a run waits: it is looked at later, after
#: so many seconds for each thousand, then after twice as many, and so on.
LARGE = 1000
SECONDS_PER_THOUSAND = 3
LONGEST_PAUSE = timedelta(hours=1)

TOO_MANY_INVOICES = 420


class SessionAnswers:
    """Read the answers of one company's sessions.

    :param company: ``res.company`` (sudo)
    :param client: logged-in ``KsefClient``
    """

    def __init__(self, company, client):
        self.env = company.env
        self.company = company
        self.client = client

    def read_all(self, sessions):
        """Close what is to be closed, then read each session once.

        :raises KsefError: KSeF cannot be reached; what was read is committed
        """
        for session in sessions:
            try:
                self._read_one(session)
            except (KsefRequestRejected, KsefProtocolError) as error:
                # One session that KSeF will not talk about must not hold the others.
                told = "\n".join((str(error), *error.details))
                durably(self.env, partial(self._put_off, session, told))

    def _read_one(self, session):
        if session.state == ses.CLOSING:
            self._close(session)
        at = session.next_check_at
        if session.state == ses.CLOSED and (not at or at <= fields.Datetime.now()):
            self._read(session)

    def _put_off(self, session, told):
        checks = session.checks + 1
        session._note(
            checks=checks,
            next_check_at=backoff(checks),
            lookup_failed_at=fields.Datetime.now(),
            details=told,
        )

    # ------------------------------------------------------------------
    # sessions
    # ------------------------------------------------------------------
    def _close(self, session):
        try:
            if session.kind == ses.BATCH:
                close_batch(self.client, session.reference_number)
            else:
                self.client.close_online_session(session.reference_number)
        except KsefRequestRejected as error:
            if error.code == SESSION_UNKNOWN:
                durably(self.env, partial(self._drop, session, error))
                return
            if error.code != SESSION_CLOSED_ALREADY:
                raise
        durably(
            self.env, lambda: session._set_state(ses.CLOSED, **self._pause(session, 0))
        )

    def _pause(self, session, looks):
        """Return the values that put the next look at a large package off.

        :param looks: how often KSeF was asked
        """
        count = self.env["l10n_pl_ksef.document"].search_count(
            [("session_id", "=", session.id)]
        )
        if session.kind != ses.BATCH or count < LARGE:
            return {}
        pause = timedelta(seconds=count / LARGE * SECONDS_PER_THOUSAND * 2**looks)
        at = fields.Datetime.now() + min(pause, LONGEST_PAUSE)
        return {"checks": looks, "next_check_at": at}

    def _drop(self, session, error):
        """KSeF does not know the session: nothing of it has arrived."""
        session._set_state(
            ses.FAILED, code=str(error.code), details="\n".join(error.details)
        )
        requeue(self._open_documents(session))

    def _read(self, session):
        status = self.client.session_status(session.reference_number)
        if session.lookup_failed_at:
            durably(self.env, lambda: session._note(lookup_failed_at=False))
        if session.kind == ses.BATCH:
            # A package has all its answers at once.
            if not status.is_final:
                self._look_later(session)
                return
            proof = self._read_package(session, status)
        else:
            proof = None
        if self._open_documents(session):
            self._read_invoices(session, status)
        if not status.is_final or self._open_documents(session):
            return
        proof = proof or self._upo(session, status)
        if proof:
            self._compare(session, proof)
        durably(self.env, lambda: self._finish(session, status, proof))

    def _look_later(self, session):
        if pause := self._pause(session, session.checks + 1):
            durably(self.env, lambda: session._note(**pause))

    def _upo(self, session, status):
        """Return the session's UPO (one page holds 10 000 documents), or ``None``."""
        if status.status.code != SESSION_SUCCEEDED or not status.upo_pages:
            return None
        page = status.upo_pages[0]
        return self.client.session_upo(session.reference_number, page.reference_number)

    def _compare(self, session, proof):
        """Note what KSeF has accepted and does not confirm."""
        confirmed = {each.hash for each in upo.parse(proof).documents}
        accepted = session.document_ids.filtered(lambda d: d.state == doc.ACCEPTED)
        for document in accepted.filtered(lambda d: d.xml_hash not in confirmed):
            _logger.warning("UPO of session %s lacks document %s", session, document)

    def _finish(self, session, status, proof):
        succeeded = status.status.code == SESSION_SUCCEEDED
        if proof:
            session._keep_upo(proof)
        session._set_state(
            ses.DONE if succeeded else ses.FAILED,
            closed_at=fields.Datetime.now(),
            code=False if succeeded else str(status.status.code),
            details="\n".join(status.status.details),
        )
        if status.status.code == TOO_MANY_INVOICES:
            self.env["l10n_pl_ksef.budget"]._of(self.company)._ask_again()
        session.document_ids.move_id._l10n_pl_ksef_notify()

    # ------------------------------------------------------------------
    # invoices
    # ------------------------------------------------------------------
    def _open_documents(self, session):
        return session.document_ids.filtered(
            lambda d: (
                d.state in (doc.PROCESSING, doc.UNKNOWN) and not d.original_ksef_number
            )
        )

    def _read_package(self, session, status):
        """Take in what the UPO confirms and what is listed as failed.

        :return: the UPO; ``None`` where there is none to be had, and the list says all
        """
        try:
            proof = self._upo(session, status)
            confirmed = upo.parse(proof).documents if proof else ()
        except (KsefRequestRejected, KsefProtocolError):
            return None
        if not proof:
            return None
        self._in_chunks(session, confirm, {each.hash: each for each in confirmed})
        if status.failed:
            failed = iterate_failed(self.client, session.reference_number)
            there = {invoice.invoice_hash: invoice for invoice in failed}
            self._in_chunks(session, apply_all, there, False)
        return proof

    def _read_invoices(self, session, status):
        listed = list(iterate_invoices(self.client, session.reference_number))
        is_complete = status.is_final and len(listed) >= status.invoice_count
        there = {invoice.invoice_hash: invoice for invoice in listed}
        self._in_chunks(session, apply_all, there, is_complete)

    def _in_chunks(self, session, step, *args):
        documents = self._open_documents(session)
        for start in range(0, len(documents), CHUNK):
            # Alone: each commit empties the cache, see ``with_prefetch``.
            chunk = documents[start : start + CHUNK].with_prefetch()
            durably(self.env, partial(step, chunk, *args))

"""What KSeF says of a session and its invoices, written into their rows.

A document is matched by the hash of its bytes. Only when KSeF has finished a session
and its list does not name the hash is it certain that the document never arrived:
then, and only then, it goes back into the queue. Duplicates are settled in
``duplicates``.
"""

import logging
from datetime import timezone
from functools import partial

from odoo import fields

from ...ksef import upo
from ...ksef.batch import close_batch
from ...ksef.codes import Action, row_for
from ...ksef.errors import KsefProtocolError, KsefRequestRejected
from ...ksef.session import iterate_invoices
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably

_logger = logging.getLogger(__name__)

SESSION_CLOSED_ALREADY = 21180
SESSION_UNKNOWN = 21173
SESSION_SUCCEEDED = 200

#: what the code table's action makes of a document that KSeF has judged.
STATE_AFTER = {
    Action.WAIT: doc.PROCESSING,
    Action.RETRY: doc.QUEUED,
    Action.RECONCILE: doc.UNKNOWN,
    Action.NONE: doc.ACCEPTED,
}

#: documents whose answers are committed together.
CHUNK = 100

#: "encryption" and "system" verdicts are ours or KSeF's to repair, but not for ever.
MAX_ATTEMPTS = 8


def naive(moment):
    """Return ``moment`` (aware or ``None``) as the ORM keeps it: naive UTC."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment else False


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
        if session.state == ses.CLOSED:
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
        durably(self.env, lambda: session._set_state(ses.CLOSED))

    def _drop(self, session, error):
        """KSeF does not know the session: nothing of it has arrived."""
        session._set_state(
            ses.FAILED, code=str(error.code), details="\n".join(error.details)
        )
        self._requeue(self._open_documents(session))

    def _read(self, session):
        status = self.client.session_status(session.reference_number)
        if session.lookup_failed_at:
            durably(self.env, lambda: session._note(lookup_failed_at=False))
        # A package has all its answers at once; its list takes a request per 1000.
        is_ready = status.is_final or session.kind != ses.BATCH
        if is_ready and self._open_documents(session):
            self._read_invoices(session, status)
        if not status.is_final or self._open_documents(session):
            return
        proof = self._upo(session, status)
        durably(self.env, lambda: self._finish(session, status, proof))

    def _upo(self, session, status):
        """Return the session's UPO (one page holds 10 000 documents), or ``None``."""
        if status.status.code != SESSION_SUCCEEDED or not status.upo_pages:
            return None
        page = status.upo_pages[0]
        proof = self.client.session_upo(session.reference_number, page.reference_number)
        confirmed = {document.hash for document in upo.parse(proof).documents}
        accepted = session.document_ids.filtered(lambda d: d.state == doc.ACCEPTED)
        for document in accepted.filtered(lambda d: d.xml_hash not in confirmed):
            _logger.warning("UPO of session %s lacks document %s", session, document)
        return proof

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

    def _read_invoices(self, session, status):
        listed = list(iterate_invoices(self.client, session.reference_number))
        is_complete = status.is_final and len(listed) >= status.invoice_count
        there = {invoice.invoice_hash: invoice for invoice in listed}
        documents = self._open_documents(session)
        for start in range(0, len(documents), CHUNK):
            # Alone: each commit empties the cache, see ``with_prefetch``.
            chunk = documents[start : start + CHUNK].with_prefetch()
            durably(self.env, partial(self._apply_all, chunk, there, is_complete))

    def _apply_all(self, documents, there, is_complete):
        """Write KSeF's words on ``documents``.

        :param there: hash -> ``InvoiceStatus`` of what KSeF lists
        :param is_complete: what is not listed has never arrived
        """
        for document in documents:
            invoice = there.get(document.xml_hash)
            if invoice:
                self._apply(document, invoice)
            elif is_complete:
                self._requeue(document)
        documents.move_id._l10n_pl_ksef_notify()

    def _requeue(self, documents):
        for document in documents:
            document._set_state(doc.QUEUED, next_try_at=backoff(document.attempts))

    def _apply(self, document, invoice):
        """Write KSeF's word on one invoice into its document."""
        values = {
            "reference_number": invoice.reference_number,
            "sent_at": naive(invoice.invoicing_date),
            "code_scope": "invoice",
            "code": str(invoice.status.code),
            "details": "\n".join(invoice.status.details),
        }
        if invoice.invoicing_mode:
            values["mode"] = invoice.invoicing_mode.lower()
        state = self._state_after(document, invoice)
        if state == doc.ACCEPTED:
            values.update(self._acceptance(invoice))
        elif state == doc.UNKNOWN:
            values["original_ksef_number"] = invoice.original_ksef_number
            values["original_session_number"] = (
                invoice.original_session_reference_number
            )
        elif state == doc.QUEUED:
            values["next_try_at"] = backoff(document.attempts)
        if state == document.state:
            document._note(**values)
        else:
            document._set_state(state, **values)

    def _state_after(self, document, invoice):
        if not invoice.is_final:
            return doc.PROCESSING
        if invoice.is_accepted:
            return doc.ACCEPTED
        if invoice.is_duplicate and not invoice.original_ksef_number:
            return doc.REJECTED
        action = row_for("invoice", invoice.status.code).action
        if action is Action.RETRY and document.attempts >= MAX_ATTEMPTS:
            return doc.REJECTED
        return STATE_AFTER.get(action, doc.REJECTED)

    def _acceptance(self, invoice):
        return {
            "ksef_number": invoice.ksef_number,
            "acquired_at": naive(invoice.acquisition_date),
            "code_scope": False,
            "code": False,
            "details": False,
            "next_try_at": False,
        }

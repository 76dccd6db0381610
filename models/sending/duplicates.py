"""Duplicates (440): ours whose answer was lost, or another document?

KSeF names the number of the original. The same bytes there mean that the document
arrived on an earlier way: it takes the number over, and its UPO as soon as there is
one. Only KSeF's plain word makes an original foreign, for then a person is told to give
the invoice another number; a refusal without a reason is doubted for a day.
"""

from datetime import timedelta

from odoo import fields

from ...ksef import upo
from ...ksef.crypto import sha256_base64
from ...ksef.errors import KsefAuthError, KsefProtocolError, KsefRequestRejected
from ...ksef.session import iterate_invoices
from ..common import document_states as doc
from ..common.backoff import backoff
from ..common.durable import durably
from ..common.moments import naive

INVOICE_UNKNOWN = 21164
INVOICE_NOT_YET_AVAILABLE = 21165
UPO_NOT_YET_AVAILABLE = 21178
WAITS = {INVOICE_NOT_YET_AVAILABLE, UPO_NOT_YET_AVAILABLE}

#: reasons of a 403 that say: not yours. ``forbidden`` is a 403 that gives none, which
#: PRD has been seen to do in passing; what is left is about our own login.
FOREIGN = {"no_access", "no_permission"}
NO_REASON = "forbidden"

#: for so long after sending, what KSeF does not give without a reason is asked for.
DOUBT = timedelta(days=1)
UPO_PAUSE = timedelta(minutes=30)


class NotYet(Exception):
    """KSeF does not say it now, but may later."""


class NotOurs(Exception):
    """KSeF will not give it to us."""


class Duplicates:
    """Settle the duplicates of one company.

    :param company: ``res.company`` (sudo)
    :param client: logged-in ``KsefClient``
    """

    def __init__(self, company, client):
        self.env = company.env
        self.company = company
        self.client = client

    def settle(self):
        """Settle what is due.

        :raises KsefError: KSeF cannot be reached; what was settled is committed
        """
        for document in self._due(doc.UNKNOWN):
            self._settle_one(document)
        for document in self._due(doc.ACCEPTED).filtered("next_try_at"):
            self._fetch_upo(document)

    def _due(self, state):
        now = fields.Datetime.now()
        return (
            self.env["l10n_pl_ksef.document"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company.id),
                    ("state", "=", state),
                    ("original_ksef_number", "!=", False),
                    "|",
                    ("next_try_at", "=", False),
                    ("next_try_at", "<=", now),
                ],
                order="id",
            )
        )

    def _settle_one(self, document):
        try:
            is_ours = self._is_ours(document)
        except NotYet:
            at = backoff(document.attempts)
            durably(self.env, lambda: document._note(next_try_at=at))
            return
        if is_ours:
            self._adopt(document)
        else:
            durably(self.env, lambda: document._set_state(doc.REJECTED))
        durably(self.env, document.move_id._l10n_pl_ksef_notify)

    def _is_ours(self, document):
        """Tell whether the original has the same bytes.

        :raises NotYet: KSeF does not say it now
        """
        try:
            there = self._asked(
                document, lambda: self.client.invoice(document.original_ksef_number)
            )
        except NotOurs:
            return self._is_in_session(document)
        return sha256_base64(there) == document.xml_hash

    def _is_in_session(self, document):
        """Look into the session of the original: who may only send may read that."""
        wanted = (document.xml_hash, document.original_ksef_number)
        try:
            return wanted in self._asked(document, lambda: self._accepted(document))
        except NotOurs:
            return False

    def _accepted(self, document):
        """Return hash and number of each invoice in the session of the original."""
        if not document.original_session_number:
            return []
        listed = iterate_invoices(self.client, document.original_session_number)
        return [(invoice.invoice_hash, invoice.ksef_number) for invoice in listed]

    def _asked(self, document, call):
        """Return what KSeF gives.

        :raises NotYet: it may be given later
        :raises NotOurs: it is not ours to have
        :raises KsefError: KSeF cannot be reached, or our login is gone
        """
        try:
            return call()
        except KsefRequestRejected as error:
            is_clear = error.code not in WAITS
        except KsefProtocolError:
            is_clear = False
        except KsefAuthError as error:
            if error.reason not in (*FOREIGN, NO_REASON):
                raise
            is_clear = error.reason in FOREIGN
        if is_clear or self._is_old(document):
            raise NotOurs
        raise NotYet

    def _is_old(self, document):
        return not document.sent_at or document.sent_at <= fields.Datetime.now() - DOUBT

    # ------------------------------------------------------------------
    # taking over
    # ------------------------------------------------------------------
    def _adopt(self, document):
        """Take over the number that the same bytes got on an earlier way."""
        number = document.original_ksef_number
        values = {"ksef_number": number, "code_scope": False, "code": False}
        proof, told = self._upo(document)
        durably(
            self.env, lambda: self._keep_adopted(document, {**values, **told}, proof)
        )

    def _keep_adopted(self, document, values, proof):
        document._set_state(doc.ACCEPTED, **values)
        if proof:
            document._keep_upo(proof)

    def _fetch_upo(self, document):
        """Ask again for the UPO of a document that was taken over without it."""
        proof, told = self._upo(document)
        durably(self.env, lambda: self._keep_late_upo(document, told, proof))
        durably(self.env, document.move_id._l10n_pl_ksef_notify)

    def _keep_late_upo(self, document, values, proof):
        document._note(**values)
        if proof:
            document._keep_upo(proof)

    def _upo(self, document):
        """Return the document's own UPO or ``None``, and the values that tell of it."""
        try:
            proof, confirmed = self._asked(document, lambda: self._read_upo(document))
        except NotYet:
            return None, {"next_try_at": fields.Datetime.now() + UPO_PAUSE}
        except NotOurs:
            # Somebody else's session: number and bytes are proven all the same.
            return None, {"next_try_at": False}
        values = {"next_try_at": False}
        if confirmed:
            values["acquired_at"] = naive(confirmed.acquired_at)
            values["mode"] = confirmed.mode and confirmed.mode.lower()
        return proof, values

    def _read_upo(self, document):
        proof = self.client.invoice_upo_by_ksef_number(
            document.original_session_number, document.original_ksef_number
        )
        return proof, upo.parse(proof).document(document.xml_hash)

"""Giving up a document to which no answer comes: the environment was left, or is gone.

Never done by itself, and not while KSeF answers: what is on its way is looked up
there. A document of production may be accepted without our knowing, so the
administrator says twice that he has looked in KSeF himself. Should it turn up there all
the same, the daily comparison tells of it.
"""

from odoo import api, models
from odoo.exceptions import UserError

from ..common.document_states import GIVEN_UP, LIVE, QUEUED
from ..common.durable import SENDING
from ..common.session_states import FAILED, UNFINISHED

PRODUCTION = "prd"


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    def action_give_up(self):
        """Ask why these documents are given up."""
        for company in self.company_id:
            company._l10n_pl_ksef_check_administrator()
        for document in self:
            if refusal := document._give_up_refusal():
                raise UserError(refusal)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give up"),
            "res_model": "l10n_pl_ksef.give_up",
            "view_mode": "form",
            "target": "new",
            "context": {"default_document_ids": self.ids},
        }

    @api.private
    def _sent_to(self):
        """Return the environment that this document was, or would be, sent to."""
        self.ensure_one()
        sent_to = self.session_id.environment if self.attempts else False
        return sent_to or self.company_id.l10n_pl_ksef_environment

    @api.private
    def _give_up_refusal(self):
        """Say why this document is not to be given up, or return ``None``."""
        self.ensure_one()
        name = self.move_id.name
        if self.state not in LIVE:
            return self.env._("Invoice %(name)s has had its answer.", name=name)
        if self._sent_to() == PRODUCTION and self.state == QUEUED:
            return self.env._(
                "Invoice %(name)s is not at KSeF: it waits here and goes by itself.",
                name=name,
            )
        company = self.company_id
        was_left = self._sent_to() != company.l10n_pl_ksef_environment
        nobody_asks = was_left or not company._l10n_pl_ksef_is_active()
        if not nobody_asks and not self._lookup_has_failed():
            return self.env._(
                "KSeF answers, and invoice %(name)s is being looked up there. It can be"
                " given up only when that has failed or its environment was left.",
                name=name,
            )
        return None

    def _lookup_has_failed(self):
        if self.state == QUEUED:
            return bool(self.company_id.l10n_pl_ksef_problem_code)
        return bool(self.session_id.sudo().lookup_failed_at)

    @api.private
    def _give_up(self, reason):
        """End the wait for an answer.

        :param reason: of the person, for the chatter
        :raises UserError: the sender works on the company at this moment
        """
        for company, documents in self.sudo().grouped("company_id").items():
            documents._hold_sender(company)
            for document in documents:
                document._set_state(GIVEN_UP, next_try_at=False)
                document._log_give_up(reason)
            documents._end_sessions(reason)
            # The index that lets one document of an invoice live sees rows only.
            documents.flush_recordset(["state"])
        self.move_id._l10n_pl_ksef_notify()

    def _hold_sender(self, company):
        """Keep the company's turn until this transaction ends."""
        self.env.cr.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s)", (SENDING, company.id)
        )
        if not self.env.cr.fetchone()[0]:
            raise UserError(
                self.env._("KSeF is being asked at this moment. Try again in a minute.")
            )

    def _end_sessions(self, reason):
        """End the sessions of which nobody waits for anything any more."""
        for session in self.session_id:
            is_over = not any(d.state in LIVE for d in session.document_ids)
            if is_over and session.state in UNFINISHED:
                session._set_state(FAILED, next_check_at=False, details=reason)

    def _log_give_up(self, reason):
        fields = self.company_id._fields["l10n_pl_ksef_environment"]
        document = self.with_context(lang=self._chatter_lang())
        labels = dict(fields._description_selection(document.env))
        self.move_id._message_log(
            body=document.env._(
                "%(user)s gave up waiting for an answer of KSeF (%(environment)s):"
                " %(reason)s",
                user=self.env.user.name,
                environment=labels.get(self._sent_to(), ""),
                reason=reason,
            )
        )

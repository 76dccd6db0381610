"""What stays here although it is in the queue: a choice made since it was queued."""

from odoo import api, fields, models

from ..common.document_states import ONLINE, QUEUED


class ResCompany(models.Model):
    _inherit = "res.company"

    def write(self, vals):
        result = super().write(vals)
        if "l10n_pl_ksef_sending" in vals:
            # Switched on again: what stayed goes at once.
            self.env["l10n_pl_ksef.document"].sudo()._trigger_sending()
        return result

    @api.private
    def _l10n_pl_ksef_hold(self):
        """Say why nothing of this company's queue leaves now, or return ``None``."""
        self.ensure_one()
        if not self._l10n_pl_ksef_is_active():
            return self.env._("The company is not connected to KSeF.")
        if not self._l10n_pl_ksef_sends():
            return self.env._("Sending to KSeF is switched off.")
        return None


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.private
    def _withdraw_excepted(self, company):
        """Take out of the queue what a buyer's or a journal's choice keeps here.

        What was tried, or issued offline, exists and goes on.
        """
        excepted = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", QUEUED),
                ("attempts", "=", 0),
                ("issue_mode", "=", ONLINE),
                "|",
                ("move_id.commercial_partner_id.l10n_pl_ksef_never", "=", True),
                ("move_id.journal_id.l10n_pl_ksef_never", "=", True),
            ]
        )
        for document in excepted.try_lock_for_update():
            move = document.move_id
            reason = move._l10n_pl_ksef_exception()
            document.unlink()
            move._l10n_pl_ksef_keep_problem(reason or "")
            move._message_log(
                body=self.env._("Not sent to KSeF: %(reason)s", reason=reason)
            )
            move._l10n_pl_ksef_notify()


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_hold = fields.Char(
        "Why it is not sent now", compute="_compute_l10n_pl_ksef_hold"
    )

    @api.depends("l10n_pl_ksef_state", "company_id.l10n_pl_ksef_sending")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_hold(self):
        for move in self:
            waits = move.l10n_pl_ksef_state == QUEUED
            move.l10n_pl_ksef_hold = waits and move.company_id._l10n_pl_ksef_hold()

    def write(self, vals):
        # What is marked as outside KSeF must not leave by the queue.
        if vals.get("l10n_pl_ksef_outside"):
            marked = self.filtered(
                lambda m: m.l10n_pl_ksef_state and not m.l10n_pl_ksef_outside
            )
            marked._l10n_pl_ksef_check_unlocked()
            marked._l10n_pl_ksef_withdraw()
        return super().write(vals)

"""Invoices that name another one's KSeF number, and wait until it is there.

A correction names the corrected invoice, a settlement its advance invoices. Whoever
sends one before they have their numbers need not come back: it is queued by itself.
"""

from odoo import api, fields, models

from ..common.document_states import LIVE

#: rules that time mends: nothing but the number of another invoice is missing.
WAITING_CODES = frozenset({"origin_without_number", "advance_without_number"})


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_waits_for_number = fields.Boolean(
        "Waits for the KSeF number of another invoice", copy=False, readonly=True
    )

    # Asked for at each acceptance, and nearly always without a row.
    _l10n_pl_ksef_waits_index = models.Index(
        "(company_id) WHERE l10n_pl_ksef_waits_for_number IS TRUE"
    )

    @api.private
    def _l10n_pl_ksef_only_waits(self, problems):
        """Tell whether ``problems`` (errors) are but numbers that are on their way."""
        others = self.browse(problem.res_id for problem in problems)
        return self._l10n_pl_ksef_only_numbers(problems) and all(
            other.l10n_pl_ksef_state in LIVE for other in others
        )

    @api.private
    def _l10n_pl_ksef_only_numbers(self, problems):
        """Tell whether ``problems`` (errors) are but numbers of other invoices."""
        codes = {problem.code for problem in problems}
        return bool(codes) and codes <= WAITING_CODES

    @api.private
    def _l10n_pl_ksef_accepted(self):
        result = super()._l10n_pl_ksef_accepted()
        waiting = [
            ("l10n_pl_ksef_waits_for_number", "=", True),
            ("company_id", "in", self.company_id.ids),
        ]
        if self.sudo().search_count(waiting, limit=1):
            self.env.ref("l10n_pl_ksef.ir_cron_queue_waiting").sudo()._trigger()
        return result

    def button_draft(self):
        # EXTENDS 'account'
        result = super().button_draft()
        waiting = self.filtered("l10n_pl_ksef_waits_for_number")
        waiting.l10n_pl_ksef_waits_for_number = False
        return result

    @api.model
    def _cron_l10n_pl_ksef_queue_waiting(self):
        """Queue the invoices that waited for the KSeF number of another one."""
        domain = [
            ("l10n_pl_ksef_waits_for_number", "=", True),
            ("state", "=", "posted"),
        ]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.search_count(domain))
        for move in self.search(domain):
            # Another worker may have it, or have done it.
            move = move.try_lock_for_update().filtered_domain(domain)
            if move:
                move.with_company(move.company_id)._l10n_pl_ksef_enqueue()
                move._l10n_pl_ksef_notify()
            if not progress(1):
                break

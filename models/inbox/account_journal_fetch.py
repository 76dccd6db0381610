"""Odoo's own button for fetching e-invoices, on journals of purchases."""

from odoo import api, models
from odoo.tools import format_datetime

from ..common.rights import LOOK, RECEIVE, check_right, has_right


class AccountJournal(models.Model):
    _inherit = "account.journal"

    @api.depends_context("uid")
    @api.depends("company_id.l10n_pl_ksef_auth_certificate_id")
    def _compute_show_fetch_in_einvoices_button(self):
        # EXTENDS 'account'
        result = super()._compute_show_fetch_in_einvoices_button()
        if has_right(self.env, RECEIVE):
            self._l10n_pl_ksef_fetching().show_fetch_in_einvoices_button = True
        return result

    def button_fetch_in_einvoices(self):
        # EXTENDS 'account'
        super().button_fetch_in_einvoices()
        companies = self._l10n_pl_ksef_fetching().company_id
        return companies and companies._l10n_pl_ksef_fetch_now()

    def action_l10n_pl_ksef_inbox(self):
        """Open what waits in the inbox for this journal's company."""
        check_right(self.env, LOOK)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.l10n_pl_ksef_inbound_action"
        )
        return {**action, "context": {"search_default_open": 1}}

    def _l10n_pl_ksef_fetching(self):
        """Return the journals of purchases whose company fetches from KSeF."""
        return self.filtered(
            lambda journal: (
                journal.type == "purchase"
                and journal.company_id._l10n_pl_ksef_fetches()
            )
        )

    def _get_journal_dashboard_data_batched(self):
        # EXTENDS 'account'
        data = super()._get_journal_dashboard_data_batched()
        if not has_right(self.env, LOOK):
            return data
        waiting = self.env["l10n_pl_ksef.inbound"]._count_open(self.company_id)
        for journal in self._l10n_pl_ksef_fetching():
            data[journal.id]["l10n_pl_ksef_waiting"] = waiting.get(
                journal.company_id.id, 0
            )
        for journal in self:
            if text := journal._l10n_pl_ksef_resumes():
                data[journal.id]["l10n_pl_ksef_resumes"] = text
        return data

    def _l10n_pl_ksef_resumes(self):
        """Say when KSeF takes requests again, or return ``None``."""
        self.ensure_one()
        company = self.company_id
        if self.type == "sale" and company.l10n_pl_ksef_is_resting:
            at = format_datetime(
                self.env, company.l10n_pl_ksef_resumes_at, dt_format="short"
            )
            return self.env._("Sending to KSeF goes on at %(time)s", time=at)
        if self.type == "purchase" and company.l10n_pl_ksef_fetch_resumes_at:
            at = format_datetime(
                self.env, company.l10n_pl_ksef_fetch_resumes_at, dt_format="short"
            )
            return self.env._("Fetching from KSeF goes on at %(time)s", time=at)
        return None

"""Telling people in time that the relief of 2026 is nearly used up, or has ended."""

from odoo import api, fields, models

from ...ksef.deadlines import today_in_warsaw
from ..common.document_states import ACCEPTED, LIVE
from ..common.ksef_activities import administrators, schedule
from .res_company_relief import ENDED, NEAR_END, TASK


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_relief_warned = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Month and state of the relief that people were told of.",
    )

    @api.model
    def _cron_l10n_pl_ksef_month_end(self):
        result = super()._cron_l10n_pl_ksef_month_end()
        connected = [("l10n_pl_ksef_auth_certificate_id", "!=", False)]
        today = today_in_warsaw()
        for company in self.sudo().search(connected):
            is_lost = company._l10n_pl_ksef_relief_was_lost(today)
            if company.l10n_pl_ksef_relief_is_lost != is_lost:
                company.l10n_pl_ksef_relief_is_lost = is_lost
            company._l10n_pl_ksef_warn_of_relief()
        return result

    def _l10n_pl_ksef_warn_of_relief(self):
        """Give the administrators one task for each state of a month."""
        self.ensure_one()
        state = self.l10n_pl_ksef_relief_state
        told = f"{today_in_warsaw():%Y-%m}:{state}"
        is_news = self.l10n_pl_ksef_relief_warned != told
        if state not in (NEAR_END, ENDED) or not is_news:
            return
        self.l10n_pl_ksef_relief_warned = told
        for user in administrators(self):
            env = self.with_context(lang=user.lang).env
            schedule(self.partner_id, TASK, user, _sentence(env, state))


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_relief_alert = fields.Char(
        "Relief notice", compute="_compute_l10n_pl_ksef_relief_alert", compute_sudo=True
    )

    @api.depends("state", "move_type", "l10n_pl_ksef_state", "company_id")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_relief_alert(self):
        for move in self:
            company = move.company_id
            is_outside = (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and move.l10n_pl_ksef_state not in (*LIVE, ACCEPTED)
                and company._l10n_pl_ksef_is_active()
            )
            state = is_outside and company.l10n_pl_ksef_relief_state
            move.l10n_pl_ksef_relief_alert = state in (NEAR_END, ENDED) and _sentence(
                self.env, state
            )


def _sentence(env, state):
    if state == NEAR_END:
        return env._(
            "Invoices outside KSeF have nearly reached 10 000 PLN this month. The"
            " invoice that exceeds it must go to KSeF."
        )
    return env._(
        "Invoices outside KSeF have exceeded 10 000 PLN in a month: from that invoice"
        " on, invoices for firms must go to KSeF."
    )

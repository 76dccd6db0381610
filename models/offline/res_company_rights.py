"""The rights that KSeF has granted our login, as far as KSeF was last heard.

Asked once a day by the scheduler, before the day's first invoice could be issued
offline, and not when a person presses the button: invoices are issued offline when KSeF
does not answer, and nobody should wait for that. An invoice that is issued offline
exists and must reach KSeF; without the right it never could, so issuing is refused.
Where KSeF was not reached today, what it said last counts, and its age is told.
"""

from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...ksef.deadlines import WARSAW, today_in_warsaw
from ...ksef.errors import KsefError
from ..common.durable import durably, take_turns
from ..sending.request_budget import RequestBudget

WRITE = "InvoiceWrite"


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_missing_rights = fields.Json(
        readonly=True, copy=False, export_string_translation=False
    )
    l10n_pl_ksef_rights_at = fields.Datetime(
        "Rights in KSeF known since", readonly=True, copy=False
    )

    @api.private
    def _l10n_pl_ksef_keep_rights(self, missing):
        """Keep what KSeF has just said.

        :param missing: names of the needed rights that the login lacks
        """
        self.sudo().write(
            {
                "l10n_pl_ksef_missing_rights": list(missing),
                "l10n_pl_ksef_rights_at": fields.Datetime.now(),
            }
        )

    def _l10n_pl_ksef_rights_are_of_today(self):
        self.ensure_one()
        at = self.sudo().l10n_pl_ksef_rights_at
        if not at:
            return False
        here = at.replace(tzinfo=timezone.utc).astimezone(WARSAW)
        return here.date() == today_in_warsaw()

    @api.private
    def _l10n_pl_ksef_look_at_rights(self, client):
        """Ask KSeF once a day; when it does not say, the last word counts."""
        self.ensure_one()
        if self._l10n_pl_ksef_rights_are_of_today():
            return
        try:
            missing = self.env["l10n_pl_ksef.connection"]._missing_rights(client)
        except KsefError:
            return
        durably(self.env, lambda: self._l10n_pl_ksef_keep_rights(missing))

    @api.model
    def _cron_l10n_pl_ksef_look_at_rights(self):
        """Ask for the rights of each connected company, once a day."""
        companies = self.sudo().search(
            [("l10n_pl_ksef_auth_certificate_id", "!=", False)]
        )
        take_turns(
            companies.filtered(lambda c: not c._l10n_pl_ksef_rights_are_of_today()),
            _look_at_rights,
        )

    @api.private
    def _l10n_pl_ksef_check_may_issue(self):
        """Refuse to issue offline what could never be sent.

        :raises UserError: KSeF has said that the right is missing
        """
        company = self.sudo()
        if WRITE not in (company.l10n_pl_ksef_missing_rights or ()):
            return
        raise UserError(
            self.env._(
                "The invoice cannot be issued offline, because it could not be sent"
                " later: KSeF said on %(time)s that the owner of the certificate has no"
                " right to issue invoices (InvoiceWrite) for %(company)s. Grant it in"
                " KSeF (Permissions), then press Test connection.",
                time=format_datetime(self.env, company.l10n_pl_ksef_rights_at),
                company=company.name,
            )
        )


class Connection(models.AbstractModel):
    _inherit = "l10n_pl_ksef.connection"

    def _connect(self, company, environment, authentication, offline):
        missing = super()._connect(company, environment, authentication, offline)
        company._l10n_pl_ksef_keep_rights(missing)
        return missing

    def _test(self, company):
        works, missing = super()._test(company)
        if works:
            company._l10n_pl_ksef_keep_rights(missing)
        return works, missing


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.private
    def _issue_offline(self, mode):
        for company in self.company_id:
            company._l10n_pl_ksef_check_may_issue()
        return super()._issue_offline(mode)

    def _tell_offline(self):
        result = super()._tell_offline()
        company = self.company_id.sudo()
        at = company.l10n_pl_ksef_rights_at
        if at and not company._l10n_pl_ksef_rights_are_of_today():
            env = self.with_context(lang=self._chatter_lang()).env
            self.move_id._message_log(
                body=env._(
                    "KSeF could not be asked today whether invoices may be issued. It"
                    " last said yes on %(time)s (%(days)s days ago).",
                    time=format_datetime(env, at),
                    days=(fields.Datetime.now() - at).days,
                )
            )
        return result


def _look_at_rights(company):
    """Ask for the rights of one company, in its turn."""
    try:
        client = RequestBudget(company.sudo()).client()
    except KsefError:
        # The lamp tells of it already.
        return
    company._l10n_pl_ksef_look_at_rights(client)

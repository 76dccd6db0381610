"""Who is told that an invoice has come: a task for each, or one e-mail a day.

Told are the person who is responsible (by rule, by hand, or for the whole inbox) and
those who follow the supplier.
"""

from datetime import datetime, timedelta

from odoo import api, fields, models

from ...ksef.deadlines import today_in_warsaw
from ...ksef.identifiers import nip_spellings
from ..common.ksef_activities import administrators, schedule
from ..policy.res_company_policy import WARSAW
from .inbound_states import BUYER, OPEN

ACTIVITY, DIGEST, NOTHING = "activity", "digest", "none"
TASK = "mail_activity_received"
#: hour in Warsaw from which the e-mail of the day is written.
DIGEST_HOUR = 7
#: what has come longer ago is history that was fetched, no news.
NEWS_DAYS = 7
#: invoices that one e-mail names.
NAMED = 50


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_notice = fields.Selection(
        [
            (DIGEST, "One e-mail a day"),
            (ACTIVITY, "A task for each invoice"),
            (NOTHING, "Nothing"),
        ],
        "Who is responsible gets",
        default=DIGEST,
        required=True,
    )
    l10n_pl_ksef_digest_on = fields.Date(
        copy=False, readonly=True, export_string_translation=False
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    l10n_pl_ksef_follower_ids = fields.Many2many(
        "res.users",
        "l10n_pl_ksef_partner_follower_rel",
        "partner_id",
        "user_id",
        "Told about bills from KSeF",
        domain=[("share", "=", False)],
        help="They are told when an invoice of this supplier arrives, and follow its"
        " bill.",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_tell(self, job):
        # Also bills of files that a person has uploaded.
        result = super()._l10n_pl_ksef_tell(job)
        followers = self.commercial_partner_id.sudo().l10n_pl_ksef_follower_ids
        if self.is_purchase_document() and followers:
            self.sudo().message_subscribe(partner_ids=followers.partner_id.ids)
        return result


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    is_told = fields.Boolean(readonly=True, export_string_translation=False)

    _untold_index = models.Index("(company_id) WHERE is_told IS NOT TRUE")

    def _followers(self):
        """Return the users who follow this supplier."""
        if not self.seller_nip:
            return self.env["res.users"]
        partners = (
            self.env["res.partner"]
            .sudo()
            .search(
                [
                    ("vat", "in", nip_spellings(self.seller_nip)),
                    ("l10n_pl_ksef_follower_ids", "!=", False),
                    ("company_id", "in", (False, self.company_id.id)),
                ]
            )
        )
        return partners.l10n_pl_ksef_follower_ids

    def _watchers(self):
        """Return everybody who is told; nobody is left out who works elsewhere."""
        company = self.branch_id or self.company_id
        responsible = self._responsible() or administrators(company)[:1]
        people = (responsible | self._followers()).sudo()
        return people.filtered(
            lambda user: (
                user.active
                and not user.share
                and (self.company_id | self.branch_id) & user.company_ids
            )
        )

    def _tell_people(self):
        """Tell of one invoice that has just been read."""
        followers = self._followers()
        if followers:
            self.sudo().message_subscribe(partner_ids=followers.partner_id.ids)
        notice = self.company_id.l10n_pl_ksef_notice
        if self.is_told or (notice == DIGEST and self._is_news()):
            return
        if notice == ACTIVITY and self._is_news():
            self._give_tasks()
        self._note(is_told=True)

    def _is_news(self):
        """Tell whether it is a purchase that has come lately."""
        moment = self.acquired_at or self.fetched_at
        oldest = fields.Datetime.now() - timedelta(days=NEWS_DAYS)
        return self.role == BUYER and moment >= oldest

    def _give_tasks(self):
        """Give each person a task, on the bill where there is one already."""
        record = self.move_id or self
        for user in self._watchers():
            env = self.with_context(lang=user.lang).env
            summary = env._(
                "New invoice: %(number)s, %(supplier)s",
                number=self.invoice_number or self.ksef_number,
                supplier=self.seller_name or "-",
            )
            schedule(record, TASK, user, summary)

    @api.private
    def _set_state(self, state, **values):
        result = super()._set_state(state, **values)
        if state not in OPEN:
            # Somebody has decided: there is nothing to do about the row any more.
            self.sudo().activity_unlink([f"l10n_pl_ksef.{TASK}"])
        return result

    # ------------------------------------------------------------------
    # the e-mail of the day
    # ------------------------------------------------------------------
    @api.model
    def _cron_send_digest(self):
        """Write to everybody who is told, once a day, where there is news."""
        if datetime.now(WARSAW).hour < DIGEST_HOUR:
            return
        today = today_in_warsaw()
        companies = (
            self.env["res.company"]
            .sudo()
            .search(
                [
                    ("l10n_pl_ksef_notice", "=", DIGEST),
                    "|",
                    ("l10n_pl_ksef_digest_on", "=", False),
                    ("l10n_pl_ksef_digest_on", "<", today),
                ]
            )
        )
        for company in companies:
            self._send_digests(company)
            self.env["ir.cron"]._commit_progress(1)

    def _send_digests(self, company):
        rows = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("is_told", "=", False),
                ("is_read", "=", True),
            ]
        )
        news = rows.filtered(lambda row: row._is_news())
        by_user = {}
        for row in news:
            for user in row._watchers():
                by_user[user] = by_user.get(user, row.browse()) | row
        for user, own in by_user.items():
            if user.email:
                own._send_digest(company, user)
        rows._note(is_told=True)
        if news:
            company.l10n_pl_ksef_digest_on = today_in_warsaw()

    def _send_digest(self, company, user):
        """Write one e-mail in the user's language."""
        # He need not have the right to open the inbox.
        rows = self.sudo().with_company(company)
        rows = rows.with_context(lang=user.lang, tz=user.tz)
        env = rows.env
        subject = env._(
            "KSeF: new invoices: %(count)s (%(company)s)",
            count=len(self),
            company=company.name,
        )
        body = env["ir.qweb"]._render(
            "l10n_pl_ksef.inbox_digest",
            {
                "company": company,
                "rows": rows[:NAMED],
                "more": max(0, len(rows) - NAMED),
                "url": f"{company.get_base_url()}/odoo/ksef-inbox",
                "states": dict(self._fields["state"]._description_selection(env)),
            },
            minimal_qcontext=True,
        )
        sender = company.partner_id.email_formatted or user.email_formatted
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "email_from": sender,
                "recipient_ids": [fields.Command.set(user.partner_id.ids)],
                "auto_delete": True,
            }
        )

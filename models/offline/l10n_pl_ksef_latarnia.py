"""Outages as the ministry's status service ("Latarnia") announces them.

It informs, a person decides: what it says becomes a proposal with a task for the
accounting administrators. It never keeps an invoice from being sent, and where it does
not answer nothing is known and nothing happens. The service of TEST shows made-up
failures and is not asked.
"""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_datetime

from ...ksef.calls import utcnow
from ...ksef.deadlines import Outage
from ...ksef.errors import KsefError
from ...ksef.latarnia import Latarnia
from ...ksef.messages_latarnia import ServiceState, outages_of
from ..common.ksef_activities import administrators, schedule
from ..common.moments import naive
from ..common.rights import ADMIN, check_right

_logger = logging.getLogger(__name__)

LATARNIA_URL_PARAMETER = "l10n_pl_ksef.custom_latarnia_url"
#: environments whose service tells the truth.
ASKED = ("prd", "custom")
PROPOSED, CONFIRMED, DISMISSED = "proposed", "confirmed", "dismissed"
TASK = "mail_activity_outage"
#: older announcements are history.
RECENT = timedelta(days=30)


class Gateway(models.AbstractModel):
    _inherit = "l10n_pl_ksef.gateway"

    @api.private
    def _latarnia(self, code):
        """Return the status service of an environment, ``None`` where there is none.

        :raises UserError, KsefError: the custom address is missing or wrong
        """
        environment = self._environment(code)
        if code == "custom":
            url = (
                self.env["ir.config_parameter"].sudo().get_param(LATARNIA_URL_PARAMETER)
            )
            environment = environment.custom(
                environment.api_url, environment.qr_url, url or None
            )
        latarnia = Latarnia(environment)
        return latarnia if latarnia.is_binding else None


class OutageOfKsef(models.Model):
    _name = "l10n_pl_ksef.outage"
    _inherit = ["l10n_pl_ksef.outage", "mail.thread", "mail.activity.mixin"]

    state = fields.Selection(
        [
            (PROPOSED, "Announced, to be confirmed"),
            (CONFIRMED, "Confirmed"),
            (DISMISSED, "Dismissed"),
        ],
        default=CONFIRMED,
        required=True,
        readonly=True,
        help="Only confirmed outages decide modes and deadlines.",
    )
    announced_key = fields.Char(readonly=True, export_string_translation=False)
    announced_end = fields.Datetime(
        "End announced", readonly=True, help="To be confirmed by a person."
    )

    @api.constrains("mode", "start", "end", "state")
    def _check_entered_once(self):
        """Refuse a time that counts already: its end would be counted twice."""
        for outage in self.filtered(lambda o: o.state == CONFIRMED):
            same = self.sudo().search(
                [
                    ("id", "!=", outage.id),
                    ("mode", "=", outage.mode),
                    ("state", "=", CONFIRMED),
                    "|",
                    ("end", "=", False),
                    ("end", ">", outage.start),
                    *([("start", "<", outage.end)] if outage.end else []),
                ],
                limit=1,
            )
            if same:
                raise ValidationError(
                    self.env._(
                        "An outage of this kind is entered for that time already: it"
                        " began at %(start)s. Change that one instead.",
                        start=format_datetime(self.env, same.start),
                    )
                )

    # ------------------------------------------------------------------
    # reading
    # ------------------------------------------------------------------
    @api.model
    def _cron_read_latarnia(self):
        """Ask how KSeF is and propose what is announced."""
        companies = (
            self.env["res.company"]
            .sudo()
            .search(
                [
                    ("l10n_pl_ksef_environment", "in", ASKED),
                    ("l10n_pl_ksef_auth_certificate_id", "!=", False),
                ]
            )
        )
        for code in sorted(set(companies.mapped("l10n_pl_ksef_environment"))):
            users = self.env["res.users"].union(
                *(
                    administrators(company)
                    for company in companies
                    if company.l10n_pl_ksef_environment == code
                )
            )
            self._read_latarnia(code, users)

    def _read_latarnia(self, code, users):
        try:
            latarnia = self.env["l10n_pl_ksef.gateway"]._latarnia(code)
        except (UserError, KsefError):
            latarnia = None
        if latarnia is None:
            return
        status = latarnia.state()
        if status.state is ServiceState.UNKNOWN:
            _logger.info("Latarnia of %s: unknown (%s)", code, status.problem)
            return
        for outage in self._announced(latarnia, status):
            self._propose(outage, users)

    def _announced(self, latarnia, status):
        """Return the outages of the last days that began already."""
        try:
            messages = latarnia.messages()
        except KsefError:
            messages = status.messages
        outages = outages_of(messages)
        now = utcnow()
        if not outages and status.offline_mode:
            outages = (Outage(status.offline_mode, status.asked_at),)
        return [each for each in outages if now - RECENT < each.start <= now]

    def _propose(self, announced, users):
        start, end = naive(announced.start), naive(announced.end)
        # Maintenance is announced with its end, which may be moved yet.
        end = end if end and end <= fields.Datetime.now() else False
        key = f"{announced.mode.value} {start}"
        row = self._row_of(announced.mode, key, end)
        if not row:
            row = self.sudo().create(
                {
                    "mode": announced.mode.value,
                    "start": start,
                    "state": PROPOSED,
                    "announced_key": key,
                    "note": "Latarnia",
                }
            )
            row._ask(users)
        if end and row.state != DISMISSED and not row.end and not row.announced_end:
            row.announced_end = end
            row._ask(users)

    def _row_of(self, mode, key, end):
        """Return the row of what is announced; one typed in by hand counts too."""
        rows = self.sudo().search([("mode", "=", mode.value)])
        known = rows.filtered(lambda row: row.announced_key == key)[:1]
        if known or end:
            return known
        by_hand = rows.filtered(lambda row: not row.end and not row.announced_key)[:1]
        by_hand.announced_key = key
        lasting = rows.filtered(lambda row: not row.end and row.state != DISMISSED)
        return by_hand or lasting[:1]

    def _ask(self, users):
        """Give the administrators the task to decide, in the language of each."""
        self.activity_unlink([f"l10n_pl_ksef.{TASK}"])
        for user in users:
            env = self.with_context(lang=user.lang, tz=user.tz).env
            if self.announced_end:
                summary = env._(
                    "End of the KSeF outage announced: %(moment)s",
                    moment=format_datetime(env, self.announced_end),
                )
            else:
                summary = env._(
                    "Outage of KSeF announced: %(moment)s",
                    moment=format_datetime(env, self.start),
                )
            note = env._("Confirm or dismiss it in Accounting > KSeF > Outages.")
            schedule(self, TASK, user, summary, note=note)

    # ------------------------------------------------------------------
    # deciding
    # ------------------------------------------------------------------
    def action_confirm(self):
        """Let the announced outage, or its announced end, count."""
        self._check_decides()
        for outage in self.sudo():
            values = {"state": CONFIRMED}
            if outage.announced_end:
                values["end"] = outage.announced_end
            outage.write(values)
        self.sudo().activity_unlink([f"l10n_pl_ksef.{TASK}"])

    def action_dismiss(self):
        """Put the announcement aside; it is not proposed again."""
        self._check_decides()
        self.sudo().filtered(lambda o: o.state == PROPOSED).state = DISMISSED
        self.sudo().activity_unlink([f"l10n_pl_ksef.{TASK}"])

    def _check_decides(self):
        check_right(self.env, ADMIN)

"""The day of an invoice, for which it waits, and the end of the time to send it."""

from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...ksef import deadlines
from ..common.document_states import ONLINE, QUEUED, REJECTED
from ..common.durable import durably
from ..common.ksef_activities import responsible, schedule

#: Warsaw; a few minutes after midnight, so that no clock is still in yesterday.
DAY_BEGINS = time(0, 5)

DEADLINE = "mail_activity_deadline"


def beginning_of(day):
    """Return when KSeF takes an invoice of ``day``: naive UTC."""
    begins = datetime.combine(day, DAY_BEGINS, tzinfo=deadlines.WARSAW)
    return begins.astimezone(timezone.utc).replace(tzinfo=None)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    warned_of = fields.Date(
        readonly=True,
        export_string_translation=False,
        help="The deadline that somebody has been warned of; so it is done once.",
    )

    @api.private
    def _freeze(self, move, xml, at=False):
        # KSeF refuses tomorrow's date: such an invoice waits in the queue.
        day = beginning_of(move.invoice_date)
        if day > fields.Datetime.now():
            at = max(at or day, day)
        return super()._freeze(move, xml, at)

    @api.private
    def _issue_offline(self, mode):
        today = deadlines.today_in_warsaw()
        for document in self:
            if document.move_id.invoice_date > today:
                raise UserError(
                    self.env._(
                        "Invoice %(name)s is dated %(day)s. It cannot be issued before"
                        " that day.",
                        name=document.move_id.name,
                        day=format_date(self.env, document.move_id.invoice_date),
                    )
                )
        return super()._issue_offline(mode)

    # ------------------------------------------------------------------
    # warning before the time runs out
    # ------------------------------------------------------------------
    @api.model
    def _cron_watch_deadlines(self):
        """Warn of each deadline once, on its last day; take back what moved."""
        self.sudo()._turn_those_past_midnight()
        waiting = self.sudo()._offline_waiting()
        moved = waiting.filtered(lambda d: d.warned_of and d.warned_of != d.send_by)
        moved._take_warning_back()
        today = deadlines.today_in_warsaw()
        for document in waiting:
            if document.send_by and document.send_by <= today:
                document._warn_of_deadline()

    def _turn_those_past_midnight(self):
        """Issue in offline24 what waits since another day, whatever holds it.

        Before it is sent the sender does that; here it is done while KSeF does not
        answer, so that codes, deadline and warning do not wait for it.
        """
        today = deadlines.today_in_warsaw()
        late = self.search(
            [
                ("state", "=", QUEUED),
                ("issue_mode", "=", ONLINE),
                ("queued_at", "<", beginning_of(today)),
                ("move_id.invoice_date", "<", today),
            ]
        )
        for document in late:
            # Alone: each commit empties the cache.
            durably(self.env, document.with_prefetch()._turn_if_nobody_works_on_it)

    def _turn_if_nobody_works_on_it(self):
        if document := self.try_lock_for_update():
            document._turn_offline_if_late()

    def _take_warning_back(self):
        self.move_id.sudo().activity_unlink([f"l10n_pl_ksef.{DEADLINE}"])
        self.write({"warned_of": False})

    def _warn_of_deadline(self):
        self.ensure_one()
        if self.warned_of:
            return
        user = responsible(self.move_id)
        env = self.with_context(lang=user.lang).env
        schedule(
            self.move_id,
            DEADLINE,
            user,
            env._("Issued offline: must be in KSeF today"),
            note=self.with_env(env)._words_of_warning(),
            day=self.send_by,
        )
        self.warned_of = self.send_by

    def _words_of_warning(self):
        """Say by when the invoice must be there, and who has to do something."""
        facts = {
            "name": self.move_id.name,
            "day": format_date(self.env, self.send_by),
            "article": self.send_by_article,
        }
        if self.state == REJECTED:
            return self.env._(
                "Invoice %(name)s must reach KSeF by %(day)s (art. %(article)s of the"
                " VAT Act), and KSeF rejected it. Mend what KSeF names and send it"
                " again; it does not go by itself.",
                **facts,
            )
        return self.env._(
            "Invoice %(name)s must reach KSeF by %(day)s (art. %(article)s of the"
            " VAT Act) and has not been taken yet. It is tried again by itself; see"
            " what holds it.",
            **facts,
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_urgency = fields.Selection(
        [
            ("late", "Deadline missed"),
            ("last_day", "Last day"),
            ("soon", "In time"),
            ("outage", "The outage lasts, no deadline yet"),
        ],
        "Deadline of KSeF",
        compute="_compute_l10n_pl_ksef_urgency",
    )

    @api.depends(
        "l10n_pl_ksef_send_by", "l10n_pl_ksef_must_arrive", "l10n_pl_ksef_state"
    )
    def _compute_l10n_pl_ksef_urgency(self):
        today = deadlines.today_in_warsaw()
        for move in self:
            day = move.l10n_pl_ksef_send_by
            if day:
                urgency = "late" if day < today else "soon"
                urgency = "last_day" if day == today else urgency
            else:
                urgency = move.l10n_pl_ksef_must_arrive and "outage"
            move.l10n_pl_ksef_urgency = urgency

    @api.private
    def _l10n_pl_ksef_accepted(self):
        result = super()._l10n_pl_ksef_accepted()
        self.sudo().activity_unlink([f"l10n_pl_ksef.{DEADLINE}"])
        return result

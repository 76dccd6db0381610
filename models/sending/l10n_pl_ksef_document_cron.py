"""When documents go: whose turn it is at KSeF, and when the next row is due."""

from odoo import api, fields, models

from ..common.document_states import ACCEPTED, QUEUED, SENDING, UNKNOWN
from ..common.durable import take_turns
from ..common.session_states import UNFINISHED
from .sending_run import send_for

#: documents that KSeF had got before (440); see ``duplicates``.
_DUPLICATES = [("original_ksef_number", "!=", False)]


def _due(now, field, states):
    return ["&", ("state", "in", states), "|", (field, "=", False), (field, "<=", now)]


def _first(rows, field, *domain):
    """Return the earliest ``field`` of the rows that have one, or ``False``."""
    return rows.search([(field, "!=", False), *domain], order=field, limit=1)[field]


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.model
    def _cron_send_documents(self):
        """Give each company with something due its turn at KSeF."""
        take_turns(self._companies_with_work(), send_for)
        self._trigger_next()

    def _companies_with_work(self):
        """Return the connected companies that have a row due now."""
        now = fields.Datetime.now()
        connected = self._connected()
        holding = connected.filtered(lambda c: c._l10n_pl_ksef_hold())
        documents = self.sudo().search(
            [
                *_due(now, "next_try_at", (QUEUED, SENDING)),
                "|",
                ("state", "=", SENDING),
                ("company_id", "not in", holding.ids),
            ]
        )
        documents |= self.sudo().search(
            [*_DUPLICATES, *_due(now, "next_try_at", (UNKNOWN,))]
        )
        # Taken over without its UPO, which comes later.
        documents |= self.sudo().search(
            [*_DUPLICATES, ("state", "=", ACCEPTED), ("next_try_at", "<=", now)]
        )
        sessions = self.env["l10n_pl_ksef.session"].sudo()
        sessions = sessions.search(_due(now, "next_check_at", UNFINISHED))
        return (documents.company_id | sessions.company_id) & connected

    def _connected(self):
        connected = [("l10n_pl_ksef_auth_certificate_id", "!=", False)]
        return self.env["res.company"].sudo().search(connected)

    @api.private
    def _trigger_next(self):
        """Wake the cron when the next row is due (KSeF's own hints included).

        Rows of companies that do not send would wake it again and again for nothing.
        """
        connected = self._connected()
        sending = connected.filtered(lambda c: not c._l10n_pl_ksef_hold())
        sessions = self.env["l10n_pl_ksef.session"].sudo()
        times = (
            _first(
                self.sudo(),
                "next_try_at",
                ("company_id", "in", sending.ids),
                "|",
                ("state", "=", QUEUED),
                "&",
                ("state", "in", (UNKNOWN, ACCEPTED)),
                *_DUPLICATES,
            ),
            _first(
                sessions,
                "next_check_at",
                ("company_id", "in", connected.ids),
                ("state", "in", UNFINISHED),
            ),
        )
        at = min(filter(None, times), default=None)
        if at:
            self._trigger_sending(max(at, fields.Datetime.now()))

    @api.private
    def _trigger_sending(self, at=None):
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents").sudo()
        cron._trigger(at=at)

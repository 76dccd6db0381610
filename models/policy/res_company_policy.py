"""How a company's invoices travel: by hand or by themselves, and when."""

from datetime import datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .sending_policy import (
    AT_ONCE,
    COMPRESSIONS,
    DAILY,
    HYBRID,
    INTERVAL,
    MANUAL,
    OFF,
    SENDING,
    SENT_BY_ITSELF,
    WHEN,
    ZIP,
)

WARSAW = ZoneInfo("Europe/Warsaw")

POLICY_FIELDS = (
    "l10n_pl_ksef_sending",
    "l10n_pl_ksef_send_when",
    "l10n_pl_ksef_send_minutes",
    "l10n_pl_ksef_send_hour",
    "l10n_pl_ksef_block_posting",
    "l10n_pl_ksef_offline_after",
    "l10n_pl_ksef_batch_from",
    "l10n_pl_ksef_compression",
)


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_sending = fields.Selection(
        SENDING,
        "Sending to KSeF",
        default=MANUAL,
        required=True,
        help="By hand: you press the button; e-mails to companies wait for the KSeF"
        " number.\n"
        "Hybrid: purchase invoices are fetched, sales are sent by hand; what was not"
        " sent can still be changed and e-mailed as before.\n"
        "By itself: invoices are sent when they are confirmed.",
    )
    l10n_pl_ksef_send_when = fields.Selection(
        WHEN, "When it is sent", default=AT_ONCE, required=True
    )
    l10n_pl_ksef_send_minutes = fields.Integer("Minutes between", default=30)
    l10n_pl_ksef_send_hour = fields.Float(
        "Hour of the day",
        default=18.0,
        help="In Polish time. What is confirmed later on the same day is sent at once,"
        " so that it still arrives on the day of its issue.",
    )
    l10n_pl_ksef_block_posting = fields.Boolean(
        "Refuse to confirm invoices that are unfit for KSeF",
        default=True,
        help="Otherwise the invoice is confirmed and shows what is to be mended before"
        " it can be sent.",
    )

    l10n_pl_ksef_offline_after = fields.Integer(
        "Issue offline after so many failed tries",
        default=0,
        help="When KSeF does not answer, a waiting invoice is issued in offline24 with"
        " two QR codes and can be handed over. 0: never by itself.",
    )

    l10n_pl_ksef_batch_from = fields.Integer(
        "Send as a package from so many invoices",
        default=25,
        help="So many invoices that wait together go as one batch package, which needs"
        " far fewer requests. 0: always one by one.",
    )
    l10n_pl_ksef_compression = fields.Selection(
        COMPRESSIONS,
        "Kind of package",
        default=ZIP,
        required=True,
        help="KSeF takes both. All files of a tar.gz are packed together, so it is a"
        " good deal smaller where thousands of similar invoices go at once.",
    )

    @api.constrains("l10n_pl_ksef_send_minutes", "l10n_pl_ksef_send_hour")
    def _check_l10n_pl_ksef_schedule(self):
        for company in self:
            if not 1 <= company.l10n_pl_ksef_send_minutes <= 24 * 60:
                raise ValidationError(
                    self.env._("Choose between 1 and 1440 minutes for KSeF.")
                )
            if not 0 <= company.l10n_pl_ksef_send_hour < 24:
                raise ValidationError(self.env._("Choose an hour from 0:00 to 23:59."))

    def action_l10n_pl_ksef_policy(self):
        """Open the choices of how invoices travel."""
        self._l10n_pl_ksef_check_administrator()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("How invoices travel"),
            "res_model": "l10n_pl_ksef.policy",
            "view_mode": "form",
            "target": "new",
            "context": {"default_company_id": self.id},
        }

    def action_l10n_pl_ksef_invoice_details(self):
        """Open what invoices show, for those who do not open Odoo's settings."""
        self._l10n_pl_ksef_check_administrator()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What invoices show"),
            "res_model": "l10n_pl_ksef.invoice_details",
            "view_mode": "form",
            "target": "new",
            "context": {"default_company_id": self.id},
        }

    @api.private
    def _l10n_pl_ksef_set_policy(self, values):
        """Write the choices, for an accounting administrator.

        :raises AccessError: somebody else
        """
        self._l10n_pl_ksef_check_administrator()
        self.sudo().write({name: values[name] for name in POLICY_FIELDS})

    def _l10n_pl_ksef_sends(self):
        """Tell whether anything of this company goes to KSeF at all."""
        self.ensure_one()
        return self._l10n_pl_ksef_is_active() and self.l10n_pl_ksef_sending != OFF

    def _l10n_pl_ksef_is_strict(self):
        """Tell whether invoices are meant for KSeF unless excepted (not hybrid)."""
        self.ensure_one()
        return self._l10n_pl_ksef_sends() and self.l10n_pl_ksef_sending != HYBRID

    def _l10n_pl_ksef_kinds_sent(self):
        """Return the kinds of buyers whose invoices are sent by themselves."""
        self.ensure_one()
        if not self._l10n_pl_ksef_is_active():
            return frozenset()
        return frozenset(SENT_BY_ITSELF.get(self.l10n_pl_ksef_sending, ()))

    def _l10n_pl_ksef_next_slot(self, now=None):
        """Return the time (naive UTC) of the next sending, ``False`` for at once.

        :param datetime now: naive UTC
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        slot = {
            AT_ONCE: lambda: False,
            INTERVAL: lambda: self._l10n_pl_ksef_next_interval(now),
            DAILY: lambda: self._l10n_pl_ksef_next_hour(now),
        }
        return slot[self.l10n_pl_ksef_send_when]()

    def _l10n_pl_ksef_next_interval(self, now):
        minutes = self.l10n_pl_ksef_send_minutes
        midnight = datetime.combine(now.date(), time())
        passed = (now - midnight) // timedelta(minutes=minutes)
        slot = midnight + (passed + 1) * timedelta(minutes=minutes)
        # After midnight in Poland it would be too late for an invoice of today.
        is_today = _here(slot).date() == _here(now).date()
        return is_today and slot

    def _l10n_pl_ksef_next_hour(self, now):
        here = _here(now)
        hour, minute = divmod(round(self.l10n_pl_ksef_send_hour * 60), 60)
        slot = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        # Tomorrow would be too late for an invoice of today.
        return slot > here and slot.astimezone(timezone.utc).replace(tzinfo=None)


def _here(moment):
    """Return a naive UTC time as the clock shows it in Poland."""
    return moment.replace(tzinfo=timezone.utc).astimezone(WARSAW)

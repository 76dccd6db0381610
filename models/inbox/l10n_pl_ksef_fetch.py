"""How far fetching has come, per company, environment and role in the invoice.

The checkpoint moves with the documents that it stands for, in one transaction. The
number and the sealed key of an export are kept before it is polled: whoever comes after
a worker that died goes on with it.
"""

from datetime import datetime, time, timedelta, timezone

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.calls import utcnow
from ...ksef.crypto import SessionKey
from ..common.durable import FETCHING, take_turns
from ..common.moments import naive
from ..common.vault import VaultError, seal, unseal
from ..policy.res_company_policy import WARSAW
from .fetching_run import fetch_for
from .inbound_states import BUYER, ROLES

#: how far back the first fetching goes when no date was chosen.
FIRST_MONTHS = 3
#: roles other than the buyer's are asked for at night, a company after the other.
NIGHT_HOUR = 1
NIGHT_MINUTES = 240

#: what is kept of an export on its way.
_ORDER = ("reference_number", "sealed_key", "ordered_at", "range_start", "range_end")


class Fetch(models.Model):
    _name = "l10n_pl_ksef.fetch"
    _description = "Fetching from KSeF"
    _order = "company_id, role"
    _rec_name = "role"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    environment = fields.Char(
        required=True, readonly=True, export_string_translation=False
    )
    role = fields.Selection(ROLES, required=True, readonly=True)
    # ISO 8601 with microseconds, which a Datetime would cut off.
    checkpoint = fields.Char(readonly=True, export_string_translation=False)
    complete_until = fields.Datetime("Complete until", readonly=True)
    requested_at = fields.Datetime("Asked for by a person", readonly=True)
    next_run_at = fields.Datetime("Next fetching", readonly=True)
    not_before = fields.Datetime("Not before", readonly=True)
    is_limited = fields.Boolean("Waits for KSeF's limits", readonly=True)
    last_run_at = fields.Datetime("Last fetched", readonly=True)
    failures = fields.Integer(readonly=True)
    # The next invoices are taken one by one: packages do not get past them.
    is_stuck = fields.Boolean(readonly=True, export_string_translation=False)
    packages_given_up = fields.Integer(readonly=True, export_string_translation=False)
    details = fields.Text("What went wrong", readonly=True)
    # The export that is being made.
    reference_number = fields.Char("Request number", readonly=True)
    ordered_at = fields.Datetime(readonly=True)
    range_start = fields.Char(readonly=True, export_string_translation=False)
    range_end = fields.Char(readonly=True, export_string_translation=False)
    sealed_key = fields.Text(
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        export_string_translation=False,
    )

    _one_place = models.UniqueIndex(
        "(company_id, environment, role)", "Fetching of this role is known already."
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("How far fetching has come is kept."))

    # ------------------------------------------------------------------
    # places
    # ------------------------------------------------------------------
    @api.private
    def _places(self, company):
        """Return the company's places of its present environment, made if missing."""
        environment = company.l10n_pl_ksef_environment
        domain = [("company_id", "=", company.id), ("environment", "=", environment)]
        found = self.sudo().search(domain)
        wanted = company._l10n_pl_ksef_fetched_roles()
        missing = [role for role in wanted if role not in found.mapped("role")]
        new = self.sudo().create(
            [
                {"company_id": company.id, "environment": environment, "role": role}
                for role in missing
            ]
        )
        new._plan_first()
        found |= new
        return found.filtered(lambda place: place.role in wanted)

    @api.private
    def _is_due(self, now):
        """Tell whether KSeF is to be asked now.

        :param datetime now: naive UTC
        """
        self.ensure_one()
        if self.not_before and self.not_before > now:
            return False
        if self.requested_at or self.reference_number:
            return True
        is_automatic = self.company_id.l10n_pl_ksef_fetching == "automatic"
        return is_automatic and (not self.next_run_at or self.next_run_at <= now)

    @api.private
    def _start(self):
        """Return where the next range begins, aware UTC."""
        self.ensure_one()
        if self.checkpoint:
            return datetime.fromisoformat(self.checkpoint)
        since = self.company_id.l10n_pl_ksef_fetch_since
        if since:
            return datetime.combine(since, time(), WARSAW).astimezone(timezone.utc)
        # Two days less than KSeF allows, so that one range reaches to now.
        return utcnow() - relativedelta(months=FIRST_MONTHS) + timedelta(days=2)

    @api.private
    def _advance(self, step):
        """Write the new checkpoint; in the transaction of its documents."""
        self.ensure_one()
        self.sudo().write(
            {
                "checkpoint": step.checkpoint.astimezone(timezone.utc).isoformat(),
                "complete_until": naive(step.checkpoint),
            }
        )

    # ------------------------------------------------------------------
    # the export on its way
    # ------------------------------------------------------------------
    @api.private
    def _keep_order(self, reference_number, key, dates):
        """Keep what opens the package that was ordered."""
        self.sudo().write(
            {
                "reference_number": reference_number,
                "sealed_key": seal(self.env, key.key + key.iv),
                "ordered_at": fields.Datetime.now(),
                "range_start": dates.start.isoformat(),
                "range_end": dates.end and dates.end.isoformat(),
            }
        )

    @api.private
    def _session_key(self):
        """Return the key of the export, ``None`` when the vault does not open it."""
        try:
            data = unseal(self.env, self.sudo().sealed_key)
        except VaultError:
            return None
        return SessionKey(data[:32], data[32:])

    @api.private
    def _range(self):
        """Return start and end of the export on its way, aware; end may be ``None``."""
        end = self.range_end and datetime.fromisoformat(self.range_end)
        return datetime.fromisoformat(self.range_start), end or None

    @api.private
    def _forget_order(self):
        self.sudo().write(dict.fromkeys(_ORDER, False))

    # ------------------------------------------------------------------
    # when next
    # ------------------------------------------------------------------
    @api.private
    def _done(self, began_at):
        """Note that all there is has been fetched; plan the next time.

        :param began_at: naive UTC; who has asked later wants what is newer still
        """
        now = fields.Datetime.now()
        asked_at = self.sudo().requested_at
        self.sudo().write(
            {
                "requested_at": asked_at and asked_at > began_at and asked_at,
                "not_before": False,
                "is_limited": False,
                "last_run_at": now,
                "next_run_at": self._next_time(now),
                "failures": 0,
                "packages_given_up": 0,
                "is_stuck": False,
                "details": False,
            }
        )

    @api.private
    def _plan_first(self):
        """Plan the next time anew: the buyer's at once, the others' at night."""
        now = fields.Datetime.now()
        for place in self.sudo():
            is_buyer = place.role == BUYER
            place.next_run_at = False if is_buyer else place._next_time(now)

    def _next_time(self, now):
        if self.role == BUYER:
            minutes = self.company_id.l10n_pl_ksef_fetch_minutes
            return now + timedelta(minutes=max(minutes, 15))
        here = now.replace(tzinfo=timezone.utc).astimezone(WARSAW)
        night = here.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
        night += timedelta(minutes=self.company_id.id % NIGHT_MINUTES)
        if night <= here:
            night += timedelta(days=1)
        return night.astimezone(timezone.utc).replace(tzinfo=None)

    @api.private
    def _note(self, **values):
        """Write times and failures."""
        self.sudo().write(values)

    @api.private
    def _pause(self, at, is_limit=False):
        """Ask KSeF again at ``at`` (naive UTC).

        :param is_limit: KSeF's limits are used up until then; people are told
        """
        self._note(not_before=at, is_limited=is_limit)

    # ------------------------------------------------------------------
    # the cron
    # ------------------------------------------------------------------
    @api.model
    def _cron_fetch_invoices(self):
        """Give each company with something due its turn; KSeF may be down."""
        take_turns(self._companies_due(), fetch_for, FETCHING)
        self._trigger_next()

    def _companies_due(self):
        companies = (
            self.env["res.company"]
            .sudo()
            .search([("l10n_pl_ksef_auth_certificate_id", "!=", False)])
        )
        now = fields.Datetime.now()
        return companies.filtered(
            lambda company: (
                company._l10n_pl_ksef_fetches()
                and any(place._is_due(now) for place in self._places(company))
            )
        )

    @api.private
    def _trigger_next(self):
        """Wake the cron when KSeF may be asked again for what is half done."""
        waiting = self.sudo().search(
            [
                ("not_before", "!=", False),
                "|",
                ("requested_at", "!=", False),
                ("reference_number", "!=", False),
            ],
            order="not_before",
        )
        # What is switched off would wake the cron again and again, for nothing.
        waiting = waiting.filtered(lambda place: place._is_wanted())[:1]
        if waiting:
            soonest = fields.Datetime.now() + timedelta(minutes=1)
            self._trigger(max(waiting.not_before, soonest))

    def _is_wanted(self):
        """Tell whether the company fetches by this role, where it is connected."""
        self.ensure_one()
        company = self.company_id
        return (
            company._l10n_pl_ksef_fetches()
            and self.environment == company.l10n_pl_ksef_environment
            and self.role in company._l10n_pl_ksef_fetched_roles()
        )

    @api.private
    def _trigger(self, at=None):
        cron = self.env.ref("l10n_pl_ksef.ir_cron_fetch_invoices").sudo()
        cron._trigger(at=at)

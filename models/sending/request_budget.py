"""How many requests KSeF still takes in a context: one place for all who ask.

KSeF counts per context (NIP) and source address, not per program: sending, fetching and
comparing, and companies that share a NIP, draw on one row. A request is counted before
it is made, in a transaction of its own, so that two workers never both take the last
one. Who runs into the limits is blocked for longer each time, so we stop before.

What cannot be seen here is what other databases and programs of the same NIP use up at
the same address. It shows as a refusal (429) although there was room, and its
``Retry-After`` then stops everybody here.

Counts and times, no secret; losing the row costs one refusal.
"""

import math
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ...ksef import routes
from ...ksef.budget import LIMITS_LIVE, Budget, counter_of, counter_of_route
from ...ksef.calls import utcnow
from ...ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
)
from ...ksef.messages import USUAL_LIMITS, ContextLimits
from ..common.durable import durably

#: seconds that are simply waited; longer pauses end the run.
SHORT_SECONDS = 2.0

OPEN_ONLINE = counter_of_route(routes.OPEN_ONLINE)
SEND_INVOICE = counter_of_route(routes.SEND_INVOICE)
OPEN_BATCH = counter_of_route(routes.OPEN_BATCH)
CLOSE_BATCH = counter_of_route(routes.CLOSE_BATCH)
QUERY = counter_of_route(routes.QUERY_METADATA)
EXPORT = counter_of_route(routes.START_EXPORT)
DOWNLOAD = counter_of_route(routes.INVOICE)

#: A request may reach KSeF later than it left, so closer to the next one.
ON_THE_WAY = timedelta(milliseconds=250)

MEGABYTE = 1_000_000
TOO_MANY = 429
#: seconds of a refusal that does not say how long.
UNTOLD_SECONDS = 60


class BudgetRow(models.Model):
    _name = "l10n_pl_ksef.budget"
    _description = "Requests to KSeF"
    _rec_name = "nip"

    nip = fields.Char("NIP", required=True, readonly=True)
    environment = fields.Char(
        required=True, readonly=True, export_string_translation=False
    )
    state = fields.Json(readonly=True, export_string_translation=False)
    context_limits = fields.Json(readonly=True, export_string_translation=False)

    _one_context = models.UniqueIndex(
        "(nip, environment)", "The requests of this NIP are counted already."
    )

    @api.private
    def _of(self, company):
        """Return the row of the company's context, made if missing."""
        found = self._find(company)
        if not found:
            nip, environment = self._key(company)
            # Sender and fetcher may both come here for the first time.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO l10n_pl_ksef_budget (nip, environment)"
                    " VALUES (%s, %s) ON CONFLICT DO NOTHING",
                    nip,
                    environment,
                )
            )
            found = self._find(company)
        return found

    def _key(self, company):
        """Return NIP and environment of the company's context."""
        company = company.sudo()
        nip, environment = company.l10n_pl_ksef_nip, company.l10n_pl_ksef_environment
        return nip or "-", environment or "-"

    def _find(self, company):
        nip, environment = self._key(company)
        domain = [("nip", "=", nip), ("environment", "=", environment)]
        return self.sudo().search(domain)

    @api.private
    def _max_bytes(self, company, has_attachment):
        """Return how large an invoice KSeF has said to take; ``None``: not known."""
        row = self._find(company)
        if not row.context_limits:
            return None
        limits = row._context_limits()
        megabytes = (
            limits.batch.max_invoice_with_attachment_size_mb
            if has_attachment
            else limits.online.max_invoice_size_mb
        )
        return megabytes * MEGABYTE

    @api.private
    def _context_limits(self):
        """Return how many invoices, and how large ones, this context may send."""
        told = self.sudo().context_limits
        return ContextLimits.from_json(told) if told else USUAL_LIMITS

    @api.private
    def _ask_again(self):
        """Have the limits asked for by the next run: they are others than we think."""
        budget = Budget.from_json(self.state)
        budget.learn(budget.limits, utcnow() - LIMITS_LIVE)
        self.state = budget.to_json()


class RequestBudget:
    """The requests of one company's context.

    :param company: ``res.company`` (sudo), in an environment whose cursor may be
        committed
    :param sleep: called with seconds
    """

    def __init__(self, company, *, sleep=time.sleep, clock=utcnow):
        self.env = company.env
        self.company = company
        self.sleep = sleep
        self.clock = clock

    def client(self):
        """Return the company's client, every request of which is counted here.

        :raises KsefError: code ``sealing_key``: the vault does not open
        """
        return self.env["l10n_pl_ksef.gateway"]._client(
            self.company, on_request=self._after, before_request=self._before
        )

    # ------------------------------------------------------------------
    # one request
    # ------------------------------------------------------------------
    def _before(self, request):
        """Count a request, or stop one that KSeF would refuse.

        :raises KsefRateLimited: with the seconds until it is taken
        """
        counter = counter_of(request.method, request.path)
        seconds = counter and durably(self.env, partial(self._take, counter))
        if seconds:
            raise KsefRateLimited(
                "the requests of this hour are used up",
                code=TOO_MANY,
                retry_after=seconds,
            )

    def _take(self, counter):
        row, budget, now = self._row(), self._budget(), self.clock()
        seconds = (budget.next_allowed(counter, now) - now).total_seconds()
        if seconds > 0:
            return seconds
        budget.record(counter, now + ON_THE_WAY)
        row.state = budget.to_json()
        return 0

    def _after(self, record):
        """Keep a refusal as a block for everybody."""
        counter = counter_of(record.method, record.target)
        if record.status == TOO_MANY and counter:
            seconds = record.retry_after or UNTOLD_SECONDS
            durably(
                self.env,
                lambda: self._change(lambda b: b.block(counter, self.clock(), seconds)),
            )

    # ------------------------------------------------------------------
    # planning
    # ------------------------------------------------------------------
    def seconds_until(self, *counters):
        """Return the seconds until all ``counters`` take a request; 0: now."""
        now, budget = self.clock(), self._budget()
        at = max(budget.next_allowed(counter, now) for counter in counters)
        return (at - now).total_seconds()

    def wait_for(self, *counters):
        """Wait a short while where that is enough.

        :return: ``None`` when a request may be made, else the seconds until then
        """
        seconds = self.seconds_until(*counters)
        if seconds > SHORT_SECONDS:
            return seconds
        if seconds > 0:
            self.sleep(seconds)
        return None

    def next_time(self, *counters):
        """Return when all ``counters`` take a request again (naive UTC)."""
        seconds = math.ceil(self.seconds_until(*counters))
        return fields.Datetime.now() + timedelta(seconds=seconds)

    def available(self, counter):
        """Return how many requests fit into this minute and hour; ``None``: any."""
        return self._budget().available(counter, self.clock())

    def has_room(self, counter, count=1):
        """Tell whether so many requests fit into this minute and hour."""
        room = self.available(counter)
        return room is None or room >= count

    def learn(self, client):
        """Ask for the limits once a day; without an answer those of PRD hold.

        :raises KsefError: KSeF is not to be reached
        """
        now = self.clock()
        if not self._budget().wants_limits(now):
            return
        try:
            limits, sizes = client.rate_limits(), client.context_limits()
        except (KsefAuthError, KsefProtocolError, KsefRequestRejected):
            # Not worth a stop: what holds for everybody is planned with, for an hour.
            limits, now = self._budget().limits, now - timedelta(hours=23)
            sizes = self.context_limits()
        durably(self.env, lambda: self._keep_limits(limits, sizes, now))

    def _keep_limits(self, limits, sizes, now):
        self._change(lambda budget: budget.learn(limits, now))
        self._row().context_limits = sizes.to_json()

    def context_limits(self):
        """Return how many invoices, and how large ones, this context may send."""
        return self._row()._context_limits()

    def ask_again(self):
        """Have the limits asked for by the next run."""
        self._row()._ask_again()

    # ------------------------------------------------------------------
    # the row
    # ------------------------------------------------------------------
    def _row(self):
        return self.env["l10n_pl_ksef.budget"]._of(self.company)

    def _budget(self):
        return Budget.from_json(self._row().state)

    def _change(self, change):
        row, budget = self._row(), self._budget()
        change(budget)
        row.state = budget.to_json()

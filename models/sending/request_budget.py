"""How many requests KSeF still takes from a company, kept from run to run.

Stops before KSeF would: who runs into its limits is blocked for longer each time. The
state is counts and times, no secret; losing it costs one refusal. Written only by the
holder of the company's turn at sending; fetching has counters of its own at KSeF.
"""

import time
from datetime import timedelta

from ...ksef import routes
from ...ksef.budget import Budget, counter_of, counter_of_route
from ...ksef.calls import utcnow
from ...ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
)
from ..common.durable import durably

#: seconds that are simply waited; longer pauses end the run.
SHORT_SECONDS = 2.0

OPEN_ONLINE = counter_of_route(routes.OPEN_ONLINE)
SEND_INVOICE = counter_of_route(routes.SEND_INVOICE)

TOO_MANY = 429


class RequestBudget:
    """The requests of one company's sender.

    :param company: ``res.company`` (sudo)
    :param sleep: called with seconds
    """

    def __init__(self, company, *, sleep=time.sleep, clock=utcnow):
        self.company = company
        self.sleep = sleep
        self.clock = clock
        self.budget = Budget.from_json(company.l10n_pl_ksef_budget)

    def before(self, request):
        """Stop a request that KSeF would refuse.

        :raises KsefRateLimited: with the seconds until it is taken
        """
        counter = counter_of(request.method, request.path)
        seconds = self.seconds_until(counter) if counter else 0
        if seconds > 0:
            raise KsefRateLimited(
                "the requests of this hour are used up",
                code=TOO_MANY,
                retry_after=seconds,
            )

    def after(self, record):
        """Count a request that was made."""
        counter = counter_of(record.method, record.target)
        if counter:
            self.budget.record(counter, self.clock())

    def seconds_until(self, *counters):
        """Return the seconds until all ``counters`` take a request; 0: now."""
        now = self.clock()
        at = max(self.budget.next_allowed(counter, now) for counter in counters)
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

    def learn(self, client):
        """Ask for the limits once a day; without an answer those of PRD hold."""
        now = self.clock()
        if not self.budget.wants_limits(now):
            return
        try:
            self.budget.learn(client.rate_limits(), now)
        except (KsefAuthError, KsefProtocolError, KsefRequestRejected):
            # Not worth a stop: what holds for everybody is planned with, for an hour.
            self.budget.learn(self.budget.limits, now - timedelta(hours=23))

    def keep(self):
        """Write the state for the next run."""
        durably(self.company.env, self._write)

    def _write(self):
        self.company.l10n_pl_ksef_budget = self.budget.to_json()

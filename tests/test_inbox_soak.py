"""Months of suppliers' invoices on bad days: each is here once, with its very bytes."""

from datetime import timedelta
from random import Random
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ksef.deadlines import today_in_warsaw
from ..models.inbox import fetching_run
from ..simulator.invoice_query import Archive
from .inbox_common import InboxCommon

INVOICES = 90
FAULTS = ("error", "cut_before", "cut_after", "malformed", "waf")
LOGGER = "odoo.addons.l10n_pl_ksef.models.common.durable"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxSoak(InboxCommon):
    def test_every_invoice_is_here_exactly_once(self):
        random = Random(5)
        since = fields.Date.subtract(today_in_warsaw(), days=30)
        self.company.sudo().l10n_pl_ksef_fetch_since = since
        archive = self.simulator.state.area(Archive)
        archive.max_export = 17
        issued = 0
        while issued < INVOICES:
            count = random.randint(1, 15)
            numbers = [f"FV/{issued + n}" for n in range(count)]
            # Out of order: some appear behind the newest, above the mark.
            self.issue(*numbers, days_ago=random.randint(0, 3))
            archive.hwm_at = self.simulator.clock.now() - timedelta(
                days=random.uniform(3.2, 5)
            )
            issued += count
            self.a_bad_run(random)
        archive.hwm_at = None
        self.simulator.faults.clear()
        for _round in range(5):
            self.time_passes()
            self.run_fetcher()
        there = list(self.simulator.state.accepted)
        self.assertEqual(len(there), issued)
        self.assertInInboxOnce(there)

    def a_bad_run(self, random):
        """Fetch while calls fail at random and the worker may fall."""
        self.simulator.faults.clear()
        kind = random.choice(FAULTS)
        self.fault(kind, "/invoices/|/storage/", times=50, share=0.2)
        self.simulator.clock.advance(86_400)
        self.time_passes()
        store = fetching_run.FetchingRun._store

        def may_fall(run, *args):
            if random.random() < 0.25:
                raise RuntimeError
            return store(run, *args)

        with (
            patch.object(fetching_run.FetchingRun, "_store", may_fall),
            mute_logger(LOGGER),
        ):
            self.run_fetcher()

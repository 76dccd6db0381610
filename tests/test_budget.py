"""The sender stops before KSeF's limits and goes on when there is room again."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..ksef.budget import Budget
from ..ksef.calls import utcnow
from ..ksef.messages import RateLimit, RateLimits
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBudget(SendingCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_batch_from = 0

    def limit(self, **groups):
        """Let the company know of these limits, as if KSeF had told them."""
        budget = Budget()
        wide = RateLimit(1000, 1000, 10_000)
        names = ("onlineSession", "invoiceSend", "sessionInvoiceList", "sessionMisc")
        limits = dict.fromkeys((*names, "onlineSessionClose", "other"), wide)
        budget.learn(RateLimits({**limits, **groups}), utcnow())
        self.company.sudo().l10n_pl_ksef_budget = budget.to_json()

    def states(self, moves):
        return sorted(moves.mapped("l10n_pl_ksef_state"))

    def test_it_stops_before_a_refusal(self):
        self.limit(invoiceSend=RateLimit(100, 100, 3))
        moves = self.invoices(5)
        self.send(moves)
        self.assertEqual(self.sent(), 3)
        self.assertEqual(self.states(moves), ["accepted"] * 3 + ["queued"] * 2)
        self.assertFalse([e for e in self.requests() if e.status == 429])

    def test_it_says_when_it_goes_on(self):
        self.limit(invoiceSend=RateLimit(100, 100, 1))
        moves = self.invoices(2)
        self.send(moves)
        resumes = self.company.l10n_pl_ksef_resumes_at
        wait = resumes - fields.Datetime.now()
        self.assertTrue(timedelta(minutes=58) < wait <= timedelta(minutes=61), wait)
        self.assertTrue(self.company.l10n_pl_ksef_is_resting)
        left = moves.filtered(lambda m: m.l10n_pl_ksef_state == "queued")
        self.assertEqual(left.l10n_pl_ksef_next_try_at, resumes)
        self.assertEqual(left.l10n_pl_ksef_document_id.attempts, 0)

    def test_counts_are_kept_between_runs(self):
        self.limit(invoiceSend=RateLimit(100, 100, 2))
        self.send(self.invoices(2))
        again = self.invoices(2)
        self.send(again)
        self.assertEqual(self.states(again), ["queued", "queued"])
        self.assertEqual(self.sent(), 2)

    def test_it_goes_on_after_the_pause(self):
        self.limit(invoiceSend=RateLimit(100, 2, 100))
        moves = self.invoices(4)
        self.send(moves)
        self.assertEqual(self.states(moves), ["accepted"] * 2 + ["queued"] * 2)
        stored = Budget.from_json(self.company.sudo().l10n_pl_ksef_budget)
        self.assertFalse(stored.is_allowed("invoiceSend", utcnow()))
        with freeze_time(fields.Datetime.now() + timedelta(seconds=90), tick=True):
            self.run_sender()
        self.assertInKsefOnce(moves)

    def test_limits_are_asked_for_once_a_day(self):
        for _run in range(3):
            self.send(self.invoice())
        self.assertEqual(len(self.requests("GET", "/rate-limits")), 1)
        known = Budget.from_json(self.company.sudo().l10n_pl_ksef_budget)
        self.assertFalse(known.wants_limits(utcnow()))

    def test_limits_that_are_not_told_stop_nothing(self):
        self.fault("error", "/rate-limits$", times=9, status=400)
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

    def test_unreadable_state_begins_anew(self):
        self.company.sudo().l10n_pl_ksef_budget = {"calls": "rubbish"}
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

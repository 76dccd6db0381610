"""The sender stops before KSeF's limits and goes on when there is room again."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..ksef.budget import PRD_LIMITS, Budget
from ..ksef.calls import utcnow
from ..ksef.messages import RateLimit, RateLimits
from ..simulator import rate_limits
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
        self.row().state = budget.to_json()

    def row(self, company=None):
        """Return where the requests of the company's context are counted."""
        rows = self.system["l10n_pl_ksef.budget"]
        return rows.sudo()._of((company or self.company).sudo())

    def budget(self):
        return Budget.from_json(self.row().state)

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
        self.assertIn("Sending to KSeF goes on at", self.dashboard("sale"))
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
        self.assertFalse(self.budget().is_allowed("invoiceSend", utcnow()))
        with freeze_time(fields.Datetime.now() + timedelta(seconds=90), tick=True):
            self.run_sender()
        self.assertInKsefOnce(moves)

    def test_limits_are_asked_for_once_a_day(self):
        for _run in range(3):
            self.send(self.invoice())
        self.assertEqual(len(self.requests("GET", "/rate-limits")), 1)
        self.assertFalse(self.budget().wants_limits(utcnow()))

    def test_limits_that_are_not_told_stop_nothing(self):
        self.fault("error", "/rate-limits$", times=9, status=400)
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

    def test_unreadable_state_begins_anew(self):
        self.row().state = {"calls": "rubbish"}
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

    # -- one place for all who ask
    def test_refusal_is_kept_as_a_block(self):
        self.fault("rate_limit", r"/sessions/online/[^/]+/invoices$", retry_after=600)
        moves = self.invoices(2)
        self.send(moves)
        seconds = self.wait("invoiceSend")
        self.assertTrue(590 < seconds <= 600, seconds)
        # Whatever is due: KSeF is not asked before its time.
        moves.l10n_pl_ksef_document_ids.sudo()._note(next_try_at=False)
        self.run_sender()
        self.assertEqual(self.states(moves), ["queued"] * 2)
        self.assertEqual(self.sent(), 1)

    def wait(self, group):
        now = utcnow()
        return (self.budget().next_allowed(group, now) - now).total_seconds()

    def test_sending_and_fetching_draw_on_one_budget(self):
        self.send(self.invoice())
        self.run_cron("ir_cron_fetch_invoices")
        counted = self.row().state["calls"]
        self.assertIn("invoiceSend", counted)
        self.assertIn("invoiceMetadata", counted)
        self.assertEqual(len(self.requests("GET", "/rate-limits")), 1)

    def test_refused_fetching_stops_all_who_download(self):
        self.limit(invoiceDownload=RateLimit(10, 10, 10))
        self.fault("rate_limit", r"/invoices/query/metadata$", retry_after=300)
        self.run_cron("ir_cron_fetch_invoices")
        self.assertGreater(self.wait("invoiceMetadata"), 290)
        self.assertEqual(self.wait("invoiceDownload"), 0)
        self.system["l10n_pl_ksef.fetch"].search([])._note(not_before=False)
        before = len(self.requests("POST", "/query/metadata"))
        self.run_cron("ir_cron_fetch_invoices")
        self.assertEqual(len(self.requests("POST", "/query/metadata")), before)

    def test_fetching_says_when_it_goes_on(self):
        self.limit(
            invoiceMetadata=RateLimit(10, 10, 0), invoiceExport=RateLimit(1, 1, 0)
        )
        self.company._l10n_pl_ksef_fetch_now()
        self.run_cron("ir_cron_fetch_invoices")
        self.env.invalidate_all()
        resumes = self.company.l10n_pl_ksef_fetch_resumes_at
        self.assertTrue(resumes and resumes > fields.Datetime.now())
        self.assertFalse([e for e in self.requests() if e.status == 429])
        told = self.company._l10n_pl_ksef_fetch_now()["params"]["message"]
        self.assertIn("goes on by itself at", told)
        self.assertIn("Fetching from KSeF goes on at", self.dashboard("purchase"))
        self.assertFalse(self.dashboard("sale"))

    def dashboard(self, kind):
        """Return what the card of the journal says of KSeF's limits."""
        journal = self.env["account.journal"].search(
            [("type", "=", kind), ("company_id", "=", self.company.id)], limit=1
        )
        data = journal._get_journal_dashboard_data_batched()[journal.id]
        return data.get("l10n_pl_ksef_resumes")

    def test_companies_of_one_nip_share_the_budget(self):
        branch = self.other_company(nip=self.company.l10n_pl_ksef_nip)
        self.connect(branch)
        branch.sudo().l10n_pl_ksef_batch_from = 0
        self.limit(invoiceSend=RateLimit(100, 100, 3))
        mine = self.invoices(2)
        theirs = self.invoice(branch) | self.invoice(branch)
        self.send(mine | theirs)
        self.assertEqual(self.sent(), 3)
        self.assertEqual(self.row(), self.row(branch))
        both = self.company | branch
        self.assertEqual(both.mapped("l10n_pl_ksef_is_resting").count(True), 1)
        self.assertFalse([e for e in self.requests() if e.status == 429])

    def test_another_nip_has_a_budget_of_its_own(self):
        other = self.other_company()
        self.connect(other)
        self.limit(invoiceSend=RateLimit(100, 100, 1))
        mine, theirs = self.invoices(2), self.invoice(other)
        self.send(mine | theirs)
        self.assertEqual(self.states(mine), ["accepted", "queued"])
        self.assertEqual(theirs.l10n_pl_ksef_state, "accepted")

    def test_packages_wait_for_room_too(self):
        self.company.sudo().l10n_pl_ksef_batch_from = 2
        wide = RateLimit(100, 100, 100)
        self.limit(batchSession=RateLimit(100, 100, 1), batchSessionClose=wide)
        first, second = self.invoices(3), self.invoices(3)
        self.send(first)
        self.send(second)
        self.assertEqual(self.states(first), ["accepted"] * 3)
        self.assertEqual(self.states(second), ["queued"] * 3)
        self.assertEqual(set(second.l10n_pl_ksef_document_ids.mapped("attempts")), {0})
        self.assertTrue(self.company.l10n_pl_ksef_is_resting)

    def test_limits_of_reading_do_not_hold_up_sending(self):
        self.limit(sessionMisc=RateLimit(100, 100, 1))
        first = self.invoice()
        self.send(first)
        second = self.invoice()
        self.send(second)
        self.assertEqual(second.l10n_pl_ksef_state, "processing")
        self.assertEqual(self.sent(), 2)

    def test_every_group_of_prd_is_planned_with_until_limits_are_told(self):
        self.assertEqual(set(PRD_LIMITS.groups), set(rate_limits.PRD_LIMITS))
        for group, limits in rate_limits.PRD_LIMITS.items():
            mine = PRD_LIMITS.groups[group]
            self.assertEqual(
                (mine.per_second, mine.per_minute, mine.per_hour),
                tuple(limits.values()),
            )

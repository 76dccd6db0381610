"""Export packages on bad days: late, empty, expired, without end, hostile."""

import io
import json
import zipfile
from contextlib import contextmanager
from datetime import timedelta, timezone
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ksef.budget import Budget
from ..ksef.deadlines import today_in_warsaw
from ..models.inbox import fetching_package
from ..simulator import export_package
from ..simulator.handlers import exports
from ..simulator.invoice_query import Archive
from .inbox_common import InboxCommon

LOGGER = "odoo.addons.l10n_pl_ksef.models.inbox.fetching_package"
DAY = 86_400
QUERIES_AN_HOUR = 20


def packed(entries, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxPackages(InboxCommon):
    def setUp(self):
        super().setUp()
        self.archive = self.simulator.state.area(Archive)

    def issue_many(self, count=12):
        return self.issue(*(f"FV/{n}" for n in range(1, count + 1)))

    @property
    def budget_row(self):
        return self.system["l10n_pl_ksef.budget"].sudo()._of(self.company.sudo())

    def use_up(self, group, count):
        """Note requests of half an hour ago, in a KSeF that has limits."""
        self.simulator.config.rate_limits = "prd"
        at = fields.Datetime.now().replace(tzinfo=timezone.utc) - timedelta(minutes=30)
        budget = Budget()
        for _request in range(count):
            budget.record(group, at)
        self.budget_row.state = budget.to_json()

    def hours_pass(self, count):
        """Let the limits of KSeF have room again, so many times."""
        for _hour in range(count):
            self.budget_row.state = False
            self.simulator.clock.advance(3600)
            self.time_passes()
            self.run_fetcher()

    def no_queries_left(self):
        """Use up this hour's metadata queries: then only packages are left."""
        self.use_up("invoiceMetadata", QUERIES_AN_HOUR)

    def ordered(self):
        """Let a package be ordered, and KSeF be down when it is asked for."""
        # Later the clock of KSeF is ahead of ours, and three months are the most.
        since = fields.Date.subtract(today_in_warsaw(), days=30)
        self.company.sudo().l10n_pl_ksef_fetch_since = since
        self.fault("error", "/invoices/exports/", status=503, times=20)
        self.fetch()
        self.simulator.faults.clear()
        self.time_passes()
        reference = self.place.reference_number
        self.assertTrue(reference)
        return reference

    @contextmanager
    def without_end(self):
        """Let KSeF never finish what is ordered meanwhile."""
        with patch.object(exports, "_making", lambda *_order: lambda _due: None):
            yield

    # ------------------------------------------------------------------
    # nothing there
    # ------------------------------------------------------------------
    def test_empty_package_moves_the_checkpoint(self):
        self.no_queries_left()
        self.fetch()
        self.assertEqual(self.exports(), 1)
        self.assertFalse(self.inbox)
        self.assertTrue(self.place.checkpoint)
        self.assertFalse(self.place.failures)

    def test_range_beyond_the_mark_is_nothing_yet(self):
        since = fields.Date.subtract(today_in_warsaw(), days=1)
        self.company.sudo().l10n_pl_ksef_fetch_since = since
        self.archive.hwm_at = self.simulator.clock.now() - timedelta(days=5)
        self.fetch()
        (query,) = self.requests("POST", "/invoices/query")
        self.assertEqual(query.status, 400)
        self.assertFalse(self.place.checkpoint)
        self.assertFalse(self.place.failures)
        self.assertFalse(self.place.details)

    def test_export_beyond_the_mark_is_nothing_yet(self):
        since = fields.Date.subtract(today_in_warsaw(), days=1)
        self.company.sudo().l10n_pl_ksef_fetch_since = since
        self.archive.hwm_at = self.simulator.clock.now() - timedelta(days=5)
        self.no_queries_left()
        self.fetch()
        self.assertEqual(self.exports(), 1)
        self.assertFalse(self.place.reference_number)
        self.assertFalse(self.place.checkpoint)
        self.assertFalse(self.place.failures)
        self.archive.hwm_at = None
        numbers = self.issue("FV/1")
        self.fetch()
        self.assertInInboxOnce(numbers)

    # ------------------------------------------------------------------
    # too late
    # ------------------------------------------------------------------
    def test_expired_package_is_ordered_again(self):
        numbers = self.issue_many()
        lost = self.ordered()
        self.simulator.clock.advance(6.5 * DAY)
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 2)
        self.assertNotEqual(self.place.reference_number, lost)
        self.assertFalse(self.place.failures)

    def test_forgotten_package_is_ordered_again(self):
        numbers = self.issue_many()
        self.ordered()
        self.simulator.clock.advance(8 * DAY)
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 2)

    def test_export_that_never_ends_is_given_up(self):
        numbers = self.issue_many()
        with self.without_end():
            self.fetch()
        self.assertTrue(self.place.not_before)
        self.time_passes()
        self.run_fetcher()
        self.assertEqual(self.exports(), 1, "it may still end")
        hours = fetching_package.LONGEST_EXPORT_HOURS
        self.place._note(
            not_before=False,
            ordered_at=fields.Datetime.subtract(fields.Datetime.now(), hours=hours),
        )
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 2)

    def test_slow_export_is_asked_for_less_and_less(self):
        self.issue_many()
        with self.without_end():
            self.fetch()
        now = fields.Datetime.now()
        self.assertLess(self.place.not_before, now + timedelta(minutes=2))
        self.place._note(not_before=False, ordered_at=now - timedelta(hours=2))
        self.run_fetcher()
        self.assertGreater(self.place.not_before, now + timedelta(minutes=10))

    # ------------------------------------------------------------------
    # too many
    # ------------------------------------------------------------------
    def test_too_many_exports_at_a_time_wait(self):
        numbers = self.issue_many()
        with self.without_end():
            for _export in range(10):
                self.fetch()
                self.place._forget_order()
                self.time_passes()
        self.fetch()
        self.assertFalse(self.place.reference_number)
        self.assertEqual(self.place.failures, 1)
        self.assertGreater(self.place.not_before, fields.Datetime.now())
        self.simulator.state.area(exports.Exports).by_reference.clear()
        self.time_passes()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)

    def stored_at_one_moment(self, count):
        """Let KSeF store many invoices at one moment, and give five at once."""
        numbers = self.issue_many(count)
        moment = self.simulator.clock.now() - timedelta(hours=1)
        for number in numbers:
            self.simulator.state.accepted[number].stored_at = moment
        self.archive.max_export = 5
        return numbers

    def test_more_at_one_moment_than_a_package_holds_come_one_by_one(self):
        numbers = self.stored_at_one_moment(30)
        self.simulator.config.rate_limits = "prd"
        self.fetch()
        self.assertTrue(self.place.is_stuck)
        self.hours_pass(2)
        self.assertInInboxOnce(numbers)
        self.assertFalse(self.place.is_stuck)
        self.assertFalse(self.place.failures)
        self.assertEqual(self.exports(), 2)

    def test_one_by_one_keeps_the_limits_of_an_hour(self):
        numbers = self.stored_at_one_moment(30)
        self.use_up("invoiceDownload", 56)
        self.fetch()
        self.assertLess(len(self.inbox), 30)
        self.assertGreater(self.place.not_before, fields.Datetime.now())
        self.hours_pass(3)
        self.assertInInboxOnce(numbers)

    def test_more_than_anything_gives_at_once_is_told_and_keeps_what_came(self):
        self.stored_at_one_moment(30)
        self.archive.max_records = 5
        with mute_logger(LOGGER):
            self.fetch()
        self.assertEqual(len(self.inbox), 5)
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertIn("at one moment", self.company.l10n_pl_ksef_status)
        before = self.exports()
        self.run_fetcher()
        self.assertEqual(self.exports(), before, "not at once again")
        self.archive.max_records = self.archive.max_export = 10_000
        self.hours_pass(2)
        self.assertInInboxOnce(list(self.simulator.state.accepted))
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_full_package_that_is_called_cut_off_is_no_trouble(self):
        """Exactly 10 000 records were once told to be more."""
        numbers = []
        for days_ago in range(12, 0, -1):
            numbers += self.issue(f"FV/{days_ago}", days_ago=days_ago)
        told = []

        def once(_export):
            told.append(1)
            return len(told) <= 2

        with patch.object(exports.Export, "is_truncated", property(once)):
            self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertFalse(self.place.failures)

    # ------------------------------------------------------------------
    # wrong and hostile
    # ------------------------------------------------------------------
    @contextmanager
    def packages(self, *makers):
        """Let KSeF's next packages be what these functions make of the files."""
        waiting, honest = list(makers), export_package._zip

        def build(entries):
            entries = list(entries)
            return waiting.pop(0)(entries) if waiting else honest(entries)

        with patch.object(export_package, "_zip", build), mute_logger(LOGGER):
            yield

    def assertMended(self, hostile):
        """A package that is refused costs another one, never an invoice."""
        numbers = self.issue_many()
        with self.packages(hostile):
            self.fetch()
        self.assertEqual(self.exports(), 2)
        self.assertInInboxOnce(numbers)
        self.assertFalse(self.place.failures)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_broken_archive(self):
        self.assertMended(lambda entries: b"PK" + bytes(500))

    def test_truncated_archive(self):
        self.assertMended(lambda entries: packed(entries)[:-200])

    def test_path_in_an_archive(self):
        self.assertMended(
            lambda entries: packed([*entries, ("../../etc/cron.d/x.xml", b"<x/>")])
        )

    def test_name_twice_in_an_archive(self):
        def twice(entries):
            name = next(name for name, _content in entries if name.endswith(".xml"))
            with self.assertWarns(UserWarning):
                return packed([(name, b"<Faktura/>"), *entries])

        self.assertMended(twice)

    def test_too_many_files_in_an_archive(self):
        more = [(f"{n}.txt", b"") for n in range(20_001)]
        self.assertMended(lambda entries: packed([*entries, *more]))

    def test_bomb_in_an_archive(self):
        def bomb(entries):
            name = entries[0][0].replace("-01", "-02")
            return packed([*entries[1:], (name, bytes(60_000_000))])

        self.assertMended(bomb)

    def test_archive_in_an_archive_is_nothing(self):
        numbers = self.issue_many()
        with self.packages(lambda files: packed([*files, ("a.zip", packed(files))])):
            self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 1)

    def test_invoice_that_the_package_lacks_is_not_lost(self):
        """KSeF tells of twelve; eleven are in it."""
        self.assertMended(lambda entries: packed(entries[1:]))

    def test_invoice_that_is_not_the_one_of_the_metadata_is_marked(self):
        self.issue_many()

        def other(entries):
            return packed([(entries[0][0], entries[0][1] + b"\n"), *entries[1:]])

        with self.packages(other):
            self.fetch()
        self.assertEqual(len(self.inbox), 12)
        self.assertEqual(len(self.inbox.filtered("is_hash_wrong")), 1)

    def test_metadata_of_another_shape_keep_the_invoices(self):
        numbers = self.issue_many()

        def shapeless(entries):
            odd = json.dumps({"invoices": [{"ksefNumber": n} for n in numbers]})
            return packed([*entries[:-1], ("_metadata.json", odd.encode())])

        with self.packages(shapeless):
            self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertFalse(self.inbox[0].invoice_type)

    def test_package_that_is_wrong_for_good_is_told(self):
        self.issue_many()
        broken = [lambda entries: b"PK" + bytes(500)] * 5
        with self.packages(*broken):
            self.fetch()
            self.assertEqual(self.exports(), 2)
            self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
            self.assertIn("package", self.company.l10n_pl_ksef_status)
            self.assertFalse(self.place.checkpoint)
            self.assertFalse(self.place.reference_number)
        numbers = list(self.simulator.state.accepted)
        self.time_passes()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    # ------------------------------------------------------------------
    # hashes of the parts
    # ------------------------------------------------------------------
    def test_part_with_a_wrong_hash_is_fetched_once_more(self):
        numbers = self.issue_many()
        self.fault("wrong_part_hash", "/invoices/exports/", times=1)
        self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 1)

    def test_wrong_hash_that_the_invoices_do_not_disprove(self):
        numbers = self.issue_many()
        # Of the first package only: it is asked for its status three times.
        self.fault("wrong_part_hash", "/invoices/exports/", times=3)

        def other(entries):
            return packed([(entries[0][0], entries[0][1] + b"\n"), *entries[1:]])

        with self.packages(other):
            self.fetch()
        self.assertEqual(self.exports(), 2)
        self.assertInInboxOnce(numbers)
        self.assertFalse(any(self.inbox.mapped("is_hash_wrong")))

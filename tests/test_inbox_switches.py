"""Fetching that is switched off, or whose company leaves, while a package is made."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from ..ksef.fa3 import model
from ..models.inbox.fetching_run import FetchingRun
from ..simulator.handlers import exports
from .common import NIP
from .inbox_common import InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxSwitches(InboxCommon):
    @contextmanager
    def without_end(self):
        """Let KSeF never finish what is ordered meanwhile."""
        with patch.object(exports, "_making", lambda *_order: lambda _due: None):
            yield

    def being_made(self):
        """Leave an export on its way whose next look is due."""
        self.issue(*(f"FV/{n}" for n in range(1, 13)))
        with self.without_end():
            self.fetch()
        self.assertTrue(self.place.reference_number)
        self.place._note(not_before=fields.Datetime.now() - timedelta(minutes=1))
        self.triggers().unlink()

    def triggers(self):
        cron = self.env.ref("l10n_pl_ksef.ir_cron_fetch_invoices").sudo()
        return self.system["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])

    def fetch_since(self, day):
        """Choose the day in the dialog of the settings."""
        action = self.company.with_user(self.administrator).action_l10n_pl_ksef_policy()
        wizard = (
            self.env["l10n_pl_ksef.policy"]
            .with_user(self.administrator)
            .with_context(**action["context"])
        )
        wizard.create({"l10n_pl_ksef_fetch_since": day}).action_save()

    def assertRests(self):
        """The scheduler is not woken for what it cannot do."""
        self.run_fetcher()
        self.assertFalse(self.triggers())

    def test_company_that_is_disconnected_wakes_nobody(self):
        self.being_made()
        self.system["l10n_pl_ksef.connection"].sudo()._disconnect(self.company.sudo())
        self.assertRests()

    def test_fetching_that_is_switched_off_wakes_nobody(self):
        self.being_made()
        self.company.sudo().l10n_pl_ksef_fetching = "off"
        self.assertRests()

    def test_role_that_is_switched_off_wakes_nobody(self):
        self.being_made()
        self.place.sudo().role = "Subject3"
        self.assertRests()

    def test_export_of_another_environment_wakes_nobody(self):
        self.being_made()
        self.place.sudo().environment = "test"
        self.assertRests()

    def test_switched_on_again_the_export_goes_on(self):
        self.being_made()
        reference = self.place.reference_number
        self.company.sudo().l10n_pl_ksef_fetching = "off"
        self.run_fetcher()
        self.company.sudo().l10n_pl_ksef_fetching = "automatic"
        self.fetch()
        self.assertEqual(self.place.reference_number, reference)
        self.assertEqual(self.exports(), 1)

    def test_buyer_that_is_also_a_third_party_is_a_buyer(self):
        self.company.sudo().l10n_pl_ksef_fetch_third = True
        self.fetch()
        unit = model.Podmiot3(
            DaneIdentyfikacyjne=model.TPodmiot3(NIP=NIP, Nazwa="Oddział"), Rola=2
        )
        (number,) = self.issue("FV/1", others=(unit,))
        places = self.place._places(self.company.sudo())
        places.filtered(lambda p: p.role == "Subject3")._note(
            requested_at=fields.Datetime.now(), next_run_at=False
        )
        self.place._note(not_before=fields.Datetime.now() + timedelta(hours=1))
        self.run_fetcher()
        row = self.inbox.filtered(lambda r: r.ksef_number == number)
        self.assertEqual(row.role, "Subject2")
        self.time_passes()
        self.fetch()
        self.assertInInboxOnce([number])

    def test_earlier_day_fetches_what_is_older(self):
        day = today_in_warsaw()
        self.fetch_since(fields.Date.subtract(day, days=10))
        old = self.issue("FV/0", days_ago=200)
        new = self.issue("FV/1", days_ago=2)
        self.fetch()
        self.assertInInboxOnce(new)
        self.fetch_since(fields.Date.subtract(day, days=300))
        self.time_passes()
        self.fetch()
        self.assertInInboxOnce(old + new)

    def test_button_that_is_pressed_while_ksef_is_asked_counts(self):
        self.company.sudo().l10n_pl_ksef_fetching = "manual"
        finish = FetchingRun._finish

        def pressed(run, place):
            # Behind the back of the scheduler, after it has asked.
            place._note(requested_at=fields.Datetime.now() + timedelta(seconds=5))
            return finish(run, place)

        self.company._l10n_pl_ksef_fetch_now()
        with patch.object(FetchingRun, "_finish", pressed):
            self.run_fetcher()
        self.assertTrue(self.place.requested_at)
        numbers = self.issue("FV/1")
        self.run_fetcher()
        self.assertInInboxOnce(numbers)

    def test_two_companies_with_one_nip_book_an_invoice_once(self):
        second = self.other_company(NIP)
        self.connect(second)
        companies = (self.company | second).sudo()
        companies.l10n_pl_ksef_booking = "automatic"
        self.issue("FV/1")
        for company in companies:
            company.with_env(self.env)._l10n_pl_ksef_fetch_now()
        self.run_fetcher()
        self.run_cron("ir_cron_book_inbound")
        rows = self.system["l10n_pl_ksef.inbound"].sudo().search([])
        self.assertEqual(rows.company_id, companies)
        self.assertEqual(sorted(rows.mapped("state")), ["created", "merged"])
        self.assertEqual(len(rows.move_id), 1)

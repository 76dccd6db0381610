"""From KSeF into the inbox: nothing lost, nothing twice, whatever goes wrong."""

from datetime import timezone
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ksef.deadlines import today_in_warsaw
from ..ksef.fa3 import model
from ..models.inbox import fetching_package, fetching_run
from ..models.policy.res_company_policy import WARSAW
from ..simulator.invoice_query import Archive
from .common import BUYER_NIP, NIP
from .inbox_common import InboxCommon

LOGGER = "odoo.addons.l10n_pl_ksef.models.common.durable"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxFetch(InboxCommon):
    def archive(self):
        return self.simulator.state.area(Archive)

    def test_few_come_one_by_one(self):
        numbers = self.issue("FV/1", "FV/2")
        self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 0)
        self.assertEqual(set(self.inbox.mapped("state")), {"new"})

    def test_many_come_as_a_package(self):
        numbers = self.issue(*(f"FV/{n}" for n in range(1, 21)))
        self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 1)
        self.assertFalse(self.place.reference_number)
        self.assertFalse(self.place.sealed_key)

    def test_row_tells_what_ksef_tells(self):
        (number,) = self.issue("FV/1", net="1000.00")
        self.fetch()
        self.assertRecordValues(
            self.inbox,
            [
                {
                    "ksef_number": number,
                    "invoice_number": "FV/1",
                    "seller_nip": "9999999999",
                    "net_amount": 1000.0,
                    "vat_amount": 230.0,
                    "gross_amount": 1230.0,
                    "currency_code": "PLN",
                    "content": "Papier biurowy",
                    "is_hash_wrong": False,
                }
            ],
        )

    def test_second_fetching_brings_nothing_twice(self):
        numbers = self.issue("FV/1")
        self.fetch()
        self.fetch()
        numbers += self.issue("FV/2")
        self.fetch()
        self.assertInInboxOnce(numbers)
        downloads = self.requests("GET", "/invoices/ksef/")
        self.assertEqual(len(downloads), 2)

    def test_button_makes_no_call(self):
        self.issue("FV/1")
        self.company._l10n_pl_ksef_fetch_now()
        self.assertFalse(self.requests())

    def test_cut_off_package_goes_on_at_its_last_date(self):
        self.archive().max_export = 7
        numbers = []
        for days_ago in range(20, 0, -1):
            numbers += self.issue(f"FV/{days_ago}", days_ago=days_ago)
        self.fetch()
        self.assertInInboxOnce(numbers)
        # 7 and 7, of which one is the border; the last 7 are few.
        self.assertEqual(self.exports(), 2)

    def test_late_record_behind_the_newest_is_not_lost(self):
        early = self.issue("FV/1", days_ago=3)
        now = self.simulator.clock.now()
        self.archive().hwm_at = now - fetching_run.timedelta(days=2)
        self.issue("FV/3", days_ago=1)
        self.fetch()
        self.assertInInboxOnce(early)
        self.issue("FV/2", days_ago=2)
        self.archive().hwm_at = None
        self.fetch()
        self.assertInInboxOnce(list(self.simulator.state.accepted))

    def test_long_past_is_walked_in_windows(self):
        numbers = self.issue("FV/1", days_ago=200) + self.issue("FV/2", days_ago=100)
        since = fields.Date.subtract(today_in_warsaw(), days=300)
        self.company.sudo().l10n_pl_ksef_fetch_since = since
        self.fetch()
        self.assertInInboxOnce(numbers)
        self.assertLessEqual(len(self.requests("POST", "/invoices/query")), 5)
        self.assertEqual(self.exports(), 0)

    def test_fallen_worker_goes_on_with_its_export(self):
        numbers = self.issue(*(f"FV/{n}" for n in range(1, 13)))
        self.company._l10n_pl_ksef_fetch_now()
        with (
            patch.object(
                fetching_run.FetchingRun, "_take_package", side_effect=RuntimeError
            ),
            mute_logger(LOGGER),
        ):
            self.run_fetcher()
        self.assertTrue(self.place.reference_number)
        self.assertFalse(self.inbox)
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.exports(), 1)

    def test_worker_fallen_between_chunks_loses_nothing(self):
        numbers = self.issue(*(f"FV/{n}" for n in range(1, 13)))
        store = fetching_run.FetchingRun._store
        calls = []

        def dies(run, place, items, step=None):
            calls.append(1)
            if len(calls) == 2:
                raise RuntimeError
            return store(run, place, items, step)

        self.company._l10n_pl_ksef_fetch_now()
        with (
            patch.object(fetching_package, "CHUNK", 5),
            patch.object(fetching_run.FetchingRun, "_store", dies),
            mute_logger(LOGGER),
        ):
            self.run_fetcher()
        self.assertEqual(len(self.inbox), 5)
        self.assertFalse(self.place.checkpoint)
        self.run_fetcher()
        self.assertInInboxOnce(numbers)

    def test_ksef_down_is_told_and_over_later(self):
        numbers = self.issue("FV/1")
        self.fault("error", "/invoices/query", status=503, times=20)
        self.fetch()
        self.assertFalse(self.inbox)
        self.assertEqual(self.place.failures, 1)
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.simulator.faults.clear()
        self.time_passes()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_wrong_hash_of_a_part_is_proved_by_the_invoices(self):
        numbers = self.issue(*(f"FV/{n}" for n in range(1, 13)))
        self.fault("wrong_part_hash", "/invoices/exports/", times=10)
        self.fetch()
        self.assertInInboxOnce(numbers)

    def test_limits_are_kept(self):
        self.simulator.config.rate_limits = "prd"
        for _time in range(25):
            self.fetch()
        queries = self.requests("POST", "/invoices/query")
        self.assertEqual(
            {entry.status for entry in self.requests()} - {201, 202}, {200}
        )
        self.assertLessEqual(len(queries), 20)
        # What queries may not ask any more, packages do.
        self.assertEqual(len(queries) + self.exports(), 25)

    def test_automatic_waits_fifteen_minutes(self):
        self.run_fetcher()
        self.run_fetcher()
        self.assertEqual(len(self.requests("POST", "/invoices/query")), 1)
        self.time_passes()
        self.run_fetcher()
        self.assertEqual(len(self.requests("POST", "/invoices/query")), 2)

    def purchases(self):
        domain = [("type", "=", "purchase"), ("company_id", "=", self.company.id)]
        return self.env["account.journal"].search(domain, limit=1)

    def test_button_on_the_dashboard_fetches(self):
        journal = self.purchases()
        self.assertTrue(journal.show_fetch_in_einvoices_button)
        numbers = self.issue("FV/1")
        journal.button_fetch_in_einvoices()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)
        data = journal._get_journal_dashboard_data_batched()[journal.id]
        self.assertEqual(data["l10n_pl_ksef_waiting"], 1)

    def test_button_on_the_list_of_bills_fetches(self):
        numbers = self.issue("FV/1")
        self.env["account.move"].action_l10n_pl_ksef_fetch()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)

    def test_button_on_the_inbox_fetches_although_it_is_automatic(self):
        self.run_fetcher()
        numbers = self.issue("FV/1")
        self.run_fetcher()
        self.assertFalse(self.inbox, "fifteen minutes have not passed")
        self.env["l10n_pl_ksef.inbound"].action_fetch()
        self.run_fetcher()
        self.assertInInboxOnce(numbers)

    def test_manual_waits_for_the_button(self):
        self.company.sudo().l10n_pl_ksef_fetching = "manual"
        self.run_fetcher()
        self.assertFalse(self.requests())
        self.fetch()
        self.assertTrue(self.requests("POST", "/invoices/query"))

    def test_own_sale_issued_elsewhere_comes_once_wanted(self):
        (number,) = self.issue("S/1", seller_nip=NIP, buyer=BUYER_NIP)
        self.fetch()
        self.assertFalse(self.inbox)
        self.company.sudo().l10n_pl_ksef_fetch_own = True
        self.fetch()
        self.assertRecordValues(
            self.inbox, [{"ksef_number": number, "role": "Subject1", "state": "new"}]
        )
        self.inbox.action_create_bill()
        self.assertEqual(self.inbox.state, "not_booked")
        self.assertIn("has issued itself", self.inbox.reason)

    def test_sale_of_this_database_is_not_fetched(self):
        self.company.sudo().l10n_pl_ksef_fetch_own = True
        (number,) = self.issue("S/1", seller_nip=NIP, buyer=BUYER_NIP)
        with patch.object(
            type(self.inbox), "_own_numbers", return_value={number}
        ) as asked:
            self.fetch()
        self.assertTrue(asked.called)
        self.assertFalse(self.inbox)

    def test_third_party_comes_with_its_switch(self):
        recipient = model.Podmiot3(
            DaneIdentyfikacyjne=model.TPodmiot3(NIP=NIP, Nazwa="Oddział"),
            Rola=2,
        )
        (number,) = self.issue("FV/1", buyer=BUYER_NIP, others=(recipient,))
        self.fetch()
        self.assertFalse(self.inbox)
        self.company.sudo().l10n_pl_ksef_fetch_third = True
        self.fetch()
        self.assertRecordValues(
            self.inbox, [{"ksef_number": number, "role": "Subject3"}]
        )

    def test_authorised_entity_comes_with_its_switch(self):
        entity = model.PodmiotUpowazniony(
            DaneIdentyfikacyjne=model.TPodmiot1(NIP=NIP, Nazwa="Komornik"),
            Adres=model.TAdres(KodKraju="PL", AdresL1="ul. Długa 1"),
            RolaPU=2,
        )
        (number,) = self.issue("FV/1", buyer=BUYER_NIP, entity=entity)
        self.fetch()
        self.assertFalse(self.inbox)
        self.company.sudo().l10n_pl_ksef_fetch_authorized = True
        self.fetch()
        self.assertRecordValues(
            self.inbox, [{"ksef_number": number, "role": "SubjectAuthorized"}]
        )

    def test_minutes_below_fifteen_are_refused(self):
        with self.assertRaisesRegex(Exception, "15 to 1440"):
            self.company.sudo().l10n_pl_ksef_fetch_minutes = 14

    def test_other_roles_are_not_asked_for_by_day_even_the_first_time(self):
        self.company.sudo().l10n_pl_ksef_fetch_third = True
        self.issue("FV/1")
        self.run_fetcher()
        self.assertEqual(len(self.requests("POST", "/invoices/query")), 1)
        places = self.system["l10n_pl_ksef.fetch"].sudo()._places(self.company)
        third = places.filtered(lambda place: place.role == "Subject3")
        self.assertGreater(third.next_run_at, fields.Datetime.now())
        # Its night has come.
        third._note(next_run_at=fields.Datetime.now())
        self.run_fetcher()
        self.assertEqual(len(self.requests("POST", "/invoices/query")), 2)

    def test_other_roles_wait_for_the_night(self):
        self.company.sudo().l10n_pl_ksef_fetch_third = True
        self.fetch()
        places = self.system["l10n_pl_ksef.fetch"].sudo()._places(self.company)
        third = places.filtered(lambda place: place.role == "Subject3")
        here = third.next_run_at.replace(tzinfo=timezone.utc).astimezone(WARSAW)
        self.assertIn(here.hour, range(1, 6))

    def test_nothing_is_deleted(self):
        self.issue("FV/1")
        self.fetch()
        with self.assertRaisesRegex(Exception, "are kept"):
            self.inbox.sudo().unlink()

    def test_other_company_sees_nothing(self):
        self.issue("FV/1")
        self.fetch()
        other = self.other_company()
        model = self.env["l10n_pl_ksef.inbound"].with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(model.search([]))

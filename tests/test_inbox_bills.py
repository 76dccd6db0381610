"""From the inbox to bills: created, merged, set aside, and what cannot be read."""

from datetime import datetime
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..ksef.deadlines import today_in_warsaw
from ..ksef.fa3 import model
from ..models.inbox.inbound_booking import Inbound
from .inbox_common import InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxBills(InboxCommon):
    def received(self, number="FV/1", **values):
        """Return the row of an invoice that was fetched."""
        (ksef_number,) = self.issue(number, **values)
        self.fetch()
        return self.inbox.filtered(lambda row: row.ksef_number == ksef_number)

    def bills(self):
        return self.env["account.move"].search(
            [("move_type", "in", ("in_invoice", "in_refund"))]
        )

    def automatic(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"

    # ------------------------------------------------------------------
    # bills
    # ------------------------------------------------------------------
    def test_button_makes_the_bill(self):
        row = self.received(net="1000.00")
        row.action_create_bill()
        self.assertEqual(row.state, "created")
        self.assertRecordValues(
            row.move_id,
            [
                {
                    "ref": "FV/1",
                    "amount_total": 1230.0,
                    "l10n_pl_ksef_number": row.ksef_number,
                    "state": "draft",
                }
            ],
        )

    def test_review_makes_no_bill_by_itself(self):
        row = self.received()
        self.assertEqual(row.state, "new")
        self.assertFalse(self.bills())

    def test_automatic_makes_the_bill(self):
        self.automatic()
        row = self.received()
        self.assertEqual(row.state, "created")
        self.assertEqual(self.bills(), row.move_id)

    def test_accounting_date_is_the_day_of_the_ksef_number(self):
        (number,) = self.issue("FV/1", days_ago=40)
        there = self.simulator.state.accepted[number]
        self.fetch()
        day = fields.Date.to_date("2026-09-30")
        self.inbox.sudo().acquired_at = datetime(2026, 9, 30, 22, 30)
        self.inbox.action_create_bill()
        self.assertTrue(there.acquired_at)
        # 22:30 UTC is the next day in Poland; the supply may be later still.
        expected = max(fields.Date.add(day, days=1), self.inbox.move_id.invoice_date)
        self.assertEqual(self.inbox.move_id.date, expected)

    def test_bill_is_made_once(self):
        row = self.received()
        row.action_create_bill()
        with self.assertRaisesRegex(UserError, "any more"):
            row.action_create_bill()
        self.assertEqual(len(self.bills()), 1)

    def test_deleted_bill_leaves_the_invoice_waiting(self):
        row = self.received()
        row.action_create_bill()
        row.move_id.unlink()
        self.assertEqual(row.state, "new")
        row.action_create_bill()
        self.assertEqual(row.state, "created")

    def test_failure_is_told_and_can_be_repeated(self):
        row = self.received()
        with (
            patch.object(type(row), "_import", side_effect=ValueError("no journal")),
            mute_logger(Inbound.__module__),
        ):
            row.action_create_bill()
        self.assertRecordValues(row, [{"state": "problem", "reason": "no journal"}])
        row.action_create_bill()
        self.assertEqual(row.state, "created")

    def test_one_failure_does_not_stop_the_others(self):
        self.automatic()
        self.issue("FV/1", "FV/2", "FV/3")
        importer = type(self.inbox)._import

        def fails(row, books):
            if row.invoice_number == "FV/2":
                raise ValueError("no")
            return importer(row, books)

        with (
            patch.object(type(self.inbox), "_import", fails),
            mute_logger(Inbound.__module__),
        ):
            self.fetch()
        states = {row.invoice_number: row.state for row in self.inbox}
        self.assertEqual(
            states, {"FV/1": "created", "FV/2": "problem", "FV/3": "created"}
        )

    def test_due_date_and_payment_are_shown(self):
        row = self.received(
            DodatkowyOpis=(
                self.remark("Uwagi", "Prosimy o wpłatę, termin płatności: 24.12.2026"),
            )
        )
        self.assertDue(row, "2026-12-24")

    def test_due_date_after_a_number_of_days_and_by_the_name_of_the_month(self):
        words = "Termin płatności 14 dni, tj. do 5 grudnia 2026 r."
        row = self.received(DodatkowyOpis=(self.remark("Uwagi", words),))
        self.assertDue(row, "2026-12-05")

    def test_due_date_in_days_from_the_issue(self):
        term = model.TerminOpis(
            Ilosc=14, Jednostka="dni", ZdarzeniePoczatkowe="od daty wystawienia"
        )
        terms = (model.TerminPlatnosci(TerminOpis=term),)
        row = self.received(Platnosc=model.Platnosc(TerminPlatnosci=terms))
        self.assertDue(row, fields.Date.add(row.issue_date, days=14))

    def assertDue(self, row, day):
        """The inbox and the bill have the same due date."""
        day = fields.Date.to_date(day)
        self.assertEqual(row.due_date, day)
        row.action_create_bill()
        self.assertEqual(row.move_id.invoice_date_due, day)

    @staticmethod
    def remark(key, value):
        return model.TKluczWartosc(Klucz=key, Wartosc=value)

    # ------------------------------------------------------------------
    # the same invoice, entered before
    # ------------------------------------------------------------------
    def test_bill_with_another_amount_is_offered(self):
        today = today_in_warsaw()
        bill = self.bill_by_hand("FV 1", 100.5, invoice_date=today)
        self.automatic()
        row = self.received()
        self.assertEqual(row.state, "new")
        self.assertEqual(row.candidate_ids, bill)

    def test_merge_gives_number_and_file_to_the_bill(self):
        bill = self.bill_by_hand("FV 1", 100.5, invoice_date=today_in_warsaw())
        row = self.received()
        action = row.action_merge()
        form = Form(
            self.env["l10n_pl_ksef.inbound.merge"].with_context(**action["context"])
        )
        self.assertEqual(form.move_id, bill)
        self.assertIn("123", form.differences)
        form.save().action_save()
        self.assertRecordValues(row, [{"state": "merged", "move_id": bill.id}])
        self.assertEqual(bill.l10n_pl_ksef_number, row.ksef_number)
        self.assertTrue(bill.l10n_pl_ksef_source_hash)
        self.assertEqual(self.bills(), bill)

    def test_same_number_is_never_booked_twice(self):
        bill = self.bill_by_hand("FV/1", 100, invoice_date=today_in_warsaw())
        row = self.received()
        row.action_create_bill()
        self.assertRecordValues(row, [{"state": "merged", "move_id": bill.id}])
        self.assertEqual(self.bills(), bill)

    def test_bill_of_odoos_own_module_is_found_by_its_number(self):
        if "l10n_pl_edi_number" not in self.env["account.move"]._fields:
            self.skipTest("Odoo's own module is not installed")
        (number,) = self.issue("FV/1")
        bill = self.bill_by_hand("another", 1)
        bill.sudo().l10n_pl_edi_number = number
        self.fetch()
        self.assertRecordValues(self.inbox, [{"state": "merged", "move_id": bill.id}])

    # ------------------------------------------------------------------
    # warnings
    # ------------------------------------------------------------------
    def test_first_invoice_of_a_supplier_is_pointed_out(self):
        row = self.received()
        self.assertIn("nothing before", row.warnings)

    def test_new_account_and_short_term_are_pointed_out(self):
        issued = today_in_warsaw()
        due = fields.Date.add(issued, days=30)
        self.bill_by_hand("FV/0", 77, invoice_date=issued, invoice_date_due=due)
        row = self.received(
            Platnosc=model.Platnosc(
                TerminPlatnosci=(
                    model.TerminPlatnosci(Termin=fields.Date.add(issued, days=7)),
                ),
                RachunekBankowy=(
                    model.TRachunekBankowy(NrRB="61109010140000071219812874"),
                ),
            )
        )
        self.assertNotIn("nothing before", row.warnings)
        self.assertIn("61109010140000071219812874", row.warnings)
        self.assertIn("7 days is shorter", row.warnings)

    def test_number_that_is_there_already_is_pointed_out(self):
        first = self.received()
        first.action_create_bill()
        second = self.received("fv-1", net="250.00")
        self.assertIn(first.move_id.display_name, second.warnings)

    # ------------------------------------------------------------------
    # kept out of the books
    # ------------------------------------------------------------------
    def test_not_ours_with_a_reason(self):
        self.issue("FV/1", "FV/2")
        self.fetch()
        action = self.inbox.action_set_aside()
        form = Form(
            self.env["l10n_pl_ksef.inbound.set_aside"].with_context(**action["context"])
        )
        form.reason = "Nobody has ordered it"
        form.save().action_save()
        self.assertEqual(set(self.inbox.mapped("state")), {"not_ours"})
        self.assertEqual(set(self.inbox.mapped("reason")), {"Nobody has ordered it"})
        self.assertFalse(self.bills())
        with self.assertRaises(UserError):
            self.inbox.action_create_bill()

    def test_fake_invoice_can_be_reported_within_sixty_days(self):
        self.issue("FV/1", days_ago=59)
        self.issue("FV/2", days_ago=62)
        self.fetch()
        rows = self.inbox.sorted("invoice_number")
        self.assertEqual(rows.mapped("report_until"), [False, False])
        rows._set_aside("not_ours", "We have ordered nothing.")
        last = fields.Date.add(rows[0].issue_date, days=60)
        self.assertEqual(rows.mapped("report_until"), [last, False])
        rows.action_reopen()
        self.assertEqual(rows.mapped("report_until"), [False, False])

    def test_set_aside_can_be_taken_back(self):
        row = self.received()
        row._set_aside("not_booked", "Private")
        row.action_reopen()
        self.assertRecordValues(row, [{"state": "new", "reason": False}])

    # ------------------------------------------------------------------
    # rights
    # ------------------------------------------------------------------
    def test_whoever_only_looks_decides_nothing(self):
        row = self.received()
        reader = self.make_user("ksef_reader", "account.group_account_readonly")
        row = row.with_user(reader)
        self.assertEqual(row.invoice_number, "FV/1")
        for call in (row.action_create_bill, row.action_set_aside, row.action_fetch):
            with self.assertRaises(AccessError):
                call()

    def test_nobody_writes_rows(self):
        row = self.received()
        with self.assertRaises(AccessError):
            row.write({"state": "created"})

    # ------------------------------------------------------------------
    # screens
    # ------------------------------------------------------------------
    def test_dashboard_counts_what_waits(self):
        self.issue("FV/1", "FV/2")
        self.fetch()
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        self.assertTrue(journal.show_fetch_in_einvoices_button)
        data = journal._get_journal_dashboard_data_batched()
        self.assertEqual(data[journal.id]["l10n_pl_ksef_waiting"], 2)

    def test_button_is_on_the_list_of_bills(self):
        view = self.env.ref("account.view_in_invoice_bill_tree")
        model = self.env["account.move"]
        arch = model.get_view(view.id, "list")["arch"]
        self.assertIn("action_l10n_pl_ksef_fetch", arch)
        self.company.sudo().l10n_pl_ksef_fetching = "off"
        arch = model.get_view(view.id, "list")["arch"]
        self.assertNotIn("action_l10n_pl_ksef_fetch", arch)

    def test_picture_is_shown(self):
        row = self.received()
        self.assertIn("Papier biurowy", row.picture)

    def test_policy_wizard_keeps_the_choices(self):
        company = self.company.with_user(self.administrator)
        form = Form(
            self.env["l10n_pl_ksef.policy"]
            .with_user(self.administrator)
            .with_context(**company.action_l10n_pl_ksef_policy()["context"])
        )
        form.l10n_pl_ksef_fetching = "manual"
        form.l10n_pl_ksef_booking = "automatic"
        form.l10n_pl_ksef_inbox_user_id = self.accountant
        form.save().action_save()
        self.assertRecordValues(
            self.company,
            [
                {
                    "l10n_pl_ksef_fetching": "manual",
                    "l10n_pl_ksef_booking": "automatic",
                    "l10n_pl_ksef_inbox_user_id": self.accountant.id,
                }
            ],
        )

"""The marking of each invoice in JPK, on the day it is handed in."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from .sending_common import SendingCommon

ISSUED = "2026-03-02 10:00:00"
FILED = "2026-03-25 10:00:00"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestJpk(SendingCommon):
    def marker(self, move):
        move.invalidate_recordset(["l10n_pl_ksef_jpk_marker"])
        return move.l10n_pl_ksef_jpk_marker

    def offline(self, mode=None):
        """Return an invoice that was issued offline on 2 March and not sent."""
        with freeze_time(ISSUED):
            if mode:
                self.system["l10n_pl_ksef.outage"].create({"mode": mode})
            move = self.invoice(invoice_date=date(2026, 3, 2))
            move.action_l10n_pl_ksef_issue_offline()
        return move

    def tasks(self, move):
        task = self.env.ref("l10n_pl_ksef.mail_activity_jpk")
        return move.sudo().activity_ids.filtered(lambda a: a.activity_type_id == task)

    # -- sales ---------------------------------------------------------------
    def test_number_known(self):
        move = self.invoice()
        self.send(move)
        self.assertEqual(self.marker(move), "NrKSeF")

    def test_issued_offline_without_number(self):
        cases = {None: "DI", "unavailability": "DI", "failure": "OFF"}
        for mode, marker in cases.items():
            move = self.offline(mode)
            with freeze_time(FILED):
                self.assertEqual(self.marker(move), marker, mode)
            self.system["l10n_pl_ksef.outage"].search([]).unlink()

    def test_total_failure_is_outside(self):
        move = self.offline("total_failure")
        self.assertEqual(self.marker(move), "BFK")

    def test_private_person_who_is_not_sent(self):
        move = self.invoice(partner_id=self.partner_consumer.id)
        self.assertEqual(self.marker(move), "BFK")

    def test_company_invoice_that_was_not_sent_is_none_yet(self):
        move = self.invoice()
        self.assertEqual(self.marker(move), "missing")
        with self.assertRaisesRegex(UserError, move.name):
            move.action_l10n_pl_ksef_jpk_file()

    def test_waiting_from_an_earlier_day(self):
        yesterday = today_in_warsaw() - timedelta(days=1)
        move = self.invoice(invoice_date=yesterday)
        move.action_l10n_pl_ksef_send()
        self.assertEqual(self.marker(move), "DI")

    def test_number_given_elsewhere(self):
        move = self.invoice(
            l10n_pl_ksef_outside=True,
            l10n_pl_ksef_outside_number="5265877635-20260302-0100001AF629-AF",
        )
        self.assertEqual(self.marker(move), "NrKSeF")
        move.l10n_pl_ksef_outside_number = False
        self.assertEqual(self.marker(move), "BFK")

    def test_not_connected_company(self):
        self.company.sudo().l10n_pl_ksef_auth_certificate_id = False
        self.assertEqual(self.marker(self.invoice()), "BFK")

    # -- purchases -------------------------------------------------------------
    def bill(self, **values):
        """Return a posted bill of a Polish vendor, entered by hand."""
        move = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.partner_company.id,
                "ref": "FV/7",
                "invoice_date": date(2026, 4, 2),
                "invoice_line_ids": [Command.create({"name": "P", "price_unit": 10})],
                **values,
            }
        )
        move.action_post()
        return move

    def test_purchase_without_number(self):
        foreign = {"partner_id": self.partner_eu.id}
        cases = (
            ({}, "BFK"),
            (foreign, "BFK"),
            ({"ref": False}, "DI"),
            ({"ref": False, "move_type": "in_receipt"}, "BFK"),
            ({"l10n_pl_ksef_purchase_document": "offline"}, "DI"),
            ({"l10n_pl_ksef_purchase_document": "failure"}, "OFF"),
            ({"l10n_pl_ksef_purchase_document": "customs"}, "DI"),
            ({"l10n_pl_ksef_purchase_document": "internal"}, "DI"),
            ({"l10n_pl_ksef_purchase_document": "invoice", "ref": False}, "BFK"),
        )
        for number, (values, marker) in enumerate(cases):
            with self.subTest(values=values):
                given = {"ref": f"FV/{number}", **values}
                self.assertEqual(self.marker(self.bill(**given)), marker)

    def test_journal_of_customs_documents(self):
        journal = self.company_data["default_journal_purchase"]
        journal.sudo().l10n_pl_ksef_customs = True
        move = self.bill(partner_id=self.partner_outside.id)
        self.assertEqual(move.l10n_pl_ksef_purchase_document, "customs")
        self.assertEqual(self.marker(move), "DI")

    def test_polish_bill_without_number_is_told(self):
        move = self.bill()
        self.assertTrue(move.l10n_pl_ksef_number_is_missed)
        move.l10n_pl_ksef_purchase_document = "invoice"
        self.assertFalse(move.l10n_pl_ksef_number_is_missed)
        for values in (
            {"partner_id": self.partner_eu.id},
            {"invoice_date": date(2026, 1, 30)},
        ):
            with self.subTest(values=values):
                other = self.bill(**{"ref": "FV/8", **values})
                self.assertFalse(other.l10n_pl_ksef_number_is_missed)
        self.company.sudo().l10n_pl_ksef_auth_certificate_id = False
        self.assertFalse(self.bill(ref="FV/9").l10n_pl_ksef_number_is_missed)

    def test_purchase_that_gets_its_number_later_is_to_be_corrected(self):
        move = self.bill(l10n_pl_ksef_purchase_document="offline")
        move.action_l10n_pl_ksef_jpk_file()
        self.assertEqual(move.l10n_pl_ksef_jpk_filed_marker, "DI")
        move.sudo().l10n_pl_ksef_number = "8567346215-20260402-0100001AF629-AF"
        self.assertTrue(move.l10n_pl_ksef_jpk_to_correct)
        self.assertIn("04/2026", self.tasks(move).summary)
        move.action_l10n_pl_ksef_jpk_file()
        self.assertEqual(move.l10n_pl_ksef_jpk_filed_marker, "NrKSeF")
        self.assertFalse(self.tasks(move))

    # -- handed in ---------------------------------------------------------------
    def test_di_that_gets_its_number_is_to_be_corrected(self):
        move = self.offline()
        with freeze_time(FILED):
            move.action_l10n_pl_ksef_jpk_file()
        self.assertEqual(move.l10n_pl_ksef_jpk_filed_marker, "DI")
        self.assertFalse(move.l10n_pl_ksef_jpk_to_correct)
        self.run_sender()
        self.assertTrue(move.l10n_pl_ksef_jpk_to_correct)
        self.assertIn("03/2026", self.tasks(move).summary)
        found = self.env["account.move"].search(
            [("l10n_pl_ksef_jpk_to_correct", "=", True)]
        )
        self.assertEqual(found, move)
        move.action_l10n_pl_ksef_jpk_file()
        self.assertEqual(move.l10n_pl_ksef_jpk_filed_marker, "NrKSeF")
        self.assertFalse(move.l10n_pl_ksef_jpk_to_correct)
        self.assertFalse(self.tasks(move))

    def test_off_that_gets_its_number_is_not(self):
        move = self.offline("failure")
        with freeze_time(FILED):
            move.action_l10n_pl_ksef_jpk_file()
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(move.l10n_pl_ksef_jpk_to_correct)
        self.assertFalse(self.tasks(move))

    def test_copy_is_not_handed_in(self):
        move = self.offline()
        move.action_l10n_pl_ksef_jpk_file()
        self.assertFalse(move.copy().l10n_pl_ksef_jpk_filed_marker)

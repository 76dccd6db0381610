"""Invoices issued without KSeF: two codes, a deadline, sent by themselves."""

from ast import literal_eval
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import requests
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOffline(SendingCommon):
    def verdict(self, link):
        """Return what a person's telephone would be told by KSeF's page."""
        answer = requests.get(link, timeout=10)
        return answer.headers["X-KSeF-Verdict"]

    def outage(self, mode, start, end=False):
        return self.system["l10n_pl_ksef.outage"].create(
            {"mode": mode, "start": start, "end": end}
        )

    def offline(self, **values):
        move = self.invoice(**values)
        move.action_l10n_pl_ksef_issue_offline()
        return move

    # -- issuing -------------------------------------------------------------
    def test_second_code_proves_the_issuer(self):
        document = self.offline().l10n_pl_ksef_document_id
        self.assertEqual(self.verdict(document.certificate_link), "certificate-valid")
        self.assertEqual(self.verdict(document.verification_link), "invoice-not-found")
        address = urlsplit(document.certificate_link)
        serial = self.company.sudo().l10n_pl_ksef_offline_certificate_id.serial_number
        self.assertIn(f"/{serial}/", address.path)

    def test_issued_offline_makes_no_call(self):
        move = self.offline()
        self.assertFalse(self.requests())
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")

    def test_it_is_sent_by_itself_with_the_flag(self):
        move = self.offline()
        codes = move.l10n_pl_ksef_document_id.verification_link
        self.run_sender()
        self.assertInKsefOnce(move)
        (there,) = self.simulator.state.accepted.values()
        self.assertEqual(there.mode, "Offline")
        self.assertEqual(move.l10n_pl_ksef_mode, "offline")
        self.assertEqual(self.verdict(codes), "invoice-known")
        self.assertFalse(move.l10n_pl_ksef_send_by)

    def test_deadline_is_the_next_working_day(self):
        # Saturday 2 May 2026; Sunday 3 May is a holiday: Monday.
        with freeze_time("2026-05-02 10:00:00"):
            move = self.offline(invoice_date=date(2026, 5, 2))
            self.assertEqual(move.l10n_pl_ksef_send_by, date(2026, 5, 4))

    def test_without_offline_certificate_it_is_not_issued(self):
        self.company.sudo().l10n_pl_ksef_offline_certificate_id = False
        move = self.invoice()
        with self.assertRaisesRegex(UserError, "no offline certificate"):
            move.action_l10n_pl_ksef_issue_offline()

    def test_issued_offline_cannot_be_changed(self):
        move = self.offline()
        with self.assertRaisesRegex(UserError, "issued offline"):
            move.button_draft()

    def test_invoice_of_yesterday_goes_knowingly_in_offline24(self):
        yesterday = today_in_warsaw() - timedelta(days=1)
        move = self.invoice(invoice_date=yesterday)
        self.send(move)
        self.assertInKsefOnce(move)
        document = move.l10n_pl_ksef_document_id
        self.assertEqual(document.issue_mode, "offline24")
        self.assertEqual(self.verdict(document.certificate_link), "certificate-valid")

    def test_after_failed_tries_it_is_issued_by_itself(self):
        self.company.sudo().l10n_pl_ksef_offline_after = 2
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.fault("error", "", times=1000, status=503)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "online")
        self.time_passes()
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")
        self.assertTrue(move.l10n_pl_ksef_send_by)
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    # -- outages -------------------------------------------------------------
    def test_outage_that_lasts_gives_the_mode(self):
        self.outage("unavailability", fields.Datetime.now() - timedelta(hours=1))
        move = self.offline()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "unavailability")
        self.assertFalse(move.l10n_pl_ksef_send_by)
        self.assertEqual(move.l10n_pl_ksef_urgency, "outage")
        self.run_sender()
        self.assertFalse(move.l10n_pl_ksef_urgency)

    def test_outage_that_lasts_hides_nothing_from_the_list_of_deadlines(self):
        self.outage("failure", fields.Datetime.now() - timedelta(hours=1))
        move = self.offline()
        self.assertFalse(move.l10n_pl_ksef_send_by)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.account_move_action_l10n_pl_ksef_send_by"
        )
        self.assertIn(
            move, self.env["account.move"].search(literal_eval(action["domain"]))
        )

    def test_failure_that_ended_gives_seven_working_days(self):
        with freeze_time("2026-03-02 10:00:00"):
            outage = self.outage("failure", datetime(2026, 3, 2, 8))
            move = self.offline(invoice_date=date(2026, 3, 2))
            self.assertFalse(move.l10n_pl_ksef_send_by)
            outage.end = datetime(2026, 3, 2, 9)
        # 2 March is a Monday: 3, 4, 5, 6, 9, 10, 11 March.
        self.assertEqual(move.l10n_pl_ksef_send_by, date(2026, 3, 11))

    def test_end_of_an_outage_ends_the_pauses(self):
        self.company.sudo().l10n_pl_ksef_offline_after = 0
        outage = self.outage("failure", fields.Datetime.now() - timedelta(hours=1))
        online = self.invoice()
        online.action_l10n_pl_ksef_send()
        moves = online | self.offline()
        self.fault("error", "", times=1000, status=503)
        self.run_sender()
        documents = moves.l10n_pl_ksef_document_ids
        self.assertTrue(all(documents.mapped("next_try_at")))
        self.simulator.faults.clear()
        outage.end = fields.Datetime.now()
        self.assertFalse(any(documents.mapped("next_try_at")))
        self.run_sender()
        self.assertInKsefOnce(moves)

    def test_end_of_an_outage_does_not_hurry_what_waits_for_its_hour(self):
        outage = self.outage("failure", fields.Datetime.now() - timedelta(hours=1))
        move = self.invoice()
        hour = fields.Datetime.now() + timedelta(hours=5)
        move._l10n_pl_ksef_enqueue(hour)
        outage.end = fields.Datetime.now()
        self.assertEqual(move.l10n_pl_ksef_document_ids.next_try_at, hour)

    def test_total_failure_is_never_sent(self):
        self.outage("total_failure", fields.Datetime.now() - timedelta(hours=1))
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertTrue(move.l10n_pl_ksef_outside)
        self.assertFalse(move.l10n_pl_ksef_document_ids)
        self.run_sender()
        self.assertFalse(self.requests())

    def total_failure(self):
        began = fields.Datetime.now() - timedelta(hours=1)
        return self.outage("total_failure", began)

    def test_what_is_posted_in_a_total_failure_is_outside(self):
        self.company.sudo().l10n_pl_ksef_sending = "pl_companies"
        self.total_failure()
        move = self.invoice()
        self.assertTrue(move.l10n_pl_ksef_outside)
        self.assertFalse(move.l10n_pl_ksef_state)
        self.assertFalse(move._l10n_pl_ksef_qr_codes())
        yesterday = self.invoice(invoice_date=today_in_warsaw() - timedelta(days=1))
        self.assertFalse(yesterday.l10n_pl_ksef_outside)

    def test_queue_rests_in_a_total_failure_and_goes_after_it(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        outage = self.total_failure()
        self.run_sender()
        self.assertFalse(self.requests())
        self.assertIn("total failure", move.l10n_pl_ksef_hold)
        outage.end = fields.Datetime.now()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_waiting_invoice_is_taken_out_in_a_total_failure(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.total_failure()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertTrue(move.l10n_pl_ksef_outside)
        self.assertFalse(move.l10n_pl_ksef_document_ids)

    def test_invoice_issued_offline_before_a_total_failure_stays_what_it_is(self):
        move = self.offline()
        self.total_failure()
        with self.assertRaisesRegex(UserError, "issued offline"):
            move.action_l10n_pl_ksef_issue_offline()
        self.assertFalse(move.l10n_pl_ksef_outside)

    def test_outage_is_entered_once(self):
        noon = datetime(2026, 3, 2, 12)
        self.outage("failure", noon, noon + timedelta(hours=4))
        for start, end in (
            (noon, noon + timedelta(hours=4)),
            (noon - timedelta(hours=1), False),
            (noon + timedelta(hours=3), noon + timedelta(hours=9)),
            (noon + timedelta(hours=1), noon + timedelta(hours=2)),
        ):
            with self.assertRaises(ValidationError):
                self.outage("failure", start, end)
        # Another kind, and the next one, are other outages.
        self.outage("unavailability", noon, noon + timedelta(hours=4))
        self.outage("failure", noon + timedelta(hours=4), noon + timedelta(hours=5))
        lasting = self.outage("failure", noon + timedelta(hours=6))
        with self.assertRaises(ValidationError):
            self.outage("failure", lasting.start + timedelta(hours=1))

    def test_accountant_reads_outages_only(self):
        outages = self.env["l10n_pl_ksef.outage"]
        self.assertTrue(outages.has_access("read"))
        self.assertFalse(outages.has_access("create"))

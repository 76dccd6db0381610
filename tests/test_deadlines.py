"""The day of an invoice begins, and the time to send it runs out."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from .sending_common import SendingCommon

#: Monday 2 March 2026, 23:50 in Warsaw.
BEFORE_MIDNIGHT = "2026-03-02 22:50:00"
AFTER_MIDNIGHT = "2026-03-02 23:20:00"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDeadlines(SendingCommon):
    def watch(self):
        self.run_cron("ir_cron_watch_deadlines")

    def tasks(self, move):
        return move.sudo().activity_ids.filtered(
            lambda a: (
                a.activity_type_id
                == self.env.ref("l10n_pl_ksef.mail_activity_deadline")
            )
        )

    def offline(self, day):
        move = self.invoice(invoice_date=day)
        move.action_l10n_pl_ksef_issue_offline()
        return move

    # -- the day begins ------------------------------------------------------
    def test_tomorrows_invoice_waits_for_its_day(self):
        tomorrow = today_in_warsaw() + timedelta(days=1)
        move = self.invoice(invoice_date=tomorrow)
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertFalse(self.sent())

    def test_it_is_due_five_minutes_after_midnight_in_warsaw(self):
        cases = {
            date(2026, 3, 3): datetime(2026, 3, 2, 23, 5),  # winter: UTC+1
            date(2026, 7, 3): datetime(2026, 7, 2, 22, 5),  # summer: UTC+2
        }
        for day, due in cases.items():
            with freeze_time(datetime(day.year, day.month, day.day) - timedelta(1)):
                move = self.invoice(invoice_date=day)
                move.action_l10n_pl_ksef_send()
                self.assertEqual(move.l10n_pl_ksef_document_id.next_try_at, due)

    def test_tomorrows_invoice_is_not_issued_offline(self):
        tomorrow = today_in_warsaw() + timedelta(days=1)
        move = self.invoice(invoice_date=tomorrow)
        with self.assertRaisesRegex(UserError, "cannot be issued before"):
            move.action_l10n_pl_ksef_issue_offline()

    def test_a_later_slot_of_the_company_stays(self):
        with freeze_time("2026-03-02 10:00:00"):
            move = self.invoice(invoice_date=date(2026, 3, 3))
            later = datetime(2026, 3, 3, 17)
            move._l10n_pl_ksef_enqueue(at=later)
            self.assertEqual(move.l10n_pl_ksef_document_id.next_try_at, later)

    # -- over midnight -------------------------------------------------------
    def test_waiting_past_midnight_turns_offline(self):
        with freeze_time(BEFORE_MIDNIGHT):
            move = self.invoice(invoice_date=date(2026, 3, 2))
            move.action_l10n_pl_ksef_send()
            document = move.l10n_pl_ksef_document_id
            document._turn_offline_if_late()
            self.assertEqual(document.issue_mode, "online")
        with freeze_time(AFTER_MIDNIGHT):
            document._turn_offline_if_late()
            self.assertEqual(document.issue_mode, "offline24")
            self.assertTrue(document.certificate_link)
            self.assertEqual(document.send_by, date(2026, 3, 3))

    def test_midnight_passes_while_ksef_does_not_answer(self):
        with freeze_time(BEFORE_MIDNIGHT):
            move = self.invoice(invoice_date=date(2026, 3, 2))
            move.action_l10n_pl_ksef_send()
            self.fault("error", "", times=1000, status=503)
            self.run_sender()
            self.watch()
            self.assertEqual(move.l10n_pl_ksef_issue_mode, "online")
        with freeze_time(AFTER_MIDNIGHT):
            self.watch()
            self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")
            self.assertEqual(move.l10n_pl_ksef_send_by, date(2026, 3, 3))
            self.assertEqual(len(move._l10n_pl_ksef_qr_codes()), 2)
            self.watch()
            self.assertTrue(move.l10n_pl_ksef_must_arrive)
        with freeze_time("2026-03-03 08:00:00"):
            self.watch()
            self.assertTrue(self.tasks(move))

    def test_midnight_passes_for_a_company_that_was_disconnected(self):
        with freeze_time(BEFORE_MIDNIGHT):
            move = self.invoice(invoice_date=date(2026, 3, 2))
            move.action_l10n_pl_ksef_send()
            self.company.sudo().l10n_pl_ksef_offline_certificate_id = False
        with freeze_time("2026-03-03 08:00:00"):
            self.watch()
            self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")
            self.assertTrue(self.tasks(move))

    def test_invoice_with_an_earlier_date_is_left_to_the_sender(self):
        yesterday = today_in_warsaw() - timedelta(days=1)
        move = self.invoice(invoice_date=yesterday)
        move.action_l10n_pl_ksef_send()
        self.watch()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "online")

    def test_late_ones_and_fresh_ones_go_in_packages_of_their_own(self):
        self.company.sudo().l10n_pl_ksef_batch_from = 2
        today = today_in_warsaw()
        late = self.invoices(2, invoice_date=today - timedelta(days=1))
        fresh = self.invoices(2, invoice_date=today)
        self.send(late | fresh)
        self.assertInKsefOnce(late | fresh)
        self.assertEqual(set(late.mapped("l10n_pl_ksef_mode")), {"offline"})
        self.assertEqual(set(fresh.mapped("l10n_pl_ksef_mode")), {"online"})

    # -- the time runs out ---------------------------------------------------
    def test_last_day_warns_once(self):
        with freeze_time("2026-03-02 10:00:00"):
            move = self.offline(date(2026, 3, 2))
            self.watch()
            self.assertFalse(self.tasks(move))
            self.assertEqual(move.l10n_pl_ksef_urgency, "soon")
        move.invalidate_recordset(["l10n_pl_ksef_urgency"])
        with freeze_time("2026-03-03 08:00:00"):
            self.watch()
            self.assertEqual(len(self.tasks(move)), 1)
            self.assertEqual(self.tasks(move).user_id, self.accountant)
            self.assertEqual(move.l10n_pl_ksef_urgency, "last_day")
            self.watch()
        move.invalidate_recordset(["l10n_pl_ksef_urgency"])
        with freeze_time("2026-03-04 08:00:00"):
            self.watch()
            self.assertEqual(len(self.tasks(move)), 1)
            self.assertEqual(move.l10n_pl_ksef_urgency, "late")

    def test_done_task_does_not_come_back(self):
        with freeze_time("2026-03-02 10:00:00"):
            move = self.offline(date(2026, 3, 2))
        with freeze_time("2026-03-03 08:00:00"):
            self.watch()
            self.tasks(move).action_feedback()
            self.watch()
            self.assertFalse(self.tasks(move))

    def test_failure_that_moves_the_deadline_takes_the_warning_back(self):
        with freeze_time("2026-03-02 10:00:00"):
            move = self.offline(date(2026, 3, 2))
        with freeze_time("2026-03-03 08:00:00"):
            self.watch()
            self.assertTrue(self.tasks(move))
            self.system["l10n_pl_ksef.outage"].create(
                {"mode": "failure", "start": datetime(2026, 3, 3, 7)}
            )
            self.watch()
            self.assertFalse(self.tasks(move))

    def test_accepted_invoice_has_no_task_left(self):
        yesterday = today_in_warsaw() - timedelta(days=1)
        move = self.offline(yesterday)
        move.l10n_pl_ksef_document_id.sudo().write({"send_by": today_in_warsaw()})
        self.watch()
        self.assertTrue(self.tasks(move))
        self.run_sender()
        self.assertInKsefOnce(move)
        self.assertFalse(self.tasks(move))

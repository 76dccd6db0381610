"""Many bills at once, and what is taken back: merges, cancelled bills."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from ..models.inbox import inbound_actions
from .test_inbox_warnings import ACCOUNT, WarningsCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxOutcome(WarningsCommon):
    def many(self):
        """Fetch three invoices, of which one makes no bill and one is there."""
        self.issue("FV/1", "FV/2")
        self.issue("FV/3")
        self.bill_by_hand("FV/2", 100, invoice_date=today_in_warsaw())
        self.fetch()
        rows = self.inbox
        broken = rows.filtered(lambda row: row.invoice_number == "FV/3")
        broken.sudo().xml = b"PHg+"
        return rows, broken

    def told(self, user):
        """Return what the scheduler has told a person who works."""
        model = self.env.registry["res.users"]
        with patch.object(model, "_bus_send", autospec=True) as send:
            self.run_cron("ir_cron_book_inbound")
        return [
            call.args[2]
            for call in send.call_args_list
            if call.args[1] == "simple_notification" and call.args[0] == user
        ]

    # ------------------------------------------------------------------
    # many
    # ------------------------------------------------------------------
    def test_some_at_once_end_with_a_count_and_reasons(self):
        rows, broken = self.many()
        notice = rows.action_create_bill()["params"]
        self.assertEqual(notice["type"], "warning")
        self.assertIn("Bills made: 1. Bills that were there", notice["message"])
        self.assertIn("there already: 1. Without a bill: 1.", notice["message"])
        self.assertIn("FV/3", notice["message"])
        self.assertIn(broken.reason.split(":")[0], notice["message"])

    def test_reasons_of_the_scheduler_are_in_the_language_of_the_company(self):
        self.system["res.lang"]._activate_lang("pl_PL")
        self.company.sudo().partner_id.lang = "pl_PL"
        (number,) = self.issue("FV/1")
        self.company._l10n_pl_ksef_fetch_now()
        self.run_fetcher()
        row = self.inbox.filtered(lambda one: one.ksef_number == number)
        row.sudo().xml = b"PHg+"
        self.run_cron("ir_cron_book_inbound")
        self.assertIn("Nie można odczytać pliku", row.reason)

    def test_state_of_the_bill_is_no_news_of_the_row(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        row = self.received()
        self.assertEqual(row.bill_state, "draft")
        self.cr.precommit.run()
        self.assertFalse(row.sudo().message_ids.tracking_value_ids)

    def test_many_end_with_a_message_of_the_scheduler(self):
        rows, _broken = self.many()
        with patch.object(inbound_actions, "AT_ONCE", 2):
            started = rows.action_create_bill()["params"]["message"]
        self.assertIn("3 bills are being made", started)
        (notice,) = self.told(self.accountant)
        self.assertEqual(notice["type"], "warning")
        self.assertIn("Bills made: 1.", notice["message"])
        self.assertIn("Without a bill: 1.", notice["message"])
        self.assertEqual(self.told(self.accountant), [], "only once")

    def test_one_that_makes_no_bill_says_why(self):
        _rows, broken = self.many()
        notice = broken.action_create_bill()["params"]
        self.assertIn("Without a bill: 1. FV/3", notice["message"])

    def test_what_nobody_has_asked_for_is_told_to_nobody(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        self.issue("FV/1")
        self.company._l10n_pl_ksef_fetch_now()
        self.run_fetcher()
        self.assertEqual(self.told(self.accountant), [])

    # ------------------------------------------------------------------
    # taken back
    # ------------------------------------------------------------------
    def merged(self, **values):
        bill = self.bill_by_hand("FV/9", 55, invoice_date=today_in_warsaw(), **values)
        bill.action_post()
        row = self.received()
        row._merge_by_hand(bill)
        self.run_cron("ir_cron_draw_pictures")
        return row, bill

    def test_merge_with_the_wrong_bill_is_undone(self):
        self.company.sudo().l10n_pl_ksef_payment_numbers = "always"
        row, bill = self.merged()
        self.assertIn(row.ksef_number, bill.payment_reference)
        self.assertEqual(bill.partner_bank_id.sanitized_acc_number, ACCOUNT)
        files = self.attachments(bill)
        row.action_reopen()
        self.assertRecordValues(row, [{"state": "new", "move_id": False}])
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "posted",
                    "l10n_pl_ksef_number": False,
                    "l10n_pl_ksef_acquired_at": False,
                    "l10n_pl_ksef_source": False,
                    "l10n_pl_ksef_source_hash": False,
                    "payment_reference": "FV/9",
                    "partner_bank_id": False,
                    "amount_total": 67.65,
                }
            ],
        )
        self.assertFalse(files & self.attachments(bill))
        self.assertIn("taken off", bill.message_ids[0].body)
        row.action_create_bill()
        self.assertEqual(row.state, "created")
        self.assertNotEqual(row.move_id, bill)

    def attachments(self, bill):
        return self.env["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", bill.id),
                ("name", "like", "KSeF %.pdf"),
            ]
        )

    def test_bill_that_is_cancelled_can_be_made_again(self):
        bill = self.booked()
        row = self.inbox
        bill.button_cancel()
        row.action_reopen()
        self.assertEqual(row.state, "new")
        row.action_create_bill()
        self.assertEqual(row.state, "created")
        self.assertNotEqual(row.move_id, bill)

    def test_bill_that_is_in_the_books_is_not_made_again(self):
        bill = self.booked()
        with self.assertRaisesRegex(UserError, "Cancel or delete it first"):
            self.inbox.action_reopen()
        self.assertEqual(self.inbox.move_id, bill)

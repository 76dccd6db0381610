"""The same invoice as PDF or typed in: found, offered, merged, never booked twice."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..ksef.deadlines import today_in_warsaw
from .inbox_common import InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxMerging(InboxCommon):
    """KSeF has FV/1 of today over 123.00."""

    def received(self, number="FV/1", **values):
        (ksef_number,) = self.issue(number, **values)
        self.fetch()
        return self.inbox.filtered(lambda row: row.ksef_number == ksef_number)

    def typed(self, number, net=100, days=0, **values):
        day = today_in_warsaw() - timedelta(days=days)
        return self.bill_by_hand(number, net, invoice_date=day, **values)

    def bills(self):
        return self.env["account.move"].search(
            [("move_type", "in", ("in_invoice", "in_refund"))]
        )

    def merge(self, row, move=None):
        """Press the button and take what the dialog offers, or ``move``."""
        context = row.action_merge()["context"]
        form = Form(self.env["l10n_pl_ksef.inbound.merge"].with_context(**context))
        if move:
            form.move_id = move
        wizard = form.save()
        wizard.action_save()
        return wizard

    # ------------------------------------------------------------------
    # what is offered
    # ------------------------------------------------------------------
    def test_same_number_is_offered_whatever_its_amount_and_day(self):
        bill = self.typed("fv 1", 555, days=20)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_pdf_without_a_number_is_offered_by_amount_and_day(self):
        bill = self.typed(False, 100, days=2)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_amount_within_the_tolerance_of_the_company(self):
        bill = self.typed(False, 100.5)
        row = self.received()
        self.assertEqual(row.candidate_ids, bill)
        self.company.sudo().l10n_pl_ksef_merge_tolerance = 0.5
        row.invalidate_recordset(["candidate_ids"])
        self.assertFalse(row.candidate_ids)

    def test_another_day_number_supplier_or_currency_is_another_invoice(self):
        self.typed(False, 100, days=10)
        self.typed("FV/8", 100, days=1)
        stranger = self.typed(False, 100)
        stranger.partner_id = self.partner_company
        euro = self.env.ref("base.EUR")
        euro.sudo().active = True
        self.typed(False, 100, currency_id=euro.id)
        self.assertFalse(self.received().candidate_ids)

    def test_bill_with_another_ksef_number_is_not_offered(self):
        first = self.received()
        first.action_create_bill()
        second = self.received("FV/2")
        self.assertFalse(second.candidate_ids)

    def test_cancelled_bill_is_not_offered(self):
        self.typed("FV/1").button_cancel()
        self.assertFalse(self.received().candidate_ids)

    # ------------------------------------------------------------------
    # merging
    # ------------------------------------------------------------------
    def test_posted_bill_keeps_its_amounts_and_gets_number_file_and_note(self):
        bill = self.typed("FV 1", 100.5)
        bill.action_post()
        row = self.received()
        wizard = self.merge(row)
        for words in ("FV 1", "FV/1", "123.62", "123.00"):
            self.assertIn(words, wizard.differences.replace(",", "."))
        self.assertRecordValues(
            bill,
            [
                {
                    "state": "posted",
                    "amount_total": 123.62,
                    "l10n_pl_ksef_number": row.ksef_number,
                    "l10n_pl_ksef_inbound_ids": row.ids,
                }
            ],
        )
        self.assertTrue(bill.l10n_pl_ksef_source)
        self.assertTrue(bill.l10n_pl_ksef_picture_due)
        self.assertIn("comes to", bill.message_ids[0].body)
        self.assertEqual(row.state, "merged")
        self.assertEqual(self.bills(), bill)

    def test_without_differences_the_dialog_says_so(self):
        due = today_in_warsaw()
        self.typed("FV/1", invoice_date_due=due, invoice_payment_term_id=False)
        row = self.received()
        context = row.action_merge()["context"]
        form = Form(self.env["l10n_pl_ksef.inbound.merge"].with_context(**context))
        self.assertIn("no differences", form.differences)

    def test_person_chooses_another_bill_than_the_offered_one(self):
        self.typed("FV/1")
        other = self.typed("FV/9", 999)
        row = self.received()
        self.merge(row, other)
        self.assertRecordValues(row, [{"state": "merged", "move_id": other.id}])

    def test_bill_of_one_invoice_takes_no_second_one(self):
        bill = self.typed("FV/1")
        self.merge(self.received())
        second = self.received("FV/2")
        wizard = self.env["l10n_pl_ksef.inbound.merge"].create(
            {"inbound_id": second.id, "move_id": bill.id}
        )
        with self.assertRaisesRegex(UserError, "already"):
            wizard.action_save()
        self.assertEqual(second.state, "new")

    def test_merged_invoice_is_not_merged_or_booked_again(self):
        self.typed("FV/1")
        row = self.received()
        self.merge(row)
        for call in (row.action_create_bill, row.action_merge):
            with self.assertRaises(UserError):
                call()
        self.assertEqual(len(self.bills()), 1)

    # ------------------------------------------------------------------
    # never twice
    # ------------------------------------------------------------------
    def test_automatic_booking_stops_where_a_bill_may_be_the_same(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        bill = self.typed(False, 100.2)
        row = self.received()
        self.assertEqual(row.state, "new")
        self.assertEqual(self.bills(), bill)

    def test_file_uploaded_before_is_the_same_invoice(self):
        xml = self.document_xml("FV/1", "100.00", today_in_warsaw())
        attachment = self.env["ir.attachment"].create(
            {"name": "fv.xml", "raw": xml, "mimetype": "application/xml"}
        )
        journals = self.env["account.journal"].with_context(
            default_move_type="in_invoice"
        )
        bill = journals._create_document_from_attachment(attachment.ids)
        row = self.received(xml=xml)
        row.action_create_bill()
        self.assertRecordValues(row, [{"state": "merged", "move_id": bill.id}])
        self.assertEqual(bill.l10n_pl_ksef_number, row.ksef_number)
        self.assertEqual(self.bills(), bill)

    def test_bill_that_odoos_own_module_has_fetched(self):
        if "l10n_pl_edi_number" not in self.env["account.move"]._fields:
            self.skipTest("Odoo's own module is not installed")
        (number,) = self.issue("FV/1")
        bill = self.bill_by_hand("FV/1", 100, invoice_date=today_in_warsaw())
        bill.sudo().l10n_pl_edi_number = number
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        self.fetch()
        self.assertRecordValues(self.inbox, [{"state": "merged", "move_id": bill.id}])
        self.assertEqual(self.bills(), bill)

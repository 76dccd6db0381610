"""Invoices that name each other arrive and are confirmed in any order."""

from odoo.tests import tagged

from .inbox_documents_common import InboxDocumentsCommon

AMOUNTS = ("1000.00", "230.00", "1230.00")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCorrectionFirst(InboxDocumentsCommon):
    def corrected_before(self, confirmed):
        """Return a refund that came first, and its original, a draft."""
        number = self.hold_back("FV/1", AMOUNTS)
        refund = self.correction("K/1", [(number, "FV/1")])
        self.assertFalse(refund.reversed_entry_id)
        self.assertIn(number, refund.l10n_pl_ksef_seeks)
        if confirmed:
            refund.action_post()
        return refund, self.release(number)

    def test_drafts_are_tied(self):
        refund, original = self.corrected_before(confirmed=False)
        self.assertEqual(refund.reversed_entry_id, original)
        self.assertFalse(refund.l10n_pl_ksef_seeks)
        self.assertIn("has arrived", refund.message_ids[0].body)
        original.action_post()
        refund.action_post()
        self.assertEqual(original.amount_residual, 1107)

    def test_confirmed_correction_is_reconciled_when_the_original_is_confirmed(self):
        refund, original = self.corrected_before(confirmed=True)
        self.assertEqual(refund.reversed_entry_id, original)
        self.assertEqual(refund.amount_residual, 123)
        original.action_post()
        self.assertEqual(original.amount_residual, 1107)
        self.assertEqual(original.payment_state, "partial")
        self.assertEqual(refund.amount_residual, 0)
        self.assertFalse(self.tasks(refund))

    def test_drafts_confirmed_the_other_way_round(self):
        refund, original = self.corrected_before(confirmed=False)
        refund.action_post()
        original.action_post()
        self.assertEqual((original.amount_residual, refund.amount_residual), (1107, 0))

    def test_original_first_as_a_draft(self):
        original = self.invoice()
        refund = self.correction("K/1", [(original.l10n_pl_ksef_number, "FV/1")])
        refund.action_post()
        original.action_post()
        self.assertEqual((original.amount_residual, refund.amount_residual), (1107, 0))

    def test_both_confirmed_at_once(self):
        refund, original = self.corrected_before(confirmed=False)
        (refund | original).action_post()
        self.assertEqual((original.amount_residual, refund.amount_residual), (1107, 0))
        self.assertFalse(self.tasks(refund))

    def test_original_confirmed_again_after_a_change(self):
        refund, original = self.corrected_before(confirmed=True)
        original.action_post()
        original.button_draft()
        original.action_post()
        self.assertEqual((original.amount_residual, refund.amount_residual), (1107, 0))

    def test_original_typed_in_by_hand_is_found_when_it_is_confirmed(self):
        refund = self.correction("K/1", [(self.hold_back("FV/1", AMOUNTS), "FV/1")])
        refund.action_post()
        original = self.bill_by_hand(
            "FV/1",
            1000,
            partner_id=refund.partner_id.id,
            invoice_date=refund.invoice_date,
        )
        self.assertFalse(refund.reversed_entry_id)
        original.action_post()
        self.assertEqual(refund.reversed_entry_id, original)
        self.assertEqual((original.amount_residual, refund.amount_residual), (1107, 0))

    def test_correction_that_is_settled_already_stays_so(self):
        refund, original = self.corrected_before(confirmed=True)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=refund.ids
        ).create({}).action_create_payments()
        original.action_post()
        self.assertEqual(original.amount_residual, 1230)
        self.assertFalse(self.tasks(refund))

    def test_another_account_is_left_to_a_person(self):
        refund, original = self.corrected_before(confirmed=True)
        payable = self.company_data["default_account_payable"]
        other = payable.sudo().copy({"code": "202990"})
        terms = original.line_ids.filtered(lambda li: li.display_type == "payment_term")
        terms.account_id = other
        original.action_post()
        self.assertEqual(
            (original.amount_residual, refund.amount_residual), (1230, 123)
        )
        self.assertIn("reconcile them by hand", self.tasks(refund))
        original.button_draft()
        original.action_post()
        self.assertEqual(self.tasks(refund).count("by hand"), 1, "asked once")

    def test_correction_of_several_is_left_to_a_person(self):
        numbers = [self.hold_back(f"FV/{i}", AMOUNTS) for i in (1, 2)]
        refund = self.correction("K/1", [(numbers[0], "FV/1"), (numbers[1], "FV/2")])
        refund.action_post()
        first = self.release(numbers[0])
        second = self.release(numbers[1])
        self.assertEqual(refund.l10n_pl_ksef_corrected_ids, first | second)
        (first | second).action_post()
        self.assertEqual(refund.amount_residual, 123)
        self.assertIn("reconcile them by hand", self.tasks(refund))

    def tasks(self, move):
        return " ".join(
            note for note in move.activity_ids.mapped("note") if "before" in note
        )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSettlementFirst(InboxDocumentsCommon):
    def setUp(self):
        super().setUp()
        self.account = self.prepayments()

    def settled_before(self, confirmed=False):
        """Return a settlement that came first, and its advance, a draft."""
        number = self.advance(arrive=self.hold_back)
        settlement = self.settlement(number)
        self.assertEqual(settlement.amount_total, 738)
        self.assertIn(number, settlement.l10n_pl_ksef_seeks)
        if confirmed:
            settlement.action_post()
        advance = self.release(number)
        self.assertFalse(settlement.l10n_pl_ksef_seeks)
        self.assertEqual(settlement.l10n_pl_ksef_advance_ids, advance)
        return settlement, advance

    def confirm(self, advance):
        advance.invoice_line_ids.account_id = self.account
        advance.action_post()

    def deduction(self, settlement):
        row = settlement.invoice_line_ids.filtered("l10n_pl_ksef_is_advance")
        self.assertEqual(row.price_subtotal, -400)
        return row

    def tasks(self, move):
        return " ".join(
            note for note in move.activity_ids.mapped("note") if "takes it off" in note
        )

    def test_settlement_is_told_of_its_advance(self):
        settlement, _advance = self.settled_before()
        bodies = " ".join(settlement.message_ids.mapped("body"))
        self.assertIn("advance invoice has arrived", bodies)

    def test_draft_follows_the_advance_that_is_confirmed(self):
        settlement, advance = self.settled_before()
        former = self.deduction(settlement).account_id
        self.assertNotEqual(former, self.account)
        self.confirm(advance)
        self.assertEqual(self.deduction(settlement).account_id, self.account)
        self.assertEqual(settlement.amount_total, 738)
        body = settlement.message_ids[0].body
        self.assertIn(self.account.code, body)
        self.assertIn(former.code, body)
        self.assertFalse(self.tasks(settlement))
        settlement.action_post()
        balance = sum(
            (advance | settlement)
            .line_ids.filtered(lambda line: line.account_id == self.account)
            .mapped("balance")
        )
        self.assertEqual(balance, 0)

    def test_confirmed_settlement_is_left_to_a_person(self):
        settlement, advance = self.settled_before(confirmed=True)
        former = self.deduction(settlement).account_id
        self.confirm(advance)
        self.assertEqual(self.deduction(settlement).account_id, former)
        self.assertEqual(settlement.state, "posted")
        for words in (self.account.code, former.code, advance.display_name):
            self.assertIn(words, self.tasks(settlement))
        advance.button_draft()
        advance.action_post()
        self.assertEqual(self.tasks(settlement).count("takes it off"), 1, "asked once")

    def test_settlement_confirmed_before_the_advance_that_is_here(self):
        settlement, advance = self.settled_before()
        settlement.action_post()
        self.confirm(advance)
        self.assertIn(self.account.code, self.tasks(settlement))

    def test_same_account_asks_nothing(self):
        settlement, advance = self.settled_before(confirmed=True)
        self.account = self.deduction(settlement).account_id
        self.confirm(advance)
        self.assertFalse(self.tasks(settlement))

    def test_advance_first_as_a_draft_whose_account_changes(self):
        advance = self.advance()
        settlement = self.settlement(advance.l10n_pl_ksef_number)
        self.assertEqual(settlement.l10n_pl_ksef_advance_ids, advance)
        self.confirm(advance)
        self.assertEqual(self.deduction(settlement).account_id, self.account)

    def test_cancelled_settlement_is_left_alone(self):
        settlement, advance = self.settled_before()
        former = self.deduction(settlement).account_id
        settlement.button_cancel()
        self.confirm(advance)
        self.assertEqual(self.deduction(settlement).account_id, former)

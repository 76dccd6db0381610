"""The same invoice, entered before in other words; and what a merge must not lose."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from .inbox_common import SUPPLIER_NIP
from .test_inbox_warnings import ACCOUNT, WarningsCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxTwins(WarningsCommon):
    def typed(self, number="FV/1", net=100, days=0, **values):
        day = today_in_warsaw() - timedelta(days=days)
        return self.bill_by_hand(number, net, invoice_date=day, **values)

    def supplier_with(self, vat, **values):
        partner = self.system["res.partner"].create(
            {"name": "ABC AGD", "is_company": True, **values}
        )
        # As imports and older versions have left it.
        self.env.cr.execute(
            "UPDATE res_partner SET vat = %s WHERE id = %s", (vat, partner.id)
        )
        partner.invalidate_recordset()
        return partner

    def merge(self, row, move):
        wizard = self.env["l10n_pl_ksef.inbound.merge"].create(
            {"inbound_id": row.id, "move_id": move.id}
        )
        wizard.action_save()

    # ------------------------------------------------------------------
    # found
    # ------------------------------------------------------------------
    def test_nip_of_the_supplier_written_otherwise(self):
        spellings = ("999-999-99-99", "PL 999 999 99 99", "pl9999999999")
        bills = self.env["account.move"]
        for vat in spellings:
            bills |= self.typed(partner_id=self.supplier_with(vat).id)
        self.assertEqual(self.received().candidate_ids, bills)

    def test_contact_of_the_supplier(self):
        head = self.supplier_with(f"PL{SUPPLIER_NIP}")
        child = self.system["res.partner"].create(
            {"name": "Dział faktur", "parent_id": head.id, "type": "invoice"}
        )
        bill = self.typed(partner_id=child.id)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_supplier_without_nip_takes_number_and_amount(self):
        unknown = self.system["res.partner"].create({"name": "Abc", "is_company": True})
        bill = self.typed(partner_id=unknown.id)
        self.typed("FV/2", partner_id=unknown.id)
        self.typed(net=90, partner_id=unknown.id)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_bill_without_any_supplier(self):
        bill = self.typed("fv 1", partner_id=False)
        row = self.received()
        self.assertEqual(row.candidate_ids, bill)
        self.merge(row, bill)
        self.assertEqual(bill.l10n_pl_ksef_number, row.ksef_number)
        self.assertFalse(bill.partner_bank_id)
        bill.action_l10n_pl_ksef_create_supplier()
        self.assertEqual(bill.partner_id.vat[-10:], SUPPLIER_NIP)

    def test_archived_supplier(self):
        head = self.supplier_with(f"PL{SUPPLIER_NIP}")
        bill = self.typed(partner_id=head.id)
        head.active = False
        self.assertEqual(self.received().candidate_ids, bill)

    def test_several_suppliers_with_the_nip(self):
        self.supplier_with(f"PL{SUPPLIER_NIP}")
        other = self.supplier_with(SUPPLIER_NIP)
        bill = self.typed(partner_id=other.id)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_two_candidates_are_both_offered(self):
        bills = self.typed() | self.typed("FV / 1")
        self.assertEqual(self.received().candidate_ids, bills)

    def test_old_bill_of_a_large_supplier(self):
        bill = self.typed()
        for n in range(210):
            self.typed(f"A/{n}", 5)
        self.assertEqual(self.received().candidate_ids, bill)

    def test_number_that_a_search_would_take_for_any_other(self):
        bill = self.typed("FVA1", 55)
        row = self.received("FV_1")
        row.action_create_bill()
        self.assertEqual(row.state, "created")
        self.assertNotEqual(row.move_id, bill)
        self.assertFalse(bill.l10n_pl_ksef_number)

    # ------------------------------------------------------------------
    # merging
    # ------------------------------------------------------------------
    def test_paid_and_locked_bill_takes_the_number(self):
        bill = self.typed()
        bill.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create({}).action_create_payments()
        self.company.sudo().write(
            {
                "fiscalyear_lock_date": today_in_warsaw(),
                "tax_lock_date": today_in_warsaw(),
                "hard_lock_date": today_in_warsaw(),
            }
        )
        row = self.received()
        self.merge(row, bill)
        self.assertEqual(bill.l10n_pl_ksef_number, row.ksef_number)
        self.assertIn(bill.payment_state, ("paid", "in_payment"))

    def test_merge_keeps_to_bills_of_the_family(self):
        row = self.received()
        sale = self.init_invoice("out_invoice", products=self.product_a)
        other = self.other_company()
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "purchase")], limit=1
        )
        stranger = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "in_invoice",
                    "partner_id": self.partner_company.id,
                    "journal_id": journal.id,
                }
            )
        )
        gone = self.typed("FV/2")
        gone.button_cancel()
        for move in (sale, stranger, gone):
            with (
                self.subTest(move=move.display_name),
                self.assertRaisesRegex(UserError, "Choose a bill"),
            ):
                self.merge(row, move)
        self.assertEqual(row.state, "new")

    def test_account_of_the_file_is_offered_and_told_after_a_merge(self):
        self.known_supplier()
        bill = self.typed()
        row = self.received()
        self.merge(row, bill)
        self.assertEqual(bill.partner_bank_id.sanitized_acc_number, ACCOUNT)
        self.assertFalse(bill.partner_bank_id.allow_out_payment)
        self.assertIn(ACCOUNT, bill.l10n_pl_ksef_warnings)

    def test_other_net_and_another_account_are_differences(self):
        bill = self.typed(net=113.89)
        bill.invoice_line_ids.tax_ids = self.env["account.chart.template"].ref(
            "vz_kraj_8"
        )
        bill.partner_bank_id = self.system["res.partner.bank"].create(
            {
                "acc_number": "PL27114020040000300201355387",
                "partner_id": bill.partner_id.id,
            }
        )
        self.assertEqual(bill.amount_total, 123)
        wizard = self.env["l10n_pl_ksef.inbound.merge"].create(
            {"inbound_id": self.received().id, "move_id": bill.id}
        )
        told = wizard.differences.replace(",", ".")
        for words in ("Net: the bill has 113.89", "KSeF has 100.00", ACCOUNT):
            self.assertIn(words, told)
        self.assertNotIn("Gross", told)

    def test_account_is_not_given_to_another_supplier(self):
        bill = self.typed(partner_id=self.partner_company.id)
        row = self.received()
        self.merge(row, bill)
        self.assertEqual(row.state, "merged")
        self.assertFalse(bill.partner_bank_id)
        self.assertFalse(self.partner_company.sudo().bank_ids)

    def test_account_that_a_person_chose_stays_and_the_other_is_told(self):
        bill = self.known_supplier()
        mine = self.system["res.partner.bank"].create(
            {
                "acc_number": "PL27114020040000300201355387",
                "partner_id": bill.partner_id.id,
                "allow_out_payment": True,
            }
        )
        bill = self.typed(partner_bank_id=mine.id)
        row = self.received()
        self.merge(row, bill)
        self.assertEqual(bill.partner_bank_id, mine)
        self.assertIn(ACCOUNT, bill.l10n_pl_ksef_warnings)

"""From KSeF to the books: corrections, advances, orders, and the official samples."""

from decimal import Decimal
from unittest import skipUnless

from odoo import Command
from odoo.tests import tagged

from ..ksef import fa3
from ..ksef.fa3 import model
from . import fa3_import_common as common
from .inbox_common import SUPPLIER_NIP, InboxCommon
from .inbox_documents_common import InboxDocumentsCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxDocuments(InboxDocumentsCommon):
    # ------------------------------------------------------------------
    # corrections
    # ------------------------------------------------------------------
    def test_correction_finds_its_original(self):
        original = self.invoice()
        refund = self.correction("K/1", [(original.l10n_pl_ksef_number, "FV/1")])
        self.assertRecordValues(
            refund,
            [
                {
                    "move_type": "in_refund",
                    "reversed_entry_id": original.id,
                    "amount_total": 123,
                    "l10n_pl_ksef_seeks": False,
                }
            ],
        )

    def test_correction_in_plus_is_a_bill_of_its_own(self):
        self.ensure_installed("account_debit_note")
        original = self.invoice()
        bill = self.correction(
            "K/1",
            [(original.l10n_pl_ksef_number, "FV/1")],
            amounts=("100.00", "23.00", "123.00"),
        )
        self.assertEqual((bill.move_type, bill.amount_total), ("in_invoice", 123))
        self.assertEqual(bill.debit_origin_id, original)

    def test_collective_correction_waits_for_each_of_its_originals(self):
        first = self.invoice("FV/1")
        missing = "9999999999-20260416-8BEF280C8D36-07"
        refund = self.correction(
            "K/1", [(first.l10n_pl_ksef_number, "FV/1"), (missing, "FV/2")]
        )
        self.assertEqual(refund.reversed_entry_id, first)
        self.assertEqual(refund.l10n_pl_ksef_seeks, f"{missing} FV/2")
        second = self.invoice("FV/2")
        self.assertNotEqual(second.l10n_pl_ksef_number, missing)
        self.assertTrue(refund.l10n_pl_ksef_seeks, "another KSeF number: not the one")

    # ------------------------------------------------------------------
    # advances
    # ------------------------------------------------------------------
    def test_settlement_takes_off_the_advance_on_its_account(self):
        advance = self.advance()
        self.assertEqual(advance.amount_total, 492)
        account = self.prepayments()
        advance.invoice_line_ids.account_id = account
        advance.action_post()
        bill = self.settlement(advance.l10n_pl_ksef_number)
        self.assertEqual(bill.amount_total, 738)
        self.assertEqual(bill.invoice_line_ids.mapped("price_subtotal"), [1000, -400])
        self.assertEqual(bill.invoice_line_ids[1].account_id, account)
        self.assertIn(advance.l10n_pl_ksef_number, bill.invoice_line_ids[1].name)

    # ------------------------------------------------------------------
    # purchase orders
    # ------------------------------------------------------------------
    def test_purchase_order_is_found_by_its_number(self):
        if "purchase.order" not in self.env:
            self.skipTest("the Purchase app is not installed")
        supplier = self.system["res.partner"].create(
            {"name": "ABC AGD", "vat": f"PL{SUPPLIER_NIP}", "is_company": True}
        )
        product = self.system["product.product"].create(
            {"name": "Deska sosnowa", "purchase_method": "purchase"}
        )
        tax = self.env["account.chart.template"].ref("vz_kraj_23")
        order = self.system["purchase.order"].create(
            {
                "partner_id": supplier.id,
                "company_id": self.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": 1,
                            "price_unit": 1000,
                            "tax_ids": [Command.set(tax.ids)],
                        }
                    )
                ],
            }
        )
        order.button_confirm()
        bill = self.arrive(
            "FV/1",
            ("1000.00", "230.01", "1230.01"),
            WarunkiTransakcji=model.WarunkiTransakcji(
                Zamowienia=(model.Zamowienia(NrZamowienia=order.name),)
            ),
        )
        row = self.inbox
        self.assertEqual(row.orders, order.name)
        self.assertEqual(bill.invoice_origin, order.name)
        self.assertEqual(bill.invoice_line_ids.purchase_line_id, order.order_line)
        self.assertEqual(order.invoice_ids, bill)
        self.assertEqual((bill.amount_tax, bill.amount_total), (230.01, 1230.01))


_SAMPLES = sorted(common.SAMPLES.glob("przyklad-*.xml"))


@tagged("post_install_l10n", "post_install", "-at_install")
@skipUnless(_SAMPLES, "the folder with the official samples is not beside the checkout")
class TestInboxSamples(InboxCommon):
    assert_exact = common.Fa3ImportCommon.assert_exact

    def setUp(self):
        # The buyer of the ministry's samples.
        self.company.sudo().vat = f"PL{common.BUYER_NIP}"
        super().setUp()
        self.company.sudo().l10n_pl_ksef_booking = "automatic"

    def test_every_official_sample_arrives_as_a_bill_with_exact_totals(self):
        for path in _SAMPLES:
            with self.subTest(sample=path.stem):
                # They repeat their numbers, which one KSeF does not take.
                self.simulator.reset()
                self.connect()
                self.place._note(checkpoint=False, next_run_at=False)
                self.arrive_and_compare(path.read_bytes())

    def arrive_and_compare(self, xml):
        (number,) = self.issue("", xml=xml)
        self.fetch()
        row = self.inbox.filtered(lambda one: one.ksef_number == number)
        self.assertEqual(row.state, "created", row.reason)
        self.assertEqual(row._kept_bytes("xml"), xml)
        bill, invoice = row.move_id, fa3.parse(xml)
        self.assertEqual(bill.l10n_pl_ksef_number, number)
        self.assertEqual(bill.ref, invoice.Fa.P_2)
        self.assertEqual(Decimal(str(row.gross_amount)), invoice.Fa.P_15)
        self.assert_exact(bill, invoice)
        if bill.invoice_line_ids:
            bill.action_post()
            self.assert_exact(bill, invoice)
            bill.button_draft()
        else:
            self.assertFalse(invoice.Fa.P_15, "only data were corrected")
        bill.button_cancel()

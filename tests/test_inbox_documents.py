"""From KSeF to the books: corrections, advances, orders, and the official samples."""

from decimal import Decimal
from unittest import skipUnless

from odoo import Command, fields
from odoo.tests import tagged

from ..ksef import fa3
from ..ksef.fa3 import model
from . import fa3_import_common as common
from .inbox_common import SUPPLIER_NIP, InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxDocuments(InboxCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_booking = "automatic"

    def file(self, number, amounts, **values):
        """Return an FA(3) of one row: net, VAT and gross as texts."""
        net, vat, gross = amounts
        row = common.row(NrWierszaFa=1, P_7="Deska", P_11=net, P_12="23")
        fa = {"P_2": number, "P_13_1": net, "P_14_1": vat, "P_15": gross, **values}
        return fa3.build(
            common.document(
                *([] if values.get("Zamowienie") else [row]),
                invoice={
                    "Podmiot1": common.seller(SUPPLIER_NIP),
                    "Podmiot2": common.buyer(self.company.l10n_pl_ksef_nip),
                },
                P_1=fields.Date.today(),
                **fa,
            )
        )

    def arrive(self, number, amounts, **values):
        """Let an invoice come through KSeF and the inbox; return its bill."""
        (ksef_number,) = self.issue(number, xml=self.file(number, amounts, **values))
        self.fetch()
        row = self.inbox.filtered(lambda one: one.ksef_number == ksef_number)
        self.assertEqual(row.state, "created", row.reason)
        return row.move_id

    def invoice(self, number="FV/1"):
        return self.arrive(number, ("1000.00", "230.00", "1230.00"))

    def correction(self, number, of, **values):
        """Return the correction in minus of numbered invoices.

        :param of: (KSeF number, number) of what is corrected
        """
        corrected = tuple(
            model.DaneFaKorygowanej(
                DataWystFaKorygowanej=fields.Date.today(),
                NrFaKorygowanej=ref,
                NrKSeF=True,
                NrKSeFFaKorygowanej=ksef_number,
            )
            for ksef_number, ref in of
        )
        return self.arrive(
            number,
            values.pop("amounts", ("-100.00", "-23.00", "-123.00")),
            RodzajFaktury="KOR",
            PrzyczynaKorekty="rabat",
            TypKorekty=2,
            DaneFaKorygowanej=corrected,
            **values,
        )

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

    def test_original_that_arrives_later_is_tied(self):
        # KSeF gives the number before we fetch: the correction is booked first.
        (number,) = self.issue("FV/1", xml=self.file("FV/1", ("1000", "230", "1230")))
        invoice = self.simulator.state.accepted.pop(number)
        refund = self.correction("K/1", [(number, "FV/1")])
        self.assertFalse(refund.reversed_entry_id)
        self.assertIn(number, refund.l10n_pl_ksef_seeks)
        self.simulator.state.accepted[number] = invoice
        self.simulator.state.accepted[number].stored_at = self.simulator.clock.now()
        self.fetch()
        row = self.inbox.filtered(lambda one: one.ksef_number == number)
        self.assertEqual(row.state, "created", row.reason)
        self.assertEqual(refund.reversed_entry_id, row.move_id)
        self.assertFalse(refund.l10n_pl_ksef_seeks)
        self.assertIn("has arrived", refund.message_ids[0].body)
        row.move_id.action_post()
        refund.action_post()
        self.assertEqual(row.move_id.payment_state, "partial")

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
    def advance(self, number="Z/1"):
        ordered = model.ZamowienieWiersz(
            NrWierszaZam=1, P_7Z="Dom", P_11NettoZ=Decimal("1000"), P_12Z="23"
        )
        order = model.Zamowienie(
            WartoscZamowienia=Decimal("1230"), ZamowienieWiersz=(ordered,)
        )
        return self.arrive(
            number,
            ("400.00", "92.00", "492.00"),
            RodzajFaktury="ZAL",
            Zamowienie=order,
        )

    def settlement(self, advance_number):
        return self.arrive(
            "R/1",
            ("600.00", "138.00", "738.00"),
            RodzajFaktury="ROZ",
            FaWiersz=(common.row(NrWierszaFa=1, P_7="Dom", P_11="1000", P_12="23"),),
            FakturaZaliczkowa=(
                model.FakturaZaliczkowa(NrKSeFFaZaliczkowej=advance_number),
            ),
        )

    def test_settlement_takes_off_the_advance_on_its_account(self):
        advance = self.advance()
        self.assertEqual(advance.amount_total, 492)
        account = self.system["account.account"].create(
            {
                "name": "Zaliczki",
                "code": "301990",
                "account_type": "asset_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        advance.invoice_line_ids.account_id = account
        advance.action_post()
        bill = self.settlement(advance.l10n_pl_ksef_number)
        self.assertEqual(bill.amount_total, 738)
        self.assertEqual(bill.invoice_line_ids.mapped("price_subtotal"), [1000, -400])
        self.assertEqual(bill.invoice_line_ids[1].account_id, account)
        self.assertIn(advance.l10n_pl_ksef_number, bill.invoice_line_ids[1].name)

    def test_settlement_that_came_first_is_told_of_its_advance(self):
        (number,) = self.issue("X/9")
        self.simulator.state.accepted.pop(number)
        bill = self.settlement(number)
        self.assertEqual(bill.amount_total, 738)
        self.assertIn(number, bill.l10n_pl_ksef_seeks)
        advance = self.advance()
        advance.sudo().write({"l10n_pl_ksef_number": number})
        advance._l10n_pl_ksef_answer_seekers()
        self.assertFalse(bill.l10n_pl_ksef_seeks)
        self.assertIn("advance invoice has arrived", bill.message_ids[0].body)

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
        self.assertEqual(row._xml_bytes(), xml)
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

"""Purchase orders of received invoices, where the Purchase app is installed."""

from odoo import Command
from odoo.tests import tagged

from ..ksef.fa3 import build, model
from .fa3_import_common import KSEF_NUMBER, Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportOrders(Fa3ImportCommon):
    def setUp(self):
        super().setUp()
        if "purchase.order" not in self.env:
            self.skipTest("the Purchase app is not installed")
        product = self.system["product.product"].create(
            {"name": "Deska", "purchase_method": "purchase"}
        )
        self.order = self.system["purchase.order"].create(
            {
                "partner_id": self.supplier().id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_qty": 10,
                            "price_unit": 10,
                            "tax_ids": [Command.set(self.tax("vz_kraj_23").ids)],
                        }
                    )
                ],
            }
        )
        self.order.button_confirm()

    def invoice(self, tax="23.01", total="123.01"):
        terms = model.WarunkiTransakcji(
            Zamowienia=(model.Zamowienia(NrZamowienia=self.order.name),)
        )
        return document(
            row(P_7="Deska dębowa", P_8B="10", P_9A="10", P_11="100", P_12="23"),
            P_13_1="100",
            P_14_1=tax,
            P_15=total,
            WarunkiTransakcji=terms,
        )

    def assert_tied(self, bill):
        lines = bill.invoice_line_ids.filtered("purchase_line_id")
        self.assertEqual(lines.purchase_line_id, self.order.order_line)
        self.assert_totals(bill, 100, 23.01, 123.01)

    def test_uploaded_invoice_is_tied_and_keeps_its_sums(self):
        self.assert_tied(self.upload(build(self.invoice())))

    def test_fetched_invoice_is_tied_and_keeps_its_sums(self):
        self.assert_tied(self.bill(self.invoice(), number=KSEF_NUMBER))

"""Rows of received invoices: prices, discounts, units and products."""

from decimal import Decimal

from odoo.tests import tagged

from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportRows(Fa3ImportCommon):
    def test_value_of_the_row_counts_not_price_by_quantity(self):
        bill = self.bill(
            document(
                row(P_7="Deska", P_8B="2", P_9A="15.63", P_11="31.27", P_12="23"),
                row(P_7="Gwóźdź", P_8B="1", P_9A="14.42", P_11="14.42", P_12="23"),
                P_13_1="45.69",
                P_14_1="10.51",
                P_15="56.20",
            )
        )
        self.assert_lines(
            bill,
            ("Deska", 2, 15.635, "vz_kraj_23"),
            ("Gwóźdź", 1, 14.42, "vz_kraj_23"),
        )
        self.assert_totals(bill, 45.69, 10.51, 56.20)

    def test_vat_of_the_file_is_booked(self):
        bill = self.bill(
            document(
                row(P_7="Deska", P_8B="1", P_9A="45.69", P_11="45.69", P_12="23"),
                P_13_1="45.69",
                P_14_1="10.52",
                P_15="56.21",
            )
        )
        self.assert_totals(bill, 45.69, 10.52, 56.21)
        bill.action_post()
        self.assert_totals(bill, 45.69, 10.52, 56.21)
        self.assertAlmostEqual(sum(bill.line_ids.mapped("balance")), 0)

    def test_vat_far_from_its_rate_is_booked_and_reported(self):
        result = self.imported(
            document(
                row(P_7="Deska", P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="28",
                P_15="128",
            )
        )
        self.assert_totals(result.move, 100, 28, 128)
        self.assertIn("VAT is", self.codes(result))

    def test_more_decimals_of_quantity_than_odoo_keeps(self):
        bill = self.bill(
            document(
                row(
                    P_7="Gaz",
                    P_8B="1234.567891",
                    P_9A="2",
                    P_11="2469.14",
                    P_12="23",
                ),
                P_13_1="2469.14",
                P_14_1="567.90",
                P_15="3037.04",
            )
        )
        self.assertEqual(bill.invoice_line_ids.quantity, 1234.57)
        self.assert_totals(bill, 2469.14, 567.90, 3037.04)

    def test_price_with_eight_decimals(self):
        bill = self.bill(
            document(
                row(
                    P_7="Śruba",
                    P_8B="30000",
                    P_9A="0.01234567",
                    P_11="370.37",
                    P_12="23",
                ),
                P_13_1="370.37",
                P_14_1="85.19",
                P_15="455.56",
            )
        )
        self.assert_totals(bill, 370.37, 85.19, 455.56)

    def test_gross_rows_only(self):
        bill = self.bill(
            document(
                row(
                    P_7="Kawa", P_8B="3", P_9B="37.93666667", P_11A="113.81", P_12="23"
                ),
                P_13_1="92.53",
                P_14_1="21.28",
                P_15="113.81",
            )
        )
        self.assert_totals(bill, 92.53, 21.28, 113.81)
        self.assertEqual(bill.invoice_line_ids.quantity, 3)

    def test_gross_rows_differ_from_the_sum_by_grosze(self):
        rows = [row(P_7="R", P_8B="1", P_9B="9.99", P_11A="9.99", P_12="23")] * 7
        gross = Decimal("9.99") * 7
        base = (gross / Decimal("1.23")).quantize(Decimal("0.01"))
        bill = self.bill(document(*rows, P_13_1=base, P_14_1=gross - base, P_15=gross))
        self.assert_totals(bill, float(base), float(gross - base), float(gross))

    def test_gross_discount_is_taken_off_the_gross_price(self):
        bill = self.bill(
            document(
                row(
                    P_7="Kawa",
                    P_8B="2",
                    P_9B="61.50",
                    P_10="6.15",
                    P_11A="110.70",
                    P_12="23",
                ),
                P_13_1="90",
                P_14_1="20.70",
                P_15="110.70",
            )
        )
        self.assert_totals(bill, 90, 20.70, 110.70)

    def test_gross_price_without_value_is_computed(self):
        bill = self.bill(
            document(
                row(P_7="Kawa", P_8B="2", P_9B="61.50", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assert_totals(bill, 100, 23, 123)

    def test_net_and_gross_value_on_one_row(self):
        bill = self.bill(
            document(
                row(P_7="Kawa", P_8B="1", P_11="100", P_11A="123", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assert_totals(bill, 100, 23, 123)

    def test_value_only(self):
        bill = self.bill(
            document(
                row(P_7="Abonament", P_11="50", P_12="23"),
                P_13_1="50",
                P_14_1="11.50",
                P_15="61.50",
            )
        )
        self.assert_lines(bill, ("Abonament", 1, 50, "vz_kraj_23"))

    def test_price_by_quantity_without_value(self):
        bill = self.bill(
            document(
                row(P_7="Deska", P_8B="3", P_9A="10", P_12="8"),
                P_13_2="30",
                P_14_2="2.40",
                P_15="32.40",
            )
        )
        self.assert_lines(bill, ("Deska", 3, 10, "vz_kraj_8"))

    def test_discount_of_a_unit_is_a_percentage(self):
        bill = self.bill(
            document(
                row(
                    P_7="Ekspres",
                    P_8B="20",
                    P_9A="1000",
                    P_10="100",
                    P_11="18000",
                    P_12="23",
                ),
                P_13_1="18000",
                P_14_1="4140",
                P_15="22140",
            )
        )
        self.assertEqual(bill.invoice_line_ids.discount, 10)
        self.assertEqual(bill.invoice_line_ids.price_unit, 1000)
        self.assert_totals(bill, 18000, 4140, 22140)

    def test_discount_that_is_no_neat_percentage_lowers_the_price(self):
        bill = self.bill(
            document(
                row(P_7="Kabel", P_8B="3", P_9A="7", P_10="1", P_11="18", P_12="23"),
                P_13_1="18",
                P_14_1="4.14",
                P_15="22.14",
            )
        )
        self.assert_lines(bill, ("Kabel", 3, 6, "vz_kraj_23"))
        self.assertFalse(bill.invoice_line_ids.discount)

    def test_discount_of_the_whole_row(self):
        bill = self.bill(
            document(
                row(P_7="Kabel", P_8B="10", P_9A="10", P_10="5", P_11="95", P_12="23"),
                P_13_1="95",
                P_14_1="21.85",
                P_15="116.85",
            )
        )
        self.assert_lines(bill, ("Kabel", 10, 9.5, "vz_kraj_23"))

    def test_free_row_stays(self):
        bill = self.bill(
            document(
                row(P_7="Deska", P_8B="1", P_9A="10", P_11="10", P_12="23"),
                row(P_7="Gratis", P_8B="1", P_9A="0", P_11="0", P_12="23"),
                P_13_1="10",
                P_14_1="2.30",
                P_15="12.30",
            )
        )
        self.assertEqual(bill.invoice_line_ids.mapped("price_subtotal"), [10, 0])

    def test_row_without_name(self):
        bill = self.bill(
            document(
                row(P_8B="1", P_11="10", P_12="23"),
                P_13_1="10",
                P_14_1="2.30",
                P_15="12.30",
            )
        )
        self.assertEqual(bill.invoice_line_ids.name, "Row 1")

    # -- units and products --------------------------------------------------------
    def test_units(self):
        names = {"szt.": "unit", "h": "hour", "kg": "kgm", "rolka": None}
        rows = [
            row(P_7="x", P_8A=name, P_8B="1", P_9A="1", P_11="1", P_12="23")
            for name in names
        ]
        bill = self.bill(document(*rows, P_13_1="4", P_14_1="0.92", P_15="4.92"))
        for line, expected in zip(bill.invoice_line_ids, names.values(), strict=True):
            if expected:
                unit = self.env.ref(f"uom.product_uom_{expected}")
                self.assertEqual(line.product_uom_id, unit)
        self.assertEqual(bill.invoice_line_ids[3].name, "x [rolka]")

    def ware(self, **values):
        values = {"name": "Towar z katalogu", "supplier_taxes_id": False, **values}
        return self.system["product.product"].create(values).with_env(self.env)

    def test_product_by_gtin(self):
        product = self.ware(barcode="5901234123457")
        bill = self.bill(
            document(
                row(P_7="Towar", GTIN="5901234123457", P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assertEqual(bill.invoice_line_ids.product_id, product)
        self.assertEqual(bill.invoice_line_ids.name, "Towar")
        self.assert_totals(bill, 100, 23, 123)

    def test_product_by_the_suppliers_code(self):
        product = self.ware(
            seller_ids=[
                (0, 0, {"partner_id": self.supplier().id, "product_code": "AB-1"})
            ]
        )
        invoice = document(
            row(P_7="Towar", Indeks="AB-1", P_11="100", P_12="23"),
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        self.assertEqual(self.bill(invoice).invoice_line_ids.product_id, product)

    def test_suppliers_index_is_not_our_own_code(self):
        self.ware(default_code="AB-1")
        invoice = document(
            row(P_7="Coś innego", Indeks="AB-1", P_11="100", P_12="23"),
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        self.assertFalse(self.bill(invoice).invoice_line_ids.product_id)

    def test_product_by_its_very_name(self):
        product = self.ware()
        invoice = document(
            row(P_7="Towar z katalogu", P_11="100", P_12="23"),
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        self.assertEqual(self.bill(invoice).invoice_line_ids.product_id, product)

    def test_product_with_a_tax_of_its_own(self):
        self.ware(supplier_taxes_id=self.tax("vz_kraj_usl_23").ids)
        invoice = document(
            row(P_7="Towar z katalogu", P_11="100", P_12="23"),
            row(P_7="Inne", P_11="100", P_12="23"),
            P_13_1="200",
            P_14_1="46.01",
            P_15="246.01",
        )
        bill = self.bill(invoice)
        self.assertEqual(
            [line.tax_ids for line in bill.invoice_line_ids],
            [self.tax("vz_kraj_usl_23"), self.tax("vz_kraj_23")],
        )
        self.assert_totals(bill, 200, 46.01, 246.01)

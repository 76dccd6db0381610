"""Rows of received invoices: prices, discounts, rates, and sums that always fit."""

from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from ..ksef import fa3
from ..ksef.fa3 import codes, model
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

    # -- rates -----------------------------------------------------------------
    def test_rates_of_the_chart(self):
        bill = self.bill(
            document(
                row(P_7="a", P_11="100", P_12="23"),
                row(P_7="b", P_11="100", P_12="8"),
                row(P_7="c", P_11="100", P_12="5"),
                row(P_7="d", P_11="100", P_12="0 KR"),
                row(P_7="e", P_11="100", P_12="zw"),
                P_13_1="100",
                P_14_1="23",
                P_13_2="100",
                P_14_2="8",
                P_13_3="100",
                P_14_3="5",
                P_13_6_1="100",
                P_13_7="100",
                P_15="536",
                annotations={
                    "Zwolnienie": model.Zwolnienie(P_19=True, P_19A="art. 43")
                },
            )
        )
        self.assert_lines(
            bill,
            ("a", 1, 100, "vz_kraj_23"),
            ("b", 1, 100, "vz_kraj_8"),
            ("c", 1, 100, "vz_kraj_5"),
            ("d", 1, 100, "vz_kraj_0"),
            ("e", 1, 100, "vz_kraj_zw"),
        )
        self.assert_totals(bill, 500, 36, 536)
        self.assertFalse(bill.activity_ids)

    def test_row_without_rate_takes_that_of_the_only_sum(self):
        bill = self.bill(
            document(
                row(P_7="Książka", P_11="100"),
                P_13_2="100",
                P_14_2="8",
                P_15="108",
            )
        )
        self.assert_lines(bill, ("Książka", 1, 100, "vz_kraj_8"))

    def test_rows_without_rate_beside_two_sums_give_way_to_the_sums(self):
        result = self.imported(
            document(
                row(P_7="a", P_11="60"),
                row(P_7="b", P_11="140"),
                P_13_1="100",
                P_14_1="23",
                P_13_2="100",
                P_14_2="8",
                P_15="231",
            )
        )
        self.assert_totals(result.move, 200, 31, 231)
        self.assertEqual(len(result.move.invoice_line_ids), 2)
        self.assertIn("do not add up", self.codes(result))

    def test_reverse_charge_settles_the_tax_itself(self):
        result = self.imported(
            document(
                row(P_7="Stal", P_11="1000", P_12="oo"),
                P_13_10="1000",
                P_15="1000",
                annotations={"P_18": 1},
            )
        )
        self.assertEqual(
            result.move.invoice_line_ids.tax_ids, self.tax("vz_stal"), "activated"
        )
        self.assert_totals(result.move, 1000, 0, 1000)
        self.assertIn("Reverse charge", self.codes(result))

    def test_foreign_supply_is_booked_without_tax(self):
        for rate, field in (
            ("0 WDT", "P_13_6_2"),
            ("0 EX", "P_13_6_3"),
            ("np I", "P_13_8"),
            ("np II", "P_13_9"),
        ):
            with self.subTest(rate=rate):
                result = self.imported(
                    document(
                        row(P_7="Towar", P_11="500", P_12=rate),
                        P_2=f"FV/{rate}",
                        P_15="500",
                        **{field: "500"},
                    )
                )
                self.assertFalse(result.move.invoice_line_ids.tax_ids)
                self.assert_totals(result.move, 500, 0, 500)
                self.assertIn("nothing is self-assessed", self.codes(result))

    def test_taxi_lump_sum_is_cost(self):
        result = self.imported(
            document(
                row(P_7="Przejazd", P_11="100", P_12="4"),
                P_13_4="100",
                P_14_4="4",
                P_15="104",
            )
        )
        self.assert_lines(result.move, ("Przejazd", 1, 104, None))
        self.assertIn("no purchase tax", self.codes(result))

    def test_old_rate_without_a_tax_is_cost_beside_the_one_with(self):
        result = self.imported(
            document(
                row(P_7="Stare", P_11="100", P_12="22"),
                row(P_7="Nowe", P_11="100", P_12="23"),
                P_13_1="200",
                P_14_1="45",
                P_15="245",
            )
        )
        self.assert_lines(
            result.move, ("Stare", 1, 122, None), ("Nowe", 1, 100, "vz_kraj_23")
        )
        self.assert_totals(result.move, 222, 23, 245)

    def test_old_rate_with_a_tax(self):
        tax = self.tax("vz_kraj_23").sudo().copy({"amount": 22, "name": "22% stara"})
        bill = self.bill(
            document(
                row(P_7="Stare", P_11="100", P_12="22"),
                P_13_1="100",
                P_14_1="22",
                P_15="122",
            )
        )
        self.assertEqual(bill.invoice_line_ids.tax_ids, tax)
        self.assert_totals(bill, 100, 22, 122)

    def test_oss_row_is_cost_with_its_tax(self):
        result = self.imported(
            document(
                row(P_7="E-book", P_11="100", P_12_XII="19"),
                P_13_5="100",
                P_14_5="19",
                P_15="119",
            )
        )
        self.assert_lines(result.move, ("E-book", 1, 119, None))

    def test_margin_sale_has_no_tax_to_deduct(self):
        result = self.imported(
            document(
                row(P_7="Auto", P_8B="1", P_9B="15000", P_11A="15000"),
                P_13_11="15000",
                P_15="15000",
                annotations={"PMarzy": model.PMarzy(P_PMarzy=True, P_PMarzy_3_1=True)},
            )
        )
        self.assert_lines(result.move, ("Auto", 1, 15000, None))
        self.assert_totals(result.move, 15000, 0, 15000)

    def test_supplier_had_another_tax_last_time(self):
        self.supplier()
        first = self.bill(self.simple(P_2="FV/1"))
        first.invoice_line_ids.tax_ids = self.tax("vz_kraj_usl_23")
        first.action_post()
        second = self.bill(self.simple(P_2="FV/2"))
        self.assertEqual(second.invoice_line_ids.tax_ids, self.tax("vz_kraj_usl_23"))
        self.assert_totals(second, 100, 23, 123)

    def test_leasing_tax_is_split_and_still_exact(self):
        self.supplier()
        first = self.bill(self.simple(P_2="FV/1"))
        first.invoice_line_ids.tax_ids = self.tax("vp_leas_purchase")
        first.action_post()
        second = self.bill(self.simple(P_2="FV/2", P_14_1="23.01", P_15="123.01"))
        self.assertEqual(second.invoice_line_ids.tax_ids, self.tax("vp_leas_purchase"))
        self.assert_totals(second, 100, 23.01, 123.01)

    def simple(self, **fa):
        values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
        return document(row(P_7="Usługa", P_11="100", P_12="23"), **values)

    # -- FA(2) -----------------------------------------------------------------
    def fa2(self, *rows, **fa):
        invoice = document(*rows, **fa)
        old = model.KodFormularza(kodSystemowy="FA (2)")
        return model.Invoice(
            Naglowek=model.Naglowek(
                KodFormularza=old,
                WariantFormularza=2,
                DataWytworzeniaFa=invoice.Naglowek.DataWytworzeniaFa,
            ),
            Podmiot1=invoice.Podmiot1,
            Podmiot2=model.Podmiot2(
                DaneIdentyfikacyjne=invoice.Podmiot2.DaneIdentyfikacyjne
            ),
            Fa=invoice.Fa,
            namespace=codes.NAMESPACE_FA2,
        )

    def test_fa2_zero_rate_by_its_sum(self):
        result = self.imported(
            self.fa2(row(P_7="Towar", P_11="500", P_12="0"), P_13_6_2="500", P_15="500")
        )
        self.assertIn("0 WDT", self.codes(result))
        self.assert_totals(result.move, 500, 0, 500)

    def test_fa2_domestic_zero_rate(self):
        bill = self.bill(
            self.fa2(row(P_7="Towar", P_11="500", P_12="0"), P_13_6_1="500", P_15="500")
        )
        self.assert_lines(bill, ("Towar", 1, 500, "vz_kraj_0"))

    def test_fa2_outside_the_tax_by_its_sum(self):
        result = self.imported(
            self.fa2(row(P_7="Usługa", P_11="500", P_12="np"), P_13_9="500", P_15="500")
        )
        self.assertIn("np II", self.codes(result))

    # -- no rows, many rows, odd sums --------------------------------------------
    def test_no_rows(self):
        bill = self.bill(document(P_13_1="100", P_14_1="23", P_15="123"))
        self.assert_lines(bill, ("By invoice FV/2026/77", 1, 100, "vz_kraj_23"))
        self.assert_totals(bill, 100, 23, 123)

    def test_simplified_invoice_with_gross_total_and_rate_only(self):
        bill = self.bill(
            document(row(P_7="Wiertarka", P_12="23"), P_15="450", RodzajFaktury="UPR")
        )
        self.assert_totals(bill, 365.85, 84.15, 450)

    def test_nothing_tells_the_rate(self):
        result = self.imported(
            document(row(P_7="Wiertarka"), P_15="450", RodzajFaktury="UPR")
        )
        self.assert_totals(result.move, 450, 0, 450)
        self.assertIn("no VAT rates", self.codes(result))

    def test_rows_that_tell_another_story_give_way_to_the_sums(self):
        result = self.imported(
            document(
                row(P_7="Deska", P_11="99", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("do not add up", self.codes(result))

    def test_total_that_is_no_sum_is_reported(self):
        result = self.imported(self.simple(P_15="130"))
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("130", self.codes(result))

    def test_many_rows_become_one_line_per_rate(self):
        rows = [row(P_7=f"T{n}", P_11="1", P_12="23") for n in range(300)]
        rows += [row(P_7=f"U{n}", P_11="1", P_12="8") for n in range(50)]
        bill = self.bill(
            document(
                *rows,
                P_13_1="300",
                P_14_1="69",
                P_13_2="50",
                P_14_2="4",
                P_15="423",
            )
        )
        self.assertEqual(bill.invoice_line_ids.mapped("price_subtotal"), [300, 50])
        self.assert_totals(bill, 350, 73, 423)

    def test_limit_of_rows_can_be_set(self):
        self.system["ir.config_parameter"].set_param(
            "l10n_pl_ksef.import_row_limit", "1"
        )
        bill = self.bill(
            document(
                row(P_7="a", P_11="40", P_12="23"),
                row(P_7="b", P_11="60", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assertEqual(len(bill.invoice_line_ids), 1)

    def test_rounding_by_lines_keeps_the_sums(self):
        self.company.sudo().tax_calculation_rounding_method = "round_per_line"
        rows = [row(P_7="x", P_8B="1", P_9A="0.13", P_11="0.13", P_12="23")] * 5
        bill = self.bill(document(*rows, P_13_1="0.65", P_14_1="0.15", P_15="0.80"))
        self.assert_totals(bill, 0.65, 0.15, 0.80)

    def test_tiny_values_rounded_globally_keep_the_sums(self):
        rows = [row(P_7="x", P_8B="1", P_9A="0.125", P_11="0.13", P_12="23")] * 5
        bill = self.bill(document(*rows, P_13_1="0.63", P_14_1="0.14", P_15="0.77"))
        self.assert_totals(bill, 0.63, 0.14, 0.77)

    def test_prices_with_tax_in_the_books(self):
        self.tax("vz_kraj_23").sudo().price_include_override = "tax_included"
        self.tax("vz_kraj_usl_23").sudo().active = False
        bill = self.bill(self.simple())
        self.assert_totals(bill, 100, 23, 123)

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

    # -- currency ----------------------------------------------------------------
    def test_zloty_tax_of_a_euro_invoice(self):
        bill = self.bill(
            document(
                row(P_7="x", P_11="33.33", P_12="23", KursWaluty="4.2537"),
                KodWaluty="EUR",
                P_13_1="33.33",
                P_14_1="7.67",
                P_14_1W="32.61",
                P_15="41.00",
            )
        )
        self.assert_totals(bill, 33.33, 7.67, 41)
        self.assertEqual(bill.line_ids.filtered("tax_line_id").balance, 32.61)
        bill.action_post()
        self.assertEqual(bill.line_ids.filtered("tax_line_id").balance, 32.61)
        self.assertEqual(round(sum(bill.line_ids.mapped("balance")), 2), 0)

    def test_rows_with_their_own_exchange_rates_show_them(self):
        bill = self.bill(
            document(
                row(P_7="x", P_11="10", P_12="23", KursWaluty="4.4080"),
                row(P_7="y", P_11="10", P_12="23", KursWaluty="4.5005"),
                KodWaluty="EUR",
                P_13_1="20",
                P_14_1="4.60",
                P_14_1W="20.49",
                P_15="24.60",
            )
        )
        self.assertEqual(
            bill.invoice_line_ids.mapped("name"), ["x (4.4080)", "y (4.5005)"]
        )
        self.assertEqual(bill.line_ids.filtered("tax_line_id").balance, 20.49)

    def test_sellers_rate_where_the_books_have_none(self):
        currency = self.system["res.currency"].search(
            [("name", "=", "SEK"), ("active", "in", (True, False))]
        )
        currency.rate_ids.unlink()
        result = self.imported(
            document(
                row(P_7="x", P_11="100", P_12="23", KursWaluty="0.4"),
                KodWaluty="SEK",
                P_13_1="100",
                P_14_1="23",
                P_14_1W="9.20",
                P_15="123",
            )
        )
        self.assertTrue(currency.active)
        self.assertEqual(result.move.currency_id, currency)
        lines = result.move.line_ids
        base = lines.filtered(lambda line: line.display_type == "product")
        self.assertAlmostEqual(base.balance, 40)
        self.assertIn("seller's rate", self.codes(result))

    def test_rates_of_the_books_win(self):
        self.system["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": self.system.ref("base.EUR").id,
                "company_id": self.company.id,
                "inverse_company_rate": 4.0,
            }
        )
        bill = self.bill(
            document(
                row(P_7="x", P_11="100", P_12="23", KursWaluty="4.5"),
                KodWaluty="EUR",
                P_13_1="100",
                P_14_1="23",
                P_14_1W="103.50",
                P_15="123",
            )
        )
        base = bill.line_ids.filtered(lambda line: line.display_type == "product")
        self.assertAlmostEqual(base.balance, 400)
        self.assertEqual(bill.line_ids.filtered("tax_line_id").balance, 103.50)

    def test_currency_that_does_not_exist_books_nothing(self):
        result = self.imported(self.simple(KodWaluty="XXX"))
        self.assertFalse(result.move.invoice_line_ids)
        self.assertEqual(result.move.ref, "FV/2026/77")
        self.assertIn("XXX", self.codes(result))

    def test_no_currency_means_zloty(self):
        bill = self.bill(self.simple(KodWaluty=None))
        self.assertEqual(bill.currency_id.name, "PLN")

    def test_ten_thousand_rows(self):
        rows = [
            row(P_7=f"T{n}", P_8B="1", P_9A="1", P_11="1", P_12="23")
            for n in range(10000)
        ]
        xml = fa3.build(document(*rows, P_13_1="10000", P_14_1="2300", P_15="12300"))
        with self.assertQueryCount(2000):
            bill = self.upload(xml)
        self.assert_totals(bill, 10000, 2300, 12300)
        self.assertEqual(bill.invoice_date, date(2026, 4, 15))

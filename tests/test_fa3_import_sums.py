"""Received invoices whose rows are none, very many, or do not fit their sums."""

from datetime import date

from odoo.tests import tagged

from ..ksef import fa3
from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportSums(Fa3ImportCommon):
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

    def test_decimals_of_several_rates_rounded_together_keep_the_sums(self):
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        rows = (
            row(P_7="a", P_8B="1", P_9A="942.788", P_11="942.79", P_12="23"),
            row(P_7="b", P_8B="7.25", P_9A="19.99", P_11="144.93", P_12="5"),
            row(P_7="c", P_8B="2", P_9A="2.449", P_11="4.90", P_12="0 KR"),
            row(P_7="d", P_8B="1", P_9A="2.498", P_11="2.50", P_12="zw"),
        )
        sums = {"P_13_1": "942.79", "P_14_1": "216.84", "P_13_3": "144.93"}
        sums |= {"P_14_3": "7.25", "P_13_6_1": "4.90", "P_13_7": "2.50"}
        bill = self.bill(document(*rows, **sums, P_15="1319.21"))
        self.assert_totals(bill, 1095.12, 224.09, 1319.21)

    def test_correction_that_swaps_goods_of_a_rate_keeps_its_rows(self):
        rows = (
            row(P_7="a", P_8B="1", P_9A="100", P_11="100", P_12="5", StanPrzed=True),
            row(P_7="b", P_8B="2", P_9A="50", P_11="100", P_12="5"),
            row(P_7="c", P_8B="-1", P_9A="10", P_11="-10", P_12="23"),
        )
        sums = {"P_13_1": "-10", "P_14_1": "-2.30", "P_15": "-12.30"}
        result = self.imported(document(*rows, RodzajFaktury="KOR", **sums))
        self.assertEqual(len(result.move.invoice_line_ids), 3)
        self.assert_totals(result.move, 10, 2.30, 12.30)
        self.assertNotIn("do not add up", self.codes(result))

    def test_prices_with_tax_in_the_books(self):
        self.tax("vz_kraj_23").sudo().price_include_override = "tax_included"
        self.tax("vz_kraj_usl_23").sudo().active = False
        bill = self.bill(self.simple())
        self.assert_totals(bill, 100, 23, 123)

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

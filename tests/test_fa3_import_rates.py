"""Rates and currencies of received invoices, old structure included."""

from odoo.tests import tagged

from ..ksef.fa3 import codes, model
from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportRates(Fa3ImportCommon):
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

    def test_exchange_rate_below_zero_is_none(self):
        below = row(P_7="x", P_11="100", P_12="23", KursWaluty="-4")
        sums = {"P_13_1": "100", "P_14_1": "23", "P_15": "123"}
        result = self.imported(document(below, KodWaluty="SEK", **sums))
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("No rate of SEK", self.codes(result))
        self.assertNotIn("could not", self.codes(result))

    def test_zloty_tax_of_a_rate_beside_one_that_is_written(self):
        self.company.sudo().tax_calculation_rounding_method = "round_globally"
        rate = {"KursWaluty": "3.87654"}
        bill = self.bill(
            document(
                row(P_7="x", P_11="0.50", P_12="5", **rate),
                row(P_7="y", P_11="0.30", P_12="23", **rate),
                KodWaluty="SEK",
                **{"P_13_1": "0.30", "P_14_1": "0.08", "P_14_1W": "0.31"},
                **{"P_13_3": "0.50", "P_14_3": "0.02", "P_14_3W": "0.10"},
                P_15="0.90",
            )
        )
        for _state in ("draft", "posted"):
            taxes = bill.line_ids.filtered("tax_line_id")
            found = sorted(taxes.mapped(lambda tax: (tax.amount_currency, tax.balance)))
            self.assertEqual(found, [(0.02, 0.10), (0.08, 0.31)])
            if bill.state == "draft":
                bill.action_post()

    def test_zloty_tax_that_finds_no_tax_item_is_told(self):
        result = self.imported(
            document(
                row(P_7="x", P_11="0.01", P_12="23", KursWaluty="2.00"),
                KodWaluty="EUR",
                P_13_1="0.01",
                P_14_1="0.00",
                P_14_1W="0.01",
                P_15="0.01",
            )
        )
        self.assert_totals(result.move, 0.01, 0, 0.01)
        self.assertIn("VAT in PLN on the file", self.codes(result))

    def test_tax_rounded_to_whole_yen_is_not_wondered_at(self):
        values = {"KodWaluty": "JPY", "P_13_1": "102", "P_14_1": "24", "P_15": "126"}
        rows = [row(P_7="x", P_11=n, P_12="23") for n in ("51", "51")]
        result = self.imported(document(*rows, **values))
        self.assert_totals(result.move, 102, 24, 126)
        self.assertNotIn("VAT is", self.codes(result))
        wrong = {**values, "P_14_1": "30", "P_15": "132", "P_2": "FV/2026/78"}
        self.assertIn("VAT is", self.codes(self.imported(document(*rows, **wrong))))

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

    def test_currency_without_any_rate_is_to_be_looked_at(self):
        currency = self.system["res.currency"].search(
            [("name", "=", "SEK"), ("active", "in", (True, False))]
        )
        currency.rate_ids.unlink()
        given = {"KodWaluty": "SEK", "P_13_1": "100", "P_14_1": "23", "P_15": "123"}
        line = row(P_7="x", P_11="100", P_12="23")
        self.assertIn(
            "No rate of SEK", self.codes(self.imported(document(line, **given)))
        )

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

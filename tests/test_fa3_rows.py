"""Rows: prices, discounts, quantities, gross prices, texts, marks."""

from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .fa3_common import Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Rows(Fa3Common):
    def gross_tax(self, xmlid="vs_kraj_23"):
        tax = self.tax(xmlid)
        return tax.copy(
            {"name": f"{tax.name} gross", "price_include_override": "tax_included"}
        )

    # -- net prices ------------------------------------------------------------
    def test_e37_price_with_four_decimals(self):
        fa = self.export(self.sale(self.row(12.3456, quantity=3)), "e37_price").Fa
        self.assert_fields(fa.FaWiersz[0], P_8B="3", P_9A="12.3456", P_11="37.04")
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "37.04", "P_14_1": "8.52", "P_15": "45.56"}
        )

    def test_e38_discount_is_per_unit(self):
        move = self.sale(self.row(10, "vs_kraj_5", quantity=2, discount=10))
        fa = self.export(move, "e38_discount").Fa
        self.assert_fields(fa.FaWiersz[0], P_8B="2", P_9A="10", P_10="1", P_11="18")
        self.assertEqual(self.buckets(fa)["P_14_3"], "0.90")

    def test_e39_discount_of_a_third(self):
        move = self.sale(self.row(12.99, quantity=7, discount=33.33))
        fa = self.export(move, "e39_discount_of_a_third").Fa
        self.assert_fields(fa.FaWiersz[0], P_9A="12.99", P_10="4.329567", P_11="60.62")
        self.assertEqual(self.buckets(fa)["P_14_1"], "13.94")

    def test_e40_discount_with_five_decimals(self):
        move = self.sale(self.row(19.99, "vs_kraj_8", quantity=4, discount=12.5))
        fa = self.export(move, "e40_discount_with_five_decimals").Fa
        self.assert_fields(fa.FaWiersz[0], P_10="2.49875", P_11="69.97")
        self.assertEqual(self.buckets(fa)["P_14_2"], "5.60")

    def test_e41_free_row_is_kept(self):
        move = self.sale(100, self.row(25, discount=100, name="Gratis"))
        fa = self.export(move, "e41_free_row").Fa
        self.assert_fields(fa.FaWiersz[1], P_9A="25", P_10="25", P_11="0", P_12="23")
        self.assertEqual(self.buckets(fa)["P_13_1"], "100.00")

    def test_e42_rows_are_those_of_the_books(self):
        move = self.sale(*[self.row(0.125) for _ in range(5)])
        fa = self.export(move, "e42_rounding_of_the_document").Fa
        self.assertEqual(
            sorted(str(row.P_11) for row in fa.FaWiersz),
            ["0.12", "0.12", "0.13", "0.13", "0.13"],
        )
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "0.63", "P_14_1": "0.14", "P_15": "0.77"}
        )
        self.assertEqual({row.P_11Vat for row in fa.FaWiersz}, {None})

    def test_e43_rounding_by_rows(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        move = self.sale(*[self.row(0.125) for _ in range(5)])
        fa = self.export(move, "e43_rounding_by_rows").Fa
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "0.65", "P_14_1": "0.15", "P_15": "0.80"}
        )
        self.assertEqual({str(row.P_11Vat) for row in fa.FaWiersz}, {"0.03"})

    def test_e44_base_without_tax_item_has_a_tax_of_zero(self):
        fa = self.export(self.sale(0.01), "e44_one_grosz").Fa
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "0.01", "P_14_1": "0.00", "P_15": "0.01"}
        )

    def test_e45_large_amounts_have_no_exponent(self):
        move = self.sale(self.row(999999.99, quantity=1000000))
        fa = self.export(move, "e45_large_amounts").Fa
        self.assert_fields(fa.FaWiersz[0], P_8B="1000000", P_11="999999990000.00")
        self.assertEqual(self.buckets(fa)["P_15"], "1229999987700.00")

    def test_e46_quantity_with_eight_decimals_is_one_whole(self):
        self.env.ref("uom.decimal_product_uom").digits = 8
        move = self.sale(self.row(1000000, quantity=0.12345678))
        fa = self.export(move, "e46_quantity_with_eight_decimals").Fa
        self.assert_fields(
            fa.FaWiersz[0], P_8A="kpl.", P_8B="1", P_9A="123456.78", P_11="123456.78"
        )

    def test_e47_small_quantity_has_no_exponent(self):
        self.env.ref("uom.decimal_product_uom").digits = 5
        move = self.sale(self.row(1000000, quantity=0.00001))
        self.export(move, "e47_small_quantity")
        xml = self.prepare(move).xml
        self.assertIn(b"<P_8B>0.00001</P_8B>", xml)

    def test_sum_of_floats_has_no_tail(self):
        self.env.ref("uom.decimal_product_uom").digits = 6
        move = self.sale(self.row(100, quantity=0.1 + 0.2))
        self.assertIn(b"<P_8B>0.3</P_8B>", self.prepare(move).xml)

    # -- gross prices ----------------------------------------------------------
    def test_e48_gross_prices(self):
        tax = self.gross_tax()
        move = self.sale(
            self.row(19.23, tax, quantity=3), self.row(9.99, tax, discount=10)
        )
        fa = self.export(move, "e48_gross_prices").Fa
        first, second = fa.FaWiersz
        self.assert_fields(first, P_9A=None, P_9B="19.23", P_11=None, P_11A="57.69")
        self.assert_fields(second, P_9B="9.99", P_10="0.999", P_11A="8.99")
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "54.21", "P_14_1": "12.47", "P_15": "66.68"}
        )

    def test_e49_gross_prices_at_8(self):
        move = self.sale(self.row(5.99, self.gross_tax("vs_kraj_8"), quantity=10))
        fa = self.export(move, "e49_gross_prices_at_8").Fa
        self.assertEqual(str(fa.FaWiersz[0].P_11A), "59.90")
        self.assertEqual(
            self.buckets(fa), {"P_13_2": "55.46", "P_14_2": "4.44", "P_15": "59.90"}
        )

    def test_e50_gross_and_net_prices_are_all_net(self):
        move = self.sale(self.row(123, self.gross_tax()), self.row(10, quantity=2))
        fa = self.export(move, "e50_gross_and_net_prices").Fa
        self.assert_fields(fa.FaWiersz[0], P_9A="100", P_11="100", P_11A=None)
        self.assert_fields(fa.FaWiersz[1], P_9A="10", P_11="20", P_11A=None)

    def test_net_price_of_an_included_tax_has_eight_decimals(self):
        move = self.sale(self.row(9.99, self.gross_tax()), 10)
        row = self.export(move).Fa.FaWiersz[0]
        self.assert_fields(row, P_9A="8.12195122", P_11="8.12")

    def test_gross_prices_with_a_discount_and_rounding_by_rows(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        tax = self.gross_tax()
        move = self.sale(*[self.row(9.99, tax, discount=10) for _ in range(3)])
        fa = self.export(move).Fa
        self.assertEqual(
            [(str(row.P_11A), str(row.P_11Vat)) for row in fa.FaWiersz],
            [("8.99", "1.68")] * 3,
        )
        self.assertEqual(self.buckets(fa)["P_14_1"], "5.04")

    # -- negative and empty rows -----------------------------------------------
    def test_e51_discount_row(self):
        move = self.sale(1000, self.row(-100, name="Rabat"))
        fa = self.export(move, "e51_discount_row").Fa
        self.assert_fields(fa.FaWiersz[1], P_8B="1", P_9A="-100", P_11="-100")
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "900.00", "P_14_1": "207.00", "P_15": "1107.00"},
        )

    def test_negative_quantity_is_a_negative_price(self):
        move = self.sale(1000, self.row(50, quantity=-2, name="Zwrot opakowań"))
        row = self.export(move).Fa.FaWiersz[1]
        self.assert_fields(row, P_8B="2", P_9A="-50", P_11="-100")

    def test_e52_negative_rate_is_refused(self):
        move = self.sale(1000, self.row(-100, "vs_kraj_8"))
        self.assertEqual(self.refuse(move), ["negative_rate"])

    def test_e54_empty_row_is_left_out(self):
        move = self.sale(10, self.row(50, quantity=0), self.row(5))
        fa = self.export(move, "e54_empty_row").Fa
        self.assertEqual([row.NrWierszaFa for row in fa.FaWiersz], [1, 2])
        self.assertEqual([str(row.P_11) for row in fa.FaWiersz], ["10.00", "5.00"])

    def test_only_notes_are_refused(self):
        move = self.sale(self.row(50, quantity=0), self.note("Nic"))
        self.assertEqual(self.refuse(move), ["no_rows"])

    # -- texts -----------------------------------------------------------------
    def test_e53_sections_and_notes(self):
        move = self.sale(
            self.note("Przed wierszami"),
            self.note("Sekcja", "line_section"),
            self.row(10),
            self.note("Podsekcja", "line_subsection"),
            self.row(20),
            self.note("Po drugim wierszu"),
        )
        for sequence, line in enumerate(move.invoice_line_ids.sorted("id")):
            line.sequence = sequence
        fa = self.export(move, "e53_sections_and_notes").Fa
        self.assertEqual([row.NrWierszaFa for row in fa.FaWiersz], [1, 2])
        self.assertEqual(
            [(one.NrWiersza, one.Klucz, one.Wartosc) for one in fa.DodatkowyOpis],
            [(None, "Uwaga", "Przed wierszami"), (2, "Uwaga", "Po drugim wierszu")],
        )

    def test_e66_long_name_flows_over(self):
        name = " ".join(f"słowo{number:03}" for number in range(75))
        move = self.sale(self.row(10, name=name))
        fa = self.export(move, "e66_long_name").Fa
        (rest,) = fa.DodatkowyOpis
        self.assertLessEqual(len(fa.FaWiersz[0].P_7), 512)
        self.assertEqual((rest.NrWiersza, rest.Klucz), (1, "Nazwa (cd.)"))
        self.assertEqual(f"{fa.FaWiersz[0].P_7} {rest.Wartosc}", name)

    def test_e67_strange_characters(self):
        name = "A\tB\nC & <D> 😀 \x85 E\x7fF \u200bG\x0bH \ufdd0I"
        fa = self.export(
            self.sale(self.row(10, name=name)), "e67_strange_characters"
        ).Fa
        self.assertEqual(fa.FaWiersz[0].P_7, "A B C & <D> 😀 EF \u200bG H I")

    def test_name_of_the_product_where_the_row_has_none(self):
        product = self.new_product(name="Krzesło", taxes_id=self.tax("vs_kraj_23").ids)
        move = self.sale(self.row(10, product_id=product.id, name=False), post=False)
        move.invoice_line_ids.name = False
        move.action_post()
        self.assertEqual(self.export(move).Fa.FaWiersz[0].P_7, "Krzesło")

    def test_e127_polish_texts_for_any_user_and_buyer(self):
        self.accountant.lang = "en_US"
        self.env["res.lang"]._activate_lang("de_DE")
        self.buyer.lang = "de_DE"
        unit = self.env["uom.uom"].create({"name": "Carton"})
        unit.with_context(lang="pl_PL").name = "Karton"
        move = self.sale(
            self.row(10, product_uom_id=unit.id), 5, self.note("Uwaga końcowa")
        )
        fa = self.export(move, "e127_polish_texts").Fa
        self.assertEqual([row.P_8A for row in fa.FaWiersz], ["Karton", "szt."])
        self.assertEqual(fa.DodatkowyOpis[0].Klucz, "Uwaga")

    def test_unit_as_the_user_named_it_for_ksef(self):
        unit = self.env["uom.uom"].create({"name": "Box", "l10n_pl_ksef_name": "op."})
        move = self.sale(self.row(10, product_uom_id=unit.id))
        self.assertEqual(self.export(move).Fa.FaWiersz[0].P_8A, "op.")

    # -- marks of products -----------------------------------------------------
    def test_codes_of_the_product(self):
        product = self.new_product(
            name="Piwo",
            default_code="PIWO-1",
            barcode="5901234123457",
            l10n_pl_vat_gtu="GTU_01",
            l10n_pl_ksef_pkwiu="11.05.10.0",
            l10n_pl_ksef_cn="2203 00 01",
            l10n_pl_ksef_pkob="1110",
        )
        move = self.sale(self.row(5, product_id=product.id, name="Piwo"))
        row = self.export(move, "codes_of_the_product").Fa.FaWiersz[0]
        self.assert_fields(
            row,
            Indeks="PIWO-1",
            GTIN="5901234123457",
            PKWiU="11.05.10.0",
            CN="2203 00 01",
            PKOB="1110",
            GTU="GTU_01",
        )

    def test_barcode_that_is_no_gtin_is_left_out(self):
        product = self.new_product(barcode="ABC-1")
        row = self.export(self.sale(self.row(5, product_id=product.id))).Fa.FaWiersz[0]
        self.assertIsNone(row.GTIN)

    def test_e80_gtu_and_voucher_commission(self):
        product = self.new_product(l10n_pl_vat_gtu="GTU_12")
        move = self.sale(
            self.row(10, product_id=product.id), l10n_pl_vat_b_mpv_prowizja=True
        )
        row = self.export(move, "e80_gtu_and_voucher").Fa.FaWiersz[0]
        self.assert_fields(row, GTU="GTU_12", Procedura="B_MPV_PROWIZJA")

    def test_two_procedures_on_a_row_are_refused(self):
        move = self.sale(10, l10n_pl_vat_b_spv=True, l10n_pl_vat_b_spv_dostawa=True)
        self.assertEqual(self.refuse(move), ["several_procedures"])

    def test_legal_note_of_the_tax(self):
        tax = self.tax("vs_unia")
        tax.invoice_legal_notes = "<p>art. 42 ust. 1 ustawy</p>"
        buyer = self.new_partner(
            "Käufer GmbH", vat="DE136695976", country_id=self.env.ref("base.de").id
        )
        fa = self.export(self.sale(self.row(10, tax), partner_id=buyer.id)).Fa
        self.assertEqual(
            [(one.Klucz, one.Wartosc) for one in fa.DodatkowyOpis],
            [("Podstawa prawna", "art. 42 ust. 1 ustawy")],
        )

    # -- between the total and what is due -------------------------------------
    def test_e55_cash_rounding(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "10 gr",
                "rounding": 0.10,
                "rounding_method": "HALF-UP",
                "strategy": "add_invoice_line",
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        move = self.sale(10.01, invoice_cash_rounding_id=rounding.id)
        fa = self.export(move, "e55_cash_rounding").Fa
        self.assertEqual(self.buckets(fa)["P_15"], "12.31")
        (deducted,) = fa.Rozliczenie.Odliczenia
        self.assert_fields(deducted, Kwota="0.01", Powod="Zaokrąglenie")
        self.assert_fields(fa.Rozliczenie, SumaOdliczen="0.01", DoZaplaty="12.30")

    def test_e56_rounding_of_the_tax_is_refused(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 gr",
                "rounding": 0.05,
                "rounding_method": "DOWN",
                "strategy": "biggest_tax",
            }
        )
        move = self.sale(10.01, invoice_cash_rounding_id=rounding.id)
        self.assertEqual(self.refuse(move), ["rounded_tax"])

    def test_e57_discount_that_lowers_the_tax_at_once_is_refused(self):
        move = self.sale(100, invoice_payment_term_id=self.discount_term("mixed").id)
        self.assertEqual(self.refuse(move), ["mixed_discount"])

    def test_e57_early_payment_discount(self):
        move = self.sale(100, invoice_payment_term_id=self.discount_term("included").id)
        payment = self.export(move, "e57_early_payment_discount").Fa.Platnosc
        self.assert_fields(
            payment.Skonto,
            WarunkiSkonta="zapłata w ciągu 10 dni",
            WysokoscSkonta="2,5%",
        )

    def discount_term(self, computation):
        return self.env["account.payment.term"].create(
            {
                "name": "Skonto",
                "early_discount": True,
                "discount_days": 10,
                "discount_percentage": 2.5,
                "early_pay_discount_computation": computation,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )

    def test_e61_deposit_is_charged_beside_the_total(self):
        deposit = self.new_product(name="Kaucja", l10n_pl_ksef_is_deposit=True)
        move = self.sale(
            self.row(30, "vs_kraj_5"),
            self.row(0.5, False, quantity=10, product_id=deposit.id, name="Kaucja"),
        )
        fa = self.export(move, "e61_deposit").Fa
        self.assertEqual(self.buckets(fa)["P_15"], "31.50")
        self.assertEqual(len(fa.FaWiersz), 1)
        (charge,) = fa.Rozliczenie.Obciazenia
        self.assert_fields(charge, Kwota="5.00", Powod="Kaucja")
        self.assert_fields(fa.Rozliczenie, SumaObciazen="5.00", DoZaplaty="36.50")

    # -- split payment ---------------------------------------------------------
    def annex15(self, price, **values):
        product = self.new_product(l10n_pl_ksef_annex15=True)
        return self.sale(self.row(price, product_id=product.id), **values)

    def test_e58_split_payment_not_at_the_limit(self):
        move = self.annex15(12195.12)
        fa = self.export(move, "e58_split_payment_not_at_the_limit").Fa
        self.assertEqual(self.buckets(fa)["P_15"], "15000.00")
        self.assertEqual(fa.Adnotacje.P_18A, 2)
        self.assertTrue(fa.FaWiersz[0].P_12_Zal_15)

    def test_e59_split_payment_above_the_limit(self):
        move = self.annex15(12195.13)
        fa = self.export(move, "e59_split_payment").Fa
        self.assertEqual(self.buckets(fa)["P_15"], "15000.01")
        self.assertEqual(fa.Adnotacje.P_18A, 1)

    def test_e60_split_payment_limit_in_pln(self):
        self.rate(4.25)
        move = self.annex15(2926.83, currency_id=self.eur.id)
        fa = self.export(move, "e60_split_payment_in_euro").Fa
        self.assertEqual(fa.Adnotacje.P_18A, 1)

    def test_e60_no_split_payment_by_consumers(self):
        consumer = self.new_partner("Jan Kowalski", is_company=False)
        move = self.annex15(20000, partner_id=consumer.id)
        fa = self.export(move, "e60_consumer").Fa
        self.assertEqual(fa.Adnotacje.P_18A, 2)

    def test_split_payment_said_by_hand(self):
        move = self.sale(100, l10n_pl_ksef_split_payment="yes")
        fa = self.export(move, warnings=["split_payment_of_nothing"]).Fa
        self.assertEqual(fa.Adnotacje.P_18A, 1)

    def test_split_payment_switched_off_is_warned_of(self):
        move = self.annex15(20000, l10n_pl_ksef_split_payment="no")
        fa = self.export(move, warnings=["split_payment_refused"]).Fa
        self.assertEqual(fa.Adnotacje.P_18A, 2)

    def test_e123_file_above_the_limit_is_refused(self):
        move = self.sale(self.row(1, name="x" * 500))
        limit = "odoo.addons.l10n_pl_ksef.models.fa3.fa3_checks.MAX_BYTES"
        with patch(limit, 1500):
            self.assertEqual(self.refuse(move), ["too_large"])

"""Tax rates: every tax of the Polish chart in its field, nothing guessed."""

from odoo.tests import tagged

from .fa3_common import Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Rates(Fa3Common):
    def own_tax(self, amount, **values):
        """Make a user's own tax, without any tag."""
        return self.env["account.tax"].create(
            {
                "name": f"Own {amount}% {values}",
                "amount": amount,
                "type_tax_use": "sale",
                "country_id": self.env.ref("base.pl").id,
                **values,
            }
        )

    def eu_buyer(self, vat="DE136695976", country="base.de", **values):
        return self.new_partner(
            "Käufer GmbH",
            vat=vat,
            country_id=self.env.ref(country).id,
            street="Hauptstraße 3",
            zip="10115",
            city="Berlin",
            **values,
        )

    # -- rates of the chart ----------------------------------------------------
    def test_e01_one_row_at_23(self):
        invoice = self.export(self.sale(100), "e01_one_row_at_23")
        fa = invoice.Fa
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "100.00", "P_14_1": "23.00", "P_15": "123.00"},
        )
        self.assert_fields(
            fa, KodWaluty="PLN", RodzajFaktury="VAT", P_2="FV/2026/03/001", P_6=None
        )
        self.assert_fields(fa.Adnotacje, P_16=2, P_17=2, P_18=2, P_18A=2, P_23=2)
        self.assertTrue(fa.Adnotacje.Zwolnienie.P_19N)
        self.assertTrue(fa.Adnotacje.NoweSrodkiTransportu.P_22N)
        self.assertTrue(fa.Adnotacje.PMarzy.P_PMarzyN)
        (row,) = fa.FaWiersz
        self.assert_fields(
            row, P_8A="szt.", P_9A="100", P_11="100.00", P_12="23", KursWaluty=None
        )
        self.assert_fields(invoice.Podmiot2, JST=2, GV=2)

    def test_e02_four_rates(self):
        move = self.sale(
            100,
            self.row(200, "vs_kraj_8"),
            self.row(50, "vs_kraj_5"),
            self.row(10, self.exempt_tax()),
        )
        fa = self.export(move, "e02_four_rates").Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "100.00",
                "P_14_1": "23.00",
                "P_13_2": "200.00",
                "P_14_2": "16.00",
                "P_13_3": "50.00",
                "P_14_3": "2.50",
                "P_13_7": "10.00",
                "P_15": "401.50",
            },
        )
        self.assertEqual([row.P_12 for row in fa.FaWiersz], ["23", "8", "5", "zw"])
        self.assertEqual(fa.Adnotacje.Zwolnienie.P_19A, "art. 43 ust. 1 pkt 18a ustawy")

    def test_e03_book_at_5(self):
        fa = self.export(self.sale(self.row(40, "vs_kraj_5")), "e03_book_at_5").Fa
        self.assertEqual(
            self.buckets(fa), {"P_13_3": "40.00", "P_14_3": "2.00", "P_15": "42.00"}
        )
        self.assertEqual(fa.FaWiersz[0].P_12, "5")
        self.assertTrue(fa.Adnotacje.Zwolnienie.P_19N)

    def test_e04_domestic_zero(self):
        fa = self.export(self.sale(self.row(40, "vs_kraj_0")), "e04_domestic_zero").Fa
        self.assertEqual(self.buckets(fa), {"P_13_6_1": "40.00", "P_15": "40.00"})
        self.assertEqual(fa.FaWiersz[0].P_12, "0 KR")

    def test_e05_travellers(self):
        move = self.sale(self.row(40, "vs_zwrot_podróżnych_0"))
        fa = self.export(move, "e05_travellers").Fa
        self.assertEqual(self.buckets(fa), {"P_13_6_1": "40.00", "P_15": "40.00"})
        self.assertEqual(fa.FaWiersz[0].P_12, "0 KR")

    def test_e06_exempt_without_basis_is_refused(self):
        move = self.sale(self.row(40, "vs_kraj_zw"))
        (problem,) = self.prepare(move).problems
        self.assertEqual(problem.code, "exempt_without_basis")
        self.assertEqual(
            (problem.model, problem.res_id, problem.field),
            ("account.tax", self.tax("vs_kraj_zw").id, "l10n_pl_ksef_exempt_basis"),
        )
        self.assertIn("legal basis", problem.message)

    def test_e07_two_exemptions(self):
        first = self.exempt_tax()
        second = first.copy({"l10n_pl_ksef_exempt_basis": "art. 113 ust. 1 ustawy"})
        move = self.sale(self.row(10, first), self.row(20, second))
        fa = self.export(move, "e07_two_exemptions").Fa
        self.assertEqual(
            fa.Adnotacje.Zwolnienie.P_19A,
            "art. 43 ust. 1 pkt 18a ustawy; art. 113 ust. 1 ustawy",
        )
        self.assertEqual(
            [(one.NrWiersza, one.Wartosc) for one in fa.DodatkowyOpis],
            [(1, "art. 43 ust. 1 pkt 18a ustawy"), (2, "art. 113 ust. 1 ustawy")],
        )

    def test_e08_investment_gold(self):
        move = self.sale(self.row(9000, "vs_kraj_zw_gold"))
        fa = self.export(move, "e08_investment_gold").Fa
        self.assertEqual(fa.Adnotacje.Zwolnienie.P_19A, "art. 122 ust. 1 ustawy")
        self.assertEqual(self.buckets(fa), {"P_13_7": "9000.00", "P_15": "9000.00"})

    def test_exempt_by_directive(self):
        tax = self.exempt_tax("art. 135 ust. 1 lit. b dyrektywy 2006/112/WE")
        tax.l10n_pl_ksef_exempt_kind = "B"
        exemption = self.export(self.sale(self.row(10, tax))).Fa.Adnotacje.Zwolnienie
        self.assert_fields(
            exemption,
            P_19=True,
            P_19A=None,
            P_19B="art. 135 ust. 1 lit. b dyrektywy 2006/112/WE",
        )

    # -- abroad ----------------------------------------------------------------
    def test_e09_goods_to_the_eu(self):
        move = self.sale(self.row(500, "vs_unia"), partner_id=self.eu_buyer().id)
        invoice = self.export(move, "e09_goods_to_the_eu")
        self.assertEqual(
            self.buckets(invoice.Fa), {"P_13_6_2": "500.00", "P_15": "500.00"}
        )
        self.assertEqual(invoice.Fa.FaWiersz[0].P_12, "0 WDT")
        self.assertEqual(invoice.Podmiot1.PrefiksPodatnika, "PL")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne,
            KodUE="DE",
            NrVatUE="136695976",
            NIP=None,
            NrID=None,
        )
        self.assertEqual(invoice.Fa.Adnotacje.P_18, 2)

    def test_e10_eu_number_without_prefix(self):
        buyer = self.eu_buyer(vat="136695976")
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        # The same document as with the prefix.
        self.export(move, "e09_goods_to_the_eu")

    def test_e11_greek_buyer(self):
        buyer = self.eu_buyer(vat="EL094259216", country="base.gr")
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        invoice = self.export(move, "e11_greek_buyer")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, KodUE="EL", NrVatUE="094259216"
        )
        self.assertEqual(invoice.Podmiot2.Adres.KodKraju, "GR")

    def test_e12_northern_ireland(self):
        buyer = self.eu_buyer(vat="XI110305878", country="base.uk")
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        invoice = self.export(move, "e12_northern_ireland")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, KodUE="XI", NrVatUE="110305878"
        )
        self.assertEqual(invoice.Podmiot2.Adres.KodKraju, "GB")

    def test_e13_spanish_number_that_starts_with_letters_of_no_country(self):
        buyer = self.eu_buyer(vat="B96304118", country="base.es")
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        identity = self.export(move, "e13_spanish_buyer").Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(identity, KodUE="ES", NrVatUE="B96304118")

    def test_rate_of_the_nbp_table_of_the_day_is_warned_of_by_setting(self):
        self.rate(4.25)
        self.rate(4.30, day="2026-03-16")
        move = self.sale(100, currency_id=self.eur.id)
        self.export(move)
        self.company.l10n_pl_ksef_rates_as_published = True
        self.export(move, warnings=["late_exchange_rate"])

    def test_rate_of_an_earlier_nbp_table_is_right(self):
        self.company.l10n_pl_ksef_rates_as_published = True
        self.rate(4.25, day="2026-03-13")
        self.export(self.sale(100, currency_id=self.eur.id))

    def test_eu_number_where_polish_tax_is_charged(self):
        buyer = self.eu_buyer(vat="EL094259216", country="base.gr")
        move = self.sale(500, partner_id=buyer.id)
        identity = self.export(move).Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(identity, KodUE="EL", NrVatUE="094259216", NrID=None)

    def test_no_eu_number_where_polish_tax_is_charged_by_setting(self):
        self.company.l10n_pl_ksef_eu_numbers = False
        buyer = self.eu_buyer(vat="EL094259216", country="base.gr")
        move = self.sale(500, partner_id=buyer.id)
        identity = self.export(move).Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(identity, KodUE=None, KodKraju="GR", NrID="EL094259216")
        # Supplies to the EU need it in any case.
        supply = self.sale(
            self.row(500, "vs_unia"), partner_id=buyer.id, name="FV/2026/03/002"
        )
        identity = self.export(supply).Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(identity, KodUE="EL", NrVatUE="094259216")

    def test_e14_goods_to_the_eu_without_number_are_refused(self):
        buyer = self.eu_buyer(vat=False)
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        self.assertEqual(self.refuse(move), ["buyer_without_eu_number"])

    def test_e15_services_to_the_eu(self):
        move = self.sale(self.row(500, "vs_dostu"), partner_id=self.eu_buyer().id)
        invoice = self.export(move, "e15_services_to_the_eu")
        self.assertEqual(
            self.buckets(invoice.Fa), {"P_13_9": "500.00", "P_15": "500.00"}
        )
        self.assertEqual(invoice.Fa.FaWiersz[0].P_12, "np II")
        self.assertEqual(invoice.Fa.Adnotacje.P_18, 1)
        self.assertEqual(invoice.Podmiot1.PrefiksPodatnika, "PL")

    def american(self, **values):
        return self.new_partner(
            "Buyer Inc.",
            street="1 Main Street",
            city="Springfield",
            zip="62701",
            state_id=self.env.ref("base.state_us_41").id,
            country_id=self.env.ref("base.us").id,
            **values,
        )

    def test_e16_services_to_a_firm_overseas(self):
        buyer = self.american(vat="12-3456789")
        move = self.sale(self.row(500, "vs_ekspu"), partner_id=buyer.id)
        invoice = self.export(move, "e16_services_to_a_firm_overseas")
        self.assertEqual(
            self.buckets(invoice.Fa), {"P_13_8": "500.00", "P_15": "500.00"}
        )
        self.assertEqual(invoice.Fa.FaWiersz[0].P_12, "np I")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, KodKraju="US", NrID="12-3456789"
        )
        self.assertEqual(invoice.Fa.Adnotacje.P_18, 1)

    def test_e17_services_to_a_consumer_overseas(self):
        buyer = self.american(is_company=False)
        move = self.sale(self.row(500, "vs_ekspu"), partner_id=buyer.id)
        invoice = self.export(move, "e17_services_to_a_consumer_overseas")
        self.assertTrue(invoice.Podmiot2.DaneIdentyfikacyjne.BrakID)
        self.assertEqual(invoice.Fa.Adnotacje.P_18, 2)

    def test_e18_export_of_goods(self):
        buyer = self.american(vat="12-3456789")
        move = self.sale(self.row(500, "vs_eksp_tow"), partner_id=buyer.id)
        invoice = self.export(move, "e18_export_of_goods")
        self.assertEqual(
            self.buckets(invoice.Fa), {"P_13_6_3": "500.00", "P_15": "500.00"}
        )
        self.assertEqual(invoice.Fa.FaWiersz[0].P_12, "0 EX")
        self.assertEqual(invoice.Fa.Adnotacje.P_18, 2)

    def test_reverse_charge_said_by_hand(self):
        move = self.sale(
            self.row(500, "vs_ekspu"),
            partner_id=self.american(vat="12-3456789").id,
            l10n_pl_ksef_reverse_charge="no",
        )
        self.assertEqual(self.export(move).Fa.Adnotacje.P_18, 2)

    def test_e19_domestic_reverse_charge(self):
        move = self.sale(self.row(500, "vs_stal"))
        fa = self.export(
            move, "e19_domestic_reverse_charge", ["domestic_reverse_charge"]
        ).Fa
        self.assertEqual(self.buckets(fa), {"P_13_10": "500.00", "P_15": "500.00"})
        self.assertEqual(fa.FaWiersz[0].P_12, "oo")
        self.assertEqual(fa.Adnotacje.P_18, 1)

    def test_e20_triangular_sale(self):
        move = self.sale(
            self.row(500, "vs_unia_triangular"), partner_id=self.eu_buyer().id
        )
        invoice = self.export(move, "e20_triangular_sale")
        self.assertEqual(
            self.buckets(invoice.Fa), {"P_13_8": "500.00", "P_15": "500.00"}
        )
        self.assert_fields(invoice.Fa.FaWiersz[0], P_12="np I", Procedura="TT_D")
        self.assert_fields(invoice.Fa.Adnotacje, P_18=1, P_23=1)
        self.assertEqual(invoice.Podmiot1.PrefiksPodatnika, "PL")
        self.assertEqual(invoice.Podmiot2.DaneIdentyfikacyjne.KodUE, "DE")

    def test_e20_triangular_sale_reported_as_supply_of_goods(self):
        tax = self.tax("vs_unia_triangular")
        tax.l10n_pl_ksef_rate = "0 WDT"
        move = self.sale(self.row(500, tax), partner_id=self.eu_buyer().id)
        fa = self.export(move).Fa
        self.assertEqual(self.buckets(fa), {"P_13_6_2": "500.00", "P_15": "500.00"})
        self.assertEqual(fa.Adnotacje.P_23, 1)

    def test_e21_goods_to_the_eu_after_import(self):
        move = self.sale(
            self.row(500, "vs_unia_i42"),
            self.row(100, "vs_unia_i63"),
            partner_id=self.eu_buyer().id,
        )
        fa = self.export(move, "e21_goods_to_the_eu_after_import").Fa
        self.assertEqual([row.P_12 for row in fa.FaWiersz], ["0 WDT", "0 WDT"])
        self.assertEqual([row.Procedura for row in fa.FaWiersz], ["I_42", "I_63"])

    def test_e22_oss(self):
        tax = self.own_tax(19, l10n_pl_ksef_rate="OSS")
        consumer = self.eu_buyer(vat=False, is_company=False)
        move = self.sale(self.row(100, tax), partner_id=consumer.id)
        invoice = self.export(move, "e22_oss")
        self.assertEqual(
            self.buckets(invoice.Fa),
            {"P_13_5": "100.00", "P_14_5": "19.00", "P_15": "119.00"},
        )
        self.assert_fields(invoice.Fa.FaWiersz[0], P_12=None, P_12_XII="19")
        self.assertTrue(invoice.Podmiot2.DaneIdentyfikacyjne.BrakID)

    def test_oss_tag_tells_the_rate(self):
        tag = self.env["account.account.tag"].create(
            {
                "name": "OSS",
                "applicability": "taxes",
                "country_id": self.env.ref("base.pl").id,
            }
        )
        tax = self.own_tax(19)
        tax.invoice_repartition_line_ids.tag_ids = tag
        self.assertEqual(tax.l10n_pl_ksef_rate, "OSS")

    # -- margin ----------------------------------------------------------------
    def margin_tax(self, kind="3_1"):
        return self.own_tax(0, l10n_pl_ksef_rate="MARZA", l10n_pl_ksef_margin_kind=kind)

    def test_e23_margin_scheme(self):
        move = self.sale(self.row(15000, self.margin_tax()))
        fa = self.export(move, "e23_margin_scheme").Fa
        self.assertEqual(self.buckets(fa), {"P_13_11": "15000.00", "P_15": "15000.00"})
        self.assert_fields(
            fa.FaWiersz[0], P_12=None, P_9A=None, P_11=None, P_9B="15000"
        )
        self.assertEqual(str(fa.FaWiersz[0].P_11A), "15000.00")
        self.assert_fields(
            fa.Adnotacje.PMarzy, P_PMarzy=True, P_PMarzy_3_1=True, P_PMarzyN=None
        )

    def test_e24_two_margin_schemes_are_refused(self):
        move = self.sale(
            self.row(100, self.margin_tax()), self.row(100, self.margin_tax("2"))
        )
        self.assertEqual(self.refuse(move), ["mixed_margins"])

    def test_margin_scheme_of_unknown_kind_is_refused(self):
        move = self.sale(self.row(100, self.margin_tax(False)))
        self.assertEqual(self.refuse(move), ["margin_without_kind"])

    # -- nothing is guessed ----------------------------------------------------
    def test_e25_row_without_tax_is_refused(self):
        move = self.sale(100, self.row(50, False, name="Bez podatku"))
        (problem,) = self.prepare(move).problems
        self.assertEqual(problem.code, "row_without_tax")
        self.assertIn("Bez podatku", problem.message)
        self.assertEqual(
            (problem.model, problem.field), ("account.move.line", "tax_ids")
        )

    def test_e26_own_tax_at_23(self):
        move = self.sale(self.row(100, self.own_tax(23)))
        fa = self.export(move, "e26_own_tax_at_23").Fa
        self.assertEqual(fa.FaWiersz[0].P_12, "23")
        self.assertEqual(self.buckets(fa)["P_14_1"], "23.00")

    def test_e27_own_tax_at_0_is_refused(self):
        tax = self.own_tax(0)
        self.assertFalse(tax.l10n_pl_ksef_rate)
        move = self.sale(self.row(100, tax))
        self.assertEqual(self.refuse(move), ["tax_without_rate"])

    def test_e28_old_rate_of_7(self):
        fa = self.export(self.sale(self.row(100, self.own_tax(7))), "e28_old_rate").Fa
        self.assertEqual(
            self.buckets(fa), {"P_13_2": "100.00", "P_14_2": "7.00", "P_15": "107.00"}
        )
        self.assertEqual(fa.FaWiersz[0].P_12, "7")

    def test_old_rate_of_22_with_the_tag_of_23(self):
        tax = self.tax("vs_kraj_23").copy({"amount": 22, "name": "22%"})
        self.assertEqual(tax.l10n_pl_ksef_rate, "22")

    def test_rate_follows_the_percentage_until_it_is_chosen(self):
        tax = self.own_tax(23)
        tax.amount = 8
        self.assertEqual(tax.l10n_pl_ksef_rate, "8")
        tax.l10n_pl_ksef_rate = "OSS"
        tax.amount = 19
        self.assertEqual(tax.l10n_pl_ksef_rate, "OSS")
        self.assertEqual(tax.copy({"name": "copy"}).l10n_pl_ksef_rate, "OSS")

    def test_chosen_rate_that_is_not_the_percentage_is_refused(self):
        tax = self.own_tax(22, l10n_pl_ksef_rate="23")
        move = self.sale(self.row(100, tax))
        self.assertEqual(self.refuse(move), ["rate_of_another_percentage"])

    def test_copy_of_a_tax_keeps_what_was_said_of_it(self):
        tax = self.exempt_tax("art. 113 ust. 1 ustawy").copy()
        self.assertEqual(tax.l10n_pl_ksef_rate, "zw")
        self.assertEqual(tax.l10n_pl_ksef_exempt_basis, "art. 113 ust. 1 ustawy")

    def test_group_of_one_tax_is_that_tax(self):
        group = self.env["account.tax"].create(
            {
                "name": "Group",
                "amount_type": "group",
                "type_tax_use": "sale",
                "country_id": self.env.ref("base.pl").id,
                "children_tax_ids": self.tax("vs_kraj_8").ids,
            }
        )
        fa = self.export(self.sale(self.row(100, group))).Fa
        self.assertEqual(self.buckets(fa)["P_14_2"], "8.00")
        self.assertEqual(fa.FaWiersz[0].P_12, "8")

    def test_row_with_two_taxes_is_refused(self):
        taxes = self.tax("vs_kraj_23") | self.tax("vs_kraj_8")
        self.assertEqual(
            self.refuse(self.sale(self.row(100, taxes))), ["row_with_several_taxes"]
        )

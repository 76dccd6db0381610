"""Dates, numbers, currency, terms and footer."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .fa3_common import TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Header(Fa3Common):
    # -- dates -----------------------------------------------------------------
    def test_e74_date_of_supply(self):
        move = self.sale(100, taxable_supply_date=date(2026, 3, 13))
        fa = self.export(move, "e74_date_of_supply").Fa
        self.assert_fields(fa, P_1=date(2026, 3, 16), P_6=date(2026, 3, 13))

    def test_e74_supply_on_the_day_of_issue(self):
        move = self.sale(100, taxable_supply_date=date(2026, 3, 16))
        self.assertIsNone(self.export(move).Fa.P_6)

    def test_e75_delivery_date_alone(self):
        move = self.sale(100, delivery_date=date(2026, 3, 10))
        fa = self.export(move, "e75_delivery_date").Fa
        self.assertEqual(fa.P_6, date(2026, 3, 10))

    def test_e76_period(self):
        move = self.sale(
            100,
            taxable_supply_date=date(2026, 3, 31),
            l10n_pl_ksef_period_from=date(2026, 3, 1),
            l10n_pl_ksef_period_to=date(2026, 3, 31),
        )
        fa = self.export(move, "e76_period").Fa
        self.assertIsNone(fa.P_6)
        self.assert_fields(
            fa.OkresFa, P_6_Od=date(2026, 3, 1), P_6_Do=date(2026, 3, 31)
        )

    def test_period_that_ends_before_it_starts_is_refused(self):
        move = self.sale(
            100,
            l10n_pl_ksef_period_from=date(2026, 3, 31),
            l10n_pl_ksef_period_to=date(2026, 3, 1),
        )
        self.assertEqual(self.refuse(move), ["bad_period"])

    def test_half_of_a_period_is_refused(self):
        move = self.sale(100, l10n_pl_ksef_period_from=date(2026, 3, 31))
        self.assertEqual(self.refuse(move), ["bad_period"])

    def test_e77_tomorrow_is_warned_of(self):
        move = self.sale(100, invoice_date=date(2026, 3, 17))
        fa = self.export(move, "e77_tomorrow", ["date_in_future"]).Fa
        self.assertEqual(fa.P_1, date(2026, 3, 17))

    def test_e78_yesterday_is_warned_of(self):
        move = self.sale(100, invoice_date=date(2026, 3, 15))
        fa = self.export(move, "e78_yesterday", ["date_in_past"]).Fa
        self.assertEqual(fa.P_1, date(2026, 3, 15))

    def test_supply_three_months_ahead_is_warned_of(self):
        move = self.sale(100, taxable_supply_date=date(2026, 6, 16), name="FV-1")
        self.export(move, warnings=["far_from_supply"])

    def test_rows_with_different_dates(self):
        move = self.sale(
            self.row(100, l10n_pl_ksef_supply_date=date(2026, 3, 2)),
            self.row(200, l10n_pl_ksef_supply_date=date(2026, 3, 9)),
        )
        fa = self.export(move, "rows_with_different_dates").Fa
        self.assertIsNone(fa.P_6)
        self.assertEqual(
            [row.P_6A for row in fa.FaWiersz], [date(2026, 3, 2), date(2026, 3, 9)]
        )

    def test_rows_with_one_date(self):
        day = date(2026, 3, 2)
        move = self.sale(
            self.row(100, l10n_pl_ksef_supply_date=day),
            self.row(200, l10n_pl_ksef_supply_date=day),
        )
        fa = self.export(move).Fa
        self.assertEqual(fa.P_6, day)
        self.assertEqual([row.P_6A for row in fa.FaWiersz], [None, None])

    def test_day_is_that_of_warsaw(self):
        # 23:30 UTC on the 16th is half past midnight on the 17th in Warsaw.
        move = self.sale(100, invoice_date=date(2026, 3, 17))
        with freeze_time("2026-03-16 23:30:00"):
            self.export(move)

    # -- currency --------------------------------------------------------------
    def test_e29_euro(self):
        self.rate(4.25)
        fa = self.export(self.sale(100, currency_id=self.eur.id), "e29_euro").Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "100.00",
                "P_14_1": "23.00",
                "P_14_1W": "97.75",
                "P_15": "123.00",
            },
        )
        self.assert_fields(fa, KodWaluty="EUR", KursWalutyZ=None)
        self.assert_fields(fa.FaWiersz[0], KursWaluty="4.25", P_11="100")

    def test_e30_tax_in_pln_is_that_of_the_books(self):
        self.rate(4.2537)
        fa = self.export(self.sale(33.33, currency_id=self.eur.id), "e30_euro").Fa
        self.assertEqual(self.buckets(fa)["P_14_1"], "7.67")
        self.assertEqual(self.buckets(fa)["P_14_1W"], "32.61")

    def test_e31_three_rows_in_euro(self):
        self.rate(4.2537)
        move = self.sale(33.33, 33.33, 33.35, currency_id=self.eur.id)
        fa = self.export(move, "e31_three_rows_in_euro").Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "100.01",
                "P_14_1": "23.00",
                "P_14_1W": "97.84",
                "P_15": "123.01",
            },
        )

    def eu_buyer(self):
        return self.new_partner(
            "Käufer GmbH", vat="DE136695976", country_id=self.env.ref("base.de").id
        )

    def test_e32_goods_to_the_eu_in_euro(self):
        self.rate(4.25)
        move = self.sale(
            self.row(100, "vs_unia"),
            currency_id=self.eur.id,
            partner_id=self.eu_buyer().id,
        )
        fa = self.export(move, "e32_goods_to_the_eu_in_euro").Fa
        self.assertEqual(self.buckets(fa), {"P_13_6_2": "100.00", "P_15": "100.00"})
        self.assertIsNone(fa.FaWiersz[0].KursWaluty)

    def test_e33_rate_only_on_taxed_rows(self):
        self.rate(4.25)
        move = self.sale(100, self.row(50, self.exempt_tax()), currency_id=self.eur.id)
        rows = self.export(move, "e33_rate_only_on_taxed_rows").Fa.FaWiersz
        self.assertEqual(str(rows[0].KursWaluty), "4.25")
        self.assertIsNone(rows[1].KursWaluty)

    def test_e34_rates_of_different_dates(self):
        for day, value in (
            ("2026-03-02", 4.4080),
            ("2026-03-09", 4.5005),
            ("2026-03-12", 4.3250),
        ):
            self.rate(value, day=day)
        move = self.sale(
            self.row(4060, l10n_pl_ksef_supply_date=date(2026, 3, 2)),
            self.row(5000, l10n_pl_ksef_supply_date=date(2026, 3, 9)),
            self.row(4500, l10n_pl_ksef_supply_date=date(2026, 3, 12)),
            currency_id=self.eur.id,
        )
        fa = self.export(move, "e34_rates_of_different_dates").Fa
        self.assertEqual(
            [str(row.KursWaluty) for row in fa.FaWiersz], ["4.408", "4.5005", "4.325"]
        )
        self.assertIsNone(fa.P_6)
        self.assertEqual(self.buckets(fa)["P_14_1"], "3118.80")
        # 23 % of 4060 x 4.4080 + 5000 x 4.5005 + 4500 x 4.3250
        self.assertEqual(self.buckets(fa)["P_14_1W"], "13768.14")

    def test_e35_currency_that_ksef_does_not_know_is_refused(self):
        leone = self.env.ref("base.SLE")
        leone.active = True
        self.rate(0.17, leone)
        move = self.sale(100, currency_id=leone.id)
        self.assertEqual(self.refuse(move), ["unknown_currency"])

    def test_dates_of_one_rate_leave_the_tax_in_pln_as_booked(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self.rate(4.2537)
        days = (date(2026, 2, 24), TODAY)
        rows = [
            self.row(price, l10n_pl_ksef_supply_date=day)
            for price, day in zip((405.41, 2466.42), days, strict=True)
        ]
        move = self.sale(*rows, currency_id=self.eur.id)
        booked = -sum(move.line_ids.filtered("tax_line_id").mapped("balance"))
        fa = self.export(move).Fa
        self.assertEqual(float(fa.P_14_1W), round(booked, 2))
        self.assertEqual([row.P_6A for row in fa.FaWiersz], list(days))

    def test_e36_rate_of_the_user(self):
        self.rate(4.25)
        move = self.sale(100, currency_id=self.eur.id, post=False)
        move.invoice_currency_rate = 0.25
        move.action_post()
        fa = self.export(move, "e36_rate_of_the_user").Fa
        self.assertEqual(str(fa.FaWiersz[0].KursWaluty), "4")
        self.assertEqual(self.buckets(fa)["P_14_1W"], "92.00")

    def test_currency_without_rate_is_refused(self):
        move = self.sale(100, currency_id=self.eur.id)
        self.assertEqual(self.refuse(move), ["no_exchange_rate"])

    def test_rate_of_a_later_supply_is_warned_of(self):
        self.rate(4.25)
        move = self.sale(
            100, currency_id=self.eur.id, taxable_supply_date=date(2026, 3, 20)
        )
        self.export(move, warnings=["late_exchange_rate"])

    def test_e129_books_in_euro_invoice_in_pln(self):
        self.books_in_euro()
        move = self.sale(100, currency_id=self.env.ref("base.PLN").id)
        fa = self.export(move, "e129_books_in_euro").Fa
        self.assertEqual(fa.KodWaluty, "PLN")
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "100.00", "P_14_1": "23.00", "P_15": "123.00"}
        )
        self.assertIsNone(fa.FaWiersz[0].KursWaluty)

    def test_books_in_euro_invoice_in_euro(self):
        self.books_in_euro()
        fa = self.export(self.sale(100, currency_id=self.eur.id)).Fa
        self.assertEqual(self.buckets(fa)["P_14_1W"], "92.00")
        self.assertEqual(str(fa.FaWiersz[0].KursWaluty), "4")

    def books_in_euro(self):
        self.company.currency_id = self.eur
        pln = self.env.ref("base.PLN")
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "currency_id": pln.id,
                "company_id": self.company.id,
                "company_rate": 4,
            }
        )

    # -- marks -----------------------------------------------------------------
    def test_e79_related_party_and_receipt(self):
        self.buyer.l10n_pl_links_with_customer = True
        fa = self.export(self.sale(100, l10n_pl_ksef_fp=True), "e79_marks").Fa
        self.assert_fields(fa, TP=True, FP=True)

    def test_e88_cash_accounting(self):
        self.company.l10n_pl_ksef_cash_method = True
        fa = self.export(self.sale(100), "e88_cash_accounting").Fa
        self.assertEqual(fa.Adnotacje.P_16, 1)

    def test_e88_cash_accounting_by_the_tax(self):
        self.company.tax_exigibility = True
        account = self.company_data["default_account_tax_sale"].copy()
        account.reconcile = True
        tax = self.tax("vs_kraj_23").copy(
            {
                "name": "23% kasowa",
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": account.id,
            }
        )
        fa = self.export(self.sale(self.row(100, tax))).Fa
        self.assertEqual(fa.Adnotacje.P_16, 1)
        self.assertEqual(self.buckets(fa)["P_14_1"], "23.00")

    def test_e88_cash_accounting_with_goods_to_the_eu_is_warned_of(self):
        self.company.l10n_pl_ksef_cash_method = True
        move = self.sale(self.row(100, "vs_unia"), partner_id=self.eu_buyer().id)
        self.export(move, warnings=["cash_method_abroad"])

    def test_e91_simplified_invoice(self):
        move = self.sale(self.row(365.85), l10n_pl_ksef_simplified=True)
        invoice = self.export(move, "e91_simplified_invoice")
        self.assertEqual(invoice.Fa.RodzajFaktury, "UPR")
        self.assert_fields(
            invoice.Podmiot2.DaneIdentyfikacyjne, NIP="8567346215", Nazwa=None
        )
        self.assertIsNone(invoice.Podmiot2.Adres)

    def test_e91_simplified_invoice_above_the_limit_is_refused(self):
        move = self.sale(self.row(366.67), l10n_pl_ksef_simplified=True)
        self.assertEqual(self.refuse(move), ["simplified"])

    # -- terms and footer ------------------------------------------------------
    def test_e81_order_before_delivery_terms(self):
        move = self.sale(
            100,
            ref="ZAM/15/2026",
            invoice_incoterm_id=self.env.ref("account.incoterm_DAP").id,
            incoterm_location="Kraków",
            l10n_pl_ksef_reference_ids=[
                Command.create({"number": "U/7", "date": date(2026, 1, 5)})
            ],
        )
        terms = self.export(move, "e81_terms").Fa.WarunkiTransakcji
        self.assertEqual(terms.Zamowienia[0].NrZamowienia, "ZAM/15/2026")
        self.assertEqual(terms.WarunkiDostawy, "DAP Kraków")
        self.assert_fields(terms.Umowy[0], NrUmowy="U/7", DataUmowy=date(2026, 1, 5))

    def test_footer_and_registers(self):
        self.company.write(
            {
                "l10n_pl_ksef_footer": "Kapitał zakładowy 50 000 zł\nSąd w Warszawie",
                "l10n_pl_ksef_krs": "0000123456",
                "l10n_pl_ksef_regon": "123456785",
                "l10n_pl_ksef_bdo": "000099999",
            }
        )
        move = self.sale(
            100, narration="<p>Dziękujemy</p><p>za zakupy &amp; zaufanie</p>"
        )
        footer = self.export(move, "footer_and_registers").Stopka
        self.assertEqual(
            [one.StopkaFaktury for one in footer.Informacje],
            [
                "Dziękujemy\nza zakupy & zaufanie",
                "Kapitał zakładowy 50 000 zł\nSąd w Warszawie",
            ],
        )
        self.assert_fields(
            footer.Rejestry[0], KRS="0000123456", REGON="123456785", BDO="000099999"
        )

    def test_registers_that_are_no_numbers_are_left_out(self):
        self.company.write(
            {"company_registry": "Sąd Rejonowy", "l10n_pl_ksef_krs": "123"}
        )
        self.assertIsNone(self.export(self.sale(100)).Stopka)

    # -- what is not sent ------------------------------------------------------
    def test_e128_draft_is_refused(self):
        self.assertEqual(self.refuse(self.sale(100, post=False)), ["not_posted"])

    def test_receipt_is_refused(self):
        move = self.sale(100, move_type="out_receipt", name="PAR/1")
        self.assertEqual(self.refuse(move), ["not_an_invoice"])

    def test_foreign_registration_is_refused(self):
        position = self.env["account.fiscal.position"].create(
            {
                "name": "VAT in Germany",
                "country_id": self.env.ref("base.de").id,
                "foreign_vat": "DE136695976",
            }
        )
        german = self.env["account.tax"].create(
            {
                "name": "19% DE",
                "tax_group_id": self.tax("vs_kraj_23")
                .tax_group_id.copy({"country_id": self.env.ref("base.de").id})
                .id,
                "amount": 19,
                "type_tax_use": "sale",
                "country_id": self.env.ref("base.de").id,
            }
        )
        move = self.sale(self.row(100, german), fiscal_position_id=position.id)
        self.assertEqual(self.refuse(move), ["foreign_registration"])

    def sent(self, move, state="accepted"):
        xml = self.prepare(move).xml
        document = self.env["l10n_pl_ksef.document"]._freeze(move, xml)
        document.sudo().write({"state": state})
        return move

    def test_e125_number_of_another_invoice_is_refused(self):
        self.sent(self.sale(100))
        journal = self.company_data["default_journal_sale"].copy()
        again = self.sale(100, journal_id=journal.id)
        self.assertEqual(again.name, "FV/2026/03/001")
        self.assertEqual(self.refuse(again), ["number_taken"])

    def test_e125_number_of_a_rejected_invoice_is_free(self):
        self.sent(self.sale(100), "rejected")
        journal = self.company_data["default_journal_sale"].copy()
        self.export(self.sale(100, journal_id=journal.id))

    def test_e125_same_number_of_another_kind(self):
        # KSeF takes them for different documents.
        self.sent(self.sale(100))
        refund = self.sale(
            100,
            move_type="out_refund",
            l10n_pl_ksef_origin_number="FV/2025/1",
            l10n_pl_ksef_origin_date=date(2025, 1, 2),
            journal_id=self.company_data["default_journal_sale"]
            .copy(
                {"default_account_id": self.company_data["default_account_revenue"].id}
            )
            .id,
        )
        self.export(refund)

    def test_e126_frozen_file_does_not_follow_the_partner(self):
        move = self.sale(100)
        prepared = self.prepare(move)
        document = self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml)
        self.buyer.name = "Inna Nazwa S.A."
        self.assertEqual(document._kept_bytes("xml"), prepared.xml)
        self.assert_golden(document._kept_bytes("xml"), "e126_frozen")
        # Reset to draft takes the file back; the next one has the new name.
        move.button_draft()
        self.assertFalse(document.exists())
        move.action_post()
        name = self.export(move, "e126_anew").Podmiot2.DaneIdentyfikacyjne.Nazwa
        self.assertEqual(name, "Inna Nazwa S.A.")

    def test_number_that_is_too_long_is_refused_and_not_cut(self):
        move = self.sale(100, name="F" * 257 + "/1")
        (problem,) = self.prepare(move).problems
        self.assertIn("P_2", problem.message)
        self.assertEqual(problem.field, "name")

    def test_identifier_that_does_not_fit_is_left_out_and_not_cut(self):
        product = self.new_product(default_code="I" * 51)
        self.buyer.ref = "K" * 257
        invoice = self.export(self.sale(self.row(100, product_id=product.id)))
        self.assertIsNone(invoice.Fa.FaWiersz[0].Indeks)
        self.assertIsNone(invoice.Podmiot2.NrKlienta)

    def test_e124_too_many_rows_are_refused(self):
        limit = "odoo.addons.l10n_pl_ksef.models.fa3.fa3_rules_document.MAX_ROWS"
        move = self.sale(1, 2, 3)
        with patch(limit, 2):
            self.assertEqual(self.refuse(move), ["too_many_rows"])

    def test_one_bad_invoice_does_not_hinder_others(self):
        good = self.sale(100)
        bad = self.sale(self.row(1, False), name="FV/2026/03/002")
        prepared = (good | bad).with_user(self.accountant)._l10n_pl_ksef_prepare()
        self.assertEqual([bool(one.xml) for one in prepared.values()], [True, False])

    def test_same_invoice_gives_the_same_bytes(self):
        move = self.sale(
            100, Command.create({"name": "x", "display_type": "line_note"})
        )
        self.assertEqual(self.prepare(move).xml, self.prepare(move).xml)

"""Corrections: credit notes, debit notes, what they correct and what remains."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .fa3_common import TODAY, Fa3Common

NUMBER = "5260250274-20260310-0100A0B0C0D0-1F"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Corrections(Fa3Common):
    def accept(self, move, number=NUMBER):
        """Let KSeF accept ``move``: freeze its file and give it a number."""
        (prepared,) = move._l10n_pl_ksef_prepare().values()
        self.assertTrue(prepared.xml, prepared.problems)
        document = self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml)
        document.sudo().write({"state": "accepted", "ksef_number": number})
        return move

    def original(self, *rows, **values):
        values = {"invoice_date": date(2026, 3, 10), **values}
        return self.accept(self.sale(*rows, **values))

    def credit(self, move, lines=None, reason="Zwrot", day=TODAY, post=True, name=None):
        """Make a credit note through Odoo's wizard and change its rows.

        :param lines: values by position of the row; ``None`` removes the row
        """
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": reason, "date": day, "journal_id": move.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        products = refund.invoice_line_ids.sorted(lambda line: (line.sequence, line.id))
        commands = []
        for position, line in enumerate(products):
            values = (lines or {}).get(position, {})
            commands.append(
                Command.delete(line.id)
                if values is None
                else Command.update(line.id, values)
            )
        refund.write({"invoice_line_ids": commands})
        if name:
            refund.name = name
        if post:
            refund.action_post()
        return refund

    def pairs(self, fa):
        """Return the rows as (before?, quantity, price, value)."""
        return [
            (
                bool(row.StanPrzed),
                str(row.P_8B),
                str(row.P_9A),
                str(row.P_11),
            )
            for row in fa.FaWiersz
        ]

    # -- quantity and price ------------------------------------------------
    def test_e92_part_of_a_row_returned(self):
        origin = self.original(self.row(25, quantity=10))
        fa = self.export(self.credit(origin, {0: {"quantity": 3}}), "e92_returned").Fa
        self.assertEqual(fa.RodzajFaktury, "KOR")
        self.assertEqual(
            self.pairs(fa),
            [(True, "10", "25", "250.00"), (False, "7", "25", "175.00")],
        )
        self.assertEqual([row.NrWierszaFa for row in fa.FaWiersz], [1, 1])
        self.assertEqual(len({row.UU_ID for row in fa.FaWiersz}), 1)
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "-75.00", "P_14_1": "-17.25", "P_15": "-92.25"},
        )
        self.assert_fields(fa, TypKorekty=2, PrzyczynaKorekty="Zwrot")
        (reference,) = fa.DaneFaKorygowanej
        self.assert_fields(
            reference,
            DataWystFaKorygowanej=date(2026, 3, 10),
            NrFaKorygowanej="FV/2026/03/001",
            NrKSeF=True,
            NrKSeFFaKorygowanej=NUMBER,
            NrKSeFN=None,
        )

    def test_e93_price_lowered(self):
        origin = self.original(self.row(25, quantity=10))
        refund = self.credit(origin, {0: {"price_unit": 2}})
        fa = self.export(refund, "e93_price_lowered").Fa
        self.assertEqual(
            self.pairs(fa),
            [(True, "10", "25", "250.00"), (False, "10", "23", "230.00")],
        )
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "-20.00", "P_14_1": "-4.60", "P_15": "-24.60"}
        )

    def test_e94_second_return(self):
        origin = self.original(self.row(25, quantity=10))
        self.credit(origin, {0: {"quantity": 3}}, day=date(2026, 3, 12))
        fa = self.export(
            self.credit(origin, {0: {"quantity": 2}}), "e94_second_return"
        ).Fa
        self.assertEqual(
            self.pairs(fa),
            [(True, "7", "25", "175.00"), (False, "5", "25", "125.00")],
        )
        self.assertEqual(
            [one.NrFaKorygowanej for one in fa.DaneFaKorygowanej], ["FV/2026/03/001"]
        )

    def test_price_of_a_row_that_was_taken_back_whole_can_not_be_lowered(self):
        origin = self.original(self.row(25, quantity=10))
        self.credit(origin, day=date(2026, 3, 12))
        self.assertIn(
            "too_much", self.refuse(self.credit(origin, {0: {"price_unit": 2}}))
        )

    def value_of_changes(self, fa):
        return sum(-row.P_11 if row.StanPrzed else row.P_11 for row in fa.FaWiersz)

    def test_rows_make_up_the_sum_though_the_document_was_rounded_as_a_whole(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        origin = self.original(*[1000.125] * 5)
        rows = dict.fromkeys((2, 3, 4))
        fa = self.export(self.credit(origin, {**rows, 1: {"price_unit": 500}})).Fa
        self.assertEqual(self.value_of_changes(fa), fa.P_13_1)
        before, after, _lowered, lower = self.pairs(fa)
        self.assertEqual(before, (True, "1", "1000.125", "1000.12"))
        self.assertEqual(after, (False, "0", "1000.125", "0.00"))
        self.assertEqual(lower, (False, "1", "500.12", "500.11"))

    def test_rounding_without_another_row_stays_where_it_came_from(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        origin = self.original(*[0.125] * 5)
        fa = self.export(self.credit(origin, dict.fromkeys((1, 2, 3, 4)))).Fa
        self.assertEqual(str(fa.P_13_1), "-0.13")
        self.assertEqual(self.value_of_changes(fa), fa.P_13_1)

    def test_return_after_the_price_was_lowered(self):
        origin = self.original(self.row(25, quantity=10))
        self.credit(origin, {0: {"price_unit": 2}}, day=date(2026, 3, 12))
        refund = self.credit(origin, {0: {"quantity": 4, "price_unit": 23}})
        self.assertEqual(
            self.pairs(self.export(refund).Fa),
            [(True, "10", "23", "230.00"), (False, "6", "23", "138.00")],
        )

    def test_e95_reversed_in_full(self):
        origin = self.original(self.row(25, quantity=10), self.row(7, "vs_kraj_8"))
        fa = self.export(self.credit(origin), "e95_reversed").Fa
        self.assertEqual(
            self.pairs(fa),
            [
                (True, "10", "25", "250.00"),
                (False, "0", "25", "0.00"),
                (True, "1", "7", "7.00"),
                (False, "0", "7", "0.00"),
            ],
        )
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "-250.00",
                "P_14_1": "-57.50",
                "P_13_2": "-7.00",
                "P_14_2": "-0.56",
                "P_15": "-315.06",
            },
        )

    def test_discount_stays_on_the_rows(self):
        origin = self.original(self.row(10, quantity=4, discount=10))
        fa = self.export(self.credit(origin, {0: {"quantity": 1}})).Fa
        self.assertEqual([str(row.P_10) for row in fa.FaWiersz], ["1", "1"])
        self.assertEqual([str(row.P_11) for row in fa.FaWiersz], ["36.00", "27.00"])

    def test_gross_prices(self):
        tax = self.tax("vs_kraj_23").copy(
            {"name": "23 gross", "price_include_override": "tax_included"}
        )
        origin = self.original(self.row(12.30, tax, quantity=10))
        fa = self.export(self.credit(origin, {0: {"quantity": 4}}), "kor_gross").Fa
        self.assertEqual(
            [(str(row.P_8B), str(row.P_9B), str(row.P_11A)) for row in fa.FaWiersz],
            [("10", "12.3", "123.00"), ("6", "12.3", "73.80")],
        )
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "-40.00", "P_14_1": "-9.20", "P_15": "-49.20"}
        )

    def test_discount_row_corrected_with_its_row(self):
        origin = self.original(1000, self.row(-100, name="Rabat"))
        fa = self.export(self.credit(origin)).Fa
        self.assertEqual(
            self.pairs(fa),
            [
                (True, "1", "1000", "1000.00"),
                (False, "0", "1000", "0.00"),
                (True, "1", "-100", "-100.00"),
                (False, "0", "-100", "0.00"),
            ],
        )

    def test_untouched_rows_are_not_shown(self):
        origin = self.original(100, 200)
        fa = self.export(self.credit(origin, {1: None})).Fa
        self.assertEqual(self.pairs(fa)[0][1:], ("1", "100", "100.00"))
        self.assertEqual(len(fa.FaWiersz), 2)

    def test_before_is_what_was_sent(self):
        product = self.new_product(name="Krzesło", default_code="K-1")
        origin = self.original(self.row(25, product_id=product.id, name="Krzesło"))
        product.default_code = "K-2"
        rows = self.export(self.credit(origin)).Fa.FaWiersz
        self.assertEqual([row.Indeks for row in rows], ["K-1", "K-1"])

    def test_e107_more_than_remains_is_refused(self):
        origin = self.original(self.row(25, quantity=10))
        refund = self.credit(origin, {0: {"quantity": 11}})
        (problem,) = self.prepare(refund).problems
        self.assertEqual(problem.code, "too_much")
        self.assertEqual(problem.model, "account.move.line")

    def test_more_than_earlier_corrections_left_is_refused(self):
        origin = self.original(self.row(25, quantity=10))
        self.credit(origin, {0: {"quantity": 8}}, day=date(2026, 3, 12))
        refund = self.credit(origin, {0: {"quantity": 3}})
        self.assertEqual(self.refuse(refund), ["too_much"])

    # -- upwards -----------------------------------------------------------
    def test_e96_credit_note_taken_back(self):
        origin = self.original(self.row(25, quantity=10))
        refund = self.accept(
            self.credit(origin, {0: {"quantity": 3}}, day=date(2026, 3, 12)),
            NUMBER.replace("0100", "0200"),
        )
        again = self.credit(refund, reason="Pomyłka")
        self.assertEqual(again.move_type, "out_invoice")
        fa = self.export(again, "e96_credit_note_taken_back").Fa
        self.assert_fields(fa, RodzajFaktury="KOR", TypKorekty=1)
        self.assertEqual(
            self.pairs(fa),
            [(True, "7", "25", "175.00"), (False, "10", "25", "250.00")],
        )
        self.assertEqual(self.buckets(fa)["P_15"], "92.25")
        self.assertEqual(
            [one.NrFaKorygowanej for one in fa.DaneFaKorygowanej], ["FV/2026/03/001"]
        )

    def debit(self, move, *rows, reason="Dopłata"):
        self.ensure_installed("account_debit_note")
        wizard = (
            self.env["account.debit.note"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": reason, "date": TODAY, "copy_lines": False})
        )
        debit = self.env["account.move"].browse(wizard.create_debit()["res_id"])
        debit.write({"invoice_line_ids": list(rows), "name": "FV/2026/03/002"})
        debit.action_post()
        return debit

    def test_e97_debit_note(self):
        origin = self.original(self.row(25, quantity=10))
        fa = self.export(self.debit(origin, self.row(50)), "e97_debit_note").Fa
        self.assert_fields(fa, RodzajFaktury="KOR", TypKorekty=1)
        self.assertEqual(fa.PrzyczynaKorekty, "Dopłata")
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "50.00", "P_14_1": "11.50", "P_15": "61.50"}
        )
        self.assertEqual(self.pairs(fa), [(False, "1", "50", "50.00")])

    # -- other changes -------------------------------------------------------
    def test_e98_other_rate_same_gross(self):
        origin = self.original(100)
        refund = self.credit(origin, post=False)
        refund.write({"invoice_line_ids": [self.row(113.89, "vs_kraj_8", quantity=-1)]})
        refund.action_post()
        fa = self.export(refund, "e98_other_rate").Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "-100.00",
                "P_14_1": "-23.00",
                "P_13_2": "113.89",
                "P_14_2": "9.11",
                "P_15": "0.00",
            },
        )
        self.assertEqual(fa.TypKorekty, 3)
        self.assertEqual(
            [(row.P_12, bool(row.StanPrzed)) for row in fa.FaWiersz],
            [("23", True), ("23", False), ("8", False)],
        )

    def test_e99_address_only(self):
        origin = self.original(100)
        self.buyer.street = "ul. Nowa 7"
        refund = self.credit(origin, {0: {"quantity": 0}}, reason="Zły adres")
        invoice = self.export(refund, "e99_address_only")
        fa = invoice.Fa
        self.assertEqual(self.buckets(fa), {"P_15": "0.00"})
        self.assertEqual(fa.FaWiersz, ())
        self.assertEqual(fa.TypKorekty, 1)
        (former,) = fa.Podmiot2K
        self.assertEqual(former.Adres.AdresL1, "ul. Polna 1")
        self.assertEqual(invoice.Podmiot2.Adres.AdresL1, "ul. Nowa 7")
        self.assertEqual(former.IDNabywcy, invoice.Podmiot2.IDNabywcy)
        self.assertTrue(former.IDNabywcy)

    def test_name_of_the_seller_only(self):
        origin = self.original(100)
        self.company.name = "Zakład Wzorcowy S.A."
        refund = self.credit(origin, {0: {"quantity": 0}})
        fa = self.export(refund).Fa
        self.assertEqual(
            fa.Podmiot1K.DaneIdentyfikacyjne.Nazwa, "Zakład Wzorcowy sp. z o.o."
        )
        self.assertEqual(fa.Podmiot2K, ())

    def test_name_of_a_further_buyer_only(self):
        partner = self.new_partner("Wspólnik s.c.", vat="PL5260001246")
        party = Command.create({"role": "4", "partner_id": partner.id})
        origin = self.original(100, l10n_pl_ksef_party_ids=[party])
        partner.name = "Wspólnik sp.j."
        refund = self.credit(origin, {0: {"quantity": 0}})
        invoice = self.export(refund, "further_buyer_corrected")
        (former,) = invoice.Fa.Podmiot2K
        self.assertEqual(former.DaneIdentyfikacyjne.Nazwa, "Wspólnik s.c.")
        (now,) = invoice.Podmiot3
        self.assertEqual(now.DaneIdentyfikacyjne.Nazwa, "Wspólnik sp.j.")
        self.assertEqual(now.IDNabywcy, former.IDNabywcy)
        self.assertTrue(now.IDNabywcy)

    def test_correction_of_nothing_is_refused(self):
        refund = self.credit(self.original(100), {0: {"quantity": 0}})
        self.assertEqual(self.refuse(refund), ["nothing_corrected"])

    def test_new_address_is_no_correction_by_itself(self):
        origin = self.original(self.row(25, quantity=10))
        self.buyer.street = "ul. Nowa 7"
        fa = self.export(self.credit(origin, {0: {"quantity": 1}})).Fa
        self.assertEqual(fa.Podmiot2K, ())

    def test_e100_other_tax_number_is_refused(self):
        refund = self.credit(self.original(100), post=False)
        other = self.new_partner("Inny sp. z o.o.", vat="PL5265877635")
        refund.partner_id = other
        refund.action_post()
        self.assertEqual(self.refuse(refund), ["other_buyer"])

    # -- what is corrected ---------------------------------------------------
    def test_e101_rebate_on_the_sales_of_a_period(self):
        origins = [
            self.accept(
                self.sale(
                    1000,
                    name=f"FV/2026/03/00{number}",
                    invoice_date=date(2026, 3, 10),
                ),
                NUMBER.replace("0100", f"010{number}"),
            )
            for number in (1, 2, 3)
        ]
        refund = self.sale(
            500,
            move_type="out_refund",
            name="KOR/2026/03/001",
            l10n_pl_ksef_corrected_ids=[Command.set([origin.id for origin in origins])],
            l10n_pl_ksef_corrected_period="I półrocze 2026",
            l10n_pl_ksef_correction_reason="Rabat",
        )
        fa = self.export(refund, "e101_rebate").Fa
        self.assertEqual(len(fa.DaneFaKorygowanej), 3)
        self.assert_fields(fa, OkresFaKorygowanej="I półrocze 2026", TypKorekty=2)
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "-500.00", "P_14_1": "-115.00", "P_15": "-615.00"},
        )
        self.assertEqual(fa.FaWiersz, ())

    def test_e102_original_on_paper(self):
        refund = self.sale(
            self.row(25, quantity=2),
            move_type="out_refund",
            name="KOR/2026/03/001",
            l10n_pl_ksef_origin_number="FV/2025/11/7",
            l10n_pl_ksef_origin_date=date(2025, 11, 7),
        )
        fa = self.export(refund, "e102_original_on_paper").Fa
        (reference,) = fa.DaneFaKorygowanej
        self.assert_fields(
            reference,
            NrFaKorygowanej="FV/2025/11/7",
            NrKSeFN=True,
            NrKSeF=None,
        )
        self.assertEqual(self.pairs(fa), [(False, "-2", "25", "-50.00")])

    def test_original_of_another_program(self):
        refund = self.sale(
            25,
            move_type="out_refund",
            name="KOR/2026/03/001",
            l10n_pl_ksef_origin_number="FV/2026/02/7",
            l10n_pl_ksef_origin_date=date(2026, 2, 7),
            l10n_pl_ksef_origin_ksef_number=NUMBER,
        )
        (reference,) = self.export(refund).Fa.DaneFaKorygowanej
        self.assert_fields(reference, NrKSeF=True, NrKSeFFaKorygowanej=NUMBER)

    def test_invoice_from_before_ksef(self):
        origin = self.sale(100, name="FV/2026/01/001", invoice_date=date(2026, 1, 31))
        (reference,) = self.export(self.credit(origin)).Fa.DaneFaKorygowanej
        self.assert_fields(reference, NrKSeFN=True, NrKSeF=None)

    def test_invoice_marked_as_issued_outside(self):
        origin = self.sale(100, invoice_date=date(2026, 3, 10))
        origin.l10n_pl_ksef_outside = True
        (reference,) = self.export(self.credit(origin)).Fa.DaneFaKorygowanej
        self.assertTrue(reference.NrKSeFN)

    def test_e103_original_without_number_waits(self):
        origin = self.sale(100, invoice_date=date(2026, 3, 10))
        (problem,) = self.prepare(self.credit(origin)).problems
        self.assertEqual(problem.code, "origin_without_number")
        self.assertEqual(problem.res_id, origin.id)
        self.assertIn("FV/2026/03/001", problem.message)

    def test_e104_rejected_original_is_not_corrected(self):
        origin = self.original(100)
        origin.l10n_pl_ksef_document_ids.sudo().write(
            {"state": "rejected", "ksef_number": False}
        )
        self.assertEqual(self.refuse(self.credit(origin)), ["origin_rejected"])

    def test_e105_credit_note_of_nothing_is_refused(self):
        refund = self.sale(100, move_type="out_refund", name="KOR/2026/03/001")
        self.assertEqual(self.refuse(refund), ["no_origin"])

    # -- what stays as it was --------------------------------------------------
    def test_e106_rate_of_the_original(self):
        self.rate(4.25)
        self.rate(4.40, day="2026-03-15")
        origin = self.original(100, currency_id=self.eur.id)
        fa = self.export(self.credit(origin), "e106_rate_of_the_original").Fa
        self.assertEqual({str(row.KursWaluty) for row in fa.FaWiersz}, {"4.25"})
        self.assertEqual(self.buckets(fa)["P_14_1W"], "-97.75")

    def test_e106_rate_survives_another_date(self):
        self.rate(4.25)
        self.rate(4.40, day="2026-03-15")
        origin = self.original(100, currency_id=self.eur.id)
        refund = self.credit(origin, post=False)
        refund.invoice_date = date(2026, 3, 14)
        refund.invoice_date = TODAY
        refund.action_post()
        self.assertEqual(self.buckets(self.export(refund).Fa)["P_14_1W"], "-97.75")

    def test_e108_split_payment_by_what_is_left(self):
        product = self.new_product(l10n_pl_ksef_annex15=True)
        origin = self.original(self.row(20000, product_id=product.id))
        little = self.credit(origin, {0: {"price_unit": 1000}}, day=date(2026, 3, 12))
        self.assertEqual(
            self.export(little, warnings=["date_in_past"]).Fa.Adnotacje.P_18A, 1
        )
        much = self.credit(origin, {0: {"price_unit": 10000}})
        fa = self.export(much, "e108_below_the_limit_now").Fa
        self.assertEqual(fa.Adnotacje.P_18A, 2)

    def test_e109_date_of_supply_of_the_original(self):
        origin = self.original(100, taxable_supply_date=date(2026, 3, 5))
        fa = self.export(self.credit(origin), "e109_date_of_supply").Fa
        self.assertEqual(fa.P_6, date(2026, 3, 5))

    def test_original_supplied_on_its_day_has_no_date_of_supply(self):
        origin = self.original(100, taxable_supply_date=date(2026, 3, 10))
        self.assertIsNone(self.export(self.credit(origin)).Fa.P_6)

    def test_period_of_the_original(self):
        origin = self.original(
            100,
            l10n_pl_ksef_period_from=date(2026, 2, 1),
            l10n_pl_ksef_period_to=date(2026, 2, 28),
        )
        fa = self.export(self.credit(origin)).Fa
        self.assert_fields(
            fa.OkresFa, P_6_Od=date(2026, 2, 1), P_6_Do=date(2026, 2, 28)
        )

    def test_exemption_of_a_row_that_is_not_corrected(self):
        origin = self.original(100, self.row(10, self.exempt_tax()))
        fa = self.export(self.credit(origin, {1: None})).Fa
        self.assertEqual(fa.Adnotacje.Zwolnienie.P_19A, "art. 43 ust. 1 pkt 18a ustawy")

    def test_e110_long_reason_is_cut(self):
        reason = "powód " * 80
        refund = self.credit(self.original(100), reason=reason)
        fa = self.export(refund, "e110_long_reason").Fa
        self.assertLessEqual(len(fa.PrzyczynaKorekty), 256)
        rest = [one.Wartosc for one in fa.DodatkowyOpis]
        told = " ".join([fa.PrzyczynaKorekty, *rest])
        self.assertEqual(told, reason.strip())
        self.assertTrue(fa.PrzyczynaKorekty.startswith("powód powód"))
        self.assertIsNone(fa.WarunkiTransakcji)

    def test_effect_said_by_hand(self):
        refund = self.credit(self.original(100), post=False)
        refund.l10n_pl_ksef_correction_type = "3"
        refund.action_post()
        self.assertEqual(self.export(refund).Fa.TypKorekty, 3)

    def test_credit_note_shows_neither_due_date_nor_account(self):
        payment = self.export(self.credit(self.original(100))).Fa.Platnosc
        self.assertTrue(
            payment is None or not (payment.TerminPlatnosci or payment.RachunekBankowy)
        )

"""Mistakes of Odoo's own structured invoices that ours must not make.

The numbers are those of the list of faults found in its Polish module (content of
FA(3), 17 to 29); each test says in a line what goes wrong there.
"""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .fa3_common import TODAY, Fa3Common

NUMBER = "5260250274-20260310-0100A0B0C0D0-1F"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3CoreMistakes(Fa3Common):
    def accept(self, move, number=NUMBER):
        (prepared,) = move._l10n_pl_ksef_prepare().values()
        document = self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml)
        document.sudo().write({"state": "accepted", "ksef_number": number})
        return move

    def german(self, **values):
        values = {"vat": "DE136695976", **values}
        country = self.env.ref("base.de").id
        return self.new_partner("Käufer GmbH", **{"country_id": country, **values})

    def test_17_row_without_tags_is_not_dropped(self):
        """There a row without Polish tax tags is left out of FaWiersz, not of P_15."""
        own = self.env["account.tax"].create(
            {"name": "Własny 23", "amount": 23, "type_tax_use": "sale"}
        )
        fa = self.export(self.sale(self.row(100, own), 50)).Fa
        self.assertEqual([str(row.P_11) for row in fa.FaWiersz], ["100.00", "50.00"])
        self.assertEqual(str(fa.P_15), "184.50")

    def test_17_row_without_tax_is_refused(self):
        move = self.sale(self.row(100, tax=None), 50, name="FV/2026/03/002")
        self.assertEqual(self.refuse(move), ["row_without_tax"])

    def test_18_services_to_the_eu_count_once(self):
        """There tag K_11 on them also fills P_13_8, beside P_13_9."""
        move = self.sale(self.row(1000, "vs_dostu"), partner_id=self.german().id)
        self.assertEqual(
            self.buckets(self.export(move).Fa),
            {"P_13_9": "1000.00", "P_15": "1000.00"},
        )

    def test_19_goods_to_the_eu_name_the_eu_number(self):
        """There an ordinary WDT goes out with KodKraju and NrID."""
        move = self.sale(self.row(500, "vs_unia"), partner_id=self.german().id)
        identity = self.export(move).Podmiot2.DaneIdentyfikacyjne
        self.assert_fields(
            identity, KodUE="DE", NrVatUE="136695976", KodKraju=None, NrID=None
        )

    def test_20_greek_buyer_has_two_codes(self):
        """There the letters of the number become KodKraju: EL, which no list has."""
        country = self.env.ref("base.gr").id
        greek = self.german(vat="EL094259216", country_id=country)
        buyer = self.export(
            self.sale(self.row(500, "vs_unia"), partner_id=greek.id)
        ).Podmiot2
        self.assertEqual(buyer.DaneIdentyfikacyjne.KodUE, "EL")
        self.assertEqual(buyer.Adres.KodKraju, "GR")

    def test_21_quantity_has_no_tail_of_a_float(self):
        """There 0.1 + 0.2 is written as 0.30000000000000004."""
        move = self.sale(self.row(10, quantity=0.1 + 0.2))
        self.assertEqual(str(self.export(move).Fa.FaWiersz[0].P_8B), "0.3")

    def test_22_long_texts_and_empty_ones_fit(self):
        """There a long name or phone, or an empty bank name, breaks the schema."""
        self.company.write({"phone": "+48 22 694 55 55 wew. 12345", "email": False})
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "PL61109010140000071219812874",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        move = self.sale(self.row(10, name="x" * 600), partner_bank_id=account.id)
        invoice = self.export(move)
        self.assertEqual(invoice.Podmiot1.DaneKontaktowe, ())
        self.assertEqual(len(invoice.Fa.FaWiersz[0].P_7), 512)
        self.assertIsNone(invoice.Fa.Platnosc.RachunekBankowy[0].NazwaBanku)

    def test_22_phone_without_an_address_leaves_no_empty_field(self):
        """There an empty Email is written beside a phone."""
        self.company.email = False
        (contact,) = self.export(self.sale(10)).Podmiot1.DaneKontaktowe
        self.assert_fields(contact, Email=None, Telefon="226945555")

    def test_23_discount_and_gross_price_make_up_the_value(self):
        """There no P_10 is written, and a gross price stands as the net one."""
        (row,) = self.export(self.sale(self.row(20, discount=10))).Fa.FaWiersz
        self.assert_fields(row, P_9A="20", P_10="2", P_11="18.00")
        tax = self.tax("vs_kraj_23").copy(
            {"name": "23% brutto", "price_include_override": "tax_included"}
        )
        move = self.sale(self.row(123, tax), name="FV/2026/03/002")
        (row,) = self.export(move).Fa.FaWiersz
        self.assert_fields(row, P_9A=None, P_9B="123", P_11=None, P_11A="123.00")

    def test_24_exempt_row_has_its_annotation(self):
        """There P_19N says that nothing is exempt, whatever the rows say."""
        move = self.sale(self.row(10, self.exempt_tax()))
        said = self.export(move).Fa.Adnotacje.Zwolnienie
        self.assert_fields(
            said, P_19=True, P_19A="art. 43 ust. 1 pkt 18a ustawy", P_19N=None
        )

    def test_25_oss_has_the_foreign_rate(self):
        """There such rows are written as "np I"."""
        tax = self.env["account.tax"].create(
            {
                "name": "OSS 19",
                "amount": 19,
                "type_tax_use": "sale",
                "l10n_pl_ksef_rate": "OSS",
            }
        )
        fa = self.export(
            self.sale(self.row(100, tax), partner_id=self.german(vat=False).id)
        ).Fa
        self.assert_fields(fa.FaWiersz[0], P_12=None, P_12_XII="19")
        self.assertEqual(
            self.buckets(fa), {"P_13_5": "100.00", "P_14_5": "19.00", "P_15": "119.00"}
        )

    def test_25_sales_to_travellers_are_domestic_zero(self):
        """There they fall to "zw" and have no P_13 at all."""
        fa = self.export(self.sale(self.row(100, "vs_zwrot_podróżnych_0"))).Fa
        self.assertEqual(fa.FaWiersz[0].P_12, "0 KR")
        self.assertEqual(self.buckets(fa), {"P_13_6_1": "100.00", "P_15": "100.00"})

    def refund(self, origin, **values):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=origin.ids)
            .create(
                {
                    "reason": "Rabat",
                    "date": TODAY,
                    "journal_id": origin.journal_id.id,
                }
            )
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.name = "KOR/2026/03/001"
        refund.invoice_line_ids.write(values)
        refund.action_post()
        return refund

    def test_26_price_correction_has_reason_type_and_number(self):
        """There the type is 1 always, the reason "Reversal of: …", a price can't be."""
        origin = self.accept(
            self.sale(self.row(25, quantity=10), invoice_date=date(2026, 3, 10))
        )
        fa = self.export(self.refund(origin, price_unit=2)).Fa
        self.assert_fields(fa, TypKorekty=2, PrzyczynaKorekty="Rabat")
        self.assertEqual(fa.DaneFaKorygowanej[0].NrKSeFFaKorygowanej, NUMBER)
        self.assertEqual(
            [(str(row.P_8B), str(row.P_9A)) for row in fa.FaWiersz],
            [("10", "25"), ("10", "23")],
        )

    def test_26_debit_note_is_a_correction(self):
        """There it goes out as an ordinary invoice (VAT)."""
        self.ensure_installed("account_debit_note")
        origin = self.accept(self.sale(100, invoice_date=date(2026, 3, 10)))
        wizard = (
            self.env["account.debit.note"]
            .with_context(active_model="account.move", active_ids=origin.ids)
            .create({"date": TODAY, "reason": "Podwyżka", "copy_lines": True})
        )
        note = self.env["account.move"].browse(wizard.create_debit()["res_id"])
        note.write({"invoice_date": TODAY, "name": "DFV/2026/03/001"})
        note.action_post()
        fa = self.export(note).Fa
        self.assert_fields(fa, RodzajFaktury="KOR", P_15="123.00")
        self.assertEqual(fa.DaneFaKorygowanej[0].NrKSeFFaKorygowanej, NUMBER)

    def advance(self, number, day, name):
        row = Command.create(
            {"name": "Projekt", "price_unit": 1000, "tax_id": self.tax("vs_kraj_23").id}
        )
        move = self.sale(
            self.row(100, name="Zaliczka"),
            l10n_pl_ksef_kind="ZAL",
            l10n_pl_ksef_order_row_ids=[row],
            invoice_date=day,
            name=name,
        )
        self.assertTrue(self.export(move, warnings=["date_in_past"]).Fa.Zamowienie)
        return self.accept(move, number)

    def test_27_settlement_names_its_advances_by_their_numbers(self):
        """There all advances count as issued outside KSeF, later ones too; no order."""
        first = self.advance(NUMBER, date(2026, 3, 10), "ZAL/1")
        self.advance(NUMBER.replace("0310", "0311"), date(2026, 3, 11), "ZAL/2")
        move = self.sale(
            1000,
            l10n_pl_ksef_kind="ROZ",
            l10n_pl_ksef_advance_ids=[Command.set(first.ids)],
            name="ROZ/1",
            post=False,
        )
        move.action_l10n_pl_ksef_deduct_advances()
        move.action_post()
        (reference,) = self.export(move).Fa.FakturaZaliczkowa
        self.assert_fields(reference, NrKSeFZN=None, NrKSeFFaZaliczkowej=NUMBER)

    def test_28_single_part_payment_and_all_due_dates_are_told(self):
        """There a single payment is lost, and of the due dates all but the first."""
        move = self.sale(
            100,
            invoice_payment_term_id=self.env["account.payment.term"]
            .create(
                {
                    "name": "Dwie raty",
                    "line_ids": [
                        Command.create({"value_amount": 50, "nb_days": days})
                        for days in (10, 20)
                    ],
                }
            )
            .id,
        )
        self.pay_with_statement_line(
            move, self.company_data["default_journal_bank"].id, TODAY, 50
        )
        payment = self.export(move).Fa.Platnosc
        self.assertEqual(payment.ZnacznikZaplatyCzesciowej, 1)
        self.assertEqual(
            [str(part.KwotaZaplatyCzesciowej) for part in payment.ZaplataCzesciowa],
            ["50.00"],
        )
        self.assertEqual(
            [one.Termin for one in payment.TerminPlatnosci],
            [date(2026, 3, 26), date(2026, 4, 5)],
        )

    def test_29_tax_in_pln_is_that_of_the_books(self):
        """There the tax is converted anew by the rate of the largest row."""
        self.rate(4.2537)
        move = self.sale(self.row(33.33), currency_id=self.eur.id)
        fa = self.export(move).Fa
        booked = sum(move.line_ids.filtered("tax_line_id").mapped("balance"))
        self.assertEqual(str(fa.P_14_1W), f"{-booked:.2f}")
        self.assertEqual(str(fa.P_14_1W), "32.61")

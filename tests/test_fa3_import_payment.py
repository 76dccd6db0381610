"""Dates, marks and payment of received invoices."""

from datetime import date, datetime
from decimal import Decimal

from odoo.tests import tagged

from ..ksef.fa3 import model
from .fa3_import_common import KSEF_NUMBER, Fa3ImportCommon, document, row


def invoice_of(payment=None, **fa):
    values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
    return document(
        row(P_7="Usługa", P_11="100", P_12="23"), Platnosc=payment, **values
    )


def terms(*dates, **words):
    found = [model.TerminPlatnosci(Termin=day) for day in dates]
    if words:
        found.append(model.TerminPlatnosci(TerminOpis=model.TerminOpis(**words)))
    return model.Platnosc(TerminPlatnosci=tuple(found))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportPayment(Fa3ImportCommon):
    # -- dates -----------------------------------------------------------------
    def test_dates_of_issue_and_supply(self):
        bill = self.bill(invoice_of(P_6=date(2026, 4, 10)))
        self.assertEqual(bill.invoice_date, date(2026, 4, 15))
        self.assertEqual(bill.taxable_supply_date, date(2026, 4, 10))

    def test_period_ends_with_the_supply(self):
        period = model.OkresFa(P_6_Od=date(2026, 3, 1), P_6_Do=date(2026, 3, 31))
        bill = self.bill(invoice_of(OkresFa=period))
        self.assertEqual(bill.taxable_supply_date, date(2026, 3, 31))

    def test_booked_when_ksef_gave_the_number(self):
        bill = self.bill(
            invoice_of(P_1=date(2026, 3, 31), P_6=date(2026, 3, 30)),
            number=KSEF_NUMBER,
            acquired_at=datetime(2026, 4, 1, 6, 0),
        )
        self.assertEqual(bill.invoice_date, date(2026, 3, 31))
        self.assertEqual((bill.date.year, bill.date.month), (2026, 4))

    def test_midnight_in_warsaw_counts(self):
        bill = self.bill(
            invoice_of(P_1=date(2026, 3, 31)),
            number=KSEF_NUMBER,
            acquired_at=datetime(2026, 3, 31, 22, 30),
        )
        self.assertEqual(bill.date.month, 4)

    def test_locked_period_moves_the_booking(self):
        self.company.sudo().tax_lock_date = date(2026, 3, 31)
        bill = self.bill(invoice_of(P_1=date(2026, 3, 10)))
        self.assertEqual(bill.invoice_date, date(2026, 3, 10))
        bill.action_post()
        self.assertGreater(bill.date, date(2026, 3, 31))

    # -- due dates ---------------------------------------------------------------
    def test_due_date(self):
        bill = self.bill(invoice_of(terms(date(2026, 5, 15))))
        self.assertEqual(bill.invoice_date_due, date(2026, 5, 15))

    def test_first_of_several_due_dates(self):
        bill = self.bill(invoice_of(terms(date(2026, 6, 15), date(2026, 5, 15))))
        self.assertEqual(bill.invoice_date_due, date(2026, 5, 15))
        self.assertIn("Several due dates", str(bill.message_ids[0].body))

    def test_due_date_in_words(self):
        words = {
            "Ilosc": 14,
            "Jednostka": "dni",
            "ZdarzeniePoczatkowe": "wystawienie faktury",
        }
        bill = self.bill(invoice_of(terms(**words)))
        self.assertEqual(bill.invoice_date_due, date(2026, 4, 29))
        self.assertIn("14 dni", str(bill.message_ids[0].body))

    def test_due_date_counted_from_an_event_that_nobody_knows(self):
        words = {
            "Ilosc": 14,
            "Jednostka": "dni",
            "ZdarzeniePoczatkowe": "odbiór dzieła",
        }
        self.supplier(
            property_supplier_payment_term_id=self.env.ref(
                "account.account_payment_term_30days"
            ).id
        )
        bill = self.bill(invoice_of(terms(**words)))
        self.assertEqual(bill.invoice_date_due, date(2026, 5, 15))

    def test_no_due_date_takes_the_suppliers_terms(self):
        self.supplier(
            property_supplier_payment_term_id=self.env.ref(
                "account.account_payment_term_30days"
            ).id
        )
        bill = self.bill(invoice_of(model.Platnosc(FormaPlatnosci=6)))
        self.assertEqual(bill.invoice_date_due, date(2026, 5, 15))

    # -- what is paid, added, taken off ----------------------------------------
    def test_paid_invoice_makes_no_payment(self):
        result = self.imported(
            invoice_of(model.Platnosc(Zaplacono=True, DataZaplaty=date(2026, 4, 15)))
        )
        self.assertTrue(result.move.l10n_pl_ksef_said_paid)
        self.assertEqual(result.move.payment_state, "not_paid")
        self.assertIn("do not pay twice", self.codes(result))

    def test_partly_paid(self):
        part = model.ZaplataCzesciowa(
            KwotaZaplatyCzesciowej=Decimal("50"),
            DataZaplatyCzesciowej=date(2026, 4, 15),
        )
        result = self.imported(
            invoice_of(
                model.Platnosc(ZnacznikZaplatyCzesciowej=1, ZaplataCzesciowa=(part,))
            )
        )
        self.assertIn("50", self.codes(result))

    def test_deposit_raises_what_is_to_be_paid_not_the_bill(self):
        settlement = model.Rozliczenie(
            Obciazenia=(model.Obciazenia(Kwota=Decimal("5"), Powod="kaucja"),),
            SumaObciazen=Decimal("5"),
            DoZaplaty=Decimal("128"),
        )
        result = self.imported(invoice_of(Rozliczenie=settlement))
        self.assert_totals(result.move, 100, 23, 123)
        self.assertEqual(result.move.l10n_pl_ksef_amount_due, 128)
        self.assertIn("kaucja", self.codes(result))

    def test_settlement_that_says_nothing_new(self):
        settlement = model.Rozliczenie(DoZaplaty=Decimal("123"))
        result = self.imported(invoice_of(Rozliczenie=settlement))
        self.assertFalse(result.move.l10n_pl_ksef_amount_due)
        self.assertFalse(result.todo)

    def test_early_payment_discount_is_told(self):
        payment = model.Platnosc(
            Skonto=model.Skonto(WarunkiSkonta="7 dni", WysokoscSkonta="2%")
        )
        bill = self.bill(invoice_of(payment))
        self.assertIn("7 dni, 2%", str(bill.message_ids[0].body))

    # -- marks -------------------------------------------------------------------
    def test_split_payment(self):
        bill = self.bill(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
                annotations={"P_18A": 1},
            )
        )
        self.assertEqual(bill.l10n_pl_ksef_split_payment, "yes")

    def test_cash_method_takes_the_tax_that_waits_for_payment(self):
        waiting = (
            self.tax("vz_kraj_23")
            .sudo()
            .copy(
                {
                    "name": "23% MK",
                    "tax_exigibility": "on_payment",
                    "cash_basis_transition_account_id": self.system["account.account"]
                    .create(
                        {
                            "name": "VAT do rozliczenia",
                            "code": "22099999",
                            "account_type": "asset_current",
                            "reconcile": True,
                        }
                    )
                    .id,
                }
            )
        )
        result = self.imported(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
                annotations={"P_16": 1},
            )
        )
        self.assertTrue(result.move.l10n_pl_ksef_cash_method)
        self.assertEqual(result.move.invoice_line_ids.tax_ids, waiting)
        self.assertIn("Cash method", self.codes(result))

    # -- texts -------------------------------------------------------------------
    def test_orders_and_contracts(self):
        terms_ = model.WarunkiTransakcji(
            Umowy=(model.Umowy(NrUmowy="U/7"),),
            Zamowienia=(
                model.Zamowienia(NrZamowienia="P00017"),
                model.Zamowienia(NrZamowienia="P00018"),
            ),
        )
        bill = self.bill(invoice_of(WarunkiTransakcji=terms_))
        self.assertEqual(bill.invoice_origin, "P00017, P00018")
        self.assertIn("U/7", str(bill.message_ids[0].body))

    def test_remarks_of_the_document_are_escaped(self):
        fact = model.TKluczWartosc(Klucz="<b>Uwaga</b>", Wartosc="<script>x</script>")
        bill = self.bill(invoice_of(DodatkowyOpis=(fact,)))
        self.assertIn("&lt;script&gt;", str(bill.narration))
        self.assertNotIn("<script>", str(bill.narration))

    def test_html_in_rows_is_text(self):
        bill = self.bill(
            document(
                row(P_7='<img src="x">', P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
            )
        )
        self.assertEqual(bill.invoice_line_ids.name, '<img src="x">')

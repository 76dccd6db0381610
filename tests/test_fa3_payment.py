"""Payment: due dates, what is paid, form, bank account."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .fa3_common import Fa3Common

IBAN = "PL61 1090 1014 0000 0712 1981 2874"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Payment(Fa3Common):
    def term(self, *lines):
        return self.env["account.payment.term"].create(
            {"name": "Termin", "line_ids": [Command.create(line) for line in lines]}
        )

    def account(self, number=IBAN, **values):
        bank = self.env["res.bank"].create({"name": "Bank S.A.", "bic": "WBKPPLPP"})
        return self.env["res.partner.bank"].create(
            {
                "acc_number": number,
                "partner_id": self.company.partner_id.id,
                "bank_id": bank.id,
                "allow_out_payment": True,
                **values,
            }
        )

    def statement_line(self, move, amount, day, journal=None):
        """Pay by a bank statement line, without a payment record."""
        self.pay_with_statement_line(
            move,
            (journal or self.company_data["default_journal_bank"]).id,
            day,
            amount,
        )

    # -- due dates ---------------------------------------------------------
    def test_e82_three_instalments(self):
        term = self.term(
            {"value": "percent", "value_amount": 50, "nb_days": 0},
            {"value": "percent", "value_amount": 30, "nb_days": 14},
            {"value": "percent", "value_amount": 20, "nb_days": 30},
        )
        move = self.sale(100, invoice_payment_term_id=term.id)
        payment = self.export(move, "e82_three_instalments").Fa.Platnosc
        self.assertEqual(
            [one.Termin for one in payment.TerminPlatnosci],
            [date(2026, 3, 16), date(2026, 3, 30), date(2026, 4, 15)],
        )
        self.assertEqual({one.TerminOpis for one in payment.TerminPlatnosci}, {None})

    def test_e83_fourteen_days(self):
        term = self.term({"value": "percent", "value_amount": 100, "nb_days": 14})
        move = self.sale(100, invoice_payment_term_id=term.id)
        (due,) = self.export(move, "e83_fourteen_days").Fa.Platnosc.TerminPlatnosci
        self.assertEqual(due.Termin, date(2026, 3, 30))
        self.assert_fields(
            due.TerminOpis,
            Ilosc=14,
            Jednostka="dni",
            ZdarzeniePoczatkowe="wystawienie faktury",
        )

    def test_e83_end_of_the_month_has_no_words(self):
        term = self.term(
            {
                "value": "percent",
                "value_amount": 100,
                "delay_type": "days_after_end_of_month",
                "nb_days": 10,
            }
        )
        move = self.sale(100, invoice_payment_term_id=term.id)
        (due,) = self.export(move).Fa.Platnosc.TerminPlatnosci
        self.assert_fields(due, Termin=date(2026, 4, 10), TerminOpis=None)

    # -- what is paid ------------------------------------------------------
    def test_e84_part_paid_by_a_statement_line(self):
        move = self.sale(100)
        self.statement_line(move, 50, date(2026, 3, 14))
        payment = self.export(move, "e84_part_paid").Fa.Platnosc
        self.assertEqual(payment.ZnacznikZaplatyCzesciowej, 1)
        (part,) = payment.ZaplataCzesciowa
        self.assert_fields(
            part,
            KwotaZaplatyCzesciowej="50.00",
            DataZaplatyCzesciowej=date(2026, 3, 14),
            FormaPlatnosci=6,
        )
        self.assertEqual(len(payment.TerminPlatnosci), 1)

    def test_e85_paid_in_two_parts(self):
        move = self.sale(100)
        self.statement_line(move, 100, date(2026, 3, 15))
        self.statement_line(move, 23, date(2026, 3, 14))
        payment = self.export(move, "e85_paid_in_two_parts").Fa.Platnosc
        self.assertEqual(payment.ZnacznikZaplatyCzesciowej, 2)
        self.assertEqual(
            [
                (str(part.KwotaZaplatyCzesciowej), part.DataZaplatyCzesciowej)
                for part in payment.ZaplataCzesciowa
            ],
            [("23.00", date(2026, 3, 14)), ("100.00", date(2026, 3, 15))],
        )
        self.assertEqual(payment.TerminPlatnosci, ())

    def test_e85_paid_at_once(self):
        move = self.sale(100)
        self.statement_line(move, 123, date(2026, 3, 15))
        payment = self.export(move, "e85_paid_at_once").Fa.Platnosc
        self.assert_fields(
            payment,
            Zaplacono=True,
            DataZaplaty=date(2026, 3, 15),
            FormaPlatnosci=6,
            ZnacznikZaplatyCzesciowej=None,
        )

    def test_e86_only_the_part_of_this_invoice_counts(self):
        move = self.sale(100)
        other = self.sale(206.5, name="FV/2026/03/002")  # 254.00
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.buyer.id,
                "amount": 500,
                "date": date(2026, 3, 14),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        lines = (payment.move_id | move | other).line_ids
        lines.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        ).reconcile()
        self.assertTrue(self.export(move).Fa.Platnosc.Zaplacono)
        rest = self.sale(200, name="FV/2026/03/003")
        lines = (payment.move_id | rest).line_ids
        lines.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        ).reconcile()
        fa = self.export(rest, "e86_part_of_a_payment").Fa
        (part,) = fa.Platnosc.ZaplataCzesciowa
        self.assertEqual(str(part.KwotaZaplatyCzesciowej), "123.00")

    def test_paid_in_cash(self):
        move = self.sale(100, partner_bank_id=self.account().id)
        self.statement_line(
            move, 123, date(2026, 3, 16), self.company_data["default_journal_cash"]
        )
        payment = self.export(move, "paid_in_cash").Fa.Platnosc
        self.assertEqual(payment.FormaPlatnosci, 1)
        self.assertEqual(payment.RachunekBankowy, ())

    def test_credit_note_is_no_payment(self):
        move = self.sale(100)
        refund = move._reverse_moves([{"invoice_date": date(2026, 3, 16)}])
        refund.action_post()
        self.assertEqual(move.payment_state, "reversed")
        payment = self.export(move).Fa.Platnosc
        self.assert_fields(payment, Zaplacono=None, ZnacznikZaplatyCzesciowej=None)

    def test_payment_in_another_currency(self):
        self.rate(4.0)
        move = self.sale(100, currency_id=self.eur.id)
        self.rate(4.2, day="2026-03-10")
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.buyer.id,
                "amount": 123,
                "currency_id": self.eur.id,
                "date": date(2026, 3, 16),
                "journal_id": self.company_data["default_journal_bank"].id,
            }
        )
        payment.action_post()
        (payment.move_id | move).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        ).reconcile()
        found = self.export(move).Fa.Platnosc
        self.assert_fields(found, Zaplacono=True, DataZaplaty=date(2026, 3, 16))

    # -- where to ----------------------------------------------------------
    def test_e87_bank_account(self):
        move = self.sale(100, partner_bank_id=self.account().id)
        payment = self.export(move, "e87_bank_account").Fa.Platnosc
        (account,) = payment.RachunekBankowy
        self.assert_fields(
            account,
            NrRB="PL61109010140000071219812874",
            SWIFT="WBKPPLPP",
            NazwaBanku="Bank S.A.",
            RachunekWlasnyBanku=None,
        )
        self.assertEqual(payment.FormaPlatnosci, 6)

    def test_e87_account_number_that_does_not_fit_is_left_out(self):
        move = self.sale(100, partner_bank_id=self.account("1" * 35).id)
        self.assertEqual(self.export(move).Fa.Platnosc.RachunekBankowy, ())

    def test_bank_without_a_valid_bic(self):
        account = self.account()
        account.bank_id.bic = "XX"
        move = self.sale(100, partner_bank_id=account.id)
        (found,) = self.export(move).Fa.Platnosc.RachunekBankowy
        self.assertIsNone(found.SWIFT)

    def test_account_without_a_bank(self):
        account = self.account(bank_id=False)
        move = self.sale(100, partner_bank_id=account.id)
        (found,) = self.export(move).Fa.Platnosc.RachunekBankowy
        self.assert_fields(found, NazwaBanku=None, SWIFT=None)

    def test_e72_factor(self):
        factor = self.new_partner("Faktor S.A.", vat="PL5265877635")
        account = self.account(
            l10n_pl_ksef_is_factor=True, l10n_pl_ksef_own_account_type="2"
        )
        party = Command.create({"role": "1", "partner_id": factor.id})
        move = self.sale(
            100, partner_bank_id=account.id, l10n_pl_ksef_party_ids=[party]
        )
        invoice = self.export(move, "e72_factor")
        self.assertEqual(invoice.Podmiot3[0].Rola, 1)
        payment = invoice.Fa.Platnosc
        self.assertEqual(payment.RachunekBankowy, ())
        (found,) = payment.RachunekBankowyFaktora
        self.assertEqual(found.RachunekWlasnyBanku, 2)

    def test_factor_of_the_account_is_named_by_itself(self):
        factor = self.new_partner("Faktor S.A.", vat="PL5265877635")
        account = self.account(
            l10n_pl_ksef_is_factor=True, l10n_pl_ksef_factor_id=factor.id
        )
        (party,) = self.export(self.sale(100, partner_bank_id=account.id)).Podmiot3
        self.assertEqual(party.Rola, 1)
        self.assertEqual(party.DaneIdentyfikacyjne.NIP, "5265877635")

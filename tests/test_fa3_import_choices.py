"""Where accountants differ: suppliers nobody knows, and deposits."""

from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef import fa3
from ..ksef.fa3 import model
from .fa3_import_common import KSEF_NUMBER, Fa3ImportCommon, document, row


def invoice_of(*, kind="VAT", sign=1, settlement=None, payment=None, **fa):
    values = {"P_13_1": 100 * sign, "P_14_1": 23 * sign, "P_15": 123 * sign, **fa}
    return document(
        row(P_7="Woda", P_11=str(100 * sign), P_12="23"),
        RodzajFaktury=kind,
        Rozliczenie=settlement,
        Platnosc=payment,
        **values,
    )


def charge(amount, reason):
    return model.Obciazenia(Kwota=Decimal(amount), Powod=reason)


def deduction(amount, reason):
    return model.Odliczenia(Kwota=Decimal(amount), Powod=reason)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportChoices(Fa3ImportCommon):
    # -- suppliers -----------------------------------------------------------------
    def ask(self):
        self.company.sudo().l10n_pl_ksef_new_supplier = "ask"

    def test_contact_is_created_unless_somebody_wants_to_be_asked(self):
        self.assertEqual(self.company.l10n_pl_ksef_new_supplier, "create")
        self.assertTrue(self.bill(invoice_of()).partner_id)

    def test_unknown_supplier_is_asked_for(self):
        self.ask()
        contacts = self.system["res.partner"].search_count([])
        result = self.imported(invoice_of(), number=KSEF_NUMBER)
        self.assertFalse(result.move.partner_id)
        self.assert_totals(result.move, 100, 23, 123)
        self.assertIn("choose the supplier", self.codes(result))
        self.assertTrue(result.move.activity_ids)
        self.assertEqual(self.system["res.partner"].search_count([]), contacts)

    def test_known_supplier_is_taken_without_asking(self):
        self.ask()
        partner = self.supplier()
        self.assertEqual(self.bill(invoice_of()).partner_id, partner)

    def test_button_creates_the_supplier_and_changes_no_sum(self):
        self.ask()
        payment = model.Platnosc(
            TerminPlatnosci=(model.TerminPlatnosci(Termin=date(2026, 5, 6)),),
            RachunekBankowy=(
                model.TRachunekBankowy(NrRB="61109010140000071219812874"),
            ),
        )
        bill = self.upload(fa3.build(invoice_of(payment=payment, P_14_1="23.01")))
        self.assertTrue(bill.l10n_pl_ksef_lacks_supplier)
        totals = (bill.amount_untaxed, bill.amount_tax, bill.amount_total)
        bill.action_l10n_pl_ksef_create_supplier()
        self.assertEqual(bill.partner_id.vat, "PL9999999999")
        self.assertEqual(bill.partner_bank_id.partner_id, bill.partner_id)
        self.assertEqual(bill.invoice_date_due, date(2026, 5, 6))
        self.assert_totals(bill, *totals)
        bill.action_post()
        self.assert_totals(bill, *totals)
        payable = bill.line_ids.filtered(lambda x: x.display_type == "payment_term")
        self.assertEqual(payable.partner_id, bill.partner_id)

    def test_button_takes_the_contact_that_came_meanwhile(self):
        self.ask()
        bill = self.upload(fa3.build(invoice_of()))
        partner = self.supplier()
        bill.action_l10n_pl_ksef_create_supplier()
        self.assertEqual(bill.partner_id, partner)

    def test_button_refuses_a_bill_that_has_a_supplier(self):
        bill = self.bill(invoice_of())
        with self.assertRaisesRegex(UserError, "supplier already"):
            bill.action_l10n_pl_ksef_create_supplier()

    # -- deposits ------------------------------------------------------------------
    def deposits_on(self):
        account = self.system["account.account"].create(
            {
                "name": "Kaucje za opakowania",
                "code": "24999",
                "account_type": "asset_current",
            }
        )
        self.company.sudo().l10n_pl_ksef_deposit_account_id = account
        return account.with_env(self.env)

    def deposit(self, due="128", **values):
        return model.Rozliczenie(
            Obciazenia=(charge("5", "Kaucja za opakowania"),),
            SumaObciazen=Decimal("5"),
            DoZaplaty=Decimal(due),
            **values,
        )

    def test_deposit_is_booked_where_wanted_and_the_bill_is_what_is_to_pay(self):
        account = self.deposits_on()
        result = self.imported(invoice_of(settlement=self.deposit()))
        bill = result.move
        self.assert_totals(bill, 105, 23, 128)
        line = bill.invoice_line_ids[-1]
        self.assertEqual((line.account_id, line.price_subtotal), (account, 5))
        self.assertEqual(line.name, "Kaucja za opakowania")
        self.assertFalse(line.tax_ids)
        self.assertFalse(bill.l10n_pl_ksef_amount_due)
        self.assertFalse(result.todo)
        bill.action_post()
        self.assertEqual(bill.amount_residual, 128)

    def test_deposit_given_back_lowers_what_is_to_pay(self):
        self.deposits_on()
        settlement = model.Rozliczenie(
            Obciazenia=(charge("5", "kaucja"),),
            SumaObciazen=Decimal("5"),
            Odliczenia=(deduction("2", "Zwrot kaucji"),),
            SumaOdliczen=Decimal("2"),
            DoZaplaty=Decimal("126"),
        )
        result = self.imported(invoice_of(settlement=settlement))
        self.assert_totals(result.move, 103, 23, 126)
        self.assertFalse(result.todo)

    def test_other_charges_beside_a_deposit_are_told_not_booked(self):
        self.deposits_on()
        settlement = model.Rozliczenie(
            Obciazenia=(charge("5", "kaucja"), charge("7", "odsetki")),
            SumaObciazen=Decimal("12"),
            DoZaplaty=Decimal("135"),
        )
        result = self.imported(invoice_of(settlement=settlement))
        self.assert_totals(result.move, 105, 23, 128)
        self.assertEqual(result.move.l10n_pl_ksef_amount_due, 135)
        self.assertIn("odsetki", self.codes(result))

    def test_deposit_of_a_correction_in_minus_has_its_sign(self):
        self.deposits_on()
        settlement = model.Rozliczenie(
            Odliczenia=(deduction("5", "kaucja"),),
            SumaOdliczen=Decimal("5"),
            DoRozliczenia=Decimal("128"),
        )
        result = self.imported(invoice_of(kind="KOR", sign=-1, settlement=settlement))
        self.assertEqual(result.move.move_type, "in_refund")
        self.assert_totals(result.move, 105, 23, 128)

    def test_deposit_does_not_move_the_tax(self):
        self.deposits_on()
        bill = self.bill(invoice_of(settlement=self.deposit(), P_14_1="23.01"))
        self.assertEqual(bill.amount_tax, 23.01)

    def test_deposit_is_only_told_without_an_account(self):
        result = self.imported(invoice_of(settlement=self.deposit()))
        self.assert_totals(result.move, 100, 23, 123)
        self.assertEqual(result.move.l10n_pl_ksef_amount_due, 128)
        self.assertIn("Kaucja", self.codes(result))

    def test_same_file_again_is_known_with_its_deposit(self):
        self.deposits_on()
        invoice = invoice_of(settlement=self.deposit())
        first = self.bill(invoice, number=KSEF_NUMBER)
        again = self.imported(invoice, number=KSEF_NUMBER)
        self.assertEqual((again.outcome, again.move), ("known", first))

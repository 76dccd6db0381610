"""Payments before the supply that the settlement or the advance invoice tells."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .fa3_common import TODAY, Fa3Common

TENTH, TWELFTH = date(2026, 3, 10), date(2026, 3, 12)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Prepayments(Fa3Common):
    def payments(self, *payments, **values):
        return [
            Command.create({"date": day, "amount": amount, **values})
            for day, amount in payments
        ]

    def settlement(self, *payments, price=1000, **values):
        values.setdefault("l10n_pl_ksef_prepayment_ids", self.payments(*payments))
        return self.sale(price, l10n_pl_ksef_kind="ROZ", name="ROZ/1", **values)

    def pay(self, amount, day, **values):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.buyer.id,
                "amount": amount,
                "date": day,
                "journal_id": self.company_data["default_journal_bank"].id,
                **values,
            }
        )
        payment.action_post()
        return payment

    def parts(self, fa):
        return [
            (one.P_6Z, str(one.P_15Z), one.KursWalutyZW) for one in fa.ZaliczkaCzesciowa
        ]

    # -- settlements -----------------------------------------------------------
    def test_settlement_tells_the_payments_of_its_month(self):
        move = self.settlement((TWELFTH, 200), (TENTH, 500))
        fa = self.export(move, "settlement_of_payments_of_the_month").Fa
        self.assertEqual(fa.RodzajFaktury, "ROZ")
        # The payments are part of the total: 530.00 is what is above them.
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "1000.00", "P_14_1": "230.00", "P_15": "1230.00"},
        )
        self.assertEqual(
            self.parts(fa), [(TENTH, "500.00", None), (TWELFTH, "200.00", None)]
        )
        self.assertEqual(fa.FakturaZaliczkowa, ())

    def test_payments_are_taken_over_by_a_button(self):
        other = self.new_partner("Inny S.A.")
        self.pay(500, TENTH)
        self.pay(200, TWELFTH)
        self.pay(300, date(2026, 2, 27))
        self.pay(400, date(2026, 3, 17))
        self.pay(70, TENTH, partner_id=other.id)
        move = self.sale(1000, l10n_pl_ksef_kind="ROZ", post=False, name="ROZ/1")
        as_accountant = move.with_user(self.accountant)
        as_accountant.action_l10n_pl_ksef_find_prepayments()
        as_accountant.action_l10n_pl_ksef_find_prepayments()
        self.assertEqual(
            move.l10n_pl_ksef_prepayment_ids.mapped(lambda one: (one.date, one.amount)),
            [(TENTH, 500), (TWELFTH, 200)],
        )
        as_accountant.action_post()
        self.assertEqual(len(self.export(move).Fa.ZaliczkaCzesciowa), 2)

    def test_payments_are_taken_over_up_to_the_total(self):
        self.pay(1000, TENTH)
        self.pay(1000, TWELFTH)
        move = self.sale(1000, l10n_pl_ksef_kind="ROZ", post=False)
        move.action_l10n_pl_ksef_find_prepayments()
        self.assertEqual(move.l10n_pl_ksef_prepayment_ids.mapped("amount"), [1000, 230])

    def test_credit_note_is_no_payment(self):
        refund = self.sale(100, move_type="out_refund", name="KOR/1")
        self.assertEqual(refund.amount_residual, 123)
        move = self.sale(1000, l10n_pl_ksef_kind="ROZ", post=False, name="ROZ/1")
        with self.assertRaises(UserError):
            move.action_l10n_pl_ksef_find_prepayments()

    def test_payments_are_typed_on_the_tab(self):
        move = self.sale(1000, post=False)
        with Form(move.with_user(self.accountant)) as form:
            form.l10n_pl_ksef_kind = "ROZ"
            with form.l10n_pl_ksef_prepayment_ids.new() as payment:
                payment.date = TENTH
                payment.amount = 500
        move.action_post()
        self.assertEqual(self.parts(self.export(move).Fa), [(TENTH, "500.00", None)])

    def test_payments_beyond_the_total_are_refused(self):
        move = self.settlement((TENTH, 1230.01))
        self.assertEqual(self.refuse(move), ["prepaid_beyond_the_total"])

    def test_payment_of_nothing_is_refused(self):
        move = self.settlement((TENTH, 0))
        self.assertEqual(self.refuse(move), ["prepayment_of_nothing"])

    def test_more_payments_than_the_schema_takes_are_refused(self):
        move = self.settlement(*[(TENTH, 10)] * 32)
        self.assertEqual(self.refuse(move), ["too_many_prepayments"])

    def test_payment_of_another_month_wants_an_advance_invoice(self):
        move = self.settlement((date(2026, 2, 27), 500))
        self.export(move, warnings=["prepayment_of_another_month"])

    def test_payment_after_the_supply_is_no_prepayment(self):
        move = self.settlement((TWELFTH, 500), delivery_date=TENTH)
        self.export(move, warnings=["prepayment_of_another_month"])

    def test_ordinary_invoice_tells_no_payments_before(self):
        move = self.sale(1000, l10n_pl_ksef_prepayment_ids=self.payments((TENTH, 500)))
        self.assertEqual(self.export(move).Fa.ZaliczkaCzesciowa, ())

    def test_settlement_in_euro_converts_payments_at_their_rates(self):
        self.rate(4.30)
        self.rate(4.20, day="2026-03-10")
        self.rate(4.40, day="2026-03-14")
        move = self.settlement((TENTH, 615), currency_id=self.eur.id)
        move.l10n_pl_ksef_prepayment_ids = self.payments((TENTH, 123), rate=4.25)
        fa = self.export(
            move,
            "settlement_of_payments_in_euro",
            warnings=["advance_at_another_rate"],
        ).Fa
        self.assertEqual(
            self.parts(fa),
            [(TENTH, "615.00", Decimal("4.2")), (TENTH, "123.00", Decimal("4.25"))],
        )
        # 115.00 * 4.20 + 23.00 * 4.25 + 92.00 * 4.40
        self.assertEqual(self.buckets(fa)["P_14_1W"], "985.55")

    # -- advance invoices --------------------------------------------------------
    def advance(self, *payments, **values):
        order_row = {
            "name": "Projekt",
            "price_unit": 1000,
            "tax_id": self.tax("vs_kraj_23").id,
        }
        return self.sale(
            self.row(200, name="Zaliczka"),
            l10n_pl_ksef_kind="ZAL",
            name="ZAL/1",
            l10n_pl_ksef_order_row_ids=[Command.create(order_row)],
            l10n_pl_ksef_prepayment_ids=self.payments(*payments),
            **values,
        )

    def test_advance_of_typed_payments(self):
        move = self.advance((TENTH, 100), (TWELFTH, 146))
        fa = self.export(move, "advance_of_typed_payments").Fa
        self.assertIsNone(fa.P_6)
        self.assertEqual(
            self.parts(fa), [(TENTH, "100.00", None), (TWELFTH, "146.00", None)]
        )

    def test_advance_of_one_typed_payment_tells_its_day(self):
        fa = self.export(self.advance((TENTH, 246))).Fa
        self.assertEqual(fa.P_6, TENTH)
        self.assertEqual(fa.ZaliczkaCzesciowa, ())

    def test_advance_in_other_parts_is_refused(self):
        move = self.advance((TENTH, 100), (TWELFTH, 100))
        self.assertEqual(self.refuse(move), ["advance_in_other_parts"])

    def test_advance_in_euro_converts_its_parts_at_their_rates(self):
        self.rate(4.30)
        self.rate(4.20, day="2026-03-10")
        self.rate(4.40, day="2026-03-14")
        move = self.advance((TENTH, 123), (TODAY, 123), currency_id=self.eur.id)
        fa = self.export(move, warnings=["advance_at_another_rate"]).Fa
        self.assertEqual(
            self.parts(fa),
            [(TENTH, "123.00", Decimal("4.2")), (TODAY, "123.00", Decimal("4.4"))],
        )
        # 23.00 * 4.20 + 23.00 * 4.40
        self.assertEqual(self.buckets(fa)["P_14_1W"], "197.80")

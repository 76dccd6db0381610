"""Rozliczenie: charges and deductions beside the total of an invoice."""

from odoo import Command
from odoo.tests import Form, tagged

from .fa3_common import Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Settlement(Fa3Common):
    def typed(self, *rows):
        return [
            Command.create({"direction": direction, "amount": amount, "reason": reason})
            for direction, amount, reason in rows
        ]

    def charged(self, *rows, invoice_rows=(100,), **values):
        return self.sale(
            *invoice_rows, l10n_pl_ksef_settlement_row_ids=self.typed(*rows), **values
        )

    def test_charges_and_deductions(self):
        move = self.charged(
            ("charge", 12.34, "Odsetki za zwłokę"),
            ("deduction", 20, "Nadpłata z lutego"),
            ("charge", 0.66, "Koszty upomnienia"),
        )
        fa = self.export(move, "charges_and_deductions").Fa
        self.assertEqual(self.buckets(fa)["P_15"], "123.00")
        self.assertEqual(
            [(str(one.Kwota), one.Powod) for one in fa.Rozliczenie.Obciazenia],
            [("12.34", "Odsetki za zwłokę"), ("0.66", "Koszty upomnienia")],
        )
        self.assert_fields(
            fa.Rozliczenie,
            SumaObciazen="13.00",
            SumaOdliczen="20.00",
            DoZaplaty="116.00",
            DoRozliczenia=None,
        )
        # The booked invoice knows nothing of it.
        self.assertEqual((move.amount_total, move.amount_residual), (123, 123))

    def test_more_deducted_than_is_due(self):
        move = self.charged(("deduction", 200, "Kompensata"))
        fa = self.export(move, "more_deducted_than_is_due").Fa
        self.assert_fields(
            fa.Rozliczenie,
            SumaObciazen=None,
            SumaOdliczen="200.00",
            DoZaplaty=None,
            DoRozliczenia="77.00",
        )

    def test_typed_rows_come_on_top_of_deposits(self):
        deposit = self.new_product(name="Kaucja", l10n_pl_ksef_is_deposit=True)
        row = self.row(0.5, False, quantity=10, product_id=deposit.id, name="Kaucja")
        move = self.charged(("charge", 1.5, "Odsetki"), invoice_rows=(100, row))
        fa = self.export(move, "charges_beside_a_deposit").Fa
        self.assert_fields(fa.Rozliczenie, SumaObciazen="6.50", DoZaplaty="129.50")

    def test_typed_on_the_tab(self):
        move = self.sale(100, post=False)
        with (
            Form(move.with_user(self.accountant)) as form,
            form.l10n_pl_ksef_settlement_row_ids.new() as row,
        ):
            row.direction = "deduction"
            row.amount = 23
            row.reason = "Nadpłata"
        move.action_post()
        self.assert_fields(self.export(move).Fa.Rozliczenie, DoZaplaty="100.00")

    def test_row_without_reason_is_refused(self):
        move = self.charged(("charge", 5, " "))
        self.assertEqual(self.refuse(move), ["charge_without_reason"])

    def test_row_of_nothing_is_refused(self):
        for amount in (0, -5):
            move = self.charged(("charge", amount, "Odsetki"), name=f"FV/{amount}")
            self.assertEqual(self.refuse(move), ["charge_of_nothing"])

    def test_more_rows_than_the_schema_takes_are_refused(self):
        move = self.charged(*[("charge", 1, "Opłata")] * 101)
        self.assertEqual(self.refuse(move), ["too_many_charges"])

    def test_copy_of_an_invoice_charges_nothing(self):
        move = self.charged(("charge", 5, "Odsetki"))
        self.assertFalse(move.copy().l10n_pl_ksef_settlement_row_ids)

"""Advance invoices and settlements without the Sales app: typed order, a button."""

from datetime import date

from odoo import Command
from odoo.tests import tagged

from .fa3_common import TODAY, Fa3Common

FIRST = "5260250274-20260301-0100A0B0C0D0-1F"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3AdvancesByHand(Fa3Common):
    def accept(self, move, number=FIRST):
        (prepared,) = move._l10n_pl_ksef_prepare().values()
        self.assertTrue(prepared.xml, prepared.problems)
        document = self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml)
        document.sudo().write({"state": "accepted", "ksef_number": number})
        return move

    def order_row(self, name, price, tax, quantity=1, **values):
        return Command.create(
            {
                "name": name,
                "price_unit": price,
                "quantity": quantity,
                "tax_id": self.tax(tax).id,
                "product_uom_id": self.uom_unit.id,
                **values,
            }
        )

    def advance(self, price=200, day=date(2026, 3, 2), name="ZAL/1", **values):
        rows = [
            self.order_row("Projekt", 1000, "vs_kraj_23"),
            self.order_row("Druk", 333.33, "vs_kraj_8", 2),
        ]
        values.setdefault("l10n_pl_ksef_order_row_ids", rows)
        return self.sale(
            self.row(price, name="Zaliczka"),
            l10n_pl_ksef_kind="ZAL",
            invoice_date=day,
            name=name,
            **values,
        )

    def settlement(self, advances, price=1000, name="ROZ/1", **values):
        move = self.sale(
            self.row(price, name="Projekt"),
            l10n_pl_ksef_kind="ROZ",
            l10n_pl_ksef_advance_ids=[Command.set(advances.ids)],
            name=name,
            post=False,
            **values,
        )
        as_accountant = move.with_user(self.accountant)
        if advances:
            as_accountant.action_l10n_pl_ksef_deduct_advances()
        as_accountant.action_post()
        return move

    def test_advance_with_a_typed_order(self):
        fa = self.export(self.advance(day=TODAY), "advance_by_hand").Fa
        self.assertEqual(fa.RodzajFaktury, "ZAL")
        self.assertEqual(fa.FaWiersz, ())
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "200.00", "P_14_1": "46.00", "P_15": "246.00"},
        )
        # 1230.00 + 666.66 + 53.33
        self.assertEqual(str(fa.Zamowienie.WartoscZamowienia), "1949.99")
        self.assertEqual(
            [
                (row.P_7Z, str(row.P_8BZ), str(row.P_9AZ), str(row.P_11VatZ))
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [("Projekt", "1", "1000", "230.00"), ("Druk", "2", "333.33", "53.33")],
        )

    def test_advance_without_an_order_is_refused(self):
        move = self.advance(day=TODAY, l10n_pl_ksef_order_row_ids=[])
        self.assertEqual(self.refuse(move), ["advance_without_order"])

    def test_typed_order_row_without_tax_is_refused(self):
        row = self.order_row("Projekt", 1000, "vs_kraj_23", tax_id=False)
        move = self.advance(day=TODAY, l10n_pl_ksef_order_row_ids=[row])
        self.assertIn("order_row_without_rate", self.refuse(move))

    def test_settlement_deducts_by_a_button(self):
        advance = self.accept(self.advance())
        move = self.settlement(advance)
        fa = self.export(move, "settlement_by_hand").Fa
        self.assertEqual(fa.RodzajFaktury, "ROZ")
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "800.00", "P_14_1": "184.00", "P_15": "984.00"},
        )
        self.assertEqual(
            [(row.P_7, str(row.P_11)) for row in fa.FaWiersz], [("Projekt", "1000.00")]
        )
        (reference,) = fa.FakturaZaliczkowa
        self.assertEqual(reference.NrKSeFFaZaliczkowej, FIRST)

    def test_button_pressed_twice_deducts_once(self):
        advance = self.accept(self.advance())
        move = self.sale(
            1000,
            l10n_pl_ksef_kind="ROZ",
            l10n_pl_ksef_advance_ids=[Command.set(advance.ids)],
            post=False,
        )
        move.action_l10n_pl_ksef_deduct_advances()
        move.action_l10n_pl_ksef_deduct_advances()
        self.assertEqual(move.amount_untaxed, 800)

    def test_advance_deducted_by_two_settlements_is_refused(self):
        advance = self.accept(self.advance())
        self.settlement(advance, name="ROZ/1")
        second = self.settlement(advance, name="ROZ/2")
        self.assertEqual(self.refuse(second), ["advance_wrongly_deducted"])

    def test_settlement_that_names_no_advance_is_refused(self):
        move = self.settlement(self.env["account.move"])
        self.assertEqual(self.refuse(move), ["nothing_settled"])

    def test_settlement_of_an_advance_of_another_program(self):
        move = self.sale(
            self.row(1000, name="Projekt"),
            self.row(-200, name="Zaliczka", l10n_pl_ksef_is_advance=True),
            name="ROZ/1",
            l10n_pl_ksef_reference_ids=[
                Command.create({"kind": "advance", "number": "Z/1/2025"}),
                Command.create({"kind": "advance", "ksef_number": FIRST}),
            ],
        )
        fa = self.export(move, "settlement_of_foreign_advances").Fa
        # Rows that deduct an advance tell the kind by themselves.
        self.assertEqual(fa.RodzajFaktury, "ROZ")
        self.assertEqual(
            [
                (one.NrFaZaliczkowej, one.NrKSeFFaZaliczkowej)
                for one in fa.FakturaZaliczkowa
            ],
            [("Z/1/2025", None), (None, FIRST)],
        )

    def test_last_advance_names_the_earlier_one(self):
        first = self.accept(self.advance(day=date(2026, 3, 2)))
        order = [self.order_row("Projekt", 1000, "vs_kraj_23")]
        first.l10n_pl_ksef_order_row_ids[1].unlink()
        last = self.advance(
            800,
            day=TODAY,
            name="ZAL/2",
            l10n_pl_ksef_order_row_ids=order,
            l10n_pl_ksef_advance_ids=[Command.set(first.ids)],
        )
        (reference,) = self.export(last, "last_advance_by_hand").Fa.FakturaZaliczkowa
        self.assertEqual(reference.NrKSeFFaZaliczkowej, FIRST)

    # -- corrections -------------------------------------------------------------
    def refund(self, move, day=TODAY, name="KOR/1", quantity=None):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": "Zwrot", "date": day, "journal_id": move.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.name = name
        if quantity:
            refund.invoice_line_ids.quantity = quantity
        return refund

    def test_advance_given_back_and_order_changed(self):
        advance = self.accept(self.advance())
        refund = self.refund(advance)
        refund.l10n_pl_ksef_order_row_ids[1].quantity = 1
        refund.action_post()
        fa = self.export(refund, "advance_by_hand_given_back").Fa
        self.assertEqual(fa.RodzajFaktury, "KOR_ZAL")
        self.assertEqual(str(fa.P_15ZK), "246.00")
        self.assertEqual(str(fa.P_15), "-246.00")
        self.assertEqual(
            [
                (row.P_7Z, str(row.P_8BZ), bool(row.StanPrzedZ))
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [
                ("Projekt", "1", True),
                ("Druk", "2", True),
                ("Projekt", "1", False),
                ("Druk", "1", False),
            ],
        )

    def test_second_correction_starts_from_what_the_first_left(self):
        advance = self.accept(self.advance())
        first = self.refund(advance, day=date(2026, 3, 10), quantity=0.5)
        first.l10n_pl_ksef_order_row_ids[1].quantity = 1
        first.action_post()
        self.accept(first, FIRST.replace("0301", "0310"))
        second = self.refund(advance, name="KOR/2", quantity=0.25)
        second.l10n_pl_ksef_order_row_ids[1].unlink()
        second.action_post()
        fa = self.export(second).Fa
        self.assertEqual(str(fa.P_15ZK), "123.00")
        self.assertEqual(
            [
                (row.P_7Z, str(row.P_8BZ), bool(row.StanPrzedZ))
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [("Projekt", "1", True), ("Druk", "1", True), ("Projekt", "1", False)],
        )

    def test_correction_of_an_advance_of_another_program(self):
        move = self.sale(
            self.row(100, name="Zaliczka"),
            move_type="out_refund",
            name="KOR/1",
            l10n_pl_ksef_kind="KOR_ZAL",
            l10n_pl_ksef_origin_number="Z/1/2026",
            l10n_pl_ksef_origin_date=date(2026, 2, 3),
            l10n_pl_ksef_origin_ksef_number=FIRST,
            l10n_pl_ksef_gross_before=246,
            l10n_pl_ksef_order_row_ids=[
                self.order_row("Projekt", 1000, "vs_kraj_23", is_before=True),
                self.order_row("Projekt", 900, "vs_kraj_23"),
            ],
        )
        fa = self.export(move, "advance_of_another_program_corrected").Fa
        self.assertEqual(str(fa.P_15ZK), "246.00")
        self.assertEqual(
            [
                (str(row.P_11NettoZ), bool(row.StanPrzedZ))
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [("1000.00", True), ("900.00", False)],
        )

    def test_correction_of_an_advance_of_another_program_needs_its_amount(self):
        move = self.sale(
            self.row(100, name="Zaliczka"),
            move_type="out_refund",
            l10n_pl_ksef_kind="KOR_ZAL",
            l10n_pl_ksef_origin_number="Z/1/2026",
            l10n_pl_ksef_origin_date=date(2026, 2, 3),
            l10n_pl_ksef_order_row_ids=[
                self.order_row("Projekt", 900, "vs_kraj_23"),
            ],
        )
        self.assertEqual(self.refuse(move), ["no_amount_before"])

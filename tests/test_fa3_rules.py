"""Rules that ordinary use of Odoo rarely breaks: wrong data written past its checks."""

from datetime import date

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .fa3_common import TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Rules(Fa3Common):
    def past_the_checks(self, record, **values):
        """Write columns that Odoo would compute or refuse."""
        self.env.flush_all()
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL.identifier(name),
                    value,
                    record.id,
                )
            )
        self.env.invalidate_all()

    def codes(self, move):
        return [problem.code for problem in self.prepare(move).problems]

    def test_eu_number_that_is_too_long(self):
        buyer = self.new_partner("Käufer", country_id=self.env.ref("base.de").id)
        self.past_the_checks(buyer, vat="DE1234567890123")
        move = self.sale(self.row(500, "vs_unia"), partner_id=buyer.id)
        self.assertEqual(self.refuse(move), ["buyer_eu_number"])

    def test_seller_without_address(self):
        move = self.sale(100)
        seller = self.company.partner_id
        seller.write({"street": False, "zip": False, "city": False})
        self.assertEqual(self.refuse(move), ["seller_address"])

    def test_invoice_without_date(self):
        move = self.sale(100)
        self.past_the_checks(move, invoice_date=None)
        self.assertIn("no_date", self.refuse(move))

    def test_corrected_invoice_without_date(self):
        move = self.sale(
            100, move_type="out_refund", l10n_pl_ksef_origin_number="FV/7/2025"
        )
        self.assertEqual(self.refuse(move), ["origin_without_date"])

    def test_row_without_name(self):
        move = self.sale(100)
        self.past_the_checks(move.invoice_line_ids, name=" ")
        self.assertIn("row_without_name", self.refuse(move))

    def test_total_of_the_books_is_another_one(self):
        move = self.sale(100)
        self.past_the_checks(move, amount_total_in_currency_signed=124)
        self.assertEqual(self.refuse(move), ["total"])

    def test_tax_that_is_not_its_rate_is_warned_of(self):
        move = self.sale(100)
        tax = move.line_ids.filtered("tax_line_id")
        self.past_the_checks(tax, amount_currency=-24, balance=-24)
        self.past_the_checks(
            move, amount_total_in_currency_signed=124, amount_total=124
        )
        self.assertEqual(self.codes(move), ["tax_off_rate"])

    def test_tax_rounded_to_whole_yen_is_not_warned_of(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        self.rate(0.0265, yen)
        self.assertEqual(self.codes(self.sale(102, currency_id=yen.id)), [])

    def test_tax_in_pln_that_is_not_the_rate_is_warned_of(self):
        self.rate(4.25)
        move = self.sale(100, currency_id=self.eur.id)
        self.assertEqual(self.codes(move), [])
        tax = move.line_ids.filtered("tax_line_id")
        self.past_the_checks(tax, balance=-98.75)
        self.assertEqual(self.codes(move), ["local_tax"])

    def test_gross_rows_against_base_and_tax(self):
        tax = self.tax("vs_kraj_23").copy(
            {"name": "23% brutto", "price_include_override": "tax_included"}
        )
        move = self.sale(self.row(123, tax))
        self.past_the_checks(move.invoice_line_ids, price_total=125)
        self.assertIn("gross_rows", self.refuse(move))

    def test_rows_before_and_after_that_can_not_be_told_are_warned_of(self):
        origin = self.sale(
            self.row(25, quantity=10), invoice_date="2026-01-20", name="FV/2026/01/001"
        )
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=origin.ids)
            .create({"date": TODAY, "journal_id": origin.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.write(
            {
                "name": "KOR/2026/03/001",
                "l10n_pl_ksef_correction_style": "pairs",
                "invoice_line_ids": [
                    Command.update(refund.invoice_line_ids.id, {"quantity": 1}),
                    self.row(10, name="Rabat"),
                ],
            }
        )
        refund.action_post()
        rows = self.export(refund, warnings=["pairs_impossible"]).Fa.FaWiersz
        self.assertEqual([row.StanPrzed for row in rows], [None, None])

    def test_vehicle_sold_at_home_is_warned_of(self):
        move = self.sale(50000, post=False)
        move.l10n_pl_ksef_vehicle_ids = [
            Command.create(
                {
                    "line_id": move.invoice_line_ids.id,
                    "first_used": date(2026, 3, 1),
                    "usage": "10 km",
                }
            )
        ]
        move.action_post()
        self.assertEqual(self.codes(move), ["vehicle_at_home"])

"""The KSeF tab of an invoice, filled in as an accountant does it."""

from datetime import date

from odoo import Command
from odoo.tests import Form, tagged

from .fa3_common import TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Tab(Fa3Common):
    def form(self, move):
        return Form(move.with_user(self.accountant))

    def test_order_transport_and_attachment_are_typed(self):
        move = self.sale(self.row(200, name="Zaliczka"), post=False)
        with self.form(move) as form:
            form.l10n_pl_ksef_kind = "ZAL"
            with form.l10n_pl_ksef_order_row_ids.new() as row:
                row.name = "Projekt"
                row.price_unit = 1000
                row.tax_id = self.tax("vs_kraj_23")
            with form.l10n_pl_ksef_reference_ids.new() as reference:
                reference.kind = "order"
                reference.number = "PO-1"
            with form.l10n_pl_ksef_transport_ids.new() as transport:
                transport.kind = "1"
                transport.to_partner_id = self.buyer
            with form.l10n_pl_ksef_attachment_ids.new() as block:
                block.title = "Odczyty"
                with block.entry_ids.new() as entry:
                    entry.key = "Licznik"
                    entry.value = "4711"
                with block.table_ids.new() as table:
                    table.content = "Dzień;kWh\n2026-03-01;12"
        move.action_post()
        invoice = self.export(move, warnings=["attachment_not_notified"])
        self.assertEqual(str(invoice.Fa.Zamowienie.WartoscZamowienia), "1230.00")
        self.assertEqual(invoice.Fa.WarunkiTransakcji.Transport[0].RodzajTransportu, 1)
        (block,) = invoice.Zalacznik.BlokDanych
        self.assertEqual(block.Tabela[0].Wiersz[0].WKom, ("2026-03-01", "12"))

    def test_vehicle_is_typed_for_a_row(self):
        buyer = self.new_partner(
            "Käufer GmbH", vat="DE136695976", country_id=self.env.ref("base.de").id
        )
        product = self.new_product(name="Jacht", l10n_pl_ksef_new_transport="water")
        row = self.row(50000, "vs_unia", product_id=product.id)
        move = self.sale(row, partner_id=buyer.id, post=False)
        with self.form(move) as form, form.l10n_pl_ksef_vehicle_ids.new() as vehicle:
            vehicle.line_id = move.invoice_line_ids
            # The product tells what it is.
            self.assertEqual(vehicle.kind, "water")
            vehicle.first_used = date(2026, 3, 1)
            vehicle.usage = "12 h"
        move.action_post()
        mark = self.export(move).Fa.Adnotacje.NoweSrodkiTransportu
        self.assertEqual(mark.NowySrodekTransportu[0].P_22C, "12 h")

    def test_vehicles_are_typed_before_the_invoice_is_saved(self):
        buyer = self.new_partner(
            "Käufer GmbH", vat="DE136695976", country_id=self.env.ref("base.de").id
        )
        yacht = self.new_product(name="Jacht", l10n_pl_ksef_new_transport="water")
        moves = self.env["account.move"].with_user(self.accountant)
        form = Form(moves.with_context(default_move_type="out_invoice"))
        form.partner_id = buyer
        form.invoice_date = TODAY
        for name, product in (("Cuma", self.new_product()), ("Jacht", yacht)):
            with form.invoice_line_ids.new() as row:
                row.product_id = product
                row.name = name
                row.price_unit = 50000
                row.tax_ids.clear()
                row.tax_ids.add(self.tax("vs_unia"))
        with form.l10n_pl_ksef_vehicle_ids.new() as vehicle:
            vehicle.kind = "water"
            vehicle.first_used = date(2026, 3, 1)
            vehicle.usage = "12 h"
        move = form.save()
        move.action_post()
        (sold,) = self.export(
            move
        ).Fa.Adnotacje.NoweSrodkiTransportu.NowySrodekTransportu
        self.assertEqual((sold.P_NrWierszaNST, sold.P_22C), (2, "12 h"))

    def test_vehicle_that_no_row_sells_is_refused(self):
        vehicles = [
            Command.create({"first_used": "2026-03-01", "usage": "1 km"}),
            Command.create({"first_used": "2026-03-01", "usage": "2 km"}),
        ]
        move = self.sale(100, l10n_pl_ksef_vehicle_ids=vehicles)
        self.assertEqual(self.refuse(move), ["vehicle_of_no_row"])

    def test_ordinary_invoice_needs_nothing_of_it(self):
        form = self.form(self.sale(100, post=False))
        for name in (
            "kind",
            "authorised_id",
            "agreed_rate",
            "delivery_notes",
            "lots",
            "payment_form",
            "intermediary",
        ):
            self.assertFalse(form[f"l10n_pl_ksef_{name}"])

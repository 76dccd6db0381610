"""The KSeF tab of an invoice, filled in as an accountant does it."""

from datetime import date

from odoo.tests import Form, tagged

from .fa3_common import Fa3Common


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

"""Delivery notes and lots of Odoo's Inventory on the structured invoice."""

from odoo import Command
from odoo.tests import tagged

from .fa3_common import TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Deliveries(Fa3Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ensure_installed("sale_stock")
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")
        cls.env.user.group_ids += cls.env.ref("stock.group_stock_manager")

    def delivered(self):
        """Order, deliver and invoice three pieces of a lot."""
        product = self.new_product(
            name="Mleko", is_storable=True, tracking="lot", invoice_policy="order"
        )
        lot = self.env["stock.lot"].create({"name": "P-17", "product_id": product.id})
        place = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, place.lot_stock_id, 3, lot_id=lot
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.buyer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 3,
                            "price_unit": 10,
                            "tax_ids": [Command.set(self.tax("vs_kraj_23").ids)],
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.action_assign()
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        move = order._create_invoices()
        move.write({"invoice_date": TODAY, "name": "FV/2026/03/001"})
        move.action_post()
        return move, picking

    def test_delivery_note_of_inventory_is_named(self):
        move, picking = self.delivered()
        fa = self.export(move).Fa
        self.assertEqual(fa.WZ, (picking.name,))
        self.assertEqual(fa.WarunkiTransakcji.NrPartiiTowaru, ())

    def test_lots_are_named_by_setting(self):
        self.company.l10n_pl_ksef_show_lots = True
        move, _picking = self.delivered()
        self.assertEqual(
            self.export(move).Fa.WarunkiTransakcji.NrPartiiTowaru, ("P-17",)
        )

    def test_neither_where_switched_off(self):
        self.company.l10n_pl_ksef_show_deliveries = False
        move, _picking = self.delivered()
        self.assertEqual(self.export(move).Fa.WZ, ())

    def test_what_was_typed_comes_first(self):
        move, _picking = self.delivered()
        move.l10n_pl_ksef_delivery_notes = "WZ/5"
        self.assertEqual(self.export(move).Fa.WZ, ("WZ/5",))

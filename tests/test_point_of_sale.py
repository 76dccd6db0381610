"""Invoices of Point of Sale: to a receipt, sent and blocked like any other."""

from odoo import Command
from odoo.exceptions import RedirectWarning
from odoo.tests import tagged

from .fa3_common import Fa3Common
from .sending_common import SendingCommon


class AtTheTill:
    """A shop; ``env`` may do there what its manager may."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ensure_installed("point_of_sale")
        system = getattr(cls, "system", cls.env)
        users = cls.env.user.sudo() | system.user
        users.group_ids |= system.ref("point_of_sale.group_pos_manager")
        tax = system["account.chart.template"].ref("vs_kraj_23")
        cls.config = system["pos.config"].create({"name": "Sklep"}).with_env(cls.env)
        cls.product = system["product.product"].create(
            {
                "name": "Kubek",
                "available_in_pos": True,
                "taxes_id": [Command.set(tax.ids)],
            }
        )

    def order(self, partner, price=100, **values):
        """Return an order of the till, paid in cash."""
        if not self.config.current_session_id:
            self.config.open_ui()
        order = self.env["pos.order"].create(
            {
                "session_id": self.config.current_session_id.id,
                "company_id": self.company.id,
                "partner_id": partner.id,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_tax": 0,
                "amount_return": 0,
                "lines": [
                    Command.create(
                        {
                            "product_id": self.product.id,
                            "qty": 1,
                            "price_unit": price,
                            "price_subtotal": price,
                            "price_subtotal_incl": 0,
                            "tax_ids": [Command.set(self.product.taxes_id.ids)],
                        }
                    )
                ],
                **values,
            }
        )
        order.lines._onchange_amount_line_all()
        order._compute_prices()
        self.pay(order)
        return order

    def pay(self, order):
        order = order.with_context(active_id=order.id, active_ids=order.ids)
        cash = self.config.payment_method_ids.filtered("is_cash_count")[:1]
        order.env["pos.make.payment"].create({"payment_method_id": cash.id}).check()

    def invoiced(self, order):
        order.action_pos_order_invoice()
        return order.account_move


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3PointOfSale(AtTheTill, Fa3Common):
    def test_invoice_of_a_receipt(self):
        move = self.invoiced(self.order(self.buyer))
        self.assertEqual(move.state, "posted")
        fa = self.export(move).Fa
        self.assertTrue(fa.FP)
        self.assertEqual(self.buckets(fa)["P_15"], "123.00")
        self.assertTrue(fa.Platnosc.Zaplacono)

    def test_invoice_at_the_till(self):
        order = self.order(self.buyer, to_invoice=True)
        move = order.account_move or self.invoiced(order)
        self.assertTrue(self.export(move).Fa.FP)

    def test_invoice_without_fiscal_receipts_by_setting(self):
        self.company.l10n_pl_ksef_pos_receipts = False
        self.assertFalse(self.export(self.invoiced(self.order(self.buyer))).Fa.FP)

    def test_refund_at_the_till_follows_its_invoice(self):
        order = self.order(self.buyer)
        self.invoiced(order).l10n_pl_ksef_outside = True
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        self.pay(refund)
        fa = self.export(self.invoiced(refund)).Fa
        self.assertEqual(fa.RodzajFaktury, "KOR")
        self.assertEqual(self.buckets(fa)["P_15"], "-123.00")
        self.assertTrue(fa.FP)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPointOfSaleSending(AtTheTill, SendingCommon):
    def test_invoice_is_sent_by_itself(self):
        self.company.sudo().l10n_pl_ksef_sending = "pl_companies"
        move = self.invoiced(self.order(self.partner_company))
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_invoice_that_ksef_could_not_take_is_not_posted(self):
        self.company.sudo().l10n_pl_ksef_sending = "pl_companies"
        self.partner_company.vat = False
        order = self.order(self.partner_company)
        with self.assertRaises(RedirectWarning):
            order.action_pos_order_invoice()

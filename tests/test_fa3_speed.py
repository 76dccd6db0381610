"""How many queries an invoice costs, and that wrong ones do not cost the others."""

from odoo.tests import tagged

from .fa3_common import Fa3Common

INVOICES = 20
QUERIES_PER_INVOICE = 2


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Speed(Fa3Common):
    def test_queries_of_a_batch(self):
        products = [self.new_product(name=f"Towar {number}") for number in range(10)]
        buyers = [
            self.new_partner(f"Nabywca {number}", vat="PL8567346215")
            for number in range(INVOICES)
        ]
        moves = self.env["account.move"]
        for number, buyer in enumerate(buyers):
            rows = [
                self.row(
                    10 + position,
                    quantity=position + 1,
                    product_id=products[(number + position) % 10].id,
                )
                for position in range(5)
            ]
            name = f"FV/2026/03/{number + 1:03}"
            moves |= self.sale(*rows, partner_id=buyer.id, name=name)
        self.env.flush_all()
        self.env.invalidate_all()
        moves = moves.with_user(self.accountant)
        before = self.env.cr.sql_log_count
        prepared = moves._l10n_pl_ksef_prepare()
        queries = self.env.cr.sql_log_count - before
        self.assertTrue(all(one.xml for one in prepared.values()))
        self.assertLessEqual(queries, INVOICES * QUERIES_PER_INVOICE)

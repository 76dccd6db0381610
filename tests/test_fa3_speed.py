"""How many queries an invoice costs, and that wrong ones do not cost the others."""

from odoo.models import BaseModel
from odoo.tests import tagged

from ..models.fa3.fa3_reads import READS
from .fa3_common import Fa3Common

INVOICES = 20
QUERIES_PER_INVOICE = 2
#: of an invoice by itself, when products, taxes and partners were read already; the
#: lists of the KSeF tab (terms, transport, attachment ...) cost one together.
QUERIES_ALONE = 9


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Speed(Fa3Common):
    def make_invoices(self):
        """Return invoices of different buyers that share products."""
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
        return moves.with_user(self.accountant)

    def prepare(self, moves):
        """Return how many queries the files cost."""
        before = self.env.cr.sql_log_count
        prepared = moves._l10n_pl_ksef_prepare()
        self.assertTrue(all(one.xml for one in prepared.values()))
        return self.env.cr.sql_log_count - before

    def test_queries_of_a_batch(self):
        queries = self.prepare(self.make_invoices())
        self.assertLessEqual(queries, INVOICES * QUERIES_PER_INVOICE)

    def test_queries_of_one_invoice_after_others(self):
        moves = self.make_invoices()
        self.prepare(moves[:-1])
        self.assertLessEqual(self.prepare(moves[-1].with_prefetch()), QUERIES_ALONE)

    def test_an_ordinary_invoice_reads_the_listed_columns_only(self):
        # One field beyond the list fetches all the others of the record.
        moves = self.make_invoices()
        read = []
        plain = BaseModel._fetch_query

        def watched(records, query, fields):
            read.extend((records._name, field.name) for field in fields)
            return plain(records, query, fields)

        self.patch(BaseModel, "_fetch_query", watched)
        self.prepare(moves)
        listed = {(model, name) for model, names in READS.items() for name in names}
        models = {"account.move", "res.company", "res.partner", "account.tax"}
        beyond = {each for each in read if each[0] in models} - listed
        self.assertEqual(beyond, set())

    def test_handing_over_writes_nothing_else_on_the_invoice(self):
        # Odoo looks for changed totals after each write: it cost more than the file.
        moves = self.make_invoices()
        writes = []
        plain = type(moves).write

        def watched(records, values):
            writes.append((records._name, values))
            return plain(records, values)

        self.patch(type(moves), "write", watched)
        moves._l10n_pl_ksef_note_problems()
        self.assertEqual(writes, [])

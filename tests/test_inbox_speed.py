"""What one bill costs: queries, beside those of a bare bill of the same lines."""

from odoo import Command
from odoo.tests import tagged

from .fa3_import_common import row
from .inbox_common import InboxCommon

COUNT = 5
#: finding supplier, twins, rules, taxes and products; file, note and row.
MOST_MORE = 45


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxSpeed(InboxCommon):
    def received(self):
        """Return the rows of invoices of five lines that nobody has looked at yet."""
        lines = tuple(
            row(
                NrWierszaFa=n, P_7=f"Towar {n}", P_8B=1, P_9A="20", P_11="20", P_12="23"
            )
            for n in range(1, 6)
        )
        numbers = (f"FV/{n}" for n in range(COUNT + 1))
        self.issue(*numbers, net="100.00", FaWiersz=lines)
        self.company._l10n_pl_ksef_fetch_now()
        self.run_fetcher()
        rows = self.inbox.sorted("id")
        self.assertEqual(set(rows.mapped("is_read")), {False})
        return rows

    def queries(self, work, *args):
        """Return the queries of a piece of work that ends with a commit."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def bare(self, bill):
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": bill.partner_id.id,
                "ref": f"{bill.ref} bis",
                "invoice_date": bill.invoice_date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": line.name,
                            "price_unit": line.price_unit,
                            "tax_ids": [Command.set(line.tax_ids.ids)],
                        }
                    )
                    for line in bill.invoice_line_ids
                ],
            }
        )

    def test_bill_costs_few_queries_more_than_a_bare_one(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        first, *others = self.received().sudo()
        books = {}
        first._digest(books)
        ours = [self.queries(one._digest, books) for one in others]
        bare = [self.queries(self.bare, one.move_id) for one in others]
        self.assertEqual({len(one.move_id.invoice_line_ids) for one in others}, {5})
        self.assertLessEqual(max(ours), max(bare) + MOST_MORE)

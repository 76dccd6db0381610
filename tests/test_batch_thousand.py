"""One bad invoice in a package of a thousand harms no other."""

import time

from odoo.tests import tagged
from odoo.tools import SQL

from .sending_common import SendingCommon

COUNT = 1000
_KEPT_APART = ("id", "name", "sequence_number", "access_token")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBatchThousand(SendingCommon):
    def copies(self, move, count):
        """Copy a posted invoice in the database, bookings left out."""
        self.env.flush_all()
        columns = self.env.execute_query(
            SQL(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'account_move'"
                " AND table_schema = current_schema AND column_name NOT IN %s",
                _KEPT_APART,
            )
        )
        names = SQL(", ").join(SQL.identifier(name) for (name,) in columns)
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO account_move (name, sequence_number, %s)"
                " SELECT 'MANY/' || number, number, %s FROM account_move,"
                " generate_series(1, %s) AS number WHERE account_move.id = %s"
                " RETURNING id",
                names,
                names,
                count,
                move.id,
            )
        )
        return self.env["account.move"].browse(sorted(row[0] for row in rows))

    def queue(self, moves, xml, number, bad):
        """Queue a file of each move, one of them against the schema."""
        documents = self.env["l10n_pl_ksef.document"]
        for move in moves:
            own = xml.replace(number, move.name.encode())
            if move == bad:
                own = own.replace(b"</Faktura>", b"<X/></Faktura>")
            documents._freeze(move, own)

    def wait_for_verdict(self, move):
        """Let KSeF check the package for as long as it takes on this machine."""
        for _look in range(12):
            if move.l10n_pl_ksef_state != "processing":
                break
            time.sleep(3)
            self.time_passes()
            self.run_sender()

    def test_one_bad_of_a_thousand(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id.sudo()
        xml = document._kept_bytes("xml")
        document.unlink()
        moves = self.copies(move, COUNT)
        bad = moves[COUNT // 2]
        self.queue(moves, xml, move.name.encode(), bad)
        self.run_sender()
        self.wait_for_verdict(bad)
        self.assertEqual(len(moves.l10n_pl_ksef_document_ids.session_id), 1)
        self.assertEqual(bad.l10n_pl_ksef_state, "rejected")
        self.assertEqual(bad.l10n_pl_ksef_document_id.code, "450")
        self.assertInKsefOnce(moves - bad)
        self.assertTrue(all((moves - bad).mapped("l10n_pl_ksef_has_upo")))
        self.assertLess(len(self.requests()), 40)

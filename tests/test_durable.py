"""The company's turn is given back, whatever happens in it."""

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.durable import company_turn


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompanyTurn(TransactionCase):
    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        cr = self.enterContext(self.registry.cursor())
        self.company = api.Environment(cr, SUPERUSER_ID, {})["res.company"].browse(
            self.env.company.id
        )

    def held(self):
        self.company.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND objid = %s AND pid = pg_backend_pid()",
            [self.company.id],
        )
        return self.company.env.cr.fetchone()[0]

    def test_turn_is_held_and_given_back(self):
        with company_turn(self.company) as mine:
            self.assertTrue(mine)
            self.assertEqual(self.held(), 1)
        self.assertEqual(self.held(), 0)

    def test_turn_is_given_back_after_a_failure(self):
        with self.assertRaises(ZeroDivisionError), company_turn(self.company):
            raise ZeroDivisionError
        self.assertEqual(self.held(), 0)

    @mute_logger("odoo.sql_db")
    def test_turn_is_given_back_when_the_transaction_is_broken(self):
        with self.assertRaises(psycopg2.Error), company_turn(self.company):
            self.company.env.cr.execute("SELECT nothing FROM nowhere")
        self.assertEqual(self.held(), 0)

"""The company's turn is given back, whatever happens in it."""

from contextlib import contextmanager, suppress

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ..models.common.durable import company_turn


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompanyTurn(TransactionCase):
    @contextmanager
    def worker(self):
        """Yield the company as a worker with a cursor of its own has it."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            yield env["res.company"].browse(self.env.company.id)

    def held(self, company):
        company.env.cr.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND objid = %s AND pid = pg_backend_pid()",
            [company.id],
        )
        return company.env.cr.fetchone()[0]

    def test_turn_is_held_and_given_back(self):
        with self.worker() as company:
            with company_turn(company) as mine:
                self.assertTrue(mine)
                self.assertEqual(self.held(company), 1)
            self.assertEqual(self.held(company), 0)

    def test_turn_is_given_back_after_a_failure(self):
        with self.worker() as company:
            with suppress(ZeroDivisionError), company_turn(company):
                raise ZeroDivisionError
            self.assertEqual(self.held(company), 0)

    @mute_logger("odoo.sql_db")
    def test_turn_is_given_back_when_the_transaction_is_broken(self):
        with self.worker() as company:
            with suppress(psycopg2.Error), company_turn(company):
                company.env.cr.execute("SELECT nothing FROM nowhere")
            self.assertEqual(self.held(company), 0)

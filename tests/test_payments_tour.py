"""A browser, an accountant: two bills, one identifier, one transfer."""

from unittest.mock import patch

from odoo import api
from odoo.tests import HttpCase, tagged

from .test_payments import PaymentsCommon


def ksef_tour_collective(moves):
    """Do what the scheduler does, when the tour asks for it."""
    moves.env["l10n_pl_ksef.collective"].sudo()._cron_make_collective()
    return True


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPaymentsTour(PaymentsCommon, HttpCase):
    def test_tour_payments(self):
        self.company.sudo().l10n_pl_ksef_payment_numbers = "always"
        bills = self.bills("FV/first", "FV/second")
        model = self.env.registry["account.move"]
        method = api.model(ksef_tour_collective)
        with patch.object(model, "ksef_tour_collective", method, create=True):
            self.start_tour(
                "/odoo/action-account.action_move_in_invoice_type",
                "l10n_pl_ksef_payments",
                login=self.accountant.login,
            )
        row = bills.l10n_pl_ksef_collective_ids
        self.assertEqual(row.state, "made")
        payments = bills.matched_payment_ids
        self.assertEqual(payments.mapped("memo"), [row.number])

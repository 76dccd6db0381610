"""A browser, an accountant, a KSeF: answers that come by themselves."""

from unittest.mock import patch

from odoo import api
from odoo.tests import HttpCase, tagged

from .sending_common import SendingCommon


def ksef_tour_cron(moves):
    """Do what the scheduler does, when the tour asks for it."""
    moves.env["l10n_pl_ksef.document"].sudo()._cron_send_documents()
    return True


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTour(SendingCommon, HttpCase):
    def setUp(self):
        super().setUp()
        model = self.env.registry["account.move"]
        self.enterContext(
            patch.object(
                model, "ksef_tour_cron", api.model(ksef_tour_cron), create=True
            )
        )

    def test_tour_send_from_the_form(self):
        move = self.invoice()
        url = f"/odoo/customer-invoices/{move.id}"
        self.start_tour(url, "l10n_pl_ksef_send_form", login=self.accountant.login)
        self.assertInKsefOnce(move)

    def test_tour_send_from_the_list(self):
        moves = self.invoices(2)
        url = "/odoo/customer-invoices"
        self.start_tour(url, "l10n_pl_ksef_send_list", login=self.accountant.login)
        self.assertInKsefOnce(moves)

    def test_tour_preview_of_a_filled_in_tab(self):
        move = self.invoice()
        move.button_draft()
        url = f"/odoo/customer-invoices/{move.id}"
        self.start_tour(url, "l10n_pl_ksef_preview", login=self.accountant.login)
        self.assertEqual(move.l10n_pl_ksef_lots, "LOT-7")

    def test_tour_issue_offline(self):
        move = self.invoice()
        url = f"/odoo/customer-invoices/{move.id}"
        self.start_tour(url, "l10n_pl_ksef_offline", login=self.accountant.login)
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")

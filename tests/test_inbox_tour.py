"""A browser, an accountant, suppliers: from KSeF to the bill without a reload."""

from unittest.mock import patch

from odoo import api
from odoo.tests import HttpCase, tagged

from ..ksef.deadlines import today_in_warsaw
from .inbox_common import InboxCommon


def ksef_tour_fetch(moves):
    """Do what the scheduler does, when the tour asks for it."""
    moves.env["l10n_pl_ksef.fetch"].sudo()._cron_fetch_invoices()
    moves.env["l10n_pl_ksef.inbound"].sudo()._cron_book_inbound()
    return True


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxTour(InboxCommon, HttpCase):
    def setUp(self):
        super().setUp()
        model = self.env.registry["account.move"]
        self.enterContext(
            patch.object(
                model, "ksef_tour_fetch", api.model(ksef_tour_fetch), create=True
            )
        )

    def test_tour_inbox(self):
        self.issue("FV/ours", "FV/typed", "FV/strange")
        bill = self.bill_by_hand("FV typed", 100.5, invoice_date=today_in_warsaw())
        login = self.accountant.login
        self.start_tour("/odoo/ksef-inbox", "l10n_pl_ksef_inbox", login=login)
        states = {row.invoice_number: row.state for row in self.inbox}
        self.assertEqual(
            states,
            {"FV/ours": "created", "FV/typed": "merged", "FV/strange": "not_ours"},
        )
        self.assertEqual(bill.l10n_pl_ksef_inbound_ids.invoice_number, "FV/typed")

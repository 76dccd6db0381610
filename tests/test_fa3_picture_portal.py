"""The picture in the portal: for the other party, with its link, for nobody else."""

from odoo.tests import HttpCase, tagged

from ..ksef.fa3 import build
from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3PicturePortal(Fa3ImportCommon, HttpCase):
    def setUp(self):
        super().setUp()
        invoice = document(
            row(P_7="Deska dębowa", P_11="100", P_12="23"),
            P_13_1="100",
            P_14_1="23",
            P_15="123",
        )
        self.bill = self.imported(invoice, xml=build(invoice)).move
        self.bill.action_post()
        self.url = f"/my/invoices/{self.bill.id}"

    def test_page_with_the_link_of_the_invoice(self):
        token = self.bill._portal_ensure_token()
        page = self.url_open(f"{self.url}?access_token={token}").text
        self.assertIn(f"{self.url}/ksef?access_token={token}", page)
        picture = self.url_open(f"{self.url}/ksef?access_token={token}")
        self.assertIn("Deska dębowa", picture.text)
        self.assertIn("default-src 'none'", picture.headers["Content-Security-Policy"])

    def test_without_the_link_nothing_is_shown(self):
        answer = self.url_open(f"{self.url}/ksef?access_token=wrong")
        self.assertNotIn("Deska dębowa", answer.text)

    def test_invoice_that_is_not_in_ksef_has_no_picture(self):
        sale = self.system["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.bill.partner_id.id,
                "invoice_date": "2026-04-20",
                "invoice_line_ids": [(0, 0, {"name": "Biurko", "price_unit": 1})],
            }
        )
        sale.action_post()
        token = sale._portal_ensure_token()
        page = self.url_open(f"/my/invoices/{sale.id}?access_token={token}").text
        self.assertNotIn("o_l10n_pl_ksef_picture", page)
        answer = self.url_open(f"/my/invoices/{sale.id}/ksef?access_token={token}")
        self.assertNotIn("ksef-pic", answer.text)

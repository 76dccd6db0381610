"""PDF, FA(3) and UPO where people look for them: Print menu, ZIP, customer portal."""

import base64
import io
import zipfile

from odoo.tests import HttpCase, new_test_user, tagged

from ..models.sending.account_move_ksef_files import FA3, UPO
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFiles(SendingCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.move = self.invoice()

    def kept(self, record, field):
        return base64.b64decode(record.sudo().with_context(bin_size=False)[field])

    def portal(self, **parameters):
        """Return what the customer gets who opens the invoice's link."""
        url = self.move.get_portal_url(
            **{key: str(value) for key, value in parameters.items()}
        )
        self.env.flush_all()
        return self.url_open(url)

    def print_items(self, moves):
        return {item["key"]: item for item in moves.get_extra_print_items()}

    def test_print_menu_gives_the_bytes_that_were_sent(self):
        self.send(self.move)
        item = self.print_items(self.move)[FA3]
        self.authenticate(self.accountant.login, self.accountant.login)
        answer = self.url_open(item["url"])
        document = self.move.l10n_pl_ksef_document_id
        self.assertEqual(answer.content, self.kept(document, "xml"))

    def test_print_menu_gives_the_upo(self):
        self.send(self.move)
        item = self.print_items(self.move)[UPO]
        self.authenticate(self.accountant.login, self.accountant.login)
        answer = self.url_open(item["url"])
        session = self.move.l10n_pl_ksef_document_id.session_id
        self.assertEqual(answer.content, self.kept(session, "upo"))

    def test_print_menu_gives_many_in_one_archive(self):
        moves = self.move | self.invoice()
        self.send(moves)
        self.authenticate(self.accountant.login, self.accountant.login)
        answer = self.url_open(self.print_items(moves)[FA3]["url"])
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        self.assertEqual(len(archive.namelist()), 2)

    def test_print_menu_has_nothing_of_ksef_before_acceptance(self):
        self.move.action_l10n_pl_ksef_send()
        self.assertFalse({FA3, UPO} & set(self.print_items(self.move)))

    def test_zip_of_the_accountant_has_fa3_and_upo(self):
        self.send(self.move)
        names = [doc["filename"] for doc in self.move._get_move_zip_export_docs()]
        document = self.move.l10n_pl_ksef_document_id
        self.assertEqual(names, [document.upo_name, document.xml_name])

    # ------------------------------------------------------------------
    # customer
    # ------------------------------------------------------------------
    def test_customer_downloads_the_pdf_with_the_code(self):
        self.send(self.move)
        answer = self.portal(report_type="pdf", download=True)
        self.assertIn(self.move.l10n_pl_ksef_number, answer.text)
        self.assertIn('id="l10n_pl_ksef_qr"', answer.text)

    def test_customer_gets_an_invoice_not_a_pro_forma(self):
        self.send(self.move)
        for parameters in (
            {"report_type": "pdf", "download": True},
            {"report_type": "html"},
        ):
            with self.subTest(**parameters):
                text = self.portal(**parameters).text
                self.assertIn("Invoice", text)
                self.assertNotIn("Proforma", text)

    def test_unsent_invoice_stays_a_pro_forma(self):
        self.assertIn("Proforma", self.portal(report_type="html").text)

    def test_customer_sees_the_number_on_the_page(self):
        self.send(self.move)
        text = self.portal(report_type="html").text
        self.assertIn(self.move.l10n_pl_ksef_number, text)

    def test_download_of_the_stored_pdf_has_the_number(self):
        wizard = self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=self.move.ids
        )
        wizard.create({"sending_methods": []}).action_send_and_print()
        self.run_sender()
        self.run_cron("ir_cron_send_held_mail")
        self.assertTrue(self.move.invoice_pdf_report_id)
        answer = self.portal(report_type="pdf", download=True)
        self.assertIn(self.move.l10n_pl_ksef_number, answer.text)

    def test_customer_gets_no_file_that_names_other_customers(self):
        self.send(self.move)
        customer = new_test_user(self.system, "ksef_buyer", groups="base.group_portal")
        seen = self.move.with_user(customer).sudo()
        for filetype in (UPO, FA3):
            self.assertIsNone(seen._get_invoice_legal_documents(filetype))

"""The printed invoice: its QR code, read back from the PDF, and its label."""

import io
import shutil
import subprocess
import tempfile
from pathlib import Path
from unittest import SkipTest

import requests
from PIL import Image

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfFileReader

from .common import NIP
from .sending_common import SendingCommon

try:
    import zxingcpp
except ImportError:
    zxingcpp = None

_DPI = 200
_MM_PER_INCH = 25.4


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReportQr(SendingCommon, HttpCase):
    def html(self, move, **context):
        report = self.env["ir.actions.report"].with_context(**context)
        return report._render_qweb_html("account.account_invoices", move.ids)[
            0
        ].decode()

    def pdf(self, move):
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        return report._render_qweb_pdf("account.account_invoices", move.ids)[0]

    def pages(self, pdf):
        """Return ``pdf`` as a printer gets it: one picture per page."""
        if not shutil.which("pdftoppm"):
            raise SkipTest("pdftoppm is missing (package poppler-utils)")
        with tempfile.TemporaryDirectory() as folder:
            command = ["pdftoppm", "-r", str(_DPI), "-png", "-", f"{folder}/page"]
            subprocess.run(command, input=pdf, check=True, timeout=60)
            for path in sorted(Path(folder).iterdir()):
                with Image.open(path) as image:
                    yield image.convert("L")

    def codes(self, pdf):
        """Return the QR codes in ``pdf`` with their sides in mm."""
        if zxingcpp is None:
            raise SkipTest("zxing-cpp is missing")
        found = []
        for page in self.pages(pdf):
            for code in zxingcpp.read_barcodes(page):
                side = code.position.top_right.x - code.position.top_left.x
                found.append((code.text, side / _DPI * _MM_PER_INCH))
        return found

    def links(self, pdf):
        """Return the addresses that each page of ``pdf`` can be clicked for."""
        return [
            [
                annotation.get_object()["/A"]["/URI"]
                for annotation in page.get("/Annots") or ()
                if "/URI" in annotation.get_object().get("/A", {})
            ]
            for page in PdfFileReader(io.BytesIO(pdf)).pages
        ]

    def test_code_of_the_pdf_leads_to_the_invoice_in_ksef(self):
        move = self.invoice()
        self.send(move)
        ((text, side_mm),) = self.codes(self.pdf(move))
        self.assertEqual(text, move.l10n_pl_ksef_document_id.verification_link)
        self.assertGreaterEqual(side_mm, 30)
        page = requests.get(text, timeout=10)
        self.assertIn(move.l10n_pl_ksef_number, page.text)

    def test_code_and_label_can_be_clicked(self):
        move = self.invoice()
        self.send(move)
        ((*links,),) = self.links(self.pdf(move))
        link = move.l10n_pl_ksef_document_id.verification_link
        self.assertEqual(links, [link] * 3)

    def test_offline_stands_under_the_code_while_there_is_no_number(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        html = self.html(move)
        self.assertEqual(html.count('id="l10n_pl_ksef_qr"'), 1)
        self.assertIn(">OFFLINE</a>", html)
        self.assertIn(move.l10n_pl_ksef_document_id.verification_link, html)

    def test_number_takes_the_place_of_offline(self):
        move = self.invoice()
        self.send(move)
        html = self.html(move)
        self.assertNotIn("OFFLINE", html)
        self.assertIn(f">{move.l10n_pl_ksef_number}</a>", html)

    def test_issued_offline_prints_both_codes(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        document = move.l10n_pl_ksef_document_id
        read = dict(self.codes(self.pdf(move)))
        links = [document.verification_link, document.certificate_link]
        self.assertEqual(set(read), set(links))
        self.assertGreaterEqual(min(read.values()), 30)
        html = self.html(move)
        self.assertIn(">OFFLINE</a>", html)
        self.assertIn(">CERTYFIKAT</a>", html)
        self.run_sender()
        html = self.html(move)
        self.assertIn(f">{move.l10n_pl_ksef_number}</a>", html)
        self.assertIn(">CERTYFIKAT</a>", html)

    def test_nothing_is_printed_of_an_invoice_that_is_not_sent(self):
        self.assertNotIn("l10n_pl_ksef_qr", self.html(self.invoice()))

    def test_nothing_is_printed_of_a_rejected_invoice(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id
        document._set_state("sending")
        document._set_state("rejected")
        self.assertNotIn("l10n_pl_ksef_qr", self.html(move))

    def test_nothing_is_printed_of_a_vendor_bill(self):
        bill = self.init_invoice(
            "in_invoice", partner=self.partner_company, amounts=[100], post=True
        )
        self.assertNotIn("l10n_pl_ksef_qr", self.html(bill))

    def test_old_link_survives_another_environment(self):
        move = self.invoice()
        self.send(move)
        before = move.l10n_pl_ksef_document_id.verification_link
        self.company.sudo().l10n_pl_ksef_environment = "prd"
        self.assertIn(before, self.html(move))

    def test_queued_link_follows_the_environment_it_goes_to(self):
        move = self.invoice()
        self.company.sudo().l10n_pl_ksef_environment = "test"
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id
        self.assertIn("//qr-test.ksef.mf.gov.pl/", document.verification_link)
        self.company.sudo().l10n_pl_ksef_environment = "custom"
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        host = self.simulator.api_url.removesuffix("/v2")
        self.assertTrue(document.verification_link.startswith(host))

    def test_link_has_nip_date_and_hash(self):
        move = self.invoice(invoice_date="2026-02-01", invoice_date_due="2026-02-15")
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id
        parts = document.verification_link.split("/")[-4:]
        encoded = document.xml_hash.rstrip("=").translate(str.maketrans("+/", "-_"))
        self.assertEqual(parts, ["invoice", NIP, "01-02-2026", encoded])

    def test_long_invoice_keeps_code_and_label_on_one_page(self):
        tax = self.invoice().invoice_line_ids.tax_ids
        line = {"name": "Usługa", "price_unit": 10, "tax_ids": [Command.set(tax.ids)]}
        for count in (28, 36):
            with self.subTest(lines=count):
                move = self.invoice(
                    invoice_line_ids=[Command.create(line) for _ in range(count)]
                )
                self.send(move)
                pdf = self.pdf(move)
                links = [links for links in self.links(pdf) if links]
                self.assertEqual(list(map(len, links)), [3])
                self.assertEqual(len(self.codes(pdf)), 1)

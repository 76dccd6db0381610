"""Invoices that come by e-mail: through Odoo's mail gateway, as the accountant sees."""

import base64
import io
from email.message import EmailMessage

from lxml import etree

from odoo.tests import tagged
from odoo.tools.pdf import OdooPdfFileWriter

from .fa3_import_common import Fa3ImportCommon
from .test_fa3_import_files import FOLDER

NEGATIVE = "i41_ordinary_invoice_below_zero"
UBL = b"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
 xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>urn:fdc:www.efaktura.gov.pl:ver2.0:trns:us:ver1.0</cbc:CustomizationID>
<cbc:ID>PEF/1</cbc:ID></Invoice>"""
FA1 = b"""<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2021/11/29/11089/"><Fa><P_2>FA1/1</P_2></Fa></Faktura>"""
FARMER = b"""<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2026/03/06/14189/"><Naglowek>
<KodFormularza kodSystemowy="FA_RR (1)" wersjaSchemy="1-1E">FA_RR</KodFormularza>
</Naglowek>
<FakturaRR><P_4C>RR/1</P_4C></FakturaRR></Faktura>"""


def xml(name):
    return (FOLDER / f"{name}.xml").read_bytes()


def pdf_with(name, content):
    """Return a PDF that carries a file."""
    writer = OdooPdfFileWriter()
    writer.add_blank_page(100, 100)
    writer.addAttachment(name, content, subtype="text/xml")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportMail(Fa3ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.system["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", cls.company.id)], limit=1
        )
        domain = cls.system["mail.alias.domain"].create({"name": "ksef.example.com"})
        cls.system.company.alias_domain_id = domain
        cls.journal.alias_id.write(
            {"alias_name": "ksef-bills", "alias_domain_id": domain.id}
        )

    def receive(self, *files):
        """Let a mail with files come in; return the new bills, oldest first."""
        mail = EmailMessage()
        mail["From"] = "Sklep <sklep@example.org>"
        mail["To"] = "ksef-bills@ksef.example.com"
        mail["Subject"] = "Faktura"
        mail["Message-Id"] = f"<{len(files)}-{id(files)}@example.org>"
        mail.set_content("W załączeniu.")
        for name, content in files:
            kind = "pdf" if name.endswith(".pdf") else "xml"
            mail.add_attachment(
                content, maintype="application", subtype=kind, filename=name
            )
        known = self.system["account.move"].search([])
        self.system["mail.thread"].message_process("account.move", mail.as_bytes())
        found = self.system["account.move"].search([], order="id") - known
        return found.with_env(self.env)

    def told(self, move):
        notes = [*move.message_ids.mapped("body"), *move.activity_ids.mapped("note")]
        return " ".join(map(str, notes))

    def test_file_becomes_the_bill(self):
        bill = self.receive(("fv.xml", xml("i25_value_of_the_row_counts")))
        self.assertEqual(len(bill), 1)
        self.assert_totals(bill, 45.69, 10.51, 56.20)
        self.assertEqual(bill.partner_id.vat, "PL9999999999")
        self.assertEqual(
            base64.b64decode(bill.l10n_pl_ksef_source),
            xml("i25_value_of_the_row_counts"),
        )

    def test_several_files_become_several_bills(self):
        names = ("i25_value_of_the_row_counts", "s06_all_rates", NEGATIVE)
        files = [(f"{name}.xml", xml(name)) for name in names]
        bills = self.receive(*files)
        self.assertEqual(
            sorted(bills.mapped("amount_total")), sorted([56.20, 536.0, 123.0])
        )
        self.assertEqual(
            sorted(bills.mapped("move_type")),
            ["in_invoice", "in_invoice", "in_refund"],
        )

    def test_fa2_becomes_a_bill(self):
        bill = self.receive(("fv.xml", xml("i72_fa2_due_date_as_text")))
        self.assert_totals(bill, 100, 23, 123)

    def test_file_inside_a_pdf_becomes_the_bill(self):
        pdf = pdf_with("faktura.xml", xml("i25_value_of_the_row_counts"))
        bill = self.receive(("faktura.pdf", pdf))
        self.assertEqual(len(bill), 1)
        self.assert_totals(bill, 45.69, 10.51, 56.20)

    def test_pdf_beside_its_file_is_one_bill(self):
        bills = self.receive(
            ("FV_2026_77.xml", xml("i25_value_of_the_row_counts")),
            ("FV_2026_77.pdf", pdf_with("x.txt", b"x")),
        )
        self.assertEqual(sum(bills.mapped("amount_total")), 56.20)

    def test_broken_file_leaves_a_note_and_a_to_do(self):
        whole = xml("i25_value_of_the_row_counts")
        bomb = whole.replace(b"<Faktura", b'<!DOCTYPE a [<!ENTITY e "x">]><Faktura', 1)
        for name, content, words in (
            ("cut.xml", whole[:1500], "can not be read"),
            ("bomb.xml", bomb, "can not be read"),
            (
                "big.xml",
                whole + b" " * 10_000_000,
                "can not be read",
            ),
            ("fa1.xml", FA1, "not known"),
            ("rr.xml", FARMER, "FA_RR"),
        ):
            with self.subTest(name):
                bill = self.receive((name, content))
                self.assertEqual(len(bill), 1)
                self.assertFalse(bill.invoice_line_ids)
                self.assertIn(words, self.told(bill))
                self.assertTrue(bill.activity_ids)
                self.assertEqual(bill.state, "draft")
                self.assertTrue(bill.activity_ids.user_id.active, "not the machine")

    def test_broken_file_does_not_keep_the_others(self):
        good = xml("i25_value_of_the_row_counts")
        bills = self.receive(("cut.xml", good[:1500]), ("good.xml", good))
        self.assertIn(56.20, bills.mapped("amount_total"))
        self.assertIn("can not be read", " ".join(map(self.told, bills)))

    def test_structured_invoice_of_public_orders_is_left_to_its_own_decoder(self):
        bill = self.receive(("pef.xml", UBL))
        self.assertEqual(len(bill), 1)
        self.assertFalse(bill.l10n_pl_ksef_source_hash)
        self.assertIn(UBL, bill.message_ids.attachment_ids.mapped("raw"))

    def test_file_that_the_mail_calls_something_else(self):
        content = xml("i25_value_of_the_row_counts")
        for name, data in (
            ("faktura.dat", content),
            ("faktura.xml.txt", content),
            ("utf16.xml", etree.tostring(etree.fromstring(content), encoding="UTF-16")),
        ):
            with self.subTest(name), self.system.cr.savepoint() as savepoint:
                bill = self.receive((name, data))
                self.assert_totals(bill, 45.69, 10.51, 56.20)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_to_do_goes_to_whoever_looks_after_the_inbox(self):
        self.system.company.l10n_pl_ksef_inbox_user_id = self.accountant
        bill = self.receive(("fv.xml", xml("i27_vat_far_from_its_rate")))
        self.assertEqual(bill.activity_ids.user_id, self.accountant)

    def test_same_file_again_says_so(self):
        content = xml("i25_value_of_the_row_counts")
        first = self.receive(("a.xml", content))
        second = self.receive(("b.xml", content))
        self.assertFalse(second.invoice_line_ids)
        self.assertIn("here already", self.told(second))
        self.assert_totals(first, 45.69, 10.51, 56.20)

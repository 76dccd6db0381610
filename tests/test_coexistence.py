"""Beside Odoo's own ``l10n_pl_edi``, also connected: one invoice, one way to KSeF."""

from datetime import timedelta
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..ksef.crypto import SessionKey
from ..ksef.session import open_session, prepare_invoice
from ..models.connection.take_over import CORE_CONNECTION
from ..models.sending.account_move_ksef_qr import _CORE_VIEW
from ..models.sending.account_move_send import CORE_EDI_KEY, EDI_KEY
from .certificates import b64
from .sending_common import SendingCommon

_SERVICE = "odoo.addons.l10n_pl_edi.models.account_move_send.KsefApiService"
_UPO = """<?xml version="1.0" encoding="UTF-8"?>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">
<NumerReferencyjnySesji>{session}</NumerReferencyjnySesji>
<Dokument><NipSprzedawcy>5265877635</NipSprzedawcy>
<NumerKSeFDokumentu>{number}</NumerKSeFDokumentu><NumerFaktury>FV/1</NumerFaktury>
<DataWystawieniaFaktury>2026-02-01</DataWystawieniaFaktury>
<DataPrzeslaniaDokumentu>2026-02-01T10:00:00.000Z</DataPrzeslaniaDokumentu>
<DataNadaniaNumeruKSeF>2026-02-01T10:00:05.123Z</DataNadaniaNumeruKSeF>
<SkrotDokumentu>x</SkrotDokumentu><TrybWysylki>Online</TrybWysylki></Dokument>
</Potwierdzenie>"""
_CORE_CODE = """
<xpath expr="//div[hasclass('invoice_main')]" position="after">
    <div id="ksef_qr_code" t-if="o.l10n_pl_edi_status == 'accepted'"/>
</xpath>"""
_NUMBER = "5265877635-20260201-0100001AB2C3-D4"
_SESSION = "20260201-SO-2E5A1F8000-3C7E1D2A5B-9F"


class CoexistenceCommon(SendingCommon):
    def setUp(self):
        super().setUp()
        if "l10n_pl_edi_status" not in self.env["account.move"]._fields:
            self.skipTest("Odoo's own l10n_pl_edi is not installed")

    def connect_core(self):
        """Connect the company by Odoo's own module too, without a call."""
        self.company.sudo().write(
            {
                "l10n_pl_edi_certificate": self.core_certificate().id,
                "l10n_pl_edi_access_token": "access",
                "l10n_pl_edi_refresh_token": "refresh",
                "l10n_pl_edi_session_id": _SESSION,
            }
        )

    def core_certificate(self):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "core")])
        now = fields.Datetime.now()
        builder = x509.CertificateBuilder(name, name, key.public_key(), 7)
        builder = builder.not_valid_before(now - timedelta(days=1))
        certificate = builder.not_valid_after(now + timedelta(days=9)).sign(
            key, hashes.SHA256()
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        return self.system["certificate.certificate"].create(
            {"name": "core", "content": b64(pem), "company_id": self.company.id}
        )

    def sent_by_core(
        self, status="accepted", number=_NUMBER, upo=None, xml=b"<Faktura/>"
    ):
        """Return an invoice as Odoo's own module leaves it after sending."""
        move = self.invoice()
        move.sudo().write(
            {
                "l10n_pl_edi_status": status,
                "l10n_pl_edi_number": number,
                "l10n_pl_edi_ref": "20260201-EE-3A5B1F8000-3C7E1D2A5B-0A",
                "l10n_pl_edi_session_id": _SESSION,
                "l10n_pl_edi_attachment_file": xml and b64(xml),
                "l10n_pl_edi_upo_file": upo and b64(upo),
            }
        )
        return move

    def core_sender(self):
        """Stand in for core's sender, to see whether it was called."""
        return self.enterContext(patch(_SERVICE))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestNeverTwice(CoexistenceCommon):
    def wizard(self, move, **values):
        model = self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return model.create(values)

    def test_both_connected_only_ours_is_offered(self):
        self.connect_core()
        self.assertEqual(self.wizard(self.invoice()).extra_edis, [EDI_KEY])

    def test_both_connected_dialog_sends_once(self):
        self.connect_core()
        core = self.core_sender()
        move = self.invoice()
        self.wizard(move, sending_methods=[]).action_send_and_print()
        self.run_sender()
        self.assertInKsefOnce(move)
        self.assertFalse(core.called)

    def test_both_connected_batch_sends_once(self):
        self.connect_core()
        core = self.core_sender()
        moves = self.invoices(2)
        send = self.env["account.move.send"]._generate_and_send_invoices
        send(moves, sending_methods=set())
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertFalse(core.called)

    def test_core_asked_for_by_hand_does_not_send(self):
        self.connect_core()
        core = self.core_sender()
        move = self.invoice()
        self.env["account.move.send"]._generate_and_send_invoices(
            move, extra_edis={CORE_EDI_KEY}, sending_methods=set()
        )
        self.assertFalse(core.called)
        self.assertFalse(move.l10n_pl_edi_status)

    def test_ours_does_not_send_what_core_has_sent(self):
        for status, number in (("sent", False), ("accepted", _NUMBER)):
            with self.subTest(status=status):
                move = self.sent_by_core(status, number)
                with self.assertRaisesRegex(UserError, "not sent twice"):
                    move.action_l10n_pl_ksef_send()
                self.assertFalse(move._l10n_pl_ksef_enqueue())
        self.run_sender()
        self.assertEqual(self.sent(), 0)

    def test_ours_sends_what_core_was_rejected_with(self):
        move = self.sent_by_core("rejected", False)
        self.send(move)
        self.assertInKsefOnce(move)

    def test_core_does_not_send_what_ours_has_sent_before_disconnecting(self):
        self.connect_core()
        core = self.core_sender()
        move = self.invoice()
        self.send(move)
        self.company.sudo()._l10n_pl_ksef_certificates().unlink()
        self.assertFalse(self.company._l10n_pl_ksef_is_active())
        self.assertFalse(self.wizard(move).extra_edis)
        self.env["account.move.send"]._generate_and_send_invoices(
            move, extra_edis={CORE_EDI_KEY}, sending_methods=set()
        )
        self.assertFalse(core.called)

    def test_without_our_connection_core_works_as_ever(self):
        self.company.sudo()._l10n_pl_ksef_certificates().unlink()
        self.connect_core()
        self.assertEqual(self.wizard(self.invoice()).extra_edis, [CORE_EDI_KEY])

    def test_dialog_says_that_both_are_connected(self):
        self.connect_core()
        self.assertIn("l10n_pl_ksef_core", self.wizard(self.invoice()).alerts)

    def test_settings_say_that_both_are_connected(self):
        self.assertFalse(self.company.l10n_pl_ksef_core_connected)
        self.connect_core()
        self.company.invalidate_recordset(["l10n_pl_ksef_core_connected"])
        self.assertTrue(self.company.l10n_pl_ksef_core_connected)

    def test_reset_to_draft_is_narrowed_by_both(self):
        move = self.invoice()
        self.assertTrue(move.show_reset_to_draft_button)
        self.assertFalse(self.sent_by_core().show_reset_to_draft_button)
        self.send(move)
        self.assertFalse(move.show_reset_to_draft_button)

    def test_one_code_on_the_pdf_where_core_prints_its_own(self):
        move = self.sent_by_core()
        self.connect_core()
        self.company.with_user(self.administrator).action_l10n_pl_ksef_take_over()
        self.assertTrue(move._l10n_pl_ksef_qr_codes())
        view = self.system["ir.ui.view"].create(
            {
                "name": "report_invoice_document",
                "type": "qweb",
                "mode": "extension",
                "inherit_id": self.system.ref("account.report_invoice_document").id,
                "arch": _CORE_CODE,
            }
        )
        module, name = _CORE_VIEW.split(".")
        self.system["ir.model.data"].create(
            {"module": module, "name": name, "model": view._name, "res_id": view.id}
        )
        html = self.print(move)
        self.assertEqual(html.count("ksef_qr"), 1)
        ours = self.invoice()
        self.send(ours)
        self.assertEqual(self.print(ours).count('id="l10n_pl_ksef_qr"'), 1)
        self.assertNotIn("ksef_qr_code", self.print(ours))

    def print(self, move):
        report = self.env["ir.actions.report"]
        return report._render_qweb_html("account.account_invoices", move.ids)[
            0
        ].decode()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTakeOver(CoexistenceCommon):
    def setUp(self):
        super().setUp()
        self.connect_core()

    def take_over(self):
        return self.company.with_user(
            self.administrator
        ).action_l10n_pl_ksef_take_over()

    def in_ksef_already(self, xml):
        """Put ``xml`` into KSeF behind our back, as core did."""
        client = self.env["l10n_pl_ksef.gateway"].sudo()._client(self.company)
        key = SessionKey.generate()
        session = open_session(client, key, client.public_keys())
        client.send_invoice(session.reference_number, prepare_invoice(xml, key))
        client.close_online_session(session.reference_number)

    def xml_of(self, move):
        return move._l10n_pl_ksef_prepare()[move].xml

    def test_numbers_xml_and_upo_become_accepted_history(self):
        upo = _UPO.format(session=_SESSION, number=_NUMBER).encode()
        move = self.sent_by_core(upo=upo)
        self.take_over()
        document = move.l10n_pl_ksef_document_id
        self.assertRecordValues(
            move,
            [
                {
                    "l10n_pl_ksef_state": "accepted",
                    "l10n_pl_ksef_number": _NUMBER,
                    "l10n_pl_ksef_mode": "online",
                    "l10n_pl_ksef_has_upo": True,
                }
            ],
        )
        self.assertEqual(str(document.acquired_at)[:19], "2026-02-01 10:00:05")
        self.assertEqual(document._kept_bytes("xml"), b"<Faktura/>")
        self.assertEqual(move._l10n_pl_ksef_files()["l10n_pl_ksef_upo"]["content"], upo)
        self.assertEqual(document.session_id.reference_number, _SESSION)
        self.assertEqual(document.reference_number, move.l10n_pl_edi_ref)

    def test_link_leads_where_core_sent_it(self):
        move = self.sent_by_core()
        self.take_over()
        link = move.l10n_pl_ksef_document_id.verification_link
        self.assertTrue(link.startswith("https://qr.ksef.mf.gov.pl/invoice/"), link)

    def test_link_of_cores_test_mode_leads_to_test(self):
        self.system["ir.config_parameter"].set_param("l10n_pl_edi_ksef.mode", "test")
        move = self.sent_by_core()
        self.take_over()
        link = move.l10n_pl_ksef_document_id.verification_link
        self.assertTrue(link.startswith("https://qr-test.ksef.mf.gov.pl/"), link)

    def test_number_without_files_is_taken_too(self):
        move = self.sent_by_core(xml=None)
        self.take_over()
        self.assertEqual(move.l10n_pl_ksef_number, _NUMBER)
        self.assertFalse(move.l10n_pl_ksef_document_id.xml_hash)
        self.assertFalse(move._l10n_pl_ksef_qr_codes())

    def test_taken_invoice_is_locked_like_ours(self):
        move = self.sent_by_core()
        self.take_over()
        with self.assertRaisesRegex(UserError, "accepted invoice"):
            move.button_draft()

    def test_cores_upo_button_gives_way_to_ours(self):
        arch = self.env["account.move"].get_view(view_type="form")["arch"]
        (button,) = etree.fromstring(arch).xpath(
            "//button[@name='action_l10n_pl_edi_get_invoice_UPO']"
        )
        self.assertIn("or l10n_pl_ksef_state", button.get("invisible"))

    def test_core_is_switched_off(self):
        self.take_over()
        company = self.company.sudo()
        self.assertFalse(any(company[name] for name in CORE_CONNECTION))
        self.assertFalse(company.l10n_pl_ksef_core_connected)

    def test_second_press_takes_nothing_twice(self):
        move = self.sent_by_core()
        self.take_over()
        self.take_over()
        self.assertEqual(len(move.l10n_pl_ksef_document_ids), 1)

    def test_other_company_keeps_its_core(self):
        other = self.other_company()
        other.sudo().l10n_pl_edi_access_token = "other"
        self.take_over()
        self.assertEqual(other.sudo().l10n_pl_edi_access_token, "other")

    def test_unanswered_invoice_that_ksef_has_is_adopted(self):
        move = self.invoice()
        xml = self.xml_of(move)
        self.in_ksef_already(xml)
        move.sudo().write(
            {"l10n_pl_edi_status": "sent", "l10n_pl_edi_attachment_file": b64(xml)}
        )
        self.take_over()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.run_sender()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_unanswered_invoice_that_never_arrived_is_sent(self):
        move = self.invoice()
        xml = self.xml_of(move)
        move.sudo().write(
            {"l10n_pl_edi_status": "sent", "l10n_pl_edi_attachment_file": b64(xml)}
        )
        self.take_over()
        self.run_sender()
        self.assertInKsefOnce(move)
        (there,) = self.simulator.state.accepted.values()
        self.assertEqual(there.content, xml)

    def test_unanswered_invoice_without_its_file_is_named(self):
        move = self.sent_by_core("sent", False, xml=None)
        notice = self.take_over()["params"]
        self.assertEqual(notice["type"], "warning")
        self.assertIn(move.name, notice["message"])
        self.send(move)
        self.assertInKsefOnce(move)

    def test_vendor_bill_is_left_alone(self):
        bill = self.init_invoice(
            "in_invoice", partner=self.partner_company, amounts=[100], post=True
        )
        bill.sudo().l10n_pl_edi_number = _NUMBER
        self.take_over()
        self.assertFalse(bill.l10n_pl_ksef_document_ids)

    def test_not_connected_company_is_told_to_connect_first(self):
        self.company.sudo()._l10n_pl_ksef_certificates().unlink()
        with self.assertRaisesRegex(UserError, "not connected"):
            self.take_over()

    def test_accountant_may_not(self):
        with self.assertRaises(AccessError):
            self.company.action_l10n_pl_ksef_take_over()

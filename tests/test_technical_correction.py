"""An invoice that was issued offline and rejected goes again under its old codes."""

from ast import literal_eval
from datetime import datetime, time

import requests
from freezegun import freeze_time
from lxml import etree

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import NIP, OTHER_NIP
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTechnicalCorrection(SendingCommon):
    def verdict(self, link):
        return requests.get(link, timeout=10).headers["X-KSeF-Verdict"]

    def rejected(self, **values):
        """Return an invoice that was issued offline and that KSeF has rejected."""
        move = self.invoice(**values)
        move.action_l10n_pl_ksef_issue_offline()
        self.spoil(move)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        return move

    def spoil(self, move):
        """Make the file of the latest document one that KSeF's schema refuses."""
        document = move.l10n_pl_ksef_document_id.sudo()
        spoilt = document._kept_bytes("xml").replace(b"</Faktura>", b"<X/></Faktura>")
        self.put(document, spoilt)
        if not document.corrected_hash:
            document.certificate_link = document._signed_certificate_link()

    def put(self, document, xml):
        """Let ``document`` be of other bytes than those that were frozen."""
        document.write(document._xml_values(xml))

    def mend(self, move):
        move.action_l10n_pl_ksef_correct_technically()
        self.run_sender()

    # -- case 62 -------------------------------------------------------------
    def test_old_codes_lead_to_the_corrected_invoice(self):
        move = self.rejected()
        old = move.l10n_pl_ksef_document_id
        codes = (old.verification_link, old.certificate_link)
        self.mend(move)
        self.assertInKsefOnce(move)
        new = move.l10n_pl_ksef_document_id
        self.assertNotEqual(new, old)
        (there,) = self.simulator.state.accepted.values()
        self.assertEqual(there.hash_of_corrected, old.xml_hash)
        self.assertEqual(there.mode, "Offline")
        self.assertEqual(self.verdict(codes[0]), "invoice-known")
        self.assertEqual(self.verdict(codes[1]), "certificate-valid")
        self.assertEqual((new.verification_link, new.certificate_link), codes)

    def listed(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.account_move_action_l10n_pl_ksef_send_by"
        )
        return self.env["account.move"].search(literal_eval(action["domain"]))

    def test_rejected_invoice_keeps_its_deadline_until_it_is_there(self):
        move = self.rejected()
        deadline = move.l10n_pl_ksef_document_id.send_by
        self.assertTrue(deadline)
        self.assertEqual(move.l10n_pl_ksef_send_by, deadline)
        self.assertIn(move, self.listed())
        self.assertEqual(move.l10n_pl_ksef_jpk_marker, "DI")
        self.assertIn("issued offline", move.l10n_pl_ksef_message)
        self.assertNotIn("not issued", move.l10n_pl_ksef_message)
        with freeze_time(datetime.combine(deadline, time(9))):
            self.run_cron("ir_cron_watch_deadlines")
        self.assertIn("rejected", move.sudo().activity_ids.note)
        self.mend(move)
        self.assertInKsefOnce(move)
        self.assertFalse(move.l10n_pl_ksef_send_by)
        self.assertNotIn(move, self.listed())
        self.assertFalse(move.sudo().activity_ids)

    def test_failure_moves_the_deadline_of_a_rejected_invoice(self):
        move = self.rejected()
        now = fields.Datetime.now()
        outages = self.system["l10n_pl_ksef.outage"]
        outage = outages.create({"mode": "failure", "start": now})
        self.assertFalse(move.l10n_pl_ksef_send_by)
        self.assertEqual(move.l10n_pl_ksef_urgency, "outage")
        self.assertIn(move, self.listed())
        outage.end = now
        self.assertTrue(move.l10n_pl_ksef_send_by)

    def test_rejected_invoice_that_stays_out_has_no_deadline(self):
        for leave in (
            lambda move: move.write({"l10n_pl_ksef_outside": True}),
            lambda move: move.button_cancel(),
        ):
            move = self.rejected()
            leave(move)
            self.assertFalse(move.l10n_pl_ksef_send_by)
            self.assertNotIn(move, self.listed())

    def test_notice_leads_to_the_correction_instead_of_a_new_issue(self):
        view = self.env.ref("account.view_move_form")
        form = etree.fromstring(
            self.env["account.move"].get_view(view.id, "form")["arch"]
        )
        (draft,) = form.xpath("//span[@name='l10n_pl_ksef_what_to_do']")
        (now,) = form.xpath("//div[@name='l10n_pl_ksef_correct']")
        (later,) = form.xpath("//div[@name='l10n_pl_ksef_correct_later']")
        self.assertEqual(draft.get("invisible"), "l10n_pl_ksef_can_correct")
        may = "not l10n_pl_ksef_can_correct or {}l10n_pl_ksef_can_send"
        self.assertEqual(now.get("invisible"), may.format("not "))
        self.assertEqual(later.get("invisible"), may.format(""))
        move = self.rejected()
        self.assertTrue(move.l10n_pl_ksef_can_correct and move.l10n_pl_ksef_can_send)
        self.company.sudo().l10n_pl_ksef_sending = "off"
        move.invalidate_recordset()
        self.assertTrue(move.l10n_pl_ksef_can_correct)
        self.assertFalse(move.l10n_pl_ksef_can_send)

    def test_rejected_correction_is_corrected_again(self):
        move = self.rejected()
        first = move.l10n_pl_ksef_document_id
        move.action_l10n_pl_ksef_correct_technically()
        second = move.l10n_pl_ksef_document_id
        self.spoil(move)
        self.run_sender()
        self.assertEqual(second.state, "rejected")
        self.mend(move)
        self.assertInKsefOnce(move)
        (there,) = self.simulator.state.accepted.values()
        self.assertEqual(there.hash_of_corrected, first.xml_hash)
        self.assertEqual(self.verdict(first.verification_link), "invoice-known")

    def test_correction_goes_alone_where_others_go_as_a_package(self):
        self.company.sudo().l10n_pl_ksef_batch_from = 1
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.spoil(move)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.mend(move)
        self.assertInKsefOnce(move)
        self.assertEqual(move.l10n_pl_ksef_document_id.session_id.kind, "online")

    def test_plain_send_corrects_too(self):
        move = self.rejected()
        move.button_draft()
        move.action_post()
        self.send(move)
        self.assertTrue(move.l10n_pl_ksef_document_id.corrected_hash)
        self.assertInKsefOnce(move)

    # -- content -------------------------------------------------------------
    def change_price(self, move):
        move.button_draft()
        line = move.invoice_line_ids[:1]
        move.invoice_line_ids = [Command.update(line.id, {"price_unit": 90})]
        move.action_post()

    def test_other_amount_is_no_technical_correction(self):
        move = self.rejected()
        self.change_price(move)
        with self.assertRaisesRegex(UserError, "amounts differ"):
            move.action_l10n_pl_ksef_correct_technically()

    def test_other_amount_sent_anew_does_not_carry_the_old_hash(self):
        move = self.rejected()
        self.change_price(move)
        self.send(move)
        self.assertFalse(move.l10n_pl_ksef_document_id.corrected_hash)
        self.assertInKsefOnce(move)

    def test_mended_text_is_one(self):
        move = self.rejected()
        move.button_draft()
        line = move.invoice_line_ids[:1]
        move.invoice_line_ids = [Command.update(line.id, {"name": "Usługa IT"})]
        move.action_post()
        self.mend(move)
        self.assertInKsefOnce(move)

    # -- what is none ----------------------------------------------------------
    def test_online_invoice_is_not_corrected_technically(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id.sudo()
        self.put(document, document._kept_bytes("xml").replace(b"<P_1>", b"<P_1>x"))
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertFalse(move.l10n_pl_ksef_can_correct)
        with self.assertRaisesRegex(UserError, "Only an invoice that was issued"):
            move.action_l10n_pl_ksef_correct_technically()

    def test_rejection_for_want_of_rights_is_not_technical(self):
        # case 64
        move = self.rejected()
        move.l10n_pl_ksef_document_id.sudo().write(
            {"code_scope": "invoice", "code": "410"}
        )
        self.assertFalse(move._l10n_pl_ksef_technically_rejected())
        with self.assertRaisesRegex(UserError, "right to issue"):
            move.action_l10n_pl_ksef_correct_technically()

    def test_invoice_that_may_not_be_issued_is_not_corrected_technically(self):
        # case 64, with KSeF's own refusal
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        document = move.l10n_pl_ksef_document_id.sudo()
        foreign = document._kept_bytes("xml").replace(
            NIP.encode(), OTHER_NIP.encode(), 1
        )
        self.put(document, foreign)
        self.run_sender()
        self.assertEqual((document.state, document.code), ("rejected", "410"))
        self.assertIn(OTHER_NIP, document.details)
        self.assertFalse(move.l10n_pl_ksef_can_correct)
        sent = self.sent()
        with self.assertRaisesRegex(UserError, "right to issue"):
            move.action_l10n_pl_ksef_correct_technically()
        self.run_sender()
        self.assertEqual(self.sent(), sent)
        # Sent anew it is a new document: it does not name the refused one.
        self.simulator.log.clear()
        move._l10n_pl_ksef_enqueue()
        self.assertFalse(move.l10n_pl_ksef_document_id.corrected_hash)

    def test_accepted_invoice_is_not_corrected_technically(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.run_sender()
        with self.assertRaisesRegex(UserError, "Only an invoice that was issued"):
            move.action_l10n_pl_ksef_correct_technically()

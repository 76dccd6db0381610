"""From the button to number and UPO: the good days."""

import base64
import hashlib

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.sending import account_move_ksef_send
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSending(SendingCommon):
    def test_button_brings_number_and_upo(self):
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(move.l10n_pl_ksef_mode, "online")
        self.assertTrue(move.l10n_pl_ksef_acquired_at)
        self.assertTrue(move.l10n_pl_ksef_has_upo)
        self.assertTrue(move.l10n_pl_ksef_number.startswith(self.company.vat[2:]))

    def test_bytes_sent_are_bytes_kept(self):
        move = self.invoice()
        self.send(move)
        (there,) = self.simulator.state.accepted.values()
        document = move.l10n_pl_ksef_document_id
        kept = base64.b64decode(document.with_context(bin_size=False).xml)
        self.assertEqual(kept, there.content)
        digest = hashlib.sha256(kept).digest()
        self.assertEqual(document.xml_hash, base64.b64encode(digest).decode())

    def test_upo_names_the_document(self):
        move = self.invoice()
        self.send(move)
        session = move.l10n_pl_ksef_document_id.session_id
        upo = base64.b64decode(session.with_context(bin_size=False).upo)
        self.assertIn(move.l10n_pl_ksef_number.encode(), upo)
        self.assertIn(move.l10n_pl_ksef_document_id.xml_hash.encode(), upo)

    def test_button_makes_no_call(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertFalse(self.requests())

    def test_many_share_one_session(self):
        moves = self.invoices(12)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(len(moves.l10n_pl_ksef_document_ids.session_id), 1)
        self.assertEqual(len(self.requests("POST", "/close")), 1)
        self.assertLess(len(self.requests()), 12 + 15)

    def test_second_run_logs_in_no_more(self):
        self.send(self.invoice())
        self.send(self.invoice())
        self.assertEqual(len(self.requests("POST", "/auth/xades-signature")), 1)

    def test_accepted_invoice_is_not_sent_again(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "accepted this invoice already"):
            move.action_l10n_pl_ksef_send()

    def test_invoice_on_its_way_is_not_queued_again(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        with self.assertRaisesRegex(UserError, "on its way"):
            move.action_l10n_pl_ksef_send()
        self.assertEqual(len(move.l10n_pl_ksef_document_ids), 1)

    def test_draft_is_refused(self):
        move = self.invoice()
        move.button_draft()
        with self.assertRaisesRegex(UserError, "Confirm the invoice first"):
            move.action_l10n_pl_ksef_send()

    def test_company_without_connection_is_refused(self):
        other = self.other_company()
        with self.assertRaisesRegex(UserError, "not connected to KSeF"):
            self.invoice(other).action_l10n_pl_ksef_send()

    def test_one_of_many_that_is_unfit_does_not_hold_the_others(self):
        fit = self.invoice()
        unfit = self.invoice(partner_id=self.partner_company.sudo().copy().id)
        unfit.partner_id.sudo().write({"vat": False})
        action = (fit | unfit).action_l10n_pl_ksef_send()
        self.assertIn(unfit.name, action["params"]["message"])
        self.assertTrue(unfit.l10n_pl_ksef_problem)
        self.run_sender()
        self.assertInKsefOnce(fit)

    # -- after the number
    def test_many_are_queued_in_portions(self):
        self.patch(account_move_ksef_send, "PORTION", 2)
        unfit = self.invoice(partner_id=self.partner_company.sudo().copy().id)
        unfit.partner_id.sudo().vat = False
        fit = self.invoices(4)
        moves = fit[:1] | unfit | fit[1:]
        moves.action_l10n_pl_ksef_send()
        self.assertEqual(set(fit.mapped("l10n_pl_ksef_state")), {"queued"})
        self.assertFalse(unfit.l10n_pl_ksef_document_ids)
        self.assertTrue(unfit.l10n_pl_ksef_problem)
        self.run_sender()
        self.assertInKsefOnce(fit)

    def test_accepted_invoice_is_locked_with_an_explanation(self):
        move = self.invoice()
        self.send(move)
        self.assertFalse(move.show_reset_to_draft_button)
        with self.assertRaisesRegex(UserError, "correct it by a credit note"):
            move.button_draft()
        with self.assertRaisesRegex(UserError, "correct it by a credit note"):
            move.partner_id = self.partner_consumer
        with self.assertRaisesRegex(UserError, "correct it by a credit note"):
            move.invoice_date_due = "2027-01-01"

    def test_accepted_invoice_can_still_be_paid_and_noted(self):
        move = self.invoice()
        self.send(move)
        move.write({"ref": "umowa 7/2026", "partner_bank_id": move.partner_bank_id.id})
        move._message_log(body="paid")
        self.assertEqual(move.ref, "umowa 7/2026")

    def test_queued_invoice_can_be_taken_back(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        move.button_draft()
        self.assertFalse(move.l10n_pl_ksef_document_ids)
        move.action_post()
        self.send(move)
        self.assertInKsefOnce(move)

    def test_rejected_invoice_is_cancelled_and_not_deleted(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id.sudo()
        xml = document._kept_bytes("xml").replace(b"</Faktura>", b"<X/></Faktura>")
        document.write(document._xml_values(xml))
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        move.button_draft()
        with self.assertRaisesRegex(UserError, "instead of deleting"):
            move.unlink()
        move.button_cancel()
        self.assertEqual(move.state, "cancel")

    def test_sent_document_cannot_be_deleted(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            move.l10n_pl_ksef_document_ids.sudo().unlink()

    def test_accountant_cannot_write_a_document(self):
        move = self.invoice()
        self.send(move)
        document = move.l10n_pl_ksef_document_id.with_user(self.accountant)
        self.assertTrue(document.has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(document.has_access(operation))

    def test_chatter_tells_the_number(self):
        move = self.invoice()
        self.send(move)
        bodies = " ".join(move.message_ids.mapped("body"))
        self.assertIn(move.l10n_pl_ksef_number, bodies)

    # -- rejected
    def test_rejected_invoice_is_reset_mended_and_sent_again(self):
        move = self.invoice()
        self.break_document(move)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertEqual(move.l10n_pl_ksef_document_id.code, "450")
        self.assertTrue(move.l10n_pl_ksef_message)
        move.button_draft()
        move.action_post()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(move.l10n_pl_ksef_document_ids), 2)

    def break_document(self, move):
        """Queue bytes that the schema refuses, past our own checks."""
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id.sudo()
        xml = (
            document._kept_bytes("xml")
            .replace(b"<P_1>", b"<P_0>")
            .replace(b"</P_1>", b"</P_0>")
        )
        document.unlink()
        self.env["l10n_pl_ksef.document"]._freeze(move, xml)

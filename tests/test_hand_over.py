"""What a buyer gets before the KSeF number: the invoice, or a confirmation."""

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_send_dialog import DialogCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHandOver(DialogCommon):
    def offline(self, partner=None, mode=None):
        if mode:
            self.system["l10n_pl_ksef.outage"].create({"mode": mode})
        move = self.invoice(partner_id=(partner or self.partner_company).id)
        move.action_l10n_pl_ksef_issue_offline()
        return move

    # -- who gets the invoice -------------------------------------------------
    def test_buyers_of_the_six_cases(self):
        cases = {
            self.partner_company: False,
            self.partner_consumer: True,
            self.partner_eu: True,
            self.partner_outside: True,
        }
        for buyer, may in cases.items():
            move = self.offline(buyer)
            self.assertEqual(move.l10n_pl_ksef_may_hand_over, may, buyer.name)
            self.assertEqual(move._l10n_pl_ksef_mail_must_wait(), not may, buyer.name)

    def test_supplied_outside_poland_whoever_buys(self):
        tax = self.env["account.chart.template"]
        for name, buyer in (
            ("vs_ekspu", self.partner_company),
            ("vs_dostu", self.partner_eu),
        ):
            found = tax.ref(name)
            buyer.sudo().l10n_pl_ksef_hand_over = "ksef"
            with self.subTest(tax=found.name):
                move = self.invoice(
                    partner_id=buyer.id,
                    invoice_line_ids=[
                        Command.create(
                            {
                                "name": "Remont w Berlinie",
                                "price_unit": 100,
                                "tax_ids": [Command.set(found.ids)],
                            }
                        )
                    ],
                )
                move.action_l10n_pl_ksef_issue_offline()
                self.assertTrue(move.l10n_pl_ksef_may_hand_over)

    def test_what_the_data_of_the_buyer_do_not_tell(self):
        registered = self.partner_eu.copy(
            {"name": "Käufer in Polen", "vat": "PL8567346215"}
        )
        cases = (
            (self.partner_company, False, False),
            (self.partner_company, "agreed", True),
            (registered, False, False),
            (registered, "agreed", True),
            (self.partner_eu, "ksef", False),
        )
        for buyer, choice, may in cases:
            with self.subTest(buyer=buyer.name, choice=choice):
                buyer.sudo().l10n_pl_ksef_hand_over = choice
                move = self.offline(buyer)
                self.assertEqual(move.l10n_pl_ksef_may_hand_over, may)
                self.assertEqual(move.l10n_pl_ksef_can_confirm, not may)

    def test_failure_everybody(self):
        move = self.offline(mode="failure")
        self.assertTrue(move.l10n_pl_ksef_may_hand_over)
        self.assertFalse(move.l10n_pl_ksef_can_confirm)

    def test_online_nobody(self):
        move = self.invoice(partner_id=self.partner_eu.id)
        move.action_l10n_pl_ksef_send()
        self.assertFalse(move.l10n_pl_ksef_may_hand_over)

    # -- e-mail -------------------------------------------------------------------
    def test_offline_mark_releases_the_mail(self):
        self.partner_eu.sudo().email = "buyer@example.com"
        move = self.invoice(partner_id=self.partner_eu.id)
        self.send_by_dialog(move, sending_methods=["email"])
        self.assertFalse(self._mails)
        self.assertTrue(move.l10n_pl_ksef_mail_waits)
        move.action_l10n_pl_ksef_issue_offline()
        self.release()
        self.assertEqual(len(self._mails), 1)
        self.assertFalse(move.l10n_pl_ksef_mail_waits)
        self.assertEqual(move.l10n_pl_ksef_state, "queued")

    def test_mail_of_a_polish_firm_waits_on(self):
        move = self.invoice()
        self.send_by_dialog(move, sending_methods=["email"])
        move.action_l10n_pl_ksef_issue_offline()
        self.release()
        self.assertFalse(self._mails)
        self.assertTrue(move.l10n_pl_ksef_mail_waits)

    # -- confirmation ---------------------------------------------------------------
    def html(self, move):
        report = self.env["ir.actions.report"]
        name = "l10n_pl_ksef.report_transaction_confirmation"
        return report._render_qweb_html(name, move.ids)[0].decode()

    def test_confirmation_has_both_codes_and_no_vat(self):
        move = self.offline()
        action = move.action_l10n_pl_ksef_confirmation()
        self.assertEqual(action["type"], "ir.actions.report")
        html = self.html(move)
        for text in ("OFFLINE", "CERTYFIKAT", "This is not an invoice", move.name):
            self.assertIn(text, html)
        document = move.l10n_pl_ksef_document_id
        self.assertIn(document.certificate_link, html)
        self.assertIn("246", html)
        self.assertNotIn("46.00", html.replace("246.00", ""))

    def test_confirmation_only_where_it_is_wanted(self):
        accepted = self.invoice()
        self.send(accepted)
        for move in (self.invoice(), self.offline(self.partner_eu), accepted):
            self.assertFalse(move.l10n_pl_ksef_can_confirm)
            with self.assertRaisesRegex(UserError, "issued offline"):
                move.action_l10n_pl_ksef_confirmation()

    def test_confirmation_is_made_anew_each_time(self):
        move = self.offline()
        before = self.html(move)
        self.partner_company.sudo().vat = "PL5260250274"
        after = self.html(move)
        self.assertNotIn("5260250274", before)
        self.assertIn("5260250274", after)
        report = self.env.ref("l10n_pl_ksef.action_report_transaction_confirmation")
        self.assertFalse(report.sudo().attachment)
        self.run_sender()
        number = move.l10n_pl_ksef_number
        reprinted = self.html(move)
        self.assertIn(number, reprinted)
        self.assertNotIn("OFFLINE", reprinted)
        with self.assertRaisesRegex(UserError, "issued offline"):
            move.action_l10n_pl_ksef_confirmation()

    def test_buyer_whose_nip_changes_meanwhile(self):
        move = self.offline(self.partner_eu)
        self.assertTrue(move.l10n_pl_ksef_may_hand_over)
        self.partner_eu.sudo().vat = "PL8567346215"
        self.assertFalse(move.l10n_pl_ksef_may_hand_over)
        self.assertTrue(move.l10n_pl_ksef_can_confirm)

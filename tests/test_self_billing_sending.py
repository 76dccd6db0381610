"""Self-billed invoices on their way: we issue in the supplier's name, and send."""

from datetime import datetime, timezone

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..simulator.state import Authorization, Identifier
from .common import BUYER_NIP, NIP
from .sending_common import SendingCommon

SUPPLIER_NIP = BUYER_NIP


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSelfBillingSending(SendingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = cls.company_data["default_account_expense"]
        cls.journal = cls.system["account.journal"].create(
            {
                "name": "Samofakturowanie",
                "code": "SB",
                "type": "purchase",
                "is_self_billing": True,
                "default_account_id": account.id,
            }
        )

    def allow(self):
        """Let the supplier give the company the right to self-bill, as in KSeF."""
        self.simulator.state.authorizations["1"] = Authorization(
            id="1",
            grantor_nip=SUPPLIER_NIP,
            authorized=Identifier("Nip", NIP),
            kind="SelfInvoicing",
            description="Umowa o samofakturowanie",
            start_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        )

    def bill(self, **values):
        tax = self.env["account.chart.template"].with_company(self.company)
        row = {
            "name": "Mleko",
            "price_unit": 100,
            "tax_ids": [Command.set(tax.ref("vz_kraj_23").ids)],
        }
        return self.invoice(
            move_type="in_invoice",
            journal_id=values.pop("journal_id", self.journal.id),
            invoice_line_ids=[Command.create(row)],
            **values,
        )

    def test_bill_that_was_not_sent_is_not_issued_yet(self):
        self.assertEqual(self.bill().l10n_pl_ksef_jpk_marker, "missing")

    def test_button_brings_number_and_upo(self):
        self.allow()
        move = self.bill()
        self.assertTrue(move.l10n_pl_ksef_can_send)
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertTrue(move.l10n_pl_ksef_number.startswith(SUPPLIER_NIP))
        self.assertTrue(move.l10n_pl_ksef_has_upo)

    def test_list_of_bills_sends_those_that_are_issued_here(self):
        self.allow()
        journal = self.company_data["default_journal_purchase"]
        own, other = self.bill(), self.bill(journal_id=journal.id)
        action = self.env.ref("l10n_pl_ksef.action_l10n_pl_ksef_send_issued")
        chosen = (own | other).ids
        told = action.with_context(active_model="account.move", active_ids=chosen).run()
        self.assertEqual(told["params"]["type"], "success")
        self.run_sender()
        self.assertInKsefOnce(own)
        self.assertFalse(other.l10n_pl_ksef_state)
        with self.assertRaisesRegex(UserError, "self-billing journal"):
            other.action_l10n_pl_ksef_send_issued()

    def test_without_the_suppliers_permission_the_refusal_tells_the_remedy(self):
        move = self.bill()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertIn("The supplier has not allowed", move.l10n_pl_ksef_message)
        self.assertIn(NIP, move.l10n_pl_ksef_message)
        self.assertEqual(self.accepted_there(), [])
        # The supplier gives the right; the same bill then goes.
        self.allow()
        self.send(move)
        self.assertInKsefOnce(move)

    def test_printed_bill_has_number_and_code_of_the_seller(self):
        self.allow()
        move = self.bill()
        self.send(move)
        (code,) = move._l10n_pl_ksef_qr_codes()
        self.assertEqual(code["label"], move.l10n_pl_ksef_number)
        self.assertIn(f"/invoice/{SUPPLIER_NIP}/", code["link"])
        html, _kind = self.system["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", move.ids
        )
        self.assertIn(move.l10n_pl_ksef_number, html.decode())

    def test_offline_bill_has_the_seller_in_both_codes(self):
        self.allow()
        move = self.bill()
        move.action_l10n_pl_ksef_issue_offline()
        first, second = [code["link"] for code in move._l10n_pl_ksef_qr_codes()]
        self.assertIn(f"/invoice/{SUPPLIER_NIP}/", first)
        self.assertIn(f"/certificate/Nip/{NIP}/{SUPPLIER_NIP}/", second)
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_policy_sends_it_at_posting(self):
        self.allow()
        self.company.sudo().l10n_pl_ksef_sending = "pl_companies"
        move = self.bill()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_ordinary_bill_of_a_supplier_is_refused(self):
        journal = self.company_data["default_journal_purchase"]
        move = self.bill()
        move.button_draft()
        move.write({"journal_id": journal.id, "name": False})
        move.action_post()
        self.assertFalse(move.l10n_pl_ksef_can_send)
        with self.assertRaisesRegex(UserError, "self-billing journal"):
            move.action_l10n_pl_ksef_send()

    def test_send_dialog_takes_it(self):
        self.allow()
        move = self.bill()
        self.assertTrue(move.display_send_button)
        wizard = (
            self.env["account.move.send.wizard"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        self.assertIn("l10n_pl_ksef", wizard.extra_edi_checkboxes or {})
        wizard.sending_methods = []
        wizard.action_send_and_print()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_correction_of_a_self_billed_invoice_is_sent(self):
        self.allow()
        move = self.bill()
        self.send(move)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": "Zwrot", "journal_id": self.journal.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.action_post()
        self.send(refund)
        self.assertInKsefOnce(move | refund)

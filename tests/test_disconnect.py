"""Disconnecting, and what neutralising a copy of the database leaves."""

from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from .wizard_common import WizardCommon

NEUTRALIZE = Path(__file__).parents[1] / "data" / "neutralize.sql"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDisconnect(WizardCommon):
    connects = True

    def setUp(self):
        super().setUp()
        self.env["l10n_pl_ksef.connection"]._test(self.company)

    def ask(self):
        company = self.company.with_user(self.administrator)
        action = company.action_l10n_pl_ksef_disconnect()
        model = self.env[action["res_model"]].with_user(self.administrator)
        return model.with_context(**action["context"]).create({})

    def certificates(self):
        model = self.env["l10n_pl_ksef.certificate"].sudo()
        return model.search([("company_id", "=", self.company.id)])

    def test_button_asks_first(self):
        self.ask()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_disconnecting_wipes_keys_and_tokens(self):
        self.ask().action_disconnect()
        self.assertNotConnected()
        self.assertFalse(self.certificates())
        self.assertFalse(self.company.l10n_pl_ksef_connected_at)

    def test_disconnecting_ends_the_login_at_ksef(self):
        self.ask().action_disconnect()
        self.assertEqual(len(self.requests("DELETE", "/auth/sessions/current")), 1)

    def test_disconnecting_says_how_to_revoke_the_certificates(self):
        notice = self.ask().action_disconnect()
        self.assertIn("revoke them", notice["params"]["message"])

    def test_ksef_out_of_order_does_not_hold_it_up(self):
        self.simulator.faults.add("error", times=50, status=503)
        notice = self.ask().action_disconnect()
        self.assertNotConnected()
        self.assertFalse(self.certificates())
        self.assertIn("within a week", notice["params"]["message"])

    def test_invoices_that_wait_are_counted(self):
        self.assertEqual(self.ask().waiting, 0)

    def test_what_was_sent_stays(self):
        move = self.posted_invoice()
        documents = self.env["l10n_pl_ksef.document"].sudo()
        document = documents._freeze(move, b"<Faktura/>")
        self.ask().action_disconnect()
        self.assertEqual(document.with_context(bin_size=False).xml, b"PEZha3R1cmEvPg==")

    def test_what_waits_to_be_sent_wakes_the_scheduler_no_more(self):
        move = self.posted_invoice()
        document = self.env["l10n_pl_ksef.document"].sudo()._freeze(move, b"<Faktura/>")
        document._note(next_try_at="2026-01-01 12:00:00")
        self.ask().action_disconnect()
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents").sudo()
        triggers = self.system["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        self.assertEqual(document.state, "queued")
        self.run_cron("ir_cron_send_documents")
        self.assertFalse(triggers.search([("cron_id", "=", cron.id)]))

    def test_company_that_is_not_connected_cannot_be_disconnected(self):
        self.ask().action_disconnect()
        with self.assertRaises(UserError):
            self.company.with_user(self.administrator).action_l10n_pl_ksef_disconnect()

    def test_neutralized_copy_has_no_connection_and_points_to_test(self):
        pending = self.at("offline_key")
        self.env.flush_all()
        self.env.cr.execute(NEUTRALIZE.read_text())
        self.env.invalidate_all()
        self.assertNotConnected()
        self.assertEqual(self.company.l10n_pl_ksef_environment, "test")
        self.assertFalse(self.certificates())
        self.assertFalse(pending.exists())
        self.assertNoPendingKeys()
        parameters = self.env["ir.config_parameter"].sudo()
        self.assertFalse(parameters.search([("key", "=", "l10n_pl_ksef.custom_url")]))

    def test_neutralized_copy_warns_of_production(self):
        self.system["ir.config_parameter"].sudo().set_param(
            "database.is_neutralized", "True"
        )
        self.assertIn("real invoices", self.start(environment="prd").notice)
        self.assertNotIn("real invoices", self.start().notice)

"""The wizard: the straight way through, and what stays behind when it is left."""

import os
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.common.vault import ENVIRONMENT_VARIABLE
from .certificates import AUTHENTICATION, OFFLINE, b64, self_signed
from .common import NIP, OTHER_NIP, PESEL
from .wizard_common import WizardCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestConnectWizard(WizardCommon):
    def test_four_files_and_a_login_connect_the_company(self):
        wizard = self.start()
        self.give_all(wizard)
        self.assertEqual(wizard.step, "done")
        self.assertRecordValues(
            self.company,
            [
                {
                    "l10n_pl_ksef_state": "connected",
                    "l10n_pl_ksef_environment": "custom",
                    "l10n_pl_ksef_holder": "Firma Testowa sp. z o.o.",
                }
            ],
        )
        self.assertTrue(self.company.l10n_pl_ksef_connected_at)
        self.assertGreater(self.company.l10n_pl_ksef_days_left, 700)

    def test_the_login_of_the_last_step_is_kept_for_the_work(self):
        self.give_all(self.start())
        self.simulator.log.clear()
        client = self.env["l10n_pl_ksef.gateway"]._client(self.company)
        client.rate_limits()
        self.assertFalse(self.requests(path="/auth/"))

    def test_each_step_shows_where_it_is(self):
        wizard = self.start()
        seen = [wizard.step]
        for give in (
            lambda: None,
            lambda: self.give_certificate(wizard, self.authentication),
            lambda: self.give_key(wizard, self.authentication),
            lambda: self.give_certificate(wizard, self.offline),
        ):
            give()
            wizard.action_next()
            seen.append(wizard.step)
        self.assertEqual(
            seen,
            [
                "company",
                "authentication_certificate",
                "authentication_key",
                "offline_certificate",
                "offline_key",
            ],
        )

    def test_all_four_files_are_needed(self):
        wizard = self.at("authentication_certificate")
        with self.assertRaisesRegex(UserError, "certificate"):
            wizard.action_next()
        wizard = self.at("authentication_key")
        with self.assertRaisesRegex(UserError, "private key"):
            wizard.action_next()
        wizard = self.at("offline_certificate")
        with self.assertRaisesRegex(UserError, "certificate"):
            wizard.action_next()
        wizard = self.at("offline_key")
        with self.assertRaisesRegex(UserError, "private key"):
            wizard.action_next()
        self.assertNotConnected()

    def test_going_back_keeps_what_was_given(self):
        wizard = self.at("offline_certificate")
        for _step in range(3):
            wizard.action_back()
        self.assertEqual(wizard.step, "company")
        wizard.action_next()
        self.assertEqual(wizard.holder, "Firma Testowa sp. z o.o.")
        wizard.action_next()
        self.assertTrue(wizard.has_key)
        wizard.action_next()
        self.give_certificate(wizard, self.offline)
        wizard.action_next()
        self.give_key(wizard, self.offline)
        wizard.action_next()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_going_back_from_a_wrong_password_is_not_held_up(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.authentication, password="wrong")
        wizard.action_back()
        wizard.action_next()
        self.assertEqual(wizard.step, "authentication_key")
        self.assertFalse(wizard.problem)

    def test_another_certificate_after_going_back_wants_its_own_key(self):
        wizard = self.at("offline_certificate")
        wizard.action_back()
        wizard.action_back()
        self.give_certificate(wizard, self.enrolled(AUTHENTICATION))
        wizard.action_next()
        self.assertFalse(wizard.has_key)
        with self.assertRaisesRegex(UserError, "private key"):
            wizard.action_next()

    def test_leaving_halfway_leaves_no_connection(self):
        self.at("offline_key")
        self.assertNotConnected()
        self.assertFalse(self.env["l10n_pl_ksef.certificate"].sudo().search([]))

    def test_cancel_wipes_the_pending_keys(self):
        wizard = self.at("offline_key")
        wizard.action_cancel()
        self.assertNoPendingKeys()

    def test_success_wipes_the_pending_keys(self):
        self.give_all(self.start())
        self.assertNoPendingKeys()

    def test_a_new_start_wipes_an_abandoned_one(self):
        abandoned = self.at("offline_key")
        self.at("authentication_certificate")
        self.assertFalse(abandoned.exists())
        pending = self.env["l10n_pl_ksef.connect.pair"].sudo().search([])
        self.assertFalse([pair for pair in pending if pair.has_key])

    def test_abandoned_wizards_are_vacuumed(self):
        self.at("offline_key")
        model = self.env["l10n_pl_ksef.connect"].sudo()
        self.env.cr.execute(
            "UPDATE l10n_pl_ksef_connect SET write_date = now() - interval '31 minutes'"
        )
        model._transient_vacuum()
        self.assertNoPendingKeys()

    def test_a_second_connection_replaces_the_first(self):
        self.give_all(self.start())
        first = self.company.sudo().l10n_pl_ksef_auth_certificate_id
        fresh = self.enrolled(AUTHENTICATION), self.enrolled(OFFLINE)
        wizard = self.start()
        self.assertIn("replaces the old one", wizard.notice)
        self.give_all(wizard, *fresh)
        self.assertFalse(first.exists())
        self.assertEqual(len(self.env["l10n_pl_ksef.certificate"].sudo().search([])), 2)
        self.assertTrue(self.requests("DELETE", "/auth/sessions/current"))

    def test_a_refused_second_connection_leaves_the_first_alone(self):
        self.give_all(self.start())
        stranger = self.enrolled(AUTHENTICATION, OTHER_NIP)
        with self.assertRaises(UserError):
            self.give_all(self.start(), stranger, self.offline)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_production_switches_the_trial_connection_off(self):
        self.connect()
        self.env["l10n_pl_ksef.connection"]._test(self.company)
        trial = self.company.sudo().l10n_pl_ksef_auth_certificate_id
        with self.production_on_loopback():
            self.give_all(self.start(environment="prd"))
        self.assertFalse(trial.exists())
        self.assertEqual(self.company.l10n_pl_ksef_environment, "prd")
        self.assertTrue(self.requests("DELETE", "/auth/sessions/current"))

    def test_other_environment_waits_until_no_invoice_is_on_its_way(self):
        self.connect()
        move = self.posted_invoice()
        document = self.env["l10n_pl_ksef.document"].sudo()._freeze(move, b"<F/>")
        with self.assertRaisesRegex(UserError, "1 invoices are still on their way"):
            self.start(environment="prd").action_next()
        self.start(environment="custom").action_next()
        document.unlink()
        self.start(environment="prd").action_next()

    def test_jumping_over_a_step_is_caught_at_the_end(self):
        wizard = self.at("offline_certificate")
        authentication = wizard._pair_of("authentication")
        self.give_certificate(wizard, self.offline)
        wizard.action_next()
        self.give_key(wizard, self.offline)
        authentication.sealed_key = False
        with self.assertRaisesRegex(UserError, "private key"):
            wizard.action_next()
        self.assertNotConnected()

    def test_server_without_a_usable_sealing_key_is_told(self):
        wizard = self.at("authentication_key")
        with patch.dict(os.environ, {ENVIRONMENT_VARIABLE: "not a key"}):
            self.give_key(wizard, self.authentication)
            self.assertIn("sealing key", wizard.problem)
            with self.assertRaisesRegex(UserError, "system administrator"):
                wizard.action_next()

    def test_pkcs12_file_gives_certificate_and_key_at_once(self):
        pair = self_signed(self.subject())
        wizard = self.at("authentication_certificate")
        wizard.certificate_file = b64(pair.pkcs12())
        self.assertTrue(wizard.is_pkcs12)
        wizard.action_next()
        wizard.password = "wrong"
        self.assertIn("does not open", wizard.problem)
        wizard.password = pair.password
        self.assertTrue(wizard.has_key)
        wizard.action_next()
        self.give_certificate(wizard, self.offline)
        wizard.action_next()
        self.give_key(wizard, self.offline)
        wizard.action_next()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_der_and_bare_base64_files_are_taken(self):
        wizard = self.at("authentication_certificate")
        wizard.certificate_file = b64(self.authentication.der)
        self.assertTrue(wizard.has_certificate)
        wizard.certificate_file = b64(b64(self.authentication.der).encode())
        self.assertTrue(wizard.has_certificate)

    def test_key_without_a_password_needs_none(self):
        wizard = self.at("authentication_key")
        wizard.key_file = b64(self.authentication.key_der)
        self.assertTrue(wizard.has_key)

    def test_custom_address_is_offered_only_where_it_was_set(self):
        offered = dict(self.env["l10n_pl_ksef.connect"]._selection_environment())
        self.assertIn("custom", offered)
        self.system["ir.config_parameter"].sudo().set_param(
            "l10n_pl_ksef.custom_url", False
        )
        offered = dict(self.env["l10n_pl_ksef.connect"]._selection_environment())
        self.assertEqual(list(offered), ["test", "demo", "prd"])

    def test_production_is_the_default_environment(self):
        wizard = self.env["l10n_pl_ksef.connect"].with_user(self.administrator)
        self.assertEqual(wizard.create({}).environment, "prd")

    def test_company_without_nip_is_told_so(self):
        self.company.sudo().vat = False
        wizard = self.start()
        self.assertIn("NIP", wizard.company_problem)
        with self.assertRaisesRegex(UserError, "NIP"):
            wizard.action_next()

    def test_core_integration_of_the_same_company_is_warned_about(self):
        if "l10n_pl_edi_certificate" not in self.company._fields:
            self.skipTest("Odoo's own integration is not installed")
        certificate = (
            self.system["certificate.certificate"]
            .sudo()
            .create(
                {
                    "name": "core",
                    "content": b64(self_signed(self.subject()).certificate),
                    "company_id": self.company.id,
                }
            )
        )
        self.assertFalse(self.start().is_core_connected)
        self.company.sudo().l10n_pl_edi_certificate = certificate
        self.company.invalidate_recordset()
        self.assertTrue(self.start().is_core_connected)

    def test_person_with_rights_connects_the_company(self):
        person = self.person()
        self.grant(PESEL, "InvoiceWrite", "InvoiceRead")
        wizard = self.start()
        self.give_all(wizard, person)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertFalse(wizard.missing_rights)

    def test_person_who_may_only_read_is_told_what_is_missing(self):
        person = self.person()
        self.grant(PESEL, "InvoiceRead")
        wizard = self.start()
        self.give_all(wizard, person)
        self.assertIn("issue invoices", wizard.missing_rights)
        self.assertNotIn("view invoices", wizard.missing_rights)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWhoMayConnect(WizardCommon):
    def test_accounting_administrator_is_no_system_administrator(self):
        self.assertFalse(self.administrator.has_group("base.group_system"))
        self.assertTrue(self.administrator.has_group("account.group_account_manager"))

    def test_accountant_may_not_connect_test_or_disconnect(self):
        self.connect()
        company = self.company.with_user(self.accountant)
        for action in ("connect", "test", "disconnect"):
            with self.subTest(action=action), self.assertRaises(AccessError):
                getattr(company, f"action_l10n_pl_ksef_{action}")()
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.connect"].create({})

    def test_wizard_of_another_person_is_out_of_reach(self):
        wizard = self.at("offline_key")
        other = self.make_user("ksef_admin_2", "account.group_account_manager")
        with self.assertRaises(AccessError):
            wizard.with_user(other).action_next()

    def test_company_of_others_cannot_be_connected(self):
        foreign = self.other_company()
        self.administrator.sudo().company_ids -= foreign.sudo()
        with self.assertRaises(AccessError):
            foreign.with_user(self.administrator).action_l10n_pl_ksef_connect()
        with self.assertRaises(AccessError):
            self.start(company=foreign).action_next()
        self.assertFalse(foreign.sudo().l10n_pl_ksef_auth_certificate_id)

    def test_two_companies_have_connections_of_their_own(self):
        other = self.other_company()
        self.give_all(self.start())
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertEqual(other.l10n_pl_ksef_state, "not_connected")
        pairs = [self.enrolled(usage, OTHER_NIP) for usage in (AUTHENTICATION, OFFLINE)]
        self.give_all(self.start(company=other), *pairs)
        self.assertEqual(other.l10n_pl_ksef_state, "connected")
        self.assertEqual(other.l10n_pl_ksef_nip, OTHER_NIP)
        self.assertEqual(self.company.l10n_pl_ksef_nip, NIP)

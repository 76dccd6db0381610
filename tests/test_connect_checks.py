"""What the wizard says to files and rights that do not fit, at once and in words."""

from datetime import timedelta
from pathlib import Path

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models.common import messages
from ..models.common.message_table import ROWS
from .certificates import AUTHENTICATION, OFFLINE, b64, person_subject, self_signed
from .common import NIP, OTHER_NIP, PESEL
from .wizard_common import WizardCommon

POLISH = Path(__file__).parents[1] / "i18n" / "pl.po"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFileChecks(WizardCommon):
    def assertRefused(self, wizard, *words):
        """The reason is on the screen, and pressing the button says it again."""
        step = wizard.step
        for word in words:
            self.assertIn(word, wizard.problem)
        with self.assertRaisesRegex(UserError, words[0]):
            wizard.action_next()
        self.assertEqual(wizard.step, step)
        self.assertNotConnected()

    def give(self, data, step="authentication_certificate", **options):
        wizard = self.at(step, **options)
        wizard.certificate_file = b64(data)
        return wizard

    def test_wrong_password(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.authentication, password="not this one")
        self.assertRefused(wizard, "This password does not open the key")

    def test_right_password_after_a_wrong_one_needs_no_second_upload(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.authentication, password="not this one")
        self.assertTrue(wizard.has_file)
        wizard.password = self.authentication.password
        self.assertTrue(wizard.has_key)
        wizard.action_next()
        self.assertEqual(wizard.step, "offline_certificate")

    def test_missing_password(self):
        wizard = self.at("authentication_key")
        wizard.key_file = b64(self.authentication.key)
        self.assertRefused(wizard, "protected by a password")

    def test_key_of_another_pair(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.offline)
        self.assertRefused(wizard, "files are from different pairs")

    def test_swapped_certificates(self):
        wizard = self.give(self.offline.certificate)
        self.assertRefused(wizard, "This is the offline certificate", "swapped")
        wizard = self.give(self.authentication.certificate, "offline_certificate")
        self.assertRefused(wizard, "This is the authentication certificate", "swapped")

    def test_same_key_in_both_pairs(self):
        key = self.authentication.private_key
        twin = self_signed(self.subject(), OFFLINE, key=key)
        wizard = self.give(twin.certificate, "offline_certificate")
        self.assertRefused(wizard, "same files as in stage 1")

    def test_expired_certificate_with_its_date(self):
        old = self_signed(self.subject(), days=10, starts_in=-30)
        wizard = self.give(old.certificate)
        year = str((self.simulator.clock.now() - timedelta(days=20)).year)
        self.assertRefused(wizard, "The certificate expired on", year)

    def test_certificate_that_is_not_valid_yet_with_its_date(self):
        future = self_signed(self.subject(), starts_in=40)
        wizard = self.give(future.certificate)
        year = str((self.simulator.clock.now() + timedelta(days=40)).year)
        self.assertRefused(wizard, "not valid before", year)

    def test_empty_file(self):
        self.assertRefused(self.give(b"\n"), "The file is empty")

    def test_file_that_is_no_certificate(self):
        wizard = self.give(b"Faktura nr 1")
        self.assertRefused(wizard, "This file is not a certificate")

    def test_key_file_in_the_place_of_the_certificate(self):
        wizard = self.give(self.authentication.key)
        self.assertRefused(wizard, "This file is a private key")

    def test_certificate_file_in_the_place_of_the_key(self):
        wizard = self.at("authentication_key")
        wizard.key_file = b64(self.authentication.certificate)
        self.assertRefused(wizard, "This file is a certificate")

    def test_file_that_is_no_key(self):
        wizard = self.at("authentication_key")
        wizard.write({"key_file": b64(b"not a key"), "password": "x"})
        self.assertRefused(wizard, "This file is not a private key")

    def test_file_of_fifty_megabytes(self):
        self.assertRefused(self.give(b"x" * 50_000_000), "too large")
        wizard = self.at("authentication_key")
        wizard.key_file = b64(b"x" * 50_000_000)
        self.assertRefused(wizard, "too large")
        self.assertFalse(wizard.has_file)

    def test_test_certificate_for_production(self):
        wizard = self.start(environment="prd")
        wizard.action_next()
        self.give_certificate(wizard, self.authentication)
        self.assertRefused(wizard, "another KSeF environment")

    def test_environment_changed_after_the_upload(self):
        wizard = self.at("authentication_key")
        wizard.action_back()
        wizard.action_back()
        wizard.environment = "prd"
        wizard.action_next()
        with self.assertRaisesRegex(UserError, "another KSeF environment"):
            wizard.action_next()

    def test_certificate_of_another_company_is_taken_with_a_warning(self):
        wizard = self.give(self.enrolled(AUTHENTICATION, OTHER_NIP).certificate)
        self.assertFalse(wizard.problem)
        self.assertIn(OTHER_NIP, wizard.notice)
        self.assertIn("rights in KSeF", wizard.notice)
        wizard.action_next()

    def test_own_certificate_brings_no_warning(self):
        self.assertFalse(self.give(self.authentication.certificate).notice)

    def test_certificate_of_a_person_is_normal_and_needs_rights(self):
        wizard = self.give(self.person().certificate)
        self.assertFalse(wizard.problem)
        self.assertIn("That is normal", wizard.notice)
        self.assertIn(NIP, wizard.notice)
        self.assertNotIn(PESEL, f"{wizard.holder} {wizard.subject} {wizard.notice}")

    def test_certificate_near_its_end_is_warned_about(self):
        wizard = self.give(self_signed(self.subject(), days=20).certificate)
        self.assertRegex(wizard.notice, "expires in 1[89] days")

    def test_qualified_certificate_cannot_sign_offline_invoices(self):
        qualified = self_signed(self.subject(), usage=None).certificate
        self.assertFalse(self.give(qualified).problem)
        wizard = self.give(qualified, "offline_certificate")
        self.assertRefused(wizard, "This is not a KSeF certificate")

    def test_check_answers_while_the_form_is_being_filled_in(self):
        wizard = self.at("authentication_certificate")
        answer = wizard.onchange(
            {"certificate_file": b64(self.offline.certificate)},
            ["certificate_file"],
            {"certificate_file": {}, "problem": {}, "holder": {}, "step": {}},
        )
        self.assertIn("offline certificate", answer["value"]["problem"])
        answer = wizard.onchange(
            {"certificate_file": b64(self.authentication.certificate)},
            ["certificate_file"],
            {"certificate_file": {}, "problem": {}, "holder": {}, "step": {}},
        )
        self.assertEqual(answer["value"]["holder"], "Firma Testowa sp. z o.o.")

    def test_onchange_keeps_nothing(self):
        wizard = self.at("authentication_key")
        wizard.onchange(
            {
                "key_file": b64(self.authentication.key),
                "password": self.authentication.password,
            },
            ["password"],
            {"key_file": {}, "password": {}, "problem": {}, "has_key": {}},
        )
        wizard.invalidate_recordset()
        self.assertFalse(wizard.has_key)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLoginChecks(WizardCommon):
    def refuse(self, authentication, offline=None):
        with self.assertRaises(UserError) as caught:
            self.give_all(self.start(), authentication, offline)
        self.assertNotConnected()
        return str(caught.exception)

    def test_no_right_in_this_company(self):
        text = self.refuse(self.enrolled(AUTHENTICATION, OTHER_NIP))
        self.assertIn(f"no KSeF rights for NIP {NIP}", text)
        self.assertIn("ZAW-FA", text)

    def test_person_without_rights(self):
        self.assertIn("no KSeF rights", self.refuse(self.person()))

    def test_revoked_authentication_certificate(self):
        self.revoke(self.authentication)
        text = self.refuse(self.authentication)
        self.assertIn("revoked", text)
        self.assertIn("Generate and upload a new pair", text)

    def test_revoked_offline_certificate(self):
        self.revoke(self.offline)
        text = self.refuse(self.authentication, self.offline)
        self.assertIn("offline certificate is revoked", text)

    def test_certificate_that_ksef_does_not_know(self):
        nameless = self_signed(
            [*person_subject(PESEL)[:2], *self.subject()[3:]], AUTHENTICATION
        )
        text = self.refuse(nameless)
        self.assertIn("KSeF does not accept this certificate", text)
        self.assertIn("KSeF: ", text)

    def test_ksef_out_of_order_keeps_the_wizard_as_it_is(self):
        wizard = self.at("offline_key")
        self.give_key(wizard, self.offline)
        self.simulator.faults.add("error", times=50, status=503)
        with self.assertRaisesRegex(UserError, "technical problem"):
            wizard.action_next()
        self.assertNotConnected()
        self.simulator.faults.clear()
        wizard.action_next()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_refusal_is_told_in_polish(self):
        if not self.env["res.lang"]._lang_get("pl_PL") or not POLISH.exists():
            self.skipTest("Polish is not installed")
        self.administrator.sudo().lang = "pl_PL"
        wizard = self.at("authentication_key").with_context(lang="pl_PL")
        self.give_key(wizard, self.authentication, password="zle")
        self.assertIn("Hasło nie otwiera tego klucza", wizard.problem)

    def revoke(self, pair):
        serial = self.serial(pair)
        self.simulator.state.certificates[serial].status = "Revoked"

    def serial(self, pair):
        known = self.simulator.state.certificates.values()
        return next(each.serial for each in known if each.der == pair.der)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMessages(WizardCommon):
    def test_every_row_has_its_values(self):
        for scope, code in ROWS:
            with self.subTest(scope=scope, code=code):
                text = messages.explain_status(
                    self.env, scope, code, ["Opis."], nip=NIP, number="1"
                )
                self.assertNotIn("%(", text)
                self.assertTrue(text.endswith("KSeF: Opis."))

    def test_unknown_code_is_told_with_the_words_of_ksef(self):
        text = messages.explain_status(self.env, "invoice", 999, ["Nowy powód."])
        self.assertIn("999", text)
        self.assertIn("Nowy powód.", text)

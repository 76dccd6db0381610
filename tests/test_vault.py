"""The vault: what the database cannot open, rotation, a lost sealing key."""

import os
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.tests import tagged
from odoo.tools import config

from ..models.common import vault
from ..models.common.vault import ENVIRONMENT_VARIABLE, VaultError
from .common import KsefCommon


def new_key():
    return Fernet.generate_key().decode()


def sealing_with(*keys):
    """Run with these sealing keys in the environment."""
    return patch.dict(os.environ, {ENVIRONMENT_VARIABLE: ",".join(keys)})


@tagged("post_install_l10n", "post_install", "-at_install")
class TestVault(KsefCommon):
    def test_sealed_text_opens_again_and_shows_nothing(self):
        sealed = vault.seal(self.env, b"a private key")
        self.assertNotIn("private", sealed)
        self.assertEqual(vault.unseal(self.env, sealed), b"a private key")

    def test_another_server_does_not_open_it(self):
        sealed = vault.seal(self.env, b"secret")
        with sealing_with(new_key()), self.assertRaises(VaultError) as caught:
            vault.unseal(self.env, sealed)
        self.assertEqual(caught.exception.code, "sealed_with_other_key")
        self.assertNotIn(sealed, str(caught.exception))

    def test_first_key_seals_and_all_keys_open(self):
        old, new = new_key(), new_key()
        with sealing_with(old):
            sealed = vault.seal(self.env, b"secret")
        with sealing_with(new, old):
            resealed = vault.reseal(self.env, sealed)
        with sealing_with(new):
            self.assertEqual(vault.unseal(self.env, resealed), b"secret")

    def test_unusable_key_is_told_without_showing_it(self):
        with sealing_with("my-secret-phrase"), self.assertRaises(VaultError) as caught:
            vault.seal(self.env, b"secret")
        self.assertEqual(caught.exception.code, "key_unusable")
        self.assertNotIn("phrase", str(caught.exception))

    def test_key_of_the_configuration_file_is_used(self):
        key = new_key()
        with (
            sealing_with(),
            patch.dict(config.options, {vault.CONFIG_OPTION: key}),
        ):
            sealed = vault.seal(self.env, b"secret")
        self.assertEqual(Fernet(key).decrypt(sealed.encode()), b"secret")

    def test_without_a_key_a_file_is_made_for_the_owner_only(self):
        with tempfile.TemporaryDirectory() as folder, sealing_with():
            path = Path(folder) / "deep" / "sealing.key"
            with patch.object(vault, "key_file", lambda: path):
                sealed = vault.seal(self.env, b"secret")
                self.assertEqual(vault.unseal(self.env, sealed), b"secret")
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual(os.listdir(path.parent), ["sealing.key"])

    def test_key_file_of_another_worker_is_not_replaced(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sealing.key"
            path.write_text("first")
            vault._make_key_file(path)
            self.assertEqual(path.read_text(), "first")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSealedCertificates(KsefCommon):
    connects = True

    def certificate(self):
        return self.company.sudo().l10n_pl_ksef_auth_certificate_id

    def log_in(self):
        self.env["l10n_pl_ksef.connection"]._test(self.company)

    def test_rotation_seals_keys_and_login_again(self):
        self.log_in()
        old, new = os.environ[ENVIRONMENT_VARIABLE], new_key()
        with sealing_with(new, old):
            count = self.env["l10n_pl_ksef.certificate"]._reseal_all()
        # two private keys and one login
        self.assertEqual(count, 3)
        with sealing_with(new):
            self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
            self.assertTrue(self.certificate()._read_key())
            gateway = self.env["l10n_pl_ksef.gateway"]
            self.assertTrue(gateway._stored_tokens(self.certificate()).refresh)

    def test_rotation_without_the_old_key_changes_nothing(self):
        before = self.certificate().sealed_key
        with sealing_with(new_key()), self.assertRaises(VaultError):
            self.env["l10n_pl_ksef.certificate"]._reseal_all()
        self.assertEqual(self.certificate().sealed_key, before)

    def test_database_restored_without_the_key_asks_for_the_certificates(self):
        with sealing_with(new_key()):
            self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
            self.assertIn(
                "Upload the certificates again", self.company.l10n_pl_ksef_status
            )

    def test_test_button_without_the_key_explains_instead_of_failing(self):
        company = self.company.with_user(self.administrator)
        with sealing_with(new_key()):
            notice = company.action_l10n_pl_ksef_test()
            self.assertEqual(notice["params"]["type"], "danger")
            self.assertIn("Upload the certificates again", notice["params"]["message"])

    def test_sealed_columns_are_for_system_administrators_only(self):
        model = self.env["l10n_pl_ksef.certificate"].with_user(self.administrator)
        self.assertFalse({"sealed_key", "sealed_login"} & set(model.fields_get()))

"""After the wizard: no password, key or token in any table, file or log line."""

import logging
from base64 import b64encode

from odoo.tests import tagged

from .wizard_common import WizardCommon


class _Collector(logging.Handler):
    """Keeps every line, with its arguments and traceback."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(message)s"))
        self.lines = []

    def emit(self, record):
        self.lines.append(self.format(record))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSecrets(WizardCommon):
    def setUp(self):
        super().setUp()
        self.collector = _Collector()
        root = logging.getLogger()
        levels = {name: logging.getLogger(name).level for name in ("", "odoo")}
        for name in levels:
            logging.getLogger(name).setLevel(logging.DEBUG)
        root.addHandler(self.collector)

        def restore():
            root.removeHandler(self.collector)
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)

        self.addCleanup(restore)

    def secrets(self):
        """Return every secret of the wizard, in the forms in which it could leak."""
        plain = []
        for pair in (self.authentication, self.offline):
            plain += [pair.password.encode(), pair.key_der, _scalar(pair)]
        login = self.env["l10n_pl_ksef.gateway"]._stored_tokens(
            self.company.sudo().l10n_pl_ksef_auth_certificate_id
        )
        plain += [login.access.encode(), login.refresh.encode()]
        forms = set()
        for secret in plain:
            forms |= {secret, secret.hex().encode(), b64encode(secret)}
        return forms

    def tables(self):
        """Return every row of every table of the database, as text."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        dump = []
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f'SELECT t::text FROM "{table}" t')
            dump += [row for (row,) in self.env.cr.fetchall()]
        return "\n".join(dump).encode()

    def files(self):
        """Return the contents of all attachments of the database."""
        attachments = self.env["ir.attachment"].sudo().search([("id", "!=", 0)])
        return b"\n".join(raw for raw in attachments.mapped("raw") if raw)

    def assertNoSecrets(self, place, content):
        for secret in self.secrets():
            self.assertFalse(secret in content, f"a secret is in {place}")

    def test_the_search_finds_what_is_there(self):
        self.give_all(self.start())
        self.company.sudo().partner_id.comment = self.authentication.password
        found = [secret in self.tables() for secret in self.secrets()]
        self.assertTrue(any(found))

    def test_nothing_is_in_the_tables_or_the_log(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.authentication, password="mistyped-first")
        self.give_key(wizard, self.authentication)
        halfway = self.tables()
        wizard.action_next()
        self.give_certificate(wizard, self.offline)
        wizard.action_next()
        self.give_key(wizard, self.offline)
        wizard.action_next()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertNoSecrets("a table while the wizard runs", halfway)
        self.assertNotIn(b"mistyped-first", halfway)
        self.assertNoSecrets("a table", self.tables())
        self.assertNoSecrets("an attachment", self.files())
        log = "\n".join(self.collector.lines).encode()
        self.assertTrue(log)
        self.assertNoSecrets("the log", log)

    def test_the_browser_never_gets_back_what_was_typed(self):
        wizard = self.at("authentication_key")
        asked = {"certificate_file": {}, "key_file": {}, "password": {}, "step": {}}
        answer = wizard.web_save(
            {
                "key_file": b64encode(self.authentication.key).decode(),
                "password": self.authentication.password,
            },
            asked,
        )[0]
        self.assertFalse(answer["password"])
        self.assertFalse(answer["key_file"])

    def test_errors_hold_no_password(self):
        wizard = self.at("authentication_key")
        self.give_key(wizard, self.authentication, password="a-secret-mistake")
        self.assertNotIn("a-secret-mistake", wizard.problem)


def _scalar(pair):
    """Return the 32 bytes of the private number, whatever frames it."""
    return pair.private_key.private_numbers().private_value.to_bytes(32, "big")

"""The right to issue is known before the day's first invoice is issued offline."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from . import certificates
from .common import PESEL
from .sending_common import SendingCommon
from .wizard_common import granted

GRANTS = "/permissions/query/personal/grants"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRightsOffline(SendingCommon):
    def connect_as_person(self, *permissions):
        """Connect with the certificate of a person who has these rights."""
        company = self.company.sudo()
        pair = certificates.enroll(
            self.simulator,
            certificates.AUTHENTICATION,
            certificates.person_subject(PESEL),
        )
        row = self.stored(company, certificates.AUTHENTICATION, pair)
        company.l10n_pl_ksef_auth_certificate_id = row
        granted(self.simulator, PESEL, *permissions)

    def look(self):
        self.run_cron("ir_cron_look_at_rights")
        self.env.invalidate_all()

    def known_since(self, days):
        company = self.company.sudo()
        company.l10n_pl_ksef_rights_at = fields.Datetime.now() - timedelta(days=days)

    def logs(self, move):
        return "".join(move.message_ids.mapped("body"))

    def test_without_the_right_nothing_is_issued_offline(self):
        self.connect_as_person("InvoiceRead")
        self.look()
        move = self.invoice()
        # With the savepoint that a person's request has.
        with self.assertRaises(UserError) as refused:
            move.action_l10n_pl_ksef_issue_offline()
        self.assertIn("InvoiceWrite", str(refused.exception))
        self.assertFalse(move.l10n_pl_ksef_issue_mode)
        self.assertFalse(move.l10n_pl_ksef_document_ids)

    def test_with_the_right_it_is_issued(self):
        self.connect_as_person("InvoiceRead", "InvoiceWrite")
        self.look()
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")
        self.assertNotIn("could not be asked today", self.logs(move))

    def test_ksef_is_asked_once_a_day(self):
        self.look()
        self.look()
        self.send(self.invoice())
        self.assertEqual(len(self.requests("POST", GRANTS)), 1)
        self.known_since(days=1)
        self.look()
        self.assertEqual(len(self.requests("POST", GRANTS)), 2)

    def test_right_that_was_granted_since_counts(self):
        self.connect_as_person("InvoiceRead")
        self.look()
        granted(self.simulator, PESEL, "InvoiceWrite")
        self.company.with_user(self.administrator).action_l10n_pl_ksef_test()
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")

    def test_right_that_was_taken_away_counts_from_the_next_day(self):
        self.connect_as_person("InvoiceRead", "InvoiceWrite")
        self.look()
        self.simulator.state.grants.clear()
        granted(self.simulator, PESEL, "InvoiceRead")
        self.known_since(days=1)
        self.look()
        with self.assertRaisesRegex(UserError, "InvoiceWrite"):
            self.invoice().action_l10n_pl_ksef_issue_offline()

    def test_ksef_out_of_reach_leaves_the_last_word_and_its_age(self):
        self.look()
        self.known_since(days=3)
        self.fault("error", "", times=100, status=503)
        self.look()
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "offline24")
        self.assertIn("could not be asked today", self.logs(move))
        self.assertIn("3 days ago", self.logs(move))

    def test_last_word_that_was_no_still_refuses(self):
        self.connect_as_person("InvoiceRead")
        self.look()
        self.known_since(days=3)
        self.fault("error", "", times=100, status=503)
        self.look()
        with self.assertRaisesRegex(UserError, "InvoiceWrite"):
            self.invoice().action_l10n_pl_ksef_issue_offline()

    def test_button_makes_no_call(self):
        self.invoice().action_l10n_pl_ksef_issue_offline()
        self.assertFalse(self.requests())

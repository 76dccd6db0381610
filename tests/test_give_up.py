"""Documents to which no answer comes are given up by an administrator, never else."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .sending_common import SendingCommon

SEND = r"/sessions/online/[^/]+/invoices$"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestGiveUp(SendingCommon):
    def stuck(self):
        """Return an invoice that was sent, and to which KSeF gives no answer."""
        move = self.invoice()
        self.fault("cut_after", SEND)
        self.fault("error", "/sessions/", method="GET", times=500, status=503)
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "unknown")
        return move

    def wizard(self, moves, user=None, **values):
        documents = moves.l10n_pl_ksef_document_ids.with_user(
            user or self.administrator
        )
        action = documents.action_give_up()
        wizards = self.env[action["res_model"]].with_user(user or self.administrator)
        return wizards.with_context(**action["context"]).create(
            {"reason": "TEST was left", **values}
        )

    def in_environment(self, code, moves):
        """As if the company, and these documents, were in another environment."""
        self.company.sudo().l10n_pl_ksef_environment = code
        sessions = moves.l10n_pl_ksef_document_ids.session_id.sudo()
        sessions.write({"environment": code})

    def test_administrator_gives_up_with_a_reason(self):
        move = self.stuck()
        self.wizard(move).action_give_up()
        self.assertEqual(move.l10n_pl_ksef_state, "given_up")
        log = move.message_ids[0].body
        self.assertIn("TEST was left", log)
        self.assertIn(self.administrator.name, log)
        document = move.l10n_pl_ksef_document_id
        self.assertEqual(document.session_id.state, "failed")

    def test_nobody_waits_for_it_any_more(self):
        move = self.stuck()
        self.wizard(move).action_give_up()
        self.simulator.faults.clear()
        self.simulator.log.clear()
        self.time_passes()
        self.run_sender()
        self.assertFalse(self.requests())
        connection = self.system["l10n_pl_ksef.connection"]
        connection._check_nothing_is_on_its_way(self.company, "demo")

    def test_it_can_be_changed_and_sent_anew(self):
        move = self.stuck()
        self.wizard(move).action_give_up()
        self.simulator.reset()
        self.connect()
        self.time_passes()
        move.button_draft()
        move.action_post()
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(len(move.l10n_pl_ksef_document_ids), 2)

    def test_environment_is_held_until_then(self):
        self.stuck()
        connection = self.system["l10n_pl_ksef.connection"]
        with self.assertRaisesRegex(UserError, "Give up"):
            connection._check_nothing_is_on_its_way(self.company, "demo")

    def test_accountant_does_not_give_up(self):
        move = self.stuck()
        with self.assertRaises(AccessError):
            self.wizard(move, user=self.accountant)

    def test_not_while_ksef_answers(self):
        move = self.invoice()
        self.simulator.config.processing_seconds = 60
        self.addCleanup(setattr, self.simulator.config, "processing_seconds", 0.0)
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "processing")
        with self.assertRaisesRegex(UserError, "KSeF answers"):
            self.wizard(move)

    def test_not_after_a_look_that_succeeded_again(self):
        move = self.stuck()
        session = move.l10n_pl_ksef_document_id.session_id
        self.assertTrue(session.lookup_failed_at)
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertFalse(session.lookup_failed_at)
        self.assertInKsefOnce(move)

    def test_environment_that_was_left_is_enough(self):
        move = self.stuck()
        session = move.l10n_pl_ksef_document_id.session_id.sudo()
        session.write({"lookup_failed_at": False, "environment": "test"})
        self.wizard(move).action_give_up()
        self.assertEqual(move.l10n_pl_ksef_state, "given_up")

    def test_production_wants_the_number_and_the_word(self):
        move = self.stuck()
        self.in_environment("prd", move)
        for values in ({}, {"has_looked": True}, {"typed": move.name}):
            with self.assertRaisesRegex(UserError, "may have accepted"):
                self.wizard(move, **values).action_give_up()
        wizard = self.wizard(move, has_looked=True, typed=move.name)
        self.assertTrue(wizard.is_production)
        wizard.action_give_up()
        self.assertEqual(move.l10n_pl_ksef_state, "given_up")

    def test_production_goes_one_at_a_time(self):
        moves = self.invoices(2)
        self.fault("cut_after", SEND, times=2)
        self.fault("error", "/sessions/", method="GET", times=500, status=503)
        moves.action_l10n_pl_ksef_send()
        self.run_sender()
        documents = moves.l10n_pl_ksef_document_ids.sudo()
        session = documents.session_id[:1]
        documents.write({"state": "unknown", "session_id": session.id, "attempts": 1})
        self.in_environment("prd", moves)
        wizard = self.wizard(moves, has_looked=True, typed=moves[0].name)
        with self.assertRaisesRegex(UserError, "one at a time"):
            wizard.action_give_up()

    def test_answered_invoice_is_not_given_up(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "has had its answer"):
            self.wizard(move)

    def test_what_waits_for_production_is_not_given_up(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.in_environment("prd", move)
        with self.assertRaisesRegex(UserError, "not at KSeF"):
            self.wizard(move)

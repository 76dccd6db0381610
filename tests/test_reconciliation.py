"""What KSeF has and what is known here are compared once a day."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestReconciliation(SendingCommon):
    def reconcile(self):
        """Compare, hours after what was sent just now."""
        sessions = self.system["l10n_pl_ksef.session"].search([])
        earlier = fields.Datetime.now() - timedelta(hours=3)
        sessions._note(opened_at=earlier)
        for session in self.simulator.state.sessions.values():
            session.created_at = session.created_at - timedelta(hours=3)
        self.env.flush_all()
        self.run_cron("ir_cron_reconcile")

    def tasks(self, record):
        kind = self.env.ref("l10n_pl_ksef.mail_activity_difference")
        return record.sudo().activity_ids.filtered(
            lambda task: task.activity_type_id == kind
        )

    def all_tasks(self):
        kind = self.env.ref("l10n_pl_ksef.mail_activity_difference")
        return self.system["mail.activity"].search([("activity_type_id", "=", kind.id)])

    def test_nothing_differs(self):
        moves = self.invoices(2)
        self.send(moves)
        self.reconcile()
        self.assertFalse(self.all_tasks())
        self.assertTrue(self.company.l10n_pl_ksef_reconciled_at)
        # Where the counts agree, no list is asked for.
        lists = [e for e in self.requests("GET", "/sessions") if e.status == 200]
        self.assertTrue(lists)

    def test_accepted_there_and_not_known_here(self):
        move = self.invoice()
        self.send(move)
        document = move.l10n_pl_ksef_document_id.sudo()
        number = document.ksef_number
        document.write({"state": "rejected", "ksef_number": False})
        self.reconcile()
        self.assertIn(number, self.tasks(move).note)

    def test_number_here_and_nothing_there(self):
        moves = self.invoices(2)
        self.send(moves)
        document = moves[0].l10n_pl_ksef_document_id.sudo()
        document.write({"xml_hash": "x" * 43 + "="})
        other = moves[1].l10n_pl_ksef_document_id.sudo()
        other.write({"state": "rejected", "ksef_number": False})
        self.reconcile()
        self.assertIn(document.ksef_number, self.tasks(moves[0]).note)
        self.assertTrue(self.tasks(moves[1]))

    def test_session_of_another_program(self):
        move = self.invoice()
        self.send(move)
        session = move.l10n_pl_ksef_document_id.session_id.sudo()
        reference = session.reference_number
        session._note(reference_number="20260101-SO-0000000000-0000000000-00")
        self.reconcile()
        tasks = self.tasks(self.company.partner_id)
        self.assertIn(reference, tasks[:1].note)
        self.assertIn(self.administrator, tasks.user_id)
        # and the session that we know of is not there
        self.assertTrue(self.tasks(move))

    def test_told_once(self):
        move = self.invoice()
        self.send(move)
        move.l10n_pl_ksef_document_id.sudo().write(
            {"state": "rejected", "ksef_number": False}
        )
        self.reconcile()
        self.tasks(move).action_feedback()
        self.env.flush_all()
        self.run_cron("ir_cron_reconcile")
        self.assertFalse(self.tasks(move))

    def test_ksef_that_does_not_answer_is_asked_again_tomorrow(self):
        self.fault("error", "", times=1000, status=503)
        self.env.flush_all()
        self.run_cron("ir_cron_reconcile")
        self.assertFalse(self.company.l10n_pl_ksef_reconciled_at)

    def test_invoice_on_its_way_for_a_day(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        move.l10n_pl_ksef_document_id.sudo()._note(
            queued_at=fields.Datetime.now() - timedelta(hours=25)
        )
        self.reconcile()
        self.assertEqual(len(self.tasks(move)), 1)
        self.reconcile()
        self.assertEqual(len(self.tasks(move)), 1)

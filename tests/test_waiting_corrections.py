"""A correction that is sent before its original has a number waits, and goes then."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWaitingCorrections(SendingCommon):
    def credit(self, move, post=True):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"reason": "Zwrot", "journal_id": move.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.action_post()
        return refund

    def let_waiting_go(self):
        self.run_cron("ir_cron_queue_waiting")
        self.run_sender()

    def test_e103_correction_goes_when_the_original_has_its_number(self):
        origin = self.invoice()
        origin.action_l10n_pl_ksef_send()
        refund = self.credit(origin)
        toast = refund.action_l10n_pl_ksef_send()
        self.assertEqual(toast["params"]["type"], "info")
        self.assertTrue(refund.l10n_pl_ksef_waits_for_number)
        self.assertFalse(refund.l10n_pl_ksef_state)
        self.run_sender()
        self.assertTrue(origin.l10n_pl_ksef_number)
        self.let_waiting_go()
        self.assertInKsefOnce(origin | refund)
        self.assertFalse(refund.l10n_pl_ksef_waits_for_number)
        there = self.simulator.state.accepted[refund.l10n_pl_ksef_number]
        self.assertIn(origin.l10n_pl_ksef_number.encode(), there.content)

    def test_acceptance_of_the_original_wakes_the_cron(self):
        origin = self.invoice()
        origin.action_l10n_pl_ksef_send()
        self.credit(origin).action_l10n_pl_ksef_send()
        cron = self.env.ref("l10n_pl_ksef.ir_cron_queue_waiting")
        triggers = self.system["ir.cron.trigger"].sudo()
        mine = [("cron_id", "=", cron.id)]
        before = triggers.search_count(mine)
        self.run_sender()
        self.assertGreater(triggers.search_count(mine), before)

    def test_correction_by_policy_waits_too(self):
        self.company.sudo().l10n_pl_ksef_sending = "pl_companies"
        origin = self.invoice()
        refund = self.credit(origin)
        self.assertTrue(refund.l10n_pl_ksef_waits_for_number)
        self.run_sender()
        self.let_waiting_go()
        self.assertInKsefOnce(origin | refund)

    def test_original_that_nobody_sent_is_asked_for(self):
        origin = self.invoice()
        refund = self.credit(origin)
        with self.assertRaisesRegex(UserError, "no KSeF number yet"):
            refund.action_l10n_pl_ksef_send()
        self.assertFalse(refund.l10n_pl_ksef_waits_for_number)

    def test_draft_waits_no_more(self):
        origin = self.invoice()
        origin.action_l10n_pl_ksef_send()
        refund = self.credit(origin)
        refund.action_l10n_pl_ksef_send()
        refund.button_draft()
        self.assertFalse(refund.l10n_pl_ksef_waits_for_number)

    def test_rejected_original_leaves_the_correction_to_a_person(self):
        origin = self.invoice()
        origin.action_l10n_pl_ksef_send()
        document = origin.l10n_pl_ksef_document_id.sudo()
        xml = document._kept_bytes("xml").replace(b"<P_2>", b"<P_2></P_2><P_2>")
        document.unlink()
        self.env["l10n_pl_ksef.document"]._freeze(origin, xml)
        refund = self.credit(origin)
        refund.action_l10n_pl_ksef_send()
        self.run_sender()
        self.assertEqual(origin.l10n_pl_ksef_state, "rejected")
        self.let_waiting_go()
        self.assertFalse(refund.l10n_pl_ksef_waits_for_number)
        self.assertIn("rejected the corrected invoice", refund.l10n_pl_ksef_problem)

"""Many invoices as one package."""

from odoo.tests import tagged

from ..models.common import document_states as doc
from .sending_common import SendingCommon

OPEN = r"/sessions/batch$"
PARTS = r"/storage/"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBatch(SendingCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_batch_from = 4

    def sessions(self, moves):
        return moves.l10n_pl_ksef_document_ids.session_id

    def test_from_the_threshold_on_one_package_goes(self):
        moves = self.invoices(5)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(self.sessions(moves).mapped("kind"), ["batch"])
        self.assertEqual(self.sent(), 0)
        self.assertTrue(all(moves.mapped("l10n_pl_ksef_has_upo")))
        self.assertLess(len(self.requests()), 20)

    def test_below_the_threshold_they_go_one_by_one(self):
        moves = self.invoices(3)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(self.sessions(moves).mapped("kind"), ["online"])

    def test_one_bad_of_many_does_not_harm_the_rest(self):
        moves = self.invoices(5)
        moves.action_l10n_pl_ksef_send()
        bad = moves[2]
        document = bad.l10n_pl_ksef_document_id.sudo()
        xml = document._xml_bytes().replace(b"<P_2>", b"<P_2></P_2><P_2>")
        document.unlink()
        self.env["l10n_pl_ksef.document"]._freeze(bad, xml)
        self.run_sender()
        self.assertEqual(bad.l10n_pl_ksef_state, "rejected")
        self.assertInKsefOnce(moves - bad)

    def test_offline_ones_have_a_package_of_their_own(self):
        online, offline = self.invoices(4), self.invoices(4)
        offline.action_l10n_pl_ksef_issue_offline()
        self.send(online)
        self.assertInKsefOnce(online | offline)
        self.assertEqual(len(self.sessions(online | offline)), 2)
        self.assertEqual(set(offline.mapped("l10n_pl_ksef_mode")), {"offline"})
        self.assertEqual(set(online.mapped("l10n_pl_ksef_mode")), {"online"})

    def test_lost_answer_when_opening(self):
        moves = self.invoices(4)
        self.fault("cut_after", OPEN)
        self.send(moves)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)

    def test_part_that_did_not_arrive(self):
        moves = self.invoices(4)
        self.fault("error", PARTS, method="PUT", times=10, status=500)
        self.send(moves)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"queued"})
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)

    def test_lost_answer_when_closing(self):
        moves = self.invoices(4)
        self.fault("cut_after", r"/close$")
        self.send(moves)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)

    def test_worker_died_before_closing(self):
        moves = self.invoices(4)
        self.fault("error", r"/close$", times=50)
        self.send(moves)
        # As the dead worker left it.
        session = self.sessions(moves).sudo()
        session.write({"state": "open"})
        moves.l10n_pl_ksef_document_ids[:2].sudo().write({"state": doc.SENDING})
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(session.state, "failed")

    def test_invoice_taken_back_is_not_in_the_package(self):
        moves = self.invoices(5)
        moves.action_l10n_pl_ksef_send()
        moves[0].button_draft()
        self.run_sender()
        self.assertInKsefOnce(moves[1:])

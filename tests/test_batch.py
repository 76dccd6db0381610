"""Many invoices as one package."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..models.common import document_states as doc
from ..models.common.moments import naive
from ..models.sending import batch_sending, sending_run, session_answers
from ..simulator.batch import BatchPackages
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

    def looks(self):
        """Return how often KSeF was asked for a session's status, and for its list."""
        paths = [entry.path for entry in self.requests("GET", "/sessions/")]
        looks = [
            path for path in paths if path.rpartition("/")[0].endswith("/sessions")
        ]
        return len(looks), len([path for path in paths if "/invoices" in path])

    def test_numbers_of_a_package_are_read_in_its_upo(self):
        config = self.simulator.simulator.config
        self.patch(config, "processing_seconds", 1.0)
        self.patch(sending_run, "PATIENCE_SECONDS", (0.5,) * 10)
        moves = self.invoices(4)
        self.send(moves)
        self.assertInKsefOnce(moves)
        looks, lists = self.looks()
        self.assertGreater(looks, 1)
        self.assertEqual(lists, 0)
        self.assertTrue(all(moves.mapped("l10n_pl_ksef_has_upo")))
        for document in moves.l10n_pl_ksef_document_ids.sudo():
            there = self.simulator.state.accepted[document.ksef_number]
            self.assertEqual(document.xml_hash, there.hash)
            self.assertEqual(
                [document.sent_at, document.acquired_at, document.mode],
                [
                    naive(there.invoicing_at),
                    naive(there.acquired_at),
                    there.mode.lower(),
                ],
            )

    def test_numbers_come_from_the_list_where_the_upo_is_not_to_be_had(self):
        moves = self.invoices(4)
        self.fault("error", r"/upo/", times=2, status=400)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(self.looks()[1], 1)
        self.assertFalse(any(moves.mapped("l10n_pl_ksef_has_upo")))
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertTrue(all(moves.mapped("l10n_pl_ksef_has_upo")))

    def test_large_package_is_looked_at_later_and_later(self):
        self.patch(session_answers, "LARGE", 4)
        self.patch(self.simulator.simulator.config, "processing_seconds", 7.0)
        moves = self.invoices(4)
        began = fields.Datetime.now()
        self.send(moves)
        session = self.sessions(moves).sudo()
        self.assertEqual(self.looks(), (0, 0))
        pauses = [(session.next_check_at - began).total_seconds()]
        for _look in range(2):
            session._note(next_check_at=False)
            self.run_sender()
            pauses.append((session.next_check_at - began).total_seconds())
        self.assertTrue(3 <= pauses[0] < pauses[1] < pauses[2], pauses)
        self.assertGreaterEqual(pauses[2] - pauses[1], 5)
        self.patch(self.simulator.simulator.config, "processing_seconds", 0)
        with freeze_time(began + timedelta(minutes=2), tick=True):
            self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(self.looks(), (3, 0))

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
        xml = document._kept_bytes("xml").replace(b"<P_2>", b"<P_2></P_2><P_2>")
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

    # -- kinds of packages
    def packages(self):
        """Return what KSeF was told of each package."""
        return list(self.simulator.state.area(BatchPackages).by_session.values())

    def test_package_of_either_kind(self):
        for number, kind in enumerate(("Zip", "TarGz")):
            self.company.sudo().l10n_pl_ksef_compression = kind
            moves = self.invoices(5)
            self.send(moves)
            self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
            self.assertEqual(self.packages()[number].compression, kind)

    def test_parts_go_up_side_by_side_four_at_most(self):
        moves = self.invoices(5)
        self.fault("slow", PARTS, method="PUT", times=50, seconds=0.5)
        with self.small_parts(300):
            self.send(moves)
        self.assertInKsefOnce(moves)
        puts = self.requests("PUT", "/storage/")
        self.assertGreater(len(puts), 8)
        together = [self.running_at(puts, each.at) for each in puts]
        self.assertEqual(max(together), 4)

    def running_at(self, entries, moment):
        """Return how many of ``entries`` KSeF was answering at ``moment``."""
        return sum(
            each.at <= moment < each.at + timedelta(seconds=each.seconds)
            for each in entries
        )

    def small_parts(self, size=400):
        """Cut packages into parts of so many bytes."""
        return patch.object(batch_sending, "PART_BYTES", size)

    def test_packages_are_cut_by_size_too(self):
        moves = self.invoices(9)
        moves.action_l10n_pl_ksef_send()
        sizes = moves.l10n_pl_ksef_document_ids.mapped("xml_size")
        with patch.object(batch_sending, "MAX_XML_BYTES", 3 * max(sizes)):
            self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(len(self.sessions(moves)), 3)

    # -- lines that break
    def test_part_that_did_not_arrive_goes_up_later(self):
        moves = self.invoices(4)
        self.fault("error", PARTS + ".*/2$", method="PUT", times=10, status=500)
        with self.small_parts():
            self.send(moves)
            session = self.sessions(moves).sudo()
            self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"sending"})
            self.assertEqual(session.state, "open")
            self.assertNotIn(2, session.parts_done)
            self.assertTrue(session.parts_done and session.next_check_at)
            self.simulator.faults.clear()
            self.simulator.log.clear()
            self.time_passes()
            self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(len(self.simulator.state.sessions), 1)
        self.assertFalse(session.sealed_upload)

    def test_only_missing_parts_go_up_again(self):
        moves = self.invoices(4)
        self.fault("error", PARTS + ".*/2$", method="PUT", times=10, status=500)
        with self.small_parts():
            self.send(moves)
            done = self.sessions(moves).sudo().parts_done
            self.simulator.faults.clear()
            self.simulator.log.clear()
            self.time_passes()
            self.run_sender()
        (package,) = self.packages()
        again = {int(e.path.rpartition("/")[2]) for e in self.requests("PUT")}
        self.assertEqual(again, set(package.parts) - set(done))

    def half_uploaded(self, moves):
        """Leave a package of ``moves`` half uploaded.

        :return: its session
        """
        self.fault("error", PARTS + ".*/2$", method="PUT", times=10, status=500)
        with self.small_parts():
            self.send(moves)
        self.simulator.faults.clear()
        return self.sessions(moves).sudo()

    def assertGivenUpFor(self, moves, session):
        """Nothing of ``session`` was taken, and a new package brought the number."""
        self.time_passes()
        self.run_sender()
        self.assertEqual(session.state, "failed")
        self.assertFalse(session.sealed_upload)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)
        there = self.simulator.state.sessions[session.reference_number]
        self.assertFalse(there.invoices)
        self.assertEqual(len(self.simulator.state.sessions), 2)

    def test_package_whose_time_is_over_is_made_anew(self):
        moves = self.invoices(4)
        session = self.half_uploaded(moves)
        session._note(upload_until=fields.Datetime.now() - timedelta(seconds=1))
        self.assertGivenUpFor(moves, session)

    def test_package_whose_key_is_lost_is_made_anew(self):
        moves = self.invoices(4)
        session = self.half_uploaded(moves)
        session._note(sealed_upload="sealed on another server")
        self.assertGivenUpFor(moves, session)

    def test_package_that_comes_out_otherwise_is_made_anew(self):
        moves = self.invoices(4)
        session = self.half_uploaded(moves)
        document = session.document_ids[:1]
        # As if another zlib had packed it.
        self.put_other_bytes(document)
        self.assertGivenUpFor(moves, session)

    def put_other_bytes(self, document):
        xml = document._kept_bytes("xml").replace(b"</Faktura>", b"\n</Faktura>")
        document.write(self.env["l10n_pl_ksef.document"]._xml_values(xml))

    def test_nothing_is_made_anew_before_ksef_has_said_that_it_has_nothing(self):
        moves = self.invoices(4)
        session = self.half_uploaded(moves)
        session._note(upload_until=fields.Datetime.now() - timedelta(seconds=1))
        self.fault("error", "", times=100, status=503)
        self.time_passes()
        self.run_sender()
        self.assertEqual(session.state, "open")
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"sending"})
        self.simulator.faults.clear()
        self.assertGivenUpFor(moves, session)

    def test_package_that_was_closed_after_all_is_read(self):
        moves = self.invoices(4)
        self.fault("error", r"/sessions/[^/]+$", method="GET", times=50, status=503)
        self.send(moves)
        session = self.sessions(moves).sudo()
        # A database restored from just before the closing.
        moves.l10n_pl_ksef_document_ids.sudo().write({"state": doc.SENDING})
        session.write({"state": "open", "sealed_upload": False})
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(session.state, "done")
        self.assertEqual(len(self.simulator.state.sessions), 1)

    def test_outage_is_no_try_of_the_package(self):
        moves = self.invoices(4)
        moves.action_l10n_pl_ksef_send()
        self.fault("error", OPEN, times=100, status=503)
        for _time in range(4):
            self.time_passes()
            self.run_sender()
            self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertIn("batch", self.sessions(moves).mapped("kind"))

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

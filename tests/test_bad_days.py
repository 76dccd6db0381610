"""Lost answers, limits, dead tokens, outages: nothing lost, nothing sent twice."""

import base64
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.common import document_states as doc
from ..simulator.state import Grant, Identifier
from . import certificates
from .common import NIP, PESEL
from .sending_common import SendingCommon

SEND = r"/sessions/online/[^/]+/invoices$"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestBadDays(SendingCommon):
    def states(self, moves):
        return sorted(moves.mapped("l10n_pl_ksef_state"))

    # -- lost answers
    def test_answer_lost_after_processing_is_adopted(self):
        move = self.invoice()
        self.fault("cut_after", SEND)
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(self.sent(), 1)

    def test_answer_lost_before_processing_is_sent_again(self):
        move = self.invoice()
        self.fault("cut_before", SEND)
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_server_error_after_processing_is_adopted(self):
        move = self.invoice()
        self.fault("error_after", SEND, status=504)
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(self.sent(), 1)

    def test_malformed_answer_is_looked_up(self):
        move = self.invoice()
        self.fault("malformed", SEND)
        self.send(move)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_lost_answer_and_dead_network_wait_as_unknown(self):
        move = self.invoice()
        self.fault("cut_after", SEND)
        self.fault("error", "/sessions/", method="GET", times=50)
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "unknown")
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)
        self.assertEqual(self.sent(), 1)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_answer_lost_when_closing(self):
        move = self.invoice()
        self.fault("cut_after", r"/close$")
        self.send(move)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)
        self.assertEqual(move.l10n_pl_ksef_document_id.session_id.state, "done")

    def test_answer_lost_when_opening(self):
        move = self.invoice()
        self.fault("cut_after", r"/sessions/online$")
        self.send(move)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_worker_died_between_intent_and_outcome(self):
        move = self.invoice()
        self.fault("cut_after", SEND)
        self.fault("error", "/sessions/", method="GET", times=50)
        self.send(move)
        # As the dead worker left it: the intent is all that was committed.
        document = move.l10n_pl_ksef_document_id.sudo()
        document.write({"state": doc.SENDING})
        document.session_id.write({"state": "open"})
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)
        self.assertEqual(self.sent(), 1)

    # -- limits
    def test_429_in_the_middle_of_twenty(self):
        moves = self.invoices(20)
        self.fault("rate_limit", SEND, skip=10, retry_after=40)
        self.send(moves)
        self.assertEqual(self.states(moves), ["accepted"] * 10 + ["queued"] * 10)
        waiting = moves.filtered(lambda m: m.l10n_pl_ksef_state == "queued")
        self.assertTrue(all(waiting.mapped("l10n_pl_ksef_next_try_at")))
        self.run_sender()
        self.assertEqual(self.states(moves), ["accepted"] * 10 + ["queued"] * 10)
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)

    def test_429_that_is_short_is_sat_out(self):
        moves = self.invoices(3)
        self.fault("rate_limit", SEND, skip=1, retry_after=1)
        self.send(moves)
        self.assertInKsefOnce(moves)

    # -- logins
    def test_token_expired(self):
        self.send(self.invoice())
        self.fault("unauthorized", r"/sessions/online$")
        move = self.invoice()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(self.requests("POST", "/auth/token/refresh")), 1)

    def test_refresh_token_dead(self):
        self.send(self.invoice())
        self.fault("unauthorized", r"/sessions/online$")
        for login in self.simulator.state.operations.values():
            login.status = 425
        move = self.invoice()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertEqual(len(self.requests("POST", "/auth/xades-signature")), 2)

    def test_public_key_rotated(self):
        self.send(self.invoice())
        simulator = self.simulator.simulator
        moves = self.invoices(2)
        moves.action_l10n_pl_ksef_send()
        simulator.keys.rotate(
            simulator.clock.now(), ("SymmetricKeyEncryption",), withdraw=True
        )
        self.run_sender()
        self.assertEqual(self.states(moves), ["accepted"] * 2)

    # -- outages
    def test_ksef_down_for_an_hour(self):
        moves = self.invoices(3)
        moves.action_l10n_pl_ksef_send()
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents").sudo()
        self.fault("error", "", times=10_000, status=503)
        for _quarter in range(4):
            self.time_passes()
            self.run_sender()
            self.assertEqual(set(self.states(moves)), {"queued"})
            self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertTrue(cron.active)
        self.assertFalse(cron.failure_count)
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def pause(self, move):
        """Return the minutes until the next attempt, rounded."""
        wait = move.l10n_pl_ksef_next_try_at - fields.Datetime.now()
        return round(wait.total_seconds() / 60)

    def test_pauses_grow_while_ksef_does_not_answer(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.fault("error", "", times=10_000, status=503)
        pauses = []
        for _time in range(5):
            self.run_sender()
            self.env.invalidate_all()
            pauses.append(self.pause(move))
            self.time_passes()
        self.assertEqual(pauses, [1, 2, 5, 10, 15])

    def test_what_needs_a_person_stops_and_says_so(self):
        nip = self.company.l10n_pl_ksef_nip
        self.simulator.state.blocked_contexts.add(Identifier("Nip", nip))
        move = self.invoice()
        self.send(move)
        self.assertEqual(self.pause(move), 60)
        self.assertFalse(self.sent())
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertTrue(self.company.l10n_pl_ksef_problem_text)
        self.simulator.log.clear()
        self.run_sender()
        self.assertFalse(self.requests())

    def test_one_company_broken_the_other_goes_on(self):
        other = self.other_company()
        self.connect(other)
        nip = self.company.l10n_pl_ksef_nip
        self.simulator.state.blocked_contexts.add(Identifier("Nip", nip))
        blocked, fit = self.invoice(), self.invoice(other)
        self.send(fit | blocked)
        self.assertEqual(blocked.l10n_pl_ksef_state, "queued")
        self.assertEqual(fit.l10n_pl_ksef_state, "accepted")
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertEqual(other.l10n_pl_ksef_state, "connected")

    # -- refusals
    def test_semantic_error_shows_ksefs_words(self):
        move = self.invoice()
        self.queue_changed(move, b"<P_2>", b"<P_2></P_2><P_2>")
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        document = move.l10n_pl_ksef_document_id
        self.assertEqual(document.code, "450")
        self.assertTrue(document.details)
        self.assertIn(document.details.splitlines()[0], move.l10n_pl_ksef_message)

    def test_duplicate_of_a_foreign_document_shows_both_numbers(self):
        first = self.invoice()
        self.send(first)
        move = self.invoice()
        self.queue_changed(move, move.name.encode(), first.name.encode())
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertIn(first.l10n_pl_ksef_number, move.l10n_pl_ksef_message)
        self.assertFalse(move.l10n_pl_ksef_number)

    def test_duplicate_of_the_same_bytes_is_adopted(self):
        move = self.invoice()
        self.send(move)
        number = move.l10n_pl_ksef_number
        document = move.l10n_pl_ksef_document_id.sudo()
        # A backup from before the answer was restored: sent, but nobody knows.
        document.write({"state": doc.QUEUED, "session_id": False, "ksef_number": False})
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertEqual(move.l10n_pl_ksef_number, number)
        self.assertTrue(move.l10n_pl_ksef_has_upo)
        self.assertEqual(self.accepted_there(), [move.name])

    def log_in_as_person(self, permission):
        """Connect the company with a person's certificate instead of its own."""
        person = Identifier("Pesel", PESEL)
        context = Identifier("Nip", NIP)
        now = self.simulator.clock.now()
        self.simulator.state.grants[permission] = Grant(
            permission, context, person, permission, "", now
        )
        usage = certificates.AUTHENTICATION
        subject = certificates.person_subject(PESEL)
        pair = certificates.enroll(self.simulator, usage, subject)
        company = self.company.sudo()
        company.l10n_pl_ksef_auth_certificate_id = self.stored(company, usage, pair)

    def sent_but_forgotten(self):
        """Return a move that KSeF has, as a backup from before the answer has it."""
        move = self.invoice()
        self.send(move)
        document = move.l10n_pl_ksef_document_id.sudo()
        document.write({"state": doc.QUEUED, "session_id": False, "ksef_number": False})
        return move

    def test_refusal_without_a_reason_does_not_make_a_duplicate_foreign(self):
        for kind in ("forbidden", "malformed", "login_revoked", "error"):
            with self.subTest(kind):
                move = self.sent_but_forgotten()
                self.fault(kind, "/invoices/ksef/", method="GET", times=2)
                self.run_sender()
                self.assertIn(move.l10n_pl_ksef_state, ("unknown", "accepted"))
                self.simulator.faults.clear()
                self.time_passes()
                self.run_sender()
                self.assertEqual(move.l10n_pl_ksef_state, "accepted")
                self.assertTrue(move.l10n_pl_ksef_has_upo)

    def test_login_that_may_only_send_knows_its_own_duplicate(self):
        self.log_in_as_person("InvoiceWrite")
        move = self.sent_but_forgotten()
        self.run_sender()
        self.assertEqual(self.requests("GET", "/invoices/ksef/")[0].status, 403)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertTrue(move.l10n_pl_ksef_has_upo)
        self.assertEqual(self.accepted_there(), [move.name])

    def refused_for_two_days(self, *paths):
        """Return an invoice whose duplicate KSeF did not show, without a reason."""
        move = self.sent_but_forgotten()
        first = self.system["l10n_pl_ksef.session"].sudo().search([])
        for path in paths:
            path = path.format(session=first.reference_number)
            self.fault("forbidden", path, method="GET", times=50)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "unknown")
        move.l10n_pl_ksef_document_id.sudo().sent_at -= timedelta(days=2)
        self.time_passes()
        self.run_sender()
        return move

    def test_refusal_without_a_reason_that_lasts_leaves_the_word_to_the_session(self):
        move = self.refused_for_two_days("/invoices/ksef/")
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_refusals_without_a_reason_that_last_are_believed_after_a_day(self):
        move = self.refused_for_two_days("/invoices/ksef/", "/sessions/{session}/")
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")

    def test_upo_of_an_adopted_invoice_is_fetched_later(self):
        for kind in ("forbidden", "malformed"):
            with self.subTest(kind):
                move = self.sent_but_forgotten()
                self.fault(kind, "/invoices/ksef/.*/upo$")
                self.run_sender()
                self.assertEqual(move.l10n_pl_ksef_state, "accepted")
                self.assertFalse(move.l10n_pl_ksef_has_upo)
                self.assertUpoComes(move)

    def test_upo_that_is_not_made_yet_is_fetched_later(self):
        move = self.sent_but_forgotten()
        there = self.accepted_as(move)
        there.status = 500
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(move.l10n_pl_ksef_has_upo)
        there.status = 200
        self.assertUpoComes(move)

    def test_upo_that_never_comes_is_asked_for_during_a_day(self):
        move = self.sent_but_forgotten()
        self.accepted_as(move).status = 500
        self.run_sender()
        document = move.l10n_pl_ksef_document_id.sudo()
        self.assertTrue(document.next_try_at)
        document.sent_at -= timedelta(days=2)
        document.next_try_at = document.sent_at
        self.run_sender()
        self.assertFalse(document.next_try_at)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_upo_of_another_session_is_not_that_of_an_adopted_invoice(self):
        move = self.sent_but_forgotten()
        other = self.invoice()
        other.action_l10n_pl_ksef_send()
        self.accepted_as(move).status = 500
        self.run_sender()
        self.assertTrue(other.l10n_pl_ksef_has_upo)
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.assertFalse(move.l10n_pl_ksef_has_upo)

    def accepted_as(self, move):
        """Return the simulator's record of an accepted invoice."""
        return next(
            invoice
            for invoice in self.simulator.state.accepted.values()
            if invoice.document.number == move.name
        )

    def assertUpoComes(self, move):
        document = move.l10n_pl_ksef_document_id.sudo()
        self.assertTrue(document.next_try_at)
        document.next_try_at = document.sent_at
        self.run_sender()
        self.assertTrue(move.l10n_pl_ksef_has_upo)
        self.assertIn(document.ksef_number.encode(), self.upo_of(document))
        self.assertFalse(document.next_try_at)

    def upo_of(self, document):
        return base64.b64decode(document.with_context(bin_size=False).upo)

    # -- helpers
    def queue_changed(self, move, old, new):
        """Queue the move with other bytes, past our own checks."""
        move.action_l10n_pl_ksef_send()
        document = move.l10n_pl_ksef_document_id.sudo()
        xml = document._kept_bytes("xml").replace(old, new)
        document.unlink()
        self.env["l10n_pl_ksef.document"]._freeze(move, xml)

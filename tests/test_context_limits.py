"""How many invoices a context may send at once, and how large, is for KSeF to say."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ksef.messages import USUAL_LIMITS, ContextLimits
from ..models.fa3 import fa3_checks
from ..models.sending import sending_run
from ..simulator.state import Identifier
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestContextLimits(SendingCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_batch_from = 0

    def allow(self, count, megabytes=1):
        """Let KSeF take so many invoices in a session or package of the company."""
        limits = {
            "maxInvoiceSizeInMB": megabytes,
            "maxInvoiceWithAttachmentSizeInMB": 3,
            "maxInvoices": count,
        }
        context = Identifier("Nip", self.company.l10n_pl_ksef_nip)
        both = {"onlineSession": limits, "batchSession": limits}
        self.simulator.state.session_limits[context] = both

    def row(self):
        return self.system["l10n_pl_ksef.budget"].sudo()._of(self.company.sudo())

    def sizes(self):
        """Return how many invoices KSeF got in each session."""
        there = self.simulator.state.sessions.values()
        return sorted(len(session.invoices) for session in there)

    def test_package_is_cut_by_what_the_context_may_send(self):
        self.allow(2)
        self.company.sudo().l10n_pl_ksef_batch_from = 2
        moves = self.invoices(5)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(self.sizes(), [1, 2, 2])
        kinds = moves.l10n_pl_ksef_document_ids.session_id.mapped("kind")
        self.assertEqual(set(kinds), {"batch"})

    def test_next_session_goes_on_where_one_is_full(self):
        self.allow(2)
        moves = self.invoices(3)
        self.send(moves)
        self.assertInKsefOnce(moves)
        self.assertEqual(self.sizes(), [1, 2])
        posts = self.requests("POST", "/invoices")
        self.assertFalse([each for each in posts if each.status >= 400])

    def test_limits_are_asked_for_once_a_day(self):
        for _time in range(2):
            self.send(self.invoice())
        self.assertEqual(len(self.requests("GET", "/limits/context")), 1)
        self.assertEqual(self.row()._context_limits().batch.max_invoices, 10_000)

    def test_limits_that_are_not_told_stop_nothing(self):
        self.fault("error", "/limits/context$", times=9, status=400)
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(self.row()._context_limits(), USUAL_LIMITS)

    def test_limit_that_was_lowered_meanwhile_is_learned(self):
        self.send(self.invoice())
        self.allow(1)
        moves = self.invoices(3)
        moves.action_l10n_pl_ksef_send()
        for _run in range(2):
            self.run_sender()
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})
        self.assertEqual(self.row()._context_limits().online.max_invoices, 1)

    def test_package_that_was_too_large_is_cut_anew(self):
        self.send(self.invoice())
        self.allow(2)
        self.company.sudo().l10n_pl_ksef_batch_from = 2
        self.patch(sending_run, "PATIENCE_SECONDS", ())
        moves = self.invoices(4)
        self.send(moves)
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"queued"})
        self.time_passes()
        self.run_sender()
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"accepted"})

    def test_invoice_that_this_context_may_send_is_not_held_for_its_size(self):
        with patch.object(fa3_checks, "MAX_BYTES", 100):
            with self.assertRaises(UserError):
                self.invoice()
            five = USUAL_LIMITS.to_json()
            five["onlineSession"]["maxInvoiceSizeInMB"] = 5
            five["batchSession"]["maxInvoiceSizeInMB"] = 5
            self.row().context_limits = ContextLimits.from_json(five).to_json()
            move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

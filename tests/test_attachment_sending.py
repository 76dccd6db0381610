"""Invoices with a structured attachment: KSeF takes them in packages only."""

from odoo import Command, fields
from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAttachmentSending(SendingCommon):
    def setUp(self):
        super().setUp()
        self.simulator.state.attachment_consents[self.company.vat[2:]] = None

    def with_attachment(self):
        fact = Command.create({"key": "Licznik", "value": "4711"})
        block = Command.create({"title": "Odczyty", "entry_ids": [fact]})
        return self.invoice(l10n_pl_ksef_attachment_ids=[block])

    def kinds(self, moves):
        return moves.l10n_pl_ksef_document_ids.session_id.mapped("kind")

    def test_single_invoice_goes_as_a_package(self):
        move = self.with_attachment()
        self.send(move)
        self.assertInKsefOnce(move)
        self.assertEqual(self.kinds(move), ["batch"])

    def test_packages_switched_off_do_not_matter(self):
        self.company.sudo().l10n_pl_ksef_batch_from = 0
        move = self.with_attachment()
        self.send(move)
        self.assertInKsefOnce(move)

    def test_others_beside_it_go_one_by_one(self):
        move, others = self.with_attachment(), self.invoices(2)
        self.send(move | others)
        self.assertInKsefOnce(move | others)
        self.assertEqual(self.kinds(move), ["batch"])
        self.assertEqual(self.kinds(others), ["online"])

    def test_package_that_failed_often_is_still_no_reason_to_go_online(self):
        move = self.with_attachment()
        self.fault("error", r"/sessions/batch$", times=20, status=500)
        self.send(move)
        for _again in range(4):
            self.time_passes()
            self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertEqual(self.sent(), 0)
        self.simulator.faults.clear()
        self.time_passes()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_company_that_did_not_notify_is_told_to(self):
        gone = self.simulator.state.attachment_consents
        gone[self.company.vat[2:]] = fields.Datetime.to_datetime(
            "2020-01-01"
        ).astimezone()
        move = self.with_attachment()
        self.send(move)
        self.assertEqual(move.l10n_pl_ksef_state, "rejected")
        self.assertIn("e-Urząd Skarbowy", move.l10n_pl_ksef_message)

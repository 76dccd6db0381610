"""The same work with OCA's ``queue_job``, where it is installed."""

import unittest
from unittest.mock import patch

from odoo.modules.module import get_manifest
from odoo.tests import tagged

from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWithoutQueueJob(SendingCommon):
    def test_cron_sends_by_itself(self):
        if "queue.job" in self.env:
            raise unittest.SkipTest("queue_job is installed")
        documents = self.env["l10n_pl_ksef.document"]
        with patch.object(type(documents), "_hand_to_job") as handed:
            move = self.invoice()
            self.send(move)
        handed.assert_not_called()
        self.assertInKsefOnce(move)

    def test_no_hard_dependency(self):
        self.assertNotIn("queue_job", get_manifest("l10n_pl_ksef")["depends"])


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWithQueueJob(SendingCommon):
    def setUp(self):
        super().setUp()
        if "queue.job" not in self.env:
            raise unittest.SkipTest("queue_job is not installed")

    def run_sender(self):
        """Run the cron only: the jobs are what is looked at."""
        self.run_cron("ir_cron_send_documents")

    def jobs(self):
        return (
            self.system["queue.job"]
            .sudo()
            .search([("model_name", "=", "l10n_pl_ksef.document")])
        )

    def test_one_job_and_one_channel_per_company(self):
        other = self.other_company()
        self.connect(other)
        for company in (self.company, other):
            self.invoice(company=company).action_l10n_pl_ksef_send()
        self.run_sender()
        self.assertEqual(
            set(self.jobs().mapped("channel")),
            {
                f"root.l10n_pl_ksef.company_{company.id}"
                for company in (self.company, other)
            },
        )
        self.assertFalse(self.sent())

    def test_a_waiting_job_is_enough(self):
        self.send(self.invoice())
        self.send(self.invoice())
        self.assertEqual(len(self.jobs()), 1)

    def test_the_job_sends(self):
        move = self.invoice()
        self.send(move)
        self.assertEqual(len(self.jobs()), 1)
        functions = self.system["queue.job.function"].sudo()
        function = functions.search([("method", "=", "_job_send")])
        self.assertTrue(function.allow_commit)
        self.run_jobs()
        self.assertInKsefOnce(move)

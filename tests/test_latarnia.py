"""What the ministry's status service announces is proposed, and a person decides."""

from datetime import datetime, timedelta, timezone

import requests

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.offline.l10n_pl_ksef_latarnia import LATARNIA_URL_PARAMETER
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLatarnia(SendingCommon):
    def setUp(self):
        super().setUp()
        self.point_at(self.simulator.latarnia_url)

    def point_at(self, url):
        parameters = self.system["ir.config_parameter"].sudo()
        parameters.set_param(LATARNIA_URL_PARAMETER, url)

    def announce(self, status, **values):
        answer = requests.post(
            f"{self.simulator.latarnia_url.rsplit('/', 1)[0]}/_sim/latarnia",
            json={"status": status, **values},
            timeout=10,
        )
        answer.raise_for_status()

    def read_status(self):
        self.env.flush_all()
        self.run_cron("ir_cron_read_latarnia")
        return self.outages

    @property
    def outages(self):
        return self.system["l10n_pl_ksef.outage"].search([])

    def tasks(self, outage):
        return outage.activity_ids

    def test_failure_is_proposed_and_does_not_count_yet(self):
        self.announce("FAILURE", title="Awaria")
        outage = self.read_status()
        self.assertRecordValues(outage, [{"mode": "failure", "state": "proposed"}])
        self.assertFalse(outage._present())
        self.assertFalse(outage._known())
        self.assertIn(self.administrator, self.tasks(outage).user_id)
        self.assertNotIn(self.accountant, self.tasks(outage).user_id)

    def test_it_is_proposed_once(self):
        self.announce("FAILURE")
        self.read_status()
        self.assertEqual(len(self.read_status()), 1)
        tasks = self.tasks(self.outages)
        self.assertEqual(len(tasks.user_id), len(tasks))

    def test_administrator_confirms(self):
        self.announce("FAILURE")
        outage = self.read_status()
        outage.with_user(self.administrator).action_confirm()
        self.assertEqual(outage._present(), outage)
        self.assertFalse(self.tasks(outage))
        move = self.invoice()
        move.action_l10n_pl_ksef_issue_offline()
        self.assertEqual(move.l10n_pl_ksef_issue_mode, "failure")

    def test_accountant_does_not_confirm(self):
        self.announce("FAILURE")
        outage = self.read_status()
        with self.assertRaises(AccessError):
            outage.with_user(self.accountant).action_confirm()

    def test_dismissed_is_not_proposed_again(self):
        self.announce("FAILURE")
        self.read_status().with_user(self.administrator).action_dismiss()
        self.assertEqual(self.read_status().state, "dismissed")
        self.assertFalse(self.outages._present())
        self.assertFalse(self.tasks(self.outages))

    def test_end_is_proposed_and_confirmed(self):
        now = datetime.now(timezone.utc)
        self.announce("FAILURE", start=(now - timedelta(hours=2)).isoformat())
        outage = self.read_status()
        outage.with_user(self.administrator).action_confirm()
        self.announce("AVAILABLE")
        self.read_status()
        self.assertEqual(len(self.outages), 1)
        self.assertTrue(outage.announced_end)
        self.assertFalse(outage.end)
        self.assertTrue(self.tasks(outage))
        outage.with_user(self.administrator).action_confirm()
        self.assertEqual(outage.end, outage.announced_end)

    def test_declared_by_hand_is_not_proposed_again(self):
        outage = self.outages.create({"mode": "failure"})
        self.announce("FAILURE")
        self.assertEqual(self.read_status(), outage)
        self.assertEqual(outage.state, "confirmed")

    def test_service_that_does_not_answer_tells_nothing(self):
        self.point_at("http://127.0.0.1:9")
        self.assertFalse(self.read_status())

    def test_answer_of_another_shape_tells_nothing(self):
        self.announce("FAILURE")
        self.fault("error", "/status$", times=5, status=502)
        self.assertFalse(self.read_status())

    def test_no_service_of_test_is_asked(self):
        self.company.sudo().l10n_pl_ksef_environment = "test"
        self.announce("TOTAL_FAILURE")
        self.assertFalse(self.read_status())

    def test_announced_failure_keeps_nobody_from_sending(self):
        self.announce("TOTAL_FAILURE")
        self.read_status()
        move = self.invoice()
        self.send(move)
        self.assertInKsefOnce(move)

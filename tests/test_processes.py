"""Real processes on one database: a worker is killed, two workers run at once.

A copy of the database is made (crashes need commits) and dropped at the end; workers
are processes of their own, and what counts is what the simulator has in the end.
"""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo import SUPERUSER_ID, Command, api, fields, tools
from odoo.modules.registry import Registry
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from ..simulator import Config, running
from . import certificates
from .common import BUYER_NIP, NIP, OTHER_NIP, KsefCommon
from .copied_database import CopiedDatabase

WORK = "env['l10n_pl_ksef.document']._cron_send_documents()"
#: parts of a package of some invoices, not of thousands.
SMALL_PARTS = """
from odoo.addons.l10n_pl_ksef.models.sending import batch_sending
batch_sending.PART_BYTES = 500
"""
#: a worker that has started and waits for a sign to work.
GATE = """
import pathlib, time
gate = pathlib.Path({folder!r})
(gate / "ready").touch()
while not (gate / "go").exists():
    time.sleep(0.05)
"""
SEND = "/sessions/online/[^/]+/invoices$"
PATIENCE_SECONDS = 60


@tagged("post_install_l10n", "post_install", "-at_install")
class TestProcesses(CopiedDatabase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        config = Config(rate_limits="off", processing_seconds=0.0)
        cls.simulator = cls.enterClassContext(running(config))
        cls.copy_database("processes")
        with cls.environment() as env:
            cls.fill(env)

    def setUp(self):
        super().setUp()
        self.simulator.faults.clear()
        self.simulator.log.clear()

    # ------------------------------------------------------------------
    # the database
    # ------------------------------------------------------------------
    @classmethod
    @contextmanager
    def environment(cls):
        """Yield an environment of the copy; what it did is committed."""
        with Registry(cls.database).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def fill(cls, env):
        """Make the main company Polish and connect it."""
        env.ref("base.PLN").active = True
        env["ir.config_parameter"].set_param(
            "l10n_pl_ksef.custom_url", cls.simulator.api_url
        )
        cls.fill_company(env.ref("base.main_company"), NIP)

    @classmethod
    def fill_company(cls, company, nip):
        """Make a company Polish, with a chart of accounts, and connect it."""
        env = company.env
        company.write(
            KsefCommon.address(
                nip,
                name=f"Firma {nip} sp. z o.o.",
                country_id=env.ref("base.pl").id,
                currency_id=env.ref("base.PLN").id,
            )
        )
        env["account.chart.template"].try_loading("pl", company, install_demo=False)
        rows = {}
        for field, usage in (
            ("l10n_pl_ksef_auth_certificate_id", certificates.AUTHENTICATION),
            ("l10n_pl_ksef_offline_certificate_id", certificates.OFFLINE),
        ):
            subject = certificates.seal_subject(nip)
            pair = certificates.enroll(cls.simulator, usage, subject)
            rows[field] = KsefCommon.stored(company, usage, pair).id
        company.write({**rows, "l10n_pl_ksef_environment": "custom"})

    def queue(self, count, company_id=None):
        """Commit ``count`` posted and queued invoices, of the main company by default.

        :return: their ids
        """
        with self.environment() as env:
            company = env["res.company"].browse(company_id) or env.company
            env = env(context={"allowed_company_ids": company.ids})
            buyer = env["res.partner"].create(
                KsefCommon.address(
                    BUYER_NIP,
                    name="Nabywca S.A.",
                    is_company=True,
                    country_id=env.ref("base.pl").id,
                )
            )
            tax = env["account.chart.template"].ref("vs_kraj_usl_23")
            row = {"name": "Usługa", "price_unit": 100, "tax_ids": tax.ids}
            moves = env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": buyer.id,
                        "invoice_date": today_in_warsaw(),
                        "invoice_line_ids": [Command.create(row)],
                    }
                    for _number in range(count)
                ]
            )
            moves.action_post()
            moves._l10n_pl_ksef_enqueue()
            return moves.ids

    # ------------------------------------------------------------------
    # workers
    # ------------------------------------------------------------------
    def worker(self, work=WORK):
        """Start a process that does what the cron does."""
        command = [sys.executable, "-m", "odoo", "shell", "-d", self.database]
        command += ["--no-http", "--log-level=critical"]
        if tools.config["config"]:
            command += ["-c", tools.config["config"]]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.addCleanup(self.end, process)
        process.stdin.write(work.encode())
        process.stdin.close()
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.wait()

    def wait_for(self, condition):
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, "the worker did not get there")
            time.sleep(0.05)

    def posts(self):
        return [
            entry
            for entry in self.simulator.log.entries("POST", "/invoices")
            if "/sessions/online/" in entry.path
        ]

    def work_here(self):
        """Run the cron in this process, all pauses being over."""
        with self.environment() as env:
            env["l10n_pl_ksef.document"].search([])._note(next_try_at=False)
            env["l10n_pl_ksef.session"].search([])._note(next_check_at=False)
            env.cr.commit()
            env["l10n_pl_ksef.document"]._cron_send_documents()

    def assertEachInKsefOnce(self, ids):
        with self.environment() as env:
            moves = env["account.move"].browse(ids)
            there = [
                (_text(invoice.content, "NIP"), _text(invoice.content, "P_2"))
                for invoice in self.simulator.state.accepted.values()
            ]
            for move in moves:
                mine = (move.company_id.l10n_pl_ksef_nip, move.name)
                self.assertEqual(there.count(mine), 1, mine)
                self.assertEqual(move.l10n_pl_ksef_state, "accepted")
                self.assertIn(move.l10n_pl_ksef_number, self.simulator.state.accepted)

    # ------------------------------------------------------------------
    # the days
    # ------------------------------------------------------------------
    def test_worker_killed_while_it_waits_for_the_answer(self):
        ids = self.queue(3)
        self.simulator.faults.add(
            "timeout_after", path=SEND, skip=1, seconds=PATIENCE_SECONDS
        )
        worker = self.worker()
        self.wait_for(lambda: len(self.posts()) == 2)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.simulator.faults.clear()
        with self.environment() as env:
            states = env["account.move"].browse(ids).mapped("l10n_pl_ksef_state")
        self.assertEqual(states, ["processing", "sending", "queued"])
        self.work_here()
        self.work_here()
        self.assertEachInKsefOnce(ids)
        self.assertEqual(len(self.posts()), 3)

    def test_worker_killed_before_the_request_arrived(self):
        ids = self.queue(2)
        self.simulator.faults.add("timeout_before", path=SEND, seconds=PATIENCE_SECONDS)
        worker = self.worker()
        self.wait_for(lambda: len(self.posts()) == 1)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.simulator.faults.clear()
        self.work_here()
        self.work_here()
        self.assertEachInKsefOnce(ids)

    def test_worker_killed_while_it_hands_over_a_package(self):
        for kind in ("Zip", "TarGz"):
            with self.subTest(kind=kind):
                self.simulator.log.clear()
                ids = self.queue(26)
                done = self.kill_worker_between_parts(kind)
                self.work_here()
                self.work_here()
                self.assertEachInKsefOnce(ids)
                # The same package went on: one opening, and no part that had arrived
                # went up again.
                self.assertEqual(self.openings(), 1)
                puts = self.simulator.log.entries("PUT", "/storage/")
                parts = [int(put.path.rpartition("/")[2]) for put in puts]
                self.assertEqual([parts.count(part) for part in done], [1, 1])
                self.assertGreater(len(set(parts)), 2)

    def test_half_uploaded_package_that_is_too_late_costs_nothing(self):
        ids = self.queue(26)
        self.kill_worker_between_parts("Zip")
        with self.environment() as env:
            session = env["l10n_pl_ksef.session"].search([("state", "=", "open")])
            session._note(upload_until=fields.Datetime.now())
            reference = session.reference_number
        self.work_here()
        self.work_here()
        self.assertEachInKsefOnce(ids)
        self.assertEqual(self.openings(), 2)
        there = self.simulator.state.sessions[reference]
        self.assertFalse(there.invoices)
        with self.environment() as env:
            session = env["l10n_pl_ksef.session"].browse(session.id)
            self.assertEqual(session.state, "failed")
            self.assertFalse(session.sealed_upload)

    def openings(self):
        return len(self.simulator.log.entries("POST", "/sessions/batch")) - len(
            self.simulator.log.entries("POST", "/close")
        )

    def kill_worker_between_parts(self, kind):
        """Kill a worker when two parts of a package have arrived and others hang.

        :return: numbers of the parts that have arrived
        """
        with self.environment() as env:
            env.ref("base.main_company").l10n_pl_ksef_compression = kind
        self.simulator.faults.add(
            "timeout_before",
            path="/storage/",
            method="PUT",
            seconds=PATIENCE_SECONDS,
            skip=2,
            times=50,
        )
        worker = self.worker(SMALL_PARTS + WORK)
        self.wait_for(lambda: self.parts_done() == 2)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.simulator.faults.clear()
        with self.environment() as env:
            (session,) = env["l10n_pl_ksef.session"].search([("state", "=", "open")])
            states = set(session.document_ids.mapped("state"))
            self.assertEqual(states, {"sending"})
            return session.parts_done

    def parts_done(self):
        with self.environment() as env:
            session = env["l10n_pl_ksef.session"].search([("state", "=", "open")])
            return len(session.parts_done or ())

    def test_worker_killed_while_it_closes_a_package(self):
        ids = self.queue(26)
        self.simulator.faults.add(
            "timeout_after", path="/close$", seconds=PATIENCE_SECONDS
        )
        self.kill_worker_at("POST", "/close")
        self.assertEachInKsefOnce(ids)

    def kill_worker_at(self, method, path):
        """Kill a worker that waits for this answer, then go on in this process."""
        worker = self.worker()
        self.wait_for(lambda: self.simulator.log.entries(method, path))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.simulator.faults.clear()
        self.work_here()
        self.work_here()

    def test_second_worker_leaves_the_company_to_the_first(self):
        ids = self.queue(20)
        self.simulator.faults.add("slow", path=SEND, times=20, seconds=1.0)
        gate = Path(self.enterContext(TemporaryDirectory()))
        second = self.worker(GATE.format(folder=str(gate)) + WORK)
        self.wait_for((gate / "ready").exists)
        first = self.worker()
        self.wait_for(self.posts)
        (gate / "go").touch()
        second.wait(timeout=PATIENCE_SECONDS)
        # It came, saw that the company is being worked on, and went.
        self.assertIsNone(first.poll(), "there was no overlap")
        self.assertLess(len(self.posts()), 20)
        first.wait(timeout=PATIENCE_SECONDS)
        self.work_here()
        self.assertEachInKsefOnce(ids)
        self.assertEqual(len(self.posts()), 20)

    def test_two_workers_send_for_two_companies_at_the_same_time(self):
        with self.environment() as env:
            other = env["res.company"].create({"name": "Druga"})
            self.fill_company(other, OTHER_NIP)
            other_id = other.id
        ids = [*self.queue(12), *self.queue(12, other_id)]
        self.simulator.faults.add("slow", path=SEND, times=24, seconds=1.0)
        workers = [self.worker(), self.worker()]
        for worker in workers:
            worker.wait(timeout=2 * PATIENCE_SECONDS)
        times = {
            nip: [each.at for each in self.posts() if nip in (each.context or "")]
            for nip in (NIP, OTHER_NIP)
        }
        self.assertEqual([len(each) for each in times.values()], [12, 12])
        latest_start = max(min(each) for each in times.values())
        earliest_end = min(max(each) for each in times.values())
        self.assertLess(latest_start, earliest_end, "there was no overlap")
        self.work_here()
        self.assertEachInKsefOnce(ids)
        self.assertEqual(len(self.posts()), 24)


def _text(xml, name):
    """Return the text of the first element of this name."""
    start, end = f"<{name}>".encode(), f"</{name}>".encode()
    return xml.split(start)[1].split(end)[0].decode()

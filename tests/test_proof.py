"""Small editions of the proofs in ``dev``: a crash at each kind of point, a short soak.

``dev/proof crash``, ``dev/proof soak`` and ``dev/proof inbox`` play them whole.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from odoo import tools
from odoo.modules.registry import Registry
from odoo.sql_db import close_db
from odoo.tests import tagged

from .copied_database import CopiedDatabase

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 900


@tagged("post_install_l10n", "post_install", "-at_install")
class TestProof(CopiedDatabase):
    def proof(self, name, *options):
        """Play a proof on a copy of the database.

        :return: its figures
        """
        self.copy_database(f"proof_{name}")
        # The copies of the copy want nobody in it.
        Registry.delete(self.database)
        close_db(self.database)
        paths = [ROOT, ROOT / "dev", *filter(None, sys.path)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
        if tools.config["config"]:
            environment["ODOO_RC"] = tools.config["config"]
        played = subprocess.run(
            [sys.executable, f"proof_{name}.py", self.database, *options],
            cwd=ROOT / "dev",
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        self.assertEqual(played.returncode, 0, played.stdout + played.stderr)
        return json.loads(played.stdout.splitlines()[-1])

    def test_sender_killed_at_each_kind_of_durable_point(self):
        figures = self.proof(
            "crash", "--invoices", "5", "--lanes", "2", "--per-name", "1", "--changes"
        )
        for kind in ("interactive", "batch"):
            self.assertGreater(figures[kind]["kills"], 15)
            self.assertEqual(figures[kind]["good"], figures[kind]["kills"])

    def test_every_sender_is_killed_until_each_point_had_its_death(self):
        size = ["--invoices", "3", "--kinds", "interactive"]
        figures = self.proof("crash", "--chain", *size)["interactive"]
        self.assertGreaterEqual(figures["kills"], figures["points"])
        self.assertGreater(figures["points"], 3 * 4)
        self.assertEqual([figures["missing"], figures["twice"]], [0, 0])
        self.assertEqual(figures["faults"], {})

    def test_two_workers_through_faults_of_every_kind(self):
        figures = self.proof("soak", "--invoices", "60")
        self.assertEqual(figures["accepted_once"], 60)
        self.assertGreater(figures["requests_hit"], 0)

    def test_months_of_suppliers_while_the_fetching_worker_is_killed(self):
        size = ["--invoices", "150", "--suppliers", "12", "--package", "30"]
        figures = self.proof("inbox", *size, "--days", "4", "--kills", "3")
        self.assertEqual(figures["here"], 150)
        self.assertEqual(figures["kills"], 3)
        self.assertGreater(sum(figures["faults"].values()), 0)
        for wrong in ("missing", "unknown", "twice", "changed", "refused_by_limits"):
            self.assertEqual(figures[wrong], 0, wrong)

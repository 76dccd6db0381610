"""The stage of the proofs: databases, a simulator, workers that can be killed.

This process loads Odoo once and forks its workers, which are processes of their own
with connections of their own; it never calls KSeF and holds no connection itself while
one of them lives. What counts is what the simulator has, asked over ``/_sim``.
"""

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import requests

import odoo.api
import odoo.modules.registry
import odoo.sql_db
import odoo.tools

ROOT = Path(__file__).resolve().parents[1]
TIMEOUT_SECONDS = 60
real_sleep = time.sleep


def hurry(times: float) -> None:
    """Let every pause of the workers last so many times less.

    Called before the add-on is loaded: it keeps ``time.sleep`` as a default.
    """
    time.sleep = lambda seconds: real_sleep(seconds / times)


def configure() -> None:
    """Read Odoo's configuration (``ODOO_RC``)."""
    odoo.tools.config.parse_config(["--log-level=error"], setup_logging=True)
    # Odoo reports each collision of two workers before the step is repeated; one that
    # could not be repeated is reported by whoever gave up.
    logging.getLogger("odoo.sql_db").setLevel(logging.CRITICAL)


# --- databases ----------------------------------------------------------------


def _on_server(statement: str) -> None:
    """Run a statement that may not be in a transaction."""
    odoo.sql_db.close_all()
    _name, options = odoo.sql_db.connection_info_for("postgres")
    with closing(psycopg2.connect(**options)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(statement)


def drop(database: str) -> None:
    """Drop a database and its files."""
    _on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    shutil.rmtree(odoo.tools.config.filestore(database), ignore_errors=True)


def copy(source: str, database: str) -> None:
    """Make a database anew from one that nobody uses; its files may be there yet."""
    _on_server(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
    _on_server(f'CREATE DATABASE "{database}" TEMPLATE "{source}"')
    store = odoo.tools.config.filestore
    if not Path(store(database)).exists() and Path(store(source)).exists():
        shutil.copytree(store(source), store(database), copy_function=os.link)


def query(database: str, statement: str, values: tuple = ()) -> list[tuple]:
    """Run a statement past Odoo and commit.

    :return: its rows, if any
    """
    _name, options = odoo.sql_db.connection_info_for(database)
    with closing(psycopg2.connect(**options)) as connection:
        connection.autocommit = True
        with connection.cursor() as cr:
            cr.execute(statement, values)
            return cr.fetchall() if cr.description else []


# --- the simulator ------------------------------------------------------------


class Ksef:
    """A simulator in a process of its own, by default without limits of its own."""

    def __init__(self, rate_limits: str = "off") -> None:
        command = [sys.executable, "-m", "simulator", "--port", "0"]
        command += ["--rate-limits", rate_limits, "--processing-seconds", "0"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        first_line = self.process.stdout.readline().decode()
        self.api_url = first_line.split()[-1]
        self.url = self.api_url.rsplit("/", 1)[0]

    def ask(self, method: str, path: str, **options):
        """Make a control call.

        :return: its JSON
        """
        url = f"{self.url}/_sim/{path}"
        answer = requests.request(method, url, timeout=TIMEOUT_SECONDS, **options)
        answer.raise_for_status()
        return answer.json()

    def reset(self) -> None:
        """Forget everything."""
        self.ask("POST", "reset")

    def accepted(self) -> dict[str, list[str]]:
        """Return the KSeF numbers of each invoice number that was accepted."""
        found: dict[str, list[str]] = {}
        for row in self.ask("GET", "state")["accepted"]:
            found.setdefault(row["invoiceNumber"], []).append(row["ksefNumber"])
        return found

    def without_upo(self) -> set[str]:
        """Return the invoices that were accepted but have no UPO: reported as 500."""
        rows = self.ask("GET", "state")["accepted"]
        return {row["invoiceNumber"] for row in rows if row["status"] != 200}

    def statuses(self) -> dict[str, int]:
        """Count the statuses of all invoices that ever arrived."""
        found: dict[str, int] = {}
        for session in self.ask("GET", "state")["sessions"]:
            for status, count in session["invoices"].items():
                found[status] = found.get(status, 0) + count
        return found

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait()


# --- workers ------------------------------------------------------------------


@dataclass
class Worker:
    """A forked process.

    :ivar told: where it writes its result (JSON)
    :ivar log: where it writes what went wrong
    """

    pid: int
    told: Path
    log: Path

    def wait(self) -> int:
        """Wait for its end.

        :return: exit code, negative for a signal
        """
        _pid, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)

    def is_over(self) -> bool:
        """Tell whether it has ended by itself."""
        pid, _status = os.waitpid(self.pid, os.WNOHANG)
        return pid != 0

    def kill(self) -> None:
        """Kill it for real and wait for its end."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def result(self):
        """Return what it returned."""
        return json.loads(self.told.read_text() or "null")

    def complaints(self) -> str:
        """Return what it logged as an error."""
        return self.log.read_text()


class Stage:
    """One database under one name, made anew as often as wanted, and its workers."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.folder = tempfile.TemporaryDirectory(prefix="ksef_proof_")
        self._count = 0

    def load(self) -> None:
        """Load Odoo for the database, once: copies of one template are alike."""
        odoo.modules.registry.Registry(self.database)
        odoo.sql_db.close_all()

    def fork(self, work: Callable) -> Worker:
        """Start ``work(env)`` in a process of its own."""
        odoo.sql_db.close_all()
        self._count += 1
        name = Path(self.folder.name, f"{os.getpid()}_{self._count}")
        worker = Worker(0, name.with_suffix(".json"), name.with_suffix(".log"))
        worker.told.touch()
        worker.log.touch()
        worker.pid = os.fork()
        if worker.pid == 0:
            self._be(worker, work)
        return worker

    def run(self, work: Callable):
        """Run ``work(env)`` in a process of its own to its end.

        :return: what it returned
        :raises RuntimeError: it failed
        """
        worker = self.fork(work)
        if worker.wait() != 0:
            raise RuntimeError(worker.complaints())
        return worker.result()

    def _be(self, worker: Worker, work: Callable) -> None:
        """Be the worker; never returns."""
        code = 1
        try:
            with worker.log.open("w") as log:
                os.dup2(log.fileno(), 2)
            registry = odoo.modules.registry.Registry(self.database)
            with registry.cursor() as cr:
                env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
                worker.told.write_text(json.dumps(work(env)))
            code = 0
        except BaseException:  # noqa: BLE001 - the border of a process
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

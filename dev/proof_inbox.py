"""Months of suppliers' invoices while KSeF and the worker fail: all here, each once.

``dev/proof inbox``: a company with a past of months is connected, then months pass. Its
suppliers' invoices appear out of order and late, behind a high-water mark that moves;
calls fail at random, limits are those of PRD, packages are cut off and come in parts,
and the worker that fetches is killed for good at random moments. In the end the inbox
is counted against the simulator's store, byte for byte. The last line is one JSON
object; the exit code is 0 when nothing is missing, doubled or changed.
"""

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

import proof_stage
from demo_client import connect
from demo_data import make_company
from freezegun import freeze_time
from proof_stage import Ksef, Stage

from odoo.service.model import call_kw

#: kinds of trouble that share the part of calls that fail.
FAULTS = (
    "error",
    "error_after",
    "cut_before",
    "cut_after",
    "malformed",
    "waf",
    "html",
    "rate_limit",
    "unauthorized",
)
FAULT_SHARE = 0.1
GAPS_MINUTES = (5, 20, 60, 360, 1440)
#: a worker that is killed has made so many requests, and lives on for so long.
KILL_REQUESTS = (1, 12)
KILL_SECONDS = 0.2
POLL_SECONDS = 0.02
DAY = timedelta(days=1)
#: after the troubles: late records appear, and the night of other roles comes.
LAST_RUNS, LAST_GAP_HOURS = 11, 3


@dataclass
class Figures:
    """What happened on the way."""

    runs: int = 0
    kills: int = 0
    requests: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)
    refused_by_limits: int = 0

    def count(self, entries: list[dict]) -> None:
        """Count requests of one run."""
        for entry in entries:
            self.requests[_group(entry["path"])] += 1
            if entry.get("fault"):
                self.faults[entry["fault"]] += 1
            elif entry.get("status") == 429:
                self.refused_by_limits += 1


def _group(path: str) -> str:
    for part in ("query/metadata", "invoices/exports/", "invoices/exports"):
        if part in path:
            return "storage" if path.startswith("/storage") else part
    return "invoices/ksef" if "/invoices/ksef/" in path else "other"


class Direct:
    """The calls of ``demo_client`` without a server between."""

    def __init__(self, env) -> None:
        self.env = env

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method as a request of the web client would."""
        return call_kw(self.env[model], method, list(args), kwargs)


# --- what the workers do --------------------------------------------------------


def prepare(api_url: str, since: datetime):
    """Make the work that connects a company; it wants everything since a day."""

    def work(env):
        company = make_company(env)
        env["ir.config_parameter"].set_param("l10n_pl_ksef.custom_url", api_url)
        connect(Direct(env), api_url)
        company.write(
            {
                "l10n_pl_ksef_fetch_since": since.date(),
                "l10n_pl_ksef_fetch_third": True,
            }
        )
        return company.l10n_pl_ksef_nip

    return work


def fetch_at(moment: datetime):
    """Make the work of the scheduler at a simulated moment."""

    def work(env):
        with freeze_time(moment, tick=True):
            env["l10n_pl_ksef.fetch"]._cron_fetch_invoices()
            env.cr.commit()
        return env["l10n_pl_ksef.inbound"].search_count([])

    return work


def known_here(env):
    """Return KSeF number and hash of the very bytes of every row of the inbox."""
    from odoo.addons.l10n_pl_ksef.ksef.crypto import sha256_base64

    rows = env["l10n_pl_ksef.inbound"].search([])
    return [[row.ksef_number, sha256_base64(row._kept_bytes("xml"))] for row in rows]


# --- the months -------------------------------------------------------------------


class Months:
    """A past and a future of invoices, and the runs that fetch them."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.random = Random(options.seed)
        self.figures = Figures()
        self.ksef = Ksef(rate_limits="prd")
        self.stage = Stage(options.database)
        self.now = datetime.now(timezone.utc)
        self.end = self.now + options.days * DAY
        #: numbers of the runs that the worker does not survive, unless it is faster
        runs = range(1, 2 * options.kills + options.days // 2)
        self.deadly = set(self.random.sample(runs, options.kills))
        self.owed = 0

    def play(self) -> dict:
        """Live through it all; return the figures."""
        started = time.monotonic()
        past = self.now - 2 * self.options.days * DAY
        self.stage.load()
        nip = self.stage.run(prepare(self.ksef.api_url, past))
        self._bring_invoices(nip, past)
        self._bring_troubles()
        while self.now < self.end or self._has_kills_left():
            self.owed += self.figures.runs in self.deadly
            gap = max(GAPS_MINUTES) if self.owed else self.random.choice(GAPS_MINUTES)
            self._pass(timedelta(minutes=gap))
            self._run(is_deadly=self.owed > 0)
        self._settle()
        return self._compare() | {"seconds": round(time.monotonic() - started)}

    def _has_kills_left(self) -> bool:
        """Tell whether the worker is still to be killed; not for ever."""
        is_late = self.now > self.end + 60 * DAY
        return self.figures.kills < self.options.kills and not is_late

    def _bring_invoices(self, nip: str, past: datetime) -> None:
        """Suppliers have issued a third of the invoices before, the rest is to come."""
        before = self.options.invoices // 3
        for seed, start, end, count in (
            (1, past, self.now, before),
            (2, self.now, self.end, self.options.invoices - before),
        ):
            body = {
                "buyerNip": nip,
                "from": start.isoformat(),
                "to": end.isoformat(),
                "invoices": count,
                "suppliers": self.options.suppliers,
                "thirdShare": 0.05,
                "seed": seed,
            }
            self.ksef.ask("POST", "suppliers", json=body)

    def _bring_troubles(self) -> None:
        archive = {
            "lateShare": 0.1,
            "lateSeconds": 6 * 3600,
            "hwmLagSeconds": 120,
            "maxExport": self.options.package,
            "partBytes": 20_000,
        }
        self.ksef.ask("POST", "archive", json=archive)
        until = (self.end + 400 * DAY).isoformat()
        for kind in FAULTS:
            fault = {"kind": kind, "share": FAULT_SHARE / len(FAULTS), "until": until}
            fault |= {"status": 503, "retry_after": 20}
            self.ksef.ask("POST", "fault", json=fault)

    def _pass(self, gap: timedelta) -> None:
        """Let time pass at KSeF; everything that was due in between happens."""
        self.now += gap
        stop = {"set": self.now.isoformat(), "freeze": True}
        self.ksef.ask("POST", "clock", json=stop)
        # The next call does all that is due while the clock stands still.
        self.ksef.ask("GET", "clock")
        self.ksef.ask("POST", "clock", json={"freeze": False})

    def _run(self, *, is_deadly: bool = False) -> None:
        self.figures.runs += 1
        worker = self.stage.fork(fetch_at(self.now))
        if is_deadly:
            self._kill(worker)
        elif worker.wait() != 0:
            raise SystemExit(worker.complaints())
        entries = self.ksef.ask("GET", "log")["requests"]
        self.ksef.ask("DELETE", "log")
        self.figures.count(entries)

    def _kill(self, worker) -> None:
        """Kill a worker in the middle of its work; it may have been faster."""
        wanted = self.random.randint(*KILL_REQUESTS)
        while len(self.ksef.ask("GET", "log")["requests"]) < wanted:
            if worker.is_over():
                return
            time.sleep(POLL_SECONDS)
        time.sleep(self.random.uniform(0, KILL_SECONDS))
        if not worker.is_over():
            worker.kill()
            self.figures.kills += 1
            self.owed -= 1

    def _settle(self) -> None:
        """Troubles are over; a few more hours bring what is still missing."""
        self.ksef.ask("DELETE", "fault")
        for _run in range(LAST_RUNS):
            self._pass(timedelta(hours=LAST_GAP_HOURS))
            self._run()

    def _compare(self) -> dict:
        there = {
            row["ksefNumber"]: row["invoiceHash"]
            for row in self.ksef.ask("GET", "state")["accepted"]
        }
        here = self.stage.run(known_here)
        known = dict(here)
        counts = Counter(number for number, _hash in here)
        return {
            "invoices": len(there),
            "here": len(here),
            "missing": len(there.keys() - known.keys()),
            "unknown": len(known.keys() - there.keys()),
            "twice": sum(count > 1 for count in counts.values()),
            "changed": sum(known[n] != there[n] for n in known.keys() & there.keys()),
            "runs": self.figures.runs,
            "kills": self.figures.kills,
            "requests": dict(self.figures.requests),
            "faults": dict(self.figures.faults),
            "refused_by_limits": self.figures.refused_by_limits,
        }


def is_proved(figures: dict, options: argparse.Namespace) -> bool:
    """Tell whether everything is here once and the troubles really happened."""
    wrong = ("missing", "unknown", "twice", "changed", "refused_by_limits")
    return (
        not any(figures[name] for name in wrong)
        and figures["here"] == options.invoices
        and figures["kills"] == options.kills
        and bool(figures["faults"])
    )


def main() -> int:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(prog="dev/proof inbox")
    parser.add_argument("database", help=argparse.SUPPRESS)
    parser.add_argument("--invoices", type=int, default=5000)
    parser.add_argument("--suppliers", type=int, default=40)
    parser.add_argument("--days", type=int, default=100, help="after a past of twice")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--package", type=int, default=300, help="most invoices in one")
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    proof_stage.configure()
    months = Months(options)
    try:
        figures = months.play()
    finally:
        months.ksef.stop()
    print(json.dumps(figures))
    return 0 if is_proved(figures, options) else 1


if __name__ == "__main__":
    sys.exit(main())

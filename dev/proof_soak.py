"""Send thousands of invoices through faults of every kind, with two workers at once.

    dev/proof soak [--invoices 2000] [--share 0.1] [--seed 0] [--no-kills]

Posted invoices are handed over in bites of different size, half of them to go one by
one and half in packages. Of all calls to KSeF a tenth meets one of the faults that the
simulator can play; some invoices fail on its side; both workers look for work all the
time, and now and then one of them is killed and another one started. Then the faults
end, what is on its way comes to its end, and what KSeF has is counted.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import proof_stage

from odoo import fields

HURRY = 20
# Before the add-on is loaded.
proof_stage.hurry(HURRY)

from proof_sender import (  # noqa: E402
    UNFINISHED,
    differences,
    hand_over,
    known_here,
    point_at,
    prepare,
    unfinished,
    work,
)

#: what a call may meet, and how often beside the others.
CALL_FAULTS = (
    {"kind": "rate_limit", "retry_after": 30},
    {"kind": "rate_limit", "retry_after": 1},
    {"kind": "error", "status": 500},
    {"kind": "error", "status": 502},
    {"kind": "error", "status": 503},
    {"kind": "error_after", "status": 500},
    {"kind": "error_after", "status": 504},
    {"kind": "unauthorized"},
    {"kind": "login_revoked"},
    {"kind": "waf"},
    {"kind": "forbidden"},
    {"kind": "html"},
    {"kind": "malformed"},
    {"kind": "slow", "seconds": 1.0},
    {"kind": "timeout_before", "seconds": 5.0},
    {"kind": "timeout_after", "seconds": 5.0},
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "session_ended", "path": "/sessions/"},
    {"kind": "stalled", "seconds": 5.0},
)
#: what the upload of a package's part may meet besides: its address is over.
PART_FAULTS = ({"kind": "error", "status": 403, "path": "/batch-parts/"},)
#: parts of a package are few, so more of them are hit.
PART_SHARE = 0.1
INVOICE_FAULTS = ("invoice_500_lost", "invoice_500_stored", "invoice_550")
#: share of the invoices that fail at KSeF for no fault of their own.
INVOICE_SHARE = 0.03
BITES = (1, 5, 12, 24, 25, 40, 60)
#: no more is handed over while so many are on their way.
CROWD = 60
#: the first half goes one by one, the other in packages from so many on; 0: never.
BATCH_FROM = (0, 25)
#: what the workers take for a network that is dead.
CLIENT_TIMEOUT_SECONDS = 4
WORKERS = 2
#: pause between two looks for work; between two deaths of a worker.
LOOK_SECONDS = 0.3
LIFE_SECONDS = 20
#: so often all pauses are declared to be over.
HOUR_SECONDS = 3
#: nothing has changed for so long: something is stuck.
PATIENCE_SECONDS = 300
HOUR_MS = 3_600_000
#: of a complaint, its end.
LONGEST_TEXT = 2000


# --- the workers --------------------------------------------------------------


def _work_on(env) -> None:
    """Be a worker: look for work until killed."""
    _be_impatient()
    while True:
        work(env)
        env.cr.commit()
        proof_stage.real_sleep(LOOK_SECONDS)


def _be_impatient() -> None:
    """Take a silence of seconds for a dead connection, as others do after thirty."""
    from requests.adapters import HTTPAdapter

    plain_send = HTTPAdapter.send

    def send(itself, request, stream=False, timeout=None, **options):
        return plain_send(
            itself, request, stream=stream, timeout=CLIENT_TIMEOUT_SECONDS, **options
        )

    HTTPAdapter.send = send


def _an_hour_passes(env) -> None:
    """Let every pause be over, the budget's hour included."""
    from odoo.addons.l10n_pl_ksef.models.common.durable import durably

    now, hour = fields.Datetime.now(), timedelta(hours=1)

    def age():
        late = env["l10n_pl_ksef.document"].search(
            [("state", "=", "accepted"), ("next_try_at", "!=", False)]
        )
        for document in late.try_lock_for_update():
            document._note(next_try_at=now, sent_at=document.sent_at - hour)
        for model, name, states in (
            ("l10n_pl_ksef.document", "next_try_at", ("queued", "unknown")),
            ("l10n_pl_ksef.session", "next_check_at", UNFINISHED),
        ):
            waiting = [("state", "in", states), (name, "!=", False)]
            env[model].search(waiting).try_lock_for_update()._note(**{name: False})
        for row in env["l10n_pl_ksef.budget"].search([]).try_lock_for_update():
            row.state = _older(row.state)

    durably(env, age)


def _older(budget):
    """Return the kept state of a budget as it would be an hour later."""
    if not budget:
        return budget
    calls = {
        name: [times[0] - HOUR_MS, *times[1:]]
        for name, times in budget["calls"].items()
        if times
    }
    blocked = {name: until - HOUR_MS for name, until in budget["blocked"].items()}
    known_at = budget["limitsKnownAt"]
    known_at = known_at and known_at - HOUR_MS
    return {**budget, "calls": calls, "blocked": blocked, "limitsKnownAt": known_at}


# --- the soak -----------------------------------------------------------------


@dataclass
class Soak:
    """One soak.

    :ivar random: decides on bites, faults of invoices and deaths
    """

    options: argparse.Namespace
    stage: proof_stage.Stage
    ksef: proof_stage.Ksef
    random: random.Random

    def run(self) -> dict:
        """Play it.

        :return: the figures
        """
        self.deaths, self.complaints = 0, []
        self.workers = [self._start() for _number in range(WORKERS)]
        self._make_faults()
        started = time.monotonic()
        try:
            self._while_something_is_left()
        finally:
            for worker, _until in self.workers:
                worker.kill()
                self.complaints.append(worker.complaints())
        return self._figures(time.monotonic() - started)

    def _start(self):
        """Start a worker.

        :return: it, and the time of its death
        """
        life = self.random.uniform(0.5, 1.5) * LIFE_SECONDS
        return self.stage.fork(_work_on), time.monotonic() + life

    def _make_faults(self) -> None:
        self.ksef.ask("DELETE", "fault", params={"seed": self.options.seed})
        share = self.options.share / len(CALL_FAULTS)
        for fault in CALL_FAULTS:
            self._fault(fault, share)
        for fault in PART_FAULTS:
            self._fault(fault, PART_SHARE)

    def _fault(self, fault: dict, share: float) -> None:
        body = {"times": 1_000_000, **fault, "share": share}
        self.ksef.ask("POST", "fault", json=body)

    # -- time

    def _while_something_is_left(self) -> None:
        hour, seen, seen_at = 0.0, None, time.monotonic()
        handed_over = 0
        while True:
            now = time.monotonic()
            handed_over += self._bite(handed_over)
            left = self.options.invoices - handed_over + self._on_their_way()
            if not left:
                return
            if left != seen:
                seen, seen_at = left, now
            if now - seen_at > PATIENCE_SECONDS:
                return
            if now - hour > HOUR_SECONDS:
                hour = now
                self.stage.run(_an_hour_passes)
            self._look_after_workers(now)
            proof_stage.real_sleep(0.5)

    def _bite(self, handed_over: int) -> int:
        """Hand the next invoices over, with what KSeF will do to some of them."""
        size = self.random.choice(BITES)
        if handed_over >= self.options.invoices or self._on_their_way() > CROWD:
            return 0
        proof_stage.query(
            self.stage.database,
            "UPDATE res_company SET l10n_pl_ksef_batch_from = %s",
            (BATCH_FROM[2 * handed_over >= self.options.invoices],),
        )
        for _invoice in range(size):
            if self.random.random() < INVOICE_SHARE:
                kind = self.random.choice(INVOICE_FAULTS)
                self.ksef.ask("POST", "fault", json={"kind": kind})
        return self.stage.run(lambda env: hand_over(env, size))

    def _on_their_way(self) -> int:
        return proof_stage.query(
            self.stage.database,
            "SELECT (SELECT count(*) FROM l10n_pl_ksef_document"
            " WHERE state NOT IN ('accepted', 'rejected')"
            " OR next_try_at IS NOT NULL)"
            " + (SELECT count(*) FROM l10n_pl_ksef_session"
            " WHERE state NOT IN ('done', 'failed'))",
        )[0][0]

    def _look_after_workers(self, now: float) -> None:
        for index, (worker, until) in enumerate(self.workers):
            if worker.is_over():
                self.complaints.append(f"ended by itself: {worker.complaints()}")
            elif self.options.kills and now > until:
                worker.kill()
                self.deaths += 1
                self.complaints.append(worker.complaints())
            else:
                continue
            self.workers[index] = self._start()

    # -- counting

    def _figures(self, seconds: float) -> dict:
        self.ksef.ask("DELETE", "fault")
        here = self.stage.run(known_here)
        log = self.ksef.ask("GET", "log")["requests"]
        names = self.stage.run(_names)
        no_upo = self.ksef.without_upo()
        faults = differences(names, here, self.ksef.accepted(), no_upo)
        complaints = "".join(self.complaints)
        if complaints:
            faults["complaints"] = [complaints]
        if left := self.stage.run(unfinished):
            faults["unfinished"] = [str(left)]
        for kind, found in faults.items():
            told = [text[-LONGEST_TEXT:] for text in found]
            print(f"{kind}: {told}", file=sys.stderr)
        kinds = Counter(entry["fault"] for entry in log if entry.get("fault"))
        statuses = self.ksef.statuses()
        return {
            "invoices": self.options.invoices,
            "accepted_once": sum(len(n) == 1 for n in self.ksef.accepted().values()),
            "without_upo_at_ksef": len(no_upo),
            "faults": {kind: len(found) for kind, found in faults.items()},
            "seed": self.options.seed,
            "requests": len(log),
            "requests_hit": sum(kinds.values()),
            "share_hit": round(sum(kinds.values()) / max(len(log), 1), 3),
            "hits": dict(sorted(kinds.items())),
            "statuses": statuses,
            "sessions": dict(
                Counter(s["kind"] for s in self.ksef.ask("GET", "state")["sessions"])
            ),
            "workers_killed": self.deaths,
            "seconds": round(seconds),
        }


def _names(env) -> list[str]:
    invoices = [("move_type", "=", "out_invoice"), ("state", "=", "posted")]
    return env["account.move"].search(invoices).mapped("name")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev/proof soak")
    parser.add_argument("database", help=argparse.SUPPRESS)
    parser.add_argument("--invoices", type=int, default=2000)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--no-kills", dest="kills", action="store_false")
    return parser.parse_args()


def _fill(env, count: int, api_url: str) -> None:
    prepare(env, count)
    point_at(env, api_url)


def main() -> int:
    """Print the figures as one JSON object.

    :return: 0 when every invoice is in KSeF once and known here
    """
    options = _options()
    proof_stage.configure()
    stage = proof_stage.Stage(options.database)
    stage.load()
    ksef = proof_stage.Ksef()
    try:
        stage.run(lambda env: _fill(env, options.invoices, ksef.api_url))
        soak = Soak(options, stage, ksef, random.Random(options.seed))
        figures = soak.run()
    finally:
        ksef.stop()
    print(json.dumps(figures))
    return int(bool(figures["faults"]))


if __name__ == "__main__":
    sys.exit(main())

"""Send 100 invoices to the simulator: requests and our own time per invoice.

Own time is what is left of the sender's run without the time inside HTTP calls and
without its pauses between two looks at KSeF. Preparing the files is told separately.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import odoo_env
import requests
from demo_client import connect
from sample_invoices import make_posted_invoices

from odoo.service.model import call_kw

INVOICES = 100
LONGEST_SECONDS = 300


class Stopwatch:
    """Seconds and calls of one kind of waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0

    def around(self, function):
        """Return ``function`` with its time and calls counted here."""

        def counted(*args, **kwargs):
            start = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - start
                self.calls += 1

        return counted


class Direct:
    """The calls of ``demo_client`` without a server between."""

    def __init__(self, env) -> None:
        self.env = env

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method as a request of the web client would."""
        return call_kw(self.env[model], method, list(args), kwargs)


@contextmanager
def simulator() -> Iterator[str]:
    """Run a simulator without limits of its own.

    :return: its API address
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", "--rate-limits", "off"],
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def send_all(env, company, moves) -> dict:
    """Queue and send, then count.

    :return: the figures
    """
    # Not before the configuration is read: it says where the add-ons are.
    from odoo.addons.l10n_pl_ksef.models.sending.sending_run import SendingRun

    start = time.perf_counter()
    queued = moves._l10n_pl_ksef_enqueue()
    prepared = time.perf_counter() - start
    if queued != moves:
        raise SystemExit(f"refused: {(moves - queued).mapped('l10n_pl_ksef_problem')}")
    env.cr.commit()
    http, pauses = Stopwatch(), Stopwatch()
    plain_send = requests.Session.send
    requests.Session.send = http.around(plain_send)
    start = time.perf_counter()
    try:
        while not all(moves.mapped("l10n_pl_ksef_has_upo")):
            if time.perf_counter() - start > LONGEST_SECONDS:
                raise SystemExit(f"states: {set(moves.mapped('l10n_pl_ksef_state'))}")
            SendingRun(company, sleep=pauses.around(time.sleep)).run()
            pauses.around(time.sleep)(0.2)
            env.invalidate_all()
    finally:
        requests.Session.send = plain_send
    total = time.perf_counter() - start
    own = total - http.seconds - pauses.seconds
    return {
        "requests_per_invoice": round(http.calls / len(moves), 3),
        "own_ms_per_invoice": _per_invoice(own, moves),
        "http_ms_per_invoice": _per_invoice(http.seconds, moves),
        "prepare_ms_per_invoice": _per_invoice(prepared, moves),
        "seconds_in_all": round(prepared + total, 2),
    }


def _per_invoice(seconds: float, moves) -> float:
    return round(seconds * 1000 / len(moves), 2)


def main(database: str) -> None:
    """Print the figures as one JSON object."""
    with simulator() as api_url, odoo_env.open(database) as env:
        moves = make_posted_invoices(env, INVOICES)
        company = moves.company_id
        env["ir.config_parameter"].set_param("l10n_pl_ksef.custom_url", api_url)
        connect(Direct(env), api_url)
        env.cr.commit()
        print(json.dumps({"invoices": INVOICES, **send_all(env, company, moves)}))


if __name__ == "__main__":
    main(*sys.argv[1:])

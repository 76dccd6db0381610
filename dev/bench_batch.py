"""Send packages of several sizes to the simulator: time, memory, requests, growth.

    dev/bench batch [SIZE...]       default: 1000 10000

The invoices are posted ones, copied in the database from one that was posted in the
usual way, each with its own number and its own frozen file. Own time is what is left
of the sender's runs without HTTP calls and pauses.
"""

import json
import resource
import sys
import time

import odoo_env
import requests
from bench_send import Direct, Stopwatch, simulator
from demo_client import connect
from sample_invoices import make_posted_invoices

SIZES = (1000, 10_000)
LONGEST_SECONDS = 1200
CHUNK = 500
_KEPT_APART = ("id", "name", "sequence_number", "access_token")


def copy_moves(env, move, count: int, prefix: str):
    """Copy a posted invoice ``count`` times, rows and bookings left out.

    :return: the copies
    """
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = 'account_move' AND table_schema = current_schema"
    )
    names = [f'"{name}"' for (name,) in env.cr.fetchall() if name not in _KEPT_APART]
    columns = ", ".join(names)
    env.cr.execute(
        f"INSERT INTO account_move (name, sequence_number, {columns})"
        f" SELECT %s || number, number, {columns}"
        " FROM account_move, generate_series(1, %s) AS number"
        " WHERE account_move.id = %s RETURNING id",
        (prefix, count, move.id),
    )
    return env["account.move"].browse(sorted(row[0] for row in env.cr.fetchall()))


def freeze(env, moves, xml: bytes, number: bytes) -> None:
    """Queue a document of each move, with its own number in the file."""
    documents = env["l10n_pl_ksef.document"]
    for start in range(0, len(moves), CHUNK):
        for move in moves[start : start + CHUNK]:
            own = b"<P_2>" + move.name.encode() + b"</P_2>"
            documents._freeze(move, xml.replace(number, own))
        env.cr.commit()
        env.invalidate_all()


def measure(env, company, size: int) -> dict:
    """Send what is queued.

    :return: the figures of this size
    """
    from odoo.addons.l10n_pl_ksef.models.sending.sending_run import SendingRun

    http, pauses = Stopwatch(), Stopwatch()
    plain_send = requests.Session.send
    requests.Session.send = http.around(plain_send)
    domain = [("company_id", "=", company.id), ("state", "!=", "accepted")]
    documents = env["l10n_pl_ksef.document"]
    before, start = _peak_mb(), time.perf_counter()
    runs = 0
    try:
        while documents.search_count(domain):
            if time.perf_counter() - start > LONGEST_SECONDS:
                raise SystemExit(f"not done: {documents.search_count(domain)}")
            env["l10n_pl_ksef.session"].search([])._note(next_check_at=False)
            env.cr.commit()
            SendingRun(company, sleep=pauses.around(time.sleep)).run()
            env.invalidate_all()
            runs += 1
    finally:
        requests.Session.send = plain_send
    total = time.perf_counter() - start
    own = total - http.seconds - pauses.seconds
    return {
        "invoices": size,
        "own_ms_per_invoice": round(own * 1000 / size, 2),
        "http_seconds": round(http.seconds, 1),
        "seconds_in_all": round(total, 1),
        "requests": http.calls,
        "runs": runs,
        "peak_mb_added": round(_peak_mb() - before, 1),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(database: str, *sizes: str) -> None:
    """Print the figures as one JSON object."""
    wanted = sorted(map(int, sizes)) or SIZES
    with simulator() as api_url, odoo_env.open(database) as env:
        move = make_posted_invoices(env, 1)
        company = move.company_id
        env["ir.config_parameter"].set_param("l10n_pl_ksef.custom_url", api_url)
        connect(Direct(env), api_url)
        prepared = move._l10n_pl_ksef_prepare()[move]
        number = f"<P_2>{move.name}</P_2>".encode()
        if prepared.xml is None or number not in prepared.xml:
            raise SystemExit(f"refused: {prepared.problems}")
        figures = []
        for size in wanted:
            moves = copy_moves(env, move, size, f"BENCH/{size}/")
            freeze(env, moves, prepared.xml, number)
            figures.append(measure(env, company, size))
    first, last = figures[0], figures[-1]
    growth = last["own_ms_per_invoice"] / first["own_ms_per_invoice"]
    print(json.dumps({"sizes": figures, "growth": round(growth, 3)}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Time and SQL queries per invoice of our FA(3) against Odoo's own ``l10n_pl_edi``.

Same database, same run, same invoices, an empty record cache at each start. Ours
includes all checks and the official schema where it is at hand, core's is the rendering
alone. ``ours`` prepares the invoices together, as the sender does; ``ours_one_by_one``
in a loop, as core must.
"""

import json
import sys
import time

import odoo_env
from sample_invoices import LINES, make_posted_invoices

INVOICES = 100
ROUNDS = 3


def measured(moves, work) -> dict:
    """Return milliseconds and queries per invoice of ``work(moves)``."""
    env = moves.env
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    work(moves)
    return {
        "ms_per_invoice": round((time.perf_counter() - start) * 1000 / len(moves), 3),
        "queries_per_invoice": round((env.cr.sql_log_count - queries) / len(moves), 2),
    }


def best(moves, work) -> dict:
    """Return the fastest of some rounds: the others were disturbed from outside."""
    rounds = [measured(moves, work) for _round in range(ROUNDS)]
    return min(rounds, key=lambda found: found["ms_per_invoice"])


def ours(moves) -> None:
    """Prepare all invoices together."""
    for prepared in moves._l10n_pl_ksef_prepare().values():
        if prepared.xml is None:
            raise SystemExit(f"an invoice is refused: {prepared.problems}")


def ours_one_by_one(moves) -> None:
    """Prepare one invoice after the other."""
    for move in moves:
        ours(move)


def core(moves) -> None:
    """Render with Odoo's own module."""
    for move in moves:
        move._l10n_pl_edi_render_xml()


def main(database: str) -> None:
    """Print the figures as one JSON object."""
    with odoo_env.open(database) as env:
        moves = make_posted_invoices(env, INVOICES)
        for work in (ours, core):  # templates compiled, tables of codes read
            work(moves[:1])
        found = {
            work.__name__: best(moves, work) for work in (core, ours, ours_one_by_one)
        }
        env.cr.rollback()
    found["times_faster"] = round(
        found["core"]["ms_per_invoice"] / found["ours"]["ms_per_invoice"], 1
    )
    print(json.dumps({"invoices": INVOICES, "lines": LINES, **found}))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Send posted invoices as batch packages of several sizes: time, memory, requests.

    dev/bench batch [--only-measure] [SIZE...]       default: 1000 10000

The invoices are posted ones (see ``sample_copies``). Own time is that of queueing them
(reading, checks, FA(3), schema, freezing) and of the sender's runs, without HTTP calls
and pauses, measured as CPU time here and in PostgreSQL.
"""

import time
from datetime import datetime, timezone

import measuring
import odoo_env
import sandbox
from sample_copies import make_copies
from sample_invoices import make_posted_invoices

SIZES = (1000, 10_000)
#: made in the usual way; the others are copies (``sample_copies``).
ORIGINALS = 20
LONGEST_SECONDS = 3600
MOST_MB = 300
MOST_GROWTH = 1.15
MOST_STATUS_REQUESTS = 1
_LIST = r".*/sessions/\*/invoices(/failed)?"
_STATUS = r".*/sessions/\*"


def send(env, company, watch) -> tuple[float, int]:
    """Let the sender run until all is accepted.

    :return: CPU seconds without HTTP, and how many runs it took
    """
    from odoo.addons.l10n_pl_ksef.models.sending.sending_run import SendingRun

    domain = [("company_id", "=", company.id), ("state", "!=", "accepted")]
    documents = env["l10n_pl_ksef.document"]
    start, wall, runs = measuring.cpu_seconds(env), time.perf_counter(), 0
    with watch.requests():
        while left := documents.search_count(domain):
            if time.perf_counter() - wall > LONGEST_SECONDS:
                raise SystemExit(f"not done: {left}")
            watch.sleep(_seconds_until_due(env))
            SendingRun(company, sleep=watch.sleep).run()
            env.invalidate_all()
            runs += 1
    return measuring.cpu_seconds(env) - start - watch.http_cpu, runs


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def _seconds_until_due(env) -> float:
    """Return how long the scheduler would wait for the next look at KSeF."""
    waiting = [("state", "in", ("closing", "closed")), ("next_check_at", "!=", False)]
    session = env["l10n_pl_ksef.session"].search(
        waiting, order="next_check_at", limit=1
    )
    if not session:
        return 0.0
    # A moment of the database has whole seconds.
    return max(0.0, (session.next_check_at - _now()).total_seconds()) + 1


def measure(env, company, moves) -> dict:
    """Queue and send.

    :return: the figures of this size
    """
    watch, size, wall = measuring.Watch(), len(moves), time.perf_counter()
    memory = measuring.Memory()
    queued = sandbox.queue(env, moves)
    of_queue = memory.added_mb()
    sent, runs = send(env, company, watch)
    lists, looks = watch.count("GET", _LIST), watch.count("GET", _STATUS)
    return {
        "invoices": size,
        "queue_ms_per_invoice": round(queued * 1000 / size, 2),
        "send_ms_per_invoice": round(sent * 1000 / size, 2),
        "own_ms_per_invoice": round((queued + sent) * 1000 / size, 2),
        "http_wall_seconds": round(watch.http_wall, 1),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        "requests": watch.calls,
        "list_requests": lists,
        "session_status_requests": looks,
        "status_requests_per_1000": round((lists + looks) * 1000 / size, 3),
        "runs": runs,
        "queue_mb_added": of_queue,
        "peak_mb_added": memory.added_mb(),
    }


def main() -> None:
    """Print the figures as one JSON object."""
    parser = measuring.arguments(__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    options = parser.parse_intermixed_args()
    with sandbox.simulator() as api_url, odoo_env.open(options.database) as env:
        originals = make_posted_invoices(env, ORIGINALS)
        company = originals.company_id
        sandbox.connect_to(env, api_url)
        figures = []
        for size in sorted(options.sizes):
            moves = make_copies(env, originals, size, f"BENCH/{size}/")
            env.cr.commit()
            figures.append(measure(env, company, moves))
            print(figures[-1], flush=True)
    first, last = figures[0], figures[-1]
    growth = last["own_ms_per_invoice"] / first["own_ms_per_invoice"]
    verdict = measuring.Verdict()
    verdict.most("peak_mb_added", last["peak_mb_added"], MOST_MB)
    verdict.most("growth", growth, MOST_GROWTH)
    requests = last["status_requests_per_1000"]
    verdict.most("status_requests_per_1000", requests, MOST_STATUS_REQUESTS)
    verdict.tell({"sizes": figures, "growth": round(growth, 3)}, options)


if __name__ == "__main__":
    main()

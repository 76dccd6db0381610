"""Purchase invoices from KSeF's store into the inbox and the books.

    dev/bench inbox [--only-measure] [--invoices N] [--bills N] [--package MB]

``invoices`` of 5 lines are fetched; ``bills`` of them become bills, in turns with
bare ``account.move.create`` of the same lines. A package of ``package`` MB is verified,
decrypted and unpacked in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time

import measuring
import odoo_env
import sandbox
from demo_data import make_company
from sample_bills import create_like

BILLS = 1000
INVOICES = 10_000
PACKAGE_MB = 1000
TURN = 25
LONGEST_SECONDS = 3600
MOST_RATIO = 1.3
MOST_REQUESTS = 40
MOST_PACKAGE_MB = 200
_ENTRY_BYTES = 100_000


def stocked(invoices: int):
    """Run a simulator whose store holds invoices to the company."""
    script = sandbox.CHECKOUT / "dev" / "stocked_simulator.py"
    options = ("--rate-limits", "off", "--invoices", str(invoices))
    return sandbox.running(str(script), *options)


def fetch(env, company, count: int) -> dict:
    """Fetch everything there is.

    :return: the figures
    """
    from odoo.addons.l10n_pl_ksef.models.inbox.fetching_run import FetchingRun

    inbox, watch = env["l10n_pl_ksef.inbound"], measuring.Watch()
    there = inbox.search_count([])
    memory, wall = measuring.Memory(), time.perf_counter()
    queries, start = env.cr.sql_log_count, measuring.cpu_seconds(env)
    with watch.requests():
        while inbox.search_count([]) - there < count:
            if time.perf_counter() - wall > LONGEST_SECONDS:
                raise SystemExit(f"fetched {inbox.search_count([]) - there} only")
            company._l10n_pl_ksef_fetch_now()
            env["l10n_pl_ksef.fetch"].search([])._note(not_before=False)
            env.cr.commit()
            FetchingRun(company, sleep=watch.sleep).run()
            env.invalidate_all()
    own = measuring.cpu_seconds(env) - start - watch.http_cpu
    return {
        "invoices": count,
        "own_ms_per_invoice": round(own * 1000 / count, 2),
        "queries_per_invoice": round((env.cr.sql_log_count - queries) / count, 2),
        "requests": watch.calls,
        "peak_mb_added": memory.added_mb(),
        "wall_seconds": round(time.perf_counter() - wall, 1),
    }


def book(env, count: int) -> dict:
    """Make bills of what is new, as the scheduler does, and as many bare ones.

    Both commit after each bill.
    """
    unread = [("is_read", "=", False)]
    rows = env["l10n_pl_ksef.inbound"].search(unread, order="id", limit=count)
    books, twin, memory = {}, None, measuring.Memory()
    ours = bare = 0.0
    queries = 0
    for start in range(0, len(rows), TURN):
        some = rows[start : start + TURN]
        before, asked = measuring.cpu_seconds(env), env.cr.sql_log_count
        for row in some:
            row.with_prefetch()._digest(books)
            env.cr.commit()
        ours += measuring.cpu_seconds(env) - before
        queries += env.cr.sql_log_count - asked
        bills = some.move_id
        if len(bills) < len(some):
            raise SystemExit(f"no bill: {set(some.mapped('reason'))}")
        twin = twin or bills[0].partner_id.copy({"vat": False})
        env.cr.commit()
        before = measuring.cpu_seconds(env)
        for bill in bills:
            create_like(bill.with_prefetch(), twin)
            env.cr.commit()
        bare += measuring.cpu_seconds(env) - before
    return {
        "bills": len(rows),
        "bill_ms": round(ours * 1000 / len(rows), 2),
        "create_ms": round(bare * 1000 / len(rows), 2),
        "ratio": round(ours / bare, 3),
        "queries_per_bill": round(queries / len(rows), 1),
        "peak_mb_added": memory.added_mb(),
    }


def package(megabytes: int) -> dict:
    """Unpack a large package in a process of its own.

    :return: the figures
    """
    count = megabytes * 1_000_000 // _ENTRY_BYTES
    script = sandbox.CHECKOUT / "unit_tests" / "package_memory.py"
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, str(script), folder, "Zip", str(count), str(_ENTRY_BYTES)],
            cwd=sandbox.CHECKOUT,
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout)


def connect(env, api_url: str):
    """Connect the company, bills made by themselves.

    :return: the company
    """
    company = env.ref("base.main_company")
    sandbox.connect_to(env, api_url)
    company.write(
        {"l10n_pl_ksef_fetching": "manual", "l10n_pl_ksef_booking": "automatic"}
    )
    env.cr.commit()
    return company


def main() -> None:
    """Print the figures as one JSON object."""
    parser = measuring.arguments(__doc__)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    parser.add_argument("--bills", type=int, default=BILLS)
    parser.add_argument("--package", type=int, default=PACKAGE_MB)
    options = parser.parse_args()
    figures, verdict = {}, measuring.Verdict()
    with odoo_env.open(options.database) as env, stocked(options.invoices) as api_url:
        make_company(env)
        company = connect(env, api_url)
        figures["fetch"] = fetch(env, company, options.invoices)
        figures["book"] = book(env, options.bills)
    requests = figures["fetch"]["requests"] * 10_000 / options.invoices
    verdict.most("requests_per_10000", requests, MOST_REQUESTS)
    verdict.most("bill_ratio", figures["book"]["ratio"], MOST_RATIO)
    if options.package:
        figures["package"] = package(options.package)
        added = figures["package"]["mb_added"]
        verdict.most("package_mb_added", added, MOST_PACKAGE_MB)
    verdict.tell(figures, options)


if __name__ == "__main__":
    main()

"""Send 100 invoices to the simulator: requests and our own time per invoice.

    dev/bench send

Own time is the CPU time here and in PostgreSQL that is left of the sender's run without
HTTP calls. Preparing the files is told separately.
"""

import time

import measuring
import odoo_env
import sandbox
from sample_invoices import make_posted_invoices

INVOICES = 100
LONGEST_SECONDS = 300


def send_all(env, company, moves) -> dict:
    """Send what was queued, then count.

    :return: the figures
    """
    # Not before the configuration is read: it says where the add-ons are.
    from odoo.addons.l10n_pl_ksef.models.sending.sending_run import SendingRun

    watch, wall = measuring.Watch(), time.perf_counter()
    start = measuring.cpu_seconds(env)
    with watch.requests():
        while not all(moves.mapped("l10n_pl_ksef_has_upo")):
            if time.perf_counter() - wall > LONGEST_SECONDS:
                raise SystemExit(f"states: {set(moves.mapped('l10n_pl_ksef_state'))}")
            SendingRun(company, sleep=watch.sleep).run()
            watch.sleep(0.2)
            env.invalidate_all()
    own = measuring.cpu_seconds(env) - start - watch.http_cpu
    return {
        "requests_per_invoice": round(watch.calls / len(moves), 3),
        "own_ms_per_invoice": round(own * 1000 / len(moves), 2),
        "http_ms_per_invoice": round(watch.http_cpu * 1000 / len(moves), 2),
        "wall_seconds": round(time.perf_counter() - wall, 2),
    }


def main() -> None:
    """Print the figures as one JSON object."""
    options = measuring.arguments(__doc__).parse_args()
    with sandbox.simulator() as api_url, odoo_env.open(options.database) as env:
        moves = make_posted_invoices(env, INVOICES)
        sandbox.connect_to(env, api_url)
        prepared = sandbox.queue(env, moves)
        env.cr.commit()
        figures = send_all(env, moves.company_id, moves)
    figures["prepare_ms_per_invoice"] = round(prepared * 1000 / INVOICES, 2)
    measuring.Verdict().tell({"invoices": INVOICES, **figures}, options)


if __name__ == "__main__":
    main()

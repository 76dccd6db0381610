"""180 invoices one by one within an hour, with the limits that KSeF has in production.

    dev/bench interactive [--only-measure] [--invoices N]

The simulator counts with sliding windows as KSeF does. Its clock and ours are moved
together: each pause of the sender, and each time until the scheduler would wake it,
passes at once. Told are the minutes on these clocks until all is accepted, and how
often KSeF refused a request (429).
"""

from datetime import datetime, timedelta, timezone
from urllib.parse import urljoin

import measuring
import odoo_env
import requests
import sandbox
from freezegun import freeze_time
from sample_copies import make_copies
from sample_invoices import make_posted_invoices

INVOICES = 180
#: made in the usual way; the others are copies (``sample_copies``).
ORIGINALS = 10
MOST_MINUTES = 60
#: the scheduler's own delay after the moment it was asked for.
SCHEDULER_SECONDS = 1


class Clocks:
    """The simulator's clock and ours, moved together."""

    def __init__(self, frozen, api_url: str) -> None:
        self.frozen = frozen
        self.control = urljoin(api_url, "/_sim/clock")
        requests.post(self.control, json={"set": self.now().isoformat()}, timeout=30)

    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        requests.post(self.control, json={"advance": seconds}, timeout=30)
        self.frozen.tick(timedelta(seconds=seconds))


def next_time(env) -> datetime:
    """Return when the scheduler wakes the sender again, aware."""
    places = (("l10n_pl_ksef.document", "next_try_at"),)
    places += (("l10n_pl_ksef.session", "next_check_at"),)
    times = [
        env[model].search([(name, "!=", False)], order=name, limit=1)[name]
        for model, name in places
    ]
    found = min(filter(None, times), default=None)
    if found is None:
        raise SystemExit("the sender has stopped for good")
    return found.replace(tzinfo=timezone.utc)


def send_all(env, company, clocks, watch) -> int:
    """Let the scheduler work until every invoice is accepted.

    :return: how many runs it took
    """
    from odoo.addons.l10n_pl_ksef.models.sending.sending_run import SendingRun

    left = [("company_id", "=", company.id), ("state", "!=", "accepted")]
    documents, runs = env["l10n_pl_ksef.document"], 0
    start = clocks.now()
    while True:
        with watch.requests():
            SendingRun(company, sleep=clocks.pass_by).run()
        env.invalidate_all()
        runs += 1
        if not documents.search_count(left):
            return runs
        if clocks.now() - start > timedelta(hours=3):
            raise SystemExit(f"after three hours {documents.search_count(left)} wait")
        pause = (next_time(env) - clocks.now()).total_seconds()
        clocks.pass_by(max(pause, 0) + SCHEDULER_SECONDS)


def measure(options) -> dict:
    """Queue the invoices and send them.

    :return: the figures
    """
    watch = measuring.Watch()
    # In the morning: the hour must not run over midnight.
    tomorrow = datetime.now(timezone.utc) + timedelta(days=1)
    morning = tomorrow.replace(hour=8, minute=0, second=0, microsecond=0, tzinfo=None)
    with (
        sandbox.simulator("--rate-limits", "prd") as api_url,
        odoo_env.open(options.database) as env,
        freeze_time(morning, tick=True) as frozen,  # after Odoo's code was read
    ):
        clocks = Clocks(frozen, api_url)
        originals = make_posted_invoices(env, ORIGINALS)
        sandbox.connect_to(env, api_url)
        moves = make_copies(env, originals, options.invoices, "BENCH/")
        company = moves.company_id
        company.l10n_pl_ksef_batch_from = 0  # never as a package
        sandbox.queue(env, moves)
        start = clocks.now()
        runs = send_all(env, company, clocks, watch)
        minutes = (clocks.now() - start).total_seconds() / 60
    return {
        "invoices": options.invoices,
        "simulated_minutes": round(minutes, 1),
        "refused_429": watch.statuses[429],
        "requests": watch.calls,
        "runs": runs,
    }


def main() -> None:
    """Print the figures as one JSON object."""
    parser = measuring.arguments(__doc__)
    parser.add_argument("--invoices", type=int, default=INVOICES)
    options = parser.parse_args()
    figures = measure(options)
    verdict = measuring.Verdict()
    verdict.most("simulated_minutes", figures["simulated_minutes"], MOST_MINUTES)
    verdict.most("refused_429", figures["refused_429"], 0)
    verdict.tell(figures, options)


if __name__ == "__main__":
    main()

"""A simulator in which a supplier has issued invoices to the company already.

    python stocked_simulator.py --invoices 10000 --lines 5 --days 30 [--port ...]

The invoices are judged by the simulator like any other and spread over the last days.
"""

from datetime import timedelta

from sample_received import LINES, SELLER_NIP, files

from simulator import cli
from simulator.foreign_issue import issue, open_session
from simulator.server import RunningSimulator, running
from simulator.state import Session


def stock(sim: RunningSimulator, count: int, lines: int, days: float) -> None:
    """Put invoices into the simulator's store."""
    simulator = sim.simulator
    now = simulator.clock.now()
    first = now - timedelta(days=days)
    with simulator.state.lock:
        session = open_session(simulator, SELLER_NIP, first)
        for place, content in enumerate(files(count, first.date(), lines=lines)):
            at = first + timedelta(days=days) * place / count
            _accept(simulator, session, content, at)
        simulator.state.run_due(now + timedelta(seconds=1))


def _accept(simulator, session: Session, content: bytes, at) -> None:
    invoice = issue(simulator, session, content, at)
    if invoice.status != 200:
        raise SystemExit(f"the simulator refused: {invoice.details}")


def main() -> int:
    """Run until interrupted."""
    parser = cli.parser("stocked_simulator", __doc__)
    parser.add_argument("--invoices", type=int, default=1000)
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--days", type=float, default=30)
    options = parser.parse_args()
    stop = cli.on_signal()
    config = cli.config_from(options)
    with running(config, host=options.host, port=options.port) as sim:
        stock(sim, options.invoices, options.lines, options.days)
        cli.say_addresses(sim)
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Play a day of KSeF: outages, slow hours, storms of 429.

``python -m simulator.scenario FILE`` starts a simulator and plays; what a file has is
told in ``scenario_file``. A test calls :func:`load` and :func:`play` on a simulator of
its own. Times are those of the simulated clock: while it is frozen, nothing passes.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event as Signal
from typing import Any

from . import cli
from .clock import WARSAW
from .latarnia import AVAILABLE, Declaration, Latarnia
from .public_keys import USAGES
from .scenario_file import SETTINGS, Event, Scenario, ScenarioError, load
from .server import RunningSimulator, Simulator, running

TICK_SECONDS = 0.1
Plan = Callable[[Simulator, "Played"], None]


@dataclass(frozen=True)
class Played:
    """One event with its moments."""

    event: Event
    start: datetime
    end: datetime | None


@dataclass
class Report:
    """What the simulator saw: counts, no names.

    :ivar answers: requests by HTTP status; "cut" is one without an answer
    :ivar faults: requests by the fault that hit them
    :ivar invoices: sent invoices by status
    """

    answers: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    invoices: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, dict[str, int]]:
        """Return an object of sorted counts."""
        return {name: dict(sorted(count.items())) for name, count in vars(self).items()}


def play(simulator: Simulator, scenario: Scenario) -> list[Played]:
    """Let a scenario happen from now on; its start is the clock's present moment.

    :return: the events in order, with their moments
    """
    now = simulator.clock.now()
    played = []
    for event in scenario.events:
        start = now + event.at
        end = None if event.lasts is None else start + event.lasts
        item = Played(event, start, end)
        PLANS[event.action](simulator, item)
        played.append(item)
    return played


def report(simulator: Simulator) -> Report:
    """Count what happened so far."""
    result = Report()
    for entry in simulator.log.entries():
        result.answers[str(entry.status or "cut")] += 1
        if entry.fault:
            result.faults[entry.fault] += 1
    for invoice in simulator.state.invoices.values():
        result.invoices[str(invoice.status)] += 1
    return result


def _plan_fault(simulator: Simulator, item: Played) -> None:
    """Let calls fail while the event lasts; without an end, ``times`` calls."""
    simulator.faults.add(
        item.event.value, since=item.start, until=item.end, **item.event.options
    )


def _plan_latarnia(simulator: Simulator, item: Played) -> None:
    """Announce, and at the end announce that it is over."""

    def declare(status: str, **options: Any) -> Callable[[datetime], None]:
        return lambda at: simulator.state.area(Latarnia).declare(
            Declaration(status, **options), at
        )

    job = declare(item.event.value, **item.event.options)
    simulator.state.schedule(item.start, job)
    if item.end is not None:
        simulator.state.schedule(item.end, declare(AVAILABLE))


def _plan_setting(simulator: Simulator, item: Played) -> None:
    """Change a setting, and put it back at the end."""
    name, config = item.event.action, simulator.config
    before = getattr(config, name)
    schedule = simulator.state.schedule
    schedule(item.start, lambda _at: setattr(config, name, item.event.value))
    if item.end is not None:
        schedule(item.end, lambda _at: setattr(config, name, before))


def _plan_rotation(simulator: Simulator, item: Played) -> None:
    """Publish new public keys."""
    withdraw = item.event.value == "withdraw"
    simulator.state.schedule(
        item.start, lambda at: simulator.keys.rotate(at, USAGES, withdraw)
    )


PLANS: dict[str, Plan] = {
    "fault": _plan_fault,
    "latarnia": _plan_latarnia,
    "rotate_keys": _plan_rotation,
    **dict.fromkeys(SETTINGS, _plan_setting),
}


def timeline(played: list[Played]) -> list[tuple[datetime, str]]:
    """Write what begins and ends, in order."""
    lines = [(item.start, f"begins: {_text(item)}") for item in played]
    lines += [(item.end, f"ends:   {_text(item)}") for item in played if item.end]
    return sorted(lines)


def _text(item: Played) -> str:
    """Name an event on one line."""
    event = item.event
    options = "".join(f" {name}={value}" for name, value in event.options.items())
    note = f" ({event.note})" if event.note else ""
    return f"{event.action} {event.value}{options}{note}"


def watch(
    sim: RunningSimulator, lines: list[tuple[datetime, str]], end: datetime | None
) -> None:
    """Say what happens when it does, until the end or an interrupt.

    :param end: ``None``: until interrupted
    """
    stop: Signal = cli.on_signal()
    waiting = list(lines)
    while not stop.wait(TICK_SECONDS):
        now = sim.clock.now()
        while waiting and waiting[0][0] <= now:
            moment, text = waiting.pop(0)
            _say(f"{moment.astimezone(WARSAW):%H:%M:%S} {text}")
        if end is not None and now >= end:
            return


def main() -> int:
    """Play a file until its end; then say what came of it, as JSON."""
    options = _arguments()
    try:
        scenario = load(options.file)
    except ScenarioError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.squeeze != 1:
        scenario = scenario.squeezed(options.squeeze)
    config = cli.config_from(options)
    with running(config, host=options.host, port=options.port) as sim:
        if scenario.start is not None and not options.now:
            sim.clock.set(scenario.start)
        cli.say_addresses(sim)
        begin = sim.clock.now()
        lines = timeline(play(sim.simulator, scenario))
        _say(f"{begin.astimezone(WARSAW):%Y-%m-%d %H:%M:%S} {scenario.name}")
        watch(sim, lines, None if options.stay else begin + scenario.length)
        _say(json.dumps(report(sim.simulator).as_json(), indent=2))
    return 0


def _arguments() -> Any:
    """Read the command line."""
    parser = cli.parser("simulator.scenario", "Play a day of KSeF.")
    parser.add_argument("file", type=Path, help="the scenario, JSON")
    parser.add_argument(
        "--now",
        action="store_true",
        help="do not set the clock to the scenario's start",
    )
    parser.add_argument(
        "--squeeze",
        type=float,
        default=1,
        metavar="N",
        help="play N times faster, from now (the clock itself runs as always)",
    )
    parser.add_argument("--stay", action="store_true", help="go on after the end")
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())

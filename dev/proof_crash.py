"""Kill the sender at each of its durable points and look what became of the invoices.

    dev/proof crash [--kinds interactive batch] [--invoices 200] [--lanes 1]
                    [--per-name N] [--changes] [--chain]

First a run is left alone and its points are noted. Then, for each point, on a fresh
copy of the same database and with a fresh simulator: a worker sends and is killed
(SIGKILL) at that point, another one goes on until nothing is on its way any more, and
what KSeF has is compared with what is known here. ``--per-name N`` takes, of points
that have the same name (the sending of 200 invoices), N only, evenly spread;
``--changes`` leaves out those before a call: nothing has changed for good since the
point before them.

``--chain`` dies at all the same points in a fraction of the time: whoever takes over
is killed at the next one (see ``proof_chain``).
"""

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from multiprocessing import get_context

import proof_stage

# Before the add-on is loaded.
proof_stage.hurry(50)

from proof_chain import Chain  # noqa: E402
from proof_lane import KINDS, Lane  # noqa: E402
from proof_sender import hand_over, point_at, prepare  # noqa: E402

#: instead of a point: all of them, one worker after the other.
CHAIN = "chain"


def chosen(names: list[str], per_name: int, only_changes: bool) -> list[int]:
    """Return the numbers of the points to die at, from 1.

    :param per_name: of points with the same name; 0: all of them
    :param only_changes: leave out those before a call
    """
    by_name: dict[str, list[int]] = {}
    for number, name in enumerate(names, start=1):
        if not (only_changes and name.startswith("before ")):
            by_name.setdefault(name, []).append(number)
    found: set[int] = set()
    for numbers in by_name.values():
        if not per_name or len(numbers) <= per_name:
            found.update(numbers)
        elif per_name == 1:
            found.add(numbers[len(numbers) // 2])
        else:
            step = (len(numbers) - 1) / (per_name - 1)
            found.update(numbers[round(index * step)] for index in range(per_name))
    return sorted(found)


def _play(template: str, database: str, tasks, results) -> None:
    """Be a lane: take tasks until there are none."""
    proof_stage.configure()
    lane = Lane(template, database)
    try:
        for kind, point in iter(tasks.get, None):
            if point == CHAIN:
                results.put((kind, point, Chain(lane, kind, *lane.points(kind)).play()))
            elif point is None:
                results.put((kind, point, lane.points(kind)[0]))
            else:
                results.put((kind, point, lane.cell(kind, point)))
    except Exception:  # noqa: BLE001 - told to who waits for the results
        results.put((None, None, traceback.format_exc()))
    finally:
        lane.close()


class Matrix:
    """All cells, spread over lanes.

    :param options: of the command line
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        context = get_context("spawn")
        self.tasks, self.results = context.Queue(), context.Queue()
        self.lanes = [
            context.Process(
                target=_play,
                args=(
                    options.database,
                    f"{options.database}_{number}",
                    self.tasks,
                    self.results,
                ),
            )
            for number in range(options.lanes)
        ]

    def run(self) -> dict:
        """Play everything.

        :return: the figures
        """
        for lane in self.lanes:
            lane.start()
        try:
            return self._chains() if self.options.chain else self._cells()
        finally:
            for _lane in self.lanes:
                self.tasks.put(None)
            for lane in self.lanes:
                lane.join()

    def _chains(self) -> dict:
        for kind in self.options.kinds:
            self.tasks.put((kind, CHAIN))
        answers = self._answers(len(self.options.kinds))
        figures = {kind: played for kind, _chain, played in answers}
        for kind, played in figures.items():
            for fault in played.pop("told"):
                print(f"{kind}: {fault}", file=sys.stderr)
        return {"invoices": self.options.invoices, **figures}

    def _cells(self) -> dict:
        names = self._names()
        cells = [
            (kind, point)
            for kind in self.options.kinds
            for point in chosen(
                names[kind], self.options.per_name, self.options.changes
            )
        ]
        return self._figures(names, list(self._played(cells, names)))

    def _names(self) -> dict[str, list[str]]:
        for kind in self.options.kinds:
            self.tasks.put((kind, None))
        return {
            kind: names for kind, _none, names in self._answers(len(self.options.kinds))
        }

    def _played(self, cells: list, names: dict):
        for cell in cells:
            self.tasks.put(cell)
        for kind, point, outcome in self._answers(len(cells)):
            name = names[kind][point - 1]
            if outcome["faults"]:
                print(f"{kind} {point} {name}: {outcome['faults']}", file=sys.stderr)
            elif self.options.verbose:
                print(f"{kind} {point} {name}: ok", file=sys.stderr)
            yield kind, point, outcome

    def _answers(self, count: int):
        for _number in range(count):
            kind, point, outcome = self.results.get()
            if kind is None:
                raise SystemExit(outcome)
            yield kind, point, outcome

    def _figures(self, names: dict, played: list) -> dict:
        figures = {"invoices": self.options.invoices}
        for kind in self.options.kinds:
            mine = [outcome for of, _point, outcome in played if of == kind]
            faults = Counter(fault for each in mine for fault in each["faults"])
            figures[kind] = {
                "points": len(names[kind]),
                "names": len(set(names[kind])),
                "kills": sum("not killed" not in each["faults"] for each in mine),
                "missing": 0,
                "good": sum(not each["faults"] for each in mine),
                "faults": dict(faults),
                "most_rounds": max((each.get("rounds", 0) for each in mine), default=0),
            }
        return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev/proof crash")
    parser.add_argument("database", help=argparse.SUPPRESS)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--invoices", type=int, default=200)
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--per-name", type=int, default=0)
    parser.add_argument("--changes", action="store_true")
    parser.add_argument("--chain", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def _fill(env, count: int) -> int:
    prepare(env, count)
    point_at(env, "nowhere")
    return hand_over(env)


def main() -> int:
    """Print the figures as one JSON object.

    :return: 0 when every invoice of every cell is in KSeF once and known here
    """
    options = _options()
    start = time.monotonic()
    proof_stage.configure()
    stage = proof_stage.Stage(options.database)
    if stage.run(lambda env: _fill(env, options.invoices)) != options.invoices:
        raise SystemExit("not every invoice was queued")
    figures = Matrix(options).run()
    figures["seconds"] = round(time.monotonic() - start)
    print(json.dumps(figures))
    kinds = [figures[kind] for kind in options.kinds]
    return int(
        any(kind["faults"] or kind["missing"] or not kind["kills"] for kind in kinds)
    )


if __name__ == "__main__":
    sys.exit(main())

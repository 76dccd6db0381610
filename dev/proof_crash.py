"""Kill the sender at each of its durable points and look what became of the invoices.

    dev/proof crash [--kinds interactive batch] [--invoices 200] [--lanes 1]
                    [--per-name N] [--changes]

First a run is left alone and its points are noted. Then, for each point, on a fresh
copy of the same database and with a fresh simulator: a worker sends and is killed
(SIGKILL) at that point, another one goes on until nothing is on its way any more, and
what KSeF has is compared with what is known here. ``--per-name N`` takes, of points
that have the same name (the sending of 200 invoices), N only, evenly spread;
``--changes`` leaves out those before a call: nothing has changed for good since the
point before them.
"""

import argparse
import json
import sys
import time
import traceback
from collections import Counter
from multiprocessing import get_context
from signal import SIGKILL

import proof_stage

# Before the add-on is loaded.
proof_stage.hurry(50)

from proof_points import Points  # noqa: E402
from proof_sender import (  # noqa: E402
    differences,
    hand_over,
    known_here,
    point_at,
    prepare,
    unfinished,
    work,
)

#: kind of sending -> from how many invoices on a package is made; 0: never.
KINDS = {"interactive": 0, "batch": 2}
ROUNDS = 12
DUPLICATE = "440"
#: packed, an invoice has about three times as much.
PART_BYTES_OF_AN_INVOICE = 500


class Lane:
    """Plays one cell after the other.

    :param template: database with queued invoices
    :param database: this lane's copies have this name
    """

    def __init__(self, template: str, database: str) -> None:
        self.template = template
        self.stage = proof_stage.Stage(database)
        self.ksef = proof_stage.Ksef()
        proof_stage.copy(template, database)
        self.stage.load()

    def close(self) -> None:
        """Leave nothing behind."""
        self.ksef.stop()
        proof_stage.drop(self.stage.database)

    def lay(self, kind: str) -> None:
        """Make database and simulator anew."""
        proof_stage.copy(self.template, self.stage.database)
        self.ksef.reset()
        proof_stage.query(
            self.stage.database,
            "UPDATE res_company SET l10n_pl_ksef_batch_from = %s",
            (KINDS[kind],),
        )
        proof_stage.query(
            self.stage.database,
            "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
            (self.ksef.api_url, "l10n_pl_ksef.custom_url"),
        )

    def points(self, kind: str) -> list[str]:
        """Let a run come to its end.

        :return: the names of its points
        """
        self.lay(kind)
        return self.stage.run(_watched)

    def cell(self, kind: str, point: int) -> dict:
        """Kill a worker at a point and let another one go on.

        :return: what came of it; ``faults`` is empty when all is well
        """
        self.lay(kind)
        worker = self.stage.fork(lambda env: _until(env, point))
        code = worker.wait()
        complaints = worker.complaints()
        restarted = self.stage.fork(_go_on)
        if restarted.wait() != 0:
            return {"faults": {"restart failed": [restarted.complaints()]}}
        here = restarted.result()
        there = self.ksef.accepted()
        faults = differences(list(here["known"]), here["known"], there)
        if code != -SIGKILL:
            faults["not killed"] = [f"exit code {code}"]
        if here["unfinished"]:
            faults["unfinished"] = [str(here["unfinished"])]
        if duplicates := self.ksef.statuses().get(DUPLICATE, 0):
            # KSeF refused them; that they were sent is a fault all the same.
            faults["sent again"] = [str(duplicates)]
        complaints += restarted.complaints()
        if complaints:
            faults["complaints"] = [complaints]
        return {"faults": faults, "rounds": here["rounds"]}


def _watched(env) -> list[str]:
    points = Points()
    _cut_packages(env)
    points.watch()
    work(env)
    return points.names


def _until(env, point: int) -> None:
    _cut_packages(env)
    Points(point).watch()
    work(env)


def _cut_packages(env) -> None:
    """Let a package have a few parts, which so few invoices would not fill."""
    from odoo.addons.l10n_pl_ksef.models.sending import batch_sending

    waiting = env["l10n_pl_ksef.document"].search_count([])
    batch_sending.PART_BYTES = PART_BYTES_OF_AN_INVOICE * waiting


def _go_on(env) -> dict:
    """Be the restarted Odoo: work, let the pauses pass, work, until all is done."""
    rounds = 0
    while (left := unfinished(env)) and rounds < ROUNDS:
        rounds += 1
        env["l10n_pl_ksef.document"].search([])._note(next_try_at=False)
        env["l10n_pl_ksef.session"].search([])._note(next_check_at=False)
        env.cr.commit()
        work(env)
    return {"rounds": rounds, "unfinished": left, "known": known_here(env)}


# --- the matrix ---------------------------------------------------------------


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
            if point is None:
                results.put((kind, None, lane.points(kind)))
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
            names = self._names()
            cells = [
                (kind, point)
                for kind in self.options.kinds
                for point in chosen(
                    names[kind], self.options.per_name, self.options.changes
                )
            ]
            return self._figures(names, list(self._played(cells, names)))
        finally:
            for _lane in self.lanes:
                self.tasks.put(None)
            for lane in self.lanes:
                lane.join()

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
                "killed": sum("not killed" not in each["faults"] for each in mine),
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
    return int(any(kind["faults"] or not kind["killed"] for kind in kinds))


if __name__ == "__main__":
    sys.exit(main())

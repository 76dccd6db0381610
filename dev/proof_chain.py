"""One run after the other takes over where the last one was killed.

The matrix begins anew for each point and plays all of a run to see what became of one
death. Here the next worker is killed too, at the next point at which none has died yet,
and so on: two hundred invoices see some eight hundred deaths on a few databases, with
what several dead workers have left lying about. A point of one invoice can be reached
as long as KSeF has not got it, so a database serves until the invoices are through; the
points that are left have the next one.
"""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL

from proof_lane import ROUNDS, Lane, cut_packages, end_pauses
from proof_points import LabelledPoints
from proof_sender import known_here, unfinished, work


@dataclass
class Chain:
    """All points of one kind of sending.

    :param names: of the points of a run that was left alone
    :param labels: of the same points; see ``LabelledPoints``
    :ivar extra: points besides, which only those pass who take over
    :ivar per_name: how many deaths at each kind of point
    """

    lane: Lane
    kind: str
    names: list[str]
    labels: list[str]
    kills: int = 0
    databases: int = 0
    extra: list[str] = field(default_factory=list)
    per_name: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)
    told: list = field(default_factory=list)

    def play(self) -> dict:
        """Go through database after database until every point had its death.

        :return: the figures
        """
        start = time.monotonic()
        self.wanted, self.known = set(self.labels), set(self.names)
        if len(self.wanted) != len(self.names):
            raise RuntimeError("two points bear the same label")
        self.note = Path(self.lane.stage.folder.name, "last_point")
        left = None
        while self.wanted and len(self.wanted) != left:
            left = len(self.wanted)
            self.lane.lay(self.kind)
            self.databases += 1
            self._use_up()
        return {
            "points": len(self.labels),
            "names": len(set(self.names)),
            "kills": self.kills,
            "missing": len(self.wanted),
            "missed": sorted(self.wanted)[:10],
            "besides": self.extra,
            "databases": self.databases,
            "twice": self.faults["twice"] + self.faults["sent again"],
            "faults": dict(self.faults),
            "told": self.told,
            "seconds": round(time.monotonic() - start),
        }

    def _use_up(self) -> None:
        """Kill worker after worker; let the last one finish, and compare."""
        idle = 0
        while idle < ROUNDS:
            worker = self.lane.stage.fork(self._next)
            code = worker.wait()
            if complaints := worker.complaints():
                self._fault("complaints", [complaints])
            if code == -SIGKILL:
                self._died()
                idle = 0
                continue
            if code:
                break
            here = worker.result()
            if not here["unfinished"]:
                break
            idle += 1
        else:
            code = 1
        if code:
            self._fault("never finished", [f"exit code {code}"])
            return
        for fault, invoices in self.lane.faults(here).items():
            self._fault(fault, invoices)

    def _died(self) -> None:
        name, label = json.loads(self.note.read_text())
        self.kills += 1
        self.per_name[name] += 1
        self.wanted.discard(label)
        if name not in self.known:
            self.known.add(name)
            self.extra.append(name)

    def _fault(self, fault: str, details: list[str]) -> None:
        self.faults[fault] += len(details)
        self.told.append([fault, *details[:3]])

    def _next(self, env) -> dict:
        """Be the next worker: take over and die, or finish."""
        end_pauses(env)
        cut_packages(env)
        points = LabelledPoints(self.wanted, self.known, self.note)
        points.watch()
        work(env)
        points.end()
        return {"unfinished": unfinished(env), "known": known_here(env)}

"""What the measurements have in common: clocks, memory, requests, limits, answers.

Times are CPU seconds of this process and of its PostgreSQL backend, so that another
program on the same machine disturbs little; what is compared is measured in turns.
"""

import argparse
import gc
import json
import re
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import sysconf
from pathlib import Path
from urllib.parse import urlsplit

import requests

_TICKS = sysconf("SC_CLK_TCK")


# --- time ---------------------------------------------------------------------


def cpu_seconds(env) -> float:
    """Return the CPU time spent so far here and in the database's backend."""
    return time.process_time() + _backend_seconds(env)


def _backend_seconds(env) -> float:
    """Return the backend's CPU time; 0 where PostgreSQL is on another machine."""
    pid = env.cr._cnx.get_backend_pid()
    try:
        name, rest = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)
    except OSError:
        return 0.0
    if "postgres" not in name:
        return 0.0
    user, system = rest.split()[11:13]
    return (int(user) + int(system)) / _TICKS


@dataclass
class Cost:
    """CPU milliseconds, wall milliseconds and SQL queries of one piece of work."""

    cpu_ms: float
    wall_ms: float
    queries: int

    def per(self, count: int) -> dict:
        """Return the figures for one of ``count``."""
        return {
            "ms": round(self.cpu_ms / count, 3),
            "wall_ms": round(self.wall_ms / count, 3),
            "queries": round(self.queries / count, 2),
        }


def cost(env, work, *args) -> Cost:
    """Do ``work`` with an empty record cache and tell what it cost."""
    env.flush_all()
    env.invalidate_all()
    gc.collect()
    queries, wall, cpu = env.cr.sql_log_count, time.perf_counter(), cpu_seconds(env)
    work(*args)
    env.flush_all()
    return Cost(
        (cpu_seconds(env) - cpu) * 1000,
        (time.perf_counter() - wall) * 1000,
        env.cr.sql_log_count - queries,
    )


def in_turns(env, rounds: int, **works) -> dict[str, Cost]:
    """Measure several works in turns.

    :return: the median cost of each by its name
    """
    costs = {name: [] for name in works}
    for _round in range(rounds):
        for name, work in works.items():
            costs[name].append(cost(env, work))
    return {name: median(found) for name, found in costs.items()}


def median(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        statistics.median(each.cpu_ms for each in costs),
        statistics.median(each.wall_ms for each in costs),
        int(statistics.median_high(each.queries for each in costs)),
    )


# --- memory -------------------------------------------------------------------


class Memory:
    """Peak of this process's memory since the start, in MB above what it had."""

    def __init__(self) -> None:
        gc.collect()
        # Linux forgets the former peak.
        Path("/proc/self/clear_refs").write_text("5")
        self._before = _status_mb("VmRSS")

    def added_mb(self) -> float:
        """Return how much more was in use at the worst moment."""
        return round(_status_mb("VmHWM") - self._before, 1)


def _status_mb(name: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) / 1024


# --- requests and pauses ------------------------------------------------------


@dataclass
class Watch:
    """HTTP calls and pauses of a run: how many, and their time.

    :ivar paths: method and path of every call, references replaced by ``*``
    :ivar statuses: how many answers of each HTTP status
    """

    http_cpu: float = 0.0
    http_wall: float = 0.0
    pauses_wall: float = 0.0
    paths: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def calls(self) -> int:
        return sum(self.paths.values())

    def count(self, method: str, pattern: str) -> int:
        """Return how many calls had ``method`` and a path that fits ``pattern``."""
        return sum(
            count
            for path, count in self.paths.items()
            if re.fullmatch(f"{method} {pattern}", path)
        )

    def sleep(self, seconds: float) -> None:
        """Wait, and keep it out of the own time."""
        start = time.perf_counter()
        time.sleep(seconds)
        self.pauses_wall += time.perf_counter() - start

    @contextmanager
    def requests(self) -> Iterator["Watch"]:
        """Count and time what ``requests`` sends meanwhile."""
        plain = requests.Session.send

        def counted(session, request, **options):
            wall, cpu = time.perf_counter(), time.thread_time()
            status = 0
            try:
                answer = plain(session, request, **options)
                status = answer.status_code
                return answer
            finally:
                self._note(request, status, wall, cpu)

        requests.Session.send = counted
        try:
            yield self
        finally:
            requests.Session.send = plain

    def _note(self, request, status: int, wall: float, cpu: float) -> None:
        path = re.sub(r"/[^/]*\d{6,}[^/]*", "/*", urlsplit(request.url).path)
        with self._lock:
            self.http_wall += time.perf_counter() - wall
            self.http_cpu += time.thread_time() - cpu
            self.paths[f"{request.method} {path}"] += 1
            self.statuses[status] += 1


# --- limits -------------------------------------------------------------------


def arguments(about: str) -> argparse.ArgumentParser:
    """Make the parser of a measurement: database, and whether limits are judged."""
    made = argparse.ArgumentParser(description=about.splitlines()[0])
    made.add_argument("database")
    made.add_argument(
        "--only-measure", action="store_true", help="do not fail when a limit is broken"
    )
    return made


@dataclass
class Verdict:
    """Figures with limits that must hold."""

    limits: list[dict] = field(default_factory=list)

    def most(self, name: str, value: float, limit: float) -> None:
        """Demand that a figure is not above its limit."""
        self._add(name, value, f"<= {limit}", value <= limit)

    def least(self, name: str, value: float, limit: float) -> None:
        """Demand that a figure is not below its limit."""
        self._add(name, value, f">= {limit}", value >= limit)

    def _add(self, name: str, value: float, limit: str, holds: bool) -> None:
        row = {"figure": name, "value": round(value, 3), "limit": limit, "holds": holds}
        self.limits.append(row)

    def tell(self, figures: dict, options: argparse.Namespace) -> None:
        """Print figures and limits as one JSON object.

        :raises SystemExit: 1 when a limit is broken, unless only measured
        """
        print(json.dumps({**figures, "limits": self.limits}), flush=True)
        broken = [row["figure"] for row in self.limits if not row["holds"]]
        if broken and not options.only_measure:
            print(f"broken: {', '.join(broken)}", file=sys.stderr)
            raise SystemExit(1)

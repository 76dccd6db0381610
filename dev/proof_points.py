"""The durable points of a sender: its commits, and its calls to KSeF.

After each commit, before each call and after each answer the world has changed for
good: that is where a process may die with another outcome than elsewhere. The product
knows nothing of this; the points are found by standing behind Odoo's connection and
behind ``requests``.
"""

import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import Lock
from types import FrameType
from urllib.parse import urlsplit

import requests.adapters

import odoo.sql_db

_REFERENCE = re.compile(r"\d{8}-\w{2}-\w{10}-\w{10}-\w{2}", re.IGNORECASE)
_KSEF_NUMBER = re.compile(r"\d{10}-\d{8}-\w{12}-\w{2}")
_OURS = f"{os.sep}l10n_pl_ksef{os.sep}models{os.sep}"
_HELPERS = ("durable.py",)


class Points:
    """Counts the points of this process, and kills it at one of them.

    :param last: number of the point to die at, from 1; 0 lives on
    """

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self.names: list[str] = []
        self._lock = Lock()

    def watch(self) -> None:
        """Stand behind every commit and every call of this process."""
        connection = odoo.sql_db.PsycoConnection
        plain_commit = connection.commit
        plain_send = requests.adapters.HTTPAdapter.send

        def commit(itself):
            plain_commit(itself)
            self.pass_by(f"after commit of {_committer()}")

        def send(itself, request, *args, **kwargs):
            name = f"{request.method} {_shape(request.url)}"
            self.pass_by(f"before {name}")
            try:
                return plain_send(itself, request, *args, **kwargs)
            finally:
                self.pass_by(f"after {name}")

        connection.commit = commit
        requests.adapters.HTTPAdapter.send = send

    def pass_by(self, name: str) -> None:
        """Note a point; die if it is the one."""
        with self._lock:
            self.names.append(name)
            if self.is_last(name):
                os.kill(os.getpid(), signal.SIGKILL)

    def is_last(self, name: str) -> bool:
        """Tell whether to die at the point that was noted just now."""
        return len(self.names) == self.last


class LabelledPoints(Points):
    """Points that are known again in another run, where other points come before them.

    What is done for one document bears its number ("after POST ... of document 7
    no. 1"); the rest is counted by name (the second time that answers are written).

    :param wanted: labels of the points to die at
    :param known: names of points; at one with another name this process dies too
    :param told: file that keeps the label of the last point
    """

    def __init__(
        self,
        wanted: Collection[str] = (),
        known: Collection[str] | None = None,
        told: Path | None = None,
    ) -> None:
        super().__init__()
        self.wanted, self.known, self.told = wanted, known, told
        self.labels: list[str] = []
        self._times = Counter()
        self._is_over = False

    def end(self) -> None:
        """Let this process do the rest unwatched."""
        self._is_over = True

    def is_last(self, name: str) -> bool:
        """Note the label; tell whether it is one to die at."""
        if self._is_over:
            return False
        label = self._label(name)
        self.labels.append(label)
        is_new = self.known is not None and name not in self.known
        if not is_new and label not in self.wanted:
            return False
        if self.told:
            self.told.write_text(json.dumps([name, label]))
        return True

    def _label(self, name: str) -> str:
        for frame in _frames_of_ours():
            document = frame.f_locals.get("document")
            if getattr(document, "_name", "") == "l10n_pl_ksef.document":
                name = f"{name} of document {document.id}"
                break
        self._times[name] += 1
        return f"{name} no. {self._times[name]}"


def _shape(url: str) -> str:
    """Return the path of an address without what differs from run to run."""
    path = urlsplit(url).path
    return _KSEF_NUMBER.sub("NUMBER", _REFERENCE.sub("REF", path))


def _committer() -> str:
    """Return who of the add-on wanted the commit."""
    for frame in _frames_of_ours():
        code = frame.f_code
        return f"{os.path.basename(code.co_filename)} {code.co_name}"
    return "somebody else"


def _frames_of_ours() -> Iterator[FrameType]:
    """Yield the frames of the add-on's models, innermost first."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if _OURS in file and not file.endswith(_HELPERS):
            yield frame
        frame = frame.f_back

"""The durable points of a sender: its commits, and its calls to KSeF.

After each commit, before each call and after each answer the world has changed for
good: that is where a process may die with another outcome than elsewhere. The product
knows nothing of this; the points are found by standing behind Odoo's connection and
behind ``requests``.
"""

import os
import re
import signal
import sys
from threading import Lock
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
            if len(self.names) == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def _shape(url: str) -> str:
    """Return the path of an address without what differs from run to run."""
    path = urlsplit(url).path
    return _KSEF_NUMBER.sub("NUMBER", _REFERENCE.sub("REF", path))


def _committer() -> str:
    """Return who of the add-on wanted the commit."""
    frame = sys._getframe(2)
    while frame is not None:
        file, function = frame.f_code.co_filename, frame.f_code.co_name
        if _OURS in file and not file.endswith(_HELPERS):
            return f"{os.path.basename(file)} {function}"
        frame = frame.f_back
    return "somebody else"

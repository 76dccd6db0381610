"""One simulator: its parts put together, and how to run it.

``Simulator`` is everything but the network; ``RunningSimulator`` listens
(``http_server``) and does in the background what becomes due while the clock runs.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from .app import Application
from .auth_context import TokenMaker
from .batch_processing import BatchProcessor
from .certificate_authority import CertificateAuthority
from .clock import Clock
from .config import Config
from .fault_effects import FaultEffects
from .faults import Faults
from .http_server import Server
from .ministry_seal import MinistrySeal
from .processing import Processor
from .public_keys import KeyRing
from .rate_limits import RateLimiter
from .request_log import RequestLog
from .routes import API_PREFIX, LATARNIA_PREFIX
from .state import State
from .storage import StorageSigner

_logger = logging.getLogger(__name__)
WORK_POLL_SECONDS = 0.05
BREATH_SECONDS = 0.002
POLL_SECONDS = 0.02


class Simulator:
    """One KSeF: settings, clock, state and helpers; the server is separate."""

    def __init__(
        self, config: Config | None = None, clock: Clock | None = None
    ) -> None:
        self.config = config or Config()
        self.clock = clock or Clock()
        self.state = State()
        self.faults = Faults(self.clock)
        self.log = RequestLog()
        self.limiter = RateLimiter()
        self.tokens = TokenMaker()
        self.authority = CertificateAuthority(self.clock.now())
        self.keys = KeyRing(self.clock.now())
        self.seal = MinistrySeal(self.clock.now())
        self.storage = StorageSigner()
        self.processor = Processor(self.state, self.config, self.seal)
        self.batches = BatchProcessor(self.processor)
        self.faults.effects = FaultEffects(self).by_kind
        self.base_url = ""
        self.app = Application(self)

    def reset(self) -> None:
        """Forget everything that was done; settings and keys stay."""
        with self.state.lock:
            self.state.reset()
            self.limiter.reset()
            self.faults.clear()
            self.clock.reset()
            self.log.clear()


class RunningSimulator:
    """A simulator that listens: addresses, and what tests look at."""

    def __init__(self, simulator: Simulator, host: str, port: int) -> None:
        self.simulator = simulator
        self.config = simulator.config
        self.state = simulator.state
        self.clock = simulator.clock
        self.faults = simulator.faults
        self.log = simulator.log
        self._server = Server(host, port, simulator.app)
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host
        self.url = f"http://{shown}:{self._server.server_address[1]}"
        simulator.base_url = self.url
        self._stopping = Event()
        self._threads = (
            Thread(
                target=self._server.serve_forever,
                kwargs={"poll_interval": POLL_SECONDS},
                daemon=True,
            ),
            Thread(target=self._work, daemon=True),
        )

    @property
    def api_url(self) -> str:
        """Return the address that clients are given, with the ``/v2`` prefix."""
        return self.url + API_PREFIX

    @property
    def latarnia_url(self) -> str:
        """Return the address of the status service, another host in real life."""
        return self.url + LATARNIA_PREFIX

    def start(self) -> None:
        """Serve in a thread of its own, and work in another."""
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        """Do what is due while the clock runs, so that no request waits for it all.

        A frozen clock stands for "nothing happens between two requests": then the
        work is left to them, and every run is the same.
        """
        while not self._stopping.wait(WORK_POLL_SECONDS):
            while not self.clock.is_frozen and not self._stopping.is_set():
                if not self._work_once():
                    break
                # Else requests would hardly ever get the lock.
                time.sleep(BREATH_SECONDS)

    def _work_once(self) -> bool:
        """Run one job that is due; ``False`` when there is none."""
        with self.state.lock:
            try:
                return self.state.run_next(self.clock.now())
            except Exception:
                _logger.exception("background work failed")
                return True

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self._stopping.set()
        self.simulator.faults.stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        for thread in self._threads:
            thread.join()

    def run_due(self) -> None:
        """Do the background work that is due, as the next request would."""
        with self.state.lock:
            self.state.run_due(self.clock.now())

    def reset(self) -> None:
        """Forget everything that was done."""
        self.simulator.reset()


@contextmanager
def running(
    config: Config | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Clock | None = None,
) -> Iterator[RunningSimulator]:
    """Run a simulator while the block runs.

    :param port: 0 takes a free one
    """
    sim = RunningSimulator(Simulator(config, clock), host, port)
    sim.start()
    try:
        yield sim
    finally:
        sim.stop()

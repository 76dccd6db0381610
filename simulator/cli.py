"""What the command lines share: options, settings, addresses, signals."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from threading import Event

from .config import ENVIRONMENTS, RATE_LIMIT_PROFILES, Config
from .server import RunningSimulator


def parser(prog: str, description: str) -> argparse.ArgumentParser:
    """Make a parser with the options of a simulator."""
    made = argparse.ArgumentParser(prog=prog, description=description)
    made.add_argument("--port", type=int, default=8765)
    made.add_argument("--host", default="127.0.0.1", help="address to listen on")
    made.add_argument(
        "--public-host", help="host name in the storage addresses that are given out"
    )
    made.add_argument(
        "--rate-limits", choices=RATE_LIMIT_PROFILES, default="prd", help="default: prd"
    )
    made.add_argument(
        "--environment", choices=ENVIRONMENTS, default="TEST", help="default: TEST"
    )
    made.add_argument("--schemas", type=Path, help="folder with the official XSD files")
    made.add_argument("--processing-seconds", type=float, default=0.2)
    return made


def config_from(options: argparse.Namespace) -> Config:
    """Make the settings that the command line asks for."""
    config = Config(
        environment=options.environment,
        public_host=options.public_host,
        rate_limits=options.rate_limits,
        processing_seconds=options.processing_seconds,
    )
    if options.schemas:
        config.schemas = options.schemas
    return config


def say_addresses(sim: RunningSimulator) -> None:
    """Print where the simulator and its status service are."""
    sys.stdout.write(f"KSeF simulator listens on {sim.api_url}\n")
    sys.stdout.write(f"Latarnia (status service): {sim.latarnia_url}\n")
    sys.stdout.flush()


def on_signal() -> Event:
    """Return an event that an interrupt or a polite kill sets."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_args: stop.set())
    return stop

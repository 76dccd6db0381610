"""Command line: ``python -m simulator --port 8765``."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from threading import Event

from .config import ENVIRONMENTS, RATE_LIMIT_PROFILES, Config
from .server import running


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="simulator", description="A local KSeF.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--public-host", help="host name in the storage addresses that are given out"
    )
    parser.add_argument(
        "--rate-limits", choices=RATE_LIMIT_PROFILES, default="prd", help="default: prd"
    )
    parser.add_argument(
        "--environment", choices=ENVIRONMENTS, default="TEST", help="default: TEST"
    )
    parser.add_argument(
        "--schemas", type=Path, help="folder with the official XSD files"
    )
    parser.add_argument("--processing-seconds", type=float, default=0.2)
    return parser.parse_args()


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


def main() -> int:
    """Run until interrupted."""
    options = arguments()
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_args: stop.set())
    with running(config_from(options), host=options.host, port=options.port) as sim:
        sys.stdout.write(f"KSeF simulator listens on {sim.api_url}\n")
        sys.stdout.write(f"Latarnia (status service): {sim.latarnia_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Command line: ``python -m simulator --port 8765``."""

from __future__ import annotations

from . import cli
from .server import running


def main() -> int:
    """Run until interrupted."""
    options = cli.parser("simulator", "A local KSeF.").parse_args()
    stop = cli.on_signal()
    config = cli.config_from(options)
    with running(config, host=options.host, port=options.port) as sim:
        cli.say_addresses(sim)
        stop.wait()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

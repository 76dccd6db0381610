"""A simulator for a measurement, the company connected to it, invoices in the queue."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import measuring
from demo_client import connect

from odoo.service.model import call_kw

CHECKOUT = Path(__file__).resolve().parents[1]


class Direct:
    """The calls of ``demo_client`` without a server between."""

    def __init__(self, env) -> None:
        self.env = env

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method as a request of the web client would."""
        return call_kw(self.env[model], method, list(args), kwargs)


def connect_to(env, api_url: str) -> None:
    """Connect the company as the assistant does, and commit."""
    env["ir.config_parameter"].set_param("l10n_pl_ksef.custom_url", api_url)
    connect(Direct(env), api_url)
    env.cr.commit()


def queue(env, moves) -> float:
    """Queue invoices as the list's action does, and commit.

    :return: CPU seconds
    """
    start = measuring.cpu_seconds(env)
    queued = moves._l10n_pl_ksef_enqueue()
    if queued != moves:
        refused = (moves - queued).mapped("l10n_pl_ksef_problem")
        raise SystemExit(f"refused: {set(refused)}")
    env.cr.commit()
    env.invalidate_all()
    return measuring.cpu_seconds(env) - start


@contextmanager
def simulator(*options: str) -> Iterator[str]:
    """Run a simulator, without limits of its own unless the options say otherwise.

    :return: its API address
    """
    with running("-m", "simulator", *(options or ("--rate-limits", "off"))) as api_url:
        yield api_url


@contextmanager
def running(*program: str) -> Iterator[str]:
    """Run a program with the command line of a simulator.

    :return: its API address
    """
    process = subprocess.Popen(
        [sys.executable, *program, "--port", "0"],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()

"""Fixtures of the unit tests: a simulator with a frozen clock, a server to disturb."""

from collections.abc import Iterator

import pytest
from support_ksef import LocalServer, local_server

import simulator
from ksef.transport import Transport


@pytest.fixture
def sim() -> Iterator[simulator.RunningSimulator]:
    """A fresh simulator on loopback, PRD limits off, its clock standing still."""
    with simulator.running(simulator.Config(rate_limits="off")) as running:
        running.clock.freeze()
        yield running


@pytest.fixture
def server() -> Iterator[LocalServer]:
    """A server on loopback that answers as the test says."""
    with local_server() as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    """The pauses (seconds) that the transport made."""
    return []


@pytest.fixture
def transport(server: LocalServer, pauses: list[float]) -> Transport:
    """The transport under test, which does not really sleep."""
    return Transport(server.environment, sleep=pauses.append)

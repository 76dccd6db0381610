"""Fixtures of the unit tests: a running simulator with a frozen clock."""

from collections.abc import Iterator

import pytest

import simulator


@pytest.fixture
def sim() -> Iterator[simulator.RunningSimulator]:
    """A fresh simulator on loopback, PRD limits off, its clock standing still."""
    with simulator.running(simulator.Config(rate_limits="off")) as running:
        running.clock.freeze()
        yield running

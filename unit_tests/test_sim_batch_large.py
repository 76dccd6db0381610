"""Large packages in the simulator: slice by slice, and little memory.

Measured with ten thousand invoices of 1.2 kB and of 24 kB each (simulator/README.md);
these tests hold what makes it so.
"""

import threading
import time

import batch_client as b
import pytest
import sim_client as c

import simulator
from simulator.batch_processing import SLICE_INVOICES

SLICES = 5


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in, without the check of every exchange."""
    return b.BatchClient(sim, c.seal()).unchecked().login()


def many(sim, count):
    """Write invoices that differ in their number only."""
    base = c.invoice("@@", day=c.today(sim))
    return {f"{n}.xml": base.replace(b"@@", b"FV/%d" % n) for n in range(count)}


def decided(me, reference):
    """Read how many invoices of a session are decided."""
    return me.get(f"/sessions/{reference}").json().get("successfulInvoiceCount", 0)


def test_invoices_are_decided_slice_by_slice(sim, me):
    """Between two slices the simulator answers, and the counts grow."""
    reference = me.transmit(me.package(many(sim, SLICES * SLICE_INVOICES)))
    sim.clock.advance(sim.config.processing_seconds)
    seen = [decided(me, reference)]
    for _turn in range(SLICES - 1):
        sim.clock.advance(sim.config.processing_seconds / 2)
        seen.append(decided(me, reference))
    assert seen == [SLICE_INVOICES * n for n in range(1, SLICES + 1)]
    assert me.session(reference)["status"]["code"] == 200


def test_every_invoice_is_listed_from_the_start(sim, me):
    """They have hash and name before they are decided."""
    files = many(sim, SLICE_INVOICES + 1)
    reference = me.transmit(me.package(files))
    sim.clock.advance(sim.config.processing_seconds)
    listed = me.get(f"/sessions/{reference}/invoices?pageSize=1000").json()
    codes = [item["status"]["code"] for item in listed["invoices"]]
    assert codes == [200] * SLICE_INVOICES + [150]
    assert [i["invoiceHash"] for i in listed["invoices"]] == list(
        map(c.sha, files.values())
    )


def test_bytes_are_kept_compressed_and_come_back_as_they_were(sim, me):
    files = many(sim, 20)
    reference = me.transmit(me.package(files))
    me.settle()
    me.session(reference)
    kept = sim.state.sessions[reference].invoices
    assert [invoice.content for invoice in kept] == list(files.values())
    assert (
        sum(len(invoice.packed) for invoice in kept)
        < sum(map(len, files.values())) / 1.5
    )


def test_files_of_a_package_are_given_back(sim, me):
    package = me.package(many(sim, 3), parts=3)
    opened = me.open_batch(package)
    me.upload(opened, package)
    kept = sim.simulator.batches.package_of(
        sim.state.sessions[opened["referenceNumber"]]
    )
    assert not any(part.stored.file.closed for part in kept.parts.values())
    me.close_batch(opened)
    me.session(opened["referenceNumber"])
    assert all(part.stored.file.closed for part in kept.parts.values())


def test_long_part_passes_through(sim, me):
    """A body beyond what is kept in memory arrives byte by byte."""
    package = me.package(b"\0" * 9_000_000)
    opened = me.open_batch(package)
    me.upload(opened, package)
    kept = sim.simulator.batches.package_of(
        sim.state.sessions[opened["referenceNumber"]]
    )
    assert kept.parts[1].stored.hash == c.sha(package.encrypted[0])
    assert sim.log.entries("PUT", "/batch-parts/")[0].request_bytes == 9_000_016


def test_work_goes_on_by_itself_while_the_clock_runs():
    """Nobody has to ask for it; a frozen clock stops it."""
    with simulator.running(simulator.Config(processing_seconds=0.01)) as sim:
        done = threading.Event()
        sim.state.schedule(sim.clock.now(), lambda _at: done.set())
        assert done.wait(5)
        sim.clock.freeze()
        done.clear()
        sim.state.schedule(sim.clock.now(), lambda _at: done.set())
        time.sleep(0.2)
        assert not done.is_set()
        sim.run_due()
        assert done.is_set()

"""A large export package in little memory, from the parts to the last invoice."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("package_memory.py")


def measured(folder, kind, count, size):
    """Return what ``package_memory`` tells of such a package."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), kind, str(count), str(size)],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["Zip", "TarGz"])
def test_a_package_of_30_megabytes_takes_the_memory_of_one_invoice(tmp_path, kind):
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    # dev/bench inbox measures the same with 10 000 invoices and a gigabyte.
    found = measured(tmp_path, kind, 2_000, 15_000)
    assert found["invoices"] == 2_000
    assert found["package_bytes"] > 30_000_000
    assert found["mb_added"] < 20
    assert found["mb_in_all"] < 200

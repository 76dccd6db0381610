"""Tests in which the simulator refuses a document by the official schema."""

import pytest

from simulator.config import default_schemas

needs_schemas = pytest.mark.skipif(
    default_schemas() is None, reason="no official schemas at hand"
)

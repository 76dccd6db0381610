"""The simulator has every operation of the official document, with its limits."""

import re

import pytest
from openapi_check import contract

from simulator.rate_limits import PRD_LIMITS
from simulator.routes import load_handlers

pytestmark = pytest.mark.skipif(contract() is None, reason="no OpenAPI document")


def without_names(path):
    """Leave the names of the parameters out."""
    return re.sub(r"\{[^}]+\}", "{}", path)


def routes():
    """Return the routes below ``/v2`` by method and path."""
    return {
        (item.method, without_names(item.path)): item
        for item in load_handlers()
        if not item.at_root
    }


def operations():
    """Return the operations of the document by method and path."""
    paths = contract().document["paths"]
    return {
        (method, without_names(path)): paths[path][method.lower()]
        for method, path in contract().operations()
    }


def test_every_operation_is_there_and_no_other():
    assert set(routes()) == set(operations())


def test_limits_are_those_of_the_document():
    known = routes()
    limited = {
        key: operation["x-rate-limits"]
        for key, operation in operations().items()
        if operation.get("x-rate-limits")
    }
    ours = {
        key: {
            name: value
            for name, value in PRD_LIMITS[known[key].group].items()
            if name in limits and value >= 0
        }
        for key, limits in limited.items()
    }
    theirs = {
        key: {name: value for name, value in limits.items() if value >= 0}
        for key, limits in limited.items()
    }
    assert ours == theirs
    assert len(limited) > 50


def test_permissions_are_those_of_the_document():
    theirs = {
        key: set(operation.get("x-required-permissions", ()))
        for key, operation in operations().items()
    }
    assert {key: set(item.permissions) for key, item in routes().items()} == theirs
    assert sum(map(bool, theirs.values())) > 30

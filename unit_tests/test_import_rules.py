"""Who may import whom: walks the syntax trees of the whole repository."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
STDLIB = set(sys.stdlib_module_names)
OURS = {"ksef", "simulator", "models", "wizards", "tests", "unit_tests", "dev"}

#: Folder -> the only foreign packages that it may import (besides the stdlib).
ALLOWED = {
    "ksef": {"requests", "lxml", "xmlsec", "cryptography", "asn1crypto"},
    "simulator": {"werkzeug", "lxml", "cryptography", "signxml", "simulator"},
}
#: Folder -> what it must not import, of anybody's.
FORBIDDEN = {
    "ksef": OURS - {"ksef"} | {"odoo"},
    "simulator": OURS - {"simulator"} | {"odoo"},
    "models": {"requests", "simulator", "wizards", "tests", "unit_tests", "dev"},
    "wizards": {"ksef", "requests", "simulator", "tests", "unit_tests", "dev"},
    "controllers": {"ksef", "requests", "simulator", "tests", "unit_tests", "dev"},
    "report": {"ksef", "requests", "simulator", "tests", "unit_tests", "dev"},
    "unit_tests": {"odoo", "models", "wizards", "tests"},
    "tests": {"unit_tests", "dev"},
}
#: Modules of ``ksef`` that make calls: only the gateway builds them.
NETWORK = {"ksef.client", "ksef.transport", "ksef.auth", "ksef.bearer"}
GATEWAY = "models/connection/l10n_pl_ksef_gateway.py"


def imported_by(source: str, path: Path) -> set[str]:
    """Return dotted names that a file imports, relative ones resolved from the root."""
    found = set()
    package = path.parent.parts
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level > len(package) + 1:
                found.add("odoo.addons")
                continue
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            prefix = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{prefix}.{alias.name}".lstrip(".") for alias in node.names}
    return found


def violations(source: str, path: Path) -> list[str]:
    """Return what a file imports against the table."""
    folder = path.parts[0] if len(path.parts) > 1 else ""
    names = imported_by(source, path)
    bad = []
    for name in sorted(names):
        top = name.split(".")[0]
        allowed = ALLOWED.get(folder)
        if top in FORBIDDEN.get(folder, ()):
            bad.append(f"{path}: {folder}/ must not import {name}")
        elif allowed is not None and top not in STDLIB | allowed | {folder}:
            bad.append(f"{path}: {folder}/ may not import {name}")
        if folder in ("models", "wizards") and path.as_posix() != GATEWAY:
            module = ".".join(name.split(".")[:2])
            if module in NETWORK:
                bad.append(f"{path}: only the gateway may import {name}")
    return bad


def python_files() -> list[Path]:
    """Return every Python file of the folders of the table."""
    return [
        path.relative_to(ROOT)
        for folder in sorted(FORBIDDEN)
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]


def test_the_whole_repository_keeps_the_table():
    found = []
    for path in python_files():
        found += violations((ROOT / path).read_text(encoding="utf-8"), path)
    assert not found, "\n".join(found)


def test_every_folder_of_the_table_was_looked_at():
    folders = {path.parts[0] for path in python_files()}
    assert {"ksef", "simulator", "models", "wizards", "unit_tests"} <= folders


def test_the_add_on_itself_imports_the_parts_of_odoo_only():
    source = (ROOT / "__init__.py").read_text(encoding="utf-8")
    assert imported_by(source, Path("__init__.py")) <= {
        "controllers",
        "models",
        "wizards",
    }


def commits(source: str) -> list[int]:
    """Return the lines with a direct ``….commit()``."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]


def test_nobody_commits_directly():
    found = []
    for path in python_files():
        if path.parts[0] in ("models", "wizards", "controllers", "report"):
            lines = commits((ROOT / path).read_text(encoding="utf-8"))
            found += [f"{path}:{line}" for line in lines]
    assert not found, found


def test_a_planted_commit_is_caught():
    assert commits("def f(self):\n    self.env.cr.commit()\n") == [2]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("ksef/a.py", "import odoo"),
        ("ksef/a.py", "from ..models import vault"),
        ("ksef/fa3/a.py", "from ...models import vault"),
        ("ksef/a.py", "def f():\n    import simulator"),
        ("ksef/a.py", "import werkzeug"),
        ("ksef/a.py", "from ... import anything"),
        ("simulator/a.py", "import ksef.crypto"),
        ("simulator/handlers/a.py", "from ...ksef import crypto"),
        ("simulator/a.py", "import requests"),
        ("models/a.py", "import requests"),
        ("models/a.py", "from ..simulator import app"),
        ("models/a.py", "from ..ksef.client import KsefClient"),
        ("models/a.py", "from ..ksef import transport"),
        ("wizards/a.py", "from ..ksef import errors"),
        ("unit_tests/a.py", "from odoo import api"),
    ],
)
def test_a_planted_violation_is_caught(path, source):
    assert violations(source, Path(path))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("ksef/a.py", "import json\nfrom lxml import etree\nfrom .errors import X"),
        ("ksef/fa3/a.py", "from ..safe_xml import parse_xml"),
        ("models/a.py", "from odoo import api\nfrom ..ksef.errors import KsefError"),
        (GATEWAY, "from ..ksef.client import KsefClient"),
        ("wizards/a.py", "from ..models import messages"),
        ("simulator/handlers/a.py", "from ..state import State\nimport werkzeug"),
        ("unit_tests/a.py", "import simulator\nfrom ksef import crypto"),
    ],
)
def test_what_the_table_allows_is_left_alone(path, source):
    assert not violations(source, Path(path))

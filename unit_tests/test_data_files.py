"""Data files: each XML id is made once, and each file is loaded."""

import ast
from collections import defaultdict
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("data", "report", "security", "views", "wizards")
MAKERS = ("record", "template", "menuitem")


def data_files():
    return [path for folder in FOLDERS for path in sorted(ROOT.glob(f"{folder}/*.xml"))]


def test_no_xml_id_is_made_by_two_files():
    """The second one would silently replace the first."""
    made = defaultdict(list)
    for path in data_files():
        for node in etree.parse(str(path)).iter(*MAKERS):
            if node.get("id"):
                made[node.get("id")].append(f"{path.parent.name}/{path.name}")

    assert {name: files for name, files in made.items() if len(files) > 1} == {}


def test_every_data_file_is_in_the_manifest():
    manifest = ast.literal_eval((ROOT / "__manifest__.py").read_text(encoding="utf-8"))
    loaded = set(manifest["data"])

    files = {f"{path.parent.name}/{path.name}" for path in data_files()}

    assert files - loaded == set()

"""Every export case has a test, and a golden file where a document is sent."""

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent / "tests"
CASES = range(1, 131)
#: cases of which nothing is sent, only told: no file.
REFUSED = frozenset(
    {6, 14, 24, 25, 27, 35, 52, 56, 64, 100, 103, 104, 105, 107, 117, 121, 123, 124}
    | {125, 128}
)
#: cases whose document is that of another one.
SAME_AS = {10: 9}


def test_every_export_case_has_a_test() -> None:
    text = "".join(path.read_text() for path in TESTS.glob("test_*.py"))
    named = {int(number) for number in re.findall(r"def test_e(\d+)_", text)}
    assert not set(CASES) - named


def test_every_export_case_that_is_sent_has_its_golden_file() -> None:
    names = (path.name for path in (TESTS / "export_xmls").glob("e*_*.xml"))
    matches = (re.match(r"e(\d+)_", name) for name in names)
    recorded = {int(match[1]) for match in matches if match}
    wanted = {SAME_AS.get(case, case) for case in CASES} - REFUSED
    assert not wanted - recorded
    assert not recorded & REFUSED


def test_every_golden_file_is_used() -> None:
    text = "".join(path.read_text() for path in TESTS.glob("test_*.py"))
    unused = [
        path.stem
        for path in (TESTS / "export_xmls").glob("*.xml")
        if f'"{path.stem}"' not in text
    ]
    assert not unused


def test_every_rule_has_a_test() -> None:
    rules = "".join(
        path.read_text()
        for path in (TESTS.parent / "models" / "fa3").glob("fa3_rules_*.py")
    )
    codes = set(re.findall(r'Rule\(\s*(?:ERROR|WARNING),\s*"(\w+)"', rules))
    text = "".join(path.read_text() for path in TESTS.glob("test_*.py"))
    assert len(codes) > 60
    assert not {code for code in codes if f'"{code}"' not in text}

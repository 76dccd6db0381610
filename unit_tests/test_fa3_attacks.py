"""Hostile XML gets a clear error: fast, and without memory to speak of."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc
from importlib import import_module
from pathlib import Path

import pytest

from ksef.errors import Fa3Error
from ksef.fa3 import parse
from ksef.fa3.codes import NAMESPACE_FA3
from ksef.safe_xml import Limits, XmlRefused, parse_xml

ROOT = f'<Faktura xmlns="{NAMESPACE_FA3}">'
END = "</Faktura>"
MEGA = 1_000_000


def attributes(count, sign='=""'):
    """Write that many attributes."""
    return " ".join(f"a{number}{sign}" for number in range(count))


def laughs():
    """Write the classic entity bomb."""
    lines = "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10)
    )
    return f'<!DOCTYPE F [<!ENTITY l0 "ha">{lines}]>{ROOT}<Fa>&l9;</Fa>{END}'


def declarations():
    """Write a root whose declarations every kept piece would repeat."""
    names = " ".join(f'xmlns:n{number}="{"u" * 60_000}"' for number in range(90))
    return f'<Faktura xmlns="{NAMESPACE_FA3}" {names}>{"<a/>" * 4_900}{END}'


ATTACKS = {
    "entity bomb": (laughs, "dtd"),
    "external entity": (
        lambda: (
            '<!DOCTYPE F [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
            f"{ROOT}<Fa><P_2>&x;</P_2></Fa>{END}"
        ),
        "dtd",
    ),
    "external DTD behind a comment": (
        lambda: '<?xml version="1.0"?><!-- x --><!DOCTYPE F SYSTEM "http://x/">' + ROOT,
        "dtd",
    ),
    "parameter entity": (
        lambda: '<!DOCTYPE F [<!ENTITY % p SYSTEM "http://x/">%p;]>' + ROOT + END,
        "dtd",
    ),
    "undeclared entity": (lambda: f"{ROOT}&x;{END}", "not_xml"),
    "100 MB of depth": (lambda: ROOT + "<a>" * (33 * MEGA), "too_big"),
    "9 MB of depth": (lambda: ROOT + "<a>" * 900_000, "not_xml"),
    "100 MB of attributes": (
        lambda: ROOT + "<a " + "aaaaaaa='1' " * (8 * MEGA) + "/>" + END,
        "too_big",
    ),
    "9 MB of attributes": (
        lambda: f"{ROOT}<a {attributes(800_000)}/>{END}",
        "too_complex",
    ),
    "attributes with blanks and signs": (
        lambda: ROOT + "<a " + attributes(300_000, " =\n'>'") + "/>" + END,
        "too_complex",
    ),
    "a million unknown elements": (
        lambda: ROOT + "<a/>" * (MEGA - 10) + END,
        "too_complex",
    ),
    "more tags than any invoice": (lambda: "<a/>" * (MEGA + 10), "too_complex"),
    "declarations that multiply": (declarations, "too_complex"),
    "endless comment": (lambda: "<!--" * MEGA, "not_xml"),
    "entity bomb in UTF-16": (lambda: laughs().encode("utf-16"), "dtd"),
    "UTF-16 without its mark": (lambda: (ROOT + END).encode("utf-16-le"), "not_utf8"),
    "half a character of UTF-16": (
        lambda: (ROOT + END).encode("utf-16") + b"\x00",
        "not_utf8",
    ),
    "UTF-7": (
        lambda: '<?xml version="1.0" encoding="UTF-7"?>' + ROOT + END,
        "not_utf8",
    ),
    "entity in another encoding": (
        lambda: (
            '<?xml version="1.0" encoding="ISO-8859-2"?>'
            '<!DOCTYPE F [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + ROOT + END
        ),
        "dtd",
    ),
    "encoding that nobody knows": (
        lambda: '<?xml version="1.0" encoding="X-EBCDIC"?>' + ROOT + END,
        "not_utf8",
    ),
    "broken UTF-8": (lambda: ROOT.encode() + b"\xff" + END.encode(), "not_utf8"),
    "archive": (lambda: b"PK\x03\x04" + bytes(range(256)) * 9, "not_utf8"),
    "empty": (lambda: b" \n", "empty"),
    "plain text": (lambda: "faktura", "not_xml"),
    "two roots": (lambda: f"{ROOT}{END}{ROOT}{END}", "not_xml"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_fast(name):
    make, code = ATTACKS[name]
    data = make()
    data = data.encode() if isinstance(data, str) else data
    started = time.process_time()
    with pytest.raises(Fa3Error) as caught:
        parse(data)
    assert time.process_time() - started < 5
    assert caught.value.code == code
    assert len(str(caught.value)) < 300


def test_more_rows_than_any_invoice_are_refused(monkeypatch):
    monkeypatch.setattr(import_module("ksef.fa3.parse"), "MAX_NODES", 1_000)
    rows = "<FaWiersz/>" * 1_000
    with pytest.raises(Fa3Error) as caught:
        parse(f"{ROOT}<Fa>{rows}</Fa>{END}".encode())
    assert caught.value.code == "too_complex"


def test_hundred_megabytes_cost_no_memory():
    data = ROOT.encode() + b"<a>" * (33 * MEGA)
    tracemalloc.start()
    with pytest.raises(Fa3Error):
        parse(data)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEGA


#: What runs in a process of its own: the kernel's count of memory, not Python's.
MEASURED = """
import resource, sys
from ksef.errors import Fa3Error
from ksef.fa3 import parse

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

head, body, tail, count, room = sys.argv[1:]
parse(b"<Faktura><Fa/></Faktura>")
data = head.encode() + body.encode() * int(count) + tail.encode()
before = peak()
resource.setrlimit(resource.RLIMIT_AS, (int(room),) * 2)
try:
    parse(data)
except Fa3Error as error:
    print(error.code, len(data), peak() - before)
"""
#: Address space of that process: ten times the largest attack.
ROOM = "1000000000"
BIG = {
    "100 MB of depth": (ROOT, "<a>", "", 33 * MEGA, "too_big"),
    "100 MB of attributes": (
        f"{ROOT}<a ",
        "aaaaaaa='1' ",
        f"/>{END}",
        8 * MEGA,
        "too_big",
    ),
    "100 MB of text": (f"{ROOT}<Stopka>", "Zdanie o niczym. ", "", 6 * MEGA, "too_big"),
    "9 MB of depth": (ROOT, "<a>", "", 3 * MEGA, "too_complex"),
    "9 MB of depth below the limit of tags": (
        ROOT,
        "<aaaaaaaaa>",
        "",
        800_000,
        "not_xml",
    ),
    "9 MB of attributes in one tag": (
        f"{ROOT}<a ",
        "a='1' ",
        f"/>{END}",
        1_500_000,
        "too_complex",
    ),
    "9 MB of text": (f"{ROOT}<Fa><P_2>", "FV", "", 4 * MEGA, "not_xml"),
    "9 MB of small unknown elements": (
        ROOT,
        "<aaaaaaaa/>",
        END,
        800_000,
        "too_complex",
    ),
}


@pytest.mark.parametrize("name", BIG)
def test_memory_that_a_big_attack_takes_is_bounded(name):
    head, body, tail, count, code = BIG[name]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, head, body, tail, str(count), ROOM],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    found, size, kilobytes = done.stdout.split()
    assert found == code
    # Nothing of what is too big is kept, the rest costs some copies of itself.
    limit = 20_000 if int(size) > 10_000_000 else 250_000
    assert int(kilobytes) < limit
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "inner",
    ["<?a?>" * 200_000, "<![CDATA[x]]>" * 100_000, "&#10;" * MEGA],
    ids=["instructions", "cdata", "references"],
)
def test_odd_but_harmless_content_is_read_in_linear_time(inner):
    started = time.process_time()
    parse(f"{ROOT}{inner}{END}".encode())
    assert time.process_time() - started < 3


def test_inclusion_is_not_followed():
    include = (
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude"'
        ' href="file:///etc/hostname" parse="text"/>'
    )
    invoice = parse(f"{ROOT}{include}{END}".encode())
    assert [one.code for one in invoice.problems] == ["unknown_element"]
    assert "include" in invoice.extra[0].xml


def test_doctype_inside_a_comment_is_no_doctype():
    assert parse(f"<!-- <!DOCTYPE x> -->{ROOT}{END}".encode()).problems == ()


def test_byte_order_mark_is_read():
    assert parse(b"\xef\xbb\xbf" + f"{ROOT}{END}".encode()).problems == ()


def test_parser_words_quote_no_content():
    with pytest.raises(XmlRefused) as caught:
        parse_xml(b"<secret5260250274>")
    assert "5260250274" not in str(caught.value)


def test_limits_can_be_narrowed():
    with pytest.raises(XmlRefused) as caught:
        parse_xml(b"<a>" + b"x" * 100 + b"</a>", Limits(size=50))
    assert (caught.value.code, caught.value.detail) == ("too_big", "50")

"""Hostile XML gets a clear error: fast, and without memory to speak of."""

from __future__ import annotations

import time
import tracemalloc
from importlib import import_module

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
    "UTF-16": (lambda: (ROOT + END).encode("utf-16"), "not_utf8"),
    "UTF-7": (
        lambda: '<?xml version="1.0" encoding="UTF-7"?>' + ROOT + END,
        "not_utf8",
    ),
    "other encoding": (
        lambda: '<?xml version="1.0" encoding="ISO-8859-2"?>' + ROOT + END,
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

"""Documents for the tests of ``ksef.fa3``, made from the description itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from ksef.fa3 import build, model
from ksef.fa3.facets import Form
from ksef.fa3.plans import Version, specs
from ksef.fa3.structure import Role

SHARED = Path(__file__).resolve().parents[2] / "shared" / "ksef"
XSD_FOLDER = SHARED / "xsd" / "fa"
XSD = {
    Version.FA3: XSD_FOLDER / "schemat_FA(3)_v1-0E.xsd",
    Version.FA2: XSD_FOLDER / "schemat_FA(2)_v1-0E.xsd",
}
BASE_TYPES = XSD_FOLDER / "bazowe" / "StrukturyDanych_v10-0E.xsd"
SAMPLES = sorted((SHARED / "fa3-samples").glob("*.xml"))

needs_xsd = pytest.mark.skipif(
    not XSD_FOLDER.is_dir(), reason="the official schemas are not beside the checkout"
)
needs_samples = pytest.mark.skipif(
    not SAMPLES, reason="the official samples are not beside the checkout"
)

#: A valid text for every type whose form alone does not give one.
EXAMPLES = {
    "TAdresEmail": "a@b.pl",
    "LinkDoPlatnosci": "https://pay.example.com/x?a=1&IPKSeF=123abcDEF4567",
    "TNrNIP": "5260250274",
    "TNIPIdWew": "5260250274-12345",
    "TNrVatUE": "DE123456789"[2:],
    "TNrKRS": "0000123456",
    "TNrREGON": "123456789",
    "TNumerKSeF": "5260250274-20260204-0100001AF1B5-38",
    "TNrRB": "61109010140000071219812874",
    "TNrRB (2)": "61109010140000071219812874",
    "NrID (2)": "AB12",
    "SWIFT_Type": "BREXPLPW",
    "IPKSeF": "123abcDEF4567",
}


def example(kind):
    """Return a valid value of a simple type."""
    if kind.name in EXAMPLES:
        return EXAMPLES[kind.name]
    if kind.form is Form.FLAG:
        return True
    if kind.fixed or kind.choices:
        value = kind.fixed or kind.choices[0]
        return int(value) if kind.form is Form.INTEGER else value
    return {
        Form.TEXT: "Zażółć",
        Form.AMOUNT: Decimal("12.50"),
        Form.NUMBER: Decimal("1.5"),
        Form.INTEGER: 7,
        Form.DATE: date(2026, 2, 4),
        Form.MOMENT: datetime(2026, 2, 4, 10, 30, tzinfo=timezone.utc),
    }[kind.form]


def full(cls, version=Version.FA3, prefer=()):
    """Fill every field of a class, in each choice the alternative in ``prefer``.

    :param prefer: names of fields whose alternative is taken; else the first one
    """
    values = {}
    for name, spec in specs(cls, version).items():
        if spec.maximum == 0:
            values[name] = () if spec.repeated else None
            continue
        if spec.role is not Role.ELEMENT or not isinstance(spec.type, type):
            value = example(spec.type)
        else:
            value = full(spec.type, version, prefer)
        values[name] = (value,) if spec.repeated else value
    return cls(**_without_rivals(cls, values, prefer))


def _without_rivals(cls, values, prefer):
    """Keep one alternative of every choice of ``cls.groups``."""
    kept = dict(values)
    for expression in cls.groups:
        for name in _rivals(tree_of_group(expression), prefer):
            kept[name] = () if isinstance(kept[name], tuple) else None
    return kept


def tree_of_group(expression):
    """Parse a group expression into ("choice" | "all", parts), independently."""
    words = expression.replace("(", " ( ").replace(")", " ) ").replace("?", " ")
    stack = [[[]]]
    for word in words.split():
        if word == "(":
            stack.append([[]])
        elif word == "|":
            stack[-1].append([])
        elif word == ")":
            done = stack.pop()
            node = ("choice", [("all", part) for part in done])
            stack[-1][-1].append(node if len(done) > 1 else ("all", done[0]))
        else:
            stack[-1][-1].append(word)
    return ("all", stack[0][0])


def _names(tree):
    if isinstance(tree, str):
        return [tree]
    return [name for part in tree[1] for name in _names(part)]


def _rivals(tree, prefer):
    """List the fields of the alternatives that lose."""
    if isinstance(tree, str):
        return []
    kind, parts = tree
    if kind == "choice":
        winner = next(
            (part for part in parts if set(_names(part)) & set(prefer)), parts[0]
        )
        lost = [name for part in parts if part is not winner for name in _names(part)]
        return lost + _rivals(winner, prefer)
    return [name for part in parts for name in _rivals(part, prefer)]


def full_invoice(version=Version.FA3, prefer=()):
    """Return an invoice that has every element of the schema (one per choice)."""
    invoice = full(model.Invoice, version, prefer)
    return replace_namespace(invoice, version)


def replace_namespace(invoice, version):
    """Return the invoice as a document of that version."""
    return replace(invoice, namespace=version.value)


def canonical(data):
    """Return C14N without comments and white space between elements."""
    parser = etree.XMLParser(remove_blank_text=True, remove_comments=True)
    root = etree.fromstring(data, parser)
    return etree.tostring(root, method="c14n")


def tree_of(invoice):
    """Return an invoice as an element tree."""
    return etree.fromstring(build(invoice))

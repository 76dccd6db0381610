"""The description is the official schema: every element, cardinality and facet.

The schema is walked here independently and compared with the classes of the model,
so that the checks on a few documents below can't miss a forgotten element.
"""

from __future__ import annotations

import pytest
from fa3_helpers import needs_xsd, tree_of_group
from fa3_xsd import Schema, X, content_of, pairs
from lxml import etree

from ksef.fa3.facets import Form, SimpleType
from ksef.fa3.plans import Version, specs
from ksef.fa3.structure import Role

pytestmark = needs_xsd


def described(cls, version):
    """Turn fields and groups of a class into the same nested tuples."""
    rows = {
        name: (name, spec.minimum, spec.maximum)
        for name, spec in specs(cls, version).items()
        if spec.role is Role.ELEMENT and spec.maximum
    }
    found, done = [], set()
    groups = {}
    for expression in cls.groups:
        tree = tree_of_group(expression)
        optional = expression.endswith("?")
        nested = nest(expression, tree, rows, optional)
        if nested is not None:
            first = next(n for n in flat(nested) if n in rows)
            groups[first] = (nested, set(flat(nested)))
    for name, row in rows.items():
        if name in groups:
            found.append(groups[name][0])
            done |= groups[name][1]
        elif name not in done:
            found.append(row)
    return found


def nest(expression, tree, rows, optional):
    """Convert the parsed form of one group; ``None`` when nothing of it is left."""
    inner = tree[1][0]
    kind, parts = inner
    minimum = 0 if optional else 1
    if kind == "choice":
        alternatives = [sequence(expression, part[1], rows) for part in parts]
        alternatives = [part for part in alternatives if part]
        return ("choice", minimum, alternatives) if alternatives else None
    return ("sequence", minimum, sequence(expression, parts, rows))


def sequence(expression, parts, rows):
    """Convert the members of one sequence or alternative."""
    found = []
    for part in parts:
        if isinstance(part, str):
            if part in rows:
                found.append(rows[part])
            continue
        text = " ".join(name for name in flat_tree(part))
        optional = f"{text})?" in expression.replace(" | ", " ").replace("(", "")
        found.append(nest(expression, ("all", [part]), rows, optional))
    return found


def flat_tree(tree):
    """List the names in a parsed expression."""
    if isinstance(tree, str):
        return [tree]
    return [name for part in tree[1] for name in flat_tree(part)]


def flat(nested):
    """List the names in nested tuples."""
    if nested[0] in ("choice", "sequence"):
        for part in nested[2]:
            for one in part if isinstance(part, list) else [part]:
                yield from flat(one)
    else:
        yield nested[0]


@pytest.fixture(scope="module", params=list(Version), ids=lambda one: one.name)
def version(request):
    """Run for both versions of the schema."""
    return request.param


@pytest.fixture(scope="module")
def schema(version):
    """Load the official schema of the version."""
    return Schema(version)


def test_every_element_has_its_order_cardinality_and_groups(schema, version):
    seen = 0
    for path, kind, cls, _element in pairs(schema, version):
        if isinstance(cls, SimpleType) or kind.find(X + "simpleContent") is not None:
            continue
        assert described(cls, version) == content_of(schema, kind), path
        seen += 1
    assert seen > 50


INTEGERS = ("integer", "nonNegativeInteger", "byte", "int")


def assert_same_code_list(path, ours, facets):
    assert set(ours.choices) == set(facets["enumeration"]), path
    numeric = facets["base"] in INTEGERS
    assert (ours.form in (Form.INTEGER, Form.FLAG)) == numeric, path


def assert_same_facets(path, ours, facets):
    expected = {
        "minLength": ours.min_length,
        "maxLength": ours.max_length,
        "pattern": ours.pattern,
        "minInclusive": ours.least,
        "maxInclusive": ours.most,
        "totalDigits": ours.total_digits,
        "fractionDigits": ours.fraction_digits,
    }
    if facets.get("minExclusive") == "0":
        facets = {**facets, "minInclusive": "1"}
    for name, value in expected.items():
        theirs = facets.get(name)
        assert theirs == (None if value is None else str(value)), (path, name)


def test_every_value_has_its_facets(schema, version):
    forms = {
        "decimal": (Form.AMOUNT, Form.NUMBER),
        "date": (Form.DATE,),
        "dateTime": (Form.MOMENT,),
    }
    spaces = {"string": "preserve", "normalizedString": "replace"}
    seen = 0
    for path, kind, ours, element in pairs(schema, version):
        if not isinstance(ours, SimpleType):
            continue
        if isinstance(kind, etree._Element) and kind.tag == X + "complexType":
            base = kind.find(f"{X}simpleContent/{X}extension").get("base")
            kind = schema.types[base]
        facets = schema.facets(kind)
        assert ours.fixed == element.get("fixed"), path
        space = facets.get("whiteSpace") or spaces.get(facets["base"], "collapse")
        assert ours.space.value == space, path
        if "enumeration" in facets:
            assert_same_code_list(path, ours, facets)
        else:
            assert_same_facets(path, ours, facets)
            if facets["base"] in INTEGERS:
                assert ours.form is Form.INTEGER, path
            else:
                assert ours.form in forms.get(facets["base"], (Form.TEXT,)), path
        seen += 1
    assert seen > 300


def test_attributes_of_the_schema_are_described(schema, version):
    declared = {
        (attribute.get("name"), attribute.get("fixed"))
        for attribute in schema.roots[0].iter(X + "attribute")
    }
    number = "2" if version is Version.FA2 else "3"
    expected = {("kodSystemowy", f"FA ({number})"), ("wersjaSchemy", "1-0E")}
    if version is Version.FA3:
        expected.add(("Typ", None))
    assert declared == expected

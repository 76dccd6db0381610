"""Our verdict on broken documents is the verdict of the official schema.

Valid documents are broken in one place each; ``parse`` + ``check`` and the XSD must
agree whether the result is valid. The only wanted difference are the characters that
KSeF refuses beyond the XSD (not used here).
"""

from __future__ import annotations

import copy
import random

import pytest
from fa3_helpers import BASE_TYPES, XSD, full_invoice, needs_xsd, tree_of
from fa3_xsd import Schema, X, pairs
from lxml import etree

from ksef.fa3 import check, model, parse
from ksef.fa3.facets import Form, SimpleType
from ksef.fa3.lexical import reader, writer
from ksef.fa3.plans import Version, specs
from ksef.fa3.schema import validate
from ksef.fa3.values import checker

pytestmark = needs_xsd

NUMBERS = (
    *("0", "-0", "1", "01", "+1", "-1", "1.", ".5", "00.5", "5.000", "1e3", "1,5"),
    *("NaN", "1_000", "١٢", "100", "100.000001", "99.9999999", "12.345", " 7.5 "),
    *("12.12345678", "12.123456789", "-5", "-0.00", "9" * 16, "9" * 17),
    *("9" * 16 + ".11", "9" * 14 + ".12345678", "9" * 15 + ".12345678", "9" * 24),
)
INTEGERS = ("2", "3", "11", "12", "20", "21", "1" * 14, "1" * 15, "0" * 20 + "1")
DATES = (
    *("2026-02-30", "2026-2-1", " 2026-02-01 ", "2026-02-01Z", "20260201"),
    *("2050-01-01", "2050-01-02", "2016-06-30", "2006-01-01", "2005-12-31"),
    *("1990-01-01", "1989-12-31", "2026-02-01T00:00:00"),
)
MOMENTS = (
    *("2026-02-01T10:00:00", "2026-02-01T10:00:00Z", "2026-02-01T10:00Z"),
    *(" 2026-02-01T10:00:00Z", "2026-02-01T10:00:00Z\n", " 2026-02-01T10:00:00Z "),
    *("2026-02-01T10:00:00.123456789Z", "2026-02-01T24:00:00Z"),
    *("2026-02-01T24:00:01Z", "2026-02-01T10:00:60Z", "2026-02-01T10:00:00+14:00"),
    *("2026-02-01T10:00:00+14:30", "2050-01-01T23:59:59Z", "2050-01-02T00:00:00Z"),
    *("2050-01-01T23:59:59", "2025-08-31T23:59:59Z", "2025-09-01T00:00:00"),
    *("2025-09-01T01:00:00+02:00", "2025-08-31T23:00:00-02:00", "2021-09-30T00:00:00Z"),
)
TEXTS = (
    *("A", " x ", "a \n\tb", "a  b", "Ł" * 255, "Ł" * 256, "Ł" * 257, "A" * 513),
    *("A" * 512, "A" * 9, "A" * 10, "A" * 13, "A" * 14, "A" * 16, "A" * 17),
    *("A" * 20, "A" * 21, "A" * 32, "A" * 33, "A" * 34, "A" * 35, "A" * 50),
    *("A" * 51, "A" * 3500, "A" * 3501, "1" * 9, "1" * 10, "1" * 14, "\xa0"),
    *("PL", " PL", "PL ", "\tPL", "EL", "GR", "XI", "PLN", " PLN", "XCG", "FA "),
    *("23", "0 KR", "0  KR", " 0 KR ", "np", "np I", "VAT", "GTU_14", "I_42", "txt "),
    *("a@b", "@", "a@", "a@b; c@d", "5260250274", "1000000000", " 5260250274"),
    *("526-025-02-74", "٥٢٦٠٢٥٠٢٧٤", "5260250274-1234", "5260250274-12345", "DE+*"),
    *("5260250274-20260204-0100001AF1B5-38", "5260250274-20260204-010000-1AF1B5-38"),
    *("5260250274-20261304-0100001AF1B5-38", "BREXPLPW", "BREXPLPWX", "brexplpw"),
    *("https://a/x?IPKSeF=123abcDEF4567", "https://a.pl/x?IPKSeF=123abcDEF4567#b"),
    *("https://a.pl/\xa0?b&IPKSeF=123abcDEF4567", "123abcDEF4567", "123abcDEF456"),
)
COMMON = ("", "  ", "1", "abc", " 1 ")
MUTATIONS = {
    Form.TEXT: TEXTS,
    Form.AMOUNT: NUMBERS,
    Form.NUMBER: NUMBERS,
    Form.INTEGER: (*NUMBERS[:20], *INTEGERS),
    Form.FLAG: (*NUMBERS[:14], "2", "tak"),
    Form.DATE: DATES,
    Form.MOMENT: MOMENTS,
}
RANDOM = random.Random(20260204)
#: One document for each of these, so that every simple type stands somewhere.
ALTERNATIVES = (
    *("", "OkresFa", "KodUE", "NrID", "IDWew", "P_22C", "NrKSeFFaZaliczkowej"),
    *("ZnacznikZaplatyCzesciowej", "LadunekInny"),
)


def xsd_accepts(data, version):
    """Ask the official schema with the official base types."""
    return not validate(data, XSD[version], BASE_TYPES)


def we_accept(data):
    """Ask ourselves; warnings do not count."""
    return not [one for one in check(parse(data)) if one.severity == "error"]


def assert_agreement(root, version, what):
    data = etree.tostring(root, encoding="UTF-8")
    ours, theirs = we_accept(data), xsd_accepts(data, version)
    if ours != theirs:
        why = check(parse(data))[:2] or validate(data, XSD[version], BASE_TYPES)[:2]
        pytest.fail(f"{what}: schema {theirs}, we {ours}: {why}")
    return theirs


def leaves(cls, element, version):
    """Yield (simple type, element) for every value of a valid document."""
    known = specs(cls, version)
    for child in element:
        kind = known[etree.QName(child).localname].type
        if isinstance(kind, type):
            yield from leaves(kind, child, version)
        else:
            yield kind, child


def single_values(version):
    """Cut the schema into one global element per simple type.

    :return: the schema, and (our type, name of the element) for each
    """
    schema = Schema(version)
    root, found = schema.roots[0], {}
    for path, _kind, ours, element in list(pairs(schema, version)):
        if isinstance(ours, SimpleType) and ours.name not in found:
            single = copy.deepcopy(element)
            single.attrib.pop("minOccurs", None)
            single.attrib.pop("maxOccurs", None)
            single.set("name", f"value{len(found)}")
            found[ours.name] = (ours, single.get("name"), path)
            root.append(single)
    root.find(X + "import").set("schemaLocation", BASE_TYPES.as_uri())
    return etree.XMLSchema(etree.fromstring(etree.tostring(root))), found.values()


@pytest.mark.parametrize("version", Version, ids=lambda one: one.name)
def test_values_of_every_type(version):
    schema, kinds = single_values(version)
    verdicts = {True: 0, False: 0}
    for kind, name, path in kinds:
        judge, read, write = checker(kind), reader(kind), writer(kind)
        element = etree.Element(f"{{{version.value}}}{name}")
        for text in (*COMMON, *MUTATIONS[kind.form]):
            element.text = text
            theirs = schema.validate(etree.fromstring(etree.tostring(element)))
            found = judge(write(read(text)))
            assert (found is None) == theirs, (path, text, found)
            verdicts[theirs] += 1
    assert len(kinds) > 45
    assert min(verdicts.values()) > 200


@pytest.mark.parametrize("version", Version, ids=lambda one: one.name)
def test_values_inside_a_document(version):
    for alternative in ALTERNATIVES:
        root = tree_of(full_invoice(version, (alternative,)))
        assert assert_agreement(root, version, alternative)
        found = list(leaves(model.Invoice, root, version))
        for kind, element in RANDOM.sample(found, 6):
            before, text = element.text, RANDOM.choice(MUTATIONS[kind.form])
            element.text = text
            assert_agreement(root, version, (kind.name, text))
            element.text = before


def remove(element, _root):
    """Leave an element out."""
    element.getparent().remove(element)


def repeat(element, _root):
    """Give an element twice."""
    element.addnext(copy.deepcopy(element))


def swap(element, _root):
    """Change places with the next one."""
    after = element.getnext()
    if after is not None:
        element.addprevious(after)


def rename(element, root):
    """Take the name of another element."""
    element.tag = RANDOM.choice(list(root.iter())).tag


def copy_here(element, root):
    """Put some other element in front."""
    element.addprevious(copy.deepcopy(RANDOM.choice(list(root.iter())[1:])))


def add_text(element, _root):
    """Put text between elements."""
    element.tail = "tekst"


def add_attribute(element, _root):
    """Add an attribute."""
    element.set("nowy", "1")


def shuffle(element, _root):
    """Put an element and those around it into another order."""
    parent = element.getparent()
    children = list(parent)
    RANDOM.shuffle(children)
    parent[:] = children


def crowd(element, _root):
    """Give an element very often."""
    for _number in range(RANDOM.choice((2, 3, 20, 21, 100, 101))):
        element.addnext(copy.deepcopy(element))


def hint(element, _root):
    """Add an attribute that schemas know: harmless, wrong or wrongly typed."""
    name = RANDOM.choice(("schemaLocation", "noNamespaceSchemaLocation", "nil", "type"))
    value = RANDOM.choice(("urn:a b", "true", "x"))
    element.set(f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}", value)


def stranger(element, _root):
    """Move an element to another namespace."""
    element.tag = f"{{urn:x}}{etree.QName(element).localname}"


def blanks(element, _root):
    """Put white space behind a value."""
    if element.text and not len(element):
        element.text = element.text + RANDOM.choice((" ", "\n", "\t", " \r "))


def child_of_value(element, _root):
    """Put an element inside a value."""
    etree.SubElement(element, "x")


def empty(element, _root):
    """Take everything out of an element."""
    del element[:]
    element.text = None


BREAKS = (
    *(remove, repeat, swap, rename, copy_here, add_text, add_attribute, empty),
    *(shuffle, crowd, hint, stranger, blanks, child_of_value),
)


@pytest.mark.parametrize("version", Version, ids=lambda one: one.name)
def test_order_cardinality_and_choices(version):
    documents = [
        etree.tostring(tree_of(full_invoice(version, (alternative,))))
        for alternative in ALTERNATIVES
    ]
    verdicts = {True: 0, False: 0}
    for number in range(280):
        root = etree.fromstring(documents[number % len(documents)])
        element = RANDOM.choice(list(root.iter())[1:])
        broken = BREAKS[number % len(BREAKS)]
        name = etree.QName(element).localname
        broken(element, root)
        verdicts[assert_agreement(root, version, (broken.__name__, name))] += 1
    assert verdicts[True] > 3
    assert verdicts[False] > 30


@pytest.mark.parametrize(
    ("name", "maximum"),
    [("DaneKontaktowe", 3), ("Podmiot3", 100), ("SKom", 20), ("Akapit", 10)],
)
def test_largest_number_of_repetitions(name, maximum):
    root = tree_of(full_invoice())
    (first, *_others) = root.iter("{*}" + name)
    for _number in range(maximum - 1):
        first.addnext(copy.deepcopy(first))
    assert assert_agreement(root, Version.FA3, (name, maximum))
    first.addnext(copy.deepcopy(first))
    assert not assert_agreement(root, Version.FA3, (name, maximum + 1))


def test_attributes_of_form_code_and_column():
    for path, name, value in (
        ("KodFormularza", "kodSystemowy", "FA (2)"),
        ("KodFormularza", "kodSystemowy", "FA  (3)"),
        ("KodFormularza", "wersjaSchemy", None),
        ("Kol", "Typ", "text"),
        ("Kol", "Typ", None),
    ):
        root = tree_of(full_invoice())
        element = next(root.iter("{*}" + path))
        if value is None:
            del element.attrib[name]
        else:
            element.set(name, value)
        assert not assert_agreement(root, Version.FA3, (path, name, value))

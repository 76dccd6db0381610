"""Documents of every kind, in every dress that XML allows: nothing of them gets lost.

The documents are the invoices in ``tests/import_xmls`` and the official samples; the
dresses are ways in which programs write one and the same document.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fa3_helpers import BASE_TYPES, SAMPLES, XSD, canonical, needs_xsd
from lxml import etree

from ksef.fa3 import build, check, parse
from ksef.fa3.plans import Version
from ksef.fa3.schema import validate

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "import_xmls"
FILES = [*sorted(FOLDER.glob("*.xml")), *SAMPLES]
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def version_of(root):
    return Version(etree.QName(root).namespace)


def text_of(root):
    return etree.tostring(root, encoding="unicode")


def declared(text, encoding="UTF-8"):
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'


def windows_line_ends(root):
    """Return lines that end as on Windows."""
    etree.indent(root, space="\t")
    return declared(text_of(root)).replace("\n", "\r\n").encode()


def one_line(root):
    """Return everything in one line, without a declaration."""
    parser = etree.XMLParser(remove_blank_text=True)
    return text_of(etree.fromstring(text_of(root), parser)).encode()


def prefixed(root):
    """Return every name with a prefix, the root's own namespace included."""
    name = etree.QName(root)
    copy = etree.Element(name, nsmap={"tns": name.namespace, "xsi": XSI})
    copy.extend(list(root))
    text = text_of(copy).replace(f' xmlns="{name.namespace}"', "")
    text = re.sub(r"<(/?)(?!tns:|!)(\w)", r"<\1tns:\2", text)
    assert set(etree.fromstring(text).nsmap) == {"tns", "xsi"}
    return declared(text).encode()


def namespace_on_every_element(root):
    """Return the namespace declared again and again, with changing prefixes."""
    namespace = etree.QName(root).namespace

    def written(element, depth):
        name = etree.QName(element).localname
        prefix = ("", "a:", "b:")[depth % 3]
        sign = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
        inner = "".join(written(one, depth + 1) for one in element)
        held = etree.Element("x", dict(element.attrib))
        attributes = etree.tostring(held, encoding="unicode")[2:-2]
        text = "" if len(element) else (element.text or "")
        held = etree.Element("x")
        held.text = text
        text = etree.tostring(held, encoding="unicode")[3:-4] if text else ""
        return (
            f'<{prefix}{name} {sign}="{namespace}"{attributes}>'
            f"{text}{inner}</{prefix}{name}>"
        )

    return declared(written(root, 0)).encode()


def schema_location(root):
    """Return the place of the schema and a namespace that nobody uses."""
    text = text_of(root).replace(
        "<Faktura ",
        f"<Faktura xmlns:q='urn:q' xmlns:h='{XSI}' h:schemaLocation='urn:a b.xsd' ",
        1,
    )
    return declared(text).encode()


def comments(root):
    """Return comments everywhere, also in the middle of values."""
    text = re.sub(r"<(?=/?\w)", "<!-- <P_2>0</P_2> --><", text_of(root))
    return declared("<!-- a -->" + text + "<!-- b -->").encode()


def cdata(root):
    """Return all values as CDATA, some in two pieces."""
    for element in root.iter():
        if element.text and element.text.strip() and not len(element):
            element.text = etree.CDATA(element.text)
    text = text_of(root)
    return declared(re.sub(r"(<!\[CDATA\[\w)(\w)", r"\1]]><![CDATA[\2", text)).encode()


def references(root):
    """Return every letter beyond ASCII as a number."""
    return etree.tostring(root, encoding="US-ASCII", xml_declaration=True)


def byte_order_mark(root):
    """Return UTF-8 that begins with its mark, and a declaration in single quotes."""
    text = "<?xml version='1.0' encoding='utf-8' standalone='yes'?>" + text_of(root)
    return b"\xef\xbb\xbf" + text.encode()


def blanks_in_tags(root):
    """Return blanks and line ends inside the tags."""
    text = re.sub(r"<(/?\w+)>", "<\\1\n >", one_line(root).decode())
    return declared(text).encode()


DRESSES = (
    *(windows_line_ends, one_line, prefixed, namespace_on_every_element),
    *(schema_location, comments, cdata, references, byte_order_mark),
    blanks_in_tags,
)
ENCODINGS = ("UTF-16", "ISO-8859-2", "windows-1250")


def plain(data):
    """Return what a document says: names without prefix, texts, attributes."""
    parser = etree.XMLParser(remove_comments=True)

    def of(element):
        inner = [of(child) for child in element]
        text = None if inner else (element.text or "").strip()
        return etree.QName(element).text, dict(element.attrib), text, inner

    return of(etree.fromstring(data, parser))


@pytest.fixture(params=FILES, ids=lambda path: path.stem, scope="module")
def path(request):
    return request.param


def test_there_are_documents_of_every_kind():
    elements, kinds = set(), set()
    for file in FILES:
        root = etree.parse(str(file)).getroot()
        elements |= {etree.QName(one).localname for one in root.iter("{*}*")}
        kinds.add(root.findtext("{*}Fa/{*}RodzajFaktury"))
    assert kinds == {"VAT", "KOR", "ZAL", "ROZ", "UPR", "KOR_ZAL", "KOR_ROZ"}
    assert {"Zalacznik", "Transport", "NowySrodekTransportu", "P_12_XII"} < elements
    assert {"StanPrzed", "UU_ID", "IDWew", "Podmiot2K", "KursWalutyZW"} < elements


@needs_xsd
def test_document_is_valid_and_we_think_so(path):
    data = path.read_bytes()
    root = etree.fromstring(data)
    assert validate(data, XSD[version_of(root)], BASE_TYPES) == []
    assert check(parse(data)) == []


def test_document_comes_back_canonically_equal(path):
    data = path.read_bytes()
    assert canonical(build(parse(data))) == canonical(data)


@pytest.mark.parametrize("dress", DRESSES, ids=lambda one: one.__name__)
def test_dress_changes_nothing(path, dress):
    original = path.read_bytes()
    parser = etree.XMLParser(remove_comments=True)
    dressed = dress(etree.fromstring(original, parser))
    invoice, expected = parse(dressed), parse(original)
    assert [one for one in invoice.problems if one.severity == "error"] == []
    assert (invoice.Fa, invoice.Podmiot2) == (expected.Fa, expected.Podmiot2)
    rebuilt = build(invoice)
    assert parse(rebuilt) == invoice
    if dress is not schema_location:
        assert plain(rebuilt) == plain(original)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_other_encoding_is_read_and_reported(path, encoding):
    original = path.read_bytes()
    root = etree.fromstring(original)
    coded = etree.tostring(root, encoding=encoding, xml_declaration=True)
    invoice = parse(coded)
    assert invoice == parse(original)
    assert [one.code for one in invoice.problems] == ["not_utf8"]
    assert [one.code for one in check(invoice)] == ["not_utf8"]

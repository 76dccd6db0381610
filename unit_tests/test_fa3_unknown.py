"""Documents that do not follow the schema are read, kept and reported."""

from __future__ import annotations

from datetime import date

import pytest
from fa3_helpers import canonical, full_invoice

from ksef.errors import Fa3Error
from ksef.fa3 import build, check, parse
from ksef.fa3.codes import NAMESPACE_FA2, NAMESPACE_FA3
from ksef.fa3.plans import Version


def document(inner, root="", namespace=NAMESPACE_FA3):
    """Wrap the children of the root into a document."""
    return f'<Faktura xmlns="{namespace}" {root}>{inner}</Faktura>'.encode()


def reported(invoice):
    """List code and path of what parse noticed."""
    return [(problem.code, problem.path) for problem in invoice.problems]


KEPT = {
    "unknown element": (
        "<Fa><P_1>2026-02-04</P_1><Nowe a='1'><B>x</B></Nowe><P_2>1</P_2></Fa>",
        ("unknown_element", "Fa/Nowe"),
    ),
    "unknown element at the end": (
        "<Fa><P_2>1</P_2><Nowe/></Fa>",
        ("unknown_element", "Fa/Nowe"),
    ),
    "several in one place": (
        "<Fa><A/><B/><P_2>1</P_2><C/><D/></Fa>",
        ("unknown_element", "Fa/A"),
    ),
    "element of another namespace": (
        "<Fa><x:P_2 xmlns:x='urn:x'>1</x:P_2><P_2>2</P_2></Fa>",
        ("unknown_element", "Fa/P_2"),
    ),
    "element without namespace": (
        "<Fa><P_1>2026-02-04</P_1><N xmlns=''><M/></N></Fa>",
        ("unknown_element", "Fa/N"),
    ),
    "unknown attribute of an element with children": (
        "<Fa nowy='a&amp;&quot;b'><P_2>1</P_2></Fa>",
        ("unknown_attribute", "Fa"),
    ),
    "unknown attribute of a value": (
        "<Fa><P_2 nowy='1'>FV</P_2></Fa>",
        ("unknown_attribute", "Fa/P_2"),
    ),
    "unknown attribute of one of several values": (
        "<Fa><WZ>1</WZ><WZ a='1' b='&lt;&quot;'>2</WZ><P_3 c='x'/></Fa>",
        ("unknown_attribute", "Fa/WZ[2]"),
    ),
    "attribute of another namespace": (
        "<Fa xmlns:q='urn:q' q:a='1' q:b='2'><P_2 q:c='3' xml:lang='pl'>FV</P_2>"
        "<q:Nowe/></Fa>",
        ("unknown_attribute", "Fa/P_2"),
    ),
    "language of an element": (
        "<Fa xml:lang='pl'><P_2>FV</P_2></Fa>",
        ("unknown_attribute", "Fa"),
    ),
    "element inside a value": (
        "<Fa><P_2>F<b>V</b></P_2></Fa>",
        ("unknown_element", "Fa/P_2"),
    ),
    "second element where one is allowed": (
        "<Fa><P_2>1</P_2><P_2>2</P_2></Fa>",
        ("too_many", "Fa/P_2"),
    ),
    "text between elements": (
        "<Fa><P_1>2026-02-04</P_1>luzem &lt; tekst<P_2>1</P_2></Fa>",
        ("unexpected_text", "Fa"),
    ),
    "in a repeated row": (
        "<Fa><FaWiersz/><FaWiersz><P_7>a</P_7><X/></FaWiersz></Fa>",
        ("unknown_element", "Fa/FaWiersz[2]/X"),
    ),
    "after the form code": (
        "<Naglowek><KodFormularza kodSystemowy='FA (3)' wersjaSchemy='1-0E'>FA<x/>"
        "</KodFormularza></Naglowek>",
        ("unknown_element", "Naglowek/KodFormularza/x"),
    ),
}


@pytest.mark.parametrize("case", KEPT)
def test_what_the_schema_does_not_know_is_kept_in_place(case):
    inner, expected = KEPT[case]
    data = document(inner)
    invoice = parse(data)
    assert expected in reported(invoice)
    assert expected in [(p.code, p.path) for p in check(invoice)]
    assert canonical(build(invoice)) == canonical(data)
    assert parse(build(invoice)) == invoice


def test_element_in_the_wrong_place_is_read_and_reported():
    data = document("<Fa><P_2>FV</P_2><P_1>2026-02-04</P_1></Fa>")
    invoice = parse(data)
    assert (date(2026, 2, 4), "FV") == (invoice.Fa.P_1, invoice.Fa.P_2)
    assert ("order", "Fa/P_1") in reported(invoice)
    rebuilt = build(invoice)
    assert rebuilt.index(b"<P_1>") < rebuilt.index(b"<P_2>")


def test_namespaces_and_schema_hint_of_the_root_stay():
    root = (
        "xmlns:etd='urn:etd' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
        " xsi:schemaLocation='urn:a b.xsd'"
    )
    data = document("<Fa><P_2>1</P_2></Fa>", root)
    invoice = parse(data)
    assert canonical(build(invoice)) == canonical(data)
    (found,) = invoice.problems
    assert (found.code, found.severity) == ("unknown_attribute", "warning")


def test_prefixed_document_is_read_like_any_other():
    data = (
        f'<f:Faktura xmlns:f="{NAMESPACE_FA3}"><f:Fa><f:P_2>FV</f:P_2></f:Fa>'
        "</f:Faktura>"
    ).encode()
    invoice = parse(data)
    assert invoice.Fa.P_2 == "FV"
    assert invoice.problems == ()
    assert parse(build(invoice)) == invoice


def test_future_version_is_read_and_reported():
    future = "http://crd.gov.pl/wzor/2029/01/01/99999/"
    data = document("<Fa><P_2>FV</P_2><P_99>x</P_99></Fa><Nowosc/>", "", future)
    invoice = parse(data)
    assert invoice.Fa.P_2 == "FV"
    assert reported(invoice) == [
        ("unknown_schema", ""),
        ("unknown_element", "Fa/P_99"),
        ("unknown_element", "Nowosc"),
    ]
    assert canonical(build(invoice)) == canonical(data)
    codes = [problem.code for problem in check(invoice)]
    assert codes.count("unknown_schema") == 1


def test_hand_made_file_without_namespace_is_read():
    invoice = parse(b"<Faktura><Fa><P_2>FV</P_2></Fa></Faktura>")
    assert invoice.Fa.P_2 == "FV"
    assert ("unknown_schema", "") in reported(invoice)


def test_fa2_is_read_with_its_own_rules():
    invoice = full_invoice(Version.FA2)
    data = build(invoice)
    assert NAMESPACE_FA2.encode() in data
    assert b'kodSystemowy="FA (2)"' in data
    again = parse(data)
    assert again == invoice
    assert check(again) == []
    (due,) = again.Fa.Platnosc.TerminPlatnosci
    assert due.TerminOpis == "Zażółć"


def test_fa3_only_element_in_fa2_is_reported():
    inner = "<Podmiot2><JST>2</JST></Podmiot2>"
    invoice = parse(document(inner, "", NAMESPACE_FA2))
    assert invoice.Podmiot2.JST == 2
    found = [(p.code, p.path) for p in check(invoice)]
    assert ("unknown_element", "Podmiot2/JST") in found


def test_processing_instruction_is_reported():
    data = b"<?xml-stylesheet href='x'?>" + document("<Fa/>")
    assert ("processing_instruction", "") in reported(parse(data))


def test_value_with_an_unknown_attribute_is_read():
    invoice = parse(document("<Fa><P_2 nowy='1'>FV</P_2></Fa>"))
    assert invoice.Fa.P_2 == "FV"


def test_schema_hint_on_any_element_is_harmless():
    hint = (
        "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
        " xsi:noNamespaceSchemaLocation='b.xsd'"
    )
    data = document(f"<Fa {hint}><P_2 {hint}>FV</P_2></Fa>")
    invoice = parse(data)
    assert {one.severity for one in invoice.problems} == {"warning"}
    assert canonical(build(invoice)) == canonical(data)


def test_instruction_does_not_cut_values():
    invoice = parse(document("<Fa><P_2>FV<?a b?>/1</P_2></Fa>"))
    assert invoice.Fa.P_2 == "FV/1"
    assert reported(invoice) == [("processing_instruction", "")]


def test_comments_do_not_cut_values():
    invoice = parse(document("<Fa><P_2>FV<!-- a -->/1<![CDATA[&]]></P_2></Fa>"))
    assert invoice.Fa.P_2 == "FV/1&"
    assert invoice.problems == ()


@pytest.mark.parametrize(
    "data",
    [
        b"<Inne/>",
        b"<Faktura><Naglowek><KodFormularza>FA_RR</KodFormularza></Naglowek></Faktura>",
        b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>",
    ],
)
def test_another_kind_of_document_is_refused(data):
    with pytest.raises(Fa3Error) as caught:
        parse(data)
    assert caught.value.code == "not_fa"

"""The last net: the official schema with our own base types."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from fa3_helpers import BASE_TYPES, SAMPLES, XSD, full_invoice, needs_xsd
from lxml import etree

from ksef.errors import Fa3Error
from ksef.fa3 import build
from ksef.fa3.plans import Version
from ksef.fa3.schema import base_types, validate

FA3 = XSD[Version.FA3]


def with_number(text):
    """Return a valid document with another invoice number."""
    invoice = full_invoice()
    return build(replace(invoice, Fa=replace(invoice.Fa, P_2=text)))


@needs_xsd
@pytest.mark.parametrize("version", Version, ids=lambda one: one.name)
@pytest.mark.parametrize("base", [None, BASE_TYPES], ids=["ours", "official"])
def test_full_document_is_valid_with_both_base_types(version, base):
    assert validate(build(full_invoice(version)), XSD[version], base) == []


@needs_xsd
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_official_sample_passes_with_our_base_types(path):
    assert validate(path.read_bytes(), FA3) == []


@needs_xsd
def test_complaint_names_place_and_rule():
    (found,) = validate(with_number("x" * 300), FA3)
    assert (found.code, found.path) == ("schema", "Fa/P_2")
    assert "too long" in found.message
    assert "300" in found.value


@needs_xsd
def test_complaint_about_a_row_has_its_number():
    invoice = full_invoice()
    row = invoice.Fa.FaWiersz[0]
    rows = (row, replace(row, P_12="21"))
    data = build(replace(invoice, Fa=replace(invoice.Fa, FaWiersz=rows)))
    (found,) = validate(data, FA3)
    assert found.path == "Fa/FaWiersz[2]/P_12"


@needs_xsd
def test_complaint_about_a_document_with_prefixes_names_the_place():
    data = with_number("x" * 300)
    root = etree.fromstring(data)
    namespace = root.nsmap[None]
    text = data.decode().replace("</", "</t:").replace("<", "<t:")
    text = text.replace("<t:/t:", "</t:").replace("<t:?", "<?")
    text = text.replace("xmlns=", "xmlns:t=")
    assert etree.fromstring(text.encode()).nsmap == {"t": namespace}
    (found,) = validate(text.encode(), FA3)
    assert (found.code, found.path) == ("schema", "Fa/P_2")


@needs_xsd
def test_complaint_about_a_prefix_with_two_meanings_has_no_place():
    text = with_number("FV").decode()
    text = text.replace("<P_2>", '<q:A xmlns:q="urn:a"/><q:B xmlns:q="urn:b"/><P_2>')
    found = validate(text.encode(), FA3)
    assert [one.code for one in found] == ["schema"]


BASE_CASES = [
    *(("NIP", "5260250274"), ("NIP", "1000000000"), ("NIP", " 5260250274")),
    *(("KodKraju", "PL"), ("KodKraju", "EL"), ("Email", "a@b"), ("Email", "ab")),
    *(("P_1", "2026-02-30"), ("P_1", "2026-02-04Z"), ("KRS", "123"), ("FP", "2")),
    *(("REGON", "12345678901234"), ("REGON", "1234567890"), ("P_16", "3")),
    *(("StopkaFaktury", ""), ("StopkaFaktury", "x" * 3501), ("NrWiersza", "0")),
    *(("DataWytworzeniaFa", "2026-02-04"), ("NrWierszaFa", "1" * 15)),
]


@needs_xsd
@pytest.mark.parametrize(("name", "text"), BASE_CASES)
def test_our_base_types_judge_like_the_official_ones(name, text):
    root = etree.fromstring(build(full_invoice()))
    next(root.iter("{*}" + name)).text = text
    data = etree.tostring(root)
    ours = [one.path for one in validate(data, FA3)]
    assert ours == [one.path for one in validate(data, FA3, BASE_TYPES)]


@needs_xsd
def test_changed_schema_file_is_compiled_again(tmp_path):
    copied = tmp_path / "schema.xsd"
    shutil.copyfile(FA3, copied)
    assert validate(build(full_invoice()), copied) == []
    text = copied.read_text("utf-8").replace('value="FA (3)"', 'value="FA (4)"')
    copied.write_text(text.replace('fixed="FA (3)"', 'fixed="FA (4)"'), "utf-8")
    assert validate(build(full_invoice()), copied)


def test_base_types_are_a_schema_of_their_own():
    etree.XMLSchema(etree.fromstring(base_types()))


@pytest.mark.parametrize("content", [None, "", "<a/>", "no xml"])
def test_unusable_schema_file_is_said(tmp_path, content):
    path = tmp_path / "schema.xsd"
    if content is not None:
        path.write_text(content)
    with pytest.raises(Fa3Error) as caught:
        validate(build(full_invoice()), path)
    assert caught.value.code == "schema_unusable"


def test_document_that_is_no_xml_is_said(tmp_path):
    with pytest.raises(Fa3Error) as caught:
        validate(b"<a>", tmp_path / "unused.xsd")
    assert caught.value.code == "not_xml"

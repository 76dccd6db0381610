"""What is read is what is written, and the other way round."""

from __future__ import annotations

import copy
import pickle
from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from fa3_helpers import SAMPLES, canonical, full_invoice, needs_samples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ksef.fa3 import build, check, model, parse
from ksef.fa3.codes import NAMESPACE_FA3
from ksef.fa3.facets import Form
from ksef.fa3.plans import Version, specs
from ksef.fa3.structure import Role

ALTERNATIVES = (
    *("OkresFa", "KodUE", "NrID", "BrakID", "RolaInna", "P_19N", "P_19B", "P_22N"),
    *("P_22C", "P_22D", "P_PMarzyN", "NrKSeFN", "NrKSeFFaZaliczkowej"),
    *("DoRozliczenia", "ZnacznikZaplatyCzesciowej", "PlatnoscInna", "TransportInny"),
    *("LadunekInny",),
)


@needs_samples
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_official_sample_comes_back_canonically_equal(path):
    data = path.read_bytes()
    invoice = parse(data)
    assert invoice.problems == ()
    assert check(invoice) == []
    assert canonical(build(invoice)) == canonical(data)
    assert parse(build(invoice)) == invoice


@pytest.mark.parametrize("version", Version, ids=lambda one: one.name)
@pytest.mark.parametrize("alternative", ["", *ALTERNATIVES])
def test_document_with_every_element_comes_back(version, alternative):
    invoice = full_invoice(version, (alternative,))
    data = build(invoice)
    assert parse(data) == invoice
    assert parse(data).problems == ()
    assert build(parse(data)) == data


# A property over the whole model: any subset of fields, any values.

TEXTS = st.text(
    st.characters(
        codec="utf-8",
        exclude_categories=["Cs", "Cc"],
        exclude_characters="\ufffe\uffff",
    )
    | st.sampled_from("\t\n\r &<>\"'"),
    max_size=12,
)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=None).filter(
    lambda number: -20 < number.as_tuple().exponent < 20
)
ZONES = st.integers(-14 * 60, 14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)
VALUES = {
    Form.TEXT: TEXTS,
    Form.AMOUNT: DECIMALS,
    Form.NUMBER: DECIMALS,
    Form.INTEGER: st.integers(-(10**20), 10**20),
    Form.FLAG: st.just(True),
    Form.DATE: st.dates(),
    Form.MOMENT: st.datetimes(timezones=ZONES),
}


@st.composite
def nodes(draw, cls, version=Version.FA3):
    """Draw a value of a class of the model with a few of its fields."""
    described = specs(cls, version)
    elements = [n for n in described if described[n].role is Role.ELEMENT]
    names = st.sampled_from(elements or ["none"])
    chosen = draw(st.sets(names, max_size=5))
    values = {}
    for name in described:
        spec = described[name]
        simple = not isinstance(spec.type, type)
        if name not in chosen and spec.role is Role.ELEMENT:
            values[name] = () if spec.repeated else None
            continue
        one = VALUES[spec.type.form] if simple else nodes(spec.type, version)
        if spec.repeated:
            values[name] = tuple(draw(st.lists(one, min_size=1, max_size=2)))
        else:
            values[name] = draw(one)
    return cls(**values)


def _parents():
    """Find for every class of the model where it may stand: (class, field)."""
    found, queue = {model.Invoice: None}, [model.Invoice]
    for cls in queue:
        for name, spec in specs(cls, Version.FA3).items():
            if isinstance(spec.type, type) and spec.type not in found:
                found[spec.type] = (cls, name)
                queue.append(spec.type)
    return found


PARENTS = _parents()


def embedded(node):
    """Wrap a value of any class into a document."""
    while type(node) is not model.Invoice:
        cls, name = PARENTS[type(node)]
        repeated = specs(cls, Version.FA3)[name].repeated
        node = cls(**{name: (node,) if repeated else node})
    return node


ANYWHERE = st.sampled_from(list(PARENTS)).flatmap(nodes).map(embedded)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANYWHERE)
def test_any_model_is_read_back_equal(invoice):
    assert parse(build(invoice)) == invoice


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(nodes(model.Invoice, Version.FA2))
def test_any_model_of_fa2_is_read_back_equal(invoice):
    invoice = replace(invoice, namespace=Version.FA2.value)
    assert parse(build(invoice)) == invoice


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(ANYWHERE)
def test_check_never_raises_whatever_the_values(invoice):
    for found in check(invoice):
        assert found.code and found.message and found.severity == "error"


def test_property_reaches_every_class_of_the_model():
    helpers = {"Extra", "Node"}
    assert {cls.__name__ for cls in PARENTS} == set(model.__all__) - helpers


# A value may be written in more than one way; the file's own way stays.

OWN_WAYS = [
    ("P_15", "31.5", Decimal("31.5")),
    ("P_15", "7", Decimal(7)),
    ("P_15", "-0.00", Decimal(0)),
    ("P_15", " 5.00 ", Decimal(5)),
    ("P_1", "\n2026-02-04 ", date(2026, 2, 4)),
    ("TypKorekty", "01", 1),
    ("FP", "+1", True),
    ("KursWalutyZ", "4.200000", Decimal("4.2")),
]


def document(inner):
    """Wrap elements of Fa into a document."""
    text = f'<Faktura xmlns="{NAMESPACE_FA3}"><Fa>{inner}</Fa></Faktura>'
    return text.encode()


@pytest.mark.parametrize(("name", "text", "value"), OWN_WAYS)
def test_value_written_in_its_own_way_stays_as_it_was(name, text, value):
    data = document(f"<{name}>{text}</{name}>")
    invoice = parse(data)
    assert getattr(invoice.Fa, name) == value
    assert canonical(build(invoice)) == canonical(data)
    assert not [p for p in check(invoice) if p.path == f"Fa/{name}"]


@pytest.mark.parametrize(("name", "text", "value"), OWN_WAYS)
def test_own_way_survives_copy_and_pickle(name, text, value):
    invoice = parse(document(f"<{name}>{text}</{name}>"))
    for twin in (copy.deepcopy(invoice), pickle.loads(pickle.dumps(invoice))):
        assert build(twin) == build(invoice)
        assert twin == invoice


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-04T10:30:00Z", datetime(2026, 2, 4, 10, 30, tzinfo=timezone.utc)),
        ("2026-02-04T10:30:00", datetime(2026, 2, 4, 10, 30)),
        (
            "2026-02-04T10:30:00.1234567+01:00",
            datetime(2026, 2, 4, 9, 30, 0, 123456, tzinfo=timezone.utc),
        ),
        ("2026-02-04T24:00:00Z", datetime(2026, 2, 5, tzinfo=timezone.utc)),
        (
            "2026-02-04T10:30:00+00:00",
            datetime(2026, 2, 4, 10, 30, tzinfo=timezone.utc),
        ),
    ],
)
def test_moment_keeps_zone_and_fraction(text, moment):
    data = document("").replace(
        b"<Fa>",
        f"<Naglowek><DataWytworzeniaFa>{text}</DataWytworzeniaFa></Naglowek>"
        "<Fa>".encode(),
    )
    invoice = parse(data)
    assert invoice.Naglowek.DataWytworzeniaFa == moment
    assert canonical(build(invoice)) == canonical(data)
    assert build(copy.deepcopy(invoice)) == build(invoice)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("P_15", "12,50"),
        ("P_15", "1e3"),
        ("P_15", "1_000"),
        ("P_1", "04.02.2026"),
        ("P_1", "2026-02-30"),
        ("TypKorekty", "jeden"),
        ("FP", "tak"),
        ("FP", ""),
    ],
)
def test_value_that_is_none_stays_the_text_and_is_reported(name, text):
    data = document(f"<{name}>{text}</{name}>")
    invoice = parse(data)
    assert getattr(invoice.Fa, name) == text
    assert canonical(build(invoice)) == canonical(data)
    assert f"Fa/{name}" in [problem.path for problem in check(invoice)]


def test_absent_elements_do_not_get_the_defaults_of_a_new_invoice():
    invoice = parse(document("").replace(b"<Fa>", b"<Naglowek/><Fa>"))
    assert invoice.Naglowek.KodFormularza is None
    assert invoice.Naglowek.WariantFormularza is None
    assert b"<Naglowek></Naglowek>" in build(invoice)


def test_fields_that_are_no_elements_are_lower_case():
    own = {f.name for f in fields(model.Invoice)} - set(
        specs(model.Invoice, Version.FA3)
    )
    assert own == {"extra", "namespace", "declarations", "problems"}

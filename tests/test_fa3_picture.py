"""The picture of a structured invoice: complete, safe, in both languages."""

from dataclasses import replace
from datetime import date, datetime, timezone
from decimal import Decimal
from itertools import count

from lxml import html

from odoo.tests import tagged

from ..ksef.fa3 import build, model, parse
from ..ksef.fa3.facets import Form
from ..ksef.fa3.plans import Version, plan
from ..ksef.fa3.structure import Extra
from ..models.picture.fa3_label_codes import CODES
from ..models.picture.fa3_labels import LABELS
from ..models.picture.fa3_picture import Known, ToMend
from .fa3_import_common import (
    KSEF_NUMBER,
    SAMPLES,
    Fa3ImportCommon,
    document,
    row,
    seller,
)
from .test_fa3_import_files import FOLDER

#: written nowhere: attributes and marks that only steer the picture.
_SILENT = {"Typ", "kodSystemowy", "wersjaSchemy"} | {
    *("Kol", "DaneIdentyfikacyjne", "PMarzy", "Zwolnienie"),
}
#: keys of rows for programs; a person tells rows by their numbers.
_KEYS = {"UU_ID", "UU_IDZ"}


class _Everything:
    """Builds a document with every element, each value its own.

    :ivar texts: (name, value as the picture must show it in ``lang``)
    """

    def __init__(self, lang="en_US"):
        self.is_polish = lang == "pl_PL"
        self.number = count(1001)
        self.texts = []

    def node(self, cls):
        compiled = plan(cls, Version.FA3)
        values = {item.name: self.value(cls, item) for item in compiled.items}
        return cls(**values)

    def value(self, cls, item):
        kind = cls.__dataclass_fields__[item.name].metadata["spec"].type
        made = self.node(item.plan.cls) if item.plan else self.leaf(item.name, kind)
        return (made,) if item.repeated else made

    def leaf(self, name, kind):
        number = next(self.number)
        if kind.choices:
            first = kind.choices[0]
            return first if kind.form is Form.TEXT else int(first)
        if kind.form is Form.TEXT:
            self.texts.append((name, f"{name}-{number}"))
            return f"{name}-{number}"
        if kind.form in (Form.AMOUNT, Form.NUMBER):
            shown = f"{number:,}.25"
            if self.is_polish:
                shown = shown.replace(",", " ").replace(".", ",")
            self.texts.append((name, shown))
            return Decimal(f"{number}.25")
        if kind.form is Form.DATE:
            return self.day(name, number)
        if kind.form is Form.MOMENT:
            return datetime.combine(
                self.day(name, number), datetime.min.time(), timezone.utc
            )
        self.texts.append((name, str(number)))
        return number

    def day(self, name, number):
        day = date.fromordinal(date(2020, 1, 1).toordinal() + number)
        form = "%d.%m.%Y" if self.is_polish else "%m/%d/%Y"
        self.texts.append((name, day.strftime(form)))
        return day


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Picture(Fa3ImportCommon):
    def drawn(self, invoice, known=None, lang="en_US"):
        """Return the picture as one text, white space made plain."""
        pictures = self.env["l10n_pl_ksef.picture"].with_context(lang=lang)
        page = str(pictures._html(invoice, known or Known()))
        tree = html.fromstring(page.replace("<!DOCTYPE html>", ""))
        for style in tree.iter("style"):
            style.text = ""
        return " ".join(tree.text_content().split())

    def test_every_element_is_shown(self):
        self.system["res.lang"]._activate_lang("pl_PL")
        for lang in ("en_US", "pl_PL"):
            with self.subTest(lang):
                everything = _Everything(lang)
                invoice = everything.node(model.Invoice)
                text = self.drawn(invoice, lang=lang).replace("\u00a0", " ")
                missing = {
                    name for name, shown in everything.texts if shown not in text
                }
                self.assertEqual(missing, _KEYS)
                self.assertGreater(len(everything.texts), 200)

    def test_every_file_loses_no_value(self):
        for path in sorted(FOLDER.glob("*.xml")):
            with self.subTest(path.name):
                invoice = parse(path.read_bytes())
                if len(invoice.Fa.FaWiersz) > 100:
                    continue
                text = self.drawn(invoice)
                for value in _texts(invoice):
                    self.assertIn(" ".join(value.split()), text)

    def test_tables_of_the_attachment_are_tables(self):
        xml = (FOLDER / "i23_attachment.xml").read_bytes()
        page = str(self.env["l10n_pl_ksef.picture"]._html(parse(xml), Known()))
        tree = html.fromstring(page.replace("<!DOCTYPE html>", ""))
        tables = [
            [[" ".join(cell.text_content().split()) for cell in one] for one in rows]
            for rows in (table.xpath(".//tr") for table in tree.iter("table"))
        ]
        (energy,) = [one for one in tables if one[0][0] == "Strefa"]
        self.assertEqual(
            energy,
            [
                ["Strefa", "Data odczytu", "kWh", "Kwota netto"],
                ["Całodobowa", "2026-03-31", "45.5", "18.00"],
                ["Nocna", "2026-03-31", "", "0.00"],
                ["Razem", "", "45.5", "18.00"],
            ],
        )
        (costs,) = [one for one in tables if one[0][0] == "Składnik"]
        self.assertEqual(costs[1], ["Opłata stała", "1", "25.60"])
        text = " ".join(tree.text_content().split())
        for words in ("Odczyt rzeczywisty.", "Następny odczyt w czerwcu.", "98765"):
            self.assertIn(words, text)

    def test_moment_of_the_number_is_that_of_poland(self):
        pictures = self.env["l10n_pl_ksef.picture"]
        moment = datetime(2026, 4, 15, 22, 30)
        known = pictures._known_by_link("", KSEF_NUMBER, moment)
        self.assertIn("04/16/2026 12:30:00 AM CEST", self.drawn(document(), known))

    def test_structure_is_named_once(self):
        text = self.drawn(self.simple())
        self.assertIn("FA (3) 1-0E", text)
        self.assertNotIn("FA FA", text)

    def test_every_element_has_a_label(self):
        def names(compiled, seen):
            for item in (*compiled.items, *compiled.attributes):
                yield item.name
                if item.plan and item.plan.cls not in seen:
                    seen.add(item.plan.cls)
                    yield from names(item.plan, seen)

        found = set(names(plan(model.Invoice, Version.FA3), set()))
        taxes = {n for n in found if n.startswith("P_14_")}
        self.assertEqual(found - set(LABELS) - _SILENT - taxes, set())

    def test_every_code_has_a_meaning(self):
        for cls_name, field in (
            ("Podmiot3", "Rola"),
            ("PodmiotUpowazniony", "RolaPU"),
            ("Podmiot1", "StatusInfoPodatnika"),
            ("Fa", "TypKorekty"),
            ("Fa", "RodzajFaktury"),
            ("FaWiersz", "Procedura"),
            ("Platnosc", "FormaPlatnosci"),
            ("TRachunekBankowy", "RachunekWlasnyBanku"),
            ("Transport", "RodzajTransportu"),
            ("Transport", "OpisLadunku"),
        ):
            with self.subTest(field=field):
                spec = getattr(model, cls_name).__dataclass_fields__[field]
                choices = {str(c) for c in spec.metadata["spec"].type.choices}
                self.assertEqual({str(code) for code in CODES[field]}, choices)

    def test_official_samples_lose_no_value(self):
        if not SAMPLES.exists():
            self.skipTest("the folder with the official samples is missing")
        for path in sorted(SAMPLES.glob("*.xml")):
            with self.subTest(path.name):
                invoice = parse(path.read_bytes())
                text = self.drawn(invoice)
                for value in _texts(invoice):
                    self.assertIn(" ".join(value.split()), text)

    def test_html_in_a_name_is_escaped(self):
        hostile = '<script>alert("x")</script>'
        invoice = document(
            row(P_7=hostile, P_11="1", P_12="23"),
            invoice={"Podmiot1": seller(name=hostile)},
        )
        page = str(self.env["l10n_pl_ksef.picture"]._html(invoice, Known()))
        self.assertNotIn(hostile, page)
        self.assertIn("&lt;script&gt;", page)

    def test_link_to_payment_that_is_no_web_address_is_no_link(self):
        invoice = document(
            Platnosc=model.Platnosc(LinkDoPlatnosci="javascript:alert(1)")
        )
        page = str(self.env["l10n_pl_ksef.picture"]._html(invoice, Known()))
        self.assertNotIn("href", page)

    def test_polish_numbers_and_dates(self):
        self.system["res.lang"]._activate_lang("pl_PL")
        invoice = document(row(P_7="Deska", P_8B="1234.5", P_11="98765.40", P_12="23"))
        text = self.drawn(invoice, lang="pl_PL").replace("\u00a0", " ")
        self.assertIn("98 765,40", text)
        self.assertIn("1 234,5", text)

    def test_ksef_number_and_code_lead_to_the_ministry(self):
        self.company.sudo().l10n_pl_ksef_environment = "test"
        invoice = document(row(P_7="Deska", P_11="1", P_12="23"))
        pictures = self.env["l10n_pl_ksef.picture"]
        known = pictures._known(self.company, invoice, build(invoice), KSEF_NUMBER)
        page = str(pictures._html(invoice, known))
        self.assertEqual(page.count(KSEF_NUMBER), 2, "in the head and below the code")
        self.assertIn("/invoice/9999999999/15-04-2026/", known.link)
        self.assertIn(f'href="{known.link}"', page)
        self.assertIn("data:image/png;base64,", page)

    def test_file_without_number_has_no_code(self):
        invoice = document(row(P_7="Deska", P_11="1", P_12="23"))
        known = self.env["l10n_pl_ksef.picture"]._known(
            self.company, invoice, build(invoice)
        )
        self.assertFalse(known.qr)

    def test_unknown_element_is_shown(self):
        invoice = document(row(P_7="Deska", P_11="1", P_12="23"))
        extra = Extra(0, "<Nowość>wartość</Nowość>")
        invoice = replace(invoice, Fa=replace(invoice.Fa, extra=(extra,)))
        self.assertIn("<Nowość>wartość</Nowość>", self.drawn(invoice))

    def test_row_before_the_correction_is_marked(self):
        invoice = document(
            row(P_7="Deska", P_11="10", P_12="23", StanPrzed=True),
            row(P_7="Deska", P_11="8", P_12="23"),
            RodzajFaktury="KOR",
        )
        page = str(self.env["l10n_pl_ksef.picture"]._html(invoice, Known()))
        self.assertEqual(page.count('class="ksef-former"'), 1)

    def test_unreadable_values_are_shown_as_they_are(self):
        broken = build(document(row(P_7="Deska", P_11="1", P_12="23"))).replace(
            b"<P_11>1.00</P_11>", b"<P_11>a lot</P_11>"
        )
        self.assertIn("a lot", self.drawn(parse(broken)))

    def test_problems_stand_above_the_draft(self):
        problem = ToMend("error", "x", "Something is missing.", "", 0, "")
        text = self.drawn(document(), Known(problems=[problem]))
        self.assertIn("Draft", text)
        self.assertIn("Something is missing.", text)


def _texts(node):
    """Return every text of a document that is no code."""
    for item in plan(type(node), Version.FA3).items:
        value = getattr(node, item.name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, model.Node):
                yield from _texts(one)
            elif isinstance(one, str) and item.name not in {*CODES, *_KEYS}:
                yield one

"""The template is up to date, the Polish texts are complete, and people see them."""

import ast
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import polib
from lxml import etree

from odoo import SUPERUSER_ID
from odoo.tests import TransactionCase, tagged
from odoo.tools.translate import trans_export

from ..models.common.shown import shown
from .sending_common import SendingCommon

MODULE = "l10n_pl_ksef"
ROOT = Path(__file__).resolve().parents[1]
TRANSLATIONS = ROOT / "i18n"

_PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdif%]")
_TAG = re.compile(r"<(\w+)")


def catalog(name):
    return polib.pofile(str(TRANSLATIONS / name))


def exported(env):
    """Return what Odoo's own export gives as the template now."""
    buffer = io.BytesIO()
    trans_export(False, [MODULE], buffer, "po", env)
    return polib.pofile(buffer.getvalue().decode())


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTranslations(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.polish = catalog("pl.po")

    def assert_none(self, texts, words):
        self.assertFalse(list(texts), words)

    def test_template_holds_the_texts_of_the_source(self):
        fresh = {entry.msgid for entry in exported(self.env)}
        kept = {entry.msgid for entry in catalog(f"{MODULE}.pot")}

        self.assert_none(sorted(fresh - kept), "new texts: run dev/pot")
        self.assert_none(sorted(kept - fresh), "texts that are gone: run dev/pot")

    def test_polish_has_the_texts_of_the_template(self):
        self.assertEqual(
            {entry.msgid for entry in self.polish},
            {entry.msgid for entry in catalog(f"{MODULE}.pot")},
        )

    def test_every_text_has_a_polish_one(self):
        empty = (entry.msgid for entry in self.polish if not entry.msgstr.strip())

        self.assert_none(empty, "without a translation")

    def test_no_translation_is_fuzzy_or_left_over(self):
        fuzzy = (entry.msgid for entry in self.polish if entry.fuzzy or entry.obsolete)

        self.assert_none(fuzzy, "fuzzy or left over")

    def test_no_text_stands_twice(self):
        counted = Counter((entry.msgid, entry.msgctxt) for entry in self.polish)

        self.assert_none((key for key, n in counted.items() if n > 1), "twice")

    def test_placeholders_are_those_of_the_source(self):
        wrong = (
            entry.msgid
            for entry in self.polish
            if Counter(_PLACEHOLDER.findall(entry.msgid))
            != Counter(_PLACEHOLDER.findall(entry.msgstr))
        )

        self.assert_none(wrong, "other placeholders")

    def test_markup_is_that_of_the_source_and_well_formed(self):
        for entry in self.polish:
            if not _TAG.search(entry.msgid):
                continue
            with self.subTest(text=entry.msgid):
                self.assertEqual(
                    Counter(_TAG.findall(entry.msgid)),
                    Counter(_TAG.findall(entry.msgstr)),
                )
                etree.fromstring(f"<div>{entry.msgstr}</div>")

    def test_sentences_end_as_their_source_does(self):
        """A colon or full stop that is lost glues a text to what follows it."""
        wrong = (
            entry.msgid
            for entry in self.polish
            if entry.msgid.endswith((".", ":", "?", "!"))
            and entry.msgstr[-1:] != entry.msgid[-1]
        )

        self.assert_none(wrong, "another end")

    def test_source_language_has_no_file(self):
        names = {path.name for path in TRANSLATIONS.iterdir()}

        self.assertEqual(names, {f"{MODULE}.pot", "pl.po"})

    def test_texts_are_marked_by_names_that_the_export_knows(self):
        """Odoo's export reads ``_(...)`` and ``_lt(...)`` and no other name."""
        for path in (*ROOT.glob("models/*.py"), *ROOT.glob("wizards/*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Assign):
                    continue
                name, value = ast.unparse(node.targets[0]), ast.unparse(node.value)
                if value.endswith("env._"):
                    self.assertEqual(name, "_", f"{path.name}:{node.lineno}")
                if value.startswith("LazyTranslate("):
                    self.assertEqual(name, "_lt", f"{path.name}:{node.lineno}")

    def test_polish_reaches_fields_views_and_messages(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        self.env["ir.module.module"]._load_module_terms([MODULE], ["pl_PL"])
        polish = self.env(context={"lang": "pl_PL"})

        fields = polish["res.company"].fields_get(["l10n_pl_ksef_state"])
        states = dict(fields["l10n_pl_ksef_state"]["selection"])
        self.assertEqual(states["connected"], "Połączone")
        self.assertEqual(states["attention"], "Wymaga uwagi")
        arch = polish["l10n_pl_ksef.connect"].get_view(view_type="form")["arch"]
        self.assertIn("Etap 1 z 2: certyfikat uwierzytelniający", arch)
        self.assertIn("Autoryzacja zakończona pomyślnie!", arch)
        for label in ("Dalej", "Przejdź do certyfikatu offline", "Zapisz certyfikaty"):
            self.assertIn(f'string="{label}"', arch)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPolishReaders(SendingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.system["res.lang"]._activate_lang("pl_PL")
        cls.system["ir.module.module"]._load_module_terms([MODULE], ["pl_PL"])
        cls.system.company.partner_id.lang = "en_US"
        cls.accountant.lang = "pl_PL"
        cls.env = cls.env(context={**cls.env.context, "lang": "pl_PL"})

    def test_history_is_told_in_the_language_of_who_sent(self):
        move = self.invoice()

        self.send(move)

        told = " ".join(move.message_ids.mapped("body"))
        self.assertIn(f"KSeF przyjął fakturę: {move.l10n_pl_ksef_number}", told)

    def test_history_of_what_the_system_sent_is_in_the_company_language(self):
        move = self.invoice()

        self.send(move.with_user(SUPERUSER_ID))

        told = " ".join(move.message_ids.mapped("body"))
        self.assertIn(f"KSeF accepted the invoice: {move.l10n_pl_ksef_number}", told)

    def test_days_and_amounts_in_a_sentence_are_written_as_in_polish(self):
        values = {"day": date(2026, 3, 1), "sum": Decimal("1234.5"), "name": "FV/1"}

        self.assertEqual(
            shown(self.env, values),
            {"day": "01.03.2026", "sum": "1234,50", "name": "FV/1"},
        )

"""What is wrong with a file is said in the reader's language, whoever found it."""

import string

from odoo.tests import tagged

from ..ksef.fa3.problems import MESSAGES, problem
from ..models.common.fa3_sentences import SENTENCES, fa3_sentence
from .common import KsefCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Sentences(KsefCommon):
    def sentences(self, lang):
        env = self.env(context={"lang": lang})
        return {code: fa3_sentence(env, self.found(code)) for code in MESSAGES}

    def found(self, code):
        """Return a problem of ``code`` that names a number for each of its facts."""
        names = (name for _, name, _, _ in string.Formatter().parse(MESSAGES[code]))
        return problem(code, **{name: 7 for name in names if name})

    def test_each_code_has_the_sentence_of_the_structure(self):
        self.assertEqual(set(SENTENCES), set(MESSAGES))
        told = {code: self.found(code).message for code in MESSAGES}
        self.assertEqual(self.sentences("en_US"), told)

    def test_each_sentence_is_polish_for_a_pole(self):
        self.system["res.lang"]._activate_lang("pl_PL")
        polish, english = self.sentences("pl_PL"), self.sentences("en_US")
        same = [code for code in MESSAGES if polish[code] == english[code]]
        self.assertFalse(same)
        self.assertIn("7", polish["too_long"])

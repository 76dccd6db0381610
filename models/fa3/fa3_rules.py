"""Our own rules, checked before a document is built: an accountant's words.

KSeF checks the schema and no sense at all, so what is wrong here would become law.
A rule is a row: code, level, sentence, and a function that yields what breaks it. The
tables live in ``fa3_rules_*``; other add-ons extend ``_l10n_pl_ksef_fa3_rules``.
"""

from ..common.fa3_rule import ERROR, WARNING, Problem
from . import (
    fa3_rules_advance,
    fa3_rules_amounts,
    fa3_rules_correction,
    fa3_rules_document,
    fa3_rules_parties,
    fa3_rules_rows,
    fa3_rules_settlement,
    fa3_rules_terms,
)

__all__ = ["ERROR", "RULES", "WARNING", "Problem", "run_rules"]

#: Rules that say whether the move is ours to send at all; the others presume it.
GATE = fa3_rules_document.GATE
RULES = (
    *fa3_rules_document.RULES,
    *fa3_rules_correction.RULES,
    *fa3_rules_advance.RULES,
    *fa3_rules_parties.RULES,
    *fa3_rules_rows.RULES,
    *fa3_rules_amounts.RULES,
    *fa3_rules_settlement.RULES,
    *fa3_rules_terms.RULES,
)


def run_rules(env, source, rules):
    """Return the problems of a source, in the order of the tables.

    :param env: environment of the user, who reads the sentences
    :param rules: rules of a document; left alone when the gate is shut
    :return: list of ``Problem``
    """
    return _broken(env, source, GATE) or _broken(env, source, rules)


def _broken(env, source, rules):
    return [problem for rule in rules for problem in rule.problems(env, source)]

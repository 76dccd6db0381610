"""From posted invoices to FA(3) files: the one entry is ``_l10n_pl_ksef_prepare``.

A move is read once (``fa3_source``), checked by our rules (``fa3_rules``), turned into
the document model block by block (``account_move_fa3_*``), checked against the
structure (``ksef.fa3``) and at last against the official schema.
"""

from typing import NamedTuple

from odoo import api, models

from ...ksef.fa3 import model
from .fa3_checks import check_document
from .fa3_facts import Facts
from .fa3_parts import remember_empty_lists
from .fa3_reads import read_ahead_of_moves
from .fa3_rules import ERROR, RULES, Problem, run_rules
from .fa3_source import Source

DOCUMENT_LANGUAGE = "pl_PL"


class Prepared(NamedTuple):
    """What became of a move: the file, or the errors that stand against it.

    :ivar xml: the FA(3) file; ``None`` when ``problems`` holds an error
    :ivar problems: errors and warnings, in the user's language
    """

    xml: bytes | None
    problems: tuple[Problem, ...]

    @property
    def errors(self):
        """What stands against the file, without the warnings."""
        return tuple(one for one in self.problems if one.level == ERROR)


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def _l10n_pl_ksef_prepare(self):
        """Build the FA(3) file of every move of ``self``.

        Nothing is written; each call stamps a new time of creation, so whoever sends
        keeps the bytes.

        :return: ``{move: Prepared}`` in the order of ``self``
        """
        facts = Facts()
        readers = self._l10n_pl_ksef_readers()
        return {
            move: move._l10n_pl_ksef_prepare_one(Source(readers[move.id], facts))
            for move in self
        }

    def _l10n_pl_ksef_prepare_one(self, source):
        problems = run_rules(self.env, source, self._l10n_pl_ksef_fa3_rules())
        if any(problem.level == ERROR for problem in problems):
            return Prepared(None, tuple(problems))
        invoice = source.move._l10n_pl_ksef_fa3_invoice(source)
        xml, found = check_document(self.env, source, invoice)
        return Prepared(xml, (*problems, *found))

    def _l10n_pl_ksef_fa3_rules(self):
        """Return the rules that a document must keep (``fa3_rule.Rule``)."""
        return RULES

    def _l10n_pl_ksef_readers(self):
        """Return the moves by id as documents read them: all rights, Polish."""
        installed = self.env["res.lang"]._get_data(code=DOCUMENT_LANGUAGE)
        moves = self.sudo().with_context(
            lang=DOCUMENT_LANGUAGE if installed else "en_US"
        )
        read_ahead_of_moves(moves)
        remember_empty_lists(moves)
        return {
            move.id: move
            for company, group in moves.grouped("company_id").items()
            for move in group.with_prefetch(moves.ids).with_company(company)
        }

    def _l10n_pl_ksef_fa3_invoice(self, source):
        """Return the document of a move that passed the rules.

        :param source: ``Source`` of ``self``, which is its ``move``
        :return: ``ksef.fa3.model.Invoice``; extend it with ``dataclasses.replace``
        """
        self.ensure_one()
        return model.Invoice(
            Naglowek=self._l10n_pl_ksef_fa3_header(source),
            Podmiot1=self._l10n_pl_ksef_fa3_seller(source),
            Podmiot2=self._l10n_pl_ksef_fa3_buyer(source),
            Podmiot3=self._l10n_pl_ksef_fa3_third_parties(source),
            PodmiotUpowazniony=self._l10n_pl_ksef_fa3_authorised(source),
            Fa=model.Fa(**self._l10n_pl_ksef_fa3_values(source)),
            Stopka=self._l10n_pl_ksef_fa3_footer(source),
            Zalacznik=self._l10n_pl_ksef_fa3_attachment(source),
        )

    def _l10n_pl_ksef_fa3_values(self, source):
        """Return the fields of Fa by name."""
        return {
            **self._l10n_pl_ksef_fa3_dates(source),
            **self._l10n_pl_ksef_fa3_totals(source),
            "Adnotacje": self._l10n_pl_ksef_fa3_annotations(source),
            "RodzajFaktury": source.kind,
            **self._l10n_pl_ksef_fa3_correction(source),
            "FP": source.has_receipt or None,
            "TP": self.commercial_partner_id.l10n_pl_links_with_customer or None,
            "DodatkowyOpis": self._l10n_pl_ksef_fa3_remarks(source),
            "ZwrotAkcyzy": self.l10n_pl_ksef_excise_refund or None,
            "FaWiersz": self._l10n_pl_ksef_fa3_rows(source),
            "Rozliczenie": self._l10n_pl_ksef_fa3_settlement(source),
            "Platnosc": self._l10n_pl_ksef_fa3_payment(source),
            "WarunkiTransakcji": self._l10n_pl_ksef_fa3_terms(source),
        }

"""Corrections: what they correct, why, and since when (the KOR part of Fa)."""

from dataclasses import replace
from datetime import date

from odoo import api, fields, models

from ...ksef.errors import KsefError
from ...ksef.fa3 import model, parse
from .fa3_correction import rows_of_changes, without_amounts
from .fa3_former_parties import (
    BUYER_KEY,
    changed_co_buyers,
    former_buyer,
    former_co_buyers,
    former_seller,
)
from .fa3_row import ZERO
from .fa3_text import clean, cut

#: The first day of KSeF 2.0: what was issued before was issued outside it.
KSEF_START = date(2026, 2, 1)


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.depends("reversed_entry_id")
    def _compute_invoice_currency_rate(self):
        # EXTENDS 'account': art. 31b(1) of the VAT Act, a correction is converted at
        # the rate of the corrected invoice.
        result = super()._compute_invoice_currency_rate()
        for move in self:
            root = move.country_code == "PL" and move._l10n_pl_ksef_root()
            if root and root.currency_id == move.currency_id:
                move.invoice_currency_rate = root.invoice_currency_rate
        return result

    # -- what is corrected -------------------------------------------------
    def _l10n_pl_ksef_corrected(self):
        """Return the invoices in Odoo that this one corrects, oldest first."""
        self.ensure_one()
        found = self._l10n_pl_ksef_root() | self.l10n_pl_ksef_corrected_ids
        return found.sorted(lambda move: (move.invoice_date or date.min, move.id))

    def _l10n_pl_ksef_corrections(self):
        """Return the posted corrections of this invoice, in the order of issue."""
        self.ensure_one()
        links = ["reversed_entry_id"]
        links += ["debit_origin_id"] if "debit_origin_id" in self._fields else []
        found, latest = self.browse(), self
        while latest:
            children = self.browse().union(
                *(
                    self.search([(link, "in", latest.ids), ("state", "=", "posted")])
                    for link in links
                )
            )
            latest = children - found - self
            found |= latest
        return found.sorted(lambda move: (move.invoice_date, move.id))

    def _l10n_pl_ksef_any_number(self):
        """Return the KSeF number of this invoice, whoever sent it, or ``None``."""
        self.ensure_one()
        core = "l10n_pl_edi_number" in self._fields and self.l10n_pl_edi_number
        return self.l10n_pl_ksef_number or self.l10n_pl_ksef_outside_number or core

    def _l10n_pl_ksef_is_outside(self):
        """Tell whether this invoice was rightly issued outside KSeF."""
        self.ensure_one()
        return bool(
            (self.invoice_date and self.invoice_date < KSEF_START)
            or (not self.l10n_pl_ksef_state and self._l10n_pl_ksef_exception())
        )

    def _l10n_pl_ksef_fa3_sent(self):
        """Return the document as KSeF accepted it, or ``None``."""
        self.ensure_one()
        document = self.sudo().l10n_pl_ksef_document_ids.filtered("ksef_number")[:1]
        try:
            return parse(document._kept_bytes("xml")) if document.xml else None
        except KsefError:
            return None

    # -- the block -----------------------------------------------------------
    def _l10n_pl_ksef_fa3_correction(self, source):
        """Return the fields of Fa that only a correction has."""
        if not source.is_correction:
            return {}
        return {
            "PrzyczynaKorekty": cut(self._l10n_pl_ksef_fa3_reason(), 256),
            "TypKorekty": correction_type(source),
            "DaneFaKorygowanej": self._l10n_pl_ksef_fa3_references(source),
            "OkresFaKorygowanej": cut(self.l10n_pl_ksef_corrected_period, 256),
            "NrFaKorygowany": clean(self.l10n_pl_ksef_right_number),
            "Podmiot1K": former_seller(source),
            "Podmiot2K": (*former_buyer(source), *former_co_buyers(source)),
        }

    def _l10n_pl_ksef_fa3_reason(self):
        """Return the reason; a debit note has it behind the number in its reference."""
        self.ensure_one()
        if self.l10n_pl_ksef_correction_reason:
            return self.l10n_pl_ksef_correction_reason
        origin = "debit_origin_id" in self._fields and self.debit_origin_id
        number = f"{origin.name}, " if origin else None
        reference = self.ref or ""
        is_own = number and reference.startswith(number)
        return reference[len(number) :] if is_own else None

    def _l10n_pl_ksef_fa3_references(self, source):
        found = [_reference(move) for move in source.corrected]
        if self.l10n_pl_ksef_origin_number:
            number = (self.l10n_pl_ksef_origin_ksef_number or "").strip() or None
            found.append(
                model.DaneFaKorygowanej(
                    DataWystFaKorygowanej=self.l10n_pl_ksef_origin_date or None,
                    NrFaKorygowanej=clean(self.l10n_pl_ksef_origin_number),
                    NrKSeF=bool(number),
                    NrKSeFFaKorygowanej=number,
                    NrKSeFN=not number,
                )
            )
        return tuple(found)

    def _l10n_pl_ksef_fa3_rows(self, source):
        """Rows of a correction: pairs where they can be said, else differences.

        A rebate on all sales of a period has none; one on some of them has names.
        """
        if not source.is_correction:
            return super()._l10n_pl_ksef_fa3_rows(source)
        if self.l10n_pl_ksef_correction_style == "names":
            return tuple(
                without_amounts(row) for row in super()._l10n_pl_ksef_fa3_rows(source)
            )
        if self.l10n_pl_ksef_corrected_period:
            return ()
        if source.correction_style == "differences" or source.changes is None:
            return super()._l10n_pl_ksef_fa3_rows(source)
        return rows_of_changes(source.changes)

    def _l10n_pl_ksef_fa3_buyer(self, source):
        buyer = super()._l10n_pl_ksef_fa3_buyer(source)
        if former_buyer(source):
            return replace(buyer, IDNabywcy=BUYER_KEY)
        return buyer

    def _l10n_pl_ksef_fa3_third_parties(self, source):
        parties = super()._l10n_pl_ksef_fa3_third_parties(source)
        keys = {now: key for now, _was, key in changed_co_buyers(source, parties)}
        return tuple(
            replace(party, IDNabywcy=keys[party]) if party in keys else party
            for party in parties
        )

    def _l10n_pl_ksef_fa3_changes_parties(self, source):
        """Tell whether buyer or seller differ from those of the corrected invoice."""
        return bool(
            former_buyer(source) or former_co_buyers(source) or former_seller(source)
        )

    def _l10n_pl_ksef_fa3_corrects_parties(self, source):
        """Tell whether the correction is one of names and addresses."""
        return source.is_correction and (
            self.l10n_pl_ksef_corrects_parties or not source.rows
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    l10n_pl_ksef_origin_line_id = fields.Many2one(
        "account.move.line",
        "Corrected row",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        export_string_translation=False,
    )

    def _copy_data_extend_business_fields(self, values):
        # EXTENDS 'account': credit and debit notes know the rows that they correct
        result = super()._copy_data_extend_business_fields(values)
        if self.display_type == "product" and self.move_id.country_code == "PL":
            is_correction = self.move_id._l10n_pl_ksef_origin()
            origin = self.l10n_pl_ksef_origin_line_id if is_correction else self
            values["l10n_pl_ksef_origin_line_id"] = origin.id
        return result


def _reference(move):
    """Return a corrected invoice; one that waits for its number has neither mark."""
    number = move._l10n_pl_ksef_any_number() or None
    return model.DaneFaKorygowanej(
        DataWystFaKorygowanej=move.invoice_date,
        NrFaKorygowanej=clean(move.name),
        NrKSeF=bool(number),
        NrKSeFFaKorygowanej=number,
        NrKSeFN=not number and move._l10n_pl_ksef_is_outside(),
    )


def correction_type(source):
    """Return TypKorekty: as said, else by the direction of the correction.

    Lower: when it is issued (art. 29a(13)); higher, or data only: when the corrected
    invoice was (art. 29a(17), an error from the start); both ways: other.
    """
    said = source.move.l10n_pl_ksef_correction_type
    if said:
        return int(said)
    amounts = [*source.totals.base.values(), *source.totals.tax.values()]
    if min(amounts, default=ZERO) < 0 < max(amounts, default=ZERO):
        return 3
    return 2 if source.totals.gross < 0 else 1

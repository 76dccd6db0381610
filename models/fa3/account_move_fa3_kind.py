"""RodzajFaktury: which of the seven kinds of invoice a journal entry is."""

from odoo import models

#: kind of the corrected invoice -> kind of its correction.
CORRECTION_OF = {"ZAL": "KOR_ZAL", "ROZ": "KOR_ROZ"}


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_kind(self, lines=None):
        """Return RodzajFaktury.

        :param lines: its rows, where they were read already

        Whatever follows from another invoice is a correction of it, also a debit note
        and the reversal of a credit note, which Odoo makes an ordinary invoice.
        """
        self.ensure_one()
        if self.l10n_pl_ksef_kind:
            return self.l10n_pl_ksef_kind
        if self.move_type in ("out_refund", "in_refund") or self._l10n_pl_ksef_origin():
            root = self._l10n_pl_ksef_root()
            kind = root and root._l10n_pl_ksef_fa3_kind()
            return CORRECTION_OF.get(kind, "KOR")
        charged = self._l10n_pl_ksef_downpayments(lines)
        if charged:
            return "ZAL" if max(charged) > 0 else "ROZ"
        return "UPR" if self.l10n_pl_ksef_simplified else "VAT"

    def _l10n_pl_ksef_origin(self):
        """Return the move that this one directly corrects (empty: none)."""
        self.ensure_one()
        debited = "debit_origin_id" in self._fields and self.debit_origin_id
        return self.reversed_entry_id or debited or self.browse()

    def _l10n_pl_ksef_root(self):
        """Return the invoice at the start of the chain of corrections (empty: none)."""
        root, seen = self._l10n_pl_ksef_origin(), self.browse()
        while root and root not in seen and root._l10n_pl_ksef_origin():
            seen |= root
            root = root._l10n_pl_ksef_origin()
        return root

    def _l10n_pl_ksef_downpayments(self, lines=None):
        """Return the amounts of the rows that charge or deduct an advance."""
        if lines is None:
            lines = self.invoice_line_ids.filtered(
                lambda line: line._l10n_pl_ksef_is_any_advance()
            )
        else:
            lines = [line for line in lines if line.is_advance]
        return [line.price_subtotal for line in lines if line.display_type == "product"]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _l10n_pl_ksef_is_any_advance(self):
        """Tell whether the row charges or deducts an advance, of Sales or by hand."""
        self.ensure_one()
        is_of_sales = "is_downpayment" in self._fields and self.is_downpayment
        return bool(self.l10n_pl_ksef_is_advance or is_of_sales)

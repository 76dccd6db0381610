"""A correction's view: the corrected invoice, and what became of it since."""

from functools import cached_property

from .fa3_correction import apply, changes, original_rows
from .fa3_row import ZERO
from .fa3_text import money


class Corrections:
    """The part of ``fa3_source.Source`` that corrections need."""

    @cached_property
    def root(self):
        """``Source`` of the corrected invoice, ``None`` when it is not in Odoo."""
        root = self.move._l10n_pl_ksef_root() if self.is_correction else None
        return type(self)(root, self.facts) if root else None

    @cached_property
    def corrected(self):
        """The corrected invoices in Odoo, one unless a rebate is on several."""
        return self.move._l10n_pl_ksef_corrected()

    @cached_property
    def earlier(self):
        """Sources of the corrections of the same invoice that were issued before."""
        if not self.root:
            return []
        mine = self.move.invoice_date, self.move.id
        return [
            type(self)(move, self.facts)
            for move in self.root.move._l10n_pl_ksef_corrections()
            if (move.invoice_date, move.id) < mine
        ]

    @cached_property
    def sent(self):
        """The corrected invoice as KSeF has it, or ``None``."""
        return self.root and self.root.move._l10n_pl_ksef_fa3_sent()

    @cached_property
    def changes(self):
        """Rows before and after (``fa3_correction``); ``None``: only differences."""
        if not self.root:
            return None
        state = original_rows(self.root)
        for correction in self.earlier:
            found = changes(state, correction)
            if found is None:
                return None
            state = apply(state, found)
        return changes(state, self)

    @property
    def correction_style(self):
        """How rows are shown: as said on the correction, else as the company does."""
        said = self.move.l10n_pl_ksef_correction_style
        return said or self.company.l10n_pl_ksef_correction_style

    @cached_property
    def corrects_parties(self):
        return self.move._l10n_pl_ksef_fa3_corrects_parties(self)

    @cached_property
    def all_rows(self):
        """Rows that annotations are about: of a correction, the whole invoice's."""
        return [*self.rows, *self.root.rows] if self.root else self.rows

    @cached_property
    def gross_before(self):
        """What the corrected invoice came to before this correction (P_15ZK)."""
        if not self.root:
            return money(self.move.l10n_pl_ksef_gross_before)
        return self.root.totals.gross + sum(
            (correction.totals.gross for correction in self.earlier), ZERO
        )

    @cached_property
    def history(self):
        """This invoice and all its corrections, as sources."""
        corrections = self.move._l10n_pl_ksef_corrections()
        return [self, *(type(self)(move, self.facts) for move in corrections)]

    @cached_property
    def gross_left(self):
        """What is left of this invoice after all its corrections."""
        return sum((one.totals.gross for one in self.history), ZERO)

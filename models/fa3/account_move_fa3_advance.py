"""Advance invoices (ZAL), their settlement (ROZ) and corrections of both.

Odoo's Sales app makes them: rows marked as down payment charge an advance, negative
ones deduct it. Without that app there are none.
"""

from odoo import models

from ...ksef.fa3 import model
from .fa3_order import order, order_before_and_after
from .fa3_row import ADVANCE_KINDS, ZERO
from .fa3_text import cut

SETTLEMENT_KINDS = ("ROZ", "KOR_ROZ")
MAX_PARTS = 31


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_values(self, source):
        values = super()._l10n_pl_ksef_fa3_values(source)
        if source.kind in ADVANCE_KINDS:
            values |= self._l10n_pl_ksef_fa3_advance(source)
        if source.kind in SETTLEMENT_KINDS:
            values["FakturaZaliczkowa"] = self._l10n_pl_ksef_fa3_advances(source)
        if source.kind in ("KOR_ZAL", "KOR_ROZ"):
            values["P_15ZK"] = source.gross_before
            values["KursWalutyZK"] = source.root.advance_rate
        return values

    def _l10n_pl_ksef_fa3_rows(self, source):
        # An advance invoice shows the order instead of rows.
        if source.kind in ADVANCE_KINDS:
            return ()
        return super()._l10n_pl_ksef_fa3_rows(source)

    def _l10n_pl_ksef_fa3_advance(self, source):
        """Return the fields of Fa that an advance invoice adds or changes."""
        found = {"KursWalutyZ": source.advance_rate}
        if source.kind == "KOR_ZAL":
            found["Zamowienie"] = self._l10n_pl_ksef_fa3_corrected_order(source)
            return found
        payments = self._l10n_pl_ksef_fa3_payments(source)
        days = {payment.day for payment in payments}
        paid = sum((payment.amount for payment in payments), ZERO)
        if len(days) == 1 and days != {self.invoice_date}:
            found["P_6"] = days.pop()
        elif len(days) > 1 and paid == source.totals.gross:
            found["ZaliczkaCzesciowa"] = tuple(
                model.ZaliczkaCzesciowa(P_6Z=payment.day, P_15Z=payment.amount)
                for payment in payments[:MAX_PARTS]
            )
        found["Zamowienie"] = order(source)
        if source.completes_order:
            found["FakturaZaliczkowa"] = _references(source.earlier_advances)
        return found

    def _l10n_pl_ksef_fa3_corrected_order(self, source):
        """Return the order before (as it was sent) and after (as it stands)."""
        after = order(source)
        before = source.sent and source.sent.Fa.Zamowienie
        return order_before_and_after(before or order(source.root), after)

    def _l10n_pl_ksef_fa3_advances(self, source):
        """Return the advance invoices settled; a correction repeats those."""
        if source.kind == "KOR_ROZ" and source.sent:
            return source.sent.Fa.FakturaZaliczkowa
        return _references((source.root or source).settled_advances)

    def _l10n_pl_ksef_advances(self):
        """Return the posted advance invoices of the sales orders of these rows."""
        lines = self.invoice_line_ids
        if "sale_line_ids" not in lines._fields:
            return self.browse()
        advances = lines.sale_line_ids.order_id.order_line.filtered("is_downpayment")
        moves = advances.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted" and move._l10n_pl_ksef_fa3_kind() == "ZAL"
            )
        )
        return moves.sorted(lambda move: (move.invoice_date, move.id))


def _references(advances):
    return tuple(_reference(advance.move) for advance in advances)


def _reference(move):
    number = move._l10n_pl_ksef_any_number() or None
    return model.FakturaZaliczkowa(
        NrKSeFZN=not number,
        NrFaZaliczkowej=None if number else cut(move.name, 256),
        NrKSeFFaZaliczkowej=number,
    )

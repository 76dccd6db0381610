"""The sums of Fa: P_13, P_14, P_14W by rate, P_15, and Rozliczenie."""

from odoo import models

from ...ksef.fa3 import model
from .fa3_row import BUCKETS, ZERO
from .fa3_text import cut, money

CASH_ROUNDING = "Zaokrąglenie"
DEPOSIT = "Kaucja"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_totals(self, source):
        """Return P_13_x, P_14_x, P_14_xW and P_15.

        A correction leaves out the rates that it does not change, a settlement those of
        which the advances left nothing.
        """
        totals = source.totals
        found = {**totals.base, **totals.tax}
        if source.is_correction or source.kind == "ROZ":
            found = {name: found[name] for name in _not_zero(totals)}
        if source.is_foreign:
            found |= {name: value for name, value in totals.local.items() if value}
        return {**found, "P_15": totals.gross}

    def _l10n_pl_ksef_fa3_settlement(self, source):
        """Return Rozliczenie: from P_15 by deposits and rounding to what is due."""
        charges = [
            (row.net, cut(row.line.name, 256) or DEPOSIT) for row in source.deposits
        ]
        charges += [
            (money(source.sign * line.amount_currency), CASH_ROUNDING)
            for line in source.lines.get("rounding", ())
        ]
        added = [pair for pair in charges if pair[0] > 0]
        deducted = [pair for pair in charges if pair[0] < 0]
        if not (added or deducted):
            return None
        due = source.totals.gross + sum((amount for amount, _ in charges), ZERO)
        return model.Rozliczenie(
            Obciazenia=tuple(
                model.Obciazenia(Kwota=amount, Powod=why) for amount, why in added
            ),
            SumaObciazen=sum((amount for amount, _ in added), ZERO) or None,
            Odliczenia=tuple(
                model.Odliczenia(Kwota=-amount, Powod=why) for amount, why in deducted
            ),
            SumaOdliczen=-sum((amount for amount, _ in deducted), ZERO) or None,
            DoZaplaty=due if due >= 0 else None,
            DoRozliczenia=-due if due < 0 else None,
        )


def _not_zero(totals):
    """Yield the fields of the rates whose base or tax is not 0."""
    amounts = {**totals.base, **totals.tax}
    for bucket in dict.fromkeys(BUCKETS.values()):
        names = [name for name in (bucket.base, bucket.tax) if name in amounts]
        if any(amounts[name] for name in names):
            yield from names

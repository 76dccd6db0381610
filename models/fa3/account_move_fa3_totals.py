"""The sums of Fa: P_13, P_14, P_14W by rate, and P_15."""

from odoo import models

from .fa3_row import BUCKETS


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


def _not_zero(totals):
    """Yield the fields of the rates whose base or tax is not 0."""
    amounts = {**totals.base, **totals.tax}
    for bucket in dict.fromkeys(BUCKETS.values()):
        names = [name for name in (bucket.base, bucket.tax) if name in amounts]
        if any(amounts[name] for name in names):
            yield from names

"""The rows of a correction: what each row of the corrected invoice was and becomes.

A credit note holds differences; KSeF's own application, and people, read a row before
(StanPrzed) and a row after. What stood before is the invoice as it was sent, changed
by every correction issued since.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from ...ksef.fa3.model import FaWiersz
from .account_move_fa3_rows import quantity_and_price
from .fa3_text import price

_ROW_ID = re.compile(r"odoo-(\w*)-(\d+)")
_TOLERANCE = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the corrected invoice that a correction touches.

    :ivar line: the journal item of the correction, for messages
    :ivar before: its state so far; ``None`` for a new row
    """

    line: object
    before: FaWiersz | None
    after: FaWiersz

    @property
    def is_too_much(self):
        """Whether more was taken away than there was."""
        if not self.before:
            return False
        value, old = value_of(self.after), value_of(self.before)
        turned = (old >= 0 and value < -_TOLERANCE) or (old < 0 and value > _TOLERANCE)
        return turned or (self.after.P_8B or 0) < 0


def value_of(row):
    return row.P_11 if row.P_11A is None else row.P_11A


def original_rows(source):
    """Return the rows of an invoice by id of its journal items.

    :param source: ``Source`` of the corrected invoice
    """
    sent = source.move._l10n_pl_ksef_fa3_sent()
    found = {}
    for row in sent.Fa.FaWiersz if sent else ():
        match = _ROW_ID.fullmatch(row.UU_ID or "")
        if match and match[1] == source.facts.database(source.env):
            found[int(match[2])] = row
    rows = source.move._l10n_pl_ksef_fa3_rows(source)
    rendered = {
        row.line.id: wiersz for row, wiersz in zip(source.goods, rows, strict=True)
    }
    return found if found.keys() == rendered.keys() else rendered


def changes(state, source):
    """Return what a correction makes of ``state``, or ``None`` if that can't be said.

    It can't when a row takes value away from no row of the corrected invoice, or is at
    another rate: such a correction shows differences.

    :param state: rows by id of their journal item, as they are before
    :param source: ``Source`` of the correction
    """
    found = {}
    for row in source.goods:
        key = row.line.origin_line_id
        before = found[key].after if key in found else state.get(key)
        if before and row.tax.code == before.P_12 and before.P_8B is not None:
            first = found[key].before if key in found else before
            found[key] = Change(row.line, first, _changed(before, row, source))
        elif row.net > 0:
            new = source.move._l10n_pl_ksef_fa3_row(source, row)
            found[row.line.id, "new"] = Change(row.line, None, new)
        else:
            return None
    return _levelled(found)


def _levelled(found):
    """Return ``found`` with the odd grosz of rows taken back whole on the largest row.

    Rounding by documents gives a row of the correction another grosz than it has on
    the invoice; all rows must still make up the sum. Without another row it stays.
    """
    for key, gone in found.items():
        odd = value_of(gone.after) if gone.before and not gone.after.P_8B else ZERO
        left = [
            other
            for other, change in found.items()
            if change.after.P_12 == gone.after.P_12 and change.after.P_8B
        ]
        if not odd or abs(odd) > _TOLERANCE or not left:
            continue
        largest = max(left, key=lambda one: abs(value_of(found[one].after)))
        found = {
            **found,
            key: _with_more(gone, -odd),
            largest: _with_more(found[largest], odd),
        }
    return found


def _with_more(change, amount):
    """Return a change whose row comes to ``amount`` more."""
    name = "P_11" if change.after.P_11A is None else "P_11A"
    value = value_of(change.after) + amount
    return replace(change, after=replace(change.after, **{name: value}))


def apply(state, found):
    """Return ``state`` after the changes of a correction."""
    after = {key: change.after for key, change in found.items() if change.before}
    return {**state, **after}


def _changed(before, row, source):
    """Return a row after a correction: fewer or more units, or another price."""
    is_gross = before.P_11A is not None
    value_key, price_key = ("P_11A", "P_9B") if is_gross else ("P_11", "P_9A")
    value = value_of(before) + (row.gross if is_gross else row.net)
    own = quantity_and_price(source, row, is_gross=is_gross)
    old_price, old_discount = getattr(before, price_key), before.P_10 or 0
    count, unit_price = own["P_8B"], own[price_key]
    if old_price and unit_price == -old_price:
        count, unit_price = -count, -unit_price
    if unit_price == old_price and (own.get("P_10") or 0) == old_discount:
        count += before.P_8B
        unit_price = old_price
    else:
        count = before.P_8B
        unit_price = price(value / count + old_discount) if count else old_price
    return replace(
        before,
        P_8B=count,
        P_11Vat=None if before.P_11Vat is None else before.P_11Vat + row.vat,
        **{value_key: value, price_key: unit_price},
    )


def without_amounts(row):
    """Return a row that says what a rebate is on, and no more."""
    return FaWiersz(
        NrWierszaFa=row.NrWierszaFa,
        UU_ID=row.UU_ID,
        P_7=row.P_7,
        CN=row.CN,
        P_8A=row.P_8A,
        P_8B=abs(row.P_8B) if row.P_8B else None,
    )


def rows_of_changes(found):
    """Return the rows that show ``changes``: before and after under one number."""
    rows = []
    for number, change in enumerate(found.values(), 1):
        if change.before:
            rows.append(replace(change.before, NrWierszaFa=number, StanPrzed=True))
        rows.append(replace(change.after, NrWierszaFa=number, StanPrzed=None))
    return tuple(rows)

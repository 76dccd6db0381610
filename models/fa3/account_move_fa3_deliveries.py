"""Delivery notes (WZ) and lots: typed, or of Odoo's Inventory where it is installed.

There is no dependency: ``sale_stock`` links the rows with stock moves, and without it
only what was typed is told.
"""

import re

from odoo import fields, models

from .fa3_text import clean

#: between two numbers that were typed into one field.
_SEPARATOR = re.compile(r"[,;\n]")
#: FA(3) holds so many of each.
MAX_NUMBERS = 1000


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_delivery_notes = fields.Char(
        "Delivery notes (WZ)",
        copy=False,
        help="Numbers, separated by commas. Empty: those of Inventory, if installed.",
    )
    l10n_pl_ksef_lots = fields.Char(
        "Lot numbers",
        copy=False,
        help="Numbers, separated by commas. Empty: those of Inventory, by setting.",
    )

    def _l10n_pl_ksef_fa3_delivery_notes(self, source):
        """Return WZ: the delivery orders that were done, sorted, each once."""
        typed = _numbers(source.move.l10n_pl_ksef_delivery_notes)
        if typed or not source.company.l10n_pl_ksef_show_deliveries:
            return typed
        pickings = self._l10n_pl_ksef_stock_moves(source)
        if not pickings:
            return ()
        names = pickings.picking_id.mapped("name")
        return tuple(sorted({clean(name) for name in names if name}))[:MAX_NUMBERS]

    def _l10n_pl_ksef_fa3_lots(self, source):
        """Return NrPartiiTowaru: the lots and serial numbers that were delivered."""
        typed = _numbers(source.move.l10n_pl_ksef_lots)
        if typed or not source.company.l10n_pl_ksef_show_lots:
            return typed
        moves = self._l10n_pl_ksef_stock_moves(source)
        if not moves:
            return ()
        names = moves.move_line_ids.lot_id.mapped("name")
        return tuple(sorted({clean(name) for name in names if name}))[:MAX_NUMBERS]

    def _l10n_pl_ksef_stock_moves(self, source):
        """Return the done deliveries of the sales orders; ``None`` without the apps."""
        lines = source.lines.get("product", ())
        sold = {number for line in lines for number in line.sale_line_ids}
        if not sold or "move_ids" not in self.env["sale.order.line"]._fields:
            return None
        usage = "customer" if source.move.move_type == "out_invoice" else "internal"
        return (
            self.env["sale.order.line"]
            .browse(sold)
            .move_ids.filtered(
                lambda m: m.state == "done" and m.location_dest_id.usage == usage
            )
        )


def _numbers(text):
    found = (clean(each) for each in _SEPARATOR.split(text or ""))
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_NUMBERS]

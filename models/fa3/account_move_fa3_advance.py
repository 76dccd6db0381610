"""Advance invoices (ZAL), their settlement (ROZ) and corrections of both.

Odoo's Sales app makes them: rows marked as down payment charge an advance, negative
ones deduct it. Without that app, or beside it, an invoice whose kind is set to ZAL by
hand is one: its order is typed, and a later invoice deducts it by a button.
"""

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ...ksef.fa3 import model
from .fa3_order import order, order_before_and_after
from .fa3_row import ADVANCE_KINDS
from .fa3_text import clean, code
from .l10n_pl_ksef_reference import ADVANCE

SETTLEMENT_KINDS = ("ROZ", "KOR_ROZ")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_order_row_ids = fields.One2many(
        "l10n_pl_ksef.order_row", "move_id", string="Order", copy=True
    )
    l10n_pl_ksef_advance_ids = fields.Many2many(
        "account.move",
        "l10n_pl_ksef_advance_rel",
        "settlement_id",
        "advance_id",
        string="Advance invoices",
        copy=False,
        domain="[('commercial_partner_id', '=', commercial_partner_id),"
        " ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('l10n_pl_ksef_kind', '=', 'ZAL'), ('company_id', '=', company_id)]",
        help="On a settlement: the advances that it deducts. On an advance invoice:"
        " the earlier ones of the same order.",
    )

    def action_l10n_pl_ksef_deduct_advances(self):
        """Add rows that deduct the chosen advance invoices, in place of such rows.

        :raises UserError: no draft, or nothing chosen
        """
        self.ensure_one()
        if self.state != "draft" or not self.l10n_pl_ksef_advance_ids:
            raise UserError(
                self.env._("Choose advance invoices on a draft to deduct them.")
            )
        former = self.invoice_line_ids.filtered("l10n_pl_ksef_is_advance")
        rows = [
            Command.create(line._l10n_pl_ksef_deduction())
            for advance in self.l10n_pl_ksef_advance_ids
            for line in advance.invoice_line_ids
            if line.display_type == "product"
        ]
        self.write(
            {
                "invoice_line_ids": [
                    *(Command.delete(line.id) for line in former),
                    *rows,
                ]
            }
        )

    def _l10n_pl_ksef_fa3_values(self, source):
        values = super()._l10n_pl_ksef_fa3_values(source)
        if source.kind in ADVANCE_KINDS:
            values |= self._l10n_pl_ksef_fa3_advance(source)
        if source.kind in SETTLEMENT_KINDS:
            values["FakturaZaliczkowa"] = self._l10n_pl_ksef_fa3_advances(source)
            values["ZaliczkaCzesciowa"] = self._l10n_pl_ksef_fa3_prepayments(source)
        if source.kind in ("KOR_ZAL", "KOR_ROZ"):
            values["P_15ZK"] = source.gross_before
            values["KursWalutyZK"] = source.root and source.root.advance_rate
        return values

    def _l10n_pl_ksef_fa3_rows(self, source):
        # An advance invoice shows the order instead of rows.
        if source.kind in ADVANCE_KINDS:
            return ()
        return super()._l10n_pl_ksef_fa3_rows(source)

    def _l10n_pl_ksef_fa3_advance(self, source):
        """Return the fields of Fa that an advance invoice adds or changes."""
        found = {"KursWalutyZ": source.advance_rate}
        parts = self._l10n_pl_ksef_fa3_prepayments(source)
        if len(parts) > 1:
            found["ZaliczkaCzesciowa"] = parts
        if source.kind == "KOR_ZAL":
            found["Zamowienie"] = self._l10n_pl_ksef_fa3_corrected_order(source)
            return found
        days = {one.day for one in source.prepayments} or {
            one.day for one in self._l10n_pl_ksef_fa3_payments(source)
        }
        if len(days) == 1 and len(parts) < 2 and days != {self.invoice_date}:
            found["P_6"] = days.pop()
        found["Zamowienie"] = order(source)
        if source.completes_order:
            found["FakturaZaliczkowa"] = _references(source.earlier_advances, source)
        return found

    def _l10n_pl_ksef_fa3_corrected_order(self, source):
        """Return the order before this correction and after (as it stands)."""
        after = order(source)
        return order_before_and_after(source.order_before, after)

    def _l10n_pl_ksef_fa3_advances(self, source):
        """Return the advance invoices settled; a correction repeats those."""
        if source.kind == "KOR_ROZ" and source.sent:
            return source.sent.Fa.FakturaZaliczkowa
        settling = source.root or source
        return _references(settling.settled_advances, settling)

    def _l10n_pl_ksef_advances(self):
        """Return the posted advance invoices: chosen, and of the sales orders."""
        lines = self.invoice_line_ids
        moves = self.l10n_pl_ksef_advance_ids
        if "sale_line_ids" in lines._fields:
            sold = lines.sale_line_ids.order_id.order_line.filtered("is_downpayment")
            moves |= sold.invoice_lines.move_id
        moves = moves.filtered(
            lambda move: (
                move.state == "posted" and move._l10n_pl_ksef_fa3_kind() == "ZAL"
            )
        )
        return moves.sorted(lambda move: (move.invoice_date, move.id))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def _l10n_pl_ksef_deduction(self):
        """Return the values of a row that deducts this row of an advance invoice."""
        self.ensure_one()
        return {
            "name": self.env._(
                "Advance %(number)s: %(name)s",
                number=self.move_id.name,
                name=self.name or self.product_id.display_name or "",
            ),
            "product_id": self.product_id.id,
            "account_id": self.account_id.id,
            "product_uom_id": self.product_uom_id.id,
            "quantity": -self.quantity,
            "price_unit": self.price_unit,
            "discount": self.discount,
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "l10n_pl_ksef_is_advance": True,
        }


def _references(advances, source):
    """Return the advance invoices in Odoo, and those typed that are not in it."""
    typed = source.references(ADVANCE)
    return (
        *(_reference(advance.move) for advance in advances),
        *(_outside_reference(each) for each in typed),
    )


def _outside_reference(record):
    number = code(record.ksef_number) and record.ksef_number.strip()
    return model.FakturaZaliczkowa(
        NrKSeFZN=not number,
        NrFaZaliczkowej=None if number else clean(record.number),
        NrKSeFFaZaliczkowej=number or None,
    )


def _reference(move):
    number = move._l10n_pl_ksef_any_number() or None
    return model.FakturaZaliczkowa(
        NrKSeFZN=not number and move._l10n_pl_ksef_is_outside(),
        NrFaZaliczkowej=None if number else clean(move.name),
        NrKSeFFaZaliczkowej=number,
    )

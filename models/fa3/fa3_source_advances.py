"""The view of advance invoices and settlements: advances of the same orders."""

from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from .fa3_order import left_of, order, order_value
from .fa3_row import ADVANCE_KINDS, BUCKETS, ZERO
from .fa3_text import money

#: kinds of invoice that tell payments before the supply.
PREPAID_KINDS = ("ZAL", "ROZ", "KOR_ZAL", "KOR_ROZ")


class Prepayment(NamedTuple):
    """A payment before the supply; its exchange rate, ``None`` in PLN."""

    day: object
    amount: Decimal
    rate: Decimal | None


class Advances:
    """The part of ``fa3_source.Source`` that advances and settlements need."""

    @cached_property
    def goods(self):
        """The rows of what is sold, without those that charge or deduct advances."""
        return [row for row in self.rows if not row.is_advance]

    @cached_property
    def advance_rate(self):
        """KursWalutyZ: the rate of an advance in another currency, else ``None``."""
        if self.kind not in ADVANCE_KINDS or not self.is_foreign:
            return None
        return self.exchange_rate

    @cached_property
    def prepayments(self):
        """Payments that this invoice documents: as typed, else as it was received."""
        if self.kind not in PREPAID_KINDS:
            return []
        found = self.move._l10n_pl_ksef_fa3_typed_prepayments()
        if not found and self.kind == "ZAL":
            found = self.move._l10n_pl_ksef_fa3_received_parts(self)
        return [one._replace(rate=self._prepayment_rate(one)) for one in found]

    def _prepayment_rate(self, prepayment):
        if not self.is_foreign:
            return None
        return prepayment.rate or self.move._l10n_pl_ksef_fa3_rate_on(prepayment.day)

    @cached_property
    def advances(self):
        """Sources of the advance invoices of the same orders that still stand."""
        sources = (
            type(self)(move, self.facts)
            for move in self.move._l10n_pl_ksef_advances() - self.move
        )
        return [source for source in sources if source.gross_left]

    @cached_property
    def earlier_advances(self):
        mine = self.move.invoice_date, self.move.id
        return [
            one for one in self.advances if (one.move.invoice_date, one.move.id) < mine
        ]

    @cached_property
    def completes_order(self):
        """Whether this advance and the earlier ones pay the whole order."""
        paid = self.totals.gross + sum(
            (one.gross_left for one in self.earlier_advances), ZERO
        )
        return paid >= order_value(order(self).ZamowienieWiersz)

    @cached_property
    def settled_advances(self):
        """Sources of the advance invoices that this invoice deducts."""
        chosen = set(self.move.l10n_pl_ksef_advance_ids)
        orders = self._deducted_sale_lines
        return [
            one
            for one in self.advances
            if one.move in chosen
            or (orders and orders & one.move.invoice_line_ids.sale_line_ids)
        ]

    @cached_property
    def _deducted_sale_lines(self):
        """The order lines of down payments that rows deduct; ``None`` without Sales."""
        deducting = self.env["account.move.line"].browse(
            row.line.id for row in self.rows if row.is_advance
        )
        return deducting.sale_line_ids if "sale_line_ids" in deducting._fields else None

    @cached_property
    def order_before(self):
        """The order as it was before this correction of an advance invoice.

        What the latest earlier correction left, else what the advance invoice showed.
        """
        if not self.root:
            return order(self, before=True)
        for earlier in reversed(self.earlier):
            sent = earlier.move._l10n_pl_ksef_fa3_sent()
            if sent and sent.Fa.Zamowienie:
                return left_of(sent.Fa.Zamowienie)
        return (self.sent and self.sent.Fa.Zamowienie) or order(self.root)

    @cached_property
    def deducted_so_far(self):
        """Gross value of the advances deducted by this invoice and earlier ones."""
        return self._deducted_by_hand + self._deducted_by_sales

    @property
    def _deducted_by_hand(self):
        """The same, of advance invoices that were chosen by hand."""
        advances = self.move.l10n_pl_ksef_advance_ids
        if not advances:
            return ZERO
        settling = self.move.search(
            [("l10n_pl_ksef_advance_ids", "in", advances.ids), ("state", "=", "posted")]
        )
        sources = [
            type(self)(move, self.facts)
            for each in settling | self.move
            for move in each | each._l10n_pl_ksef_corrections()
        ]
        return -sum(
            (
                row.gross
                for one in sources
                for row in one.rows
                if row.line.deducts_advance
            ),
            ZERO,
        )

    @property
    def _deducted_by_sales(self):
        if "sale_line_ids" not in self.move.invoice_line_ids._fields:
            return ZERO
        lines = self.move.invoice_line_ids.sale_line_ids.order_id.order_line
        total = ZERO
        for line in lines.filtered("is_downpayment").invoice_lines:
            move = line.move_id
            if move.state != "posted" or move._l10n_pl_ksef_fa3_kind() not in (
                "ROZ",
                "KOR_ROZ",
            ):
                continue
            given_back = move.move_type == "out_refund"
            total += money(line.price_total if given_back else -line.price_total)
        return total

    def convert_settlement(self, totals):
        """Tell the tax in PLN: of the whole sale, less what the advances told.

        The books deduct the advances at the rate of this invoice, not at their own.
        """
        told = [part for one in self.settled_advances for part in one.history]
        for bucket in set(BUCKETS.values()):
            if bucket.local not in totals.local:
                continue
            tax = totals.tax[bucket.tax] + sum(
                (part.totals.tax.get(bucket.tax, ZERO) for part in told), ZERO
            )
            totals.local[bucket.local] = money(tax * (self.exchange_rate or 0)) - sum(
                (part.totals.local.get(bucket.local, ZERO) for part in told), ZERO
            )

    def convert_prepayments(self, totals):
        """Convert the tax of payments before the supply at their own rates."""
        if not totals.gross:
            return
        at_own_rates = sum(
            one.amount * ((one.rate or ZERO) - (self.exchange_rate or ZERO))
            for one in self.prepayments
        )
        for bucket in set(BUCKETS.values()):
            if bucket.local in totals.local:
                difference = totals.tax[bucket.tax] * at_own_rates / totals.gross
                totals.local[bucket.local] += money(difference)

"""A journal entry read once for FA(3): its rows, its sums per rate, its other lines.

Amounts come from the journal items, not from the displayed subtotals: with rounding
per document the two differ, and the books are what JPK and KSeF must agree with.
"""

from decimal import Decimal
from functools import cached_property

from ...ksef.fa3 import codes
from .fa3_facts import NO_TAX
from .fa3_row import ADVANCE_KINDS, BUCKETS, ZERO, Row, Totals
from .fa3_source_advances import Advances
from .fa3_source_corrections import Corrections
from .fa3_text import money
from .fa3_vehicle_rows import pair_with_rows

#: role of the authorised party where none was said.
TAX_REPRESENTATIVE = "3"
#: field of l10n_pl on the invoice -> procedure of its rows.
VOUCHER_PROCEDURES = (
    ("l10n_pl_vat_b_spv", "B_SPV"),
    ("l10n_pl_vat_b_spv_dostawa", "B_SPV_DOSTAWA"),
    ("l10n_pl_vat_b_mpv_prowizja", "B_MPV_PROWIZJA"),
)


class Source(Corrections, Advances):
    """A move with everything that several blocks of FA(3) need.

    :ivar move: the record, with all rights and in Polish
    :ivar facts: facts of taxes, products and partners, shared by a batch
    :ivar sign: what journal items are multiplied with; -1 for sales
    """

    def __init__(self, move, facts):
        self.move = move
        self.facts = facts
        self.env = move.env
        self.company = move.company_id
        self.sign = 1 if move.move_type.startswith("in_") else -1

    @staticmethod
    def position(line):
        """Key that sorts journal items as the invoice shows them."""
        return line.sequence, line.id

    # -- parties ---------------------------------------------------------------
    @cached_property
    def seller(self):
        """The seller; on a self-billed invoice that is the supplier."""
        return self._partner if self.is_self_billing else self._own

    @cached_property
    def buyer(self):
        return self._own if self.is_self_billing else self._partner

    @cached_property
    def contact(self):
        """The buyer's person or address that the invoice is made out to."""
        return self._own if self.is_self_billing else self.move.partner_id

    @property
    def _own(self):
        return self.company.partner_id

    @property
    def _partner(self):
        return self.move.commercial_partner_id

    @cached_property
    def seller_identity(self):
        return self.facts.identity(self.seller)

    @cached_property
    def buyer_identity(self):
        return self.facts.identity(self.buyer)

    @cached_property
    def parties(self):
        return self.move.l10n_pl_ksef_party_ids

    @cached_property
    def authorised(self):
        """Who acts for the seller, and its role; of the company where not said."""
        move, company = self.move, self.company
        if move.l10n_pl_ksef_authorised_id:
            role = move.l10n_pl_ksef_authorised_role or TAX_REPRESENTATIVE
            return move.l10n_pl_ksef_authorised_id, role
        if self.is_self_billing:
            return company.l10n_pl_ksef_authorised_id.browse(), None
        role = company.l10n_pl_ksef_authorised_role or TAX_REPRESENTATIVE
        return company.l10n_pl_ksef_authorised_id, role

    @cached_property
    def vehicles(self):
        """The new means of transport, each with the row that sells it."""
        return pair_with_rows(self.move.l10n_pl_ksef_vehicle_ids, self.goods)

    def references(self, kind):
        """Return the typed contracts, orders or advance invoices of the move."""
        typed = self.move.l10n_pl_ksef_reference_ids
        return typed.filtered(lambda each: each.kind == kind)

    # -- what it is ------------------------------------------------------------
    @cached_property
    def kind(self):
        return self.move._l10n_pl_ksef_fa3_kind(self.lines.get("product", ()))

    @cached_property
    def is_refund(self):
        return self.move.move_type in ("out_refund", "in_refund")

    @property
    def is_self_billing(self):
        return self.sign == 1

    @property
    def is_correction(self):
        return self.kind in codes.CORRECTION_KINDS

    @cached_property
    def has_receipt(self):
        """Whether a cash register recorded the sale: as said, or at Point of Sale."""
        if self.move.l10n_pl_ksef_fp or self._has_pos_receipt:
            return True
        return bool(self.root and self.root.has_receipt)

    @property
    def _has_pos_receipt(self):
        if not self.company.l10n_pl_ksef_pos_receipts:
            return False
        orders = "pos_order_ids" in self.move._fields and self.move.pos_order_ids
        return bool(orders) and any(order.pos_reference for order in orders)

    @cached_property
    def is_foreign(self):
        """Whether the document is not in PLN (VAT must be told in PLN then)."""
        return self.move.currency_id.name != "PLN"

    @cached_property
    def exchange_rate(self):
        """PLN for one unit of the document's currency, or ``None`` if unknown."""
        if not self.is_foreign:
            return Decimal(1)
        return self.move._l10n_pl_ksef_fa3_exchange_rate()

    # -- lines -----------------------------------------------------------------
    @cached_property
    def lines(self):
        """Journal items by display type, in the order of the invoice."""
        found = {}
        for line in self.facts.lines(self.move):
            found.setdefault(line.display_type, []).append(line)
        return found

    @cached_property
    def _products(self):
        return [self._row(line) for line in self.lines.get("product", ())]

    @cached_property
    def rows(self):
        rows = [
            row
            for row in self._products
            if not row.is_deposit
            and (row.line.quantity or row.net or self.keeps_empty_rows)
        ]
        goods = [row for row in rows if not row.is_advance]
        for index, row in enumerate(goods, 1):
            row.number = index
        return rows

    @property
    def keeps_empty_rows(self):
        return self.company.l10n_pl_ksef_keep_empty_rows and not self.is_correction

    @cached_property
    def deposits(self):
        """Untaxed rows of returnable deposits: to pay, but no part of the total."""
        return [row for row in self._products if row.is_deposit]

    @cached_property
    def sale_orders(self):
        """The sales orders behind the rows; an empty list without the Sales app."""
        ids = {
            sale_line_id
            for lines in self.lines.values()
            for line in lines
            for sale_line_id in line.sale_line_ids
        }
        if not ids:
            return []
        return self.env["sale.order.line"].browse(ids).order_id.sorted("id")

    def _row(self, line):
        taxes = self.facts.taxes(self.env, line.tax_ids)
        tax = taxes[0] if len(taxes) == 1 else NO_TAX
        return Row(
            line=line,
            taxes=taxes,
            tax=tax,
            rate=tax.rate,
            product=self.facts.product_of(line),
            net=money(self.sign * line.amount_currency),
            shown=-1 if self.is_refund else 1,
            supplied=line.supply_date,
            is_advance=line.is_advance or self._charges_advance,
        )

    @cached_property
    def _charges_advance(self):
        return self.move.l10n_pl_ksef_kind == "ZAL"

    def row_id(self, line):
        """Return a name of the row that never changes (UU_ID, at most 50 long)."""
        return f"{self._row_prefix}{line.id}"

    @cached_property
    def _row_prefix(self):
        return f"odoo-{self.facts.database(self.env)}-"

    @cached_property
    def voucher_marks(self):
        """The procedures of vouchers that the invoice is marked with."""
        return [mark for name, mark in VOUCHER_PROCEDURES if self.move[name]]

    # -- dates and exchange rates ----------------------------------------------
    @cached_property
    def supply_date(self):
        """The date of supply of the whole invoice, or ``None`` (rows differ)."""
        if self.has_row_dates:
            return None
        of_rows = self.rows[0].supplied if self.rows else None
        move = self.move
        own = of_rows or move.taxable_supply_date or move.delivery_date
        if own or not self.root:
            return own or None
        corrected = self.root.supply_date
        return corrected if corrected != self.root.move.invoice_date else None

    @cached_property
    def period(self):
        """First and last day of supply, of a correction those of its invoice."""
        move = self.move
        start, end = move.l10n_pl_ksef_period_from, move.l10n_pl_ksef_period_to
        if start and end:
            return start, end
        return self.root.period if self.root else None

    @cached_property
    def has_row_dates(self):
        return len({row.supplied for row in self.rows}) > 1

    def row_date(self, row):
        """Return P_6A: the date of a row, where the rows differ."""
        return row.supplied if self.has_row_dates else None

    def row_rate(self, row):
        """Return KursWaluty: the rate of a row with Polish VAT in another currency."""
        if not (self.is_foreign and row.is_taxed) or self.kind in ADVANCE_KINDS:
            return None
        day = self.row_date(row)
        return self.move._l10n_pl_ksef_fa3_rate_on(day) if day else self.exchange_rate

    @cached_property
    def rates(self):
        return {row.rate for row in self.all_rows}

    @cached_property
    def is_gross(self):
        """Whether prices are gross: all taxed rows have taxes included in the price."""
        taxed = [row.tax for row in self.rows if row.tax.amount]
        return bool(taxed) and all(tax.is_included for tax in taxed)

    @cached_property
    def rounds_per_row(self):
        return self.company.tax_calculation_rounding_method == "round_per_line"

    @cached_property
    def totals(self):
        totals = Totals()
        for row in self.rows:
            bucket = BUCKETS.get(row.rate)
            if not bucket:
                continue
            totals.base[bucket.base] = totals.base.get(bucket.base, ZERO) + row.net
            if bucket.tax:
                totals.tax.setdefault(bucket.tax, ZERO)
            if bucket.local:
                totals.local.setdefault(bucket.local, ZERO)
        for line in self.lines.get("tax", ()):
            (tax,) = self.facts.taxes(self.env, (line.tax_line_id,))
            bucket = BUCKETS.get(tax.rate)
            if bucket and bucket.tax:
                amount = money(self.sign * line.amount_currency)
                totals.tax[bucket.tax] = totals.tax.get(bucket.tax, ZERO) + amount
            if bucket and bucket.local:
                amount = self.local_amount(line)
                totals.local[bucket.local] = (
                    totals.local.get(bucket.local, ZERO) + amount
                )
        if self._has_rates_of_rows:
            self._convert_by_rows(totals)
        if self.kind == "ROZ" and self.is_foreign:
            self.convert_settlement(totals)
        if self.kind in ("ZAL", "ROZ") and self.is_foreign:
            self.convert_prepayments(totals)
        return totals

    @property
    def _has_rates_of_rows(self):
        """Whether rows have other exchange rates than the one that is booked."""
        if not (self.has_row_dates and self.is_foreign):
            return False
        rates = {self.row_rate(row) for row in self.rows if row.is_taxed}
        return rates != {self.exchange_rate}

    def _convert_by_rows(self, totals):
        """Sum the tax in PLN by rows, whose dates of supply have their own rates."""
        totals.local = dict.fromkeys(totals.local, ZERO)
        for row in self.rows:
            if row.is_taxed:
                rate = self.row_rate(row) or 0
                tax = row.net * row.tax.percentage * rate
                totals.local[BUCKETS[row.rate].local] += tax
        totals.local = {name: money(sum_) for name, sum_ in totals.local.items()}

    def local_amount(self, line):
        """Return the amount of a journal item in PLN, as booked where books are."""
        if self.company.currency_id.name == "PLN":
            return money(self.sign * line.balance)
        amount = money(self.sign * line.amount_currency)
        return money(amount * (self.exchange_rate or 0))

    @cached_property
    def gross_in_pln(self):
        """Value in PLN for the thresholds of the law; of a correction, what is left."""
        parts = [self, *self.earlier, *([self.root] if self.root else [])]
        gross = sum((part.totals.gross for part in parts), ZERO)
        return money(abs(gross) * (self.exchange_rate or 0))

"""Rules about advance invoices and their settlement."""

from decimal import Decimal

from odoo.tools import LazyTranslate

from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .fa3_order import order_lines
from .fa3_row import ADVANCE_KINDS, ZERO
from .fa3_text import cut
from .l10n_pl_ksef_reference import ADVANCE

_lt = LazyTranslate(__name__)

_GROSZ = Decimal("0.01")


def _mixed(source):
    if source.kind == "ZAL" and source.goods:
        yield found(source.move, "invoice_line_ids")


def _goods_to_the_eu(source):
    if source.kind == "ZAL" and "0 WDT" in source.rates:
        yield found(source.move, "invoice_line_ids")


def _no_order(source):
    if source.kind in ADVANCE_KINDS and not order_lines(source):
        yield found(source.move, "invoice_line_ids")


def _order_row_without_rate(source):
    if source.kind not in ADVANCE_KINDS:
        return
    for line in order_lines(source):
        if not line.tax or not line.tax.rate:
            record, field = line.owner
            yield found(record, field, row=cut(line.name, 60))


def _over_advanced(source):
    is_loose = source.is_refund and not source.corrected
    if is_loose and any(row.is_advance for row in source.rows):
        yield found(source.move, "move_type")


def _settled_in_full(source):
    if source.kind == "ROZ" and not source.totals.gross:
        yield found(source.move, "invoice_line_ids")


def _named_advances(source):
    """Return the sources of the advances that the document refers to."""
    if source.kind == "ROZ":
        return source.settled_advances
    if source.kind == "ZAL" and order_lines(source) and source.completes_order:
        return source.earlier_advances
    return []


def _advance_without_number(source):
    for advance in _named_advances(source):
        move = advance.move
        if not (move._l10n_pl_ksef_any_number() or move._l10n_pl_ksef_is_outside()):
            yield found(move, "l10n_pl_ksef_number", number=move.name)


def _wrongly_deducted(source):
    """Odoo deducts a corrected advance in full, or no more at all."""
    if source.kind != "ROZ":
        return
    if source.references(ADVANCE):
        return
    standing = sum((one.gross_left for one in source.advances), ZERO)
    deducted = source.deducted_so_far
    is_corrected = any(len(one.history) > 1 for one in source.advances)
    difference = deducted - standing
    grosze = _GROSZ * max(1, len(source.rows))
    if difference > grosze or (is_corrected and difference < -grosze):
        yield found(
            source.move, "invoice_line_ids", deducted=deducted, standing=standing
        )


def _nothing_settled(source):
    if source.kind != "ROZ" or source.references(ADVANCE):
        return
    if not (source.advances or source.prepayments):
        yield found(source.move, "l10n_pl_ksef_advance_ids")


def _no_amount_before(source):
    is_of_advance = source.kind in ("KOR_ZAL", "KOR_ROZ")
    if is_of_advance and not source.root and not source.gross_before:
        yield found(source.move, "l10n_pl_ksef_gross_before")


def _other_rate(source):
    if source.kind not in ("ZAL", "ROZ") or not source.is_foreign:
        return
    rates = {one.rate for one in source.prepayments}
    if source.kind == "ROZ":
        rates |= {one.exchange_rate for one in source.settled_advances}
    if rates - {source.exchange_rate}:
        yield found(source.move, "currency_id")


RULES = (
    Rule(
        ERROR,
        "mixed_advance",
        _lt(
            "The invoice charges an advance and sells goods or services: issue two"
            " invoices."
        ),
        _mixed,
    ),
    Rule(
        ERROR,
        "advance_on_goods_to_the_eu",
        _lt(
            "An advance on intra-Community supplies of goods is not invoiced: leave"
            " these goods out of the advance."
        ),
        _goods_to_the_eu,
    ),
    Rule(
        ERROR,
        "advance_without_order",
        _lt(
            "An advance invoice must show the order: make it from a sales order, or"
            " type the rows of the order on the KSeF tab."
        ),
        _no_order,
    ),
    Rule(
        ERROR,
        "order_row_without_rate",
        _lt("The row “%(row)s” of the order needs one tax with a KSeF rate."),
        _order_row_without_rate,
    ),
    Rule(
        ERROR,
        "over_advanced",
        _lt(
            "The advances exceed what was sold, so nothing is invoiced here. Correct"
            " the advance invoice by a credit note instead."
        ),
        _over_advanced,
    ),
    Rule(
        ERROR,
        "settled_in_full",
        _lt(
            "The advances cover the whole order: the last advance invoice is the final"
            " one, and this invoice of 0.00 does not go to KSeF."
        ),
        _settled_in_full,
    ),
    Rule(
        ERROR,
        "advance_without_number",
        _lt(
            "The advance invoice %(number)s has no KSeF number yet. Send it first and"
            " wait for its number; if it was issued outside KSeF, mark it so."
        ),
        _advance_without_number,
    ),
    Rule(
        ERROR,
        "advance_wrongly_deducted",
        _lt(
            "Advances of %(deducted)s are deducted, but after their corrections"
            " %(standing)s are left: mend the deducting rows."
        ),
        _wrongly_deducted,
    ),
    Rule(
        ERROR,
        "nothing_settled",
        _lt(
            "A settlement must name the advance invoices, or the payments before the"
            " supply: choose or type them on the KSeF tab."
        ),
        _nothing_settled,
    ),
    Rule(
        ERROR,
        "no_amount_before",
        _lt(
            "Enter what the corrected advance invoice or settlement came to before"
            " this correction."
        ),
        _no_amount_before,
    ),
    Rule(
        WARNING,
        "advance_at_another_rate",
        _lt(
            "The advances were converted at other exchange rates: the VAT in PLN on"
            " this invoice differs from the books by that difference."
        ),
        _other_rate,
    ),
)

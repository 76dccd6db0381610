"""Rules about the document: may it be sent, of what kind is it, are its dates right."""

from datetime import timedelta

from odoo.tools import LazyTranslate

from ...ksef.deadlines import today_in_warsaw
from ..common.fa3_rule import ERROR, WARNING, Rule, found

_lt = LazyTranslate(__name__)

#: FA(3) holds no more rows.
MAX_ROWS = 10000
#: art. 106i(7): an invoice may be issued this long before the supply.
DAYS_BEFORE_SUPPLY = 60
INVOICE_TYPES = ("out_invoice", "out_refund")
SELF_BILLING_TYPES = ("in_invoice", "in_refund")


def _not_posted(source):
    if source.move.state != "posted" or source.move.name in (False, "/"):
        yield found(source.move, "state")


def _not_an_invoice(source):
    if source.move.move_type not in INVOICE_TYPES + SELF_BILLING_TYPES:
        yield found(source.move, "move_type")


def _bill_of_the_supplier(source):
    is_bill = source.move.move_type in SELF_BILLING_TYPES
    if is_bill and not source.move.journal_id.is_self_billing:
        yield found(source.move, "journal_id")


def _foreign_registration(source):
    number = source.move.fiscal_position_id.foreign_vat or ""
    if number and not number.upper().startswith("PL") and not number[:1].isdigit():
        yield found(source.move, "fiscal_position_id", number=number)


#: The move is no document that we can send: nothing else is worth saying.
GATE = (
    Rule(ERROR, "not_posted", _lt("Post the invoice first."), _not_posted),
    Rule(
        ERROR,
        "not_an_invoice",
        _lt("Only invoices and credit notes are sent to KSeF."),
        _not_an_invoice,
    ),
    Rule(
        ERROR,
        "bill_of_the_supplier",
        _lt(
            "A vendor bill is sent to KSeF by its supplier; only the bills of a"
            " self-billing journal are issued here."
        ),
        _bill_of_the_supplier,
    ),
    Rule(
        ERROR,
        "foreign_registration",
        _lt(
            "The invoice is issued under the foreign tax number %(number)s, so it does"
            " not belong in KSeF."
        ),
        _foreign_registration,
    ),
)


def _no_date(source):
    if not source.move.invoice_date:
        yield found(source.move, "invoice_date")


def _in_future(source):
    day = source.move.invoice_date
    if day and day > today_in_warsaw():
        yield found(source.move, "invoice_date", date=day)


def _in_past(source):
    day = source.move.invoice_date
    if day and day < today_in_warsaw():
        yield found(source.move, "invoice_date", date=day)


def _far_from_supply(source):
    issued, supplied = source.move.invoice_date, source.supply_date
    if issued and supplied and supplied - issued > timedelta(days=DAYS_BEFORE_SUPPLY):
        yield found(source.move, "taxable_supply_date", date=supplied)


def _bad_period(source):
    start = source.move.l10n_pl_ksef_period_from
    end = source.move.l10n_pl_ksef_period_to
    if bool(start) != bool(end) or (start and end < start):
        yield found(source.move, "l10n_pl_ksef_period_to")


def _number_taken(source):
    """KSeF knows an invoice by seller, kind and number, for ten years (code 440)."""
    for other in source.facts.same_number(source.move):
        nip = other._l10n_pl_ksef_seller_nip()
        same_kind = other._l10n_pl_ksef_fa3_kind() == source.kind
        if nip == source.seller_identity.nip and same_kind:
            yield found(source.move, "name", number=source.move.name)
            return


def _no_rows(source):
    if not source.rows and not source.is_correction:
        yield found(source.move, "invoice_line_ids")


def _too_many_rows(source):
    if len(source.rows) > MAX_ROWS:
        yield found(source.move, "invoice_line_ids", count=len(source.rows))


RULES = (
    Rule(ERROR, "no_date", _lt("The invoice has no date."), _no_date),
    Rule(
        WARNING,
        "date_in_future",
        _lt(
            "The invoice date %(date)s is in the future: the invoice waits in the queue"
            " and is sent to KSeF on that day."
        ),
        _in_future,
    ),
    Rule(
        WARNING,
        "date_in_past",
        _lt(
            "The invoice date %(date)s is past: KSeF will count the invoice as issued"
            " offline, to be sent on the next working day at the latest."
        ),
        _in_past,
    ),
    Rule(
        WARNING,
        "far_from_supply",
        _lt("The supply on %(date)s is more than 60 days after the invoice date."),
        _far_from_supply,
    ),
    Rule(
        ERROR,
        "bad_period",
        _lt("The supply period needs a first day and a last day that follows it."),
        _bad_period,
    ),
    Rule(
        ERROR,
        "number_taken",
        _lt(
            "Another invoice with the number %(number)s has been handed over to KSeF,"
            " which would refuse this one as a duplicate: give it another number."
        ),
        _number_taken,
    ),
    Rule(ERROR, "no_rows", _lt("The invoice has no rows."), _no_rows),
    Rule(
        ERROR,
        "too_many_rows",
        _lt("The invoice has %(count)s rows; a structured invoice holds 10 000."),
        _too_many_rows,
    ),
)

"""Rules about rows and their taxes."""

from odoo.tools import LazyTranslate

from ..common.fa3_rule import ERROR, WARNING, Rule, found
from .account_move_fa3_annotations import is_cash_method
from .account_tax import MARGIN, RATE_PERCENTAGES
from .fa3_text import cut

_lt = LazyTranslate(__name__)

_TITLE_LENGTH = 60


def _title(row):
    return cut(row.line.name, _TITLE_LENGTH) or row.product.name or "-"


def _taxes(source, rate):
    """Return the taxes of the rows at ``rate``, each once."""
    return list(dict.fromkeys(row.tax for row in source.rows if row.rate == rate))


def _without_tax(source):
    for row in source.rows:
        if not row.taxes:
            yield found(row.line, "tax_ids", row=_title(row))


def _several_taxes(source):
    for row in source.rows:
        if len(row.taxes) > 1:
            taxes = ", ".join(tax.name for tax in row.taxes)
            yield found(row.line, "tax_ids", row=_title(row), taxes=taxes)


def _tax_without_rate(source):
    for tax in dict.fromkeys(row.tax for row in source.rows if len(row.taxes) == 1):
        if not tax.rate:
            yield found(tax.record, "l10n_pl_ksef_rate", tax=tax.name)


def _rate_of_another_percentage(source):
    for tax in {row.tax: None for row in source.rows if row.rate}:
        expected = RATE_PERCENTAGES.get(tax.rate)
        if expected is not None and tax.amount != expected:
            rate = tax.rate
            yield found(tax.record, "l10n_pl_ksef_rate", tax=tax.name, rate=rate)


def _without_name(source):
    for row in source.rows:
        if not (row.line.name or row.product.name or "").strip():
            yield found(row.line, "name", number=row.number)


def _without_basis(source):
    for tax in _taxes(source, "zw"):
        if not tax.exempt_basis:
            yield found(tax.record, "l10n_pl_ksef_exempt_basis", tax=tax.name)


def _margin_without_kind(source):
    for tax in _taxes(source, MARGIN):
        if not tax.margin_kind:
            yield found(tax.record, "l10n_pl_ksef_margin_kind", tax=tax.name)


def _mixed_margins(source):
    kinds = {tax.margin_kind for tax in _taxes(source, MARGIN)}
    if len(kinds - {None}) > 1:
        yield found(source.move, "invoice_line_ids")


def _domestic_reverse_charge(source):
    for tax in _taxes(source, "oo"):
        yield found(tax.record, "l10n_pl_ksef_rate", tax=tax.name)


def _cash_method_abroad(source):
    if "0 WDT" in source.rates and is_cash_method(source):
        yield found(source.move, "invoice_line_ids")


def _several_procedures(source):
    marks = source.voucher_marks
    for row in source.rows if marks else ():
        procedures = dict.fromkeys([*filter(None, [row.tax.procedure]), *marks])
        if len(procedures) > 1:
            names = ", ".join(procedures)
            yield found(row.line, "tax_ids", row=_title(row), procedures=names)


RULES = (
    Rule(ERROR, "row_without_name", _lt("Row %(number)s has no name."), _without_name),
    Rule(
        ERROR,
        "row_without_tax",
        _lt(
            "The row “%(row)s” has no tax. Choose one, also for exempt sales; mark"
            " the product as a deposit if it is one."
        ),
        _without_tax,
    ),
    Rule(
        ERROR,
        "row_with_several_taxes",
        _lt("The row “%(row)s” has several taxes: %(taxes)s. Leave one."),
        _several_taxes,
    ),
    Rule(
        ERROR,
        "tax_without_rate",
        _lt(
            "It is not known how the tax “%(tax)s” is reported in KSeF: choose its KSeF"
            " rate."
        ),
        _tax_without_rate,
    ),
    Rule(
        ERROR,
        "rate_of_another_percentage",
        _lt(
            "The tax “%(tax)s” is reported as %(rate)s in KSeF, which is not its"
            " percentage."
        ),
        _rate_of_another_percentage,
    ),
    Rule(
        ERROR,
        "exempt_without_basis",
        _lt(
            "An exempt invoice must name the legal basis: enter it on the tax"
            " “%(tax)s”."
        ),
        _without_basis,
    ),
    Rule(
        ERROR,
        "margin_without_kind",
        _lt("Say on the tax “%(tax)s” which margin scheme it is for."),
        _margin_without_kind,
    ),
    Rule(
        ERROR,
        "mixed_margins",
        _lt("Only one kind of margin scheme fits into one invoice."),
        _mixed_margins,
    ),
    Rule(
        WARNING,
        "domestic_reverse_charge",
        _lt(
            "The tax “%(tax)s” is a domestic reverse charge, which the law has left"
            " for gas, electricity and emission allowances only."
        ),
        _domestic_reverse_charge,
    ),
    Rule(
        WARNING,
        "cash_method_abroad",
        _lt("Cash accounting does not apply to intra-Community supplies."),
        _cash_method_abroad,
    ),
    Rule(
        ERROR,
        "several_procedures",
        _lt("The row “%(row)s” has several procedures: %(procedures)s. Leave one."),
        _several_procedures,
    ),
)

"""Adnotacje: what the law wants said of an invoice."""

from decimal import Decimal

from odoo import models

from ...ksef.fa3 import model
from .account_move_fa3_parties import is_triangular
from .account_tax import MARGIN
from .fa3_order import order_lines
from .fa3_row import ADVANCE_KINDS, TAXED
from .fa3_text import cut

YES, NO = 1, 2
_ANSWERS = {"yes": YES, "no": NO}
#: rates for which the buyer accounts for the tax (P_18).
REVERSE_CHARGE = frozenset({"oo", "np II"})
#: art. 106e(1)(18a): split payment is compulsory above this gross amount.
SPLIT_PAYMENT_LIMIT = Decimal(15000)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_annotations(self, source):
        return model.Adnotacje(
            P_16=YES if is_cash_method(source) else NO,
            P_17=YES if source.is_self_billing else NO,
            P_18=reverse_charge(source),
            P_18A=split_payment(source),
            Zwolnienie=exemption(source),
            NoweSrodkiTransportu=self._l10n_pl_ksef_fa3_vehicles(source),
            P_23=YES if is_triangular(source) else NO,
            PMarzy=margin(source),
        )


def is_cash_method(source):
    """Tell whether the seller accounts for VAT when it is paid."""
    own = not source.is_self_billing and source.company.l10n_pl_ksef_cash_method
    return own or any(row.tax.is_on_payment for row in source.all_rows)


def reverse_charge(source):
    """Return P_18: does the buyer account for the tax, here or in its own country?

    Services outside Poland (np I) count when the buyer is a firm with a tax number.
    """
    said = _ANSWERS.get(source.move.l10n_pl_ksef_reverse_charge)
    if said:
        return said
    is_firm = source.buyer.is_company and source.buyer_identity.is_known
    applies = (
        source.rates & REVERSE_CHARGE
        or is_triangular(source)
        or ("np I" in source.rates and is_firm)
    )
    return YES if applies else NO


def has_annex15(source):
    """Tell whether goods of annex 15 are sold, or ordered behind an advance."""
    if any(row.is_annex15 for row in source.all_rows):
        return True
    return source.kind in ADVANCE_KINDS and any(
        line.product.is_annex15 for line in order_lines(source)
    )


def must_split_payment(source):
    """Tell whether the law wants split payment: annex 15, a firm, above the limit."""
    return (
        has_annex15(source)
        and source.buyer_identity.is_known
        and bool(source.rates & TAXED)
        and source.gross_in_pln > SPLIT_PAYMENT_LIMIT
    )


def split_payment(source):
    said = _ANSWERS.get(source.move.l10n_pl_ksef_split_payment)
    return said or (YES if must_split_payment(source) else NO)


def exemption(source):
    """Return Zwolnienie: one kind of basis; several texts are joined."""
    taxes = [row.tax for row in source.all_rows if row.rate == "zw"]
    if not taxes:
        return model.ORDINARY.Zwolnienie
    kind = taxes[0].exempt_kind
    texts = dict.fromkeys(tax.exempt_basis for tax in taxes)
    basis = cut("; ".join(filter(None, texts)), 256)
    return model.Zwolnienie(P_19=True, **{f"P_19{kind}": basis})


def margin(source):
    kind = next(
        (row.tax.margin_kind for row in source.all_rows if row.rate == MARGIN),
        None,
    )
    if not kind:
        return model.ORDINARY.PMarzy
    return model.PMarzy(P_PMarzy=True, **{f"P_PMarzy_{kind}": True})

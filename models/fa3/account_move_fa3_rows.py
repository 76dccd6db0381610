"""FaWiersz and DodatkowyOpis: the rows, and what did not fit into them."""

from decimal import Decimal

from odoo import models
from odoo.tools.mail import html2plaintext

from ...ksef.fa3 import model
from .account_tax import MARGIN
from .fa3_text import cut, fits, money, pieces, price, quantity

QUANTITY_DIGITS = 6
NAME_LENGTH = 512
VALUE_LENGTH = 256
REASON_LENGTH = 256
#: unit of a row whose quantity has more decimals than FA(3) can hold.
_WHOLE_UNIT = "kpl."
_TOLERANCE = Decimal("0.01")
#: keys of DodatkowyOpis.
NOTE = "Uwaga"
NAME_CONTINUED = "Nazwa (cd.)"
REASON_CONTINUED = "Przyczyna korekty (cd.)"
LEGAL_BASIS = "Podstawa prawna"
EXEMPTION = "Podstawa zwolnienia"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_fa3_rows(self, source):
        return tuple(self._l10n_pl_ksef_fa3_row(source, row) for row in source.goods)

    def _l10n_pl_ksef_fa3_row(self, source, row):
        """Return the ``FaWiersz`` of a row; extend it with ``dataclasses.replace``."""
        product, tax = row.product, row.tax
        return model.FaWiersz(
            NrWierszaFa=row.number,
            UU_ID=source.row_id(row.line),
            P_6A=source.row_date(row),
            P_7=row_name(row)[0],
            Indeks=product.index,
            GTIN=product.gtin,
            PKWiU=product.pkwiu,
            CN=product.cn,
            PKOB=product.pkob,
            **quantity_and_price(source, row),
            **values(source, row),
            P_12=tax.code,
            P_12_XII=tax.foreign_percentage,
            P_12_Zal_15=row.is_annex15,
            KwotaAkcyzy=excise(row),
            GTU=product.gtu,
            Procedura=procedure(source, row),
            KursWaluty=source.row_rate(row),
        )

    def _l10n_pl_ksef_fa3_remarks(self, source):
        """Return the pairs of DodatkowyOpis: cut names, notes, legal grounds."""
        return (
            *_typed(source),
            *_rest_of_reason(source),
            *_rest_of_names(source),
            *_notes(source),
            *_exemptions(source),
            *_legal_notes(source),
        )


def excise(row):
    """Return KwotaAkcyzy: the excise in the price of a row, ``None`` where none is."""
    return money(row.line.excise) if row.line.excise else None


def row_name(row):
    """Return the name of a row in pieces: P_7 and what overflows."""
    text = row.line.name or row.product.name
    return pieces(text, NAME_LENGTH, VALUE_LENGTH) or [None]


def procedure(source, row):
    """Return the one procedure of a row: the tax's, else the invoice's voucher mark."""
    return row.tax.procedure or next(iter(source.voucher_marks), None)


def values(source, row):
    """Return P_11 or P_11A, and P_11Vat where VAT is summed by rows."""
    is_gross = source.is_gross or row.rate == MARGIN
    return {
        "P_11": None if is_gross else row.net,
        "P_11A": row.gross if is_gross else None,
        "P_11Vat": row.vat if source.rounds_per_row and row.is_taxed else None,
    }


def quantity_and_price(source, row, *, is_gross=None):
    """Return unit, quantity, unit price and discount of a row.

    FA(3) has the discount per unit (P_10); quantity x (price - discount) is the value
    of the row, so a price that does not give it within a grosz (old prices with hidden
    decimals, taxes included in some rows only) is derived from the value.
    """
    line = row.line
    if is_gross is None:
        is_gross = source.is_gross or row.rate == MARGIN
    value = row.gross if is_gross else row.net
    key = "P_9B" if is_gross else "P_9A"
    count = quantity(line.quantity) * (-1 if source.is_refund else 1)
    if not fits(line.quantity, QUANTITY_DIGITS):
        return {"P_8A": _WHOLE_UNIT, "P_8B": Decimal(1), key: value}
    unit_price, discount = _price(line, row.tax, is_gross)
    if count < 0 and not source.is_correction:
        count, unit_price, discount = -count, -unit_price, -discount
    if count and abs(count * (unit_price - discount) - value) > _TOLERANCE:
        unit_price = price(value / count + discount)
    unit = source.facts.unit_of(line)
    return {"P_8A": unit, "P_8B": count, key: unit_price, "P_10": discount or None}


def _price(line, tax, is_gross):
    unit_price = Decimal(repr(line.price_unit))
    if tax.is_included and not is_gross:
        unit_price /= 1 + tax.percentage
    discount = line.discount and unit_price * Decimal(repr(line.discount)) / 100
    return price(unit_price), price(discount) if discount else 0


# -- DodatkowyOpis -------------------------------------------------------------


def remark(key, text, row_number=None):
    """Return the remarks for a text of any length."""
    return [
        model.TKluczWartosc(NrWiersza=row_number, Klucz=key, Wartosc=piece)
        for piece in pieces(text, VALUE_LENGTH, VALUE_LENGTH)
    ]


def _typed(source):
    return [
        pair
        for entry in source.move.l10n_pl_ksef_entry_ids
        for pair in remark(cut(entry.key, VALUE_LENGTH), entry.value)
    ]


def _rest_of_reason(source):
    """Return what of a correction's reason did not fit into PrzyczynaKorekty."""
    reason = source.is_correction and source.move._l10n_pl_ksef_fa3_reason()
    rest = pieces(reason or "", REASON_LENGTH, VALUE_LENGTH)[1:]
    return [
        model.TKluczWartosc(Klucz=REASON_CONTINUED, Wartosc=piece) for piece in rest
    ]


def _rest_of_names(source):
    return [
        model.TKluczWartosc(NrWiersza=row.number, Klucz=NAME_CONTINUED, Wartosc=piece)
        for row in source.goods
        if len(row.line.name or "") > NAME_LENGTH
        for piece in row_name(row)[1:]
    ]


def _notes(source):
    """Return the notes of the invoice, each at the row that stands before it."""
    numbers = {row.line.id: row.number for row in source.goods}
    lines = [*source.lines.get("product", ()), *source.lines.get("line_note", ())]
    if len(lines) == len(source.lines.get("product", ())):
        return []
    found, last = [], None
    for line in sorted(lines, key=source.position):
        last = numbers.get(line.id, last)
        if line.display_type == "line_note":
            found += remark(NOTE, line.name, last)
    return found


def _exemptions(source):
    """Return the basis of each exempt row, where the rows have different ones."""
    rows = [row for row in source.goods if row.rate == "zw"]
    if len({row.tax.exempt_basis for row in rows}) < 2:
        return []
    return [
        pair
        for row in rows
        for pair in remark(EXEMPTION, row.tax.exempt_basis, row.number)
    ]


def _legal_notes(source):
    notes = dict.fromkeys(row.tax.legal_notes for row in source.goods)
    return [
        pair
        for note in notes
        if note
        for pair in remark(LEGAL_BASIS, html2plaintext(note))
    ]

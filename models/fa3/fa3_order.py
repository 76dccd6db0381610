"""The order behind an advance invoice (Zamowienie): of the sales orders, or typed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ...ksef.fa3.model import Zamowienie, ZamowienieWiersz
from .fa3_facts import ProductFacts, TaxFacts
from .fa3_row import ZERO
from .fa3_text import cut, fits, money, pieces, price, quantity

QUANTITY_DIGITS = 6
NAME_LENGTH = 512
_WHOLE_UNIT = "kpl."
#: procedures that an order row may not carry.
_NOT_ON_ORDERS = ("I_42", "I_63")


@dataclass(frozen=True, slots=True, eq=False)
class OrderLine:
    """A row of the order, wherever it was written.

    :ivar owner: record and field where the row is mended
    :ivar key: what tells the row from others in this database
    :ivar taxes: facts of its taxes; one is right
    :ivar quantity: as a float of Odoo
    """

    owner: tuple[Any, str]
    key: str
    name: str | None
    product: ProductFacts
    taxes: tuple[TaxFacts, ...]
    unit: str | None
    quantity: float
    net: Decimal
    vat: Decimal
    is_cancelled: bool = False
    excise: Decimal | None = None

    @property
    def tax(self):
        return self.taxes[0] if len(self.taxes) == 1 else None


def order_lines(source, *, before=False):
    """Return the rows of the order behind a document, without advances.

    :param before: the rows typed as the state before a correction
    """
    typed = source.move.l10n_pl_ksef_order_row_ids
    if typed:
        return [
            _typed(source, row)
            for row in typed
            if row.is_before == before and row.quantity
        ]
    return [
        _sold(source, line)
        for each in source.sale_orders
        for line in each.order_line.sorted(lambda line: (line.sequence, line.id))
        if not line.display_type and not line.is_downpayment and line.product_uom_qty
    ]


def _sold(source, line):
    is_cancelled = line.order_id.state == "cancel"
    return OrderLine(
        owner=(line.order_id, "order_line"),
        key=f"so-{line.id}",
        name=line.name,
        product=source.facts.product(line.product_id),
        taxes=source.facts.taxes(source.env, line.tax_ids._ids),
        unit=source.facts.unit(line.product_uom_id),
        quantity=line.product_uom_qty,
        net=ZERO if is_cancelled else money(line.price_subtotal),
        vat=ZERO if is_cancelled else money(line.price_tax),
        is_cancelled=is_cancelled,
    )


def _typed(source, row):
    unit = row.product_uom_id
    return OrderLine(
        owner=(source.move, "l10n_pl_ksef_order_row_ids"),
        key=f"or-{row.id}",
        name=row.name,
        product=source.facts.product(row.product_id),
        taxes=source.facts.taxes(source.env, row.tax_id._ids),
        unit=source.facts.unit(unit) if unit else None,
        quantity=row.quantity,
        net=money(row.net),
        vat=money(row.vat),
        excise=money(row.excise) if row.excise else None,
    )


def order(source, *, before=False):
    """Return the order as it stands: value with tax, and its rows."""
    lines = order_lines(source, before=before)
    rows = tuple(_row(source, line, number) for number, line in enumerate(lines, 1))
    return Zamowienie(WartoscZamowienia=order_value(rows), ZamowienieWiersz=rows)


def order_value(rows):
    return sum((row.P_11NettoZ + row.P_11VatZ for row in rows), ZERO)


def left_of(corrected):
    """Return the order that a correction left: its rows after."""
    after = tuple(row for row in corrected.ZamowienieWiersz if not row.StanPrzedZ)
    return replace(
        corrected, WartoscZamowienia=order_value(after), ZamowienieWiersz=after
    )


def order_before_and_after(before, after):
    """Return the order of a correction: all rows before, then all rows after."""
    former = tuple(replace(row, StanPrzedZ=True) for row in before.ZamowienieWiersz)
    return replace(after, ZamowienieWiersz=(*former, *after.ZamowienieWiersz))


def _row(source, line, number):
    tax, product = line.tax, line.product
    procedure = tax.procedure if tax else None
    return ZamowienieWiersz(
        NrWierszaZam=number,
        UU_IDZ=f"odoo-{source.facts.database(source.env)}-{line.key}",
        P_7Z=next(iter(pieces(line.name or product.name, NAME_LENGTH, 1)), None),
        IndeksZ=product.index,
        GTINZ=product.gtin,
        PKWiUZ=product.pkwiu,
        CNZ=product.cn,
        PKOBZ=product.pkob,
        **_amounts(line),
        P_11NettoZ=line.net,
        P_11VatZ=line.vat,
        P_12Z=tax.code if tax else None,
        P_12Z_XII=tax.foreign_percentage if tax else None,
        P_12Z_Zal_15=product.is_annex15,
        GTUZ=product.gtu,
        ProceduraZ=None if procedure in _NOT_ON_ORDERS else procedure,
        KwotaAkcyzyZ=line.excise,
    )


def _amounts(line):
    """Return unit, quantity and net price; an order row has no discount of its own."""
    if not fits(line.quantity, QUANTITY_DIGITS):
        count, unit = quantity(1), _WHOLE_UNIT
    else:
        count, unit = quantity(line.quantity), line.unit
    return {
        "P_8AZ": cut(unit, 256),
        "P_8BZ": quantity(0) if line.is_cancelled else count,
        "P_9AZ": price(line.net / count),
    }

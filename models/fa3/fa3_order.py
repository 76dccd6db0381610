"""The order behind an advance invoice (Zamowienie), read from the sales orders.

Works only where the Sales app is installed; nothing here is called otherwise.
"""

from dataclasses import replace

from ...ksef.fa3.model import Zamowienie, ZamowienieWiersz
from .fa3_row import ZERO
from .fa3_text import cut, fits, money, pieces, price, quantity

QUANTITY_DIGITS = 6
NAME_LENGTH = 512
_WHOLE_UNIT = "kpl."
#: procedures that an order row may not carry.
_NOT_ON_ORDERS = ("I_42", "I_63")


def order_lines(source):
    """Return the rows of the sales orders behind a document, without advances."""
    return [
        line
        for order in source.sale_orders
        for line in order.order_line.sorted(lambda line: (line.sequence, line.id))
        if not line.display_type and not line.is_downpayment and line.product_uom_qty
    ]


def order(source):
    """Return the order as it stands: value with tax, and its rows."""
    rows = tuple(
        _row(source, line, number) for number, line in enumerate(order_lines(source), 1)
    )
    return Zamowienie(WartoscZamowienia=order_value(rows), ZamowienieWiersz=rows)


def order_value(rows):
    return sum((row.P_11NettoZ + row.P_11VatZ for row in rows), ZERO)


def order_before_and_after(before, after):
    """Return the order of a correction: all rows before, then all rows after."""
    former = tuple(replace(row, StanPrzedZ=True) for row in before.ZamowienieWiersz)
    return replace(after, ZamowienieWiersz=(*former, *after.ZamowienieWiersz))


def _row(source, line, number):
    taxes = source.facts.taxes(source.env, line.tax_ids._ids)
    tax = taxes[0] if len(taxes) == 1 else None
    product = source.facts.product(line.product_id)
    is_cancelled = line.order_id.state == "cancel"
    net = ZERO if is_cancelled else money(line.price_subtotal)
    vat = ZERO if is_cancelled else money(line.price_tax)
    procedure = tax.procedure if tax else None
    return ZamowienieWiersz(
        NrWierszaZam=number,
        UU_IDZ=f"odoo-{source.facts.database(source.env)}-so-{line.id}",
        P_7Z=next(iter(pieces(line.name or product.name, NAME_LENGTH, 1)), None),
        IndeksZ=product.index,
        GTINZ=product.gtin,
        PKWiUZ=product.pkwiu,
        CNZ=product.cn,
        PKOBZ=product.pkob,
        **_amounts(source, line, is_cancelled),
        P_11NettoZ=net,
        P_11VatZ=vat,
        P_12Z=tax.code if tax else None,
        P_12Z_XII=tax.foreign_percentage if tax else None,
        P_12Z_Zal_15=product.is_annex15,
        GTUZ=product.gtu,
        ProceduraZ=None if procedure in _NOT_ON_ORDERS else procedure,
    )


def _amounts(source, line, is_cancelled):
    """Return unit, quantity and net price; an order row has no discount of its own."""
    net = money(line.price_subtotal)
    if not fits(line.product_uom_qty, QUANTITY_DIGITS):
        count, unit = quantity(1), _WHOLE_UNIT
    else:
        count = quantity(line.product_uom_qty)
        unit = source.facts.unit(line.product_uom_id)
    return {
        "P_8AZ": cut(unit, 256),
        "P_8BZ": quantity(0) if is_cancelled else count,
        "P_9AZ": price(net / count),
    }

"""Rows of a correction: what was before and what is after, as what changed.

A row with StanPrzed is the state before; its partner has the same UU_ID, else the same
number, else the same name, index and rate. Rows without any partner count as they are.
"""

from dataclasses import replace
from decimal import Decimal

from .fa3_import_reading import text


def _by_id(line):
    return text(line.row.UU_ID) or None


def _by_number(line):
    return line.row.NrWierszaFa


def _by_content(line):
    return line.name, text(line.row.Indeks), line.rate


def changes(lines):
    """Return the lines of the differences between the states before and after.

    :param lines: lines of all rows of a correction, ``row`` set
    """
    before = [line for line in lines if line.row.StanPrzed]
    after = [line for line in lines if not line.row.StanPrzed]
    if not before:
        return lines
    result = []
    for key in (_by_id, _by_number, _by_content):
        before, after, pairs = _matched(before, after, key)
        for old, new in pairs:
            result.extend(_difference(old, new))
    result += [_negative(line) for line in before if line.net]
    result += [line for line in after if line.net]
    return result


def _matched(before, after, key):
    """Return the unmatched of both and the pairs that share a key, each used once."""
    waiting = {}
    for line in before:
        waiting.setdefault(key(line), []).append(line)
    waiting.pop(None, None)
    pairs, rest = [], []
    for line in after:
        found = waiting.get(key(line))
        if found:
            pairs.append((found.pop(0), line))
        else:
            rest.append(line)
    used = {id(old) for old, _new in pairs}
    return [line for line in before if id(line) not in used], rest, pairs


def _difference(old, new):
    if old.net is None or new.net is None:
        return
    if old.rate != new.rate or old.is_gross != new.is_gross:
        yield from (_negative(old), new)
        return
    net = new.net - old.net
    if not net:
        return
    line = replace(new, net=net, price=None, discount=Decimal(0), quantity=Decimal(1))
    if old.price == new.price and old.discount == new.discount and new.price:
        line.quantity, line.price = new.quantity - old.quantity, new.price
        line.discount = new.discount
    elif old.quantity == new.quantity:
        line.quantity = new.quantity
    yield line


def _negative(line):
    return replace(line, net=-line.net, quantity=-line.quantity)

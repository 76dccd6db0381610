"""Zalacznik: the structured attachment, which KSeF takes in batch packages only."""

import re

from odoo import fields, models

from ...ksef.fa3 import model
from .fa3_text import clean

#: FA(3) holds so many rows in a table; a longer one becomes several.
MAX_TABLE_ROWS = 1000
_CELL_SEPARATORS = ("\t", ";")
#: type of a column -> what each of its cells must be, the narrowest first.
COLUMN_TYPES = (
    ("int", re.compile(r"-?\d+")),
    ("dec", re.compile(r"-?\d+([.,]\d+)?")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
    ("datetime", re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")),
    ("time", re.compile(r"\d\d:\d\d(:\d\d)?")),
)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_attachment_ids = fields.One2many(
        "l10n_pl_ksef.attachment_block",
        "move_id",
        string="Structured attachment",
        copy=True,
    )

    def _l10n_pl_ksef_fa3_attachment(self, source):
        blocks = source.move.l10n_pl_ksef_attachment_ids
        if not blocks:
            return None
        return model.Zalacznik(BlokDanych=tuple(_block(each) for each in blocks))


def _block(record):
    paragraphs = tuple(
        filter(None, (clean(line) for line in (record.paragraphs or "").splitlines()))
    )
    return model.BlokDanych(
        ZNaglowek=clean(record.title),
        MetaDane=tuple(
            model.MetaDane(ZKlucz=clean(each.key), ZWartosc=clean(each.value))
            for each in record.entry_ids
        ),
        Tekst=model.Tekst(Akapit=paragraphs) if paragraphs else None,
        Tabela=tuple(part for each in record.table_ids for part in tables(each)),
    )


def grid(text):
    """Return the cells of a table pasted from a spreadsheet, all rows equally long."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    separator = next(
        (mark for mark in _CELL_SEPARATORS if any(mark in line for line in lines)),
        _CELL_SEPARATORS[0],
    )
    rows = [[clean(cell) or "" for cell in line.split(separator)] for line in lines]
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def column_type(cells):
    """Return the type that all filled cells of a column have; ``txt`` is any."""
    filled = [cell for cell in cells if cell]
    fitting = (
        name
        for name, pattern in COLUMN_TYPES
        if filled and all(pattern.fullmatch(cell) for cell in filled)
    )
    return next(fitting, "txt")


def tables(record):
    """Return the ``Tabela`` of a typed table, in parts where it is too long."""
    title, *rows = grid(record.content) or [[]]
    total = rows.pop() if record.has_totals and len(rows) > 1 else None
    types = [column_type(column) for column in zip(*rows, strict=True)]
    header = model.TNaglowek(
        Kol=tuple(
            model.Kol(Typ=kind, NKom=name)
            for kind, name in zip(types or ["txt"] * len(title), title, strict=True)
        )
    )
    facts = tuple(
        model.TMetaDane(TKlucz=clean(each.key), TWartosc=clean(each.value))
        for each in record.entry_ids
    )
    starts = range(0, max(len(rows), 1), MAX_TABLE_ROWS)
    return [
        model.Tabela(
            TMetaDane=facts,
            Opis=clean(record.description),
            TNaglowek=header,
            Wiersz=tuple(
                model.Wiersz(WKom=tuple(row))
                for row in rows[start : start + MAX_TABLE_ROWS]
            ),
            Suma=model.Suma(SKom=tuple(total))
            if total and start == starts[-1]
            else None,
        )
        for start in starts
    ]

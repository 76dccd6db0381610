"""Journal items as plain values, read for a whole batch in two queries.

A hundred invoices of a hundred rows are a quarter of a million field reads through
the ORM, more than all the rest together; their columns are plain stored fields.
"""

from typing import NamedTuple

from odoo.tools import SQL

_COLUMNS = (
    "id",
    "move_id",
    "display_type",
    "sequence",
    "name",
    "quantity",
    "price_unit",
    "discount",
    "amount_currency",
    "balance",
    "price_subtotal",
    "price_total",
    "product_id",
    "product_uom_id",
    "tax_line_id",
    "tax_repartition_line_id",
    "date_maturity",
    "matching_number",
    "l10n_pl_ksef_supply_date",
    "l10n_pl_ksef_origin_line_id",
    "l10n_pl_ksef_annex15",
    "l10n_pl_ksef_excise",
    "l10n_pl_ksef_is_advance",
)
_LINKS = ("tax_ids", "sale_line_ids")
#: of the Sales app, as ``sale_line_ids`` is.
_DOWNPAYMENT = "is_downpayment"


class Line(NamedTuple):
    """A journal item: its columns by name, related records by id."""

    id: int
    move_id: int
    display_type: str
    sequence: int
    name: str | None
    quantity: float | None
    price_unit: float | None
    discount: float | None
    amount_currency: float
    balance: float
    price_subtotal: float | None
    price_total: float | None
    product_id: int | None
    product_uom_id: int | None
    tax_line_id: int | None
    tax_repartition_line_id: int | None
    date_maturity: object
    matching_number: str | None
    supply_date: object
    origin_line_id: int | None
    is_annex15: bool | None
    excise: float | None
    deducts_advance: bool | None
    is_downpayment: bool | None
    tax_ids: tuple[int, ...]
    sale_line_ids: tuple[int, ...]

    @property
    def is_advance(self):
        """Whether the row charges or deducts an advance."""
        return bool(self.is_downpayment or self.deducts_advance)

    # So that a line can stand for its record where problems point at one.
    _name = "account.move.line"


def load(env, move_ids):
    """Return the journal items of some moves in the order of the invoice.

    :return: ``{move id: [Line]}``, with an empty list for a move without any
    """
    model = env["account.move.line"]
    columns = [*_COLUMNS, *([_DOWNPAYMENT] if _DOWNPAYMENT in model._fields else [])]
    relations = [model._fields[name] for name in _LINKS if name in model._fields]
    model.flush_model([*columns[1:], *(field.name for field in relations)])
    rows = env.execute_query(
        SQL(
            "SELECT %s FROM account_move_line WHERE move_id IN %s",
            SQL(", ").join(_column(model._fields[name]) for name in columns),
            tuple(move_ids),
        )
    )
    rows.sort(key=_position)
    line_ids = [row[0] for row in rows]
    linked = {field.name: _linked(env, field, line_ids) for field in relations}
    taxes, orders = (linked.get(name, {}) for name in _LINKS)
    found = {move_id: [] for move_id in move_ids}
    padding = () if _DOWNPAYMENT in columns else (False,)
    for row in rows:
        line_id, move_id = row[:2]
        links = taxes.get(line_id, ()), orders.get(line_id, ())
        found[move_id].append(Line(*row, *padding, *links))
    return found


def _position(row):
    """Key that sorts rows of ``_COLUMNS`` by move, sequence, id."""
    return row[1], row[3] or 0, row[0]


def _column(field):
    # PostgreSQL's own floats arrive several times faster than its exact numbers.
    is_number = field.type in ("float", "monetary")
    return SQL("%s::float8" if is_number else "%s", SQL.identifier(field.name))


def _linked(env, field, line_ids):
    """Return the ids that a many2many field links to journal items."""
    if not line_ids:
        return {}
    found = {}
    query = SQL(
        "SELECT %s, %s FROM %s WHERE %s IN %s ORDER BY 1, 2",
        SQL.identifier(field.column1),
        SQL.identifier(field.column2),
        SQL.identifier(field.relation),
        SQL.identifier(field.column1),
        tuple(line_ids),
    )
    for line_id, linked_id in env.execute_query(query):
        found[line_id] = (*found.get(line_id, ()), linked_id)
    return found

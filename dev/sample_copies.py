"""Thousands of posted invoices: a few made in the usual way, the others copied in SQL.

Each copy is a journal entry with all its items and their taxes, and with a number of
its own: what the add-on reads of a posted invoice is there.
"""

_OF_ITS_OWN = {
    "account_move": ("id", "name", "sequence_number", "access_token"),
    "account_move_line": ("id", "move_id", "move_name"),
}
_SUMS_OF_LINES = (
    "debit",
    "credit",
    "balance",
    "amount_currency",
    "amount_residual",
    "amount_residual_currency",
    "tax_base_amount",
)


def make_copies(env, originals, count: int, prefix: str):
    """Return ``count`` posted invoices, copied from the originals in turns.

    :param prefix: of their numbers
    """
    env.flush_all()
    copies = _copy_moves(env, originals, count, prefix)
    lines = _lines(env, originals)
    pairs = [(copy, line) for copy, move in copies.items() for line in lines[move]]
    _copy_lines(env, pairs)
    for table in ("account_move", "account_move_line"):
        env.cr.execute(f"ANALYZE {table}")
    env.invalidate_all()
    return env["account.move"].browse(copies)


def lengthen(env, move, times: int, name: str):
    """Return a copy of a posted invoice with all its rows ``times`` times.

    Taxes, totals and what is due are ``times`` as large, so all sums are right.
    """
    copy = make_copies(env, move, 1, name)
    _multiply(env, "account_move_line", _SUMS_OF_LINES, times, copy)
    names = _columns(env, "account_move")
    totals = [each for each in names if each.startswith("amount_")]
    _multiply(env, "account_move", totals, times, copy)
    rows = move.invoice_line_ids.sorted("id").ids
    _copy_lines(env, [(copy.id, row) for row in rows * (times - 1)])
    env.invalidate_all()
    return copy


def _columns(env, table: str) -> list[str]:
    """Return the columns to copy."""
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = current_schema",
        (table,),
    )
    return [name for (name,) in env.cr.fetchall() if name not in _OF_ITS_OWN[table]]


def _lines(env, moves) -> dict[int, list[int]]:
    """Return the ids of all items of some moves."""
    env.cr.execute(
        "SELECT move_id, array_agg(id ORDER BY id) FROM account_move_line"
        " WHERE move_id = ANY(%s) GROUP BY move_id",
        (moves.ids,),
    )
    return dict(env.cr.fetchall())


def _copy_moves(env, originals, count: int, prefix: str) -> dict[int, int]:
    """Copy the entries, in turns.

    :return: id of each copy -> id of its original
    """
    names = _columns(env, "account_move")
    env.cr.execute(
        f"INSERT INTO account_move (name, sequence_number, {', '.join(names)})"
        f" SELECT %s || number, number, {', '.join(f'move.{name}' for name in names)}"
        " FROM generate_series(1, %s) AS number JOIN account_move AS move"
        "   ON move.id = (%s::int[])[1 + number %% %s]"
        " ORDER BY number RETURNING id, sequence_number",
        (prefix, count, originals.ids, len(originals)),
    )
    return {
        copy: originals.ids[number % len(originals)]
        for copy, number in sorted(env.cr.fetchall())
    }


def _copy_lines(env, pairs: list[tuple[int, int]]) -> None:
    """Copy items, with their taxes.

    :param pairs: id of the entry that gets the copy, id of the item
    """
    if not pairs:
        return
    names = _columns(env, "account_move_line")
    moves, lines = (list(ids) for ids in zip(*pairs, strict=True))
    env.cr.execute(
        f"INSERT INTO account_move_line (move_id, move_name, {', '.join(names)})"
        f" SELECT move.id, move.name, {', '.join(f'line.{name}' for name in names)}"
        " FROM unnest(%s::int[], %s::int[])"
        "   WITH ORDINALITY AS pair (move_id, line_id, place)"
        " JOIN account_move AS move ON move.id = pair.move_id"
        " JOIN account_move_line AS line ON line.id = pair.line_id"
        " ORDER BY pair.place RETURNING id",
        (moves, lines),
    )
    copies = sorted(id_ for (id_,) in env.cr.fetchall())
    env.cr.execute(
        "INSERT INTO account_move_line_account_tax_rel"
        "   (account_move_line_id, account_tax_id)"
        " SELECT pair.copy_id, tax.account_tax_id"
        " FROM unnest(%s::int[], %s::int[]) AS pair (copy_id, line_id)"
        " JOIN account_move_line_account_tax_rel AS tax"
        "   ON tax.account_move_line_id = pair.line_id",
        (copies, lines),
    )


def _multiply(env, table: str, names, times: int, move) -> None:
    """Multiply columns of an entry, or of all its items but the rows."""
    values = ", ".join(f"{name} = {name} * {int(times)}" for name in names)
    which = {
        "account_move": "id = %s",
        "account_move_line": "move_id = %s AND display_type != 'product'",
    }[table]
    env.cr.execute(f"UPDATE {table} SET {values} WHERE {which}", (move.id,))

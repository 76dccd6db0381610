"""Which row sells which new means of transport."""


def pair_with_rows(records, rows):
    """Return each vehicle with its row, those of no row left out.

    A vehicle that was typed before the invoice had saved rows names none: it belongs
    to the next row of such a product, else to the next row of any.

    :param records: ``l10n_pl_ksef.vehicle``
    :param rows: rows of goods (``fa3_row.Row``), in the order of the invoice
    :return: list of ``(record, row)``
    """
    by_line = {row.line.id: row for row in rows}
    chosen = set(records.line_id.ids)
    free = [row for row in rows if row.line.id not in chosen]
    free.sort(key=lambda row: not row.product.new_transport)
    left = iter(free)
    found = []
    for record in records:
        row = by_line.get(record.line_id.id) if record.line_id else next(left, None)
        if row:
            found.append((record, row))
    return found

"""What writing would change."""


def changes(record, names, vals):
    """Tell whether ``vals`` give any of these fields of ``record`` another value."""
    for name in names:
        field = record._fields[name]
        before = field.convert_to_write(record[name], record)
        cached = field.convert_to_cache(vals[name], record)
        after = field.convert_to_write(field.convert_to_record(cached, record), record)
        if before != after:
            return True
    return False

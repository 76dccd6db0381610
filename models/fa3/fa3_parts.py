"""Which lists of an invoice are empty, asked at once: of most invoices all are."""

from itertools import repeat

from odoo.tools import SQL

#: lists of an invoice that documents read.
LISTS = (
    "l10n_pl_ksef_party_ids",
    "l10n_pl_ksef_reference_ids",
    "l10n_pl_ksef_vehicle_ids",
    "l10n_pl_ksef_transport_ids",
    "l10n_pl_ksef_order_row_ids",
    "l10n_pl_ksef_prepayment_ids",
    "l10n_pl_ksef_settlement_row_ids",
    "l10n_pl_ksef_entry_ids",
    "l10n_pl_ksef_attachment_ids",
    "pos_order_ids",  # of Point of Sale, where it is installed
)


def remember_empty_lists(moves):
    """Put the empty lists of some invoices in the cache, in one query for all kinds.

    The ORM would ask each table by itself to find nothing.
    """
    saved = moves.filtered("id")
    if not saved:
        return
    fields = [moves._fields[name] for name in LISTS if name in moves._fields]
    for field in fields:
        moves.env[field.comodel_name].flush_model([field.inverse_name])
    found = moves.env.execute_query(
        SQL(" UNION ").join(_owners(saved, field) for field in fields)
    )
    for field in fields:
        owners = [move_id for name, move_id in found if name == field.name]
        field._insert_cache(saved - saved.browse(owners), repeat(()))


def _owners(moves, field):
    comodel = moves.env[field.comodel_name]
    return SQL(
        "SELECT %s, %s FROM %s WHERE %s IN %s",
        field.name,
        SQL.identifier(field.inverse_name),
        SQL.identifier(comodel._table),
        SQL.identifier(field.inverse_name),
        tuple(moves.ids),
    )

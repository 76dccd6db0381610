"""The one contract of an invoice is the first of its list of contracts now."""

from odoo.tools.sql import column_exists


def migrate(cr, version):
    if not column_exists(cr, "account_move", "l10n_pl_ksef_contract_number"):
        return
    cr.execute(
        """
        INSERT INTO l10n_pl_ksef_reference
               (move_id, company_id, sequence, kind, number, date,
                create_uid, create_date, write_uid, write_date)
        SELECT id, company_id, 0, 'contract',
               l10n_pl_ksef_contract_number, l10n_pl_ksef_contract_date,
               write_uid, now() AT TIME ZONE 'UTC', write_uid, now() AT TIME ZONE 'UTC'
          FROM account_move
         WHERE l10n_pl_ksef_contract_number IS NOT NULL
            OR l10n_pl_ksef_contract_date IS NOT NULL
        """
    )

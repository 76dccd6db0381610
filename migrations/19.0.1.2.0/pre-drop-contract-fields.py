"""Views of former versions show fields that are gone: they would stop the update."""


def migrate(cr, version):
    cr.execute(
        r"""
        UPDATE ir_ui_view
           SET arch_db = regexp_replace(
                   arch_db::text,
                   '<field name=\\"l10n_pl_ksef_contract_(number|date)\\"[^>]*>',
                   '', 'g')::jsonb
         WHERE arch_db::text LIKE '%l10n_pl_ksef_contract_%'
        """
    )

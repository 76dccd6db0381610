{
    "name": "Poland - KSeF 2.0",
    "version": "19.0.1.0.0",
    "summary": "Send, receive and archive e-invoices in the Polish KSeF",
    "category": "Accounting/Localizations/EDI",
    "author": "l10n_pl_ksef contributors",
    "website": "https://ksef.podatki.gov.pl",
    "license": "LGPL-3",
    "countries": ["pl"],
    "depends": ["l10n_pl"],
    "external_dependencies": {"python": ["xmlsec"]},
    "data": [
        "security/ir.model.access.csv",
        "security/l10n_pl_ksef_security.xml",
        "data/ir_cron_data.xml",
        "views/account_move_views.xml",
        "views/l10n_pl_ksef_document_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["l10n_pl_ksef/static/src/js/ksef_live.js"],
    },
    "cloc_exclude": ["simulator/**/*", "unit_tests/**/*", "dev/**/*"],
}

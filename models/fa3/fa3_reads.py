"""What documents read of wide tables, asked for ahead.

At the first field that is read the ORM fetches all of a record: 130 columns of an
invoice, 150 of a company. Documents need a third of them, and a field that is missing
here is fetched with the rest when it is asked for.
"""

#: Model -> columns that an ordinary invoice needs, where the modules that have them
#: are installed.
READS = {
    "account.move": (
        "amount_total",
        "amount_total_in_currency_signed",
        "commercial_partner_id",
        "company_id",
        "currency_id",
        "debit_origin_id",
        "delivery_date",
        "fiscal_position_id",
        "incoterm_location",
        "invoice_date",
        "invoice_incoterm_id",
        "invoice_payment_term_id",
        "l10n_pl_ksef_agreed_currency_id",
        "l10n_pl_ksef_agreed_rate",
        "l10n_pl_ksef_authorised_id",
        "l10n_pl_ksef_delivery_notes",
        "l10n_pl_ksef_excise_refund",
        "l10n_pl_ksef_fp",
        "l10n_pl_ksef_intermediary",
        "l10n_pl_ksef_kind",
        "l10n_pl_ksef_lots",
        "l10n_pl_ksef_origin_number",
        "l10n_pl_ksef_payment_form",
        "l10n_pl_ksef_payment_words",
        "l10n_pl_ksef_period_from",
        "l10n_pl_ksef_period_to",
        "l10n_pl_ksef_reverse_charge",
        "l10n_pl_ksef_simplified",
        "l10n_pl_ksef_split_payment",
        "l10n_pl_vat_b_mpv_prowizja",
        "l10n_pl_vat_b_spv",
        "l10n_pl_vat_b_spv_dostawa",
        "move_type",
        "name",
        "narration",
        "partner_bank_id",
        "partner_id",
        "partner_shipping_id",
        "preferred_payment_method_line_id",
        "ref",
        "reversed_entry_id",
        "state",
        "taxable_supply_date",
    ),
    "res.company": (
        "account_price_include",
        "currency_exchange_journal_id",
        "currency_id",
        "l10n_pl_ksef_authorised_id",
        "l10n_pl_ksef_authorised_role",
        "l10n_pl_ksef_bdo",
        "l10n_pl_ksef_cash_method",
        "l10n_pl_ksef_eu_numbers",
        "l10n_pl_ksef_footer",
        "l10n_pl_ksef_issue_place",
        "l10n_pl_ksef_keep_empty_rows",
        "l10n_pl_ksef_krs",
        "l10n_pl_ksef_pos_receipts",
        "l10n_pl_ksef_regon",
        "l10n_pl_ksef_show_deliveries",
        "l10n_pl_ksef_show_lots",
        "l10n_pl_ksef_taxpayer_status",
        "partner_id",
        "tax_calculation_rounding_method",
    ),
    "res.partner": (
        "city",
        "commercial_partner_id",
        "company_registry",
        "country_id",
        "email",
        "global_location_number",
        "is_company",
        "l10n_pl_ksef_eori",
        "l10n_pl_ksef_gv",
        "l10n_pl_ksef_jst",
        "l10n_pl_links_with_customer",
        "name",
        "phone",
        "ref",
        "state_id",
        "street",
        "street2",
        "vat",
        "zip",
    ),
    "res.country": ("code",),
    "res.currency": ("name", "rounding"),
    "account.fiscal.position": ("foreign_vat",),
    "res.partner.bank": (
        "bank_id",
        "currency_id",
        "l10n_pl_ksef_is_factor",
        "l10n_pl_ksef_own_account_type",
        "sanitized_acc_number",
    ),
    "res.bank": ("bic", "name"),
    "account.tax": (
        "amount",
        "amount_type",
        "company_id",
        "invoice_legal_notes",
        "l10n_pl_ksef_exempt_basis",
        "l10n_pl_ksef_exempt_kind",
        "l10n_pl_ksef_margin_kind",
        "l10n_pl_ksef_procedure",
        "l10n_pl_ksef_rate",
        "name",
        "price_include_override",
        "tax_exigibility",
    ),
    "product.product": ("barcode", "default_code", "product_tmpl_id"),
    "product.template": (
        "hs_code",
        "l10n_pl_ksef_annex15",
        "l10n_pl_ksef_cn",
        "l10n_pl_ksef_is_deposit",
        "l10n_pl_ksef_new_transport",
        "l10n_pl_ksef_pkob",
        "l10n_pl_ksef_pkwiu",
        "l10n_pl_vat_gtu",
    ),
    "uom.uom": ("l10n_pl_ksef_name", "name"),
}


def read_ahead(records):
    """Fetch of some records what documents read of them, in one query."""
    records.fetch([name for name in READS[records._name] if name in records._fields])


def read_ahead_of_moves(moves):
    """Fetch what documents read of some invoices, and of what they refer to."""
    read_ahead(moves)
    companies = moves.company_id
    read_ahead(companies)
    partners = moves.commercial_partner_id | moves.partner_id | companies.partner_id
    read_ahead(partners)
    read_ahead(partners.country_id)
    read_ahead(moves.currency_id)
    read_ahead(moves.fiscal_position_id)
    accounts = moves.partner_bank_id
    read_ahead(accounts)
    read_ahead(accounts.bank_id)

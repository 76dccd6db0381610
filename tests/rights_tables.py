"""What may be done by RPC, and the right in KSeF that it takes."""

from ..models.common.rights import ADMIN, LOOK, RECEIVE, SEND
from .common import OTHER_NIP

#: Odoo's own methods that this add-on extends; they ask as Odoo does.
ODOOS = {
    "create", "write", "unlink", "copy_data", "default_get",
    "button_draft", "button_cancel", "get_extra_print_items",
}  # fmt: skip

#: what whoever sees the invoice, or keeps the taxes, may do by Odoo's rights.
OF_ODOO = None

#: what may be called by RPC -> the right that it takes.
METHODS = {
    ("account.journal", "action_l10n_pl_ksef_inbox"): LOOK,
    ("account.journal", "button_fetch_in_einvoices"): RECEIVE,
    ("account.move", "action_l10n_pl_ksef_collective"): RECEIVE,
    ("account.move", "action_l10n_pl_ksef_confirmation"): LOOK,
    ("account.move", "action_l10n_pl_ksef_create_supplier"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_correct_technically"): SEND,
    ("account.move", "action_l10n_pl_ksef_deduct_advances"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_download_source"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_download_upo"): LOOK,
    ("account.move", "action_l10n_pl_ksef_download_xml"): LOOK,
    ("account.move", "action_l10n_pl_ksef_fetch"): RECEIVE,
    ("account.move", "action_l10n_pl_ksef_find_prepayments"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_issue_offline"): SEND,
    ("account.move", "action_l10n_pl_ksef_jpk_file"): LOOK,
    ("account.move", "action_l10n_pl_ksef_open_page"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_preview"): OF_ODOO,
    ("account.move", "action_l10n_pl_ksef_send"): SEND,
    ("account.move", "action_l10n_pl_ksef_send_issued"): SEND,
    ("account.move", "action_l10n_pl_ksef_white_list"): RECEIVE,
    ("l10n_pl_ksef.connect", "action_back"): ADMIN,
    ("l10n_pl_ksef.connect", "action_cancel"): ADMIN,
    ("l10n_pl_ksef.connect", "action_next"): ADMIN,
    ("l10n_pl_ksef.disconnect", "action_disconnect"): ADMIN,
    ("l10n_pl_ksef.document", "action_download_upo"): LOOK,
    ("l10n_pl_ksef.document", "action_download_xml"): LOOK,
    ("l10n_pl_ksef.document", "action_give_up"): ADMIN,
    ("l10n_pl_ksef.extra.taxes", "action_create"): OF_ODOO,
    ("l10n_pl_ksef.give_up", "action_give_up"): ADMIN,
    ("l10n_pl_ksef.inbound", "action_assign"): RECEIVE,
    ("l10n_pl_ksef.inbound", "action_create_bill"): RECEIVE,
    ("l10n_pl_ksef.inbound", "action_download_xml"): LOOK,
    ("l10n_pl_ksef.inbound", "action_fetch"): RECEIVE,
    ("l10n_pl_ksef.inbound", "action_merge"): RECEIVE,
    ("l10n_pl_ksef.inbound", "action_open_bill"): LOOK,
    ("l10n_pl_ksef.inbound", "action_reopen"): RECEIVE,
    ("l10n_pl_ksef.inbound", "action_set_aside"): RECEIVE,
    ("l10n_pl_ksef.inbound.assign", "action_save"): RECEIVE,
    ("l10n_pl_ksef.inbound.merge", "action_save"): RECEIVE,
    ("l10n_pl_ksef.inbound.set_aside", "action_save"): RECEIVE,
    ("l10n_pl_ksef.invoice_choices", "action_l10n_pl_ksef_extra_taxes"): OF_ODOO,
    ("l10n_pl_ksef.invoice_details", "action_l10n_pl_ksef_extra_taxes"): OF_ODOO,
    ("l10n_pl_ksef.invoice_details", "action_save"): ADMIN,
    ("l10n_pl_ksef.outage", "action_confirm"): ADMIN,
    ("l10n_pl_ksef.outage", "action_dismiss"): ADMIN,
    ("l10n_pl_ksef.policy", "action_save"): ADMIN,
    ("l10n_pl_ksef.session", "action_download_upo"): LOOK,
    ("res.company", "action_l10n_pl_ksef_connect"): ADMIN,
    ("res.company", "action_l10n_pl_ksef_disconnect"): ADMIN,
    ("res.company", "action_l10n_pl_ksef_invoice_details"): ADMIN,
    ("res.company", "action_l10n_pl_ksef_policy"): ADMIN,
    ("res.company", "action_l10n_pl_ksef_take_over"): ADMIN,
    ("res.company", "action_l10n_pl_ksef_test"): ADMIN,
    ("res.config.settings", "action_l10n_pl_ksef_connect"): ADMIN,
    ("res.config.settings", "action_l10n_pl_ksef_disconnect"): ADMIN,
    ("res.config.settings", "action_l10n_pl_ksef_extra_taxes"): OF_ODOO,
    ("res.config.settings", "action_l10n_pl_ksef_policy"): ADMIN,
    ("res.config.settings", "action_l10n_pl_ksef_take_over"): ADMIN,
    ("res.config.settings", "action_l10n_pl_ksef_test"): ADMIN,
}

#: parts of the invoice, and taxes: Odoo's own rights count.
ODOO_MODELS = {
    "l10n_pl_ksef.attachment_block",
    "l10n_pl_ksef.attachment_table",
    "l10n_pl_ksef.entry",
    "l10n_pl_ksef.extra.tax",
    "l10n_pl_ksef.extra.taxes",
    "l10n_pl_ksef.order_row",
    "l10n_pl_ksef.party",
    "l10n_pl_ksef.prepayment",
    "l10n_pl_ksef.reference",
    "l10n_pl_ksef.settlement_row",
    "l10n_pl_ksef.transport",
    "l10n_pl_ksef.vehicle",
}

#: what the machine counts, by NIP and not by company: for system administrators.
MACHINE = {"l10n_pl_ksef.budget"}

#: models that hold nothing of a company.
NATIONAL = {"l10n_pl_ksef.outage"} | MACHINE

#: what was asked of the register of VAT taxpayers.
WHITE_LIST = {
    "nip": OTHER_NIP,
    "account": "61109010140000071219812874",
    "day": "2026-11-20",
}

#: who may write or delete rows of our models by RPC at all.
WRITTEN_BY = {
    "l10n_pl_ksef.outage": ADMIN,
    "l10n_pl_ksef.connect": ADMIN,
    "l10n_pl_ksef.disconnect": ADMIN,
    "l10n_pl_ksef.give_up": ADMIN,
    "l10n_pl_ksef.invoice_details": ADMIN,
    "l10n_pl_ksef.policy": ADMIN,
    "l10n_pl_ksef.inbound.assign": RECEIVE,
    "l10n_pl_ksef.inbound.merge": RECEIVE,
    "l10n_pl_ksef.inbound.rule": RECEIVE,
    "l10n_pl_ksef.inbound.set_aside": RECEIVE,
}

#: fields outside our models that decide what goes to KSeF -> the right.
GUARDED = (
    ("account.move", "l10n_pl_ksef_outside", True, SEND),
    ("account.move", "l10n_pl_ksef_outside_number", "5265877635-20260101-0", SEND),
    ("res.partner", "l10n_pl_ksef_never", True, SEND),
    ("account.journal", "l10n_pl_ksef_never", True, ADMIN),
    ("res.company", "l10n_pl_ksef_sending", "off", ADMIN),
    ("res.company", "l10n_pl_ksef_fetching", "off", ADMIN),
    ("res.company", "l10n_pl_ksef_environment", "prd", ADMIN),
)

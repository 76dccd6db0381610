"""Marking of purchases in JPK while no KSeF number is known.

Most are invoices outside KSeF (BFK): of foreign vendors, of vendors who need not use
it, receipts with a NIP. A customs or internal document is no invoice (DI). An invoice
that the vendor issued offline says so on its picture; a person passes that on.
Source: information sheet on JPK_VAT from February 2026.
"""

from odoo import api, fields, models

from ..fa3.account_move_fa3_correction import KSEF_START
from .account_move_jpk import BFK, DI, OFF

INVOICE, CUSTOMS, INTERNAL = "invoice", "customs", "internal"
OFFLINE, IN_FAILURE = "offline", "failure"

DOCUMENTS = [
    (INVOICE, "Invoice outside KSeF"),
    (OFFLINE, "Invoice issued offline, without a KSeF number yet"),
    (IN_FAILURE, "Invoice issued in a failure of KSeF"),
    (CUSTOMS, "Customs document"),
    (INTERNAL, "Internal document"),
]

#: what was received -> its marking while there is no number.
OF_DOCUMENT = {INVOICE: BFK, OFFLINE: DI, IN_FAILURE: OFF, CUSTOMS: DI, INTERNAL: DI}


class AccountJournal(models.Model):
    _inherit = "account.journal"

    l10n_pl_ksef_customs = fields.Boolean(
        "Customs documents",
        help="Bills of this journal are customs documents: their marking in JPK is DI.",
    )


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_purchase_document = fields.Selection(
        DOCUMENTS,
        "Received document",
        compute="_compute_l10n_pl_ksef_purchase_document",
        store=True,
        readonly=False,
        copy=False,
        help="Decides the marking in JPK while there is no KSeF number. An invoice that"
        " was issued offline says OFFLINE under its code.",
    )
    l10n_pl_ksef_number_is_missed = fields.Boolean(
        "KSeF number is missing", compute="_compute_l10n_pl_ksef_number_is_missed"
    )

    @api.depends("move_type", "journal_id")
    def _compute_l10n_pl_ksef_purchase_document(self):
        for move in self:
            known = move.l10n_pl_ksef_purchase_document
            is_customs = move.journal_id.l10n_pl_ksef_customs
            if not move.is_purchase_document(include_receipts=True):
                move.l10n_pl_ksef_purchase_document = False
            elif is_customs:
                move.l10n_pl_ksef_purchase_document = CUSTOMS
            else:
                move.l10n_pl_ksef_purchase_document = known != CUSTOMS and known

    @api.depends(
        "l10n_pl_ksef_jpk_marker",
        "l10n_pl_ksef_purchase_document",
        "commercial_partner_id",
        "invoice_date",
    )
    def _compute_l10n_pl_ksef_number_is_missed(self):
        for move in self:
            vendor = move.commercial_partner_id
            is_wanted = (
                move.l10n_pl_ksef_jpk_marker == BFK
                and move.is_purchase_document()
                and not move.l10n_pl_ksef_purchase_document
                and move.company_id._l10n_pl_ksef_is_active()
            )
            move.l10n_pl_ksef_number_is_missed = (
                is_wanted
                and vendor._l10n_pl_ksef_has_polish_nip()
                and (move.invoice_date or KSEF_START) >= KSEF_START
            )

    @api.depends("l10n_pl_ksef_purchase_document", "ref")
    def _compute_l10n_pl_ksef_jpk_marker(self):
        return super()._compute_l10n_pl_ksef_jpk_marker()

    def _l10n_pl_ksef_jpk_of_purchase(self):
        # A bill without the vendor's number is nobody's invoice but our own paper.
        default = INVOICE if self.ref or self.move_type == "in_receipt" else INTERNAL
        return OF_DOCUMENT[self.l10n_pl_ksef_purchase_document or default]

    def write(self, vals):
        result = super().write(vals)
        if vals.get("l10n_pl_ksef_number"):
            late = self.filtered("l10n_pl_ksef_jpk_to_correct")
            for move in late.filtered(lambda m: m.is_purchase_document()):
                move._l10n_pl_ksef_jpk_task()
        return result

"""What an invoice received through KSeF keeps of its file."""

from odoo import api, fields, models

from ...ksef.fa3 import codes

KINDS = [
    ("VAT", "Invoice"),
    ("KOR", "Correcting invoice"),
    ("ZAL", "Advance invoice"),
    ("ROZ", "Settlement invoice"),
    ("UPR", "Simplified invoice"),
    ("KOR_ZAL", "Correction of an advance invoice"),
    ("KOR_ROZ", "Correction of a settlement invoice"),
]
assert {code for code, _label in KINDS} == set(codes.KINDS)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_source = fields.Binary(
        "Received structured invoice", attachment=True, copy=False, readonly=True
    )
    l10n_pl_ksef_source_name = fields.Char(compute="_compute_l10n_pl_ksef_source_name")
    l10n_pl_ksef_source_hash = fields.Char(
        copy=False,
        readonly=True,
        index="btree_not_null",
        export_string_translation=False,
    )
    l10n_pl_ksef_received_kind = fields.Selection(
        KINDS, "Kind of received invoice", copy=False, readonly=True
    )
    l10n_pl_ksef_cash_method = fields.Boolean(
        "Cash method (MK)",
        copy=False,
        help="The seller accounts for VAT when paid: deduct it when the bill is paid.",
    )
    l10n_pl_ksef_is_farmers = fields.Boolean(
        "Invoice VAT RR",
        copy=False,
        help="Issued by the buyer to a flat-rate farmer; its marking in JPK is VAT_RR.",
    )
    l10n_pl_ksef_amount_due = fields.Monetary(
        "To pay by the invoice",
        copy=False,
        readonly=True,
        help="What the invoice asks to be paid, after charges and deductions that are"
        " no part of its total.",
    )
    l10n_pl_ksef_said_paid = fields.Boolean("Paid according to the invoice", copy=False)
    l10n_pl_ksef_picture_due = fields.Boolean(
        copy=False, export_string_translation=False
    )

    _l10n_pl_ksef_received_once = models.UniqueIndex(
        "(company_id, l10n_pl_ksef_number)"
        " WHERE l10n_pl_ksef_source_hash IS NOT NULL"
        " AND l10n_pl_ksef_number IS NOT NULL AND state != 'cancel'",
        "This invoice from KSeF is already there.",
    )

    _l10n_pl_ksef_picture_due_index = models.Index(
        "(id) WHERE l10n_pl_ksef_picture_due IS TRUE"
    )

    @api.depends("ref", "l10n_pl_ksef_number")
    def _compute_l10n_pl_ksef_source_name(self):
        for move in self:
            name = (move.l10n_pl_ksef_number or move.ref or "FA").replace("/", "_")
            move.l10n_pl_ksef_source_name = f"{name}.xml"

    def _compute_l10n_pl_ksef(self):
        # A received invoice has no transmission of ours: its number stays as stored.
        received = self.filtered(
            lambda m: (
                not m.l10n_pl_ksef_document_ids
                and (m.l10n_pl_ksef_source_hash or m.is_purchase_document())
            )
        )
        result = super(AccountMove, self - received)._compute_l10n_pl_ksef()
        for move in received:
            move.l10n_pl_ksef_state = False
            move.l10n_pl_ksef_mode = False
            move.l10n_pl_ksef_number = move.l10n_pl_ksef_number
            move.l10n_pl_ksef_acquired_at = move.l10n_pl_ksef_acquired_at
        return result

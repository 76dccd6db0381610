"""An invoice's KSeF side: what is known of it there, and what may be done to it here.

The move owns no protocol state; everything is computed from its latest document.
"""

from odoo import api, fields, models

from ..common.document_states import STATES
from ..common.rights import LOOK, SEND, check_right, has_right


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_document_ids = fields.One2many(
        "l10n_pl_ksef.document", "move_id", "KSeF documents", readonly=True, copy=False
    )
    l10n_pl_ksef_document_id = fields.Many2one(
        "l10n_pl_ksef.document",
        "KSeF document",
        compute="_compute_l10n_pl_ksef_document",
        compute_sudo=True,
    )
    l10n_pl_ksef_state = fields.Selection(
        STATES,
        "KSeF status",
        compute="_compute_l10n_pl_ksef",
        store=True,
        copy=False,
        index="btree_not_null",
        tracking=False,
    )
    l10n_pl_ksef_number = fields.Char(
        "KSeF number",
        compute="_compute_l10n_pl_ksef",
        store=True,
        copy=False,
        index="btree_not_null",
    )
    l10n_pl_ksef_acquired_at = fields.Datetime(
        "KSeF number given", compute="_compute_l10n_pl_ksef", store=True, copy=False
    )
    l10n_pl_ksef_mode = fields.Selection(
        [("online", "Online"), ("offline", "Offline")],
        "KSeF mode",
        compute="_compute_l10n_pl_ksef",
        store=True,
        copy=False,
    )
    l10n_pl_ksef_message = fields.Text(
        "KSeF message", compute="_compute_l10n_pl_ksef_message", compute_sudo=True
    )
    l10n_pl_ksef_next_try_at = fields.Datetime(
        "Next attempt", compute="_compute_l10n_pl_ksef_document", compute_sudo=True
    )
    l10n_pl_ksef_has_upo = fields.Boolean(
        compute="_compute_l10n_pl_ksef_document", compute_sudo=True
    )
    l10n_pl_ksef_problem = fields.Text(
        "To mend before sending to KSeF", copy=False, readonly=True
    )
    l10n_pl_ksef_can_send = fields.Boolean(compute="_compute_l10n_pl_ksef_can_send")
    l10n_pl_ksef_is_issued = fields.Boolean(
        compute="_compute_l10n_pl_ksef_is_issued", export_string_translation=False
    )

    # ------------------------------------------------------------------
    # computed
    # ------------------------------------------------------------------
    @api.depends(
        "l10n_pl_ksef_document_ids.state",
        "l10n_pl_ksef_document_ids.next_try_at",
        "l10n_pl_ksef_document_ids.upo_name",
    )
    def _compute_l10n_pl_ksef_document(self):
        for move in self:
            document = move.l10n_pl_ksef_document_ids.sorted("id")[-1:]
            move.l10n_pl_ksef_document_id = document
            move.l10n_pl_ksef_next_try_at = document.next_try_at
            move.l10n_pl_ksef_has_upo = bool(document.upo_name)

    @api.depends("l10n_pl_ksef_document_ids.message")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_message(self):
        for move in self:
            document = move.l10n_pl_ksef_document_ids.sorted("id")[-1:]
            move.l10n_pl_ksef_message = document.message

    @api.depends(
        "l10n_pl_ksef_document_ids.state",
        "l10n_pl_ksef_document_ids.ksef_number",
        "l10n_pl_ksef_document_ids.acquired_at",
        "l10n_pl_ksef_document_ids.mode",
    )
    def _compute_l10n_pl_ksef(self):
        for move in self:
            document = move.l10n_pl_ksef_document_ids.sorted("id")[-1:]
            move.l10n_pl_ksef_state = document.state
            move.l10n_pl_ksef_number = document.ksef_number
            move.l10n_pl_ksef_acquired_at = document.acquired_at
            move.l10n_pl_ksef_mode = document.mode

    @api.depends_context("uid")
    @api.depends(
        "state",
        "move_type",
        "l10n_pl_ksef_state",
        "company_id",
        "journal_id",
        "partner_id",
        "l10n_pl_ksef_outside",
    )
    def _compute_l10n_pl_ksef_can_send(self):
        may_send = has_right(self.env, SEND)
        for move in self:
            move.l10n_pl_ksef_can_send = may_send and not move._l10n_pl_ksef_refusal()

    @api.depends("move_type", "journal_id")
    def _compute_l10n_pl_ksef_is_issued(self):
        for move in self:
            move.l10n_pl_ksef_is_issued = move._l10n_pl_ksef_is_issued()

    @api.private
    def _l10n_pl_ksef_is_issued(self):
        """Tell whether we issue this invoice: a sale, or a bill that we self-bill."""
        self.ensure_one()
        is_bill = self.move_type in ("in_invoice", "in_refund")
        return self.is_sale_document() or (is_bill and self.journal_id.is_self_billing)

    @api.private
    def _l10n_pl_ksef_seller_nip(self):
        """Return the ten digits of the seller (``False``: it has none)."""
        self.ensure_one()
        return self.company_id.sudo().l10n_pl_ksef_nip

    @api.depends("l10n_pl_ksef_is_issued")
    def _compute_display_send_button(self):  # pylint: disable=missing-return
        # EXTENDS 'account': the supplier gets the invoice that we issue in its name
        super()._compute_display_send_button()
        for move in self:
            if (
                move.country_code == "PL"
                and move.state == "posted"
                and move.l10n_pl_ksef_is_issued
            ):
                move.display_send_button = True

    @api.depends("l10n_pl_ksef_state")
    def _compute_show_reset_to_draft_button(self):
        # EXTENDS 'account'
        result = super()._compute_show_reset_to_draft_button()
        for move in self:
            if move._l10n_pl_ksef_lock_reason():
                move.show_reset_to_draft_button = False
        return result

    # ------------------------------------------------------------------
    # answers
    # ------------------------------------------------------------------
    @api.private
    def _l10n_pl_ksef_notify(self):
        """Tell the open forms and lists which invoices changed (ids only)."""
        if self:
            self.env.ref("base.group_user")._bus_send(
                "l10n_pl_ksef/changed", {"move_ids": self.ids}
            )

    def action_l10n_pl_ksef_download_xml(self):
        self.ensure_one()
        check_right(self.env, LOOK)
        return self.l10n_pl_ksef_document_id.action_download_xml()

    def action_l10n_pl_ksef_download_upo(self):
        self.ensure_one()
        check_right(self.env, LOOK)
        return self.l10n_pl_ksef_document_id.action_download_upo()

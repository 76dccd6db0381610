"""Issuing an invoice without KSeF, and how long there is to send it."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.deadlines import today_in_warsaw
from ..common.document_states import LIVE, OFFLINE24, ONLINE, QUEUED, REJECTED
from ..common.rights import SEND, check_right, has_right
from .l10n_pl_ksef_document_offline import ISSUE_MODES
from .l10n_pl_ksef_outage import TOTAL_FAILURE

#: issued offline and not in KSeF; what was rejected must still get there in time.
MUST_ARRIVE = [
    ("l10n_pl_ksef_issue_mode", "not in", (False, ONLINE)),
    "|",
    ("l10n_pl_ksef_state", "in", LIVE),
    "&",
    "&",
    ("l10n_pl_ksef_state", "=", REJECTED),
    ("l10n_pl_ksef_outside", "=", False),
    ("state", "!=", "cancel"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_issue_mode = fields.Selection(
        ISSUE_MODES, "Issued", compute="_compute_l10n_pl_ksef_offline", store=True
    )
    l10n_pl_ksef_send_by = fields.Date(
        "To be sent to KSeF by", compute="_compute_l10n_pl_ksef_offline", store=True
    )
    l10n_pl_ksef_must_arrive = fields.Boolean(
        compute="_compute_l10n_pl_ksef_must_arrive",
        search="_search_l10n_pl_ksef_must_arrive",
        export_string_translation=False,
    )
    l10n_pl_ksef_can_issue_offline = fields.Boolean(
        compute="_compute_l10n_pl_ksef_can_issue_offline"
    )

    @api.depends(
        "l10n_pl_ksef_document_ids.issue_mode",
        "l10n_pl_ksef_document_ids.send_by",
        "l10n_pl_ksef_state",
        "l10n_pl_ksef_outside",
        "state",
    )
    def _compute_l10n_pl_ksef_offline(self):
        for move in self:
            document = move.l10n_pl_ksef_document_ids.sorted("id")[-1:]
            move.l10n_pl_ksef_issue_mode = document.issue_mode
            waits = bool(move.filtered_domain(MUST_ARRIVE))
            move.l10n_pl_ksef_send_by = waits and document.send_by

    @api.depends(
        "l10n_pl_ksef_issue_mode",
        "l10n_pl_ksef_state",
        "l10n_pl_ksef_outside",
        "state",
    )
    def _compute_l10n_pl_ksef_must_arrive(self):
        waiting = self.filtered_domain(MUST_ARRIVE)
        waiting.l10n_pl_ksef_must_arrive = True
        (self - waiting).l10n_pl_ksef_must_arrive = False

    def _search_l10n_pl_ksef_must_arrive(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return MUST_ARRIVE

    @api.depends_context("uid")
    @api.depends("l10n_pl_ksef_can_send", "l10n_pl_ksef_state")
    def _compute_l10n_pl_ksef_can_issue_offline(self):
        may_send = has_right(self.env, SEND)
        for move in self:
            document = move.sudo().l10n_pl_ksef_document_id
            waits = document.state == QUEUED and document.issue_mode == ONLINE
            move.l10n_pl_ksef_can_issue_offline = may_send and (
                waits or move.l10n_pl_ksef_can_send
            )

    def _post(self, soft=True):
        # EXTENDS 'account': in a total failure nothing is sent, now or later
        if self.env["l10n_pl_ksef.outage"]._present().mode == TOTAL_FAILURE:
            today = today_in_warsaw()
            issued = self.filtered(
                lambda m: (
                    (m.invoice_date or today) == today and m._l10n_pl_ksef_is_meant()
                )
            )
            issued.sudo()._l10n_pl_ksef_mark_total_failure()
        return super()._post(soft)

    def action_l10n_pl_ksef_issue_offline(self):
        """Issue without KSeF: freeze the file, sign the second code, set the deadline.

        The mode is the one of the outage that lasts, otherwise offline24.

        :raises AccessError: no right to send
        :raises UserError, RedirectWarning: the invoice is unfit, no certificate
        """
        check_right(self.env, SEND)
        outage = self.env["l10n_pl_ksef.outage"]._present()
        if outage.mode == TOTAL_FAILURE:
            return self._l10n_pl_ksef_issue_in_total_failure()
        for move in self:
            if move.l10n_pl_ksef_state != QUEUED:
                move._l10n_pl_ksef_check_sendable()
                move._l10n_pl_ksef_enqueue()
            document = move.l10n_pl_ksef_document_id
            if document.issue_mode != ONLINE or document.state != QUEUED:
                raise UserError(
                    self.env._("This invoice is on its way to KSeF already.")
                )
            document._issue_offline(outage.mode or OFFLINE24)
        # A PDF without the codes is not what may be handed over.
        self._detach_attachments()
        return self._l10n_pl_ksef_toast(
            "success",
            self.env._(
                "Issued offline: %(names)s.", names=self._l10n_pl_ksef_names(self)
            ),
        )

    def _l10n_pl_ksef_issue_in_total_failure(self):
        self._l10n_pl_ksef_mark_total_failure()
        return self._l10n_pl_ksef_toast(
            "success",
            self.env._(
                "Issued in the total failure, outside KSeF: %(names)s.",
                names=self._l10n_pl_ksef_names(self),
            ),
        )

    def _l10n_pl_ksef_mark_total_failure(self):
        """Mark the invoices as never to be sent (art. 106ng): no codes, any form.

        :raises UserError: one is at KSeF already, or was issued offline before
        """
        for move in self:
            reason = self.env._("Total failure of KSeF")
            move.write(
                {"l10n_pl_ksef_outside": True, "l10n_pl_ksef_outside_reason": reason}
            )
            move._message_log(
                body=self.env._(
                    "Issued in the total failure of KSeF that was entered: outside"
                    " KSeF, without codes, never to be sent."
                )
            )

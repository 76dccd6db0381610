"""What may go to KSeF, and what must not change any more."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..common.changes import changes
from ..common.document_states import ACCEPTED, LIVE, ONLINE, QUEUED

#: what the FA(3) file says; fixed while a document is on its way or accepted.
FROZEN_FIELDS = (
    "name",
    "partner_id",
    "partner_bank_id",
    "currency_id",
    "company_id",
    "journal_id",
    "move_type",
    "invoice_date",
    "invoice_date_due",
    "invoice_payment_term_id",
    "taxable_supply_date",
    "delivery_date",
    "narration",
    "fiscal_position_id",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    def _l10n_pl_ksef_refusal(self):
        """Say in one sentence why this move does not go to KSeF, or return ``None``."""
        self.ensure_one()
        exception = self._l10n_pl_ksef_exception()
        reasons = (
            (
                not self._l10n_pl_ksef_is_issued(),
                lambda: self.env._(
                    "Only customer invoices, credit notes and the bills of a"
                    " self-billing journal go to KSeF."
                ),
            ),
            (
                not self.company_id._l10n_pl_ksef_is_active(),
                lambda: self.env._(
                    "%(company)s is not connected to KSeF. Connect it first"
                    " (Accounting > Configuration > KSeF).",
                    company=self.company_id.name,
                ),
            ),
            (
                not self.company_id._l10n_pl_ksef_sends(),
                lambda: self.env._(
                    "Sending to KSeF is switched off for %(company)s.",
                    company=self.company_id.name,
                ),
            ),
            (exception, lambda: exception),
            (
                self.state != "posted",
                lambda: self.env._(
                    "Confirm the invoice first: KSeF takes final invoices."
                ),
            ),
            (
                self.l10n_pl_ksef_state == ACCEPTED,
                lambda: self.env._(
                    "KSeF has accepted this invoice already: %(number)s",
                    number=self.l10n_pl_ksef_number,
                ),
            ),
            (
                self.l10n_pl_ksef_state in LIVE,
                lambda: self.env._("This invoice is on its way to KSeF already."),
            ),
            (
                self._l10n_pl_ksef_sent_by_core(),
                lambda: self.env._(
                    "Odoo's own KSeF module has sent this invoice; it is not sent"
                    " twice."
                ),
            ),
        )
        return next((reason() for fits, reason in reasons if fits), None)

    def _l10n_pl_ksef_sent_by_core(self):
        """Tell whether ``l10n_pl_edi`` (if installed) has sent or numbered the move."""
        self.ensure_one()
        if "l10n_pl_edi_status" not in self._fields:
            return False
        return bool(
            self.l10n_pl_edi_number
            or self.l10n_pl_edi_status not in (False, "rejected")
        )

    def _l10n_pl_ksef_lock_reason(self):
        """Say why the invoice must not change any more, or return ``None``."""
        self.ensure_one()
        if self.l10n_pl_ksef_state == ACCEPTED:
            return self.env._(
                "KSeF has accepted invoice %(name)s (%(number)s). It can't be changed"
                " any more: correct it by a credit note.",
                name=self.name,
                number=self.l10n_pl_ksef_number,
            )
        document = self.sudo().l10n_pl_ksef_document_id
        if document.state == QUEUED and document.issue_mode != ONLINE:
            return self.env._(
                "Invoice %(name)s was issued offline: it exists and can't be changed."
                " Correct it by a credit note when it has its KSeF number.",
                name=self.name,
            )
        waiting = document.state == QUEUED and not document.attempts
        if self.l10n_pl_ksef_state in LIVE and not waiting:
            return self.env._(
                "Invoice %(name)s is on its way to KSeF. Wait for the answer before"
                " you change it.",
                name=self.name,
            )
        return None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_known_to_ksef(self):
        for move in self:
            if move.sudo().l10n_pl_ksef_document_ids:
                raise UserError(
                    self.env._(
                        "Invoice %(name)s was sent to KSeF: its file and the answer are"
                        " kept. Cancel it instead of deleting it.",
                        name=move.name or move.display_name,
                    )
                )

    def button_draft(self):
        # EXTENDS 'account'
        self._l10n_pl_ksef_check_unlocked()
        self._l10n_pl_ksef_withdraw()
        return super().button_draft()

    def button_cancel(self):
        # EXTENDS 'account'
        self._l10n_pl_ksef_check_unlocked()
        self._l10n_pl_ksef_withdraw()
        return super().button_cancel()

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        for vals in vals_list:
            self._l10n_pl_ksef_check_author(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'account'
        self._l10n_pl_ksef_check_author(vals)
        if frozen := [name for name in FROZEN_FIELDS if name in vals]:
            for move in self.filtered("l10n_pl_ksef_state"):
                if changes(move, frozen, vals):
                    move._l10n_pl_ksef_check_unlocked()
        return super().write(vals)

    @api.model
    def _l10n_pl_ksef_check_author(self, vals):
        """Refuse that invoices are queued for Odoo's sending in another one's name.

        Odoo's cron sends as the author that it finds there, with that one's rights.

        :raises AccessError: the author is not the user himself
        """
        asked = vals.get("sending_data")
        if not asked or self.env.su:
            return
        user = self.env.user
        author = {
            "author_user_id": user.id,
            "author_partner_id": user.partner_id.id,
        }
        if not isinstance(asked, dict) or not author.items() <= asked.items():
            raise AccessError(
                self.env._("Invoices are sent in your own name only: use “Send”.")
            )

    def _l10n_pl_ksef_check_unlocked(self):
        for move in self:
            if reason := move._l10n_pl_ksef_lock_reason():
                raise UserError(reason)

    def _l10n_pl_ksef_withdraw(self):
        """Take documents out of the queue that no worker has touched yet."""
        waiting = self.sudo().l10n_pl_ksef_document_ids.filtered(
            lambda d: d.state == QUEUED and not d.attempts
        )
        locked = waiting.try_lock_for_update()
        if locked != waiting:
            raise UserError(
                self.env._("The invoice is being sent to KSeF at this moment.")
            )
        locked.unlink()

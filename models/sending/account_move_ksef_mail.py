"""What follows the KSeF number: the PDF that carries it, and what waited for it."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

#: nothing to send, but the PDF is to be made anew.
_ONLY_PDF = {"sending_methods": [], "extra_edis": []}


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_held_mail = fields.Json(
        copy=False,
        groups="base.group_system",
        help="What is done when the KSeF number is there: settings of Odoo's Send.",
    )
    l10n_pl_ksef_mail_waits = fields.Boolean(
        compute="_compute_l10n_pl_ksef_mail_waits", compute_sudo=True
    )

    @api.depends("l10n_pl_ksef_held_mail")
    def _compute_l10n_pl_ksef_mail_waits(self):
        for move in self:
            held = move.l10n_pl_ksef_held_mail or _ONLY_PDF
            move.l10n_pl_ksef_mail_waits = bool(held["sending_methods"])

    @api.depends("l10n_pl_ksef_mail_waits")
    def _compute_highlight_send_button(self):  # pylint: disable=missing-return
        # EXTENDS 'account': it was pressed, the rest comes by itself
        super()._compute_highlight_send_button()
        for move in self:
            if move.l10n_pl_ksef_mail_waits:
                move.highlight_send_button = False

    def button_draft(self):
        # EXTENDS 'account': a letter written for the old amounts does not leave
        result = super().button_draft()
        waiting = self.filtered("l10n_pl_ksef_mail_waits")
        self.sudo().l10n_pl_ksef_held_mail = False
        for move in waiting:
            move._message_log(
                body=self.env._(
                    "The e-mail that waited for the KSeF number was called off. Choose"
                    " it again when you send the invoice."
                )
            )
        return result

    # ------------------------------------------------------------------
    # acceptance
    # ------------------------------------------------------------------
    @api.private
    def _l10n_pl_ksef_accepted(self):
        """Put aside PDFs made without the number and let go what waited for it."""
        for move in self.sudo():
            if move.invoice_pdf_report_id:
                move.l10n_pl_ksef_held_mail = move.l10n_pl_ksef_held_mail or _ONLY_PDF
        self._detach_attachments()
        self.invalidate_recordset(["invoice_pdf_report_id", "invoice_pdf_report_file"])
        if self.sudo().filtered("l10n_pl_ksef_held_mail"):
            self.env.ref("l10n_pl_ksef.ir_cron_send_held_mail").sudo()._trigger()

    @api.model
    def _cron_l10n_pl_ksef_send_held_mail(self):
        """Make the PDFs and send the e-mails that waited for a KSeF number.

        Those too that need not wait any more: outside KSeF since, or in hybrid mode,
        or a private person's while KSeF does not answer.
        """
        domain = [
            ("l10n_pl_ksef_held_mail", "!=", False),
            ("state", "=", "posted"),
        ]
        may_wait = self.env["account.move.send"]._l10n_pl_ksef_may_wait
        ready = self.search(domain).filtered(lambda m: not may_wait(m))
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ready))
        for move in ready:
            # Another worker may have it, or have done it.
            move = move.try_lock_for_update().filtered_domain(domain)
            if move:
                move._l10n_pl_ksef_release()
            if not progress(1):
                break

    def _l10n_pl_ksef_release(self):
        """Do what waited for this invoice's number, as the person who asked for it."""
        self.ensure_one()
        asked_by = self.l10n_pl_ksef_held_mail.get("author_user_id")
        author = self.env["res.users"].browse(asked_by or ()).exists() or self.env.user
        # Odoo's crons leave e-mails to the hourly queue; this one has waited enough.
        move = self.with_context(mail_notify_force_send=True, lang=author.lang)
        move = move.with_user(author).with_company(self.company_id)
        try:
            with self.env.cr.savepoint():
                move.env["account.move.send"]._l10n_pl_ksef_release(move)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            # Somebody works on the same rows: it is still held, and goes next time.
            cron = self.env.ref("l10n_pl_ksef.ir_cron_send_held_mail").sudo()
            cron._trigger(at=fields.Datetime.now() + timedelta(minutes=1))
            return
        except Exception:
            # One letter that can't be built must not hold the others for ever.
            _logger.exception("What waited for invoice %s failed", self.id)
            self.l10n_pl_ksef_held_mail = False
            self._message_log(
                body=self.env._(
                    "The PDF or e-mail that waited for the KSeF number could not be"
                    " made. Send the invoice again by Odoo's Send button."
                )
            )
        self._l10n_pl_ksef_notify()

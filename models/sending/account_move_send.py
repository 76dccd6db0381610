"""KSeF in Odoo's own *Send* dialog and in its batch sending."""

from markupsafe import Markup

from odoo import api, models

from ..common.document_states import ACCEPTED, LIVE, QUEUED
from ..common.rights import SEND, check_right

EDI_KEY = "l10n_pl_ksef"
CORE_EDI_KEY = "pl_ksef"

#: Odoo's names for "download the PDF" and "by e-mail".
MANUAL = "manual"
EMAIL = "email"

#: settings of the dialog that are kept until the KSeF number is there.
HELD_SETTINGS = (
    "invoice_edi_format",
    "mail_lang",
    "mail_body",
    "mail_subject",
    "author_user_id",
    "author_partner_id",
)
#: the same for settings that are records: name -> model.
RECORD_SETTINGS = {
    "mail_template": "mail.template",
    "pdf_report": "ir.actions.report",
}


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    # ------------------------------------------------------------------
    # what is offered
    # ------------------------------------------------------------------
    @api.model
    def _get_all_extra_edis(self):
        # EXTENDS 'account'
        return {
            **super()._get_all_extra_edis(),
            EDI_KEY: {
                "label": self.env._("to KSeF"),
                "is_applicable": self._l10n_pl_ksef_is_offered,
                "help": self.env._(
                    "Sends the invoice to KSeF. An e-mail chosen together with it"
                    " leaves when the KSeF number is there."
                ),
            },
        }

    @api.model
    def _get_default_extra_edis(self, move):
        # EXTENDS 'account'. With all rights, because core's ``pl_ksef`` looks at a
        # field of system administrators: an accountant could not open the dialog.
        edis = super()._get_default_extra_edis(move.sudo())
        return self._l10n_pl_ksef_without_core(move, edis)

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS 'account': also when the other key was asked for by hand
        settings = super()._get_default_sending_settings(
            move, from_cron=from_cron, **custom_settings
        )
        settings["extra_edis"] = self._l10n_pl_ksef_without_core(
            move, settings["extra_edis"]
        )
        return settings

    def _l10n_pl_ksef_is_offered(self, move):
        """Tell whether who sends ``move`` (many are sent by a cron) may use KSeF."""
        author = (move.sudo().sending_data or {}).get("author_user_id")
        # By the person, not by sudo: Odoo computes the dialog with all rights. What
        # a customer sets off (he pays, say) is the company's own doing.
        user = self.env["res.users"].browse(author) if author else self.env.user
        may_send = user.has_group(SEND) or not user._is_internal()
        return may_send and not move._l10n_pl_ksef_refusal()

    def _l10n_pl_ksef_without_core(self, move, edis):
        """Take Odoo's own KSeF out of ``edis``: never through two modules."""
        ours = move.l10n_pl_ksef_state in (*LIVE, ACCEPTED)
        if ours or move.company_id._l10n_pl_ksef_is_active():
            return set(edis) - {CORE_EDI_KEY}
        return edis

    @api.model
    def _get_move_constraints(self, move):
        # EXTENDS 'account': the supplier gets the bill that was issued in its name
        constraints = super()._get_move_constraints(move)
        if move.country_code == "PL" and move._l10n_pl_ksef_is_issued():
            constraints.pop("not_sale_document", None)
        return constraints

    # ------------------------------------------------------------------
    # sending
    # ------------------------------------------------------------------
    @api.model
    def _generate_and_send_invoices(
        self,
        moves,
        from_cron=False,
        allow_raising=True,
        allow_fallback_pdf=False,
        **custom_settings,
    ):
        # EXTENDS 'account': invoices on their way to KSeF wait here, with the whole of
        # what was asked for (PDF, e-mail, letter), so that nobody gets a PDF without
        # the number. No call is made, the documents are queued.
        self._check_sending_data(moves, **custom_settings)
        chosen = self._l10n_pl_ksef_chosen(moves, custom_settings)
        failed = chosen - chosen._l10n_pl_ksef_enqueue()
        failed -= failed.filtered("l10n_pl_ksef_waits_for_number")
        if failed:
            may_raise = allow_raising and not from_cron and not allow_fallback_pdf
            self._l10n_pl_ksef_fail(failed, from_cron, may_raise)
        waiting = now = moves.browse()
        for move in (moves - failed).filtered(self._l10n_pl_ksef_may_wait):
            settings = self._get_default_sending_settings(
                move, from_cron=from_cron, **custom_settings
            )
            if self._l10n_pl_ksef_waits(move, settings):
                waiting |= move
                now |= self._l10n_pl_ksef_hold(move, settings, from_cron)
        attachments = self.env["ir.attachment"]
        options = {"allow_raising": allow_raising, "from_cron": from_cron}
        if now:
            attachments += super()._generate_and_send_invoices(
                now,
                **options,
                **{**custom_settings, "sending_methods": {MANUAL}, "extra_edis": set()},
            )
        if rest := moves - failed - waiting:
            attachments += super()._generate_and_send_invoices(
                rest,
                allow_fallback_pdf=allow_fallback_pdf,
                **options,
                **custom_settings,
            )
        return attachments

    def _l10n_pl_ksef_may_wait(self, move):
        if move.l10n_pl_ksef_state == ACCEPTED:
            return False
        if move._l10n_pl_ksef_mail_must_wait():
            return True
        # Who may have it at any time gets it with the number, where that is a matter
        # of seconds: not while KSeF does not answer, or until the evening.
        document = move.sudo().l10n_pl_ksef_document_id
        is_put_off = document.state == QUEUED and document.next_try_at
        return document.state in LIVE and not is_put_off

    def _l10n_pl_ksef_waits(self, move, settings):
        """Tell whether what was asked for waits for the KSeF number of ``move``."""
        if move.l10n_pl_ksef_state in LIVE:
            return True
        return EMAIL in settings["sending_methods"]

    def _l10n_pl_ksef_chosen(self, moves, custom_settings):
        """Return the moves that are to be sent to KSeF now.

        Those that somebody else has sent since the dialog was opened are none of them.
        """
        fresh = moves.filtered(lambda m: m.l10n_pl_ksef_state not in (*LIVE, ACCEPTED))
        if "extra_edis" in custom_settings:
            if EDI_KEY not in (custom_settings["extra_edis"] or ()):
                return fresh.browse()
            check_right(self.env, SEND)
            return fresh
        return fresh.filtered(lambda m: EDI_KEY in self._get_default_extra_edis(m))

    def _l10n_pl_ksef_fail(self, moves, from_cron, may_raise):
        """Tell why ``moves`` did not go to KSeF; they are not sent any other way.

        :raises UserError: ``may_raise``
        """
        author = self.env.user.partner_id.id
        errors = {
            move.sudo(): {
                "author_partner_id": (move.sending_data or {}).get(
                    "author_partner_id", author
                ),
                "sending_methods": set(),
                "error": {
                    "error_title": self.env._("The invoice was not sent to KSeF:"),
                    "errors": (move.l10n_pl_ksef_problem or "").splitlines(),
                },
            }
            for move in moves
        }
        self._hook_if_errors(errors, allow_raising=may_raise)
        moves.sudo().sending_data = False

    def _l10n_pl_ksef_hold(self, move, settings, from_cron):
        """Keep ``settings`` until ``move`` has its KSeF number.

        :return: ``move`` when a person waits for its PDF to download it now
        """
        methods = set(settings["sending_methods"])
        download = MANUAL in methods and not from_cron
        kept = {name: settings[name] for name in HELD_SETTINGS if name in settings}
        kept["sending_methods"] = sorted(methods - {MANUAL})
        kept["extra_edis"] = sorted(set(settings["extra_edis"]) - {EDI_KEY})
        for name in RECORD_SETTINGS:
            kept[name] = settings.get(name) and settings[name].id
        kept["mail_partner_ids"] = list(self._l10n_pl_ksef_ids(settings))
        kept["mail_attachments_widget"] = self._l10n_pl_ksef_rows(move, settings)
        move.sudo().write({"l10n_pl_ksef_held_mail": kept, "sending_data": False})
        return move if download else move.browse()

    @staticmethod
    def _l10n_pl_ksef_ids(settings):
        partners = settings.get("mail_partner_ids") or ()
        return partners.ids if isinstance(partners, models.BaseModel) else partners

    def _l10n_pl_ksef_rows(self, move, settings):
        """Return the attachments of the e-mail as they are to be when it leaves.

        The PDF of today goes: the one with the number takes its place. Files that a
        person added are tied to the invoice, or Odoo would clear them away.
        """
        today = self._get_invoice_extra_attachments(move).ids
        rows = [
            row
            for row in settings.get("mail_attachments_widget") or ()
            if row["id"] not in today
        ]
        added = [int(row["id"]) for row in rows if row.get("manual")]
        self.env["ir.attachment"].sudo().browse(added).exists().write(
            {"res_model": move._name, "res_id": move.id}
        )
        return rows

    @api.model
    @api.private
    def _l10n_pl_ksef_release(self, move):
        """Do what waited for the KSeF number of ``move``: PDF, e-mail, letter."""
        waiting = move.sudo()
        held = dict(waiting.l10n_pl_ksef_held_mail)
        waiting.l10n_pl_ksef_held_mail = False
        for name, model in RECORD_SETTINGS.items():
            record = self.env[model].browse(held.pop(name, False) or ()).exists()
            if record:
                held[name] = record
        if body := held.get("mail_body"):
            held["mail_body"] = Markup(body)  # rendered by the template, now JSON text
        self._generate_and_send_invoices(
            move, from_cron=bool(held["sending_methods"]), allow_raising=False, **held
        )

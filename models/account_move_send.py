"""KSeF in Odoo's own *Send* dialog and in its batch sending."""

from odoo import api, models

from .account_move_ksef_send import ERROR
from .document_states import LIVE

EDI_KEY = "l10n_pl_ksef"
CORE_EDI_KEY = "pl_ksef"

#: settings of the dialog that are kept until the KSeF number is there.
HELD_SETTINGS = (
    "mail_lang",
    "mail_body",
    "mail_subject",
    "mail_partner_ids",
    "author_user_id",
    "author_partner_id",
)


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
                "is_applicable": lambda move: not move._l10n_pl_ksef_refusal(),
                "help": self.env._(
                    "Sends the invoice to KSeF. An e-mail chosen together with it"
                    " leaves when the KSeF number is there."
                ),
            },
        }

    @api.model
    def _get_default_extra_edis(self, move):
        # EXTENDS 'account': never through two modules
        edis = super()._get_default_extra_edis(move)
        if move.company_id._l10n_pl_ksef_is_active():
            edis = edis - {CORE_EDI_KEY}
        return edis

    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        # EXTENDS 'account': also when the other key was asked for by hand
        settings = super()._get_default_sending_settings(
            move, from_cron=from_cron, **custom_settings
        )
        if move.company_id._l10n_pl_ksef_is_active():
            settings["extra_edis"] = set(settings["extra_edis"]) - {CORE_EDI_KEY}
        return settings

    @api.model
    def _get_alerts(self, moves, moves_data):
        # EXTENDS 'account'
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda m: EDI_KEY in moves_data[m]["extra_edis"])
        problems = [
            problem
            for prepared in chosen._l10n_pl_ksef_prepare().values()
            for problem in prepared.problems
        ]
        for number, problem in enumerate(problems[:10]):
            alerts[f"l10n_pl_ksef_{number}"] = self._l10n_pl_ksef_alert(problem)
        return alerts

    def _l10n_pl_ksef_alert(self, problem):
        alert = {
            "level": "danger" if problem.level == ERROR else "warning",
            "message": problem.message,
        }
        if problem.model and problem.res_id:
            alert["action_text"] = self.env._("Open and mend")
            alert["action"] = {
                "type": "ir.actions.act_window",
                "res_model": problem.model,
                "res_id": problem.res_id,
                "view_mode": "form",
                "views": [(False, "form")],
            }
        return alert

    # ------------------------------------------------------------------
    # sending
    # ------------------------------------------------------------------
    @api.model
    def _call_web_service_before_invoice_pdf_render(self, invoices_data):
        # EXTENDS 'account': no call here, the documents are queued
        super()._call_web_service_before_invoice_pdf_render(invoices_data)
        moves = self.env["account.move"].browse(
            [m.id for m, data in invoices_data.items() if EDI_KEY in data["extra_edis"]]
        )
        if not moves:
            return
        queued = moves._l10n_pl_ksef_enqueue()
        for move, data in invoices_data.items():
            if move in moves - queued and move.l10n_pl_ksef_problem:
                data["error"] = {
                    "error_title": self.env._("The invoice was not sent to KSeF:"),
                    "errors": move.l10n_pl_ksef_problem.splitlines(),
                }

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        # EXTENDS 'account': the e-mail waits for the number, with all its settings
        for move, data in moves_data.items():
            if (
                EDI_KEY in data["extra_edis"]
                and "email" in data["sending_methods"]
                and move.l10n_pl_ksef_state in LIVE
            ):
                move.l10n_pl_ksef_held_mail = self._l10n_pl_ksef_held(data)
                data["sending_methods"] = set(data["sending_methods"]) - {"email"}
        return super()._hook_if_success(moves_data, from_cron=from_cron)

    def _l10n_pl_ksef_held(self, data):
        held = {name: data[name] for name in HELD_SETTINGS if name in data}
        held["mail_template"] = data["mail_template"].id
        held["mail_partner_ids"] = list(self._l10n_pl_ksef_ids(data["mail_partner_ids"]))
        held["mail_attachments_widget"] = [
            row
            for row in data.get("mail_attachments_widget") or ()
            if not row.get("placeholder")
        ]
        return held

    @staticmethod
    def _l10n_pl_ksef_ids(records):
        return records.ids if isinstance(records, models.BaseModel) else records

    @api.model
    @api.private
    def _l10n_pl_ksef_send_held(self, move):
        """Send the e-mail that waited for the KSeF number of ``move``."""
        waiting = move.sudo()
        held = dict(waiting.l10n_pl_ksef_held_mail)
        template = self.env["mail.template"].browse(held.pop("mail_template"))
        waiting.l10n_pl_ksef_held_mail = False
        self._generate_and_send_invoices(
            move,
            allow_raising=False,
            sending_methods={"email"},
            extra_edis=set(),
            mail_template=template.exists(),
            **held,
        )

"""What Odoo's *Send* dialog says of KSeF before anything is sent."""

from odoo import api, models

from ..common.document_states import ACCEPTED, LIVE
from ..common.fa3_rule import ERROR
from ..common.rights import ADMIN, has_right
from .account_move_ksef_wait import WAITING_CODES
from .account_move_send import EDI_KEY, EMAIL


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

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
            # Of many invoices the others go: a blocking alert is for a single one.
            waits = problem.code in WAITING_CODES
            blocks = problem.level == ERROR and len(moves) == 1 and not waits
            alerts[f"l10n_pl_ksef_{number}"] = self._l10n_pl_ksef_alert(problem, blocks)
        if moves.filtered(
            lambda m: m.l10n_pl_ksef_state in LIVE and self._l10n_pl_ksef_may_wait(m)
        ):
            alerts["l10n_pl_ksef_waits"] = {
                "level": "info",
                "message": self.env._(
                    "On the way to KSeF: the e-mail leaves when the KSeF number is"
                    " there."
                ),
            }
        if (moves - chosen).filtered(
            lambda m: (
                EMAIL in moves_data[m]["sending_methods"]
                and m.l10n_pl_ksef_state not in (*LIVE, ACCEPTED)
                and m._l10n_pl_ksef_mail_must_wait()
            )
        ):
            alerts["l10n_pl_ksef_mail_waits"] = {
                "level": "info",
                "message": self.env._(
                    "An invoice for a company is issued when it has its KSeF number:"
                    " the e-mail leaves by itself when the invoice was sent to KSeF and"
                    " has the number."
                ),
            }
        both = chosen.company_id.filtered("l10n_pl_ksef_core_connected")
        if both:
            alerts["l10n_pl_ksef_core"] = self._l10n_pl_ksef_core_alert()
        return alerts

    def _l10n_pl_ksef_alert(self, problem, blocks):
        alert = {
            "level": "danger" if blocks else "warning",
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

    def _l10n_pl_ksef_core_alert(self):
        # Not "danger", which would stop the sending: nothing goes twice, because the
        # other module's key is taken out.
        alert = {
            "level": "warning",
            "message": self.env._(
                "Odoo's own KSeF module is connected too. This invoice goes through"
                " the connection of KSeF 2.0 only."
            ),
        }
        if has_right(self.env, ADMIN):
            alert["action_text"] = self.env._("Take over")
            alert["action"] = self.env["res.company"]._l10n_pl_ksef_action_connection()
        return alert

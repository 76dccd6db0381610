"""A session with KSeF: opened, filled, closed, answered with a UPO.

A run of the sender opens one session for all that waits, sends, closes at once and
reads the answers by pages. Keys of a session live only in that run's memory: after a
crash a session is closed and read, never filled again.
"""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.messages import explain_status
from ..common.session_states import BATCH, ONLINE, OPENING, STATES, TRANSITIONS


class Session(models.Model):
    _name = "l10n_pl_ksef.session"
    _inherit = ["l10n_pl_ksef.one.writer"]
    _description = "KSeF session"
    _order = "id desc"
    _rec_name = "reference_number"
    _transitions = TRANSITIONS

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    state = fields.Selection(STATES, default=OPENING, required=True, readonly=True)
    kind = fields.Selection(
        [(ONLINE, "Interactive"), (BATCH, "Batch")],
        default=ONLINE,
        required=True,
        readonly=True,
    )
    environment = fields.Char(readonly=True, export_string_translation=False)
    reference_number = fields.Char("Session number", readonly=True, index=True)
    opened_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    next_check_at = fields.Datetime("Next look at KSeF", readonly=True)
    checks = fields.Integer(readonly=True)
    lookup_failed_at = fields.Datetime(
        "Last look at KSeF that failed",
        readonly=True,
        help="Empty again as soon as KSeF has told of the session.",
    )
    code = fields.Char("KSeF code", readonly=True)
    details = fields.Text("Words of KSeF", readonly=True)
    message = fields.Text(compute="_compute_message")
    document_ids = fields.One2many("l10n_pl_ksef.document", "session_id", readonly=True)
    upo = fields.Binary("UPO", attachment=True, readonly=True)
    upo_name = fields.Char(readonly=True)

    @api.depends("code", "details")
    @api.depends_context("lang")
    def _compute_message(self):
        for session in self:
            session.message = session.code and explain_status(
                self.env,
                "session",
                session.code,
                tuple((session.details or "").splitlines()),
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Sessions with KSeF are kept."))

    @api.private
    def _keep_upo(self, data):
        """Archive the UPO's bytes as they came (the legal proof of receipt)."""
        self.ensure_one()
        self._note(
            upo=base64.b64encode(data), upo_name=f"UPO_{self.reference_number}.xml"
        )

    def action_download_upo(self):
        return self._download("upo")

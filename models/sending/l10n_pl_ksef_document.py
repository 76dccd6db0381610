"""One transmission of one invoice: the frozen bytes and everything KSeF said of them.

Nobody writes these rows but the named methods below; what was sent is never deleted.
The way to KSeF and back is in ``sending_run.py``.
"""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.crypto import sha256_base64
from ..common.document_states import (
    ACCEPTED,
    ONLINE,
    QUEUED,
    REJECTED,
    SENDING,
    STATES,
    TRANSITIONS,
    UNKNOWN,
)
from ..common.messages import explain_status

#: status of an invoice whose sender may not issue it.
NO_RIGHT = "410"
#: statuses of an invoice whose file is not as it should be.
WRONG_FILE = ("430", "450")
#: a text can't hold this tag: there "<" is written "&lt;".
_ATTACHMENT = b"<Zalacznik>"


class Document(models.Model):
    _name = "l10n_pl_ksef.document"
    _inherit = ["l10n_pl_ksef.one.writer"]
    _description = "KSeF document"
    _order = "id desc"
    _rec_name = "move_id"
    _transitions = TRANSITIONS

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    session_id = fields.Many2one(
        "l10n_pl_ksef.session", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(STATES, default=QUEUED, required=True, readonly=True)
    mode = fields.Selection(
        [("online", "Online"), ("offline", "Offline")],
        readonly=True,
        help="Given by KSeF: an invoice that arrives later than the day of its issue"
        " counts as issued offline (art. 106nda of the VAT Act).",
    )
    xml = fields.Binary("FA(3)", attachment=True, readonly=True)
    xml_name = fields.Char(compute="_compute_xml_name")
    xml_hash = fields.Char(
        "SHA-256 (Base64)", readonly=True, index=True, export_string_translation=False
    )
    xml_size = fields.Integer("Size (bytes)", readonly=True)
    has_attachment = fields.Boolean(
        "Has an attachment",
        readonly=True,
        help="KSeF takes invoices with an attachment in batch packages only.",
    )
    reference_number = fields.Char("Request number", readonly=True)
    ksef_number = fields.Char("KSeF number", readonly=True, index="btree_not_null")
    original_ksef_number = fields.Char("Number of the original", readonly=True)
    original_session_number = fields.Char("Session of the original", readonly=True)
    upo = fields.Binary("Own UPO", attachment=True, readonly=True)
    upo_name = fields.Char(compute="_compute_upo_name")
    queued_at = fields.Datetime(
        "Handed over", default=fields.Datetime.now, readonly=True
    )
    sent_at = fields.Datetime("Received by KSeF", readonly=True)
    acquired_at = fields.Datetime("KSeF number given", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime("Next attempt", readonly=True)
    code_scope = fields.Char(readonly=True, export_string_translation=False)
    code = fields.Char("KSeF code", readonly=True)
    details = fields.Text("Words of KSeF", readonly=True)
    message = fields.Text(compute="_compute_message")

    _one_on_its_way = models.UniqueIndex(
        "(move_id) WHERE state NOT IN ('rejected', 'given_up')",
        "This invoice has already been handed over to KSeF.",
    )
    _ksef_number_once = models.UniqueIndex(
        "(ksef_number, company_id) WHERE ksef_number IS NOT NULL",
        "This KSeF number is already known.",
    )

    @api.depends("move_id.name")
    def _compute_xml_name(self):
        for document in self:
            number = (document.move_id.name or "").replace("/", "_")
            document.xml_name = f"FA3_{number}.xml"

    @api.depends("state", "upo", "session_id.upo_name", "original_ksef_number")
    def _compute_upo_name(self):
        for document in self:
            own = document.upo and f"UPO_{document.ksef_number}.xml"
            # What was accepted in an earlier session is not in the UPO of this one.
            theirs = not document.original_ksef_number and document.session_id.upo_name
            name = own or theirs
            document.upo_name = document.state == ACCEPTED and name

    @api.depends("code_scope", "code", "details", "original_ksef_number")
    @api.depends_context("lang")
    def _compute_message(self):
        for document in self:
            document.message = document.code and explain_status(
                self.env,
                document.code_scope,
                document._message_code(),
                tuple((document.details or "").splitlines()),
                number=document.original_ksef_number or "",
                nip=document.company_id.l10n_pl_ksef_nip or "",
            )

    def _message_code(self):
        """Return KSeF's code, told apart where one code has several remedies."""
        if self.code_scope != "invoice":
            return self.code
        if self.code in WRONG_FILE and self.issue_mode != ONLINE:
            return f"{self.code}.offline"
        if self.code != NO_RIGHT:
            return self.code
        if not self.move_id.is_sale_document():
            return f"{NO_RIGHT}.self_billing"
        return f"{NO_RIGHT}.attachment" if self.has_attachment else NO_RIGHT

    @api.ondelete(at_uninstall=False)
    def _unlink_only_never_sent(self):
        if any(document.state != QUEUED or document.attempts for document in self):
            raise UserError(
                self.env._("A document that was sent to KSeF cannot be deleted.")
            )

    # ------------------------------------------------------------------
    # the only writers
    # ------------------------------------------------------------------
    @api.private
    def _freeze(self, move, xml, at=False):
        """Create the queued document of ``move``.

        :param bytes xml: the FA(3) file; from here on it is never built again.
        :param at: naive UTC time of the first attempt, at once by default
        :return: the new document (``queued``).
        """
        return self.sudo().create(
            {
                "move_id": move.id,
                "company_id": move.company_id.id,
                **self._xml_values(xml),
                "next_try_at": at,
            }
        )

    @api.private
    def _xml_values(self, xml):
        return {
            "xml": base64.b64encode(xml),
            "xml_hash": sha256_base64(xml),
            "xml_size": len(xml),
            "has_attachment": _ATTACHMENT in xml,
        }

    @api.private
    def _set_state(self, state, **values):
        """Move to ``state`` and write the chatter's line.

        Open forms and lists are woken by the caller, once for all it has changed.

        :raises AssertionError: the table ``TRANSITIONS`` has no such way.
        """
        result = super()._set_state(state, **values)
        for document in self.sudo():
            if state == ACCEPTED:
                document.move_id._l10n_pl_ksef_accepted()
            document._tell()
        return result

    @api.private
    def _begin_attempt(self, session):
        """Commit to sending in ``session``: the intent that a crash leaves behind."""
        self._turn_offline_if_late()
        self._set_state(
            SENDING,
            session_id=session.id,
            attempts=self.attempts + 1,
            code_scope=False,
            code=False,
            details=False,
        )

    @api.private
    def _keep_upo(self, data):
        """Archive the UPO of this one document, byte for byte."""
        self.sudo().write({"upo": base64.b64encode(data)})

    # ------------------------------------------------------------------
    # telling
    # ------------------------------------------------------------------
    def _tell(self):
        """Write the chatter line of the present state."""
        self.ensure_one()
        line = self.with_context(lang=self._chatter_lang())._chatter_line()
        if line:
            self.move_id._message_log(body=line)

    def _chatter_lang(self):
        """Return the language of who handed the invoice over, else the company's."""
        author = self.create_uid.filtered(lambda user: not user._is_superuser())
        return (author or self.company_id.partner_id).lang or self.env.lang

    def _chatter_line(self):
        """Return the chatter's sentence for the present state, or ``None``."""
        lines = {
            ACCEPTED: lambda: self.env._(
                "KSeF accepted the invoice: %(number)s", number=self.ksef_number
            ),
            REJECTED: lambda: self.env._(
                "KSeF rejected the invoice. %(reason)s", reason=self.message or ""
            ),
            UNKNOWN: lambda: self.env._(
                "The invoice was sent to KSeF, but no answer came back. It is being"
                " looked up there before anything is sent again."
            ),
        }
        build = lines.get(self.state)
        return build and build()

    # ------------------------------------------------------------------
    # downloads
    # ------------------------------------------------------------------
    def action_download_xml(self):
        return self._download("xml")

    def action_download_upo(self):
        self.ensure_one()
        self.check_access("read")
        if not self.upo_name:
            raise UserError(self.env._("The UPO has not arrived from KSeF yet."))
        if self.upo:
            return self._download("upo")
        return self.session_id.action_download_upo()

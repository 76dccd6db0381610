"""Technical correction: a rejected offline invoice goes again, under its old codes.

The buyer may have the printed invoice in hand. KSeF leads the hash in its codes to the
file that corrects it, so a correction carries the hash of the file that was issued
first, however often it was rejected since, and prints that one's codes.
Source: ksef-docs, "Korekta techniczna faktury offline".
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.document_states import ONLINE, REJECTED
from ..common.rights import SEND, check_right
from .technical_correction import NOT_TECHNICAL, business_content


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    corrected_hash = fields.Char(
        "Corrects technically (SHA-256)",
        readonly=True,
        export_string_translation=False,
        help="Hash of the rejected file that was issued offline first.",
    )

    @api.private
    def _freeze(self, move, xml, at=False):
        document = super()._freeze(move, xml, at)
        rejected = move._l10n_pl_ksef_technically_rejected()
        if rejected:
            document._correct_technically(rejected)
        return document

    def _is_technically_rejected(self):
        """Tell whether this file may be corrected technically."""
        return (
            self.state == REJECTED
            and self.issue_mode != ONLINE
            and (self.code_scope, self.code) not in NOT_TECHNICAL
        )

    def _has_content_of(self, other):
        """Tell whether both files say the same; unreadable ones do not differ."""
        mine, theirs = (
            business_content(each._kept_bytes("xml")) for each in (self, other)
        )
        return None in (mine, theirs) or mine == theirs

    def _correct_technically(self, rejected):
        """Go on as what ``rejected`` was issued as, or say why that cannot be."""
        if not self._has_content_of(rejected):
            self._log_for_people(
                lambda env: env._(
                    "This is no technical correction of the rejected invoice, because"
                    " parties, dates or amounts differ: the QR codes that were handed"
                    " over lead nowhere. Hand over the invoice anew."
                )
            )
            return
        self.sudo().write(
            {
                "corrected_hash": rejected.corrected_hash or rejected.xml_hash,
                "issue_mode": rejected.issue_mode,
                "certificate_link": rejected.certificate_link,
            }
        )
        self._refresh_deadline()
        self._log_for_people(
            lambda env: env._(
                "Technical correction of the rejected offline invoice: the QR codes"
                " that were handed over stay good."
            )
        )

    def _log_for_people(self, sentence):
        lang = self.company_id.partner_id.lang or self.env.lang
        self.move_id._message_log(body=sentence(self.with_context(lang=lang).env))


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_can_correct = fields.Boolean(
        compute="_compute_l10n_pl_ksef_can_correct", compute_sudo=True
    )

    @api.depends("state", "l10n_pl_ksef_state", "l10n_pl_ksef_issue_mode")
    def _compute_l10n_pl_ksef_can_correct(self):
        for move in self:
            move.l10n_pl_ksef_can_correct = (
                move.state == "posted" and move._l10n_pl_ksef_technically_rejected()
            )

    @api.depends("l10n_pl_ksef_can_correct")
    def _compute_l10n_pl_ksef_can_issue_offline(self):
        result = super()._compute_l10n_pl_ksef_can_issue_offline()
        for move in self:
            if move.l10n_pl_ksef_can_correct:
                move.l10n_pl_ksef_can_issue_offline = False
        return result

    def _l10n_pl_ksef_technically_rejected(self):
        """Return the latest rejected document, if it was issued offline."""
        self.ensure_one()
        documents = self.sudo().l10n_pl_ksef_document_ids.sorted("id", reverse=True)
        latest = documents.filtered(lambda d: d.state == REJECTED)[:1]
        return latest if latest and latest._is_technically_rejected() else latest[:0]

    def action_l10n_pl_ksef_correct_technically(self):
        """Send the mended file of an invoice that was issued offline and rejected.

        :raises AccessError: no right to send
        :raises UserError, RedirectWarning: not such an invoice, other content, unfit
        """
        self.ensure_one()
        check_right(self.env, SEND)
        rejected = self._l10n_pl_ksef_technically_rejected()
        if not rejected:
            raise UserError(
                self.env._(
                    "Only an invoice that was issued offline and rejected for a"
                    " technical reason is corrected technically. Where KSeF did not"
                    " find the right to issue, grant it there and send again."
                )
            )
        self._l10n_pl_ksef_check_sendable()
        prepared = self._l10n_pl_ksef_prepare()[self]
        before = business_content(rejected._kept_bytes("xml"))
        if before is not None and before != business_content(prepared.xml):
            raise UserError(
                self.env._(
                    "Parties, dates or amounts differ from what was issued offline. A"
                    " technical correction keeps them: set them back, or issue the"
                    " invoice anew."
                )
            )
        self._l10n_pl_ksef_enqueue()
        return self._l10n_pl_ksef_toast(
            "success",
            self.env._(
                "Technical correction of %(name)s is on its way.", name=self.name
            ),
        )

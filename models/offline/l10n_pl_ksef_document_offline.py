"""Documents issued while KSeF is out of reach: second QR code, deadline, flag."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...ksef import deadlines
from ...ksef.errors import KsefError
from ...ksef.links import certificate_link
from ..common import messages
from ..common.document_states import LIVE, OFFLINE24, ONLINE, QUEUED, REJECTED
from ..common.vault import VaultError

ISSUE_MODES = [
    (ONLINE, "Online"),
    (OFFLINE24, "Offline24 (taxpayer's choice)"),
    (deadlines.OfflineMode.UNAVAILABILITY.value, "Offline (KSeF unavailable)"),
    (deadlines.OfflineMode.FAILURE.value, "Emergency (failure of KSeF)"),
]


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    issue_mode = fields.Selection(
        ISSUE_MODES, "Issued", default=ONLINE, required=True, readonly=True
    )
    certificate_link = fields.Char(
        "Page of the certificate",
        readonly=True,
        help="The address in the second QR code: proves who issued the invoice.",
    )
    send_by = fields.Date(
        "To be sent by",
        readonly=True,
        help="Last day, in Polish time, on which the invoice must reach KSeF. Empty"
        " while an outage lasts: the time begins with its end.",
    )
    send_by_article = fields.Char("Article of the VAT Act", readonly=True)
    failures = fields.Integer("Failed tries", readonly=True)

    @api.private
    def _offline_waiting(self):
        """Return what was issued offline and is not in KSeF yet.

        KSeF's refusal ends no deadline: the mended file must be there in time.
        """
        offline = [("issue_mode", "!=", ONLINE)]
        refused = self.search(
            [
                *offline,
                ("state", "=", REJECTED),
                ("move_id.l10n_pl_ksef_must_arrive", "=", True),
            ]
        )
        latest = refused.filtered(lambda d: d == d.move_id.l10n_pl_ksef_document_id)
        return self.search([*offline, ("state", "in", LIVE)]) | latest

    @api.private
    def _end_pauses(self):
        """Try at once what waits because KSeF did not answer: it is back."""
        paused = self.search([("state", "=", QUEUED), ("failures", ">", 0)])
        paused._note(next_try_at=False)
        self._trigger_sending()

    @api.private
    def _issue_offline(self, mode):
        """Issue these queued documents in an offline mode, with both codes.

        The bytes were frozen when they were queued; from now on they may be handed
        over. They are sent by themselves when KSeF is back.

        :param mode: ``offline24 | unavailability | failure``
        :raises UserError: there is no certificate to sign the second code with
        """
        for document in self.sudo():
            if document.state != QUEUED or document.issue_mode != ONLINE:
                continue
            document.write(
                {
                    "issue_mode": mode,
                    "certificate_link": document._signed_certificate_link(),
                }
            )
            document._refresh_deadline()
            document._tell_offline()

    @api.private
    def _turn_offline_if_late(self):
        """Issue in offline24 what could not be sent on the day in P_1 (art. 106nda).

        KSeF would take it as offline anyway; so the codes, the deadline and the flag
        are ours knowingly.
        """
        self.ensure_one()
        today = deadlines.today_in_warsaw()
        waits = self.state == QUEUED and self.issue_mode == ONLINE
        if not waits or self.move_id.invoice_date >= today:
            return
        try:
            self._issue_offline(OFFLINE24)
        except UserError:
            # Without the code it can still be sent, and sending is what the law wants.
            self._note(issue_mode=OFFLINE24)
            self._refresh_deadline()

    @api.private
    def _count_failure(self):
        """Count a failed try; after as many as the company says, issue offline24."""
        for document in self.sudo():
            document.failures += 1
            limit = document.company_id.l10n_pl_ksef_offline_after
            if limit and document.failures >= limit:
                document._turn_offline(OFFLINE24)

    def _turn_offline(self, mode):
        try:
            self._issue_offline(mode)
        except UserError as error:
            self.move_id.l10n_pl_ksef_problem = str(error)

    @api.private
    def _refresh_deadline(self):
        """Count until when each must be in KSeF, by all outages that are known."""
        outages = self.env["l10n_pl_ksef.outage"]._known()
        for document in self.sudo():
            deadline = deadlines.sending_deadline(
                deadlines.OfflineMode(document.issue_mode),
                document.move_id.invoice_date,
                outages,
            )
            document.write(
                {"send_by": deadline.day, "send_by_article": deadline.article}
            )

    def _signed_certificate_link(self):
        """Return KOD II of this document, signed by the Offline certificate."""
        company = self.company_id.sudo()
        certificate = company.l10n_pl_ksef_offline_certificate_id
        if not certificate:
            raise UserError(
                self.env._(
                    "There is no offline certificate: the invoice cannot be issued"
                    " without KSeF. Connect the company again with both certificates."
                )
            )
        gateway = self.env["l10n_pl_ksef.gateway"]
        try:
            return certificate_link(
                gateway._environment(company.l10n_pl_ksef_environment),
                context_value=company.l10n_pl_ksef_nip,
                seller_nip=self.move_id._l10n_pl_ksef_seller_nip(),
                serial_hex=certificate.serial_number,
                invoice_hash=self.xml_hash,
                key=certificate._read_key(),
            )
        except (KsefError, VaultError) as error:
            raise UserError(messages.explain(self.env, error)) from None

    def _tell_offline(self):
        document = self.with_context(lang=self._chatter_lang())
        if document.send_by:
            body = document.env._(
                "The invoice was issued offline, with two QR codes. It must be in KSeF"
                " by %(day)s (art. %(article)s of the VAT Act) and is sent by itself.",
                day=format_date(document.env, document.send_by),
                article=document.send_by_article,
            )
        else:
            body = document.env._(
                "The invoice was issued offline, with two QR codes. It is sent by"
                " itself when the outage of KSeF has ended."
            )
        document.move_id._message_log(body=body)
        self.move_id._l10n_pl_ksef_notify()

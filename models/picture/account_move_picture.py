"""An invoice's picture: of the file that was sent or received, or of a draft's future.

Received invoices get theirs as a PDF in the background; a person who opens one before
that gets it at once.
"""

import base64
import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import farmers, model, parse
from ..common.document_states import ACCEPTED, LIVE
from ..fa3.fa3_checks import check_document
from ..fa3.fa3_facts import Facts
from ..fa3.fa3_rules import GATE
from ..fa3.fa3_source import Source
from .fa3_picture import Known, ToMend
from .l10n_pl_ksef_picture import REPORT

_logger = logging.getLogger(__name__)

_BATCH = 50
#: what a draft can not have yet; posting gives it.
_COMES_WITH_POSTING = {"not_posted", "no_date", "no_number"}
_MISSING_NUMBER = "-"
#: what building a document of a half-finished draft may end in.
_INCOMPLETE = (
    *(AttributeError, TypeError, ValueError, LookupError, ArithmeticError),
    Fa3Error,
)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_has_picture = fields.Boolean(
        compute="_compute_l10n_pl_ksef_has_picture"
    )

    @api.depends(
        "l10n_pl_ksef_source_hash", "move_type", "journal_id", "country_code", "state"
    )
    def _compute_l10n_pl_ksef_has_picture(self):
        for move in self:
            is_ours = move.country_code == "PL" and move._l10n_pl_ksef_is_issued()
            move.l10n_pl_ksef_has_picture = move.l10n_pl_ksef_source_hash or (
                is_ours and move.state != "cancel"
            )

    def action_l10n_pl_ksef_preview(self):
        """Open the readable page of the structured invoice."""
        self.ensure_one()
        if not self.l10n_pl_ksef_has_picture:
            raise UserError(self.env._("There is no structured invoice to show."))
        report = self.env.ref(REPORT)
        return {
            **report.report_action(self, config=False),
            "report_type": "qweb-html",
            "name": self.env._("KSeF: %(name)s", name=self.display_name),
        }

    def action_l10n_pl_ksef_download_source(self):
        """Download the file of a received invoice, byte for byte."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/account.move/{self.id}/l10n_pl_ksef_source"
            "?filename_field=l10n_pl_ksef_source_name&download=true",
        }

    def _l10n_pl_ksef_picture_name(self):
        """Return the name of the picture's file, without ending."""
        self.ensure_one()
        number = self.l10n_pl_ksef_number or self.ref or self.name or "FA"
        return f"KSeF {number}".replace("/", "_")

    @api.private
    def _l10n_pl_ksef_is_shown(self):
        """Tell whether the other party sees the picture: KSeF has the invoice."""
        self.ensure_one()
        move = self.sudo()
        is_sent = move.l10n_pl_ksef_document_id.state == ACCEPTED
        return is_sent or bool(move.l10n_pl_ksef_source_hash)

    # -- what is shown ---------------------------------------------------------
    @api.private
    def _l10n_pl_ksef_pictured(self):
        """Return the document of this invoice and what is known of it.

        :return: (``ksef.fa3.Invoice``, ``Known``)
        """
        self.ensure_one()
        move = self.sudo().with_context(bin_size=False)
        pictures = self.env["l10n_pl_ksef.picture"]
        number, given = move.l10n_pl_ksef_number, move.l10n_pl_ksef_acquired_at
        if move.l10n_pl_ksef_source:
            xml = base64.b64decode(move.l10n_pl_ksef_source)
            invoice = farmers.read(xml)
            known = pictures._known(move.company_id, invoice, xml, number, given)
            return invoice, known
        document = move.l10n_pl_ksef_document_id
        if document.state in (*LIVE, ACCEPTED) and document.xml:
            invoice = parse(base64.b64decode(document.xml))
            link = document.verification_link
            return invoice, pictures._known_by_link(link, number, given)
        return self._l10n_pl_ksef_future()

    def _l10n_pl_ksef_future(self):
        """Return the document that this invoice would be now, with its problems."""
        source = Source(self._l10n_pl_ksef_readers()[self.id], Facts())
        problems = self._l10n_pl_ksef_preview_problems(source)
        try:
            invoice = self._l10n_pl_ksef_dated(
                source.move._l10n_pl_ksef_fa3_invoice(source)
            )
            problems += self._l10n_pl_ksef_preview_faults(source, invoice, problems)
        except _INCOMPLETE as error:
            # The rules say what is missing; the rest has to wait for that.
            _logger.info("No preview of %s yet: %s", self, type(error).__name__)
            invoice = model.Invoice(Fa=model.Fa(RodzajFaktury="VAT"))
        to_mend = [self._l10n_pl_ksef_to_mend(problem) for problem in problems]
        return self._l10n_pl_ksef_as_draft(invoice), Known(problems=to_mend)

    def _l10n_pl_ksef_to_mend(self, problem):
        """Return a problem with the form that mends it; rows are on the invoice's."""
        model = self.env[problem.model]
        field = model._fields.get(problem.field)
        names = [field.get_description(self.env, ["string"])["string"]] if field else []
        record = model.browse(problem.res_id).exists()
        if problem.model == "account.move.line":
            record = self
        elif record and record != self:
            names.insert(0, record.display_name)
        place = " / ".join(names)
        return ToMend(*problem[:3], record._name, record.id, place)

    def _l10n_pl_ksef_preview_problems(self, source):
        """Return what the rules say, without what posting brings by itself."""
        gate = _broken(self.env, source, GATE)
        if gate:
            return gate
        return _broken(self.env, source, self._l10n_pl_ksef_fa3_rules())

    def _l10n_pl_ksef_preview_faults(self, source, invoice, problems):
        """Return what the structure says of a document that the rules let pass."""
        if any(problem.level == "error" for problem in problems):
            return []
        numbered = replace(invoice.Fa, P_2=invoice.Fa.P_2 or _MISSING_NUMBER)
        complete = replace(invoice, Fa=numbered)
        _xml, found = check_document(self.env, source, complete)
        return list(found)

    def _l10n_pl_ksef_dated(self, invoice):
        """Give a draft without a date that of posting it today."""
        if invoice.Fa.P_1:
            return invoice
        return replace(
            invoice, Fa=replace(invoice.Fa, P_1=fields.Date.context_today(self))
        )

    def _l10n_pl_ksef_as_draft(self, invoice):
        """Take off the number that a draft only seems to have."""
        if self.state == "posted" or not invoice.Fa:
            return invoice
        return replace(invoice, Fa=replace(invoice.Fa, P_2=None))

    # -- files -----------------------------------------------------------------
    @api.private
    def _l10n_pl_ksef_picture_html(self):
        """Return the picture as a page, in the language of the environment."""
        return self.env["l10n_pl_ksef.picture"]._html(*self._l10n_pl_ksef_pictured())

    @api.private
    def _l10n_pl_ksef_picture_pdf(self):
        """Return the picture as a PDF.

        :raises UserError: ``wkhtmltopdf`` is missing or fails
        """
        return self.env["l10n_pl_ksef.picture"]._pdf(*self._l10n_pl_ksef_pictured())

    @api.private
    def _l10n_pl_ksef_draw(self):
        """Attach the picture of a received invoice, beside it on the form.

        A PDF that the supplier has sent along stays what is shown first.
        """
        self.ensure_one()
        move = self.sudo()
        lang = move.company_id.partner_id.lang or self.env.user.lang
        try:
            pdf = move.with_context(lang=lang)._l10n_pl_ksef_picture_pdf()
        except (UserError, Fa3Error) as error:
            _logger.warning("No picture of %s: %s", self, error)
            move.l10n_pl_ksef_picture_due = False
            return
        attachment = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self._l10n_pl_ksef_picture_name()}.pdf",
                    "raw": pdf,
                    "mimetype": "application/pdf",
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        move.l10n_pl_ksef_picture_due = False
        if move.message_main_attachment_id.mimetype != "application/pdf":
            move._message_set_main_attachment_id(attachment, force=True)
        move._l10n_pl_ksef_notify()

    @api.model
    def _cron_l10n_pl_ksef_draw_pictures(self):
        """Draw the pictures that are due."""
        domain = [("l10n_pl_ksef_picture_due", "=", True)]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        for move in self.search(domain, limit=_BATCH):
            move = move.try_lock_for_update().filtered_domain(domain)
            if not move:
                continue
            move._l10n_pl_ksef_draw()
            if not cron._commit_progress(1):
                break


def _broken(env, source, rules):
    return [
        problem
        for rule in rules
        if rule.code not in _COMES_WITH_POSTING
        for problem in rule.problems(env, source)
    ]


class ReportPicture(models.AbstractModel):
    _name = "report.l10n_pl_ksef.report_picture"
    _description = "KSeF picture"

    @api.model
    def _get_report_values(self, docids, data=None):
        moves = self.env["account.move"].browse(docids)
        moves.check_access("read")
        pictures = self.env["l10n_pl_ksef.picture"]
        return {
            "docs": moves,
            "pictures": [
                {"move": move, **pictures._values(*move._l10n_pl_ksef_pictured())}
                for move in moves
            ],
        }

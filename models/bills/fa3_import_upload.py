"""Files that a person drags into the bills, or that come by e-mail: Odoo's decoders."""

from lxml import etree

from odoo import api, models

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import codes, farmers
from ...ksef.safe_xml import XmlRefused, parse_xml
from ..common.fa3_rule import ERROR
from ..common.fa3_sentences import fa3_sentences
from ..common.ksef_activities import person
from .fa3_import_job import ACTIVITY

FILE_TYPE = "ksef.fa3"
#: above ``account_edi_ubl_cii`` (20) and any decoder of Odoo's own Polish module.
PRIORITY = 40
#: bytes of a file whose picture is drawn in a second or two.
_QUICK = 200_000
_NAMESPACES = (codes.NAMESPACE_FA3, codes.NAMESPACE_FA2, codes.NAMESPACE_FA_RR)
#: where every structure of the Polish tax office lives.
_ALL_FORMS = "http://crd.gov.pl/wzor/"
#: bytes in which a document says what it is.
_START = 8192


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_xml_tree(self, file_data):
        # EXTENDS 'account': files of the tax office are read by a parser that no file
        # can harm, whatever the mail calls them; broken ones get our decoder as well
        if not _looks_like_form(file_data["raw"] or b""):
            return super()._get_xml_tree(file_data)
        try:
            return parse_xml(file_data["raw"], any_encoding=True)
        except XmlRefused:
            return etree.Element(f"{{{_ALL_FORMS}}}Faktura")

    def _get_import_file_type(self, file_data):
        # EXTENDS 'account'
        if _is_fa(file_data):
            return FILE_TYPE
        return super()._get_import_file_type(file_data)

    def _get_edi_decoder(self, file_data, new=False):
        # EXTENDS 'account'
        if file_data["import_file_type"] == FILE_TYPE or _is_fa(file_data):
            return {
                "priority": PRIORITY,
                "decoder": lambda move, data, new: move._l10n_pl_ksef_decode(data),
            }
        return super()._get_edi_decoder(file_data, new)

    @api.model
    def _create_records_from_attachments(self, attachments, grouping_method=None):
        # EXTENDS 'account': one file, one person who waits for it: with its picture
        records = super()._create_records_from_attachments(attachments, grouping_method)
        size = sum(attachments.mapped("file_size"))
        if len(records) == 1 and records.l10n_pl_ksef_picture_due and size < _QUICK:
            records._l10n_pl_ksef_draw()
        return records

    def _l10n_pl_ksef_decode(self, file_data):
        """Fill this draft from a file.

        :return: ``None``, or the sentence that says why it stays empty
        """
        self.ensure_one()
        if self.invoice_line_ids:
            return self._reason_cannot_decode_has_invoice_lines()
        xml = file_data["raw"]
        try:
            invoice = farmers.read(xml)
        except Fa3Error as error:
            return self._l10n_pl_ksef_unreadable(error.problems)
        if invoice.namespace not in _NAMESPACES:
            return self._l10n_pl_ksef_keep_unread(
                self.env._("This version of the structured invoice is not known.")
            )
        wrong = self._l10n_pl_ksef_wrong_journal(invoice)
        if wrong:
            return wrong
        imported = self._l10n_pl_ksef_import(invoice, xml)
        return imported.reason if imported.move != self else None

    def _l10n_pl_ksef_wrong_journal(self, invoice):
        """Return why a document does not belong in this journal, or ``None``."""
        route = self._l10n_pl_ksef_route(invoice, self.company_id)
        is_sale = route in ("own", "self_billed")
        kind = self.journal_id.type
        if is_sale or kind not in ("sale", "purchase"):
            if route == "self_billed" and kind != "sale":
                return self.env._(
                    "This is a sale that the buyer has invoiced in your name: upload it"
                    " to the customer invoices."
                )
            return None
        if kind == "sale":
            return self.env._(
                "You are not the seller on this invoice: upload it to the vendor bills."
            )
        return None

    def _l10n_pl_ksef_unreadable(self, problems):
        if any(problem.code == "not_fa" for problem in problems):
            return self._l10n_pl_ksef_keep_unread(
                self.env._(
                    "The file is another form than an invoice FA or FA_RR: enter it by"
                    " hand."
                )
            )
        errors = [problem for problem in problems if problem.severity == ERROR]
        words = fa3_sentences(self.env, errors)
        return self._l10n_pl_ksef_keep_unread(
            self.env._("The file can not be read: %(reason)s", reason=words)
        )

    def _l10n_pl_ksef_keep_unread(self, reason):
        """Plan an activity for a file that only a person can book."""
        self.activity_schedule(
            ACTIVITY,
            note=reason,
            user_id=person(self.company_id.with_env(self.env)).id,
        )
        return reason

    def _autopost_bill(self):
        # EXTENDS 'account': what a person has to look at is not posted by itself
        activity = self.env.ref(ACTIVITY)
        if activity in self.activity_ids.activity_type_id:
            return None
        return super()._autopost_bill()


def _is_fa(file_data):
    """Tell whether a file is, or should be, an invoice of the tax office's forms."""
    tree = file_data.get("xml_tree")
    if tree is None:
        return False
    name = etree.QName(tree)
    namespace = name.namespace or ""
    return name.localname == "Faktura" and namespace.startswith(_ALL_FORMS)


def _looks_like_form(raw):
    """Tell whether bytes begin like XML that names a form of the tax office."""
    start = raw[:_START].replace(b"\x00", b"")
    is_xml = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
    return is_xml and _ALL_FORMS.encode() in start

"""What is printed on an invoice of its way through KSeF: QR codes and their labels.

Source: regulation on the use of KSeF (Dz.U. 2025 poz. 1815) § 9 (1) and (3): the code,
and under it the KSeF number, or the word OFFLINE while there is none; on an invoice
that was issued offline a second code, with the word CERTYFIKAT under it, also later.
"""

import base64
import io

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from odoo import api, fields, models

from ..common.document_states import ACCEPTED, LIVE

OFFLINE_LABEL = "OFFLINE"
CERTIFICATE_LABEL = "CERTYFIKAT"

#: pixels of a module's side: some 340 dots per inch as printed.
_PIXELS = 10

#: Odoo's own module prints a code of its own in this view, where it has one.
_CORE_VIEW = "l10n_pl_edi.report_invoice_document"


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_link = fields.Char(
        "Page in KSeF", compute="_compute_l10n_pl_ksef_link", compute_sudo=True
    )

    @api.depends("l10n_pl_ksef_document_ids.verification_link")
    def _compute_l10n_pl_ksef_link(self):
        for move in self:
            move.l10n_pl_ksef_link = move.l10n_pl_ksef_document_id.verification_link

    def action_l10n_pl_ksef_open_page(self):
        """Open what a customer sees who scans the code."""
        self.ensure_one()
        return {"type": "ir.actions.act_url", "url": self.l10n_pl_ksef_link}

    @api.private
    def _l10n_pl_ksef_qr_codes(self):
        """Return the codes to print under the invoice.

        :return: list of ``{"link": address, "label": text, "image": Base64 of a PNG}``,
            KOD I first; empty when this invoice is not in KSeF nor on its way there
        """
        self.ensure_one()
        document = self.sudo().l10n_pl_ksef_document_id
        if document.state not in (*LIVE, ACCEPTED) or self._l10n_pl_ksef_core_prints():
            return []
        codes = [
            (document.verification_link, document.ksef_number or OFFLINE_LABEL),
            (document.certificate_link, CERTIFICATE_LABEL),
        ]
        return [
            {"link": link, "label": label, "image": self._l10n_pl_ksef_qr_image(link)}
            for link, label in codes
            if link
        ]

    def _l10n_pl_ksef_qr_image(self, link):
        """Return the QR code of ``link``: correction level M, margin of 4 modules."""
        # Not Odoo's ``barcode``: it needs a drawing back end that many servers lack,
        # and draws the modules with soft edges.
        code = QRCode(error_correction=ERROR_CORRECT_M, box_size=_PIXELS, border=4)
        code.add_data(link)
        picture = io.BytesIO()
        code.make_image().save(picture, format="PNG")
        return base64.b64encode(picture.getvalue())

    def _l10n_pl_ksef_core_prints(self):
        """Tell whether Odoo's own module prints its code on this invoice already."""
        if "l10n_pl_edi_status" not in self._fields:
            return False
        if self.l10n_pl_edi_status != "accepted":
            return False
        view = self.env.ref(_CORE_VIEW, raise_if_not_found=False)
        return bool(view and view.sudo().active)

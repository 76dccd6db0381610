"""What is printed on an invoice of its way through KSeF: a QR code and a label.

Source: regulation on the use of KSeF (Dz.U. 2025 poz. 1815) § 9 (1) and (3): the code,
and under it the KSeF number, or the word OFFLINE while there is none.
"""

import base64

from odoo import api, models

from .document_states import ACCEPTED, LIVE

OFFLINE_LABEL = "OFFLINE"

#: pixels of the picture's side; printed at 38 mm that is 530 dots per inch.
_PIXELS = 800

#: Odoo's own module prints a code of its own in this view, where it has one.
_CORE_VIEW = "l10n_pl_edi.report_invoice_document"


class AccountMove(models.Model):
    _inherit = "account.move"

    @api.private
    def _l10n_pl_ksef_qr(self):
        """Return the code to print under the invoice.

        :return: ``{"link": address, "label": text, "image": Base64 of a PNG}``, or
            ``None`` when this invoice is not in KSeF nor on its way there
        """
        self.ensure_one()
        document = self.sudo().l10n_pl_ksef_document_id
        if document.state not in (*LIVE, ACCEPTED) or self._l10n_pl_ksef_core_prints():
            return None
        link = document.verification_link
        if not link:
            return None
        return {
            "link": link,
            "label": document.ksef_number or OFFLINE_LABEL,
            "image": self._l10n_pl_ksef_qr_image(link),
        }

    def _l10n_pl_ksef_qr_image(self, link):
        """Return the QR code of ``link``: correction level M, margin of 4 modules."""
        picture = self.env["ir.actions.report"].barcode(
            "QR",
            link,
            width=_PIXELS,
            height=_PIXELS,
            barLevel="M",
            barBorder=4,
        )
        return base64.b64encode(picture)

    def _l10n_pl_ksef_core_prints(self):
        """Tell whether Odoo's own module prints its code on this invoice already."""
        if "l10n_pl_edi_status" not in self._fields:
            return False
        if self.l10n_pl_edi_status != "accepted":
            return False
        view = self.env.ref(_CORE_VIEW, raise_if_not_found=False)
        return bool(view and view.sudo().active)

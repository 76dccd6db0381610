"""Files of an invoice in KSeF where people look for them: Print menu, ZIP, portal."""

import base64

from odoo import models

from ..common.document_states import ACCEPTED
from ..common.rights import LOOK

FA3 = "l10n_pl_ksef_fa3"
UPO = "l10n_pl_ksef_upo"


class AccountMove(models.Model):
    _inherit = "account.move"

    def _get_invoice_proforma_pdf_report_filename(self):
        # EXTENDS 'account': what KSeF has accepted is no pro forma
        if self.l10n_pl_ksef_state == ACCEPTED:
            return self._get_invoice_report_filename()
        return super()._get_invoice_proforma_pdf_report_filename()

    def _get_invoice_legal_documents(self, filetype, allow_fallback=False):
        # EXTENDS 'account'
        self.ensure_one()
        if filetype in (FA3, UPO):
            return self._l10n_pl_ksef_files().get(filetype)
        return super()._get_invoice_legal_documents(
            filetype, allow_fallback=allow_fallback
        )

    def _get_move_zip_export_docs(self):
        # EXTENDS 'account'
        documents = super()._get_move_zip_export_docs() or []
        if self.state != "posted":
            return documents
        return documents + list(self._l10n_pl_ksef_files().values())

    def get_extra_print_items(self):
        # EXTENDS 'account'
        items = super().get_extra_print_items()
        labels = {
            FA3: self.env._("KSeF: FA(3) file"),
            UPO: self.env._("KSeF: UPO"),
        }
        for filetype, label in labels.items():
            moves = self.filtered(
                lambda m, t=filetype: t in m._l10n_pl_ksef_file_names()
            )
            if moves:
                ids = ",".join(map(str, moves.ids))
                items.append(
                    {
                        "key": filetype,
                        "description": label,
                        "type": "ir.actions.act_url",
                        "url": f"/account/download_invoice_documents/{ids}/{filetype}",
                        "target": "download",
                    }
                )
        return items

    # ------------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_file_names(self):
        """Return the names of this invoice's KSeF files, by type.

        None for customers: the UPO of a session names other customers' invoices.
        """
        self.ensure_one()
        document = self.sudo().l10n_pl_ksef_document_id
        # The portal asks as superuser: the person's own right counts.
        if not self.env.user.has_group(LOOK) or document.state != ACCEPTED:
            return {}
        names = {UPO: document.upo_name}
        if document.xml_hash:
            names[FA3] = document.xml_name
        return {filetype: name for filetype, name in names.items() if name}

    def _l10n_pl_ksef_files(self):
        """Return the KSeF files of this invoice by type, byte for byte as kept."""
        names = self._l10n_pl_ksef_file_names()
        document = self.sudo().l10n_pl_ksef_document_id.with_context(bin_size=False)
        contents = {FA3: document.xml, UPO: document.upo or document.session_id.upo}
        return {
            filetype: {
                "filename": name,
                "filetype": "application/xml",
                "content": base64.b64decode(contents[filetype]),
            }
            for filetype, name in names.items()
            if contents[filetype]
        }

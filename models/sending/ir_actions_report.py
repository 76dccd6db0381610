"""An invoice that KSeF has accepted is never printed as a pro forma."""

from odoo import models

from ..common.document_states import ACCEPTED


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        # EXTENDS 'account', which takes an invoice without a stored PDF for a pro forma
        data = super()._get_rendering_context(report, docids, data)
        if data.get("proforma") and report.model == "account.move":
            moves = self.env["account.move"].browse(docids).sudo()
            if moves and all(m.l10n_pl_ksef_state == ACCEPTED for m in moves):
                data["proforma"] = False
        return data

"""The report "KSeF picture" makes its PDF by itself, without a web server's styles."""

import io

from odoo import models

from .l10n_pl_ksef_picture import REPORT


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        # EXTENDS 'base'
        if self._get_report(report_ref) != self.env.ref(REPORT):
            return super()._render_qweb_pdf_prepare_streams(
                report_ref, data, res_ids=res_ids
            )
        moves = self.env["account.move"].browse(res_ids)
        moves.check_access("read")
        return {
            move.id: {
                "stream": io.BytesIO(move._l10n_pl_ksef_picture_pdf()),
                "attachment": None,
            }
            for move in moves
        }

"""What an accountant may say of a correction; most say nothing but the reason."""

from odoo import api, fields, models

from ...ksef.fa3.codes import CORRECTION_KINDS
from .res_company_fa3 import CORRECTION_STYLES

CORRECTION_TYPES = [
    ("1", "In the period of the corrected invoice"),
    ("2", "In the period of this correction"),
    ("3", "On another date, or differing by row"),
]


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_is_correction = fields.Boolean(
        compute="_compute_l10n_pl_ksef_is_correction", export_string_translation=False
    )
    l10n_pl_ksef_correction_reason = fields.Char(
        "Reason of the correction",
        copy=False,
        help="Printed on the structured correction (PrzyczynaKorekty).",
    )
    l10n_pl_ksef_correction_type = fields.Selection(
        CORRECTION_TYPES,
        string="Effect of the correction",
        copy=False,
        help="Empty: in the period of this correction when it lowers the invoice, in"
        " that of the corrected invoice when it raises it.",
    )
    l10n_pl_ksef_corrects_parties = fields.Boolean(
        "Corrects names or addresses",
        copy=False,
        help="The correction shows the buyer's and seller's data as they were on the"
        " corrected invoice and as they are now.",
    )
    l10n_pl_ksef_corrected_ids = fields.Many2many(
        "account.move",
        "l10n_pl_ksef_corrected_rel",
        "correction_id",
        "corrected_id",
        string="Also corrects",
        copy=False,
        domain="[('commercial_partner_id', '=', commercial_partner_id),"
        " ('move_type', '=', 'out_invoice'), ('state', '=', 'posted'),"
        " ('company_id', '=', company_id)]",
        help="Further invoices that one rebate corrects together.",
    )
    l10n_pl_ksef_corrected_period = fields.Char(
        "Period of the rebate",
        size=256,
        copy=False,
        help="For a rebate on all sales of a period, for example “I półrocze 2026”.",
    )
    l10n_pl_ksef_origin_number = fields.Char(
        "Corrected invoice (not in Odoo)", size=256, copy=False
    )
    l10n_pl_ksef_origin_date = fields.Date("Its date", copy=False)
    l10n_pl_ksef_origin_ksef_number = fields.Char(
        "Its KSeF number",
        size=36,
        copy=False,
        help="Empty: it was issued outside KSeF.",
    )
    l10n_pl_ksef_correction_style = fields.Selection(
        [*CORRECTION_STYLES, ("names", "Names only, without amounts")],
        string="Rows",
        copy=False,
        help="Empty: as set for the company. Names only: for a rebate on some of the"
        " goods sold in a period.",
    )
    l10n_pl_ksef_right_number = fields.Char(
        "Right number of the corrected invoice",
        size=256,
        copy=False,
        help="Only where the number of the corrected invoice was itself wrong.",
    )
    l10n_pl_ksef_gross_before = fields.Monetary(
        "Amount before the correction",
        copy=False,
        help="Of a corrected advance invoice or settlement that is not in Odoo.",
    )

    @api.depends("move_type", "reversed_entry_id", "l10n_pl_ksef_kind")
    def _compute_l10n_pl_ksef_is_correction(self):
        for move in self:
            is_said = move.l10n_pl_ksef_kind in CORRECTION_KINDS
            is_refund = move.move_type in ("out_refund", "in_refund")
            move.l10n_pl_ksef_is_correction = (
                is_said or is_refund or move._l10n_pl_ksef_origin()
            )

"""Marking of each row of JPK_V7M(3)/V7K(3): NrKSeF, OFF, BFK or DI, exactly one.

Judged on the day the file is handed in, not on the day of the invoice; so the marking
is worked out when asked for, and what was handed in is noted. Only offline24 and
unavailability make a DI that must be corrected when the number comes; the word OFF is
for the failure that the Minister announced (art. 106nf).
Source: information sheet on JPK_VAT from February 2026; VAT Act art. 106nda-106nh.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ...ksef.deadlines import today_in_warsaw
from ..common.document_states import LIVE, OFFLINE24, ONLINE
from ..common.ksef_activities import responsible, schedule
from ..common.rights import LOOK, check_right
from .l10n_pl_ksef_outage import FAILURE, UNAVAILABILITY

NUMBER, OFF, BFK, DI = "NrKSeF", "OFF", "BFK", "DI"
#: meant for KSeF and not issued: there is nothing to hand in yet.
MISSING = "missing"

MARKERS = [
    (NUMBER, "NrKSeF"),
    (OFF, "OFF"),
    (BFK, "BFK"),
    (DI, "DI"),
    (MISSING, "To be sent to KSeF first"),
]
TASK = "mail_activity_jpk"

#: how an invoice without a number was issued -> its marking.
OF_MODE = {ONLINE: DI, OFFLINE24: DI, UNAVAILABILITY: DI, FAILURE: OFF}


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_jpk_marker = fields.Selection(
        MARKERS, "JPK marking", compute="_compute_l10n_pl_ksef_jpk_marker"
    )
    l10n_pl_ksef_jpk_filed_marker = fields.Selection(
        MARKERS, "JPK marking handed in", readonly=True, copy=False
    )
    l10n_pl_ksef_jpk_filed_date = fields.Date(
        "JPK handed in on", readonly=True, copy=False
    )
    l10n_pl_ksef_jpk_to_correct = fields.Boolean(
        "JPK to correct",
        compute="_compute_l10n_pl_ksef_jpk_to_correct",
        store=True,
        help="It was handed in as DI and has got its KSeF number since.",
    )

    @api.depends(
        "state",
        "move_type",
        "partner_id",
        "fiscal_position_id",
        "l10n_pl_ksef_number",
        "l10n_pl_ksef_state",
        "l10n_pl_ksef_issue_mode",
        "l10n_pl_ksef_must_arrive",
        "l10n_pl_ksef_outside",
        "l10n_pl_ksef_outside_number",
    )
    def _compute_l10n_pl_ksef_jpk_marker(self):
        for move in self:
            is_row = move.state == "posted" and move.company_id.country_code == "PL"
            move.l10n_pl_ksef_jpk_marker = is_row and move._l10n_pl_ksef_jpk()

    @api.depends("l10n_pl_ksef_jpk_filed_marker", "l10n_pl_ksef_number")
    def _compute_l10n_pl_ksef_jpk_to_correct(self):
        for move in self:
            move.l10n_pl_ksef_jpk_to_correct = bool(
                move.l10n_pl_ksef_jpk_filed_marker == DI and move.l10n_pl_ksef_number
            )

    # ------------------------------------------------------------------
    # the marking
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_jpk(self):
        """Return this posted move's marking, were the file handed in now."""
        self.ensure_one()
        if self._l10n_pl_ksef_jpk_number():
            return NUMBER
        if self.l10n_pl_ksef_state in LIVE or self.l10n_pl_ksef_must_arrive:
            return self._l10n_pl_ksef_jpk_of_waiting()
        if self._l10n_pl_ksef_jpk_is_due():
            return MISSING
        if self.is_purchase_document(include_receipts=True):
            return self._l10n_pl_ksef_jpk_of_purchase()
        return BFK if self.is_sale_document() else DI

    def _l10n_pl_ksef_jpk_number(self):
        """Return the KSeF number to hand in, whoever has sent the invoice."""
        self.ensure_one()
        core = "l10n_pl_edi_number" in self._fields and self.l10n_pl_edi_number
        return (
            self.l10n_pl_ksef_number
            or (self.l10n_pl_ksef_outside and self.l10n_pl_ksef_outside_number)
            or core
        )

    def _l10n_pl_ksef_jpk_of_waiting(self):
        mode = self.l10n_pl_ksef_issue_mode
        today = today_in_warsaw()
        if mode == ONLINE and self.invoice_date >= today:
            # On its way, on its own day: not issued before it has arrived.
            return MISSING
        return OF_MODE[mode]

    def _l10n_pl_ksef_jpk_is_due(self):
        """Tell whether this invoice belongs in KSeF and was not sent."""
        number = self.fiscal_position_id.foreign_vat or ""
        is_foreign = number and not number.upper().startswith("PL")
        return self._l10n_pl_ksef_mail_must_wait() and not is_foreign

    # ------------------------------------------------------------------
    # handing in
    # ------------------------------------------------------------------
    def action_l10n_pl_ksef_jpk_file(self):
        """Note the present markings as handed in (again after a correction).

        :raises AccessError: no right to look, or to change the invoices
        :raises UserError: some invoices must go to KSeF first
        """
        check_right(self.env, LOOK)
        self.check_access("write")
        rows = self.filtered("l10n_pl_ksef_jpk_marker")
        missing = rows.filtered(lambda m: m.l10n_pl_ksef_jpk_marker == MISSING)
        if missing:
            raise UserError(
                self.env._(
                    "These invoices are not issued before they are in KSeF. Send them,"
                    " or mark them as outside KSeF: %(names)s",
                    names=", ".join(missing[:20].mapped("name")),
                )
            )
        today = today_in_warsaw()
        for marker, moves in rows.grouped("l10n_pl_ksef_jpk_marker").items():
            moves.write(
                {
                    "l10n_pl_ksef_jpk_filed_marker": marker,
                    "l10n_pl_ksef_jpk_filed_date": today,
                }
            )
        rows.sudo().activity_unlink([f"l10n_pl_ksef.{TASK}"])
        return self._l10n_pl_ksef_toast(
            "success",
            self.env._("Noted as handed in: %(count)s documents.", count=len(rows)),
        )

    @api.private
    def _l10n_pl_ksef_accepted(self):
        result = super()._l10n_pl_ksef_accepted()
        for move in self.filtered("l10n_pl_ksef_jpk_to_correct"):
            move._l10n_pl_ksef_jpk_task()
        return result

    def _l10n_pl_ksef_jpk_task(self):
        self.ensure_one()
        user = responsible(self)
        env = self.with_context(lang=user.lang).env
        day = self.taxable_supply_date or self.invoice_date
        schedule(
            self,
            TASK,
            user,
            env._("Correct JPK for %(month)s", month=f"{day:%m/%Y}"),
            note=env._(
                "Invoice %(name)s was handed in as DI on %(day)s and has its KSeF"
                " number now: the JPK must be corrected.",
                name=self.name,
                day=format_date(env, self.l10n_pl_ksef_jpk_filed_date),
            ),
        )

"""What to look at before a received invoice is paid: on the bill, and when paying."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..bills.fa3_import_reading import nip, plain_account
from ..common.rights import RECEIVE, check_right
from .suspicions import (
    About,
    Suspicions,
    is_due_given,
    too_early,
)

_SETTLED = ("paid", "in_payment", "reversed")


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_warnings = fields.Text(
        "Before you pay", compute="_compute_l10n_pl_ksef_warnings"
    )
    l10n_pl_ksef_white_list = fields.Char(
        "White list",
        compute="_compute_l10n_pl_ksef_white_list",
        help="Whether the register of VAT taxpayers names the bank account as the"
        " supplier's.",
    )
    l10n_pl_ksef_asks_white_list = fields.Boolean(
        "White list is asked", compute="_compute_l10n_pl_ksef_white_list"
    )

    @api.depends(
        "state",
        "payment_state",
        "partner_id",
        "partner_bank_id",
        "ref",
        "date",
        "invoice_date",
        "invoice_date_due",
        "l10n_pl_ksef_number",
    )
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_warnings(self):
        for move in self:
            # Also for whoever pays and has no right to look into KSeF.
            row = move.sudo()
            found = row._l10n_pl_ksef_suspicions() if row._l10n_pl_ksef_unpaid() else ()
            move.l10n_pl_ksef_warnings = "\n".join(found) or False

    @api.depends("partner_id", "partner_bank_id")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_white_list(self):
        checks = self.env["l10n_pl_ksef.white_list.check"]
        for move in self:
            asks = move.is_purchase_document() and checks._is_wanted(move.company_id)
            move.l10n_pl_ksef_asks_white_list = asks
            move.l10n_pl_ksef_white_list = asks and checks._summary(
                move.company_id, *move._l10n_pl_ksef_payee()
            )

    def _l10n_pl_ksef_unpaid(self):
        """Tell whether this is a bill from KSeF that may yet be paid."""
        return (
            self.is_purchase_document()
            and (self.l10n_pl_ksef_source_hash or self.l10n_pl_ksef_number)
            and self.state != "cancel"
            and self.payment_state not in _SETTLED
        )

    def _l10n_pl_ksef_payee(self):
        """Return NIP and account to be paid to; either may be empty."""
        vat = self.commercial_partner_id.vat
        return nip(vat or ""), plain_account(self.partner_bank_id.sanitized_acc_number)

    def _l10n_pl_ksef_suspicions(self):
        seller, account = self._l10n_pl_ksef_payee()
        about = About(
            company=self.company_id,
            nip=seller,
            number=self.ref,
            issued=self.invoice_date,
            due=self.invoice_date_due if is_due_given(self._origin) else False,
            accounts=(account,) if account else (),
            bill=self._origin,
            row=self._origin.l10n_pl_ksef_inbound_ids,
            offered=self.browse(),
        )
        return [*Suspicions(self.env, about).sentences(), *too_early(self)]

    def action_l10n_pl_ksef_white_list(self):
        """Have the register asked, today, about the accounts of these bills."""
        check_right(self.env, RECEIVE)
        self.check_access("write")
        checks = self.env["l10n_pl_ksef.white_list.check"].sudo()
        asked = checks.browse()
        for move in self:
            asked |= checks._ask(move.company_id, [move._l10n_pl_ksef_payee()])
        if not asked:
            raise UserError(
                self.env._(
                    "There is nothing to check: the supplier needs a NIP, and the bill"
                    " a Polish bank account."
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "The white list is being asked. The answer appears on the bill."
                ),
            },
        }


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    l10n_pl_ksef_warnings = fields.Text(
        "Before you pay", compute="_compute_l10n_pl_ksef_warnings"
    )

    @api.depends("line_ids")
    @api.depends_context("lang")
    def _compute_l10n_pl_ksef_warnings(self):
        for wizard in self:
            moves = wizard.line_ids.move_id.filtered("l10n_pl_ksef_warnings")
            wizard.l10n_pl_ksef_warnings = "\n".join(
                f"{move.display_name}: {sentence}"
                for move in moves
                for sentence in move.l10n_pl_ksef_warnings.splitlines()
            )

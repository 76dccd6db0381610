"""What a buyer may get before the KSeF number: the invoice, or a confirmation of it.

Six kinds of buyers get the invoice itself (art. 106gb (4) of the VAT Act), and in a
failure everybody does (art. 106nf). A firm with a Polish NIP gets an invoice that was
issued in offline24 or in an unavailability through KSeF only; until then it may have
the *transaction confirmation* with both codes, which is no invoice.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.document_states import LIVE, ONLINE
from ..common.rights import LOOK, check_right
from ..fa3.account_tax import SUPPLIED_OUTSIDE
from ..policy.res_partner_policy import AGREED
from ..policy.sending_policy import PERSON
from .l10n_pl_ksef_outage import FAILURE

CONFIRMATION = "l10n_pl_ksef.action_report_transaction_confirmation"


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_may_hand_over = fields.Boolean(
        "May be handed over before the KSeF number",
        compute="_compute_l10n_pl_ksef_may_hand_over",
        store=True,
    )
    l10n_pl_ksef_can_confirm = fields.Boolean(
        compute="_compute_l10n_pl_ksef_can_confirm"
    )

    def _l10n_pl_ksef_waits_offline(self):
        self.ensure_one()
        is_offline = self.l10n_pl_ksef_issue_mode not in (False, ONLINE)
        return is_offline and self.l10n_pl_ksef_state in LIVE

    @api.depends(
        "l10n_pl_ksef_issue_mode",
        "l10n_pl_ksef_state",
        "partner_id",
        "commercial_partner_id.l10n_pl_ksef_hand_over",
        "commercial_partner_id.vat",
        "commercial_partner_id.country_id",
        "commercial_partner_id.is_company",
        "invoice_line_ids.tax_ids",
    )
    def _compute_l10n_pl_ksef_may_hand_over(self):
        for move in self:
            move.l10n_pl_ksef_may_hand_over = move._l10n_pl_ksef_waits_offline() and (
                move.l10n_pl_ksef_issue_mode == FAILURE
                or move._l10n_pl_ksef_is_handed_over()
            )

    @api.depends("l10n_pl_ksef_may_hand_over")
    def _compute_l10n_pl_ksef_can_confirm(self):
        for move in self:
            move.l10n_pl_ksef_can_confirm = (
                move._l10n_pl_ksef_waits_offline()
                and not move.l10n_pl_ksef_may_hand_over
                and bool(move.l10n_pl_ksef_document_id.sudo().certificate_link)
            )

    def _l10n_pl_ksef_is_handed_over(self):
        """Tell whether this is one of the six cases of art. 106gb (4).

        1. supplied outside Poland; 2. the buyer has neither seat nor establishment
        here; 3. his establishment takes no part; 4. he uses the EU scheme for small
        enterprises; 5. he has no NIP; 6. he is a private person. What his data do not
        tell (3, 4, or an establishment here) is said on the buyer.
        """
        self.ensure_one()
        buyer = self.commercial_partner_id
        if self._l10n_pl_ksef_is_supplied_outside() or (
            buyer._l10n_pl_ksef_buyer_kind() == PERSON
        ):
            return True
        if buyer.l10n_pl_ksef_hand_over:
            return buyer.l10n_pl_ksef_hand_over == AGREED
        return not buyer._l10n_pl_ksef_has_polish_nip()

    def _l10n_pl_ksef_is_supplied_outside(self):
        """Tell whether the place of supply of any row is outside Poland."""
        rates = set(self.invoice_line_ids.tax_ids.mapped("l10n_pl_ksef_rate"))
        return bool(rates & SUPPLIED_OUTSIDE)

    def _l10n_pl_ksef_mail_must_wait(self):
        return not self.l10n_pl_ksef_may_hand_over and (
            super()._l10n_pl_ksef_mail_must_wait()
        )

    def action_l10n_pl_ksef_confirmation(self):
        """Print the transaction confirmation.

        :raises AccessError: no right to look
        :raises UserError: the invoice itself may be handed over, or has no codes
        """
        check_right(self.env, LOOK)
        for move in self:
            if not move.l10n_pl_ksef_can_confirm:
                raise UserError(
                    self.env._(
                        "A transaction confirmation is for an invoice that was issued"
                        " offline, has both codes and waits for KSeF, and whose buyer"
                        " gets it through KSeF only. %(name)s is none.",
                        name=move.name,
                    )
                )
        return self.env.ref(CONFIRMATION).report_action(self, config=False)


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    def _l10n_pl_ksef_may_wait(self, move):
        if move.l10n_pl_ksef_may_hand_over:
            return False
        return super()._l10n_pl_ksef_may_wait(move)


class Document(models.Model):
    _inherit = "l10n_pl_ksef.document"

    @api.private
    def _issue_offline(self, mode):
        result = super()._issue_offline(mode)
        free = self.move_id.sudo().filtered(
            lambda m: m.l10n_pl_ksef_may_hand_over and m.l10n_pl_ksef_held_mail
        )
        if free:
            # What was held for the number leaves by the word OFFLINE.
            self.env.ref("l10n_pl_ksef.ir_cron_send_held_mail").sudo()._trigger()
        return result

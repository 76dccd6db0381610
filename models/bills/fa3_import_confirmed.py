"""Bills that name each other, when the named one is confirmed after the other.

A settlement takes its advance off on the account on which that was booked. A correction
is reconciled with its original, as Odoo does where the original was confirmed first.
What is not safe becomes a task; nothing that is confirmed is changed.
"""

from markupsafe import Markup

from odoo import models

from ..common.ksef_activities import responsible
from .fa3_import_job import ACTIVITY


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        polish = posted.filtered(lambda m: m.country_code == "PL" and m.is_invoice())
        if polish:
            polish._l10n_pl_ksef_answer_seekers()
            polish._l10n_pl_ksef_meet_corrections()
            polish._l10n_pl_ksef_meet_settlements()
        return posted

    # -- corrections -----------------------------------------------------------
    def _l10n_pl_ksef_meet_corrections(self):
        """Reconcile these bills with received refunds that were confirmed before."""
        refunds = self.sudo().search(
            [
                ("l10n_pl_ksef_received_kind", "!=", False),
                ("state", "=", "posted"),
                ("move_type", "in", ("in_refund", "out_refund")),
                "|",
                ("reversed_entry_id", "in", self.ids),
                ("l10n_pl_ksef_corrected_ids", "in", self.ids),
            ],
            order="date, id",
        )
        for refund in refunds.filtered("amount_residual"):
            original = refund.reversed_entry_id & self
            if original and original.sudo()._l10n_pl_ksef_is_open_for(refund):
                original._reconcile_reversed_moves(refund.with_env(self.env), False)
            elif not original._l10n_pl_ksef_is_paid():
                refund._l10n_pl_ksef_ask_to_reconcile()

    def _l10n_pl_ksef_is_paid(self):
        """Tell whether nothing is open of this bill; empty: no bill."""
        return bool(self) and not self.amount_residual

    def _l10n_pl_ksef_is_open_for(self, refund):
        """Tell whether a refund can be taken off this bill without a doubt."""
        mine, other = self._l10n_pl_ksef_open_items(), refund._l10n_pl_ksef_open_items()
        return (
            mine
            and other
            and not refund.l10n_pl_ksef_corrected_ids
            and self.commercial_partner_id == refund.commercial_partner_id
            and len((mine | other).account_id) == 1
            and len((mine | other).currency_id) == 1
        )

    def _l10n_pl_ksef_open_items(self):
        """Return what is still to be paid of these bills."""
        return self.line_ids.filtered(
            lambda line: (
                line.display_type == "payment_term"
                and not line.reconciled
                and line.account_id.reconcile
            )
        )

    def _l10n_pl_ksef_ask_to_reconcile(self):
        originals = self.reversed_entry_id | self.l10n_pl_ksef_corrected_ids
        self._l10n_pl_ksef_ask_once(
            self.env._(
                "This correction was confirmed before what it corrects (%(bills)s) and"
                " is not reconciled with it by itself: reconcile them by hand.",
                bills=", ".join(originals.mapped("display_name")),
            )
        )

    # -- settlements -----------------------------------------------------------
    def _l10n_pl_ksef_meet_settlements(self):
        """Have received settlements deduct these advances on their accounts."""
        settlements = self.sudo().search(
            [
                ("l10n_pl_ksef_received_kind", "!=", False),
                ("l10n_pl_ksef_advance_ids", "in", self.ids),
                ("state", "!=", "cancel"),
            ]
        )
        for settlement in settlements:
            settlement._l10n_pl_ksef_deduct_on_accounts()

    def _l10n_pl_ksef_deduct_on_accounts(self):
        """Take the advances off on the accounts on which they are booked.

        A draft is changed and says so; somebody is asked about a confirmed one.
        """
        self.ensure_one()
        for line in self.invoice_line_ids.filtered("l10n_pl_ksef_is_advance"):
            advances = self.l10n_pl_ksef_advance_ids
            accounts = advances._l10n_pl_ksef_accounts_booked(line.tax_ids)
            if not accounts or line.account_id in accounts:
                continue
            words = {
                "advances": ", ".join(advances.mapped("display_name")),
                "account": accounts[:1].display_name,
                "other": line.account_id.display_name or "-",
            }
            if self.state == "draft":
                line.account_id = accounts[:1]
                self.message_post(
                    body=self.env._(
                        "The deduction of %(advances)s was moved from account %(other)s"
                        " to %(account)s, on which the advance is booked.",
                        **words,
                    )
                )
                continue
            self._l10n_pl_ksef_ask_once(
                self.env._(
                    "The advance %(advances)s is booked on account %(account)s, but"
                    " this settlement, confirmed before, takes it off on %(other)s."
                    " Move one of them, else both accounts stay open.",
                    **words,
                )
            )

    def _l10n_pl_ksef_accounts_booked(self, taxes):
        """Return the accounts of these advances: of the rows with these taxes, if any.

        :param taxes: of the row that takes them off
        """
        rows = self.invoice_line_ids.filtered(lambda row: row.display_type == "product")
        alike = rows.filtered(lambda row: row.tax_ids == taxes)
        return (alike or rows).account_id

    # -- tasks -----------------------------------------------------------------
    def _l10n_pl_ksef_ask_once(self, words):
        """Ask the person who looks after this bill, once for the same words."""
        note = Markup("<p>%s</p>") % words
        if note not in self.activity_ids.mapped("note"):
            self.activity_schedule(ACTIVITY, note=note, user_id=responsible(self).id)

"""What happens to an invoice by itself: sending at posting, exceptions, blocking."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...ksef.errors import KsefError
from ...ksef.identifiers import KsefNumber
from ..common.rights import SEND, check_changes, check_new
from .sending_policy import PERSON

#: what leaves an invoice out of KSeF.
OUTSIDE = (
    "l10n_pl_ksef_outside",
    "l10n_pl_ksef_outside_reason",
    "l10n_pl_ksef_outside_number",
)


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_outside = fields.Boolean(
        "Outside KSeF",
        copy=False,
        help="This invoice is not sent to KSeF from here.",
    )
    l10n_pl_ksef_outside_reason = fields.Char("Why outside KSeF", copy=False)
    l10n_pl_ksef_outside_number = fields.Char(
        "KSeF number given elsewhere",
        copy=False,
        help="For an invoice that another program has sent.",
    )

    @api.constrains("l10n_pl_ksef_outside_number")
    def _check_l10n_pl_ksef_outside_number(self):
        for move in self:
            number = move.l10n_pl_ksef_outside_number
            if number and not _is_ksef_number(number):
                raise ValidationError(
                    self.env._(
                        "%(number)s is no KSeF number: it has 35 characters, as in"
                        " 5265877635-20250826-0100001AF629-AF.",
                        number=number,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        check_new(self.env, vals_list, OUTSIDE, SEND)
        return super().create(vals_list)

    def write(self, vals):
        check_changes(self, vals, OUTSIDE, SEND)
        return super().write(vals)

    # ------------------------------------------------------------------
    # who goes
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_exception(self):
        """Say why this invoice stays out of KSeF by choice, or return ``None``."""
        self.ensure_one()
        reasons = (
            (
                self.l10n_pl_ksef_outside,
                lambda: self.env._("This invoice is marked as issued outside KSeF."),
            ),
            (
                self.commercial_partner_id.l10n_pl_ksef_never,
                lambda: self.env._(
                    "%(partner)s is marked as a buyer whose invoices never go to KSeF.",
                    partner=self.commercial_partner_id.display_name,
                ),
            ),
            (
                self.journal_id.l10n_pl_ksef_never,
                lambda: self.env._(
                    "Journal %(journal)s is marked as one that never goes to KSeF.",
                    journal=self.journal_id.display_name,
                ),
            ),
        )
        return next((reason() for fits, reason in reasons if fits), None)

    def _l10n_pl_ksef_is_meant(self):
        """Tell whether this invoice is meant for KSeF by the company's policy."""
        self.ensure_one()
        return (
            self._l10n_pl_ksef_is_issued()
            and self.company_id._l10n_pl_ksef_is_strict()
            and not self._l10n_pl_ksef_exception()
            and not self._l10n_pl_ksef_sent_by_core()
        )

    def _l10n_pl_ksef_goes_by_itself(self):
        """Tell whether this invoice is sent without anybody's pressing a button."""
        self.ensure_one()
        kinds = self.company_id._l10n_pl_ksef_kinds_sent()
        return (
            bool(kinds)
            and self._l10n_pl_ksef_is_meant()
            and self._l10n_pl_ksef_buyer()._l10n_pl_ksef_buyer_kind() in kinds
        )

    def _l10n_pl_ksef_mail_must_wait(self):
        """Tell whether an e-mail must not leave before the KSeF number.

        A company's invoice exists only with its number; a private person may have it
        at any time, and so may anybody in the hybrid mode.
        """
        self.ensure_one()
        return (
            self._l10n_pl_ksef_is_meant()
            and self._l10n_pl_ksef_buyer()._l10n_pl_ksef_buyer_kind() != PERSON
        )

    def _l10n_pl_ksef_buyer(self):
        """Return who buys; of a self-billed invoice that is the company itself."""
        self.ensure_one()
        return (
            self.partner_id if self.is_sale_document() else self.company_id.partner_id
        )

    # ------------------------------------------------------------------
    # at posting
    # ------------------------------------------------------------------
    def _post(self, soft=True):
        # EXTENDS 'account': in the same transaction, so that no invoice is forgotten
        posted = super()._post(soft)
        meant = posted.filtered(lambda m: m._l10n_pl_ksef_is_meant())
        alone = meant.filtered(lambda m: m._l10n_pl_ksef_goes_by_itself())
        for company, moves in alone.grouped("company_id").items():
            moves._l10n_pl_ksef_enqueue(at=company._l10n_pl_ksef_next_slot())
        (meant - alone)._l10n_pl_ksef_note_problems()
        meant._l10n_pl_ksef_block_unfit()
        return posted

    def _l10n_pl_ksef_block_unfit(self):
        """Refuse the posting of invoices that KSeF could not take.

        :raises UserError, RedirectWarning: some, and the company wants it so
        """
        unfit = self.filtered(
            lambda m: m.l10n_pl_ksef_problem and m.company_id.l10n_pl_ksef_block_posting
        )
        # A correction may be confirmed before its original has a number: it waits.
        prepared = unfit._l10n_pl_ksef_prepare()
        unfit = unfit.filtered(
            lambda m: not m._l10n_pl_ksef_only_numbers(prepared[m].errors)
        )
        if len(unfit) == 1:
            unfit._l10n_pl_ksef_raise_problems()
        elif unfit:
            raise UserError(
                self.env._(
                    "These invoices are unfit for KSeF and were not confirmed:"
                    "\n%(list)s",
                    list="\n".join(
                        f"{move.partner_id.display_name}: {move.l10n_pl_ksef_problem}"
                        for move in unfit[:20]
                    ),
                )
            )


def _is_ksef_number(text):
    # Not the checksum: official numbers are known in which it is wrong.
    try:
        KsefNumber.parse(text)
    except KsefError:
        return False
    return True

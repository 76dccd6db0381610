"""Bills and their payment: the title of the transfer, the collective identifier."""

from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.identifiers import normalize_nip
from ..common.rights import RECEIVE, check_right
from ..policy.res_company_policy import WARSAW
from .collective_states import MADE
from .res_company_payments import NEVER
from .transfer_titles import is_too_long, split_message, title

_SETTLED = ("paid", "in_payment", "reversed")
#: KSeF's limits of one identifier.
FEWEST, MOST = 2, 500


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_collective_ids = fields.Many2many(
        "l10n_pl_ksef.collective",
        "l10n_pl_ksef_collective_move_rel",
        "move_id",
        "collective_id",
        "Collective payment identifiers",
        readonly=True,
        copy=False,
    )
    l10n_pl_ksef_transfer_title = fields.Char(
        "Title of the transfer",
        compute="_compute_l10n_pl_ksef_transfer_title",
        help="For your bank: what identifies this bill in KSeF when you pay it alone.",
    )

    @api.depends(
        "state",
        "payment_state",
        "l10n_pl_ksef_number",
        "l10n_pl_ksef_split_payment",
        "amount_residual",
        "invoice_date_due",
        "ref",
        "partner_id.vat",
        "company_id.l10n_pl_ksef_payment_numbers",
    )
    def _compute_l10n_pl_ksef_transfer_title(self):
        today = _today()
        for move in self:
            is_open = move.state == "posted" and move.payment_state not in _SETTLED
            day = max(today, move.invoice_date_due or today)
            move.l10n_pl_ksef_transfer_title = (
                is_open
                and move.move_type == "in_invoice"
                and move._l10n_pl_ksef_title(
                    day, move.amount_residual, move.currency_id
                )
            )

    def _post(self, soft=True):
        # EXTENDS 'account'
        self._l10n_pl_ksef_set_payment_reference()
        return super()._post(soft)

    def write(self, vals):
        # EXTENDS 'account': the number may come to a bill that is confirmed already
        result = super().write(vals)
        if vals.get("l10n_pl_ksef_number"):
            self.filtered(
                lambda m: (
                    m.state == "posted"
                    and m.payment_state not in _SETTLED
                    and not m.inalterable_hash
                )
            )._l10n_pl_ksef_set_payment_reference()
        return result

    def _l10n_pl_ksef_set_payment_reference(self):
        """Put the KSeF number into the payment reference that nobody has chosen."""
        for move in self.filtered(lambda m: m.move_type == "in_invoice"):
            day = max(_today(), move.invoice_date_due or _today())
            is_free = move.payment_reference in (False, "", move.ref)
            if (
                is_free
                and move.l10n_pl_ksef_number
                and move.company_id._l10n_pl_ksef_pays_with_numbers(day)
            ):
                move.payment_reference = title([move.l10n_pl_ksef_number], move.ref)

    # ------------------------------------------------------------------
    # the title of a transfer
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_title(self, day, amount, currency):
        """Return the title of one transfer for all of these bills.

        :param date day: of the payment
        :param float amount: that is paid, in ``currency``
        :return: ``False``: nothing of ours, leave it to Odoo
        """
        company = self.company_id
        if len(company) != 1 or not all(m.is_purchase_document() for m in self):
            return False
        numbers = self._l10n_pl_ksef_payment_numbers(day)
        message = self._l10n_pl_ksef_split_message(numbers, amount, currency)
        if message:
            return message
        reference = self.ref if len(self) == 1 else ""
        return bool(numbers) and title(numbers, reference)

    def _l10n_pl_ksef_payment_numbers(self, day):
        """Return the collective identifier of these bills, or their KSeF numbers."""
        company = self.company_id
        collective = self._l10n_pl_ksef_collective()
        # Somebody has asked for it, so it is meant also before the law needs it.
        if collective and company.l10n_pl_ksef_payment_numbers != NEVER:
            return [collective.number]
        if not company._l10n_pl_ksef_pays_with_numbers(day):
            return []
        return [n for n in self.mapped("l10n_pl_ksef_number") if n]

    def _l10n_pl_ksef_collective(self):
        """Return the identifier that stands for exactly these bills."""
        made = self.sudo().l10n_pl_ksef_collective_ids.filtered(
            lambda row: row.state == MADE and row.move_ids == self
        )
        return made[:1]

    def _l10n_pl_ksef_split_message(self, numbers, amount, currency):
        """Return the message when the bills are to be paid by split payment.

        One transfer is for one invoice, or for several of one supplier that a
        collective identifier stands for; in PLN only (art. 108a of the VAT Act).
        """
        is_split = set(self.mapped("l10n_pl_ksef_split_payment")) == {"yes"}
        total = sum(self.mapped("amount_total"))
        if (
            not is_split
            or self.company_id.l10n_pl_ksef_payment_numbers == NEVER
            or currency.name != "PLN"
            or self.currency_id != currency
            or not total
            or (len(self) > 1 and len(numbers) != 1)
        ):
            return False
        vat = currency.round(sum(self.mapped("amount_tax")) * amount / total)
        nip = normalize_nip(self.commercial_partner_id.vat or "")
        number = numbers[0] if numbers else self.ref or self.name
        words = self.ref if numbers and len(self) == 1 else ""
        return split_message(vat, nip, number, words)

    def _l10n_pl_ksef_wants_collective(self, day):
        """Tell whether one transfer cannot carry the numbers of these bills.

        A bank would cut them off; the message of split payment has room for one.
        """
        numbers = self._l10n_pl_ksef_payment_numbers(day)
        is_split = "yes" in self.mapped("l10n_pl_ksef_split_payment")
        return is_too_long(numbers) or (is_split and len(numbers) > 1)

    # ------------------------------------------------------------------
    # the button
    # ------------------------------------------------------------------
    def action_l10n_pl_ksef_collective(self):
        """Have KSeF asked for one number for the payment of the chosen bills.

        :raises AccessError: no right to receive, no access to the bills
        :raises UserError: they cannot have one
        """
        check_right(self.env, RECEIVE)
        self.check_access("write")
        self._l10n_pl_ksef_check_collective()
        row = self.env["l10n_pl_ksef.collective"].sudo()._ask(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Collective payment identifier"),
            "res_model": row._name,
            "view_mode": "form",
            "res_id": row.id,
        }

    def _l10n_pl_ksef_check_collective(self):
        """Refuse what KSeF would refuse, and what makes no sense."""
        if not FEWEST <= len(self) <= MOST:
            raise UserError(
                self.env._(
                    "Choose from %(fewest)s to %(most)s bills of one supplier.",
                    fewest=FEWEST,
                    most=MOST,
                )
            )
        for is_wrong, text in self._l10n_pl_ksef_collective_faults():
            wrong = self.filtered(is_wrong)
            if wrong:
                names = ", ".join(wrong.mapped("display_name"))
                raise UserError(f"{text}\n{names}")  # pylint: disable=C8107
        nips = {normalize_nip(m.commercial_partner_id.vat or "") for m in self}
        if len(nips) > 1 or len(self.company_id) > 1 or len(self.currency_id) > 1:
            raise UserError(
                self.env._(
                    "A collective identifier is for bills of one supplier, in one"
                    " currency and one company."
                )
            )
        if not self.company_id._l10n_pl_ksef_is_active():
            raise UserError(self.env._("Connect the company with KSeF first."))

    def _l10n_pl_ksef_collective_faults(self):
        """Return pairs: what makes a bill unfit, and how to say it."""
        return (
            (
                lambda move: move.move_type != "in_invoice" or move.state != "posted",
                self.env._("These are no confirmed bills:"),
            ),
            (
                lambda move: move.payment_state in _SETTLED,
                self.env._("These bills are paid already:"),
            ),
            (
                lambda move: not move.l10n_pl_ksef_number,
                self.env._("These bills have no KSeF number:"),
            ),
        )


def _today():
    moment = fields.Datetime.now().replace(tzinfo=timezone.utc)
    return moment.astimezone(WARSAW).date()

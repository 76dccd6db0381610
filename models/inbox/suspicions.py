"""What speaks against paying an invoice at once: sentences, nothing is held back.

The same questions are asked of a row of the inbox and of the bill that came of it.
"""

from dataclasses import dataclass
from typing import Any

from odoo.tools import format_date

from ...ksef.identifiers import nip_spellings
from ..bills.fa3_import_reading import plain_account
from .res_company_inbox import plain_number

#: days that a term may be shorter than the supplier's usual one.
_SHORTER_DAYS = 3
_BILLS = ("in_invoice", "in_refund")
#: earlier bills that are looked at.
_EARLIER = 100


@dataclass(frozen=True)
class About:
    """The invoice in question.

    :ivar company: whose bill it is or will be
    :ivar accounts: to be paid to, without ``PL``
    :ivar bill: the bill itself, or an empty record; ``row``: the row of the inbox
    :ivar offered: bills that are offered for merging, and so no duplicates
    """

    company: Any
    nip: str
    number: str
    issued: Any
    due: Any
    accounts: tuple[str, ...]
    bill: Any
    row: Any
    offered: Any


class Suspicions:
    """Ask all questions about one invoice.

    :param about: ``About``
    """

    def __init__(self, env, about):
        self.env = env
        self.about = about
        self.bills = self._bills_of_supplier()

    def sentences(self):
        """Return what a person should look at before paying, in his language."""
        asked = (
            self._supplier(),
            self._account(),
            self._other_account(),
            self._white_list(),
            self._number(),
            self._term(),
        )
        return [sentence for found in asked for sentence in found]

    def _bills_of_supplier(self):
        """Return the supplier's other bills, the newest first."""
        about, moves = self.about, self.env["account.move"]
        if not about.nip:
            return moves
        return moves.search(
            [
                ("company_id", "=", about.company.id),
                ("move_type", "in", _BILLS),
                ("state", "!=", "cancel"),
                ("id", "not in", about.bill.ids),
                ("partner_id.vat", "in", nip_spellings(about.nip)),
            ],
            order="invoice_date desc, id desc",
            limit=_EARLIER,
        )

    def _known(self):
        """Return the bills that a person has posted or entered."""
        return self.bills.filtered(
            lambda bill: bill.state == "posted" or not bill.l10n_pl_ksef_source_hash
        )

    def _supplier(self):
        if not self._known():
            yield self.env._(
                "This supplier has sent you nothing before. Check that you have ordered"
                " it."
            )

    def _account(self):
        """Tell of a bank account that nobody has paid to or trusted yet."""
        known = self._known()
        banks = self.bills.commercial_partner_id.bank_ids.filtered("allow_out_payment")
        banks |= known.filtered(lambda bill: bill.state == "posted").partner_bank_id
        trusted = {plain_account(bank.sanitized_acc_number) for bank in banks}
        new = [number for number in self.about.accounts if number not in trusted]
        if new and known:
            yield self.env._(
                "A new bank account: %(account)s. Ask the supplier before you pay to"
                " it.",
                account=", ".join(new),
            )

    def _other_account(self):
        """Tell that a bill is paid to another account of the supplier than it asks."""
        bill, given = self.about.bill, (self.about.row.account_numbers or "").split()
        bank = bill.partner_bank_id
        # A factor's account is chosen by a person, who was told of it.
        is_own = bank.partner_id.commercial_partner_id == bill.commercial_partner_id
        if bank and is_own and given and not set(given) & set(self.about.accounts):
            yield self.env._(
                "The invoice asks to be paid to %(account)s, not to the account of the"
                " bill.",
                account=", ".join(given),
            )

    def _white_list(self):
        about = self.about
        checks = self.env["l10n_pl_ksef.white_list.check"]
        for account in about.accounts:
            told = checks._told(about.company, about.nip, account)
            if told:
                yield told

    def _number(self):
        """Tell of another invoice of the supplier with the same number."""
        about = self.about
        number = plain_number(about.number)
        if not number:
            return
        # What may be this very invoice is offered for merging instead.
        same = (self.bills - about.offered).filtered(
            lambda bill: plain_number(bill.ref) == number
        )
        other = self.env["l10n_pl_ksef.inbound"].search(
            [
                ("company_id", "=", about.row.company_id.id or about.company.id),
                ("seller_nip", "=", about.nip),
                ("invoice_number", "=", about.number),
                ("id", "not in", about.row.ids),
            ],
            limit=1,
        )
        name = same[:1].display_name or other.ksef_number
        if name:
            yield self.env._(
                "The supplier's number %(number)s is there already: %(name)s.",
                number=about.number,
                name=name,
            )

    def _term(self):
        """Tell of less time to pay than the supplier has usually given."""
        about = self.about
        if not (about.due and about.issued):
            return
        terms = sorted(
            (bill.invoice_date_due - bill.invoice_date).days
            for bill in self.bills
            if bill.invoice_date_due and bill.invoice_date and is_due_given(bill)
        )
        if not terms:
            return
        usual = terms[len(terms) // 2]
        days = (about.due - about.issued).days
        if days + _SHORTER_DAYS < usual:
            yield self.env._(
                "The term of %(days)s days is shorter than usual (%(usual)s days).",
                days=days,
                usual=usual,
            )


def is_due_given(bill):
    """Tell whether somebody has said when a bill is due; else Odoo says: today."""
    rows = bill.sudo().l10n_pl_ksef_inbound_ids
    return not rows or any(rows.mapped("due_date"))


def too_early(move):
    """Yield what to say of a bill booked before its VAT may be deducted."""
    first = move.l10n_pl_ksef_vat_from
    if first and move.date and move.date < first and move.amount_tax:
        yield move.env._(
            "The accounting date is %(date)s, but VAT may be deducted from %(first)s"
            " on.",
            date=format_date(move.env, move.date),
            first=format_date(move.env, first),
        )

"""From the inbox to bills: one by one, repeatable, nothing dropped.

What cannot be made into a bill waits as a problem with its reason; the file and the
row stay whatever happens.
"""

import logging

from psycopg2 import DataError, IntegrityError, OperationalError

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import parse
from ..bills.fa3_import_job import Books, Job, Receipt
from . import inbound_reading
from .inbound_states import (
    BUYER,
    CREATED,
    MERGED,
    NEW,
    NOT_BOOKED,
    OPEN,
    PROBLEM,
)
from .res_company_inbox import AUTOMATIC, plain_number

_logger = logging.getLogger(__name__)

#: what became of an import -> state of the row.
STATE_AFTER = {
    "created": CREATED,
    "nothing": CREATED,
    "known": MERGED,
    "linked": MERGED,
    "refused": NOT_BOOKED,
}
#: days between two dates of one invoice, as people enter them.
_NEAR_DAYS = 3

#: what a document of others may bring about; a fault of ours is shown as well.
_FAILURES = (UserError, ValueError, ArithmeticError, LookupError, TypeError)
_FAILURES += (AttributeError, DataError, IntegrityError)


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    # ------------------------------------------------------------------
    # the cron
    # ------------------------------------------------------------------
    @api.model
    def _cron_book_inbound(self):
        """Read what was stored, and make bills where the company wants it."""
        domain = ["|", ("is_read", "=", False), ("is_booking_asked", "=", True)]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self.sudo().search_count(domain))
        books = {}
        for row in self.sudo().search(domain, order="id", limit=1000):
            # Alone: every commit empties the cache.
            row = row.with_prefetch().try_lock_for_update().filtered_domain(domain)
            try:
                row and row._digest(books)
            except OperationalError:
                # Somebody changed the same bill: the next run does this row.
                self.env.cr.rollback()
                books.clear()
            if not progress(1):
                break

    @api.private
    def _trigger_booking(self):
        self.env.ref("l10n_pl_ksef.ir_cron_book_inbound").sudo()._trigger()

    def _digest(self, books):
        """Read one row, tie it to its bill if there is one, make a bill if wanted.

        :param dict books: ``Books`` by company, shared by a run
        """
        self.ensure_one()
        was_asked = self.is_booking_asked
        is_readable = self.is_read or self._read_file()
        self._note(is_read=True, is_booking_asked=False)
        if is_readable and self.state in OPEN:
            is_wanted = was_asked or self._is_booked_by_itself()
            if is_wanted or self._numbered_bill():
                self._book(books)
        self._notify()

    def _is_booked_by_itself(self):
        """Tell whether nobody needs to look first."""
        is_automatic = self.company_id.l10n_pl_ksef_booking == AUTOMATIC
        return is_automatic and self.role == BUYER and not self._candidates()

    def _read_file(self):
        """Fill in what only the file says.

        :return: whether it could be read
        """
        try:
            with self.env.cr.savepoint():
                self._note(**inbound_reading.facts(self._xml_bytes()))
        except Fa3Error as error:
            words = "; ".join(problem.message for problem in error.problems)
            self._fail(self.env._("The file cannot be read: %(why)s", why=words))
        except _FAILURES as error:
            _logger.exception("Received invoice %s was not read", self.ksef_number)
            self._fail(str(error))
        else:
            return True
        return False

    # ------------------------------------------------------------------
    # one bill
    # ------------------------------------------------------------------
    @api.private
    def _book(self, books=None):
        """Make a bill of this row, or tie it to the bill that is there already.

        :param dict books: ``Books`` by company
        :return: whether it has a bill now
        """
        self.ensure_one()
        company = self.company_id
        try:
            with self.env.cr.savepoint():
                imported = self._import(books if books is not None else {})
        except Fa3Error as error:
            words = "; ".join(problem.message for problem in error.problems)
            self._fail(self.env._("The file cannot be read: %(why)s", why=words))
            return False
        except _FAILURES as error:
            _logger.exception("No bill was made of %s", self.ksef_number)
            self._fail(str(error) or type(error).__name__)
            return False
        self._set_state(
            STATE_AFTER[imported.outcome],
            move_id=imported.move.id,
            reason="\n".join(filter(None, (imported.reason, *imported.todo))) or False,
        )
        if imported.outcome == "created":
            self._set_accounting_date(imported.move.with_company(company))
        return bool(imported.move)

    def _import(self, books):
        moves = self._moves()
        company = self.company_id.with_env(moves.env)
        if company.id not in books:
            books[company.id] = Books(company)
        xml = self._xml_bytes()
        return moves._l10n_pl_ksef_import(
            parse(xml), xml, self._receipt(), books=books[company.id]
        )

    def _moves(self):
        """Return the model of bills, for whoever is responsible for the inbox."""
        company = self.company_id
        user = company.l10n_pl_ksef_inbox_user_id
        # A person who presses the button is responsible himself.
        if self.env.uid == SUPERUSER_ID and user:
            moves = self.env["account.move"].with_user(user).sudo()
        else:
            moves = self.env["account.move"]
        return moves.with_company(company)

    def _receipt(self):
        return Receipt(self.ksef_number, self.acquired_at or None)

    def _set_accounting_date(self, move):
        """Book in the period in which VAT may be deducted at the earliest.

        Art. 86 (10b) 1 of the VAT Act: not before the invoice was received, which is
        the day of its KSeF number; nor before the supply.
        """
        if not self.received_date or not move.is_purchase_document():
            return
        days = [self.received_date, move.taxable_supply_date, move.invoice_date]
        move.date = max(filter(None, days))

    def _fail(self, reason):
        self._set_state(PROBLEM, reason=reason)
        user = self.company_id.l10n_pl_ksef_inbox_user_id
        if user and not self.activity_ids:
            self.activity_schedule(
                "mail.mail_activity_data_todo", note=reason, user_id=user.id
            )

    # ------------------------------------------------------------------
    # the same invoice, entered before
    # ------------------------------------------------------------------
    @api.private
    def _numbered_bill(self):
        """Return the bill that has this KSeF number already, Odoo's own included."""
        moves = self.env["account.move"].sudo()
        return moves.search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "cancel"),
                *moves._l10n_pl_ksef_number_domain([self.ksef_number]),
            ],
            limit=1,
        )

    @api.private
    def _candidates(self):
        """Return bills without a KSeF number that may be this very invoice.

        Same supplier, and the same number, or the same gross amount (within the
        company's tolerance) at about the same date.
        """
        self.ensure_one()
        moves = self.env["account.move"].sudo()
        if not self.seller_nip or not self.gross_amount:
            return moves
        found = moves.search(
            [
                ("company_id", "=", self.company_id.id),
                (
                    "move_type",
                    "=",
                    "in_invoice" if self.gross_amount > 0 else "in_refund",
                ),
                ("state", "!=", "cancel"),
                ("l10n_pl_ksef_number", "=", False),
                ("l10n_pl_ksef_source_hash", "=", False),
                ("partner_id.vat", "in", (self.seller_nip, f"PL{self.seller_nip}")),
            ],
            order="id desc",
            limit=200,
        )
        if "l10n_pl_edi_number" in moves._fields:
            found = found.filtered(lambda move: not move.l10n_pl_edi_number)
        return found.filtered(self._may_be)

    def _may_be(self, move):
        if plain_number(move.ref) and plain_number(move.ref) == plain_number(
            self.invoice_number
        ):
            return True
        tolerance = self.company_id.l10n_pl_ksef_merge_tolerance
        difference = abs(move.amount_total - abs(self.gross_amount))
        if move.currency_id.name != self.currency_code or difference > tolerance + 1e-6:
            return False
        if not (move.invoice_date and self.issue_date):
            return not plain_number(move.ref)
        is_near = abs((move.invoice_date - self.issue_date).days) <= _NEAR_DAYS
        # Two invoices of one day and amount have two numbers.
        return is_near and (
            not plain_number(move.ref) or move.invoice_date == self.issue_date
        )

    @api.private
    def _merge(self, move):
        """Give this invoice's number, file and picture to a bill that is there.

        Nothing is booked; differences are noted on the bill.
        """
        self.ensure_one()
        moves = self._moves()
        company = self.company_id.with_env(moves.env)
        xml = self._xml_bytes()
        job = Job(Books(company), parse(xml), xml, self._receipt())
        imported = (
            move.with_env(moves.env).with_company(company)._l10n_pl_ksef_join(job)
        )
        self._set_state(
            MERGED,
            move_id=imported.move.id,
            reason="\n".join(imported.todo) or False,
        )

    @api.private
    def _reopen(self):
        """Take rows that were set aside, or that failed, as new ones again."""
        self._set_state(NEW, reason=False, move_id=False)

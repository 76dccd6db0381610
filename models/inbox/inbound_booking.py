"""From the inbox to bills: one by one, repeatable, nothing dropped.

What cannot be made into a bill waits as a problem with its reason; the file and the
row stay whatever happens.
"""

import logging

from psycopg2 import DataError, IntegrityError, OperationalError

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ...ksef.errors import Fa3Error
from ...ksef.fa3 import farmers
from ..bills.fa3_import_job import Books, Receipt
from ..bills.fa3_import_reading import Reading
from ..common.fa3_sentences import fa3_sentences
from . import inbound_reading
from .account_move_dates import OWN_DAY
from .inbound_states import (
    BUYER,
    CREATED,
    MERGED,
    NEW,
    NOT_BOOKED,
    OPEN,
    PROBLEM,
)
from .res_company_inbox import AUTOMATIC

_logger = logging.getLogger(__name__)

#: what became of an import -> state of the row.
STATE_AFTER = {
    "created": CREATED,
    "nothing": CREATED,
    "known": MERGED,
    "linked": MERGED,
    "refused": NOT_BOOKED,
}
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
        self._tell_who_asked()

    @api.private
    def _trigger_booking(self):
        self.env.ref("l10n_pl_ksef.ir_cron_book_inbound").sudo()._trigger()

    def _digest(self, books):
        """Read one row, tie it to its bill if there is one, make a bill if wanted.

        :param dict books: ``Books`` by company, shared by a run
        """
        self.ensure_one()
        # The scheduler speaks English; reasons are for people.
        lang = self.env.context.get("lang") or self.company_id.partner_id.lang
        self = self.with_context(lang=lang)
        was_asked, was_read = self.is_booking_asked, self.is_read
        is_readable = was_read or self._read_file()
        if is_readable and not was_read:
            self._ask_white_list()
        if was_asked or not self.is_read:
            self._note(is_read=True, is_booking_asked=False)
        if is_readable and self.state in OPEN:
            is_wanted = was_asked or self._is_booked_by_itself()
            if is_wanted or self._numbered_bill():
                self._book(books)
        self._tell_people()
        self._notify()

    def _is_booked_by_itself(self):
        """Tell whether nobody needs to look first."""
        booking = self.booking or self.company_id.l10n_pl_ksef_booking
        is_automatic = booking == AUTOMATIC
        return is_automatic and self.role == BUYER and not self._candidates()

    def _read_file(self):
        """Fill in what only the file says.

        :return: whether it could be read
        """
        try:
            with self.env.cr.savepoint():
                reading = Reading(farmers.read(self._kept_bytes("xml")))
                facts, ruled = inbound_reading.facts(reading), self._ruled(reading)
                self._note(**facts, **ruled, is_read=True)
        except Fa3Error as error:
            words = fa3_sentences(self.env, error.problems)
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
        try:
            with self.env.cr.savepoint():
                imported = self._import(books if books is not None else {})
        except Fa3Error as error:
            words = fa3_sentences(self.env, error.problems)
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
            imported.move._l10n_pl_ksef_set_date()
        return bool(imported.move)

    def _import(self, books):
        xml = self._kept_bytes("xml")
        invoice = farmers.read(xml)
        guide = self._guide(Reading(invoice))
        moves = self._moves(guide.company)
        company = guide.company.with_env(moves.env)
        if company.id not in books:
            books[company.id] = Books(company)
        return moves._l10n_pl_ksef_import(
            invoice, xml, self._receipt(), books=books[company.id], guide=guide
        )

    def _moves(self, company):
        """Return the model of bills of a company, for whoever is responsible."""
        user = self._responsible()
        # A person who presses the button is responsible himself.
        if self.env.uid == SUPERUSER_ID and user:
            moves = self.env["account.move"].with_user(user).sudo()
        else:
            moves = self.env["account.move"]
        return moves.with_company(company).with_context(**{OWN_DAY: True})

    def _receipt(self):
        return Receipt(self.ksef_number, self.acquired_at or None)

    def _fail(self, reason):
        self._set_state(PROBLEM, reason=reason)
        user = self._responsible()
        if user and not self.activity_ids:
            self.activity_schedule(
                "mail.mail_activity_data_todo", note=reason, user_id=user.id
            )

    @api.private
    def _reopen(self):
        """Take rows that were set aside, or that failed, as new ones again."""
        self._set_state(NEW, reason=False, move_id=False)

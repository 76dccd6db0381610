"""One company's turn at collective identifiers: intent, call, outcome.

The call makes something at KSeF. When no answer came it is not repeated before KSeF was
asked whether the number is there: an identifier of ours for exactly these invoices that
no row here has. Only the holder of the company's turn comes here.
"""

import logging
from datetime import timedelta, timezone
from decimal import Decimal
from functools import partial

from odoo import fields

from ...ksef.errors import KsefError, KsefProtocolError, KsefRateLimited
from ...ksef.messages_collective import CollectiveItem, CollectivePayment
from ..common.backoff import backoff
from ..common.durable import durably
from ..common.messages import describe
from ..sending.request_budget import RequestBudget
from .collective_states import ASKING, MADE, QUEUED, REFUSED, UNKNOWN

_logger = logging.getLogger(__name__)

#: our clock and KSeF's may differ.
CLOCKS = timedelta(minutes=5)


class CollectiveRun:
    """Make what one company waits for.

    :param company: ``res.company``, in an environment whose cursor may be committed
    """

    def __init__(self, company):
        self.env = company.env
        self.company = company.sudo()
        self.rows = self.env["l10n_pl_ksef.collective"].sudo()

    def run(self):
        """Do all that is due. KSeF's troubles end up in rows, never in the caller."""
        due = self.rows._due(self.company)
        try:
            self.client = RequestBudget(self.company).client()
        except KsefError as error:
            for row in due:
                self._later(row, error)
            return
        for row in due:
            self._advance(row)

    def _advance(self, row):
        try:
            if row.state in (ASKING, UNKNOWN):
                # Of a worker that died, or without an answer.
                self._look_for(row)
            if row.state == QUEUED:
                self._ask(row)
        except KsefError as error:
            self._later(row, error)

    def _ask(self, row):
        items = [
            CollectiveItem(
                move.l10n_pl_ksef_number,
                CollectivePayment(
                    Decimal(str(move.amount_residual)), move.currency_id.name
                ),
            )
            for move in row.move_ids
        ]
        now = fields.Datetime.now()
        durably(self.env, partial(row._set_state, ASKING, asked_at=now))
        try:
            number = self.client.create_collective_identifier(items)
        except KsefError as error:
            self._settle(row, error)
            return
        durably(self.env, partial(self._made, row, number))

    def _made(self, row, number):
        row._set_state(MADE, number=number, made_at=fields.Datetime.now(), facts=False)
        row._tell_bills()

    def _settle(self, row, error):
        """Decide what a failed call means."""
        if error.outcome_unknown or isinstance(error, KsefProtocolError):
            state = UNKNOWN
        else:
            state = QUEUED if error.retryable else REFUSED
        durably(self.env, partial(row._set_state, state))
        self._later(row, error)

    # ------------------------------------------------------------------
    # no answer came
    # ------------------------------------------------------------------
    def _look_for(self, row):
        """Find what an earlier call has made; else the row waits for a new call."""
        number = self._number_at_ksef(row)
        if number:
            if row.state == ASKING:
                durably(self.env, partial(row._set_state, UNKNOWN))
            durably(self.env, partial(self._made, row, number))
        else:
            durably(self.env, partial(row._set_state, QUEUED))

    def _number_at_ksef(self, row):
        wanted = set(row.move_ids.mapped("l10n_pl_ksef_number"))
        known = set(self.rows.search([("number", "!=", False)]).mapped("number"))
        since = row.asked_at.replace(tzinfo=timezone.utc) - CLOCKS
        for found in self._pages(self.client.collective_identifiers_of, min(wanted)):
            for one in found.identifiers:
                is_new = one.is_ours and one.created_at >= since
                is_free = is_new and one.number not in known
                if is_free and self._invoices_of(one.number) == wanted:
                    return one.number
        return None

    def _invoices_of(self, number):
        pages = self._pages(self.client.collective_invoices, [number])
        return {one.ksef_number for page in pages for one in page.invoices}

    @staticmethod
    def _pages(call, subject):
        token = None
        while True:
            page = call(subject, token)
            yield page
            if page.continuation_token in (None, token):
                return
            token = page.continuation_token

    # ------------------------------------------------------------------
    # troubles
    # ------------------------------------------------------------------
    def _later(self, row, error):
        """Keep the reason where a person sees it, and plan the next try."""
        _logger.info("Collective identifier %s: %s", row.id, type(error).__name__)
        self.env.cr.rollback()
        attempts = row.attempts + 1
        at = backoff(attempts)
        if isinstance(error, KsefRateLimited) and error.retry_after:
            at = fields.Datetime.now() + timedelta(seconds=error.retry_after)
        durably(
            self.env,
            lambda: row._note(facts=describe(error), attempts=attempts, next_try_at=at),
        )

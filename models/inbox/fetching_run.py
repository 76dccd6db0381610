"""One company's turn at fetching: what is due, role by role, within KSeF's limits.

A few invoices are downloaded one by one (one query and a request each, no waiting);
more come as an export package. Documents are committed before or with the checkpoint
that stands for them, so whatever dies in between costs a second download, never an
invoice. Only the holder of the company's turn comes here.
"""

import logging
import math
import time
from datetime import timedelta
from functools import partial

from odoo import fields

from ...ksef import inbox
from ...ksef.calls import utcnow
from ...ksef.errors import KsefError, KsefProtocolError, KsefRateLimited
from ...ksef.inbox import Verdict
from ...ksef.messages_inbox import InvoiceFilters, SubjectType
from ..common.backoff import backoff
from ..common.durable import durably
from ..sending.request_budget import (
    DOWNLOAD,
    QUERY,
    UNTOLD_SECONDS,
    RequestBudget,
)
from ..sending.sending_run import PERSON_MINUTES
from .fetching_package import NotNow, PackageFetching
from .inbound_states import SELLER
from .l10n_pl_ksef_inbound import Received

_logger = logging.getLogger(__name__)

#: new invoices up to which each is downloaded by itself: four runs an hour stay well
#: within the 64 downloads that KSeF allows.
FEW = 8
#: steps of one role in one run: windows of the first run, cut-off packages.
MAX_STEPS = 50
#: pages of metadata, 250 records each, where packages do not get on.
MAX_PAGES = 20


class FetchingRun(PackageFetching):
    """Fetch what is due for one company.

    :param company: ``res.company``, in an environment whose cursor may be committed
    :param sleep: called with seconds between two looks at an export
    """

    def __init__(self, company, *, sleep=time.sleep):
        self.env = company.env
        self.company = company.sudo()
        self.places = self.env["l10n_pl_ksef.fetch"].sudo()
        self.inbound = self.env["l10n_pl_ksef.inbound"].sudo()
        self.budget = RequestBudget(self.company, sleep=sleep)
        self.sleep = sleep
        self.began_at = fields.Datetime.now()

    def run(self):
        """Do all that is due. KSeF's troubles end up in rows, never in the caller."""
        now = self.began_at
        due = self.places._places(self.company).filtered(lambda p: p._is_due(now))
        try:
            self.client = self.budget.client()
            self.budget.learn(self.client)
        except KsefError as error:
            self._trouble(due, error)
            return
        for place in due:
            self._fetch_guarded(place)

    def _fetch_guarded(self, place):
        try:
            self._fetch(place)
        except NotNow as pause:
            self.env.cr.rollback()
            durably(self.env, partial(place._pause, pause.at, is_limit=pause.is_limit))
        except KsefError as error:
            self._trouble(place, error)

    # ------------------------------------------------------------------
    # one role
    # ------------------------------------------------------------------
    def _fetch(self, place):
        for _step in range(MAX_STEPS):
            if place.reference_number:
                goes_on = self._follow_export(place)
            else:
                goes_on = self._begin(place)
            if not goes_on:
                return
        durably(self.env, lambda: place._note(not_before=fields.Datetime.now()))

    def _begin(self, place):
        """Ask what is new; fetch it, or order a package.

        :return: whether there is more to do at once
        """
        dates = inbox.next_range(place._start(), utcnow())
        filters = InvoiceFilters(SubjectType(place.role), dates)
        found = self._look(filters, MAX_PAGES if place.is_stuck else 1)
        if found is Verdict.NOTHING_YET:
            return self._finish(place)
        if found is not None and not found.is_truncated:
            new = self._not_here(place, found)
            is_few = len(new) <= FEW and self.budget.has_room(DOWNLOAD, len(new))
            if is_few or place.is_stuck:
                return self._fetch_singly(place, dates, found, new)
        return self._order(place, filters)

    def _look(self, filters, pages):
        """Return metadata; ``None`` when the hour's queries are used up.

        :param pages: how many to ask for at the most
        """
        room = self.budget.available(QUERY)
        pages = pages if room is None else min(pages, room)
        if pages < 1:
            return None
        try:
            return inbox.collect_metadata(self.client, filters, pages)
        except KsefError as error:
            if inbox.judge_error(error) is Verdict.NOTHING_YET:
                return Verdict.NOTHING_YET
            raise

    def _not_here(self, place, found):
        numbers = {each.ksef_number.upper(): each for each in found.invoices}
        known = self.inbound._known_numbers(self.company, numbers)
        if place.role == SELLER:
            known |= self.inbound._own_numbers(self.company, numbers)
        return [each for number, each in numbers.items() if number not in known]

    def _finish(self, place):
        was_in_trouble = bool(place.failures)
        durably(self.env, partial(place._done, self.began_at))
        if was_in_trouble:
            durably(self.env, self.company._l10n_pl_ksef_clear_problem)
        return False

    def _move_on(self, place, step):
        """Act on a new checkpoint.

        :return: whether there is more to do at once
        :raises KsefProtocolError: ``fetch_stuck``: not even one by one does it go on
        """
        if not step.is_stuck:
            return True if step.is_behind else self._finish(place)
        if place.is_stuck:
            raise KsefProtocolError(
                "More invoices were stored at one moment than an answer holds.",
                code="fetch_stuck",
            )
        durably(self.env, lambda: place._note(is_stuck=True))
        return True

    # ------------------------------------------------------------------
    # a few, one by one
    # ------------------------------------------------------------------
    def _fetch_singly(self, place, dates, found, new):
        room = self.budget.available(DOWNLOAD)
        items = []
        try:
            for metadata in new[:room]:
                content = self.client.invoice(metadata.ksef_number)
                items.append(Received(metadata.ksef_number, content, metadata))
        except KsefError:
            # What has come is kept; the checkpoint stays before what has not.
            self._store(place, items)
            raise
        if len(items) < len(new):
            self._store(place, items)
            raise NotNow(self.budget.next_time(DOWNLOAD), is_limit=True)
        step = inbox.advance(dates, found)
        self._store(place, items, step)
        return self._move_on(place, step)

    def _store(self, place, items, step=None):
        """Commit documents, and the checkpoint that they make true."""

        def write():
            stored = self.inbound._store(self.company, place.role, items)
            if step is not None:
                place._forget_order()
                place._advance(step)
            if stored:
                stored._notify()
                self.inbound._trigger_booking()

        durably(self.env, write)
        # A package may be large: what is written needs no memory any more.
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # troubles
    # ------------------------------------------------------------------
    def _trouble(self, places, error):
        """Keep the reason where a person sees it; nothing is lost, all stays due."""
        _logger.info(
            "Fetching for company %s stopped: %s",
            self.company.id,
            type(error).__name__,
        )
        self.env.cr.rollback()
        for place in places:
            durably(self.env, partial(self._note_trouble, place, error))

    def _note_trouble(self, place, error):
        told = "\n".join((str(error), *error.details))
        if isinstance(error, KsefRateLimited):
            seconds = max(1, error.retry_after or UNTOLD_SECONDS)
            at = fields.Datetime.now() + timedelta(seconds=math.ceil(seconds))
            place._pause(at, is_limit=True)
            return
        failures = place.failures + 1
        at = backoff(failures)
        if not error.retryable:
            at = fields.Datetime.now() + timedelta(minutes=PERSON_MINUTES)
        place._pause(at)
        place._note(failures=failures, details=told)
        self.company._l10n_pl_ksef_set_problem(error)


def fetch_for(company):
    """Fetch for one company, in its turn."""
    FetchingRun(company).run()

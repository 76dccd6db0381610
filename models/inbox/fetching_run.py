"""One company's turn at fetching: what is due, role by role, within KSeF's limits.

A few invoices are downloaded one by one (one query and a request each, no waiting);
more come as an export package. Documents are committed before or with the checkpoint
that stands for them, so whatever dies in between costs a second download, never an
invoice. Only the holder of the company's turn comes here.
"""

import logging
import time
from datetime import timedelta
from functools import partial
from tempfile import TemporaryFile

from odoo import fields

from ...ksef import inbox
from ...ksef.budget import Budget, counter_of
from ...ksef.calls import utcnow
from ...ksef.crypto import SessionKey
from ...ksef.errors import KsefError, KsefProtocolError, KsefRateLimited
from ...ksef.inbox import Verdict
from ...ksef.messages_inbox import DateRange, InvoiceFilters, SubjectType
from ..common.backoff import backoff
from ..common.durable import durably
from ..sending.sending_run import PERSON_MINUTES
from ..sending.session_answers import naive
from .inbound_states import SELLER
from .l10n_pl_ksef_inbound import Received

_logger = logging.getLogger(__name__)

#: pauses (seconds) between looks at an export within one run.
PATIENCE_SECONDS = (1, 2, 3, 5, 8, 13)
#: new invoices up to which each is downloaded by itself: four runs an hour stay well
#: within the 64 downloads that KSeF allows.
FEW = 8
#: documents and bytes that are written and committed together.
CHUNK = 200
CHUNK_BYTES = 20_000_000
#: steps of one role in one run: windows of the first run, cut-off packages.
MAX_STEPS = 50
WAIT_MINUTES = 1

QUERY = "invoiceMetadata"
EXPORT = "invoiceExport"
DOWNLOAD = "invoiceDownload"

#: KSeF counts by the second, the minute and the hour; only the first is waited for.
LONGEST_PACE_SECONDS = 1.5


class NotNow(Exception):
    """KSeF's limits are used up until ``at`` (naive UTC)."""

    def __init__(self, at):
        super().__init__(str(at))
        self.at = at


class FetchingRun:
    """Fetch what is due for one company.

    :param company: ``res.company``, in an environment whose cursor may be committed
    :param sleep: called with seconds between two looks at an export
    """

    def __init__(self, company, *, sleep=time.sleep):
        self.env = company.env
        self.company = company.sudo()
        self.places = self.env["l10n_pl_ksef.fetch"].sudo()
        self.inbound = self.env["l10n_pl_ksef.inbound"].sudo()
        self.budget = Budget.from_json(self.company.l10n_pl_ksef_budget)
        self.sleep = sleep

    def run(self):
        """Do all that is due. KSeF's troubles end up in rows, never in the caller."""
        now = fields.Datetime.now()
        due = self.places._places(self.company).filtered(lambda p: p._is_due(now))
        try:
            gateway = self.env["l10n_pl_ksef.gateway"]
            self.client = gateway._client(
                self.company, on_request=self._count, before_request=self._pace
            )
        except KsefError as error:
            self._trouble(due, error)
            return
        for place in due:
            self._fetch_guarded(place)
        durably(self.env, self._keep_budget)

    def _fetch_guarded(self, place):
        try:
            self._fetch(place)
        except NotNow as pause:
            self.env.cr.rollback()
            durably(self.env, partial(place._note, not_before=pause.at))
        except KsefError as error:
            self._trouble(place, error)

    # ------------------------------------------------------------------
    # limits
    # ------------------------------------------------------------------
    def _count(self, record):
        group = counter_of(record.method, record.target)
        if group is not None:
            self.budget.record(group, utcnow())

    def _pace(self, request):
        """Sit out the short window of a group; the long ones are planned for."""
        group = counter_of(request.method, request.path)
        if group is not None:
            now = utcnow()
            wait = (self.budget.next_allowed(group, now) - now).total_seconds()
            if 0 < wait <= LONGEST_PACE_SECONDS:
                time.sleep(wait)

    def _keep_budget(self):
        self.company.l10n_pl_ksef_budget = self.budget.to_json()

    def _has_room(self, group, count=1):
        room = self.budget.available(group, utcnow())
        return room is None or room >= count

    # ------------------------------------------------------------------
    # one role
    # ------------------------------------------------------------------
    def _fetch(self, place):
        for _step in range(MAX_STEPS):
            if place.reference_number:
                goes_on = self._follow_export(place)
            else:
                goes_on = self._begin(place)
            durably(self.env, self._keep_budget)
            if not goes_on:
                return
        durably(self.env, lambda: place._note(not_before=fields.Datetime.now()))

    def _begin(self, place):
        """Ask what is new; fetch it, or order a package.

        :return: whether there is more to do at once
        """
        dates = inbox.next_range(place._start(), utcnow())
        filters = InvoiceFilters(SubjectType(place.role), dates)
        found = self._look(filters)
        if found is Verdict.NOTHING_YET:
            return self._finish(place)
        if found is not None and not found.is_truncated:
            new = self._not_here(place, found)
            if len(new) <= FEW and self._has_room(DOWNLOAD, len(new)):
                return self._fetch_singly(place, dates, found, new)
        return self._order(place, filters)

    def _look(self, filters):
        """Return one page of metadata; ``None`` when the hour's queries are used up."""
        if not self._has_room(QUERY):
            return None
        try:
            return inbox.collect_metadata(self.client, filters)
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
        durably(self.env, place._done)
        if was_in_trouble:
            durably(self.env, self.company._l10n_pl_ksef_clear_problem)
        return False

    def _move_on(self, place, step):
        """Act on a new checkpoint.

        :return: whether there is more to do at once
        """
        if step.is_stuck:
            raise KsefProtocolError(
                "More invoices were stored at one moment than an answer holds.",
                code="fetch_stuck",
            )
        return True if step.is_behind else self._finish(place)

    # ------------------------------------------------------------------
    # a few, one by one
    # ------------------------------------------------------------------
    def _fetch_singly(self, place, dates, found, new):
        items = []
        try:
            for metadata in new:
                content = self.client.invoice(metadata.ksef_number)
                items.append(Received(metadata.ksef_number, content, metadata))
        except KsefError:
            # What has come is kept; the checkpoint stays before what has not.
            self._store(place, items)
            raise
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
    # packages
    # ------------------------------------------------------------------
    def _order(self, place, filters):
        now = utcnow()
        if not self._has_room(EXPORT):
            raise NotNow(naive(self.budget.next_allowed(EXPORT, now)))
        key = SessionKey.generate()
        try:
            reference = inbox.order_export(self.client, key, filters)
        except KsefError as error:
            if inbox.judge_error(error) is Verdict.NOTHING_YET:
                return self._finish(place)
            raise
        durably(self.env, lambda: place._keep_order(reference, key, filters.dates))
        return True

    def _follow_export(self, place):
        """Look at the export on its way until it is ready or patience ends."""
        key = place._session_key()
        if key is None:
            return self._order_again(place, "sealing_key")
        verdict = self._verdict(place)
        if verdict is Verdict.WAIT:
            later = fields.Datetime.now() + timedelta(minutes=WAIT_MINUTES)
            raise NotNow(later)
        if verdict is Verdict.READY:
            return self._take_package(place, key)
        if verdict is Verdict.NOTHING_YET:
            durably(self.env, place._forget_order)
            return self._finish(place)
        return self._order_again(place, verdict.value)

    def _verdict(self, place):
        """Return the last verdict on an export: WAIT when patience ended."""
        for pause in (*PATIENCE_SECONDS, None):
            try:
                status = self.client.export_status(place.reference_number)
            except KsefError as error:
                verdict = inbox.judge_error(error)
                if verdict in (Verdict.WAIT, Verdict.FAILED):
                    raise
                return verdict
            verdict = inbox.judge(status)
            if verdict is not Verdict.WAIT or pause is None:
                return verdict
            self.sleep(pause)
        return Verdict.WAIT

    def _order_again(self, place, reason):
        """Give a package up; the next one begins at the same checkpoint.

        :raises KsefProtocolError: it has failed before: not at once
        """
        is_first = not place.failures
        _logger.info("Export %s is given up: %s", place.reference_number, reason)
        durably(self.env, place._forget_order)
        if not is_first:
            raise KsefProtocolError(
                f"The package failed again: {reason}.", code="bad_package"
            )
        durably(self.env, lambda: place._note(failures=1))
        return True

    def _take_package(self, place, key):
        dates = DateRange(*place._range())
        with TemporaryFile() as archive:
            try:
                done = inbox.download_package(
                    self.client, place.reference_number, key, archive
                )
            except KsefProtocolError as error:
                if error.code not in ("hash_mismatch", "bad_package"):
                    raise
                return self._order_again(place, error.code)
            if done.wrong_parts:
                _logger.warning(
                    "Parts %s of export %s have wrong hashes; every invoice has the"
                    " hash of its metadata.",
                    done.wrong_parts,
                    place.reference_number,
                )
            step = inbox.advance(dates, done.package)
            self._store_package(place, archive, done.package, step)
        return self._move_on(place, step)

    def _store_package(self, place, archive, package, step):
        """Write a package in chunks; the checkpoint comes with the last one."""
        chunk, size = [], 0
        # An empty package may have no parts at all.
        is_empty = not package.parts
        source = () if is_empty else inbox.read_package(archive)
        for one in source:
            chunk.append(
                Received(one.ksef_number, one.content, one.metadata, one.metadata_json)
            )
            size += len(one.content)
            if len(chunk) >= CHUNK or size >= CHUNK_BYTES:
                self._store(place, chunk)
                chunk, size = [], 0
        self._store(place, chunk, step)

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
        self._keep_budget()
        told = "\n".join((str(error), *error.details))
        if isinstance(error, KsefRateLimited):
            seconds = max(1, error.retry_after or 60)
            at = fields.Datetime.now() + timedelta(seconds=seconds)
            place._note(not_before=at, details=told)
            return
        failures = place.failures + 1
        at = backoff(failures)
        if not error.retryable:
            at = fields.Datetime.now() + timedelta(minutes=PERSON_MINUTES)
        place._note(not_before=at, failures=failures, details=told)
        self.company._l10n_pl_ksef_set_problem(error)


def fetch_for(company):
    """Fetch for one company, in its turn."""
    FetchingRun(company).run()

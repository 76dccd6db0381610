"""Export packages of one role: order, wait, download, unpack, store.

The part of ``fetching_run`` for many invoices. A package is not trusted: one that is
broken, hostile or holds less than KSeF tells of is given up and ordered once more from
the same checkpoint; when that fails too, a person is told and it is tried later.
"""

import logging
from datetime import timedelta
from tempfile import TemporaryFile

from odoo import fields

from ...ksef import inbox
from ...ksef.crypto import SessionKey
from ...ksef.errors import KsefError, KsefProtocolError
from ...ksef.inbox import Verdict
from ...ksef.messages_inbox import DateRange
from ..common.durable import durably
from ..sending.request_budget import EXPORT
from .l10n_pl_ksef_inbound import Received

_logger = logging.getLogger(__name__)

#: pauses (seconds) before each look at an export within the run that ordered it; the
#: first one, for it is never ready at once, the last ones longer.
PATIENCE_SECONDS = (2, 4, 9, 17)
#: minutes until the next run looks: a tenth of what the export has taken so far.
WAIT_MINUTES = (1, 30)
#: an export that takes longer never ends; KSeF has always needed minutes.
LONGEST_EXPORT_HOURS = 6
#: documents and bytes that are written and committed together.
CHUNK = 200
CHUNK_BYTES = 20_000_000

#: what is wrong with a package for which another is ordered.
GIVEN_UP = ("hash_mismatch", "bad_package")


class NotNow(Exception):
    """There is nothing to do until ``at`` (naive UTC).

    :ivar is_limit: KSeF's limits are used up until then
    """

    def __init__(self, at, is_limit=False):
        super().__init__(str(at))
        self.at = at
        self.is_limit = is_limit


class PackageFetching:
    """The steps of a package; ``fetching_run`` has the company, client and budget."""

    def _order(self, place, filters):
        if not self.budget.has_room(EXPORT):
            raise NotNow(self.budget.next_time(EXPORT), is_limit=True)
        key = SessionKey.generate()
        try:
            reference = inbox.order_export(self.client, key, filters)
        except KsefError as error:
            if inbox.judge_error(error) is Verdict.NOTHING_YET:
                return self._finish(place)
            raise
        durably(self.env, lambda: place._keep_order(reference, key, filters.dates))
        self.sleep(PATIENCE_SECONDS[0])
        return True

    def _follow_export(self, place):
        """Look at the export on its way until it is ready or patience ends."""
        key = place._session_key()
        if key is None:
            return self._order_again(place, "sealing_key")
        verdict = self._verdict(place)
        if verdict is Verdict.WAIT:
            return self._wait_for_export(place)
        if verdict is Verdict.READY:
            return self._take_package(place, key)
        if verdict is Verdict.NOTHING_YET:
            durably(self.env, place._forget_order)
            return self._finish(place)
        return self._order_again(place, verdict.value)

    def _verdict(self, place):
        """Return the last verdict on an export: WAIT when patience ended."""
        for pause in (*PATIENCE_SECONDS[1:], None):
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

    def _wait_for_export(self, place):
        """Plan the next look; an export that never ends is given up.

        :raises NotNow: it may still end
        """
        now = fields.Datetime.now()
        age = now - (place.ordered_at or now)
        if age >= timedelta(hours=LONGEST_EXPORT_HOURS):
            return self._order_again(place, "no_end")
        shortest, longest = (timedelta(minutes=minutes) for minutes in WAIT_MINUTES)
        raise NotNow(now + min(max(age / 10, shortest), longest))

    def _order_again(self, place, reason):
        """Give a package up; the next one begins at the same checkpoint.

        :raises KsefProtocolError: it has failed before: not at once
        """
        given_up = place.packages_given_up + 1
        _logger.info("Export %s is given up: %s", place.reference_number, reason)

        def forget():
            place._forget_order()
            place._note(packages_given_up=given_up)

        durably(self.env, forget)
        if given_up > 1:
            raise KsefProtocolError(
                f"The package failed again: {reason}.", code="bad_package"
            )
        return True

    # ------------------------------------------------------------------
    # what is in it
    # ------------------------------------------------------------------
    def _take_package(self, place, key):
        dates = DateRange(*place._range())
        try:
            step = self._unpack(place, key, dates)
        except KsefProtocolError as error:
            if error.code not in GIVEN_UP:
                raise
            self.env.cr.rollback()
            return self._order_again(place, error.code)
        return self._move_on(place, step)

    def _unpack(self, place, key, dates):
        """Download a package and store what is in it, with the checkpoint.

        :raises KsefProtocolError: one of ``GIVEN_UP``, and others
        """
        with TemporaryFile() as archive:
            done = inbox.download_package(
                self.client, place.reference_number, key, archive
            )
            if done.wrong_parts:
                _logger.warning(
                    "Parts %s of export %s have wrong hashes; every invoice has the"
                    " hash of its metadata.",
                    done.wrong_parts,
                    place.reference_number,
                )
            step = inbox.advance(dates, done.package)
            self._store_package(place, archive, done.package, step)
        return step

    def _store_package(self, place, archive, package, step):
        """Write a package in chunks; the checkpoint comes with the last one.

        :raises KsefProtocolError: ``bad_package``: also when it holds less than KSeF
            tells of, for behind the checkpoint nobody would look for the rest
        """
        chunk, size, count = [], 0, 0
        # An empty package may have no parts at all.
        for one in inbox.read_package(archive) if package.parts else ():
            count += 1
            chunk.append(
                Received(one.ksef_number, one.content, one.metadata, one.metadata_json)
            )
            size += len(one.content)
            if len(chunk) >= CHUNK or size >= CHUNK_BYTES:
                self._store(place, chunk)
                chunk, size = [], 0
        if count < package.invoice_count:
            raise KsefProtocolError(
                f"{count} of {package.invoice_count} invoices came.", code="bad_package"
            )
        self._store(place, chunk, step)

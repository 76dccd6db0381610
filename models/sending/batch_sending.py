"""Many invoices as one batch package: fewer requests than one by one.

A batch session that was never asked to close comes to nothing at KSeF, so a worker that
dies before that leaves documents that may simply be queued again (see
``SendingRun._mark_half_done``); after it, the answers are read like those of an
interactive session, by hash.
"""

import tempfile
from pathlib import Path

from ...ksef.batch import open_batch, upload_parts
from ...ksef.crypto import SessionKey
from ...ksef.errors import KsefAuthError, KsefError
from ...ksef.package_building import MAX_INVOICES, build_package
from ..common import document_states as doc
from ..common import session_states as ses
from ..common.backoff import backoff
from ..common.durable import durably

#: documents whose state is committed together.
CHUNK = 200

#: a document that came back from that many packages goes one by one.
MAX_PACKAGES = 3


class BatchSending:
    """Send documents of one company as packages.

    :param run: the ``SendingRun`` whose turn it is
    :param client: logged-in ``KsefClient``
    """

    def __init__(self, run, client):
        self.run = run
        self.env = run.env
        self.client = client

    def split(self, queue):
        """Return the packages to be sent from ``queue``, and what goes one by one.

        A package holds invoices of one kind only: online, or issued offline. KSeF
        takes technical corrections in interactive sessions only, and invoices with an
        attachment, be it a single one, in packages only.
        """
        threshold = self.run.company.l10n_pl_ksef_batch_from
        packages, rest = [], queue
        for is_offline in (False, True):
            fit = queue.filtered(
                lambda d, is_offline=is_offline: (
                    (d.issue_mode != doc.ONLINE) == is_offline and _fits_package(d)
                )
            )
            if not threshold or len(fit) < threshold:
                fit = fit.filtered("has_attachment")
            if fit:
                packages += [
                    fit[start : start + MAX_INVOICES]
                    for start in range(0, len(fit), MAX_INVOICES)
                ]
                rest -= fit
        return packages, rest

    def send(self, documents):
        """Claim, build, hand over and close one package.

        :raises KsefAuthError: the login is gone for good
        """
        row = self.run._new_session(ses.BATCH)
        claimed = self._claimed(documents, row)
        try:
            with tempfile.TemporaryDirectory() as folder:
                self._hand_over(claimed, row, Path(folder, "package"))
        except KsefError as error:
            self._give_up(claimed, row, error)
            if isinstance(error, KsefAuthError):
                raise
            return
        self._in_chunks(claimed, lambda some: some._set_state(doc.PROCESSING))
        durably(self.env, lambda: row._set_state(ses.CLOSING))
        durably(self.env, claimed.move_id._l10n_pl_ksef_notify)

    def _claimed(self, documents, row):
        """Commit to sending what is still queued; a person may have taken some back."""
        claimed = documents.browse()
        for start in range(0, len(documents), CHUNK):
            some = documents[start : start + CHUNK]
            claimed += durably(self.env, lambda some=some: self._claim(some, row))
        return claimed

    def _claim(self, documents, row):
        free = documents.try_lock_for_update().filtered(lambda d: d.state == doc.QUEUED)
        for document in free:
            document._begin_attempt(row)
        return free

    def _hand_over(self, documents, row, path):
        is_offline = documents[:1].issue_mode != doc.ONLINE
        key = SessionKey.generate()
        package = build_package(self._entries(documents), path, key)
        opened = self.run._opened(
            row, lambda: open_batch(self.client, package, offline=is_offline)
        )
        upload_parts(self.client, package, opened)

    def _entries(self, documents):
        """Yield name and bytes of each file, keeping none."""
        for document in documents:
            yield f"{document.id}.xml", document._xml_bytes()
            document.invalidate_recordset(["xml"])

    def _give_up(self, documents, row, error):
        """Queue again what was in a package that did not get there whole."""
        if row.state != ses.FAILED:
            told = {"code": str(error.code), "details": "\n".join(error.details)}
            durably(self.env, lambda: row._set_state(ses.FAILED, **told))
        at = backoff(documents[:1].attempts)
        self._in_chunks(
            documents, lambda some: some._set_state(doc.QUEUED, next_try_at=at)
        )

    def _in_chunks(self, documents, step):
        for start in range(0, len(documents), CHUNK):
            some = documents[start : start + CHUNK]
            durably(self.env, lambda some=some: step(some.with_prefetch()))


def _fits_package(document):
    """Tell whether a document may go in a package."""
    is_fresh = document.attempts < MAX_PACKAGES or document.has_attachment
    return is_fresh and not document.corrected_hash

"""Batch sessions: open, hand over in parallel, close, go on after a fall, read results.

The caller keeps, sealed, the session key and :class:`OpenedBatch` before the first part
is sent, and then each part's number. After a fall it builds the package again
(``package_building``: same invoices, same bytes), compares ``package.file`` with what
was kept of it and calls :func:`upload_parts` with the parts that are done. A session
that was never closed ends by itself without taking a single invoice, so when its time
is over (``link_expired``, 21208) a new one is safe once :func:`took_nothing` says so;
one that may have been closed is asked first (:func:`close_batch`, then the results).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from datetime import timedelta

from .client import KsefClient
from .crypto import Encryption
from .errors import KsefError, KsefProtocolError, KsefRequestRejected
from .messages import SESSION_OPEN, InvoiceStatus, PublicKey
from .messages_batch import OpenedBatch, PartUpload
from .package_building import Package
from .session import iterate_invoices, with_encryption

#: The session is not open any more.
SESSION_NOT_OPEN = 21180
SESSION_UNKNOWN = 21173
#: Each part may take so long, times the number of parts.
UPLOAD_WINDOW = timedelta(minutes=20)
_WORKERS = 4


def open_batch(
    client: KsefClient,
    package: Package,
    keys: Iterable[PublicKey] | None = None,
    offline: bool = False,
) -> OpenedBatch:
    """Open a session for a package.

    When the answer is lost, open another: a session without parts comes to nothing.

    :param keys: see :func:`~.session.with_encryption`
    :param offline: all its invoices were issued in an offline mode
    :raises KsefProtocolError: KSeF did not say where every part goes
    """

    def call(encryption: Encryption) -> OpenedBatch:
        return client.open_batch_session(package.file, encryption, offline)

    opened = with_encryption(client, package.session_key, keys, call)
    _uploads_of(opened, package)
    return opened


def upload_window(package: Package) -> timedelta:
    """Return how long after opening the parts are taken."""
    return UPLOAD_WINDOW * len(package.file.parts)


def upload_parts(
    client: KsefClient,
    package: Package,
    opened: OpenedBatch,
    *,
    done: Collection[int] = (),
    on_done: Callable[[int], None] | None = None,
    workers: int = _WORKERS,
) -> None:
    """Hand the parts over, several at a time.

    After a failure no new part is begun; those on their way are waited for.

    :param done: numbers of parts that KSeF has
    :param on_done: gets the number of each part that has arrived, in the caller's
        thread
    :raises KsefError: the first failure; ``link_expired``: too late, open anew
    """
    uploads = _uploads_of(opened, package)
    missing = [part for part in package.file.parts if part.ordinal_number not in done]
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:
        running = {
            pool.submit(
                client.upload_part, uploads[part.ordinal_number], package.opener(part)
            ): part.ordinal_number
            for part in missing
        }
        try:
            failure = _gathered(running, on_done)
        finally:
            _cancel(running)
    if failure is not None:
        raise failure


def _gathered(
    running: dict[Future[None], int], on_done: Callable[[int], None] | None
) -> KsefError | None:
    """Wait for all, tell of the good ones, return the first failure."""
    failure: KsefError | None = None
    for future in as_completed(running):
        if future.cancelled():
            continue
        try:
            future.result()
        except KsefError as error:
            failure = failure or error
            _cancel(running)
        else:
            if on_done is not None:
                on_done(running[future])
    return failure


def _cancel(running: Iterable[Future[None]]) -> None:
    for future in running:
        future.cancel()


def _uploads_of(opened: OpenedBatch, package: Package) -> dict[int, PartUpload]:
    uploads = {upload.ordinal_number: upload for upload in opened.uploads}
    if set(uploads) != {part.ordinal_number for part in package.file.parts}:
        raise KsefProtocolError(
            "KSeF does not say where each part of the package goes.", code="bad_answer"
        )
    return uploads


def close_batch(client: KsefClient, session_reference: str) -> None:
    """Close a session; harmless when it was closed before.

    An answer that was lost, or "not open any more", is settled by asking for the
    session's status.

    :raises KsefError: it is still open; closing may be tried again
    """
    try:
        client.close_batch_session(session_reference)
    except KsefError as error:
        if error.code != SESSION_NOT_OPEN and not error.outcome_unknown:
            raise
        if client.session_status(session_reference).status.code == SESSION_OPEN:
            raise


def took_nothing(client: KsefClient, session_reference: str) -> bool:
    """Tell whether KSeF has, and will have, no invoice of an unfinished package.

    Certain for a session that is still open (nobody is going to close it), that was
    cancelled, or that KSeF does not know.

    :raises KsefError: KSeF did not say
    """
    try:
        status = client.session_status(session_reference)
    except KsefRequestRejected as error:
        if error.code == SESSION_UNKNOWN:
            return True
        raise
    is_empty = status.is_final and not status.invoice_count
    return status.status.code == SESSION_OPEN or is_empty


def results_by_hash(invoices: Iterable[InvoiceStatus]) -> dict[str, InvoiceStatus]:
    """Return the outcome of each invoice by the hash of its XML.

    Where the same XML was in a package twice, the one that was accepted counts.
    """
    found: dict[str, InvoiceStatus] = {}
    for invoice in invoices:
        known = found.get(invoice.invoice_hash)
        if known is None or _weight(invoice) > _weight(known):
            found[invoice.invoice_hash] = invoice
    return found


def batch_results(
    client: KsefClient, session_reference: str
) -> dict[str, InvoiceStatus]:
    """Return :func:`results_by_hash` of a session: a request per 1000 invoices."""
    return results_by_hash(iterate_invoices(client, session_reference))


def _weight(invoice: InvoiceStatus) -> int:
    if invoice.is_accepted:
        return 2
    return 0 if invoice.is_final else 1

"""Sessions: open with the right key, prepare invoices, find them again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from .client import KsefClient
from .crypto import Encryption, SessionKey, encrypt, sha256_base64, wrap_key
from .errors import KsefError
from .messages import (
    InvoicePage,
    InvoicePayload,
    InvoiceStatus,
    OpenedSession,
    PublicKey,
    PublicKeyUsage,
)

T = TypeVar("T")

#: The public key was withdrawn (emergency rotation): fetch the keys again.
KEY_WITHDRAWN = 21470
NO_PUBLIC_KEY = "no_public_key"


def choose_public_key(
    keys: Iterable[PublicKey], usage: PublicKeyUsage, at: datetime
) -> PublicKey:
    """Return the key to encrypt with: usage fits, valid now, newest.

    During a planned rotation two keys per usage are published and both work.

    :param at: aware time
    :raises KsefError: ``no_public_key``
    """
    usable = [
        key
        for key in keys
        if usage.value in key.usages and key.valid_from <= at < key.valid_to
    ]
    if not usable:
        message = "KSeF publishes no valid public key for this use."
        raise KsefError(message, code=NO_PUBLIC_KEY, retryable=True)
    return max(usable, key=lambda key: key.valid_from)


def open_session(
    client: KsefClient,
    session_key: SessionKey,
    keys: Iterable[PublicKey] | None = None,
) -> OpenedSession:
    """Open an interactive session encrypted with ``session_key``.

    :param keys: see :func:`with_encryption`
    :raises KsefError: ``no_public_key``, or what the client raises
    """
    return with_encryption(client, session_key, keys, client.open_online_session)


def with_encryption(
    client: KsefClient,
    session_key: SessionKey,
    keys: Iterable[PublicKey] | None,
    call: Callable[[Encryption], T],
) -> T:
    """Make a call that hands a session key to KSeF, with the right public key.

    :param keys: public keys known from before (they may be kept for a day). They are
        fetched when None, and once more when none of them is valid any more or KSeF
        has withdrawn the chosen one (21470)
    :param call: gets the wrapped key; at most twice
    :raises KsefError: ``no_public_key``, or what the client raises
    """
    try:
        known = client.public_keys() if keys is None else keys
        return call(_wrapped(client, known, session_key))
    except KsefError as error:
        if error.code not in (KEY_WITHDRAWN, NO_PUBLIC_KEY):
            raise
    return call(_wrapped(client, client.public_keys(), session_key))


def prepare_invoice(
    xml: bytes,
    session_key: SessionKey,
    offline: bool = False,
    hash_of_corrected: str | None = None,
) -> InvoicePayload:
    """Encrypt an invoice for a session; ``xml`` is hashed and sent byte for byte.

    :param offline: the invoice was issued in an offline mode
    :param hash_of_corrected: Base64 SHA-256 of the rejected XML, for a technical
        correction only
    """
    encrypted = encrypt(xml, session_key)
    return InvoicePayload(
        invoice_hash=sha256_base64(xml),
        invoice_size=len(xml),
        encrypted_invoice_hash=sha256_base64(encrypted),
        encrypted_invoice_size=len(encrypted),
        encrypted_invoice_content=encrypted,
        offline_mode=offline,
        hash_of_corrected_invoice=hash_of_corrected,
    )


def iterate_invoices(
    client: KsefClient, session_reference: str
) -> Iterator[InvoiceStatus]:
    """Yield every invoice of a session, page by page (1000 per request)."""
    return _pages(client.session_invoices, session_reference)


def iterate_failed(
    client: KsefClient, session_reference: str
) -> Iterator[InvoiceStatus]:
    """Yield the invoices of a session that KSeF did not accept (1000 per request)."""
    return _pages(client.failed_invoices, session_reference)


def _pages(
    read: Callable[[str, str | None], InvoicePage], session_reference: str
) -> Iterator[InvoiceStatus]:
    token: str | None = None
    while True:
        page = read(session_reference, token)
        yield from page.invoices
        if page.continuation_token is None or page.continuation_token == token:
            return
        token = page.continuation_token


def find_by_hash(
    client: KsefClient, session_reference: str, invoice_hash: str
) -> InvoiceStatus | None:
    """Return the invoice with this hash, None when the session does not have it.

    The way out after a send whose answer was lost.

    :param invoice_hash: Base64 SHA-256 of the plain XML
    """
    matches = (
        invoice
        for invoice in iterate_invoices(client, session_reference)
        if invoice.invoice_hash == invoice_hash
    )
    return next(matches, None)


def _wrapped(
    client: KsefClient, keys: Iterable[PublicKey], session_key: SessionKey
) -> Encryption:
    usage = PublicKeyUsage.SYMMETRIC_KEY_ENCRYPTION
    return wrap_key(session_key, choose_public_key(keys, usage, client.clock()))

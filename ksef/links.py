"""The addresses behind the two QR codes on an invoice.

Source: KSeF documentation, QR codes (KOD I and KOD II).
"""

from __future__ import annotations

import base64
import binascii
from datetime import date
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from .environment import Environment
from .errors import KsefError
from .key_reading import PrivateKey

_HASH_BYTES = 32
_PSS_SALT_BYTES = 32

#: Identifier types of a login context that may stand in KOD II.
CONTEXT_TYPES = frozenset({"Nip", "InternalId", "NipVatUe", "PeppolId"})


def invoice_link(
    environment: Environment,
    seller_nip: str,
    issue_date: date,
    invoice_hash: str | bytes,
) -> str:
    """Return KOD I, which leads to the invoice in KSeF.

    The documentation's list names the date before the NIP; the addresses in use have
    the NIP first.

    :param issue_date: P_1, not the day of sending
    :param invoice_hash: SHA-256 of the XML as sent: Base64 as in the API, or 32 bytes
    :raises KsefError: ``bad_hash``
    """
    parts = ["invoice", seller_nip, f"{issue_date:%d-%m-%Y}", _digest(invoice_hash)]
    return "/".join([environment.qr_url, *parts])


def certificate_link(
    environment: Environment,
    *,
    context_type: str = "Nip",
    context_value: str,
    seller_nip: str,
    serial_hex: str,
    invoice_hash: str | bytes,
    key: PrivateKey,
) -> str:
    """Return KOD II, which proves who issued an invoice offline.

    :param context_type: one of :data:`CONTEXT_TYPES`, the context it will be sent in
    :param serial_hex: serial number of the Offline certificate, 16 hex digits
    :param invoice_hash: as in :func:`invoice_link`
    :param key: private key of the Offline certificate
    :raises KsefError: ``bad_hash``, ``bad_context_type``
    """
    if context_type not in CONTEXT_TYPES:
        message = f"{context_type!r} is not a type of KSeF context."
        raise KsefError(message, code="bad_context_type")
    parts = [
        "certificate",
        context_type,
        quote(context_value, safe=""),
        seller_nip,
        serial_hex.upper(),
        _digest(invoice_hash),
    ]
    url = "/".join([environment.qr_url, *parts])
    # Signed is the address without its scheme, and it is hashed once: "first hashed,
    # then signed" in the documentation is what every signature does.
    signed = url.removeprefix(f"{urlsplit(url).scheme}://").encode("utf-8")
    return f"{url}/{_base64url(_signature(signed, key))}"


def _digest(invoice_hash: str | bytes) -> str:
    """Return a hash as base64url without padding, 43 characters."""
    if isinstance(invoice_hash, str):
        padded = invoice_hash + "=" * (-len(invoice_hash) % 4)
        try:
            raw = base64.b64decode(padded.translate(_TO_STANDARD), validate=True)
        except (binascii.Error, ValueError):
            raw = b""
    else:
        raw = invoice_hash
    if len(raw) != _HASH_BYTES:
        raise KsefError("An invoice hash has 32 bytes.", code="bad_hash")
    return _base64url(raw)


_TO_STANDARD = str.maketrans("-_", "+/")


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _signature(message: bytes, key: PrivateKey) -> bytes:
    """Sign with RSA-PSS (salt 32) or ECDSA as R||S of fixed length (IEEE P1363)."""
    digest = hashes.SHA256()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), _PSS_SALT_BYTES)
        return key.sign(message, pss, digest)
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(digest)))
    length = (key.key_size + 7) // 8
    return r.to_bytes(length, "big") + s.to_bytes(length, "big")

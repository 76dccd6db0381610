"""Undo what a client encrypted: session keys, tokens, invoices.

Source: ksef-api.md §4: RSA-OAEP with SHA-256 for the key, AES-256-CBC with PKCS#7 for
the content, no IV in front of it.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import IO

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from . import shape
from .errors import ApiError, invalid
from .public_keys import SESSION_USAGE, KeyRing

KEY_BYTES = 32
STREAM_CHUNK_BYTES = 1_000_000
IV_BYTES = 16
_BLOCK_BITS = 128

ENCRYPTION_FIELDS: dict[str, shape.Check] = {
    "encryptedSymmetricKey": shape.octets,
    "initializationVector": shape.octets,
    "publicKeyId": shape.optional(shape.text(44, 44)),
}


def sha256_base64(data: bytes) -> str:
    """Return the Base64 SHA-256 of ``data`` (44 characters)."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def undo_oaep(
    keys: KeyRing, usage: str, public_key_id: str | None, data: bytes, now: datetime
) -> bytes | None:
    """Decrypt with the named key, or with whichever valid key of the usage fits.

    :return: ``None`` when no key opens it
    :raises ApiError: 21470 when the id is unknown or withdrawn
    """
    if public_key_id is None:
        candidates = keys.candidates(usage, now)
    else:
        named = keys.find(public_key_id, usage, now)
        if named is None:
            text = f"Klucz o identyfikatorze {public_key_id} nie jest wspierany."
            raise ApiError(21470, text)
        candidates = [named]
    for key in candidates:
        plain = key.decrypt(data)
        if plain is not None:
            return plain
    return None


def unwrap_key(
    keys: KeyRing, encryption: dict[str, bytes | str | None], now: datetime
) -> tuple[bytes | None, bytes]:
    """Open the ``encryption`` object of a session or export, checked by its shape.

    :param encryption: read with :data:`ENCRYPTION_FIELDS`
    :return: session key (``None`` when it can't be decrypted or is not 32 bytes long:
        that ends as status 415) and IV
    :raises ApiError: 21470, or 21405 when the IV is not 16 bytes long
    """
    iv = encryption["initializationVector"]
    if not isinstance(iv, bytes) or len(iv) != IV_BYTES:
        length = len(iv) if isinstance(iv, bytes) else 0
        raise invalid(
            f"Nieprawidłowa długość wektora inicjalizującego: oczekiwano {IV_BYTES} "
            f"bajtów, otrzymano {length}."
        )
    wrapped, key_id = encryption["encryptedSymmetricKey"], encryption["publicKeyId"]
    key = undo_oaep(keys, SESSION_USAGE, key_id, wrapped, now)  # type: ignore[arg-type]
    return (key if key is not None and len(key) == KEY_BYTES else None), iv


def decrypt_content(key: bytes, iv: bytes, data: bytes) -> bytes | None:
    """Undo AES-256-CBC with PKCS#7; ``None`` when length or padding is wrong."""
    if not data or len(data) % IV_BYTES:
        return None
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = decryptor.update(data) + decryptor.finalize()
    unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
    try:
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def decrypt_stream(key: bytes, iv: bytes, source: IO[bytes], target: IO[bytes]) -> bool:
    """Undo AES-256-CBC with PKCS#7 from file to file, in pieces.

    :return: ``False`` when length or padding is wrong
    """
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(_BLOCK_BITS).unpadder()
    try:
        while chunk := source.read(STREAM_CHUNK_BYTES):
            target.write(unpadder.update(decryptor.update(chunk)))
        target.write(unpadder.update(decryptor.finalize()))
        target.write(unpadder.finalize())
    except ValueError:
        return False
    return True

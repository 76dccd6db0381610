"""Encryption towards KSeF: one AES-256 key and IV per session, wrapped with RSA.

Source: KSeF documentation, interactive session. The documentation's sentence that the
IV is put in front of the ciphertext is wrong: no official client does it and the
sizes in the OpenAPI prove it.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from .errors import KsefError
from .messages import PublicKey

KEY_BYTES = 32
IV_BYTES = 16
_BLOCK_BITS = 128


@dataclass(frozen=True)
class SessionKey:
    """Symmetric key and IV of one session; never shown in ``repr``.

    :ivar key: 32 bytes
    :ivar iv: 16 bytes
    """

    key: bytes = field(repr=False)
    iv: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES or len(self.iv) != IV_BYTES:
            raise KsefError("A session key has 32 bytes and 16 of IV", code="bad_key")

    @classmethod
    def generate(cls) -> SessionKey:
        """Return a fresh random key and IV."""
        return cls(os.urandom(KEY_BYTES), os.urandom(IV_BYTES))

    def cipher(self) -> Cipher[modes.CBC]:
        """Return AES-256-CBC with this key and IV."""
        return Cipher(algorithms.AES(self.key), modes.CBC(self.iv))


@dataclass(frozen=True)
class Encryption:
    """Schema EncryptionInfo: the wrapped session key, all parts Base64.

    :ivar public_key_id: id of the key it was wrapped with; lets KSeF answer 21470
        after a rotation instead of failing to decrypt
    """

    encrypted_symmetric_key: str
    initialization_vector: str
    public_key_id: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the object ``encryption`` of a request."""
        body = {
            "encryptedSymmetricKey": self.encrypted_symmetric_key,
            "initializationVector": self.initialization_vector,
        }
        if self.public_key_id is not None:
            body["publicKeyId"] = self.public_key_id
        return body


def encrypt(data: bytes, session_key: SessionKey) -> bytes:
    """Return ``data`` as AES-256-CBC with PKCS#7 padding, without the IV."""
    return b"".join(encrypt_pieces([data], session_key))


def encrypt_pieces(pieces: Iterable[bytes], session_key: SessionKey) -> Iterator[bytes]:
    """Yield the encryption of data that come in pieces; together as :func:`encrypt`."""
    padder = PKCS7(_BLOCK_BITS).padder()
    encryptor = session_key.cipher().encryptor()
    for piece in pieces:
        yield encryptor.update(padder.update(piece))
    yield encryptor.update(padder.finalize()) + encryptor.finalize()


def encrypted_size(size: int) -> int:
    """Return how many bytes the encryption of ``size`` bytes has."""
    block = _BLOCK_BITS // 8
    return size + block - size % block


def decrypt(data: bytes, session_key: SessionKey) -> bytes:
    """Return the plain bytes of :func:`encrypt`'s result.

    :raises KsefError: ``cannot_decrypt`` for another key or damaged data
    """
    return b"".join(decrypt_pieces([data], session_key))


def decrypt_pieces(pieces: Iterable[bytes], session_key: SessionKey) -> Iterator[bytes]:
    """Yield the plain bytes of an encryption that comes in pieces.

    :raises KsefError: ``cannot_decrypt``, with the last piece at the latest
    """
    decryptor = session_key.cipher().decryptor()
    unpadder = PKCS7(_BLOCK_BITS).unpadder()
    try:
        for piece in pieces:
            yield unpadder.update(decryptor.update(piece))
        yield unpadder.update(decryptor.finalize()) + unpadder.finalize()
    except ValueError:
        message = "The data cannot be decrypted with this key."
        raise KsefError(message, code="cannot_decrypt") from None


def wrap_key(session_key: SessionKey, public_key: PublicKey) -> Encryption:
    """Encrypt a session key for KSeF: RSA-OAEP, SHA-256, MGF1 with SHA-256."""
    oaep = rsa_padding.OAEP(
        mgf=rsa_padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None
    )
    wrapped = public_key.key.encrypt(session_key.key, oaep)
    return Encryption(
        base64.b64encode(wrapped).decode("ascii"),
        base64.b64encode(session_key.iv).decode("ascii"),
        public_key.public_key_id,
    )


def sha256_base64(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as KSeF writes hashes: Base64, 44 characters."""
    return digest_base64(hashlib.sha256(data))


def digest_base64(digest: hashlib._Hash) -> str:
    """Return a hash that was counted piece by piece as KSeF writes it."""
    return base64.b64encode(digest.digest()).decode("ascii")

"""Opens what PBES2 with AES protects, where ``cryptography`` does not.

It reads keys and PKCS#12 files itself, but refuses whole files for details of their
encoding: a certificate of the real KSeF shape inside, or a default value written out.
Source: PKCS #5 v2.1 (RFC 8018).
"""

from __future__ import annotations

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7

_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
#: A file that asks for more rounds is made to keep the server busy.
_MAX_ITERATIONS = 5_000_000


def is_supported(scheme: algos.EncryptionAlgorithm) -> bool:
    """Tell whether :func:`decrypt` knows the algorithms of ``scheme``."""
    return (
        scheme["algorithm"].native == "pbes2"
        and scheme.encryption_cipher == "aes"
        and scheme.kdf == "pbkdf2"
        and scheme.kdf_hmac in _HASHES
        and scheme.kdf_iterations <= _MAX_ITERATIONS
    )


def decrypt(scheme: algos.EncryptionAlgorithm, data: bytes, secret: bytes) -> bytes:
    """Return the plain bytes.

    :param scheme: one that :func:`is_supported` takes
    :param secret: the password
    :raises ValueError: another password, nearly always
    """
    derivation = PBKDF2HMAC(
        _HASHES[scheme.kdf_hmac](),
        scheme.key_length,
        scheme.kdf_salt,
        scheme.kdf_iterations,
    )
    key = algorithms.AES(derivation.derive(secret))
    decryptor = Cipher(key, modes.CBC(scheme.encryption_iv)).decryptor()
    unpadder = PKCS7(128).unpadder()
    plain = decryptor.update(data) + decryptor.finalize()
    return unpadder.update(plain) + unpadder.finalize()

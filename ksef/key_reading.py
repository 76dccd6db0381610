"""Private keys in the files that people have. Use it through ``certificates``.

The taxpayer portal gives ``BEGIN ENCRYPTED PRIVATE KEY`` (PKCS#8, PBES2); own tools
give PKCS#8, PKCS#1 or SEC1, as PEM, DER or bare Base64.
"""

from __future__ import annotations

from asn1crypto import keys
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from . import pbes2, upload
from .certificate_reading import PARSE_ERRORS
from .errors import KsefCertificateError

#: The kinds of key that KSeF knows.
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_LOADERS = {
    "pem": serialization.load_pem_private_key,
    "der": serialization.load_der_private_key,
}


def read_key(data: bytes, password: str | None) -> PrivateKey:
    """Read an uploaded private key.

    :param password: needed for an encrypted key, ignored for a plain one
    :raises KsefCertificateError: ``empty_file``, ``file_too_large``, ``not_a_key``
        (``values["found"]`` = ``certificate`` when the file holds one),
        ``password_missing``, ``wrong_password``
    """
    form, content = _content_of(upload.checked(data))
    try:
        return accepted(_LOADERS[form](content, None))
    except TypeError:
        # The library's way of saying: this key is encrypted.
        return _decrypted(form, content, password)
    except (ValueError, UnsupportedAlgorithm):
        return _opened_by_hand(form, content, password)


def key_to_pkcs8_der(key: PrivateKey) -> bytes:
    """Return the key as plain PKCS#8 DER, to be sealed at once by the caller."""
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def key_from_pkcs8_der(der: bytes) -> PrivateKey:
    """Return the key of :func:`key_to_pkcs8_der`.

    :raises KsefCertificateError: ``not_a_key``
    """
    try:
        return accepted(serialization.load_der_private_key(der, None))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise not_a_key("other") from None


def accepted(key: object) -> PrivateKey:
    """Return ``key`` when it is RSA or EC.

    :raises KsefCertificateError: ``not_a_key``
    """
    if isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)):
        return key
    raise not_a_key("other_algorithm")


def not_a_key(found: str) -> KsefCertificateError:
    """Return the error for a file without a usable private key."""
    message = "The file is not a private key."
    return KsefCertificateError("not_a_key", message, found=found)


def password_bytes(password: str | None) -> bytes:
    """Return the password as the key formats want it.

    :raises KsefCertificateError: ``password_missing``
    """
    if not password:
        raise KsefCertificateError(
            "password_missing", "The private key is protected by a password."
        )
    return password.encode("utf-8")


def wrong_password() -> KsefCertificateError:
    """Return the error for a password that does not open the file."""
    message = "The password does not open the private key."
    return KsefCertificateError("wrong_password", message)


def _decrypted(form: str, content: bytes, password: str | None) -> PrivateKey:
    secret = password_bytes(password)
    try:
        key = _LOADERS[form](content, secret)
    except UnsupportedAlgorithm:
        raise not_a_key("unknown_encryption") from None
    except (ValueError, TypeError):
        raise wrong_password() from None
    return accepted(key)


def _opened_by_hand(form: str, content: bytes, password: str | None) -> PrivateKey:
    """Read an encrypted PKCS#8 key whose encoding ``cryptography`` refuses."""
    der = upload.pem_body(content.decode("ascii")) if form == "pem" else content
    try:
        container = keys.EncryptedPrivateKeyInfo.load(der or b"", strict=True)
        scheme = container["encryption_algorithm"]
        data = container["encrypted_data"].native
        supported = pbes2.is_supported(scheme)
    except PARSE_ERRORS:
        raise not_a_key("other") from None
    if not supported:
        raise not_a_key("unknown_encryption")
    secret = password_bytes(password)
    try:
        plain = pbes2.decrypt(scheme, data, secret)
        key = serialization.load_der_private_key(plain, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise wrong_password() from None
    return accepted(key)


def _content_of(data: bytes) -> tuple[str, bytes]:
    """Return ``("pem" | "der", bytes)`` of the key in a file."""
    if upload.looks_like_der(data):
        return "der", data
    text = upload.text_of(data)
    blocks = upload.pem_blocks(text)
    for label, block in blocks:
        if label.endswith("PRIVATE KEY"):
            return "pem", block.encode("ascii", errors="replace")
    if any("CERTIFICATE" in label for label, _block in blocks):
        raise not_a_key("certificate")
    der = upload.from_base64(text)
    if der is None:
        raise not_a_key("other")
    return "der", der

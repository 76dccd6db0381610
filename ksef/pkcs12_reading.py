"""PKCS#12 files (``.p12``, ``.pfx``): certificate and key in one. Use it through
``certificates``.

``cryptography`` reads them all, except when a certificate inside has the shape that
it refuses (see ``certificate_reading``). Such a file is read here with asn1crypto,
where it is encrypted the present way (PBES2), as OpenSSL 3 and Windows write it.
"""

from __future__ import annotations

from collections.abc import Iterator

from asn1crypto import cms, pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    load_key_and_certificates,
)

from . import pbes2, upload
from .certificate_checks import check_pair, is_pair
from .certificate_reading import PARSE_ERRORS, Certificate, parse_der
from .errors import KsefCertificateError
from .key_reading import (
    PrivateKey,
    accepted,
    not_a_key,
    password_bytes,
    read_key,
    wrong_password,
)

_KEY_BAGS = frozenset({"key_bag", "pkcs8_shrouded_key_bag"})


def is_pkcs12(data: bytes) -> bool:
    """Tell whether a file is PKCS#12 (binary or bare Base64)."""
    return _loaded(data) is not None


def read_pkcs12(data: bytes, password: str | None) -> tuple[Certificate, PrivateKey]:
    """Read the private key of a PKCS#12 file and the certificate that belongs to it.

    :raises KsefCertificateError: ``empty_file``, ``file_too_large``, ``not_a_key``,
        ``not_a_certificate``, ``password_missing``, ``wrong_password``
    """
    pfx = _loaded(upload.checked(data))
    if pfx is None:
        raise not_a_key("other")
    secret = password_bytes(password)
    try:
        key, own, others = load_key_and_certificates(pfx.dump(), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        return _second_try(pfx, secret, error)
    return _found(key, own, others)


def _second_try(
    pfx: pkcs12.Pfx, secret: bytes, error: Exception
) -> tuple[Certificate, PrivateKey]:
    try:
        return _read_by_hand(pfx, secret)
    except KsefCertificateError as failure:
        unknown = failure.values.get("found") == "unknown_encryption"
        # The library speaks of the password only when it could read the rest.
        if unknown and "password" in str(error).lower():
            raise wrong_password() from None
        raise


def _found(
    key: object, own: x509.Certificate | None, others: list[x509.Certificate]
) -> tuple[Certificate, PrivateKey]:
    if key is None:
        raise not_a_key("certificate" if own or others else "other")
    ders = [each.public_bytes(Encoding.DER) for each in (own, *others) if each]
    return _matching(ders, accepted(key))


def _loaded(data: bytes) -> pkcs12.Pfx | None:
    if not data.strip():
        return None
    der = data if upload.looks_like_der(data) else upload.from_base64_file(data)
    try:
        pfx = pkcs12.Pfx.load(der or b"", strict=True)
        # Reading the version is what tells PKCS#12 from any other SEQUENCE.
        return pfx if pfx["version"].native == "v3" else None
    except PARSE_ERRORS:
        return None


def _matching(ders: list[bytes], key: PrivateKey) -> tuple[Certificate, PrivateKey]:
    if not ders:
        message = "The file has a private key but no certificate."
        raise KsefCertificateError("not_a_certificate", message, found="private_key")
    certificates = [parse_der(der) for der in ders]
    fitting = [each for each in certificates if is_pair(each, key)]
    chosen = (fitting or certificates)[0]
    check_pair(chosen, key)
    return chosen, key


def _read_by_hand(pfx: pkcs12.Pfx, secret: bytes) -> tuple[Certificate, PrivateKey]:
    try:
        bags = [(bag["bag_id"].native, bag) for bag in _bags(pfx, secret)]
        ders = [_certificate_der(bag) for kind, bag in bags if kind == "cert_bag"]
        keys = [_key(bag, secret) for kind, bag in bags if kind in _KEY_BAGS]
    except PARSE_ERRORS:
        # A wrong password shows as nonsense after decryption.
        raise wrong_password() from None
    if not keys:
        raise not_a_key("certificate" if ders else "other")
    return _matching(ders, keys[0])


def _bags(pfx: pkcs12.Pfx, secret: bytes) -> Iterator[pkcs12.SafeBag]:
    for info in pfx.authenticated_safe:
        if info["content_type"].native == "data":
            content = info["content"].native
        elif info["content_type"].native == "encrypted_data":
            content = _opened(info["content"]["encrypted_content_info"], secret)
        else:
            raise not_a_key("unknown_encryption")
        yield from pkcs12.SafeContents.load(content, strict=True)


def _opened(info: cms.EncryptedContentInfo, secret: bytes) -> bytes:
    """Decrypt one part that is protected by PBES2 with AES."""
    scheme = info["content_encryption_algorithm"]
    if not pbes2.is_supported(scheme):
        raise not_a_key("unknown_encryption")
    return pbes2.decrypt(scheme, info["encrypted_content"].native, secret)


def _certificate_der(bag: pkcs12.SafeBag) -> bytes:
    der: bytes = bag["bag_value"]["cert_value"].parsed.dump()
    return der


def _key(bag: pkcs12.SafeBag, secret: bytes) -> PrivateKey:
    return read_key(bag["bag_value"].untag().dump(), secret.decode("utf-8"))

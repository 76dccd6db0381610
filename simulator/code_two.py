"""Verify QR code II: the signed link of an offline invoice.

Values in, a verdict out; the page and the state are elsewhere (``handlers``). The
invoice itself is not looked up: any hash that a valid certificate signed verifies.
Source: ksef-api.md §9.2.
"""

from __future__ import annotations

import base64
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

#: Length of the salt of RSASSA-PSS, fixed by the specification.
SALT_BYTES = 32
#: R||S of P-256; every other length is taken for DER.
P1363_BYTES = 64

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*={0,2}")


def decode_base64url(text: str) -> bytes | None:
    """Decode base64url, with or without padding; unused trailing bits do not matter.

    :return: ``None`` for any other character or an impossible length
    """
    if not _BASE64URL.fullmatch(text):
        return None
    bare = text.rstrip("=")
    if len(bare) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def signed_message(host: str, path: str) -> bytes:
    """Build what was signed: host and path without scheme, end slash and signature.

    :param path: path of the link with a leading slash, up to the invoice hash
    """
    return f"{host}{path}".encode()


def is_signature_right(public_key: object, message: bytes, signature: bytes) -> bool:
    """Check RSASSA-PSS (SHA-256, MGF1, salt 32) or ECDSA P-256 (P1363 or DER)."""
    try:
        if isinstance(public_key, rsa.RSAPublicKey):
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), SALT_BYTES)
            public_key.verify(signature, message, scheme, hashes.SHA256())
            return True
        if isinstance(public_key, ec.EllipticCurvePublicKey):
            scheme_ec = ec.ECDSA(hashes.SHA256())
            public_key.verify(_as_der(signature), message, scheme_ec)
            return True
    except (InvalidSignature, ValueError):
        return False
    return False


def _as_der(signature: bytes) -> bytes:
    if len(signature) != P1363_BYTES:
        return signature
    half = P1363_BYTES // 2
    return encode_dss_signature(
        int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    )

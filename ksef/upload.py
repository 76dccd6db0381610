"""Bytes of an uploaded file: limits, PEM blocks, Base64 without a frame.

Shared by the readers of certificates, keys and PKCS#12.
"""

from __future__ import annotations

import base64
import binascii
import re

from .errors import KsefCertificateError

#: Certificates and keys have a few kilobytes; anything bigger is another file.
MAX_BYTES = 1_000_000

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s*(.*?)\s*-----END \1-----", re.DOTALL)
#: First byte of every DER structure that is read here (SEQUENCE).
_DER_START = 0x30


def checked(data: bytes) -> bytes:
    """Return ``data`` when it has a sane size.

    :raises KsefCertificateError: ``empty_file``, ``file_too_large``
    """
    if not data.strip():
        raise KsefCertificateError("empty_file", "The file is empty.")
    if len(data) > MAX_BYTES:
        raise KsefCertificateError(
            "file_too_large",
            "The file is too large for a certificate or key.",
            size=len(data),
            limit=MAX_BYTES,
        )
    return data


def looks_like_der(data: bytes) -> bool:
    """Tell binary DER from text."""
    return data[0] == _DER_START and not data.lstrip().startswith(b"-----")


def text_of(data: bytes) -> str:
    """Return the file as text; bytes that are no text give no PEM block."""
    return data.decode("utf-8-sig", errors="replace")


def pem_blocks(text: str) -> list[tuple[str, str]]:
    """Return ``(label, whole block)`` of every PEM block, in order."""
    return [(match.group(1), match.group(0)) for match in _PEM.finditer(text)]


def pem_body(block: str) -> bytes | None:
    """Return the DER inside one PEM block without headers, None when not Base64."""
    inner = _PEM.fullmatch(block)
    return None if inner is None else from_base64(inner.group(2))


def from_base64(text: str) -> bytes | None:
    """Return the bytes of Base64 text (white space allowed), None when it is not."""
    try:
        return base64.b64decode("".join(text.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def from_base64_file(data: bytes) -> bytes | None:
    """Return the bytes of a file that holds nothing but Base64, else None."""
    return from_base64(text_of(data))


def to_pem(label: str, der: bytes) -> str:
    """Return DER bytes as a PEM block, unchanged inside."""
    body = base64.b64encode(der).decode("ascii")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])

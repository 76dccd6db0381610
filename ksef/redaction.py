"""Keeps secrets and identities out of logs and exception texts.

The only place that knows what must not be seen: bearer tokens, Base64 of keys and
payloads, query strings (storage addresses are capabilities), NIP and PESEL.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SECRETS = (
    # JSON Web Tokens, with or without the word in front.
    (re.compile(r"bearer\s+\S+", re.IGNORECASE), "Bearer ***"),
    (re.compile(r"eyJ[\w-]*\.[\w-]+(?:\.[\w-]*)?"), "***"),
    # Long Base64 or hex: keys, ciphertext, certificates. Hashes (44) stay readable.
    (re.compile(r"[A-Za-z0-9+/_-]{60,}={0,2}"), "***"),
)

_IDENTITIES = (
    # NIP (10 digits) and PESEL (11), also with their prefix. The hyphen in front
    # keeps the parts of reference numbers whole.
    (
        re.compile(r"\b(?:VATPL|TINPL|PNOPL|NIP|PESEL)[-:]?\d{10,11}\b", re.IGNORECASE),
        "***",
    ),
    (re.compile(r"(?<![\w-])\d{10,11}(?![\dA-F])"), "***"),
)


def redact(text: str) -> str:
    """Return ``text`` without tokens, keys, payloads, NIP and PESEL."""
    return _without(text, _SECRETS + _IDENTITIES)


def safe_target(path: str) -> str:
    """Return a request target for logs: no query, no identities; no storage path."""
    parts = urlsplit(path)
    if parts.scheme:
        return f"{parts.scheme}://{parts.hostname}/…"
    return _without(parts.path, _IDENTITIES)


def _without(text: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text

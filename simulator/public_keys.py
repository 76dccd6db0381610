"""The key pairs with which clients encrypt for KSeF, and their rotation.

One published certificate per usage, as in the real system. A planned rotation publishes
the new key beside the old one; an emergency withdraws the old one at once.
Source: ksef-api.md §4; GET /security/public-key-certificates.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from .clock import UTC

TOKEN_USAGE = "KsefTokenEncryption"
SESSION_USAGE = "SymmetricKeyEncryption"
USAGES = (TOKEN_USAGE, SESSION_USAGE)
_LIFETIME = timedelta(days=730)
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


@dataclass(frozen=True)
class PublishedKey:
    """A key pair and the certificate that publishes its public half."""

    usage: str
    private_key: rsa.RSAPrivateKey
    certificate: bytes
    public_key_id: str
    valid_from: datetime
    valid_to: datetime

    @property
    def certificate_id(self) -> str:
        """Return Base64 of SHA-256 of the certificate's DER."""
        return _sha256_base64(self.certificate)

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the certificate is in its validity."""
        return self.valid_from <= now < self.valid_to

    def decrypt(self, data: bytes) -> bytes | None:
        """Undo RSA-OAEP (SHA-256, MGF1-SHA-256); ``None`` when it can't be undone."""
        try:
            return self.private_key.decrypt(data, _OAEP)
        except ValueError:
            return None

    def as_json(self) -> dict[str, object]:
        """Return the item of the list of public keys."""
        return {
            "certificate": base64.b64encode(self.certificate).decode(),
            "certificateId": self.certificate_id,
            "publicKeyId": self.public_key_id,
            "validFrom": self.valid_from.isoformat(),
            "validTo": self.valid_to.isoformat(),
            "usage": [self.usage],
        }


class KeyRing:
    """The published keys of one simulator."""

    def __init__(self, now: datetime) -> None:
        start = now - timedelta(days=30)
        self._keys = [
            _published(usage, _first_private_key(usage), start) for usage in USAGES
        ]

    def published(self, now: datetime) -> list[PublishedKey]:
        """Return the keys that are valid now, newest first.

        A clock that was moved far away finds its usages published there too.
        """
        for usage in USAGES:
            mine = [key for key in self._keys if key.usage == usage]
            if not any(key.is_valid(now) for key in mine):
                start = now - timedelta(days=30)
                self._keys.append(_published(usage, mine[-1].private_key, start))
        valid = [key for key in self._keys if key.is_valid(now)]
        return sorted(valid, key=lambda key: key.valid_from, reverse=True)

    def candidates(self, usage: str, now: datetime) -> list[PublishedKey]:
        """Return the valid keys of a usage, newest first."""
        return [key for key in self.published(now) if key.usage == usage]

    def find(
        self, public_key_id: str, usage: str, now: datetime
    ) -> PublishedKey | None:
        """Return the valid key of a usage with that id."""
        for key in self.candidates(usage, now):
            if key.public_key_id == public_key_id:
                return key
        return None

    def rotate(self, now: datetime, usages: tuple[str, ...], withdraw: bool) -> None:
        """Publish new keys.

        :param withdraw: the old ones disappear at once (emergency); else both work
        """
        if withdraw:
            self._keys = [key for key in self._keys if key.usage not in usages]
        start = now.astimezone(UTC).replace(microsecond=0)
        self._keys += [_published(usage, _new_private_key(), start) for usage in usages]


@cache
def _first_private_key(usage: str) -> rsa.RSAPrivateKey:
    """Make the first key of a usage, once per process: making one takes long."""
    return _new_private_key()


def _new_private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _published(
    usage: str, private_key: rsa.RSAPrivateKey, valid_from: datetime
) -> PublishedKey:
    """Make the certificate that publishes a key."""
    start = valid_from.replace(microsecond=0)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "PL"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Ministerstwo Finansów"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Ministerstwo Finansów"),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _LIFETIME)
        .sign(private_key, hashes.SHA256())
    )
    spki = private_key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return PublishedKey(
        usage=usage,
        private_key=private_key,
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        public_key_id=_sha256_base64(spki),
        valid_from=start,
        valid_to=start + _LIFETIME,
    )


def _sha256_base64(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()

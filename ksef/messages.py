"""What KSeF answers and what it is sent, as frozen dataclasses.

Field names follow the OpenAPI in snake case; ``from_json`` raises
:class:`~.errors.KsefProtocolError` with the name of a missing field. All times are
aware UTC. Secrets are kept out of ``repr``. Source: KSeF OpenAPI 2.9.0, schemas
named in each docstring.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from .answers import (
    INVOICE_ACCEPTED,
    INVOICE_DUPLICATE,
    SESSION_OPEN,
    InvoicePage,
    InvoiceStatus,
    SessionPage,
    SessionStatus,
    SessionSummary,
    StatusInfo,
    UpoPage,
)
from .answers_context import (
    USUAL_LIMITS,
    CertificateInfo,
    ContextLimits,
    Grant,
    GrantPage,
    RateLimit,
    RateLimits,
    SessionLimits,
)
from .errors import KsefProtocolError
from .wire import Fields

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

__all__ = [
    "INVOICE_ACCEPTED",
    "INVOICE_DUPLICATE",
    "SESSION_OPEN",
    "USUAL_LIMITS",
    "AuthOperation",
    "AuthStatus",
    "CertificateInfo",
    "Challenge",
    "ContextLimits",
    "Grant",
    "GrantPage",
    "InvoicePage",
    "InvoicePayload",
    "InvoiceStatus",
    "OpenedSession",
    "PublicKey",
    "PublicKeyUsage",
    "RateLimit",
    "RateLimits",
    "SessionLimits",
    "SessionPage",
    "SessionStatus",
    "SessionSummary",
    "StatusInfo",
    "Token",
    "Tokens",
    "UpoPage",
]


class PublicKeyUsage(str, Enum):
    """Schema PublicKeyCertificateUsage."""

    KSEF_TOKEN_ENCRYPTION = "KsefTokenEncryption"
    SYMMETRIC_KEY_ENCRYPTION = "SymmetricKeyEncryption"


@dataclass(frozen=True)
class Challenge:
    """Schema AuthenticationChallengeResponse; valid ten minutes, usable once."""

    challenge: str
    timestamp: datetime
    timestamp_ms: int
    client_ip: str | None

    @classmethod
    def from_json(cls, data: Any) -> Challenge:
        """Read the answer of POST /auth/challenge."""
        fields = Fields(data, "Challenge")
        return cls(
            fields.text("challenge"),
            fields.time("timestamp"),
            fields.integer("timestampMs"),
            fields.text_or_none("clientIp"),
        )


@dataclass(frozen=True)
class Token:
    """Schema TokenInfo: one bearer token and its end."""

    value: str = field(repr=False)
    valid_until: datetime

    @classmethod
    def from_json(cls, data: Any) -> Token:
        """Read an object ``…Token``."""
        fields = Fields(data, "Token")
        return cls(fields.text("token"), fields.time("validUntil"))


@dataclass(frozen=True)
class AuthOperation:
    """Schema AuthenticationInitResponse: a login that is being checked."""

    reference_number: str
    token: Token

    @classmethod
    def from_json(cls, data: Any) -> AuthOperation:
        """Read the answer of POST /auth/xades-signature."""
        fields = Fields(data, "AuthOperation")
        return cls(
            fields.text("referenceNumber"),
            fields.one("authenticationToken", Token.from_json),
        )


@dataclass(frozen=True)
class AuthStatus:
    """Schema AuthenticationOperationStatusResponse."""

    status: StatusInfo
    start_date: datetime
    is_token_redeemed: bool
    refresh_token_valid_until: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> AuthStatus:
        """Read the answer of GET /auth/{referenceNumber}."""
        fields = Fields(data, "AuthStatus")
        return cls(
            fields.one("status", StatusInfo.from_json),
            fields.time("startDate"),
            fields.flag("isTokenRedeemed"),
            fields.time_or_none("refreshTokenValidUntil"),
        )


@dataclass(frozen=True)
class Tokens:
    """A login: access token (minutes) and refresh token (days, a credential)."""

    access: str | None = field(repr=False)
    access_valid_until: datetime | None
    refresh: str | None = field(repr=False)
    refresh_valid_until: datetime | None

    @classmethod
    def from_json(cls, data: Any) -> Tokens:
        """Read the answer of POST /auth/token/redeem."""
        fields = Fields(data, "Tokens")
        access = fields.one("accessToken", Token.from_json)
        refresh = fields.one("refreshToken", Token.from_json)
        return cls(access.value, access.valid_until, refresh.value, refresh.valid_until)

    def with_access(self, token: Token) -> Tokens:
        """Return this login with a refreshed access token."""
        return replace(self, access=token.value, access_valid_until=token.valid_until)


@dataclass(frozen=True)
class PublicKey:
    """Schema PublicKeyCertificate: a key of the Ministry to encrypt with.

    :ivar public_key_id: Base64 SHA-256 of the SubjectPublicKeyInfo, sent back
    :ivar usages: wire values of :class:`PublicKeyUsage`, unknown ones included
    :ivar key: RSA public key of ``cryptography``
    """

    public_key_id: str
    certificate_id: str | None
    usages: tuple[str, ...]
    valid_from: datetime
    valid_to: datetime
    key: RSAPublicKey = field(repr=False, compare=False)

    @classmethod
    def from_json(cls, data: Any) -> PublicKey:
        """Read one item of GET /security/public-key-certificates."""
        fields = Fields(data, "PublicKey")
        return cls(
            fields.text("publicKeyId"),
            fields.text_or_none("certificateId"),
            fields.texts("usage"),
            fields.time("validFrom"),
            fields.time("validTo"),
            _rsa_key_of(fields.text("certificate")),
        )


def _rsa_key_of(certificate_base64: str) -> RSAPublicKey:
    # Here, because the reader of certificates loads asn1crypto, which nothing else
    # of this module needs.
    from .certificate_reading import rsa_public_key

    try:
        der = base64.b64decode(certificate_base64, validate=True)
    except ValueError:
        raise KsefProtocolError(
            "PublicKey: field 'certificate' is not Base64", code="bad_answer"
        ) from None
    return rsa_public_key(der)


@dataclass(frozen=True)
class OpenedSession:
    """Schema OpenOnlineSessionResponse; closed by itself at ``valid_until``."""

    reference_number: str
    valid_until: datetime

    @classmethod
    def from_json(cls, data: Any) -> OpenedSession:
        """Read the answer of POST /sessions/online."""
        fields = Fields(data, "OpenedSession")
        return cls(fields.text("referenceNumber"), fields.time("validUntil"))


@dataclass(frozen=True)
class InvoicePayload:
    """Schema SendInvoiceRequest: one encrypted invoice, ready to be sent.

    :ivar invoice_hash: Base64 SHA-256 of the plain XML bytes; the key of recovery
    :ivar invoice_size: plain XML in bytes
    :ivar hash_of_corrected_invoice: only for a technical correction
    """

    invoice_hash: str
    invoice_size: int
    encrypted_invoice_hash: str
    encrypted_invoice_size: int
    encrypted_invoice_content: bytes = field(repr=False)
    offline_mode: bool = False
    hash_of_corrected_invoice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the request body."""
        content = base64.b64encode(self.encrypted_invoice_content).decode("ascii")
        body: dict[str, Any] = {
            "invoiceHash": self.invoice_hash,
            "invoiceSize": self.invoice_size,
            "encryptedInvoiceHash": self.encrypted_invoice_hash,
            "encryptedInvoiceSize": self.encrypted_invoice_size,
            "encryptedInvoiceContent": content,
            "offlineMode": self.offline_mode,
        }
        if self.hash_of_corrected_invoice is not None:
            body["hashOfCorrectedInvoice"] = self.hash_of_corrected_invoice
        return body

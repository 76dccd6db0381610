"""The part of a login that KSeF does after its 202: certificate, rights, token.

Called by ``handlers/auth`` and run as a job when the processing time is over.
Source: ksef-api.md §2.1 (where checks happen) and the table of statuses there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import NameOID

from .certificate_authority import CertificateAuthority
from .errors import ApiError
from .rights import is_deceased, permissions_of
from .state import AuthOperation, IssuedCertificate, State

CHALLENGE_LIFE = timedelta(minutes=10)
_KSEF_ISSUER = "CCK KSeF"
Outcome = tuple[int, tuple[str, ...]]
Credentials = Callable[[datetime], "Outcome | None"]


@dataclass(frozen=True)
class CertificateTrust:
    """What is known about the certificate of a login."""

    is_ours: bool
    is_self_signed: bool
    record: IssuedCertificate | None
    not_before: datetime
    not_after: datetime
    chain_is_checked: bool


def take_challenge(state: State, challenge: str, now: datetime) -> datetime:
    """Use up a challenge and return its moment.

    :raises ApiError: 21111 when it is unknown, used or older than ten minutes
    """
    made_at = state.challenges.pop(challenge, None)
    if made_at is None or now - made_at > CHALLENGE_LIFE:
        raise ApiError(21111)
    return made_at


def trust_of(
    state: State,
    authority: CertificateAuthority,
    certificate: x509.Certificate,
    encoded: bytes,
    chain_is_checked: bool,
) -> CertificateTrust:
    """Find out who issued a certificate and what became of it.

    :raises ApiError: 21115 for a certificate of the wrong type, made for signing codes
        of offline invoices, or of another environment
    """
    is_ours = authority.is_issuer_of(encoded)
    record = state.certificates.get(f"{certificate.serial_number:016X}")
    if record is not None and record.der != encoded:
        record = None
    if is_ours and _is_offline(certificate):
        raise ApiError(21115, "Certyfikat nie jest przeznaczony do uwierzytelniania.")
    names = certificate.issuer.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not is_ours and any(_KSEF_ISSUER in str(name.value) for name in names):
        raise ApiError(21115, "Certyfikat innego środowiska.")
    return CertificateTrust(
        is_ours=is_ours,
        is_self_signed=certificate.issuer == certificate.subject,
        record=record,
        not_before=certificate.not_valid_before_utc,
        not_after=record.valid_to if record else certificate.not_valid_after_utc,
        chain_is_checked=chain_is_checked,
    )


def _is_offline(certificate: x509.Certificate) -> bool:
    """Tell whether the key usage is that of an Offline certificate."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return bool(usage.content_commitment and not usage.digital_signature)


def certificate_outcome(trust: CertificateTrust, at: datetime) -> Outcome | None:
    """Return the 460 of a certificate that can't be trusted, else ``None``."""
    if not trust.not_before <= at < trust.not_after:
        return 460, ("Nieważny certyfikat.",)
    if trust.is_ours and trust.record is None:
        return 460, ("Niepoprawny certyfikat.",)
    if trust.record is not None and trust.record.status == "Revoked":
        return 460, ("Certyfikat odwołany.",)
    if trust.record is not None and trust.record.status == "Blocked":
        return 460, ("Certyfikat zawieszony.",)
    if not trust.is_ours and trust.chain_is_checked:
        return 460, ("Niezaufany łańcuch certyfikatów.",)
    return None


def finish(
    state: State, operation: AuthOperation, credentials: Credentials, at: datetime
) -> None:
    """Decide a login: credentials, blocked context, deceased person, rights.

    :param credentials: gives the outcome of bad credentials, ``None`` when they are
        good; sets the operation's subject in the case of a KSeF token
    :param at: the moment of the decision
    """
    refused = credentials(at)
    if refused is None:
        refused = _refusal(state, operation)
    if refused is not None:
        operation.status, operation.details = refused
        return
    operation.status, operation.details = 200, ()


def _refusal(state: State, operation: AuthOperation) -> Outcome | None:
    """Return why good credentials do not let their owner in, ``None`` if they do."""
    subject = operation.subject
    if subject is None:
        return 500, ()
    if is_deceased(state, subject):
        return 470, ("Próba wykorzystania metod autoryzacyjnych osoby zmarłej.",)
    if operation.context in state.blocked_contexts:
        return 480, ("Podejrzenie incydentu bezpieczeństwa.",)
    operation.permissions = current_permissions(state, operation)
    if not operation.permissions:
        return 415, ("Brak przypisanych uprawnień.",)
    return None


def current_permissions(state: State, operation: AuthOperation) -> tuple[str, ...]:
    """Return the permissions that a token made now carries.

    A KSeF token has those that it was made with, as long as its author still has them.
    """
    if operation.subject is None:
        return ()
    held = permissions_of(state, operation.subject, operation.context)
    token = state.tokens.get(operation.ksef_token_reference or "")
    if token is None:
        return held
    if "Owner" in held:
        return token.permissions
    return tuple(name for name in token.permissions if name in held)


def token_outcome(
    state: State,
    operation: AuthOperation,
    plain: bytes | None,
    challenge_at: datetime,
    now: datetime,
) -> Outcome | None:
    """Check a decrypted ``token|timestampMs`` and note whose token it is.

    :return: the 450 of a bad token, ``None`` for a good one
    Source: ksef-api.md §2.3; the token contains ``|`` itself, so the last one splits.
    """
    if plain is None:
        return 450, ("Nieprawidłowe szyfrowanie tokena.",)
    try:
        text, _bar, moment = plain.decode("utf-8").rpartition("|")
    except UnicodeDecodeError:
        return 450, ("Nieprawidłowe kodowanie znaków tokena.",)
    if moment != str(timestamp_ms(challenge_at)):
        return 450, ("Nieprawidłowy czas tokena.",)
    digest = hashlib.sha256(text.encode()).digest()
    token = next((t for t in state.tokens.values() if t.text_hash == digest), None)
    if token is None:
        return 450, ("Nieprawidłowy token.",)
    if token.status in ("Revoked", "Revoking"):
        return 450, ("Token unieważniony.",)
    if token.status != "Active":
        return 450, ("Token nieaktywny.",)
    if token.context != operation.context:
        return 450, ("Nieprawidłowy token.",)
    operation.subject = token.author
    operation.ksef_token_reference = token.reference
    token.last_use_at = now
    return None


def timestamp_ms(moment: datetime) -> int:
    """Return whole milliseconds since 1970, truncated."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000

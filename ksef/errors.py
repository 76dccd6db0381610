"""Everything that may go wrong, split by what the caller does next.

No message of these classes holds a token, a key, an encrypted payload, NIP or PESEL
(``failures`` and ``redaction`` see to it); the authority's own words, which may name
subjects, are only in ``details``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class KsefError(Exception):
    """Any failure of the protocol package.

    :ivar code: KSeF exception or status code (int), or a word of ours (str)
    :ivar status: HTTP status, when there was an answer
    :ivar details: the authority's own lines, Polish, unchanged
    :ivar reference: reference number or trace id to quote to the KSeF support
    :ivar retryable: the same call may succeed later without anybody's help
    :ivar retry_after: seconds to wait before that, when the server said so
    :ivar outcome_unknown: a call that changes something may have arrived
    """

    default_retryable = False

    def __init__(
        self,
        message: str,
        *,
        code: str | int | None = None,
        status: int | None = None,
        details: Iterable[str] = (),
        reference: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.details = tuple(details)
        self.reference = reference
        self.retryable = self.default_retryable if retryable is None else retryable
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


class KsefTransportError(KsefError):
    """No usable answer: DNS, TLS, timeout, cut connection."""

    default_retryable = True


class KsefUnavailable(KsefError):
    """KSeF or its firewall does not serve now: 5xx, maintenance, blocked request."""

    default_retryable = True


class KsefRateLimited(KsefError):
    """HTTP 429; ``retry_after`` is always set (seconds)."""

    default_retryable = True


class KsefAuthError(KsefError):
    """Not logged in or not allowed.

    :ivar reason: ``expired | revoked | no_permission | no_access | ip_not_allowed |
        auth_method | context_type | blocked | token | certificate | deceased |
        not_logged_in | failed | timeout | forbidden``
    """

    def __init__(self, message: str, *, reason: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.reason = reason


class KsefRequestRejected(KsefError):
    """Other 4xx: the request itself is refused; ``code`` and ``details`` say why."""


class KsefProtocolError(KsefError):
    """An answer that is not of the documented shape (our fault or theirs)."""


#: The only codes that :class:`KsefCertificateError` carries.
CERTIFICATE_CODES = frozenset(
    {
        "empty_file",
        "file_too_large",
        "not_a_certificate",
        "not_a_key",
        "password_missing",
        "wrong_password",
        "key_of_another_pair",
        "offline_certificate_for_login",
        "authentication_certificate_for_offline",
        "not_a_ksef_certificate",
        "expired",
        "not_yet_valid",
        "weak_key",
        "environment_mismatch",
        "same_pair_twice",
    }
)


class KsefCertificateError(KsefError):
    """A certificate or key file that cannot be used; found locally, no network.

    :ivar code: one of :data:`CERTIFICATE_CODES`
    :ivar values: what a message for a person needs (dates, names, serial number)
    """

    def __init__(self, code: str, message: str, **values: Any) -> None:
        super().__init__(message, code=code)
        self.values: dict[str, Any] = values


@dataclass(frozen=True)
class Fa3Problem:
    """One thing that is wrong, or odd, in an FA(3).

    :ivar code: stable word of the broken rule, e.g. ``too_long`` (``fa3.problems``)
    :ivar path: where, e.g. ``Fa/FaWiersz[2]/P_8B``; empty for the whole document
    :ivar message: the reason in English, without the value
    :ivar value: the offending text (cut), or what was expected; for the caller only
    :ivar severity: ``error`` (KSeF would refuse it) or ``warning``
    :ivar facts: what the sentence of this code names, for whoever translates it
    """

    code: str
    path: str
    message: str
    value: str | None = None
    severity: str = "error"
    facts: tuple[tuple[str, object], ...] = ()


class Fa3Error(KsefError):
    """An invoice that cannot become, or is not, a valid FA(3).

    :ivar problems: every reason found, in document order
    """

    def __init__(self, problems: Iterable[Fa3Problem]) -> None:
        self.problems = tuple(problems)
        lines = [
            f"{problem.path}: {problem.message}" if problem.path else problem.message
            for problem in self.problems
        ]
        super().__init__(
            "; ".join(lines[:10]) or "not a valid FA(3)",
            code=self.problems[0].code if self.problems else None,
            details=lines,
        )

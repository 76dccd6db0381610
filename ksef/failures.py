"""From an HTTP answer that is no success to the error that says what to do next.

Knows both forms of error bodies (problem+json and the legacy ones), the firewall's
answers and answers of no known form. Pure functions, used by ``transport`` only.
Source: KSeF OpenAPI 2.9.0, error schemas; live deviations as the comments say.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import (
    KsefAuthError,
    KsefError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefUnavailable,
)
from .redaction import redact

#: Seconds to wait after a 429 that does not say how long.
DEFAULT_RETRY_AFTER = 60.0

#: ``reasonCode`` of a 403 to our reason; live KSeF has sent null as well.
FORBIDDEN_REASONS = {
    "missing-permissions": "no_permission",
    "insufficient-resource-access": "no_access",
    "ip-not-allowed": "ip_not_allowed",
    "auth-method-not-allowed": "auth_method",
    "context-type-not-allowed": "context_type",
    "security-service-blocked": "blocked",
}


@dataclass(frozen=True)
class Answer:
    """What came back, and what it answers to.

    :ivar headers: names in lower case
    :ivar with_login: the request carried a bearer token
    :ivar is_download: the request went to an absolute storage address
    :ivar repeatable: sending the request again does no harm
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    with_login: bool = False
    is_download: bool = False
    repeatable: bool = True


@dataclass(frozen=True)
class Facts:
    """What an error body says, whichever form it has."""

    code: int | None = None
    text: str = ""
    details: tuple[str, ...] = ()
    reference: str | None = None
    reason_code: str | None = None


def failure_of(answer: Answer) -> KsefError | None:
    """Return the error of an answer, None when it is a success."""
    if 200 <= answer.status < 300:
        return _blocked(answer, Facts()) if is_html(answer) else None
    facts = read_facts(_json_of(answer.body))
    # A page of a gateway with 502 or 504 may hide a call that has arrived.
    if answer.status >= 500:
        return _unavailable(answer, facts)
    if is_html(answer):
        return _blocked(answer, facts)
    maker = _MAKERS.get(answer.status, _rejected)
    return maker(answer, facts)


def is_html(answer: Answer) -> bool:
    """Tell a page of the firewall, which comes even with status 200."""
    kind = answer.headers.get("content-type", "").lower()
    start = answer.body[:100].lstrip().lower()
    return "text/html" in kind or start.startswith((b"<!doctype html", b"<html"))


def read_facts(body: Any) -> Facts:
    """Read an error body of any documented form; anything else gives empty facts."""
    if not isinstance(body, Mapping):
        return Facts()
    exception = body.get("exception")
    if isinstance(exception, Mapping):
        return _legacy_facts(exception)
    status = body.get("status")
    if isinstance(status, Mapping):
        return _legacy_limit_facts(status)
    return _problem_facts(body)


def retry_after(
    headers: Mapping[str, str], now: datetime | None = None
) -> float | None:
    """Return the seconds of ``Retry-After`` (number or HTTP date), None without it."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max((moment - (now or datetime.now(timezone.utc))).total_seconds(), 0.0)


def _json_of(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _legacy_facts(exception: Mapping[str, Any]) -> Facts:
    items = exception.get("exceptionDetailList")
    rows = [item for item in items or [] if isinstance(item, Mapping)]
    return _facts_of(
        rows,
        code_key="exceptionCode",
        text_key="exceptionDescription",
        reference=exception.get("referenceNumber") or exception.get("serviceCode"),
    )


def _legacy_limit_facts(status: Mapping[str, Any]) -> Facts:
    return Facts(text=_text(status, "description"), details=_details(status))


def _problem_facts(body: Mapping[str, Any]) -> Facts:
    rows = [item for item in body.get("errors") or [] if isinstance(item, Mapping)]
    reference = body.get("traceId")
    if rows:
        return _facts_of(
            rows, code_key="code", text_key="description", reference=reference
        )
    detail = _text(body, "detail") or _register_line(body)
    reason = body.get("reasonCode")
    return Facts(
        text=detail or _text(body, "title"),
        details=((detail,) if detail else ()) + _security_lines(body.get("security")),
        reference=reference if isinstance(reference, str) else None,
        reason_code=reason if isinstance(reason, str) else None,
    )


def _register_line(body: Mapping[str, Any]) -> str:
    """Return the error of the register of VAT taxpayers, e.g. "WL-115: …"."""
    code, text = _text(body, "code"), _text(body, "message")
    return f"{code}: {text}" if code and text else ""


def _facts_of(
    rows: list[Mapping[str, Any]], *, code_key: str, text_key: str, reference: Any
) -> Facts:
    """Join the rows of an error list; the first code decides."""
    codes = [row.get(code_key) for row in rows]
    known = [code for code in codes if isinstance(code, int)]
    details: list[str] = []
    for row in rows:
        lines = _details(row)
        text = _text(row, text_key)
        details += lines or ((text,) if text else ())
    return Facts(
        code=known[0] if known else None,
        text=_text(rows[0], text_key) if rows else "",
        details=tuple(details),
        reference=reference if isinstance(reference, str) else None,
    )


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _details(data: Mapping[str, Any]) -> tuple[str, ...]:
    value = data.get("details")
    if isinstance(value, str):
        return (value,)
    return tuple(str(line) for line in value or [] if line is not None)


def _security_lines(security: Any) -> tuple[str, ...]:
    """Return what a 403 adds, e.g. the permissions that were needed."""
    if not isinstance(security, Mapping):
        return ()
    return tuple(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in security.items()
        if value is not None
    )


def _message(answer: Answer, facts: Facts, fallback: str) -> str:
    number = f"{facts.code}: " if facts.code is not None else ""
    text = redact(facts.text) or fallback
    return f"KSeF answered {answer.status}: {number}{text}"


def _common(answer: Answer, facts: Facts) -> dict[str, Any]:
    return {
        "code": facts.code,
        "status": answer.status,
        "details": facts.details,
        "reference": facts.reference,
    }


def _unavailable(answer: Answer, facts: Facts) -> KsefError:
    # A gateway's 502 or 504 says nothing about what happened behind it.
    return KsefUnavailable(
        _message(answer, facts, "not available"),
        retry_after=retry_after(answer.headers),
        outcome_unknown=not answer.repeatable,
        **_common(answer, facts),
    )


def _blocked(answer: Answer, facts: Facts) -> KsefError:
    # The firewall stands in front of KSeF: what it answers has not arrived.
    return KsefUnavailable(
        f"The firewall of KSeF answered {answer.status} instead of KSeF",
        retry_after=retry_after(answer.headers),
        **{**_common(answer, facts), "code": "request_blocked"},
    )


def _unauthorized(answer: Answer, facts: Facts) -> KsefError:
    if answer.is_download:
        return _expired_link(answer, facts)
    message = _message(answer, facts, "not logged in")
    return KsefAuthError(message, reason="expired", **_common(answer, facts))


def _forbidden(answer: Answer, facts: Facts) -> KsefError:
    title = _json_of(answer.body)
    if isinstance(title, Mapping) and title.get("title") == "Request blocked":
        return _blocked(answer, facts)
    if answer.is_download:
        return _expired_link(answer, facts)
    reason = FORBIDDEN_REASONS.get(facts.reason_code or "", "forbidden")
    message = _message(answer, facts, "not allowed")
    return KsefAuthError(message, reason=reason, **_common(answer, facts))


def _missing(answer: Answer, facts: Facts) -> KsefError:
    make = _expired_link if answer.is_download else _rejected
    return make(answer, facts)


def _expired_link(answer: Answer, facts: Facts) -> KsefError:
    return KsefRequestRejected(
        f"The storage address is not valid any more ({answer.status})",
        **{**_common(answer, facts), "code": "link_expired"},
    )


def _limited(answer: Answer, facts: Facts) -> KsefError:
    # The header counts: the human text may differ from it or be in minutes.
    wait = retry_after(answer.headers)
    return KsefRateLimited(
        _message(answer, facts, "too many requests"),
        retry_after=DEFAULT_RETRY_AFTER if wait is None else wait,
        **_common(answer, facts),
    )


def _rejected(answer: Answer, facts: Facts) -> KsefError:
    if answer.status < 400:
        return KsefProtocolError(
            f"KSeF answered {answer.status}: a redirection is not expected",
            code="redirected",
            status=answer.status,
            outcome_unknown=not answer.repeatable,
        )
    message = _message(answer, facts, "request refused")
    return KsefRequestRejected(message, **_common(answer, facts))


_MAKERS = {
    401: _unauthorized,
    403: _forbidden,
    404: _missing,
    408: _unavailable,
    429: _limited,
}

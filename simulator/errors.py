"""Refusals of the API, and their bodies.

A handler raises one of these; ``app`` turns it into a response. The body of a 400 and
of a 429 depends on ``X-Error-Format``; 401, 403 and 410 are problem+json always.
Source: ksef-api.md §1.5 and the components of the OpenAPI document 2.9.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug import Request, Response

from .clock import isoformat
from .codes import EXCEPTION_LABELS


@dataclass(frozen=True)
class Problem:
    """One item of a 400: an exception code and the texts that belong to it."""

    code: int
    details: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """Return KSeF's own label of the code."""
        return EXCEPTION_LABELS.get(self.code, "Nieznany błąd.")


class ApiError(Exception):
    """A refusal with exception codes, HTTP 400."""

    status = 400

    def __init__(self, code: int, *details: str) -> None:
        super().__init__(f"{code}: {'; '.join(details)}")
        self.problems: tuple[Problem, ...] = (Problem(code, details),)

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> ApiError:
        """Make one refusal of several validator findings."""
        error = cls(problems[0].code)
        error.problems = tuple(problems)
        return error


class HttpError(Exception):
    """A refusal that has no exception code: only a status and a text."""

    status = 400
    title = "Bad Request"
    detail = ""

    def __init__(self, detail: str | None = None, **extra: Any) -> None:
        self.detail = detail or self.detail
        self.extra = extra
        super().__init__(self.detail)


class Unauthorized(HttpError):
    """HTTP 401: the bearer is missing, unreadable, expired or of another kind."""

    status = 401
    title = "Unauthorized"
    detail = "Wymagane jest uwierzytelnienie."


class Forbidden(HttpError):
    """HTTP 403 with a ``reasonCode`` and its ``security`` object (ksef-api.md §1.5)."""

    status = 403
    title = "Forbidden"
    detail = "Brak dostępu."

    def __init__(self, reason: str, detail: str | None = None, **security: Any) -> None:
        extra: dict[str, Any] = {"reasonCode": reason}
        if security:
            extra["security"] = security
        super().__init__(detail or FORBIDDEN_DETAILS.get(reason), **extra)


class Gone(HttpError):
    """HTTP 410: the status of an operation is kept no longer."""

    status = 410
    title = "Gone"
    detail = "Status operacji nie jest już dostępny."


class TooManyRequests(HttpError):
    """HTTP 429; ``retry_after`` in whole seconds goes into ``Retry-After``."""

    status = 429
    title = "Too Many Requests"

    def __init__(self, detail: str, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class PlainHttpError(Exception):
    """A refusal of the web server in front, with an empty or a text body."""

    def __init__(self, status: int, text: str = "") -> None:
        super().__init__(f"{status} {text}")
        self.status = status
        self.text = text


FORBIDDEN_DETAILS = {
    "missing-permissions": (
        "Brak wymaganych uprawnień do wykonania operacji w bieżącym kontekście."
    ),
    "ip-not-allowed": (
        "Żądanie pochodzi z adresu IP innego niż wskazany podczas uwierzytelnienia."
    ),
    "insufficient-resource-access": "Brak dostępu do wskazanego zasobu.",
    "auth-method-not-allowed": (
        "Ta operacja nie jest dostępna dla użytej metody uwierzytelnienia."
    ),
    "security-service-blocked": (
        "Żądanie zostało zablokowane przez mechanizmy bezpieczeństwa."
    ),
    "context-type-not-allowed": (
        "Operacja nie jest dostępna dla uwierzytelnionego typu kontekstu."
    ),
}


def invalid(*details: str) -> ApiError:
    """Make the refusal of the input validator, code 21405."""
    return ApiError(21405, *details)


def wants_problem_details(request: Request) -> bool:
    """Tell whether the caller asked for problem+json (ksef-api.md §1.3)."""
    return request.headers.get("X-Error-Format", "").lower() == "problem-details"


def render(error: Exception, request: Request, now: datetime) -> Response:
    """Turn a refusal into the response that KSeF gives.

    :raises Exception: ``error`` itself when it is no refusal of this module
    """
    if isinstance(error, ApiError):
        if wants_problem_details(request):
            return _problem_response(_bad_request(error, request, now))
        return _json_response(400, _legacy_exception(error, now))
    if isinstance(error, TooManyRequests):
        return _render_too_many(error, request, now)
    if isinstance(error, HttpError):
        return _problem_response(_problem(error, request, now))
    if isinstance(error, PlainHttpError):
        return Response(error.text, status=error.status, mimetype="text/plain")
    raise error


def _problem(error: HttpError, request: Request, now: datetime) -> dict[str, Any]:
    """Build the common members of a problem body."""
    return {
        "title": error.title,
        "status": error.status,
        "instance": request.path,
        "detail": error.detail,
        **error.extra,
        "timestamp": isoformat(now),
        "traceId": secrets.token_hex(16),
    }


def _bad_request(error: ApiError, request: Request, now: datetime) -> dict[str, Any]:
    """Build the problem body of a 400: one ``errors`` item per finding."""
    return {
        "title": "Bad Request",
        "status": 400,
        "instance": request.path,
        "detail": "Żądanie jest nieprawidłowe.",
        "errors": [
            {
                "code": problem.code,
                "description": problem.description,
                "details": list(problem.details),
            }
            for problem in error.problems
        ],
        "timestamp": isoformat(now),
        "traceId": secrets.token_hex(16),
    }


def _legacy_exception(error: ApiError, now: datetime) -> dict[str, Any]:
    """Build the older body of a 400; several findings of one code are one item."""
    grouped: dict[int, list[str]] = {}
    for problem in error.problems:
        grouped.setdefault(problem.code, []).extend(problem.details)
    return {
        "exception": {
            "exceptionDetailList": [
                {
                    "exceptionCode": code,
                    "exceptionDescription": Problem(code).description,
                    "details": details,
                }
                for code, details in grouped.items()
            ],
            "serviceCode": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00",
            "serviceCtx": "srvSIMULATOR",
            "serviceName": "Undefined",
            "timestamp": isoformat(now),
        }
    }


def _render_too_many(
    error: TooManyRequests, request: Request, now: datetime
) -> Response:
    """Build a 429 in the form that was asked for, with ``Retry-After``."""
    if wants_problem_details(request):
        response = _problem_response(_problem(error, request, now))
    else:
        body = {
            "status": {
                "code": 429,
                "description": "Too Many Requests",
                "details": [error.detail],
            }
        }
        response = _json_response(429, body)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _json_response(status: int, body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=status, mimetype="application/json")


def _problem_response(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False)
    return Response(text, status=body["status"], mimetype="application/problem+json")

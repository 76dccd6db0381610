"""The one requestor: every HTTP request of the package goes through here.

Retry, waiting, redaction, headers and the reading of failures live here (with
``failures`` and ``redaction``) and nowhere else. Tokens are put on requests to the
API base only; absolute addresses (UPO, packages) are fetched without.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import urlsplit

import requests

from .environment import Environment
from .errors import (
    KsefError,
    KsefProtocolError,
    KsefRateLimited,
    KsefTransportError,
    KsefUnavailable,
)
from .exchange import Request, RequestRecord, Response, Sink
from .failures import Answer, failure_of
from .redaction import redact, safe_target
from .routes import is_repeatable
from .transport_errors import cut_connection, is_cut_short, transport_error

__all__ = ["Request", "RequestRecord", "Response", "Transport", "should_retry"]

_logger = logging.getLogger(__name__)

USER_AGENT = "l10n_pl_ksef/19.0"
#: Longest wait for KSeF that is sat out here; longer ones are the caller's to plan.
MAX_WAIT_SECONDS = 2.0
_FIRST_PAUSE_SECONDS = 0.5


def should_retry(
    method: str, path: str, error: KsefError, attempt: int
) -> float | None:
    """Decide whether a failed request is sent again here and now.

    A refused one (429) and one that was never sent may always be; one whose outcome
    is not known only when it changes nothing at KSeF.

    :param attempt: number of the attempt that failed, from 1
    :return: seconds to wait before the next one, None = do not
    """
    if isinstance(error, KsefRateLimited):
        wait = error.retry_after
        return wait if wait is not None and wait <= MAX_WAIT_SECONDS else None
    if not isinstance(error, (KsefTransportError, KsefUnavailable)):
        return None
    if error.code == "request_blocked":
        # The firewall does not change its mind within seconds.
        return None
    if error.outcome_unknown and not is_repeatable(method, path):
        return None
    pause = _FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1)
    wanted = max(error.retry_after or 0.0, min(pause, MAX_WAIT_SECONDS))
    return wanted if wanted <= MAX_WAIT_SECONDS else None


class Transport:
    """Sends requests of one environment.

    :param session: a ``requests`` session; default: a new one
    :param sleep: called with seconds between attempts
    :param timeout_seconds: for connecting and for every read; one number, because
        the host's test tools compare it with an int
    :param max_attempts: of one request, the first included
    :param on_warning: receives the texts of ``X-System-Warning``
    :param on_request: receives a :class:`RequestRecord` per attempt
    :param before_request: is asked before each attempt; may raise ``KsefRateLimited``
        where it would come to nothing
    """

    def __init__(
        self,
        environment: Environment,
        *,
        session: requests.Session | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout_seconds: float = 30,
        max_attempts: int = 3,
        on_warning: Callable[[str], None] | None = None,
        on_request: Callable[[RequestRecord], None] | None = None,
        before_request: Callable[[Request], None] | None = None,
    ) -> None:
        self._environment = environment
        self._session = session or requests.Session()
        self._sleep = sleep
        self._timeout_seconds = timeout_seconds
        self._max_attempts = max_attempts
        self._on_warning = on_warning
        self._on_request = on_request
        self._before_request = before_request

    def send(self, request: Request) -> Response:
        """Send a request, again where that is safe, and return its success.

        :raises KsefError: the class says what to do next (see ``errors``)
        """
        return self._send(request, None)

    def download(self, request: Request, target: BinaryIO, limit: int) -> Response:
        """Send a request and write the body of its success to a file, in pieces.

        :param target: written from where it stands; after a failed attempt again
        :param limit: bytes; more is an error (``too_large``)
        :return: the answer without its body
        :raises KsefError: as :meth:`send`
        """
        answer = self._send(request, Sink(target, target.tell(), limit))
        return Response(answer.status, answer.headers, b"")

    def fork(self) -> Transport:
        """Return a transport for another thread: same settings, own session.

        Its callbacks are left out, for they belong to the caller's thread.
        """
        session, mine = requests.Session(), self._session
        session.adapters = mine.adapters
        session.verify, session.cert = mine.verify, mine.cert
        session.proxies, session.trust_env = mine.proxies, mine.trust_env
        return Transport(
            self._environment,
            session=session,
            sleep=self._sleep,
            timeout_seconds=self._timeout_seconds,
            max_attempts=self._max_attempts,
        )

    def _send(self, request: Request, sink: Sink | None) -> Response:
        attempt = 1
        while True:
            try:
                return self._attempt(request, attempt, sink)
            except KsefError as error:
                wait = should_retry(request.method, request.path, error, attempt)
                if wait is None or attempt >= self._max_attempts:
                    raise
            self._sleep(wait)
            attempt += 1

    def _attempt(self, request: Request, attempt: int, sink: Sink | None) -> Response:
        if self._before_request is not None:
            self._before_request(request)
        started = time.monotonic()
        status: int | None = None
        failure: KsefError | None = None
        try:
            answer = self._exchange(request, sink)
            status = answer.status
            failure = failure_of(answer)
            if failure is not None:
                raise failure
        except KsefError as error:
            failure = error
            raise
        finally:
            seconds = time.monotonic() - started
            self._record(request, attempt, status, seconds, failure)
        return Response(answer.status, answer.headers, answer.body)

    def _exchange(self, request: Request, sink: Sink | None) -> Answer:
        repeatable = is_repeatable(request.method, request.path)
        try:
            raw = self._request(request, is_streamed=sink is not None)
            body, received = _taken(raw, sink)
        except requests.exceptions.RequestException as error:
            raise transport_error(error, repeatable) from None
        headers = {name.lower(): value for name, value in raw.headers.items()}
        if received is not None and is_cut_short(headers, received):
            raise cut_connection(repeatable)
        self._warn(headers.get("x-system-warning"))
        return Answer(
            raw.status_code,
            headers,
            body,
            is_download=request.is_absolute,
            repeatable=repeatable,
        )

    def _request(self, request: Request, *, is_streamed: bool) -> requests.Response:
        data, content_type = request.content
        return self._session.request(
            request.method,
            self._url_of(request),
            params=dict(request.query) or None,
            data=data,
            headers=self._headers(request, content_type),
            timeout=self._timeout_seconds,
            # A token must not travel to another host.
            allow_redirects=False,
            # Without this, a .netrc of the server's user replaces the header.
            auth=_leave_alone,
            stream=is_streamed,
        )

    def _url_of(self, request: Request) -> str:
        if not request.is_absolute:
            return self._environment.api_url + request.path
        scheme = urlsplit(request.path).scheme
        wanted = urlsplit(self._environment.api_url).scheme
        if request.bearer is not None or scheme not in ("https", wanted):
            raise KsefProtocolError(
                "A download address is not safe to call.", code="bad_url"
            )
        return request.path

    def _headers(self, request: Request, content_type: str | None) -> dict[str, str]:
        headers = {"User-Agent": USER_AGENT, "Accept": request.accept}
        if content_type is not None:
            headers["Content-Type"] = content_type
        if not request.is_absolute:
            headers["X-Error-Format"] = "problem-details"
        if request.bearer is not None:
            headers["Authorization"] = f"Bearer {request.bearer}"
        return {**headers, **request.headers}

    def _warn(self, warning: str | None) -> None:
        if not warning:
            return
        text = redact(warning)
        _logger.warning("KSeF warns: %s", text)
        if self._on_warning is not None:
            self._on_warning(text)

    def _record(
        self,
        request: Request,
        attempt: int,
        status: int | None,
        seconds: float,
        failure: KsefError | None,
    ) -> None:
        record = RequestRecord(
            request.method,
            safe_target(request.path),
            attempt,
            status,
            seconds,
            type(failure).__name__ if failure else None,
            failure.retry_after if failure else None,
        )
        _logger.debug("%s", record)
        if self._on_request is not None:
            self._on_request(record)


def _taken(raw: requests.Response, sink: Sink | None) -> tuple[bytes, int | None]:
    if sink is None:
        return raw.content, len(raw.content)
    with raw:
        return sink.take(raw)


def _leave_alone(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared

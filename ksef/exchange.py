"""One exchange over HTTP: the request, its answer, what is noted of it.

``transport`` sends them and re-exports the names; bodies that are too large for memory
are read from, and written to, files in pieces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol

import requests

from .errors import KsefProtocolError

_PIECE = 64 * 1024
#: So much of an answer is kept to see what it is.
_HEAD = 64 * 1024


class Body(Protocol):
    """A body that is read in pieces; its length is known, so it is not chunked."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes]: ...

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        ...


@dataclass(frozen=True)
class Request:
    """One request.

    :ivar path: below the API base, or an absolute address (then without ``bearer``)
    :ivar json: body as JSON; or ``body`` with ``content_type``
    :ivar open_body: instead of them; opens a large body anew for each attempt
    """

    method: str
    path: str
    bearer: str | None = field(default=None, repr=False)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    content_type: str | None = None
    open_body: Callable[[], Body] | None = field(default=None, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    accept: str = "application/json"

    @property
    def is_absolute(self) -> bool:
        """The path is a whole address of its own."""
        return "://" in self.path

    @property
    def content(self) -> tuple[bytes | Body | None, str | None]:
        """The body and its type."""
        if self.json is not None:
            return json.dumps(self.json).encode("utf-8"), "application/json"
        if self.open_body is not None:
            return self.open_body(), self.content_type
        return self.body, self.content_type


@dataclass(frozen=True)
class Response:
    """A successful answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the decoded body.

        :raises KsefProtocolError: it is not JSON
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise KsefProtocolError(
                "The answer of KSeF is not JSON.", code="bad_answer", status=self.status
            ) from None


@dataclass(frozen=True)
class RequestRecord:
    """One attempt, for logs and figures; nothing in it is secret.

    :ivar retry_after: seconds that a refusal (429) asked for
    """

    method: str
    target: str
    attempt: int
    status: int | None
    seconds: float
    error: str | None
    retry_after: float | None = None


@dataclass(frozen=True)
class Sink:
    """Where the body of a success is written.

    :ivar start: position of its first byte in the file
    :ivar limit: bytes
    """

    file: BinaryIO
    start: int
    limit: int

    def take(self, raw: requests.Response) -> tuple[bytes, int | None]:
        """Write a success to the file; of a failure keep the beginning.

        :return: the beginning of the body, and how long the body of a success was
        :raises KsefProtocolError: ``too_large``
        :raises requests.exceptions.RequestException: the connection broke
        """
        self.file.seek(self.start)
        self.file.truncate()
        is_success, head, received = 200 <= raw.status_code < 300, b"", 0
        for piece in raw.iter_content(_PIECE):
            head = head or piece[:_HEAD]
            received += len(piece)
            if not is_success:
                # Only its first lines matter, and those are here.
                return head, None
            if received > self.limit:
                raise KsefProtocolError(
                    "The download is larger than announced.", code="too_large"
                )
            self.file.write(piece)
        return head, received if is_success else None

"""Hold requests and responses against the official OpenAPI document.

``CheckedSession`` is a ``requests.Session`` that validates every exchange below
``/v2``: responses always, requests when the simulator accepted them (a test that sends
something wrong on purpose gets a refusal). The document is read from ``shared/ksef``
beside the checkout; without it :func:`contract` is ``None`` and nothing is checked.
"""

from __future__ import annotations

import copy
import functools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

try:
    from openapi_core import Config, OpenAPI
    from openapi_core.datatypes import RequestParameters
    from openapi_core.exceptions import OpenAPIError
    from werkzeug.datastructures import Headers, ImmutableMultiDict
except ImportError:  # pragma: no cover - the check is then off
    OpenAPI = None  # type: ignore[assignment,misc]

API_PREFIX = "/v2"
_SERVER = "https://api-test.ksef.mf.gov.pl"
_VARIABLE = "KSEF_OPENAPI"


class ContractError(AssertionError):
    """An exchange is not of the documented shape."""


def document_path() -> Path | None:
    """Find the OpenAPI document: the variable, then beside the checkout."""
    named = os.environ.get(_VARIABLE)
    beside = Path(__file__).resolve().parents[2] / "shared" / "ksef" / "open-api.json"
    path = Path(named) if named else beside
    return path if path.is_file() else None


@functools.lru_cache(maxsize=1)
def contract() -> Contract | None:
    """Load the contract once per process; ``None`` where it cannot be had."""
    path = document_path()
    if path is None or OpenAPI is None:
        return None
    return Contract(json.loads(path.read_text(encoding="utf-8")))


def open_nullables(document: dict[str, Any]) -> int:
    """Let ``{allOf: [$ref], nullable: true}`` be null, as KSeF does.

    A strict validator applies the referenced schema, which forbids null. The schema is
    put in place instead, with null allowed.

    :return: number of places that were changed
    """
    schemas = copy.deepcopy(document["components"]["schemas"])
    changed = 0
    # Not a list: what is put in place is walked through as well.
    for node in _objects(document):
        if not node.get("nullable") or len(node.get("allOf", ())) != 1:
            continue
        name = node.pop("allOf")[0]["$ref"].rpartition("/")[2]
        inlined = copy.deepcopy(schemas[name])
        if "enum" in inlined:
            inlined["enum"].append(None)
        node.update({key: value for key, value in inlined.items() if key not in node})
        changed += 1
    return changed


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in list(node.values()):
            yield from _objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from _objects(value)


class _Request:
    """A sent request in the words of openapi-core."""

    def __init__(self, sent: requests.PreparedRequest) -> None:
        parts = urlsplit(sent.url or "")
        self.host_url = _SERVER
        self.path = parts.path
        self.method = (sent.method or "GET").lower()
        body = sent.body
        self.body = body.encode() if isinstance(body, str) else body
        self.content_type = sent.headers.get("Content-Type", "application/json")
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(parse_qsl(parts.query, keep_blank_values=True)),
            header=Headers(dict(sent.headers)),
            cookie=ImmutableMultiDict(),
        )


class _Response:
    """A response in the words of openapi-core."""

    def __init__(self, got: requests.Response) -> None:
        self.status_code = got.status_code
        self.headers = dict(got.headers)
        self.content_type = got.headers.get("Content-Type", "application/json")
        self.data = got.content


class Contract:
    """The official document, ready to validate against."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.patched = open_nullables(document)
        readers = {"application/xml": _text, "application/problem+json": json.loads}
        config = Config(spec_validator_cls=None, extra_media_type_deserializers=readers)
        self._openapi = OpenAPI.from_dict(document, config=config)

    def operations(self) -> list[tuple[str, str]]:
        """Return (method, path) of every operation."""
        verbs = ("get", "post", "put", "delete")
        return [
            (verb.upper(), path)
            for path, item in self.document["paths"].items()
            for verb in verbs
            if verb in item
        ]

    def check_request(self, sent: requests.PreparedRequest) -> None:
        """Validate path, parameters, bearer and body of a request.

        :raises ContractError: with the validator's findings
        """
        try:
            self._openapi.validate_request(_Request(sent))
        except OpenAPIError as error:
            raise ContractError(_story(sent, error)) from None

    def check_response(self, got: requests.Response) -> None:
        """Validate status, content type and body of a response.

        :raises ContractError: with the validator's findings
        """
        try:
            self._openapi.validate_response(_Request(got.request), _Response(got))
        except OpenAPIError as error:
            text = f"{_story(got.request, error)}\n{got.status_code} {got.text[:600]}"
            raise ContractError(text) from None


def _text(data: bytes, charset: str = "utf-8") -> str:
    return data.decode(charset)


def _story(sent: requests.PreparedRequest, error: Exception) -> str:
    """Say what failed and why, down to the schema findings."""
    lines = [f"{sent.method} {urlsplit(sent.url or '').path}: {type(error).__name__}"]
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"  {type(cause).__name__}: {str(cause)[:300]}")
        findings = list(getattr(cause, "schema_errors", ()))
        lines += [f"  {list(f.absolute_path)}: {f.message[:300]}" for f in findings]
        cause = cause.__cause__
    return "\n".join(lines)


class CheckedSession(requests.Session):
    """A session that validates every exchange with the API.

    :ivar loose: accepted requests are not validated (a test that leaves the letter of
        the contract on purpose, such as an older body that KSeF still takes)
    """

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.loose = False

    def send(
        self, request: requests.PreparedRequest, **kwargs: Any
    ) -> requests.Response:
        """Send, then validate."""
        response = super().send(request, **kwargs)
        known = contract()
        if known is None or not urlsplit(request.url or "").path.startswith(API_PREFIX):
            return response
        if response.status_code < 400 and not self.loose:
            known.check_request(request)
        known.check_response(response)
        return response

"""Page parameters and continuation tokens, the same for every list.

Source: ksef-api.md §1.3 and §1.6: ``pageOffset`` is a page number from 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from werkzeug import Response

from .errors import ApiError, Problem
from .routes import Call, json_response

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    """One page of an index-paged list."""

    offset: int
    size: int

    def of(self, items: Sequence[Item]) -> tuple[Sequence[Item], bool]:
        """Cut the page out.

        :return: the items of the page, and whether more follow
        """
        start = self.offset * self.size
        return items[start : start + self.size], len(items) > start + self.size


def read_page(call: Call, largest: int, smallest: int = 10) -> Page:
    """Read ``pageOffset`` and ``pageSize`` (default 0 and 10).

    :raises ApiError: 21405, one item per finding
    """
    findings: list[str] = []
    offset = _number(call, "pageOffset", 0, findings)
    size = _number(call, "pageSize", 10, findings)
    if offset < 0:
        findings.append("'pageOffset' must be greater than or equal to '0'.")
    if not smallest <= size <= largest:
        findings.append(
            f"'pageSize' must be between {smallest} and {largest}. You entered {size}."
        )
    if findings:
        raise ApiError.of([Problem(21405, (text,)) for text in findings])
    return Page(offset, size)


def page_response(
    cut: tuple[Sequence[Item], bool], name: str, write: Callable[[Item], dict[str, Any]]
) -> Response:
    """Answer with a page under ``name`` and ``hasMore``.

    :param cut: as :meth:`Page.of` gives it
    """
    shown, has_more = cut
    return json_response({name: [write(item) for item in shown], "hasMore": has_more})


def _number(call: Call, name: str, default: int, findings: list[str]) -> int:
    text = call.request.args.get(name)
    if text is None or text == "":
        return default
    if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit():
        findings.append(f"The value '{text}' is not valid for '{name}'.")
        return default
    return int(text)

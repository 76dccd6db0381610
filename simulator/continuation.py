"""Pages with a continuation token in ``x-continuation-token``.

The token names the last item of the page, so that items that arrive meanwhile neither
repeat nor hide others. Source: ksef-api.md §1.3, §1.6.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

from .errors import ApiError, invalid
from .routes import Call

Item = TypeVar("Item")
_MARK = b"after:"


def page_size(call: Call, smallest: int, largest: int, default: int = 10) -> int:
    """Read ``pageSize``.

    :raises ApiError: 21405 outside the bounds
    """
    text = call.request.args.get("pageSize")
    if text is None:
        return default
    if not text.isdecimal() or not smallest <= int(text) <= largest:
        raise invalid(
            f"'Page Size' must be between {smallest} and {largest}. You entered {text}."
        )
    return int(text)


def page_of(
    call: Call, items: Sequence[Item], name_of: Callable[[Item], str], size: int
) -> tuple[Sequence[Item], str | None]:
    """Cut the page that the request's token asks for.

    :param name_of: the reference by which the token names an item
    :return: the page and the token of the next one, ``None`` on the last
    :raises ApiError: 21418 for a token that this list did not give out
    """
    start = _start(call, items, name_of)
    page = items[start : start + size]
    has_more = start + size < len(items)
    return page, _token(name_of(page[-1])) if has_more else None


def _start(call: Call, items: Sequence[Item], name_of: Callable[[Item], str]) -> int:
    """Return the index where the page begins."""
    token = call.request.headers.get("x-continuation-token")
    if not token:
        return 0
    try:
        plain = base64.urlsafe_b64decode(token.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise ApiError(21418) from error
    name = plain.removeprefix(_MARK).decode("utf-8", "replace")
    for index, item in enumerate(items):
        if plain.startswith(_MARK) and name_of(item) == name:
            return index + 1
    raise ApiError(21418)


def _token(name: str) -> str:
    return base64.urlsafe_b64encode(_MARK + name.encode()).decode()

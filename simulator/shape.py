"""Check and convert JSON bodies: a table of fields in, a plain dict out.

A field table maps JSON names to checks. A check converts one value or raises
:class:`Mismatch` with every finding below it, so that one 21405 names all mistakes.
Unknown properties are ignored (conformance case 94) and an explicit null of an optional
field counts as absent, because some clients send one for every field.
Texts follow the validator of the real system ("must be between 10 and 250").
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from .clock import UTC, WARSAW
from .errors import ApiError, Problem

Check = Callable[[Any, str], Any]

_FRACTION = re.compile(r"(\.\d{6})\d+")
_REQUIRED_MARK = "_is_optional"


class Mismatch(Exception):
    """One or more findings, as texts that name the field."""

    def __init__(self, *findings: str) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


def read(body: Any, fields: Mapping[str, Check]) -> dict[str, Any]:
    """Check a whole body against a field table.

    :return: one entry per field of the table; absent optional ones are ``None`` or
        their default
    :raises ApiError: 21405, one item per finding
    """
    try:
        result: dict[str, Any] = record(fields)(body, "")
    except Mismatch as mismatch:
        problems = [Problem(21405, (finding,)) for finding in mismatch.findings]
        raise ApiError.of(problems) from None
    return result


def optional(check: Check, default: Any = None) -> Check:
    """Make a field that may be absent or null."""

    def checked(value: Any, path: str) -> Any:
        return default if value is None else check(value, path)

    setattr(checked, _REQUIRED_MARK, True)
    return checked


def record(fields: Mapping[str, Check]) -> Check:
    """Make the check of an object with the given fields."""

    def checked(value: Any, path: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Mismatch(f"'{path or 'body'}' must be a JSON object.")
        prefix = f"{path}." if path else ""
        result: dict[str, Any] = {}
        findings: list[str] = []
        for name, check in fields.items():
            try:
                result[name] = _field(check, value.get(name), prefix + name)
            except Mismatch as mismatch:
                findings.extend(mismatch.findings)
        if findings:
            raise Mismatch(*findings)
        return result

    return checked


def _field(check: Check, value: Any, path: str) -> Any:
    if value is None and not hasattr(check, _REQUIRED_MARK):
        raise Mismatch(f"'{path}' must not be empty.")
    return check(value, path)


def items(check: Check, at_least: int = 0, at_most: int | None = None) -> Check:
    """Make the check of an array; ``check`` is applied to every item."""

    def checked(value: Any, path: str) -> list[Any]:
        if not isinstance(value, list):
            raise Mismatch(f"'{path}' must be an array.")
        if len(value) < at_least or (at_most is not None and len(value) > at_most):
            raise Mismatch(
                f"'{path}' must have between {at_least} and {at_most} items."
            )
        return [check(item, f"{path}[{index}]") for index, item in enumerate(value)]

    return checked


def text(at_least: int = 0, at_most: int | None = None, pattern: str = "") -> Check:
    """Make the check of a string: its length, its pattern (matched whole)."""
    compiled = re.compile(pattern) if pattern else None

    def checked(value: Any, path: str) -> str:
        if not isinstance(value, str):
            raise Mismatch(f"'{path}' must be a string.")
        if len(value) < at_least or (at_most is not None and len(value) > at_most):
            raise Mismatch(
                f"'{path}' must be between {at_least} and {at_most} characters. "
                f"You entered {len(value)} characters."
            )
        if compiled is not None and not compiled.fullmatch(value):
            raise Mismatch(f"'{path}' is not in the correct format.")
        return value

    return checked


def choice(*names: str, any_case: bool = False) -> Check:
    """Make the check of an enumeration.

    :param any_case: take ``nip`` for ``Nip`` (the documents of the test endpoints do)
    """
    known = {name.lower(): name for name in names}

    def checked(value: Any, path: str) -> str:
        if isinstance(value, str):
            if value in names:
                return value
            if any_case and value.lower() in known:
                return known[value.lower()]
        raise Mismatch(
            f"'{path}' has a range of values which does not include '{value}'."
        )

    return checked


def integer(at_least: int | None = None, at_most: int | None = None) -> Check:
    """Make the check of a whole number within bounds."""

    def checked(value: Any, path: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Mismatch(f"'{path}' must be an integer.")
        if at_least is not None and value < at_least:
            raise Mismatch(
                f"'{path}' must be greater than or equal to '{at_least}'. "
                f"You entered {value}."
            )
        if at_most is not None and value > at_most:
            raise Mismatch(
                f"'{path}' must be less than or equal to '{at_most}'. "
                f"You entered {value}."
            )
        return value

    return checked


def number(value: Any, path: str) -> float:
    """Check a number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Mismatch(f"'{path}' must be a number.")
    return value


def boolean(value: Any, path: str) -> bool:
    """Check a truth value."""
    if not isinstance(value, bool):
        raise Mismatch(f"'{path}' must be a boolean.")
    return value


def octets(value: Any, path: str) -> bytes:
    """Check standard Base64 and return what it encodes."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Mismatch(f"'{path}' is not valid Base64.") from None


def moment(value: Any, path: str) -> datetime:
    """Check a date-time of any precision; without an offset it is Warsaw time.

    :return: aware, UTC
    Source: ksef-api.md §1.6.
    """
    try:
        cut = _FRACTION.sub(r"\1", value).replace("Z", "+00:00").replace("z", "+00:00")
        parsed = datetime.fromisoformat(_padded(cut))
    except (TypeError, ValueError):
        raise Mismatch(f"'{path}' is not a valid date-time.") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=WARSAW)
    try:
        return parsed.astimezone(UTC)
    except OverflowError:
        raise Mismatch(f"'{path}' is not a valid date-time.") from None


def day(value: Any, path: str) -> date:
    """Check a calendar day."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Mismatch(f"'{path}' is not a valid date.") from None


def _padded(value: str) -> str:
    """Fill the fraction of a second up to six digits (Python 3.10 wants 3 or 6)."""
    return re.sub(
        r"\.(\d{1,6})", lambda found: "." + found.group(1).ljust(6, "0"), value
    )

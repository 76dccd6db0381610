"""The forms that a session may be opened for. Source: ksef-api.md §1.1, §5.1, §6.1."""

from __future__ import annotations

from typing import Any

from . import shape
from .config import Config
from .errors import invalid

FormCode = tuple[str, str, str]
FORM_CODES: tuple[FormCode, ...] = (
    ("FA (2)", "1-0E", "FA"),
    ("FA (3)", "1-0E", "FA"),
    ("PEF (3)", "2-1", "PEF"),
    ("PEF_KOR (3)", "2-1", "PEF"),
    ("FA_RR (1)", "1-1E", "FA_RR"),
)
# PEF goes through interactive sessions only.
BATCH_FORM_CODES = tuple(code for code in FORM_CODES if code[2] != "PEF")
FORM_CODE = shape.record(
    {
        "systemCode": shape.text(),
        "schemaVersion": shape.text(),
        "value": shape.text(),
    }
)
_TEST_ONLY = ("FA (2)",)


def form_of(
    body: dict[str, Any], known: tuple[FormCode, ...], config: Config
) -> FormCode:
    """Return the form of an opening request, read with :data:`FORM_CODE`.

    :raises ApiError: 21405 when it is not taken here
    """
    code = body["formCode"]
    form = (code["systemCode"], code["schemaVersion"], code["value"])
    is_closed = form[0] in _TEST_ONLY and config.environment != "TEST"
    if form not in known or is_closed:
        raise invalid("Wskazany kod formularza nie jest wspierany.")
    return form

"""The vocabulary of findings: one row per code, with its English sentence.

Codes are stable; whoever speaks to a person translates by code and shows ``value``.
Sentences never hold the value itself, which may be personal data.
"""

from __future__ import annotations

from dataclasses import replace

from ..errors import Fa3Problem

Problem = Fa3Problem

ERROR = "error"
WARNING = "warning"

#: Longest piece of a document that a problem quotes.
VALUE_LIMIT = 120

#: code -> sentence; the names in braces are the facts that :func:`problem` takes.
MESSAGES = {
    # the file
    "empty": "The file is empty.",
    "too_big": "The file is larger than {limit} bytes.",
    "not_xml": "The file is not well-formed XML: {detail}",
    "not_utf8": "The file is not UTF-8, which KSeF requires.",
    "dtd": "The file has a document type declaration, which is never accepted.",
    "too_complex": "The file has too many elements, attributes or levels.",
    "not_fa": "The document is not an invoice of the FA structure.",
    "unknown_schema": "The namespace is that of no known version of FA.",
    "processing_instruction": "Processing instructions are refused by KSeF.",
    # structure
    "missing": "The element is required.",
    "too_few": "At least {minimum} elements are required.",
    "too_many": "At most {maximum} elements are allowed.",
    "choice_missing": "One of these is required: {names}.",
    "choice_conflict": "Only one of these may be given: {names}.",
    "order": "The element stands in the wrong place.",
    "unknown_element": "The element is not part of the schema.",
    "unknown_attribute": "The attribute is not part of the schema.",
    "unexpected_text": "There is text where only elements may be.",
    # values
    "wrong_type": "A value of Python type {given} can't be written here.",
    "too_short": "The text has fewer than {minimum} characters.",
    "too_long": "The text has more than {maximum} characters.",
    "bad_format": "The value does not have the required form.",
    "not_in_list": "The value is not in the list of codes.",
    "not_a_number": "The value is not a number.",
    "not_a_date": "The value is not a date.",
    "not_a_moment": "The value is not a date with time.",
    "too_many_digits": "The number is too long; {maximum} digits fit.",
    "too_many_decimals": "The number has more than {maximum} decimal places.",
    "too_small": "The value is less than {least}.",
    "too_big_value": "The value is greater than {most}.",
    "forbidden_character": "The text has a character that KSeF or XML forbids.",
    # the schema itself, run over the finished bytes
    "schema": "The official schema refuses this: {detail}",
    "schema_unusable": "The schema file can't be used: {detail}",
}


def problem(
    code: str,
    path: str = "",
    value: str | None = None,
    severity: str = ERROR,
    **facts: object,
) -> Problem:
    """Make a problem with the sentence of its code.

    :param value: the offending text; long ones are cut to :data:`VALUE_LIMIT`
    :param facts: what the sentence of this code names
    """
    if value is not None and len(value) > VALUE_LIMIT:
        value = value[: VALUE_LIMIT - 1] + "…"
    message = MESSAGES[code].format(**facts)
    return Problem(code, path, message, value, severity, tuple(facts.items()))


def below(parent: str, found: Problem) -> Problem:
    """Move a problem found inside ``parent`` to its full path."""
    path = f"{parent}/{found.path}" if found.path else parent
    return replace(found, path=path)

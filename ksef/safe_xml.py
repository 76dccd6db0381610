"""Parse XML that somebody else wrote: no entities, no DTD, no network, bounded.

Used for invoices and confirmations. What a hostile file could make expensive is
looked for in the bytes before the parser sees them; libxml2's own limits (depth,
length of texts) stay on.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Limits:
    """How much of everything a file may have; generous for any real document.

    :ivar size: bytes. KSeF accepts 1 MB, 3 MB with an attachment
    :ivar tags: opening and closing tags together
    :ivar attributes: in a single tag; older libxml2 compares them pairwise
    """

    size: int = 10_000_000
    tags: int = 1_000_000
    attributes: int = 100


DEFAULT_LIMITS = Limits()


class XmlRefused(Exception):
    """Bytes that are not parsed; the caller turns it into an error of its own.

    :ivar code: ``empty | too_big | not_utf8 | dtd | too_complex | not_xml``
    :ivar detail: the parser's words, for ``not_xml``; a line number, no content
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']""")
_DECLARATION = re.compile(r"\A<\?xml\b[^>]*\?>")
#: What is read beside UTF-8 where that is wanted; Python has a codec for each.
_OTHER_ENCODINGS = frozenset(
    ("utf-16", "iso-8859-1", "iso-8859-2", "windows-1250", "windows-1252", "cp1250")
)
_LONG_TAG = re.compile(rb"<[^<]{2000,}")
_ASSIGNMENT = re.compile(rb"""=[ \t\r\n]*["']""")


def parse_xml(
    data: bytes, limits: Limits = DEFAULT_LIMITS, *, any_encoding: bool = False
) -> etree._Element:
    """Parse bytes into an element tree without comments.

    :param any_encoding: also read UTF-16 and the encodings of Polish programs
    :return: the root; texts are as written, CDATA and character references resolved
    :raises XmlRefused: broken, hostile or too large; found in linear time, and
        before memory is spent on it
    """
    if any_encoding and len(data) <= limits.size:
        data = _as_utf8(data)
    _refuse_early(data, limits)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused("not_xml", _reason(error)) from None
    except ValueError:
        # what lxml raises for a document without a root
        raise XmlRefused("not_xml") from None
    return root


def _refuse_early(data: bytes, limits: Limits) -> None:
    """Judge the bytes alone.

    :raises XmlRefused: everything but ``not_xml``
    """
    if len(data) > limits.size:
        raise XmlRefused("too_big", str(limits.size))
    if not data.strip():
        raise XmlRefused("empty")
    if not is_utf8(data):
        raise XmlRefused("not_utf8")
    if _has_doctype(data):
        raise XmlRefused("dtd")
    if data.count(b"<") > limits.tags:
        raise XmlRefused("too_complex")
    # No tag has more than the whole file.
    suspects = _LONG_TAG.finditer(data) if data.count(b"=") > limits.attributes else ()
    for tag in suspects:
        if len(_ASSIGNMENT.findall(tag.group())) > limits.attributes:
            raise XmlRefused("too_complex")


def _as_utf8(data: bytes) -> bytes:
    """Write a document in UTF-8, so that the checks on bytes see it.

    :return: ``data`` itself where it is in no encoding of :data:`_OTHER_ENCODINGS`
    """
    declared = _DECLARED.match(data)
    name = declared.group(1).decode("ascii", "replace").lower() if declared else ""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        name = "utf-16"
    if name not in _OTHER_ENCODINGS:
        return data
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return data
    return _DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def is_utf8(data: bytes) -> bool:
    """Accept UTF-8 only: with another encoding the checks on bytes would be blind."""
    if b"\x00" in data[:1000]:
        return False
    start = data.removeprefix(BYTE_ORDER_MARK)[:1000].lstrip()
    declared = _DECLARED.match(start)
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_doctype(data: bytes) -> bool:
    """Look for a DTD where it may stand: before the root element."""
    position = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    ends = {b"<?": b"?>", b"<!--": b"-->"}
    while True:
        position = data.find(b"<", position)
        if position < 0:
            return False
        opening = data[position : position + 4]
        end = ends.get(opening) or ends.get(opening[:2])
        if end is None:
            return opening[:2] == b"<!"
        position = data.find(end, position + 2)
        if position < 0:
            return False


def _reason(error: etree.XMLSyntaxError) -> str:
    """Take line and kind of error; the parser's sentence may quote the content."""
    log: Any = error.error_log
    entry = log.last_error
    kind = entry.type_name if entry is not None else "ERR_SYNTAX"
    kind = kind.removeprefix("ERR_").replace("_", " ").lower()
    return f"line {error.lineno}: {kind}"

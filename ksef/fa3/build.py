"""From the model to bytes.

Written as text, not as a tree: that is what makes a batch of invoices fast. What the
description does not know (``Node.extra``) goes back to where it was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from ..errors import Fa3Error
from .check import check
from .lexical import WrongType
from .model import Invoice
from .plans import Item, Plan, plan, version_of
from .problems import problem
from .structure import Extra, Node
from .text import is_plain

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

#: Values of these very types are written in digits and signs, never with markup.
_UNMARKED = frozenset((Decimal, int, bool, date, datetime))

#: Writes the value of one child: its element, or all of a repeated one.
Encoder = Callable[[Any], str]


def build(invoice: Invoice) -> bytes:
    """Write an invoice as XML: UTF-8, no byte order mark, no pretty-printing.

    Facets are not judged here (:func:`~.check.check` does): a wrong value is written
    as it is, so that nothing read from a file gets lost.

    :return: the bytes to hash, send and store; the same for equal invoices
    :raises Fa3Error: a value has no written form (``wrong_type``) or holds a
        character that XML forbids (``forbidden_character``); nothing is dropped
    """
    try:
        text = _DECLARATION + _root(invoice)
    except WrongType as error:
        raise _refusal(invoice, str(error)) from None
    if not is_plain(text) and _ILLEGAL.search(text):
        raise _refusal(invoice, "str")
    return text.encode("utf-8")


def _refusal(invoice: Invoice, given: str) -> Fa3Error:
    """Find out where the value is that can't be written."""
    reasons = ("wrong_type", "forbidden_character")
    found = [one for one in check(invoice) if one.code in reasons]
    return Fa3Error(found or [problem("wrong_type", given=given)])


def _root(invoice: Invoice) -> str:
    prefixes = {address: prefix for prefix, address in invoice.declarations}
    declared = "".join(
        f' xmlns:{prefix}="{_quoted(address)}"'
        for prefix, address in invoice.declarations
    )
    attributes = _extra_attributes(invoice.extra, prefixes)
    children = _children(plan(Invoice, version_of(invoice.namespace)), invoice)
    return (
        f'<Faktura xmlns="{_quoted(invoice.namespace)}"{declared}{attributes}>'
        f"{children}</Faktura>"
    )


def _escaped(text: str) -> str:
    if not ("&" in text or "<" in text or ">" in text or "\r" in text):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _quoted(text: str) -> str:
    text = _escaped(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")


# -- encoders ------------------------------------------------------------------


@cache
def _encoders(inner: Plan) -> tuple[Encoder, ...]:
    """Make the encoders of all children, in order of ``inner.items``."""
    return tuple(
        partial(_repeated, _encoder(item)) if item.repeated else _encoder(item)
        for item in inner.items
    )


def _encoder(item: Item, attributes: str = "") -> Encoder:
    """Make the encoder of one element.

    :param attributes: written into the opening tag of a plain value
    """
    if item.plan is not None:
        return _node_encoder(item.name, item.plan)
    write = item.write
    opening, closing = f"<{item.name}{attributes}>", f"</{item.name}>"

    def encode(value: Any) -> str:
        kind = type(value)
        text = value if kind is str else write(value)
        if kind not in _UNMARKED:
            text = _escaped(text)
        return f"{opening}{text}{closing}"

    return encode


def _repeated(encode: Encoder, values: Any) -> str:
    if isinstance(values, str):
        raise WrongType("str")
    return "".join([encode(each) for each in values])


def _node_encoder(name: str, inner: Plan) -> Encoder:
    """Make the encoder of an element that has children or attributes."""
    cls = inner.cls
    has_children_only = not inner.attributes and inner.text is None

    def encode(node: Any) -> str:
        if type(node) is not cls:
            raise WrongType(type(node).__name__)
        if node.extra or not has_children_only:
            return _node(name, inner, node)
        return f"<{name}>{_children(inner, node)}</{name}>"

    return encode


def _node(name: str, inner: Plan, node: Node) -> str:
    """Write an element with attributes, own text, or unknown content."""
    attributes = "".join(
        f' {known.name}="{_quoted(known.write(value))}"'
        for known in inner.attributes
        if (value := getattr(node, known.name)) is not None
    )
    if node.extra:
        attributes += _extra_attributes(node.extra, {})
    return f"<{name}{attributes}>{_text(inner, node)}{_children(inner, node)}</{name}>"


def _text(inner: Plan, node: Node) -> str:
    """Write the own text of an element."""
    if inner.text is None or (value := getattr(node, inner.text.name)) is None:
        return ""
    return _escaped(inner.text.write(value))


def _children(inner: Plan, node: Node) -> str:
    if node.extra:
        return _children_and_extra(inner, node)
    return "".join(
        [
            encode(value)
            for encode, value in zip(_encoders(inner), inner.get(node), strict=True)
            if value is not None and value is not False
        ]
    )


# -- what the description does not know ----------------------------------------


def _children_and_extra(inner: Plan, node: Node) -> str:
    """Write the known children, each unknown one after as many as it followed."""
    written: list[str] = []
    for item, value in zip(inner.items, inner.get(node), strict=True):
        if value is None or value is False:
            continue
        for number, each in enumerate(value if item.repeated else (value,), 1):
            step = f"{item.name}[{number}]" if item.repeated else item.name
            attributes = _extra_attributes(node.extra, {}, step)
            written.append(_encoder(item, attributes)(each))
    for extra in node.extra:
        if extra.attribute is None:
            written.insert(extra.index, extra.xml)
    return "".join(written)


def _extra_attributes(
    extras: tuple[Extra, ...], prefixes: dict[str, str], of: str | None = None
) -> str:
    """Write attributes that the schema does not know, with a prefix of their own."""
    written: list[str] = []
    declared = set(prefixes)
    for number, extra in enumerate(extras):
        if extra.attribute is None or extra.of != of:
            continue
        namespace, _brace, name = extra.attribute.rpartition("}")
        namespace = namespace.lstrip("{")
        prefix = prefixes.get(namespace) or extra.prefix or f"x{number}"
        if namespace and prefix != "xml" and namespace not in declared:
            declared.add(namespace)
            written.append(f' xmlns:{prefix}="{_quoted(namespace)}"')
        name = f"{prefix}:{name}" if namespace else name
        written.append(f' {name}="{_quoted(extra.xml)}"')
    return "".join(written)

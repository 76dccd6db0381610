"""From the model to bytes.

Written as text, not as a tree: that is what makes a batch of invoices fast. What the
description does not know (``Node.extra``) goes back to where it was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
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
_SPECIAL = re.compile("[&<>\r]")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Out = Callable[[str], None]


def build(invoice: Invoice) -> bytes:
    """Write an invoice as XML: UTF-8, no byte order mark, no pretty-printing.

    Facets are not judged here (:func:`~.check.check` does): a wrong value is written
    as it is, so that nothing read from a file gets lost.

    :return: the bytes to hash, send and store; the same for equal invoices
    :raises Fa3Error: a value has no written form (``wrong_type``) or holds a
        character that XML forbids (``forbidden_character``); nothing is dropped
    """
    chunks = [_DECLARATION]
    try:
        _root(chunks.append, invoice)
    except WrongType as error:
        raise _refusal(invoice, str(error)) from None
    text = "".join(chunks)
    if not is_plain(text) and _ILLEGAL.search(text):
        raise _refusal(invoice, "str")
    return text.encode("utf-8")


def _refusal(invoice: Invoice, given: str) -> Fa3Error:
    """Find out where the value is that can't be written."""
    reasons = ("wrong_type", "forbidden_character")
    found = [one for one in check(invoice) if one.code in reasons]
    return Fa3Error(found or [problem("wrong_type", given=given)])


def _root(out: Out, invoice: Invoice) -> None:
    prefixes = {address: prefix for prefix, address in invoice.declarations}
    out(f'<Faktura xmlns="{_quoted(invoice.namespace)}"')
    for prefix, address in invoice.declarations:
        out(f' xmlns:{prefix}="{_quoted(address)}"')
    _extra_attributes(out, invoice.extra, prefixes)
    out(">")
    _children(out, plan(Invoice, version_of(invoice.namespace)), invoice)
    out("</Faktura>")


def _escaped(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace("\r", "&#13;")


def _quoted(text: str) -> str:
    text = _escaped(text).replace('"', "&quot;")
    return text.replace("\n", "&#10;").replace("\t", "&#9;")


def _node(out: Out, item: Item, inner: Plan, node: Any) -> None:
    """Write one element that has children or attributes."""
    if type(node) is not inner.cls:
        raise WrongType(type(node).__name__)
    if inner.attributes or node.extra:
        out(f"<{item.name}")
        for known in inner.attributes:
            value = getattr(node, known.name)
            if value is not None:
                out(f' {known.name}="{_quoted(known.write(value))}"')
        _extra_attributes(out, node.extra, {})
        out(">")
    else:
        out(item.open)
    if inner.text is not None and getattr(node, inner.text.name) is not None:
        out(_escaped(inner.text.write(getattr(node, inner.text.name))))
    _children(out, inner, node)
    out(item.close)


def _children(out: Out, inner: Plan, node: Node) -> None:
    if node.extra:
        _children_and_extra(out, inner, node)
        return
    for item, value in zip(inner.items, inner.get(node), strict=True):
        if value is None or value is False:
            continue
        if not item.repeated:
            _child(out, item, value)
            continue
        if isinstance(value, str):
            raise WrongType("str")
        for each in value:
            _child(out, item, each)


def _child(out: Out, item: Item, value: Any) -> None:
    if item.plan is not None:
        _node(out, item, item.plan, value)
        return
    text = item.write(value)
    if _SPECIAL.search(text):
        text = _escaped(text)
    out(f"{item.open}{text}{item.close}")


def _children_and_extra(out: Out, inner: Plan, node: Node) -> None:
    """Write the known children, each unknown one after as many as it followed."""
    written: list[str] = []
    for item, value in zip(inner.items, inner.get(node), strict=True):
        if value is None or value is False:
            continue
        for number, each in enumerate(value if item.repeated else (value,), 1):
            chunks: list[str] = []
            step = f"{item.name}[{number}]" if item.repeated else item.name
            _child(chunks.append, _with_attributes(item, node.extra, step), each)
            written.append("".join(chunks))
    for extra in node.extra:
        if extra.attribute is None:
            written.insert(extra.index, extra.xml)
    for chunk in written:
        out(chunk)


def _with_attributes(item: Item, extras: tuple[Extra, ...], step: str) -> Item:
    """Give the opening tag of a plain value the attributes that were read with it."""
    chunks: list[str] = []
    _extra_attributes(chunks.append, extras, {}, step)
    return replace(item, open=f"<{item.name}{''.join(chunks)}>") if chunks else item


def _extra_attributes(
    out: Out, extras: tuple[Extra, ...], prefixes: dict[str, str], of: str | None = None
) -> None:
    """Write attributes that the schema does not know, with a prefix of their own."""
    declared = set(prefixes)
    for number, extra in enumerate(extras):
        if extra.attribute is None or extra.of != of:
            continue
        namespace, _brace, name = extra.attribute.rpartition("}")
        namespace = namespace.lstrip("{")
        prefix = prefixes.get(namespace) or extra.prefix or f"x{number}"
        if namespace and prefix != "xml" and namespace not in declared:
            declared.add(namespace)
            out(f' xmlns:{prefix}="{_quoted(namespace)}"')
        name = f"{prefix}:{name}" if namespace else name
        out(f' {name}="{_quoted(extra.xml)}"')

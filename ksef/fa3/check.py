"""Judge a model: structure and facets as the official schema would.

Sums and the accountant's rules are not here; the schema knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import codes
from .lexical import WrongType
from .model import Invoice
from .plans import Item, Plan, plan, version_of
from .problems import ERROR, WARNING, Problem, below, problem
from .structure import Extra, Node

#: Attributes that any document may have on its root; harmless.
_SCHEMA_HINTS = frozenset(
    f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}"
    for name in ("schemaLocation", "noNamespaceSchemaLocation")
)


def check(invoice: Invoice) -> list[Problem]:
    """Tell what is wrong with an invoice, whether filled or read.

    :return: problems in document order, first those that ``parse`` noticed (an
        element in the wrong place can't be seen in the value); empty when the official
        schema would accept what ``build`` writes. Never raises.
    """
    found = list(invoice.problems)
    if invoice.namespace not in (codes.NAMESPACE_FA3, codes.NAMESPACE_FA2):
        found.append(problem("unknown_schema", value=invoice.namespace))
    _children(found, plan(Invoice, version_of(invoice.namespace)), invoice)
    return list(dict.fromkeys(found)) if invoice.problems else found


def extra_problem(extra: Extra) -> Problem:
    """Make the problem of a piece that the description does not know."""
    if extra.attribute is None:
        code = "unknown_element" if extra.xml.startswith("<") else "unexpected_text"
        return problem(code, _name(extra.xml), value=extra.xml)
    severity = WARNING if extra.attribute in _SCHEMA_HINTS else ERROR
    where, name = extra.of or "", extra.attribute
    return problem("unknown_attribute", where, value=name, severity=severity)


def _name(xml: str) -> str:
    """Read the name of the first element of a fragment, without its prefix."""
    if not xml.startswith("<"):
        return ""
    start = xml[1:201].replace("/", " ").replace(">", " ").split()
    return start[0].rpartition(":")[2] if start else ""


def _node(inner: Plan, node: Any) -> list[Problem]:
    if type(node) is not inner.cls:
        return [problem("wrong_type", given=type(node).__name__)]
    found: list[Problem] = []
    own = (*inner.attributes, inner.text) if inner.text else inner.attributes
    for known in own:
        value = getattr(node, known.name)
        code = "missing" if value is None else None
        one = problem(code) if code else _simple(known, value)
        if one:
            found.append(
                below(f"@{known.name}" if known is not inner.text else "", one)
            )
    _children(found, inner, node)
    return found


def _children(found: list[Problem], inner: Plan, node: Node) -> None:
    """Judge the children of a node; paths are relative to it."""
    found.extend(extra_problem(extra) for extra in node.extra)
    values = inner.get(node)
    for item, value in zip(inner.items, values, strict=True):
        if value is None or value is False:
            if item.required:
                found.append(problem("missing", item.name))
        elif item.repeated:
            found.extend(_repeated(item, value))
        elif item.maximum == 0:
            found.append(problem("unknown_element", item.name))
        elif item.plan is None:
            one = _simple(item, value)
            if one:
                found.append(below(item.name, one))
        else:
            inside = _node(item.plan, value)
            if inside:
                found.extend(below(item.name, one) for one in inside)
    for group in inner.groups:
        found.extend(group.problems(values))


def _repeated(item: Item, value: Any) -> Iterator[Problem]:
    if not isinstance(value, tuple | list):
        yield problem("wrong_type", item.name, given=type(value).__name__)
        return
    if not value and item.required:
        yield problem("missing", item.name)
    if len(value) > item.maximum:
        yield problem("too_many", item.name, maximum=item.maximum)
    for number, each in enumerate(value, 1):
        if item.plan is None:
            one = _simple(item, each)
            inside = [one] if one else []
        else:
            inside = _node(item.plan, each)
        for one in inside:
            yield below(f"{item.name}[{number}]", one)


def _simple(item: Item, value: Any) -> Problem | None:
    try:
        return item.check(item.write(value))
    except WrongType as error:
        return problem("wrong_type", given=error)

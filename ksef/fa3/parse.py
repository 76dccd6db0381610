"""From bytes to the model, without loss.

A known element becomes its field; anything else is kept as :class:`Extra` where it
stood and reported. Nothing is judged but the structure; values are for ``check``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from ..errors import Fa3Error
from ..safe_xml import DEFAULT_LIMITS, Limits, XmlRefused, is_utf8, parse_xml
from . import codes
from .check import extra_problem
from .lexical import BLANKS
from .model import Invoice
from .plans import Item, Plan, plan, version_of
from .problems import Problem, below, problem
from .structure import Extra, Node

#: A document with more surprises than that is no invoice.
MAX_PROBLEMS = 5_000
#: Elements with children; 10 000 rows of everything are far below.
MAX_NODES = 200_000

_XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
#: Documents whose root is also called ``Faktura``, but which are something else.
_OTHER_FORMS = ("FA_RR",)


def parse(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Invoice:
    """Read an FA(3) or FA(2), also a broken, hand-made or future one.

    :param data: XML as downloaded or uploaded
    :param limits: how big and how complex it may be
    :return: the invoice; ``problems`` says what did not fit the schema's structure
        (unknown, repeated or misplaced elements). ``build`` gives the document back.
    :raises Fa3Error: not XML, hostile XML, or no invoice of the FA structure
    """
    try:
        root = parse_xml(data, limits, any_encoding=True)
    except XmlRefused as refused:
        found = problem(refused.code, detail=refused.detail, limit=limits.size)
        raise Fa3Error([found]) from None
    name = etree.QName(root)
    namespace = name.namespace or ""
    if name.localname != "Faktura" or _form(root) in _OTHER_FORMS:
        raise Fa3Error([problem("not_fa")])
    reading = _Reading(f"{{{namespace}}}" if namespace else "", limits.size)
    if not is_utf8(data):
        reading.report(problem("not_utf8"))
    if _has_instruction(root):
        reading.report(problem("processing_instruction"))
    if namespace not in (codes.NAMESPACE_FA3, codes.NAMESPACE_FA2):
        reading.report(problem("unknown_schema", value=namespace))
    values = reading.values(plan(Invoice, version_of(namespace)), root)
    return Invoice(
        namespace=namespace,
        declarations=_declarations(root, namespace),
        problems=tuple(reading.problems),
        **values,
    )


def _has_instruction(root: etree._Element) -> bool:
    """Look for processing instructions in and around the document.

    Not by XPath: it sorts what it finds, in quadratic time for such nodes.
    """
    kind = etree.ProcessingInstruction
    around = (root.getprevious(), root.getnext())
    return any(one is not None and one.tag is kind for one in around) or any(
        True for _one in root.iter(kind)
    )


def _form(root: etree._Element) -> str:
    """Read what kind of form the document says it is."""
    return (root.findtext("./{*}Naglowek/{*}KodFormularza") or "").strip()


def _declarations(root: etree._Element, namespace: str) -> tuple[tuple[str, str], ...]:
    """Collect the namespaces that the root declares beside the schema's own."""
    return tuple(
        (prefix, address)
        for prefix, address in root.nsmap.items()
        if prefix is not None and address != namespace
    )


@dataclass
class _Reading:
    """The reading of one document.

    :ivar prefix: namespace of the known elements in Clark notation
    :ivar room: characters of unknown content that may still be kept; each piece
        repeats the namespace declarations around it
    :ivar where: names of the elements that are being read, outermost first
    """

    prefix: str
    room: int
    nodes: int = 0
    problems: list[Problem] = field(default_factory=list)
    where: list[str] = field(default_factory=list)

    def report(self, found: Problem) -> None:
        """Add a problem at the place that is being read.

        :raises Fa3Error: there are more than :data:`MAX_PROBLEMS`
        """
        if len(self.problems) >= MAX_PROBLEMS:
            raise Fa3Error([problem("too_complex")])
        path = "/".join(self.where)
        self.problems.append(below(path, found) if path else found)

    def keep(self, extra: Extra) -> None:
        """Report a piece that the description does not know.

        :raises Fa3Error: there is more of that than the whole document may have
        """
        self.room -= len(extra.xml)
        if self.room < 0:
            raise Fa3Error([problem("too_complex")])
        self.report(extra_problem(extra))

    def values(self, inner: Plan, element: etree._Element) -> dict[str, Any]:
        """Read the children and attributes of an element into field values."""
        children = _Children(self, inner)
        children.attributes(element)
        if inner.text is not None:
            children.found[inner.text.name] = inner.text.read(element.text or "")
        else:
            children.text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                children.element(child)
            children.text(child.tail)
        return children.result()

    def node(self, name: str, inner: Plan, element: etree._Element) -> Node:
        """Read one element with children; ``name`` is its step in the path.

        :raises Fa3Error: there are more than :data:`MAX_NODES`
        """
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Fa3Error([problem("too_complex")])
        self.where.append(name)
        values = self.values(inner, element)
        self.where.pop()
        return inner.cls(**values)


@dataclass
class _Children:
    """What one element contains, while it is being read."""

    reading: _Reading
    plan: Plan
    found: dict[str, Any] = field(default_factory=dict)
    extra: list[Extra] = field(default_factory=list)
    count: int = 0
    last: int = -1

    def element(self, child: etree._Element) -> None:
        """Take a child element: a known one into its field, else into ``extra``."""
        tag: str = child.tag
        prefix = self.reading.prefix
        item = None
        if tag.startswith(prefix):
            item = self.plan.by_name.get(tag[len(prefix) :])
        if item is None or (not item.repeated and item.name in self.found):
            self.keep(child, item)
        elif item.plan is None and len(child) and _has_elements(child):
            self.keep(child, None)
        else:
            self.take(item, child)
        self.count += 1

    def take(self, item: Item, child: etree._Element) -> None:
        """Put a known child into its field."""
        if item.place < self.last:
            self.reading.report(problem("order", item.name))
        self.last = max(self.last, item.place)
        if not item.repeated:
            self.found[item.name] = self.value(item, child, item.name)
            return
        row = self.found.setdefault(item.name, [])
        row.append(self.value(item, child, f"{item.name}[{len(row) + 1}]"))

    def value(self, item: Item, child: etree._Element, step: str) -> Any:
        """Read the value of a known child; ``step`` is its part of the path."""
        if item.plan is not None:
            return self.reading.node(step, item.plan, child)
        for name, value in child.items():
            self.add(_attribute(child, str(name), str(value), step))
        text = child.text or ""
        if len(child):
            # What an instruction (reported for the whole document) cuts is one text.
            text += "".join(one.tail or "" for one in child)
        return item.read(text)

    def keep(self, child: etree._Element, known: Item | None) -> None:
        """Keep a child that has no place in the model."""
        xml = etree.tostring(child, encoding="unicode", with_tail=False)
        if known is not None:
            self.reading.report(problem("too_many", known.name, maximum=1))
        self.add(Extra(self.count, xml))

    def add(self, extra: Extra) -> None:
        """Keep a piece and report it."""
        self.reading.keep(extra)
        self.extra.append(extra)

    def text(self, text: str | None) -> None:
        """Keep text that stands between elements."""
        if text and text.strip(BLANKS):
            escaped = text.replace("&", "&amp;").replace("<", "&lt;")
            self.add(Extra(self.count, escaped))
            self.count += 1

    def attributes(self, element: etree._Element) -> None:
        """Take the attributes."""
        known = {item.name: item for item in self.plan.attributes}
        for name, value in element.items():
            if str(name) in known:
                self.found[str(name)] = known[str(name)].read(str(value))
            else:
                self.add(_attribute(element, str(name), str(value)))

    def result(self) -> dict[str, Any]:
        """Give the field values; absent ones are left to their defaults."""
        values = {**self.plan.blank, **self.found}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = tuple(value)
        if self.extra:
            values["extra"] = tuple(self.extra)
        return values


def _has_elements(element: etree._Element) -> bool:
    """Tell whether an element has children that are no instructions."""
    return any(isinstance(one.tag, str) for one in element)


def _attribute(
    element: etree._Element, name: str, value: str, of: str | None = None
) -> Extra:
    """Keep an attribute with the prefix that it was written with."""
    namespace = etree.QName(name).namespace
    known = {"xml": _XML_NAMESPACE, **element.nsmap}
    prefixes = (p for p, address in known.items() if address == namespace)
    prefix = next(filter(None, prefixes), None) if namespace else None
    return Extra(0, value, name, of, prefix)

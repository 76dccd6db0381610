"""The parts of a picture, and the walk that makes them of any element of FA.

The walk follows the compiled structure, so that nothing of a document is left out:
what has no place of its own in ``fa3_picture`` gets one here.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from ...ksef.fa3 import model
from ...ksef.fa3.plans import plan, version_of
from .fa3_labels import LABELS

#: Shown as a part of what they belong to, without a heading of their own.
_MERGED = {
    "DaneIdentyfikacyjne",
    "DaneKontaktowe",
    "TerminOpis",
    "OkresFa",
    "Zwolnienie",
    "PMarzy",
    "Informacje",
}
#: an element with a text only, as it was kept: its name, its text.
_LEAF = re.compile(r"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*)?>([^<]*)</[^<>]*>")
#: columns with numbers, to be set to the right.
_NUMERIC = ("P_8B", "P_9", "P_10", "P_11", "P_15", "Kwota", "KursWaluty", "Udzial")


@dataclass(slots=True)
class Fact:
    """A label and its value, in lines."""

    label: str
    lines: list[str]
    link: str = ""


@dataclass(slots=True)
class Column:
    label: str
    is_number: bool = False
    is_date: bool = False


@dataclass(slots=True)
class Cell:
    """A cell: its text, and smaller facts below it."""

    text: str
    facts: list[Fact] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A table; ``former`` has the numbers of the rows that were before a correction."""

    title: str
    columns: list[Column]
    rows: list[list[Cell]]
    former: set[int] = field(default_factory=set)
    footer: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """A titled part of the picture."""

    title: str
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    blocks: list["Block"] = field(default_factory=list)

    def __bool__(self):
        return bool(self.facts or self.tables or self.blocks)

    def absorb(self, other):
        """Take over the content of another block."""
        self.facts += other.facts
        self.tables += other.tables
        self.blocks += other.blocks


class Walk:
    """Makes blocks of elements.

    :ivar values: ``Values``: labels and texts in one language
    """

    def __init__(self, values, namespace):
        self.values = values
        self.version = version_of(namespace)

    def block(self, node, title, skip=(), *, extras=True):
        """Return everything in an element as a block.

        :param skip: names of children that are shown elsewhere
        :param extras: also what is no part of the structure
        """
        block = Block(title)
        for item in plan(type(node), self.version).items:
            if item.name not in skip:
                self._add(block, node, item)
        for extra in node.extra if extras else ():
            block.facts.append(self.extra(extra))
        return block

    def extra(self, found):
        """Return what is no part of the structure, by name where it has one.

        An invoice VAT RR has elements that FA does not know.
        """
        element = _LEAF.fullmatch(found.xml)
        if element and f"RR.{element[1]}" in LABELS:
            label = self.values.label(element[1], "RR")
            return Fact(label, [unescape(element[2])])
        return Fact(self.values.label("unknown"), [found.xml])

    def facts(self, node, names):
        """Return the given plain children of an element as facts."""
        block = Block("")
        for item in plan(type(node), self.version).items:
            if item.name in names:
                self._add(block, node, item)
        return block.facts

    def _add(self, block, node, item):
        value = getattr(node, item.name)
        if value is None or value is False or value == ():
            return
        label = self.values.label(item.name, type(node).__name__)
        kind = self._kind(node, item)
        if isinstance(value, tuple):
            self._add_many(block, item, label, value, kind)
        elif isinstance(value, model.TAdres):
            self._add_address(block, label, value)
        elif not isinstance(value, model.Node):
            block.facts.append(self._fact(item.name, label, (value,), kind))
        elif item.name in _MERGED:
            block.absorb(self.block(value, ""))
        else:
            block.blocks.append(self.block(value, label))

    def _add_many(self, block, item, label, values, kind):
        if not isinstance(values[0], model.Node):
            block.facts.append(self._fact(item.name, label, values, kind))
        elif isinstance(values[0], model.TAdres):
            for value in values:
                self._add_address(block, label, value)
        elif item.name in _MERGED:
            for value in values:
                block.absorb(self.block(value, ""))
        elif self._is_flat(values):
            block.tables.append(self.table(values, label))
        else:
            for place, value in enumerate(values, 1):
                title = f"{label} {place}" if len(values) > 1 else label
                block.blocks.append(self.block(value, title))

    def _fact(self, name, label, values, kind):
        lines = [self.values.text(name, value, kind) for value in values]
        link = values[0] if name == "LinkDoPlatnosci" else ""
        is_safe = isinstance(link, str) and link.startswith("https://")
        return Fact(label, lines, link if is_safe else "")

    def _add_address(self, block, label, address):
        lines = [address.AdresL1, address.AdresL2, address.KodKraju]
        block.facts.append(Fact(label, [line for line in lines if line]))
        if address.GLN:
            block.facts.append(Fact(self.values.label("GLN"), [address.GLN]))
        for extra in address.extra:
            block.facts.append(self.extra(extra))

    def _kind(self, node, item):
        """Return the simple type of a child, ``None`` for one with children."""
        spec = type(node).__dataclass_fields__[item.name].metadata["spec"]
        return spec.type

    # -- tables ----------------------------------------------------------------
    def _is_flat(self, nodes):
        """Tell whether elements have plain children only, or merged ones of such."""
        return all(self._is_plain(item) for item in self._items(nodes[0])) and not any(
            node.extra for node in nodes
        )

    def _is_plain(self, item):
        if item.plan is None:
            return not item.repeated
        return item.name in _MERGED and all(map(self._is_plain, item.plan.items))

    def _items(self, node):
        return plan(type(node), self.version).items

    def table(self, nodes, title, details=()):
        """Return like elements as a table; columns that are empty throughout go.

        :param details: children written small below the main text of the row
        """
        names = [
            item.name
            for item in self._items(nodes[0])
            if any(_is_set(getattr(node, item.name)) for node in nodes)
        ]
        columns = [name for name in names if name not in details]
        owner = type(nodes[0]).__name__
        table = Table(
            title,
            [
                Column(self.values.label(name, owner), name.startswith(_NUMERIC))
                for name in columns
            ],
            [],
        )
        for place, node in enumerate(nodes):
            table.rows.append([self._cell(node, name) for name in columns])
            if getattr(node, "StanPrzed", None) or getattr(node, "StanPrzedZ", None):
                table.former.add(place)
        return table

    def _cell(self, node, name):
        item = plan(type(node), self.version).by_name[name]
        value = getattr(node, name)
        if not _is_set(value):
            return Cell("")
        if isinstance(value, model.Node):
            facts = self.block(value, "").facts
            return Cell(" ".join(line for fact in facts for line in fact.lines))
        return Cell(self.values.text(name, value, self._kind(node, item)))


def _is_set(value):
    return value is not None and value is not False and value != ()

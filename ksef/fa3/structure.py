"""How the structure is described: the words that ``model`` is written in.

A class of the model is one complex type of the schema; its fields, in the schema's
order, say element name, type and cardinality; ``groups`` says which of them form a
choice or a sequence that is present as a whole. ``plans`` compiles that once into
what ``build``, ``parse`` and ``check`` run on, so the three can't disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from .facets import SimpleType


class Role(Enum):
    """Where a value of the model is written."""

    ELEMENT = "child element"
    ATTRIBUTE = "attribute"
    TEXT = "text of the element itself"


@dataclass(frozen=True, slots=True)
class Spec:
    """Metadata of one field: type, place and cardinality (``maximum`` inclusive)."""

    type: SimpleType | type[Node]
    minimum: int
    maximum: int
    role: Role = Role.ELEMENT
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Extra:
    """Content that the description does not know, kept as it was read.

    :ivar index: how many child elements stand before it in its parent
    :ivar xml: the element (or stray text) as XML, or the value of an attribute
    :ivar attribute: name in Clark notation when it is an attribute, else ``None``
    :ivar of: the child with a plain value that has the attribute (``P_2``, ``WZ[1]``);
        ``None``: the element itself
    :ivar prefix: the prefix of an attribute in a namespace
    """

    index: int
    xml: str
    attribute: str | None = None
    of: str | None = None
    prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One complex element. Absent children are ``None``, repeated ones tuples.

    :cvar groups: choices and optional sequences over the fields. ``"(A B?)"`` is not
        needed for plain fields; ``"(A | B C)"`` is a choice, a trailing ``?`` makes a
        group optional, nesting is allowed. Cardinality of a field is its own.
    :ivar extra: content beyond the description, in document order
    """

    groups: ClassVar[tuple[str, ...]] = ()

    extra: tuple[Extra, ...] = ()


def one(kind: SimpleType | type[Node], default: Any = None) -> Any:
    """Declare an element that must be there exactly once (within its group)."""
    return field(default=default, metadata={"spec": Spec(kind, 1, 1)})


def opt(kind: SimpleType | type[Node]) -> Any:
    """Declare an element that may be absent."""
    return field(default=None, metadata={"spec": Spec(kind, 0, 1)})


def many(kind: SimpleType | type[Node], minimum: int, maximum: int) -> Any:
    """Declare a repeated element; its value is a tuple, empty when absent."""
    spec = Spec(kind, minimum, maximum, repeated=True)
    return field(default=(), metadata={"spec": spec})


def attribute(kind: SimpleType, default: str | None = None) -> Any:
    """Declare a required attribute of the element."""
    spec = Spec(kind, 1, 1, Role.ATTRIBUTE)
    return field(default=default, metadata={"spec": spec})


def content(kind: SimpleType, default: str | None = None) -> Any:
    """Declare the text of an element that also has attributes."""
    spec = Spec(kind, 1, 1, Role.TEXT)
    return field(default=default, metadata={"spec": spec})

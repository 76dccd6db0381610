"""Choices and optional sequences over the fields of one element.

The schema nests them; the model is flat. An expression such as
``"(NIP | KodUE NrVatUE | KodKraju NrID | BrakID)"`` says which fields belong
together; :func:`compile_group` turns it into a check of which ones are present.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .problems import Problem, problem

_WORDS = re.compile(r"[()|?]|\w+")


@dataclass(frozen=True, slots=True)
class Member:
    """A field inside a group: its place among the fields and its own minimum."""

    name: str
    place: int
    required: bool

    def present(self, values: Sequence[Any]) -> bool:
        """Tell whether the field has a value (``False`` counts as absent)."""
        value = values[self.place]
        return value is not None and value is not False and value != ()

    def problems(self, values: Sequence[Any]) -> Iterator[Problem]:
        """Report the field when its sequence is there and it is not."""
        if self.required and not self.present(values):
            yield problem("missing", self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Name the element that starts this part."""
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Series:
    """Parts that are there together, in this order."""

    parts: tuple[Part, ...]
    optional: bool = False

    def present(self, values: Sequence[Any]) -> bool:
        """Tell whether any part is there."""
        return any(part.present(values) for part in self.parts)

    def problems(self, values: Sequence[Any]) -> Iterator[Problem]:
        """Report what is missing, unless the whole may be absent and is."""
        if self.optional and not self.present(values):
            return
        for part in self.parts:
            yield from part.problems(values)

    @property
    def names(self) -> tuple[str, ...]:
        """Name the element that starts this part."""
        for part in self.parts:
            if not isinstance(part, Member) or part.required:
                return part.names
        return self.parts[0].names


@dataclass(frozen=True, slots=True)
class Choice:
    """Parts of which exactly one is there (or none, when optional)."""

    parts: tuple[Part, ...]
    optional: bool = False

    def present(self, values: Sequence[Any]) -> bool:
        """Tell whether any alternative is there."""
        return any(part.present(values) for part in self.parts)

    def problems(self, values: Sequence[Any]) -> Iterator[Problem]:
        """Report none or several alternatives, else what the one lacks."""
        present = [part for part in self.parts if part.present(values)]
        if len(present) == 1:
            yield from present[0].problems(values)
        elif present:
            names = " / ".join(_present_name(part, values) for part in present)
            yield problem("choice_conflict", names=names, value=names)
        elif not self.optional:
            names = " / ".join(self.names)
            yield problem("choice_missing", names=names, value=names)

    @property
    def names(self) -> tuple[str, ...]:
        """Name the first element of every alternative."""
        return tuple(name for part in self.parts for name in part.names)


Part = Member | Series | Choice


def _members(part: Part) -> Iterator[Member]:
    if isinstance(part, Member):
        yield part
    else:
        for inner in part.parts:
            yield from _members(inner)


def _present_name(part: Part, values: Sequence[Any]) -> str:
    return next(member.name for member in _members(part) if member.present(values))


def compile_group(expression: str, members: Mapping[str, Member]) -> Part:
    """Compile one expression of ``Node.groups``.

    :param members: fields by name; the expression may name no other
    """
    words = _WORDS.findall(expression)
    position = 1  # after the first parenthesis

    def alternatives() -> Part:
        nonlocal position
        choices: list[Part] = []
        parts: list[Part] = []
        while words[position] != ")":
            word = words[position]
            position += 1
            if word == "(":
                parts.append(alternatives())
            elif word == "|":
                choices.append(_series(parts))
                parts = []
            else:
                parts.append(members[word])
        position += 1
        optional = position < len(words) and words[position] == "?"
        position += optional
        if not choices:
            return Series(tuple(parts), optional)
        return Choice((*choices, _series(parts)), optional)

    return alternatives()


def _series(parts: list[Part]) -> Part:
    return parts[0] if len(parts) == 1 else Series(tuple(parts))

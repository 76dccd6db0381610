"""What ``build``, ``parse`` and ``check`` run on: the description, compiled once.

One :class:`Plan` per class of the model and version of the schema. FA(2) is the same
structure with the differences of :data:`FA2`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

from . import codes
from . import facets as ft
from .facets import SimpleType
from .groups import Member, Part, compile_group
from .lexical import Reader, Writer, reader, writer
from .structure import Node, Role, Spec
from .values import Check, checker


class Version(Enum):
    """A version of the schema that has a plan; the value is its namespace."""

    FA3 = codes.NAMESPACE_FA3
    FA2 = codes.NAMESPACE_FA2


def version_of(namespace: str) -> Version:
    """Choose the plan for a namespace; an unknown one is read like FA(3)."""
    return Version.FA2 if namespace == codes.NAMESPACE_FA2 else Version.FA3


#: The schema says "unbounded".
UNBOUNDED = 10**9

#: Class and field -> what is different in FA(2): type, minimum, maximum (0: absent).
#: Source: schemat_FA(2)_v1-0E.xsd compared with schemat_FA(3)_v1-0E.xsd.
FA2: dict[tuple[str, str], dict[str, Any]] = {
    ("KodFormularza", "kodSystemowy"): {"type": ft.TKodSystemowyFA2},
    ("Naglowek", "WariantFormularza"): {"type": ft.TWariantFormularzaFA2},
    ("Naglowek", "DataWytworzeniaFa"): {"type": ft.TDataWytworzeniaFA2},
    ("TPodmiot2", "NrID"): {"type": ft.TNrIDFA2},
    ("TPodmiot3", "NrID"): {"type": ft.TNrIDFA2},
    ("Podmiot2", "JST"): {"minimum": 0, "maximum": 0},
    ("Podmiot2", "GV"): {"minimum": 0, "maximum": 0},
    ("Podmiot3", "Adres"): {"minimum": 1},
    ("Podmiot3", "Rola"): {"type": ft.TRolaPodmiotu3FA2},
    ("Fa", "KodWaluty"): {"type": ft.TKodWalutyFA2},
    ("Fa", "DaneFaKorygowanej"): {"maximum": UNBOUNDED},
    ("FaWiersz", "P_7"): {"type": ft.TZnakowy},
    ("FaWiersz", "P_12"): {"type": ft.TStawkaPodatkuFA2},
    ("ZamowienieWiersz", "P_7Z"): {"type": ft.TZnakowy},
    ("ZamowienieWiersz", "P_12Z"): {"type": ft.TStawkaPodatkuFA2},
    ("ZaplataCzesciowa", "FormaPlatnosci"): {"minimum": 0, "maximum": 0},
    ("ZaplataCzesciowa", "PlatnoscInna"): {"minimum": 0, "maximum": 0},
    ("ZaplataCzesciowa", "OpisPlatnosci"): {"minimum": 0, "maximum": 0},
    ("TerminPlatnosci", "Termin"): {"minimum": 1},
    ("TerminPlatnosci", "TerminOpis"): {"type": ft.TZnakowy},
    ("Platnosc", "ZnacznikZaplatyCzesciowej"): {"type": ft.TZnacznikFA2},
    ("Platnosc", "LinkDoPlatnosci"): {"maximum": 0},
    ("Platnosc", "IPKSeF"): {"maximum": 0},
    ("TRachunekBankowy", "NrRB"): {"type": ft.TNrRBFA2},
    ("Umowy", "DataUmowy"): {"type": ft.TData},
    ("Zamowienia", "DataZamowienia"): {"type": ft.TData},
    ("WarunkiTransakcji", "WalutaUmowna"): {"type": ft.TKodWalutyFA2},
    ("Invoice", "Zalacznik"): {"maximum": 0},
}


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One child element of a node, ready to run.

    :ivar plan: the plan of the child when it is an element with children
    :ivar required: it must be there whatever else is (outside every group)
    """

    name: str
    place: int
    minimum: int
    maximum: int
    required: bool
    repeated: bool
    plan: Plan | None
    read: Reader
    write: Writer
    check: Check


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One complex element, ready to run.

    :ivar cls: the very class of its values
    :ivar get: reads all child values of a node at once, in order of ``items``
    :ivar blank: fields whose default must not survive when the file lacks them
    :ivar attributes: (name, item) of the attributes; ``text`` of the own text
    """

    cls: type[Node]
    items: tuple[Item, ...]
    by_name: dict[str, Item]
    get: Callable[[Any], Sequence[Any]]
    groups: tuple[Part, ...]
    blank: dict[str, None]
    attributes: tuple[Item, ...]
    text: Item | None


def specs(cls: type[Node], version: Version) -> dict[str, Spec]:
    """Read the description of a class, with what is different in ``version``."""
    found: dict[str, Spec] = {}
    for entry in fields(cls):
        spec = entry.metadata.get("spec")
        if spec is None:
            continue
        if version is Version.FA2:
            spec = replace(spec, **FA2.get((cls.__name__, entry.name), {}))
        found[entry.name] = spec
    return found


def _item(
    name: str, place: int, spec: Spec, version: Version, grouped: bool = False
) -> Item:
    kind: Any = spec.type
    simple = kind if isinstance(kind, SimpleType) else ft.TZnakowy
    return Item(
        name=name,
        place=place,
        minimum=spec.minimum,
        maximum=spec.maximum,
        required=bool(spec.minimum) and not grouped,
        repeated=spec.repeated,
        plan=None if isinstance(kind, SimpleType) else plan(kind, version),
        read=reader(simple),
        write=writer(simple),
        check=checker(simple),
    )


def _getter(items: Sequence[Item]) -> Callable[[Any], Sequence[Any]]:
    if len(items) > 1:
        return attrgetter(*(item.name for item in items))
    # attrgetter of one name gives the bare value
    return lambda node: tuple(getattr(node, item.name) for item in items)


@cache
def plan(cls: type[Node], version: Version) -> Plan:
    """Compile one class of the model, with all below it, for one version."""
    described = specs(cls, version)
    elements = {n: s for n, s in described.items() if s.role is Role.ELEMENT}
    grouped = {name for text in cls.groups for name in _names(text)}
    items = tuple(
        _item(name, place, spec, version, name in grouped)
        for place, (name, spec) in enumerate(elements.items())
    )
    members = {
        item.name: Member(item.name, item.place, item.minimum > 0) for item in items
    }
    present = {item.name for item in items if item.maximum}
    own = {
        n: _item(n, 0, s, version) for n, s in described.items() if n not in elements
    }
    return Plan(
        cls=cls,
        items=items,
        by_name={item.name: item for item in items},
        get=_getter(items),
        groups=tuple(
            compile_group(text, members)
            for text in cls.groups
            if present.intersection(_names(text))
        ),
        blank={
            entry.name: None
            for entry in fields(cls)
            if entry.name in described and entry.default not in (None, (), MISSING)
        },
        attributes=tuple(own[n] for n in own if described[n].role is Role.ATTRIBUTE),
        text=next((own[n] for n in own if described[n].role is Role.TEXT), None),
    )


def _names(expression: str) -> list[str]:
    return "".join(c if c.isalnum() or c == "_" else " " for c in expression).split()

"""Footer and attachment (Zalacznik) of an invoice.

Source: schemat_FA(3)_v1-0E.xsd, Stopka and Zalacznik (the latter since FA(3)).
"""

# ruff: noqa: RUF009 - one, opt and many make dataclass fields (structure.py)
from __future__ import annotations

from dataclasses import dataclass

from . import attachment as own  # see ``parties`` for the reason
from . import facets as ft
from .structure import Node, attribute, many, one, opt


@dataclass(frozen=True, slots=True, kw_only=True)
class Informacje(Node):
    """A text of the footer."""

    StopkaFaktury: str | None = opt(ft.TTekstowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejestry(Node):
    """Numbers in other registers."""

    PelnaNazwa: str | None = opt(ft.TZnakowy)
    KRS: str | None = opt(ft.TNrKRS)
    REGON: str | None = opt(ft.TNrREGON)
    BDO: str | None = opt(ft.TBDO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopka(Node):
    """The footer."""

    Informacje: tuple[own.Informacje, ...] = many(Informacje, 0, 3)
    Rejestry: tuple[own.Rejestry, ...] = many(Rejestry, 0, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaDane(Node):
    """A key and value of a block."""

    ZKlucz: str | None = one(ft.TZnakowy)
    ZWartosc: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tekst(Node):
    """Paragraphs of a block."""

    Akapit: tuple[str, ...] = many(ft.TZnakowy512, 1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class TMetaDane(Node):
    """A key and value of a table."""

    TKlucz: str | None = one(ft.TZnakowy)
    TWartosc: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kol(Node):
    """A column: title and type (``codes.COLUMN_TYPES``)."""

    Typ: str | None = attribute(ft.TTypKolumny)
    NKom: str | None = one(ft.TZnakowy2)


@dataclass(frozen=True, slots=True, kw_only=True)
class TNaglowek(Node):
    """The columns of a table."""

    Kol: tuple[own.Kol, ...] = many(Kol, 1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiersz(Node):
    """A row of a table; a cell may be empty."""

    WKom: tuple[str, ...] = many(ft.TZnakowy2, 1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suma(Node):
    """The row of totals of a table."""

    SKom: tuple[str, ...] = many(ft.TZnakowy2, 1, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabela(Node):
    """A table."""

    TMetaDane: tuple[own.TMetaDane, ...] = many(TMetaDane, 0, 1000)
    Opis: str | None = opt(ft.TZnakowy512)
    TNaglowek: own.TNaglowek | None = one(TNaglowek)
    Wiersz: tuple[own.Wiersz, ...] = many(Wiersz, 1, 1000)
    Suma: own.Suma | None = opt(Suma)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlokDanych(Node):
    """A block of the attachment."""

    ZNaglowek: str | None = opt(ft.TZnakowy512)
    MetaDane: tuple[own.MetaDane, ...] = many(MetaDane, 1, 1000)
    Tekst: own.Tekst | None = opt(Tekst)
    Tabela: tuple[own.Tabela, ...] = many(Tabela, 0, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zalacznik(Node):
    """The structured attachment."""

    BlokDanych: tuple[own.BlokDanych, ...] = many(BlokDanych, 1, 1000)

"""Parties of an invoice: seller, buyer, third parties, authorised entity.

Types that the schema names (``TAdres``, ``TPodmiot1`` ...) keep that name; anonymous
ones are called like their element. Source: schemat_FA(3)_v1-0E.xsd.
"""

# ruff: noqa: RUF009 - one, opt and many make dataclass fields (structure.py)
from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

# A field may be called like the class of its value (``DaneKontaktowe``); inside the
# class body a type checker would take the name for the field, hence the prefix.
from . import facets as ft
from . import parties as own
from .structure import Node, many, one, opt


@dataclass(frozen=True, slots=True, kw_only=True)
class TAdres(Node):
    """An address of any kind."""

    KodKraju: str | None = one(ft.TKodKraju)
    AdresL1: str | None = one(ft.TZnakowy512)
    AdresL2: str | None = opt(ft.TZnakowy512)
    GLN: str | None = opt(ft.TGLN)


@dataclass(frozen=True, slots=True, kw_only=True)
class TPodmiot1(Node):
    """Identification of a Polish taxpayer."""

    NIP: str | None = one(ft.TNrNIP)
    Nazwa: str | None = one(ft.TZnakowy512)


@dataclass(frozen=True, slots=True, kw_only=True)
class TPodmiot2(Node):
    """Identification of a buyer or carrier: one of four ways."""

    groups = ("(NIP | KodUE NrVatUE | KodKraju NrID | BrakID)",)

    NIP: str | None = one(ft.TNrNIP)
    KodUE: str | None = one(ft.TKodyKrajowUE)
    NrVatUE: str | None = one(ft.TNrVatUE)
    KodKraju: str | None = opt(ft.TKodKraju)
    NrID: str | None = one(ft.TNrIdentyfikacjiPodatkowej)
    BrakID: bool | None = one(ft.TWybor1)
    Nazwa: str | None = opt(ft.TZnakowy512)


@dataclass(frozen=True, slots=True, kw_only=True)
class TPodmiot3(Node):
    """Identification of a third party; IDWew is a unit of a taxpayer."""

    groups = ("(NIP | IDWew | KodUE NrVatUE | KodKraju NrID | BrakID)",)

    NIP: str | None = one(ft.TNrNIP)
    IDWew: str | None = one(ft.TNIPIdWew)
    KodUE: str | None = one(ft.TKodyKrajowUE)
    NrVatUE: str | None = one(ft.TNrVatUE)
    KodKraju: str | None = opt(ft.TKodKraju)
    NrID: str | None = one(ft.TNrIdentyfikacjiPodatkowej)
    BrakID: bool | None = one(ft.TWybor1)
    Nazwa: str | None = opt(ft.TZnakowy512)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaneKontaktowe(Node):
    """E-mail and telephone."""

    Email: str | None = opt(ft.TAdresEmail)
    Telefon: str | None = opt(ft.TNumerTelefonu)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaneKontaktowePU(Node):
    """E-mail and telephone of the authorised entity."""

    EmailPU: str | None = opt(ft.TAdresEmail)
    TelefonPU: str | None = opt(ft.TNumerTelefonu)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podmiot1(Node):
    """The seller."""

    PrefiksPodatnika: str | None = opt(ft.TPrefiksPL)
    NrEORI: str | None = opt(ft.TZnakowy)
    DaneIdentyfikacyjne: TPodmiot1 | None = one(TPodmiot1)
    Adres: TAdres | None = one(TAdres)
    AdresKoresp: TAdres | None = opt(TAdres)
    DaneKontaktowe: tuple[own.DaneKontaktowe, ...] = many(DaneKontaktowe, 0, 3)
    StatusInfoPodatnika: int | None = opt(ft.TStatusInfoPodatnika)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podmiot2(Node):
    """The buyer. JST and GV: 1 yes, 2 no."""

    NrEORI: str | None = opt(ft.TZnakowy)
    DaneIdentyfikacyjne: TPodmiot2 | None = one(TPodmiot2)
    Adres: TAdres | None = opt(TAdres)
    AdresKoresp: TAdres | None = opt(TAdres)
    DaneKontaktowe: tuple[own.DaneKontaktowe, ...] = many(DaneKontaktowe, 0, 3)
    NrKlienta: str | None = opt(ft.TZnakowy)
    IDNabywcy: str | None = opt(ft.TIDNabywcy)
    JST: int | None = one(ft.TWybor1_2)
    GV: int | None = one(ft.TWybor1_2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podmiot3(Node):
    """A third party, with its role (``codes.ROLES``)."""

    groups = ("(Rola | RolaInna OpisRoli)",)

    IDNabywcy: str | None = opt(ft.TIDNabywcy)
    NrEORI: str | None = opt(ft.TZnakowy)
    DaneIdentyfikacyjne: TPodmiot3 | None = one(TPodmiot3)
    Adres: TAdres | None = opt(TAdres)
    AdresKoresp: TAdres | None = opt(TAdres)
    DaneKontaktowe: tuple[own.DaneKontaktowe, ...] = many(DaneKontaktowe, 0, 3)
    Rola: int | None = one(ft.TRolaPodmiotu3)
    RolaInna: bool | None = one(ft.TWybor1)
    OpisRoli: str | None = one(ft.TZnakowy)
    Udzial: Decimal | None = opt(ft.TProcentowy)
    NrKlienta: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class PodmiotUpowazniony(Node):
    """Enforcement body, bailiff or tax representative."""

    NrEORI: str | None = opt(ft.TZnakowy)
    DaneIdentyfikacyjne: TPodmiot1 | None = one(TPodmiot1)
    Adres: TAdres | None = one(TAdres)
    AdresKoresp: TAdres | None = opt(TAdres)
    DaneKontaktowe: tuple[own.DaneKontaktowePU, ...] = many(DaneKontaktowePU, 0, 3)
    RolaPU: int | None = one(ft.TRolaPodmiotuUpowaznionego)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podmiot1K(Node):
    """The seller as the corrected invoice shows it."""

    PrefiksPodatnika: str | None = opt(ft.TKodyKrajowUE)
    DaneIdentyfikacyjne: TPodmiot1 | None = one(TPodmiot1)
    Adres: TAdres | None = one(TAdres)


@dataclass(frozen=True, slots=True, kw_only=True)
class Podmiot2K(Node):
    """The buyer, or a further one, as the corrected invoice shows it."""

    DaneIdentyfikacyjne: TPodmiot2 | None = one(TPodmiot2)
    Adres: TAdres | None = opt(TAdres)
    IDNabywcy: str | None = opt(ft.TIDNabywcy)

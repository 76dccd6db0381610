"""The rows of an invoice and of an order, and small blocks of the Fa part.

Source: schemat_FA(3)_v1-0E.xsd, Faktura/Fa.
"""

# ruff: noqa: RUF009 - one, opt and many make dataclass fields (structure.py)
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from . import facets as ft
from . import rows as own  # see ``parties`` for the reason
from .structure import Node, many, one, opt


@dataclass(frozen=True, slots=True, kw_only=True)
class FaWiersz(Node):
    """A row of the invoice."""

    NrWierszaFa: int | None = one(ft.TNaturalny)
    UU_ID: str | None = opt(ft.TZnakowy50)
    P_6A: date | None = opt(ft.TDataT)
    P_7: str | None = opt(ft.TZnakowy512)
    Indeks: str | None = opt(ft.TZnakowy50)
    GTIN: str | None = opt(ft.TZnakowy20)
    PKWiU: str | None = opt(ft.TZnakowy50)
    CN: str | None = opt(ft.TZnakowy50)
    PKOB: str | None = opt(ft.TZnakowy50)
    P_8A: str | None = opt(ft.TZnakowy)
    P_8B: Decimal | None = opt(ft.TIlosci)
    P_9A: Decimal | None = opt(ft.TKwotowy2)
    P_9B: Decimal | None = opt(ft.TKwotowy2)
    P_10: Decimal | None = opt(ft.TKwotowy2)
    P_11: Decimal | None = opt(ft.TKwotowy)
    P_11A: Decimal | None = opt(ft.TKwotowy)
    P_11Vat: Decimal | None = opt(ft.TKwotowy)
    P_12: str | None = opt(ft.TStawkaPodatku)
    P_12_XII: Decimal | None = opt(ft.TProcentowy)
    P_12_Zal_15: bool | None = opt(ft.TWybor1)
    KwotaAkcyzy: Decimal | None = opt(ft.TKwotowy)
    GTU: str | None = opt(ft.TGTU)
    Procedura: str | None = opt(ft.TOznaczenieProcedury)
    KursWaluty: Decimal | None = opt(ft.TIlosci)
    StanPrzed: bool | None = opt(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZamowienieWiersz(Node):
    """A row of the order that an advance invoice belongs to."""

    NrWierszaZam: int | None = one(ft.TNaturalny)
    UU_IDZ: str | None = opt(ft.TZnakowy50)
    P_7Z: str | None = opt(ft.TZnakowy512)
    IndeksZ: str | None = opt(ft.TZnakowy50)
    GTINZ: str | None = opt(ft.TZnakowy20)
    PKWiUZ: str | None = opt(ft.TZnakowy50)
    CNZ: str | None = opt(ft.TZnakowy50)
    PKOBZ: str | None = opt(ft.TZnakowy50)
    P_8AZ: str | None = opt(ft.TZnakowy)
    P_8BZ: Decimal | None = opt(ft.TIlosci)
    P_9AZ: Decimal | None = opt(ft.TKwotowy2)
    P_11NettoZ: Decimal | None = opt(ft.TKwotowy)
    P_11VatZ: Decimal | None = opt(ft.TKwotowy)
    P_12Z: str | None = opt(ft.TStawkaPodatku)
    P_12Z_XII: Decimal | None = opt(ft.TProcentowy)
    P_12Z_Zal_15: bool | None = opt(ft.TWybor1)
    GTUZ: str | None = opt(ft.TGTU)
    ProceduraZ: str | None = opt(ft.TOznaczenieProceduryZ)
    KwotaAkcyzyZ: Decimal | None = opt(ft.TKwotowy)
    StanPrzedZ: bool | None = opt(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zamowienie(Node):
    """The order; WartoscZamowienia is gross."""

    WartoscZamowienia: Decimal | None = one(ft.TKwotowy)
    ZamowienieWiersz: tuple[own.ZamowienieWiersz, ...] = many(
        ZamowienieWiersz, 1, 10000
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OkresFa(Node):
    """The period that the invoice is for."""

    P_6_Od: date | None = one(ft.TDataT)
    P_6_Do: date | None = one(ft.TDataT)


@dataclass(frozen=True, slots=True, kw_only=True)
class DaneFaKorygowanej(Node):
    """The corrected invoice; NrKSeFN: it was issued outside KSeF."""

    groups = ("(NrKSeF NrKSeFFaKorygowanej | NrKSeFN)",)

    DataWystFaKorygowanej: date | None = one(ft.TDataT)
    NrFaKorygowanej: str | None = one(ft.TZnakowy)
    NrKSeF: bool | None = one(ft.TWybor1)
    NrKSeFFaKorygowanej: str | None = one(ft.TNumerKSeF)
    NrKSeFN: bool | None = one(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaliczkaCzesciowa(Node):
    """One of several payments that an advance invoice documents."""

    P_6Z: date | None = one(ft.TDataT)
    P_15Z: Decimal | None = one(ft.TKwotowy)
    KursWalutyZW: Decimal | None = opt(ft.TIlosci)


@dataclass(frozen=True, slots=True, kw_only=True)
class TKluczWartosc(Node):
    """An additional remark, about a row or the whole invoice."""

    NrWiersza: int | None = opt(ft.TNaturalny)
    Klucz: str | None = one(ft.TZnakowy)
    Wartosc: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class FakturaZaliczkowa(Node):
    """An advance invoice that is settled here."""

    groups = ("(NrKSeFZN NrFaZaliczkowej | NrKSeFFaZaliczkowej)",)

    NrKSeFZN: bool | None = one(ft.TWybor1)
    NrFaZaliczkowej: str | None = one(ft.TZnakowy)
    NrKSeFFaZaliczkowej: str | None = one(ft.TNumerKSeF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zwolnienie(Node):
    """Exemption and its legal basis, or P_19N: there is none."""

    groups = ("(P_19 (P_19A | P_19B | P_19C) | P_19N)",)

    P_19: bool | None = one(ft.TWybor1)
    P_19A: str | None = one(ft.TZnakowy)
    P_19B: str | None = one(ft.TZnakowy)
    P_19C: str | None = one(ft.TZnakowy)
    P_19N: bool | None = one(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NowySrodekTransportu(Node):
    """A new means of transport: land, water or air."""

    groups = (
        "(P_22B (P_22B1 | P_22B2 | P_22B3 | P_22B4)? P_22BT"
        " | P_22C P_22C1 | P_22D P_22D1)",
    )

    P_22A: date | None = one(ft.TDataT)
    P_NrWierszaNST: int | None = one(ft.TNaturalny)
    P_22BMK: str | None = opt(ft.TZnakowy)
    P_22BMD: str | None = opt(ft.TZnakowy)
    P_22BK: str | None = opt(ft.TZnakowy)
    P_22BNR: str | None = opt(ft.TZnakowy)
    P_22BRP: str | None = opt(ft.TZnakowy)
    P_22B: str | None = one(ft.TZnakowy)
    P_22B1: str | None = opt(ft.TZnakowy)
    P_22B2: str | None = opt(ft.TZnakowy)
    P_22B3: str | None = opt(ft.TZnakowy)
    P_22B4: str | None = opt(ft.TZnakowy)
    P_22BT: str | None = opt(ft.TZnakowy)
    P_22C: str | None = one(ft.TZnakowy)
    P_22C1: str | None = opt(ft.TZnakowy)
    P_22D: str | None = one(ft.TZnakowy)
    P_22D1: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoweSrodkiTransportu(Node):
    """New means of transport sold within the EU, or P_22N."""

    groups = ("(P_22 P_42_5 NowySrodekTransportu | P_22N)",)

    P_22: bool | None = one(ft.TWybor1)
    P_42_5: int | None = one(ft.TWybor1_2)
    NowySrodekTransportu: tuple[own.NowySrodekTransportu, ...] = many(
        NowySrodekTransportu, 1, 10000
    )
    P_22N: bool | None = one(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PMarzy(Node):
    """The kind of margin scheme, or P_PMarzyN: none."""

    groups = (
        "(P_PMarzy (P_PMarzy_2 | P_PMarzy_3_1 | P_PMarzy_3_2 | P_PMarzy_3_3)"
        " | P_PMarzyN)",
    )

    P_PMarzy: bool | None = one(ft.TWybor1)
    P_PMarzy_2: bool | None = one(ft.TWybor1)
    P_PMarzy_3_1: bool | None = one(ft.TWybor1)
    P_PMarzy_3_2: bool | None = one(ft.TWybor1)
    P_PMarzy_3_3: bool | None = one(ft.TWybor1)
    P_PMarzyN: bool | None = one(ft.TWybor1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adnotacje(Node):
    """Annotations; the plain ones are 1 yes, 2 no."""

    P_16: int | None = one(ft.TWybor1_2)
    P_17: int | None = one(ft.TWybor1_2)
    P_18: int | None = one(ft.TWybor1_2)
    P_18A: int | None = one(ft.TWybor1_2)
    Zwolnienie: own.Zwolnienie | None = one(Zwolnienie)
    NoweSrodkiTransportu: own.NoweSrodkiTransportu | None = one(NoweSrodkiTransportu)
    P_23: int | None = one(ft.TWybor1_2)
    PMarzy: own.PMarzy | None = one(PMarzy)

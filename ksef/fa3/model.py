"""The whole FA(3) document as frozen values: start at :class:`Invoice`.

Every field is called like its element in the schema. Absent is ``None``, repeated is
a tuple; money and quantities are ``Decimal``, days ``date``, instants ``datetime``
(give aware ones). A mark that may only be 1 (TWybor1) is ``True`` or absent
(``False`` counts as absent); a choice of 1 and 2 (TWybor1_2) is the ``int`` 1 or 2 as
in the schema; codes of numbers are ``int``. No field is required by Python, so that
an incomplete file can be read; ``check`` says what is missing.

A value that can't be what its type asks for (a hand-made file) stays the text that
was read. The blocks live in ``parties``, ``rows``, ``terms``, ``attachment``; all
their classes can be imported from here.
Source: schemat_FA(3)_v1-0E.xsd; FA(2) is read into the same classes.
"""

# ruff: noqa: RUF009 - one, opt and many make dataclass fields (structure.py)
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from ..errors import Fa3Problem
from . import codes
from . import facets as ft
from . import model as own  # see ``parties`` for the reason
from .attachment import (
    BlokDanych,
    Informacje,
    Kol,
    MetaDane,
    Rejestry,
    Stopka,
    Suma,
    Tabela,
    Tekst,
    TMetaDane,
    TNaglowek,
    Wiersz,
    Zalacznik,
)
from .parties import (
    DaneKontaktowe,
    DaneKontaktowePU,
    Podmiot1,
    Podmiot1K,
    Podmiot2,
    Podmiot2K,
    Podmiot3,
    PodmiotUpowazniony,
    TAdres,
    TPodmiot1,
    TPodmiot2,
    TPodmiot3,
)
from .rows import (
    Adnotacje,
    DaneFaKorygowanej,
    FakturaZaliczkowa,
    FaWiersz,
    NoweSrodkiTransportu,
    NowySrodekTransportu,
    OkresFa,
    PMarzy,
    TKluczWartosc,
    ZaliczkaCzesciowa,
    Zamowienie,
    ZamowienieWiersz,
    Zwolnienie,
)
from .structure import Extra, Node, attribute, content, many, one, opt
from .terms import (
    Obciazenia,
    Odliczenia,
    Platnosc,
    Przewoznik,
    Rozliczenie,
    Skonto,
    TerminOpis,
    TerminPlatnosci,
    TRachunekBankowy,
    Transport,
    Umowy,
    WarunkiTransakcji,
    Zamowienia,
    ZaplataCzesciowa,
)

__all__ = [
    "Adnotacje",
    "BlokDanych",
    "DaneFaKorygowanej",
    "DaneKontaktowe",
    "DaneKontaktowePU",
    "Extra",
    "Fa",
    "FaWiersz",
    "FakturaZaliczkowa",
    "Informacje",
    "Invoice",
    "KodFormularza",
    "Kol",
    "MetaDane",
    "Naglowek",
    "Node",
    "NoweSrodkiTransportu",
    "NowySrodekTransportu",
    "Obciazenia",
    "Odliczenia",
    "OkresFa",
    "PMarzy",
    "Platnosc",
    "Podmiot1",
    "Podmiot1K",
    "Podmiot2",
    "Podmiot2K",
    "Podmiot3",
    "PodmiotUpowazniony",
    "Przewoznik",
    "Rejestry",
    "Rozliczenie",
    "Skonto",
    "Stopka",
    "Suma",
    "TAdres",
    "TKluczWartosc",
    "TMetaDane",
    "TNaglowek",
    "TPodmiot1",
    "TPodmiot2",
    "TPodmiot3",
    "TRachunekBankowy",
    "Tabela",
    "Tekst",
    "TerminOpis",
    "TerminPlatnosci",
    "Transport",
    "Umowy",
    "WarunkiTransakcji",
    "Wiersz",
    "Zalacznik",
    "ZaliczkaCzesciowa",
    "Zamowienia",
    "Zamowienie",
    "ZamowienieWiersz",
    "ZaplataCzesciowa",
    "Zwolnienie",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class KodFormularza(Node):
    """The code of the form; its defaults are those of FA(3)."""

    kodSystemowy: str | None = attribute(ft.TKodSystemowy, "FA (3)")
    wersjaSchemy: str | None = attribute(ft.TWersjaSchemy, "1-0E")
    value: str | None = content(ft.TKodFormularza, "FA")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naglowek(Node):
    """The header; only DataWytworzeniaFa has to be given."""

    KodFormularza: own.KodFormularza | None = one(KodFormularza, KodFormularza())
    WariantFormularza: int | None = one(ft.TWariantFormularza, 3)
    DataWytworzeniaFa: datetime | None = one(ft.TDataWytworzenia)
    SystemInfo: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fa(Node):
    """The invoice itself."""

    groups = (
        "(P_6 | OkresFa)?",
        "(P_13_1 P_14_1 P_14_1W)?",
        "(P_13_2 P_14_2 P_14_2W)?",
        "(P_13_3 P_14_3 P_14_3W)?",
        "(P_13_4 P_14_4 P_14_4W)?",
        "(P_13_5 P_14_5)?",
        "(PrzyczynaKorekty TypKorekty DaneFaKorygowanej OkresFaKorygowanej"
        " NrFaKorygowany Podmiot1K Podmiot2K (P_15ZK KursWalutyZK)?)?",
    )

    KodWaluty: str | None = one(ft.TKodWaluty)
    P_1: date | None = one(ft.TDataT)
    P_1M: str | None = opt(ft.TZnakowy)
    P_2: str | None = one(ft.TZnakowy)
    WZ: tuple[str, ...] = many(ft.TZnakowy, 0, 1000)
    P_6: date | None = one(ft.TDataT)
    OkresFa: own.OkresFa | None = one(OkresFa)
    P_13_1: Decimal | None = one(ft.TKwotowy)
    P_14_1: Decimal | None = one(ft.TKwotowy)
    P_14_1W: Decimal | None = opt(ft.TKwotowy)
    P_13_2: Decimal | None = one(ft.TKwotowy)
    P_14_2: Decimal | None = one(ft.TKwotowy)
    P_14_2W: Decimal | None = opt(ft.TKwotowy)
    P_13_3: Decimal | None = one(ft.TKwotowy)
    P_14_3: Decimal | None = one(ft.TKwotowy)
    P_14_3W: Decimal | None = opt(ft.TKwotowy)
    P_13_4: Decimal | None = one(ft.TKwotowy)
    P_14_4: Decimal | None = one(ft.TKwotowy)
    P_14_4W: Decimal | None = opt(ft.TKwotowy)
    P_13_5: Decimal | None = one(ft.TKwotowy)
    P_14_5: Decimal | None = opt(ft.TKwotowy)
    P_13_6_1: Decimal | None = opt(ft.TKwotowy)
    P_13_6_2: Decimal | None = opt(ft.TKwotowy)
    P_13_6_3: Decimal | None = opt(ft.TKwotowy)
    P_13_7: Decimal | None = opt(ft.TKwotowy)
    P_13_8: Decimal | None = opt(ft.TKwotowy)
    P_13_9: Decimal | None = opt(ft.TKwotowy)
    P_13_10: Decimal | None = opt(ft.TKwotowy)
    P_13_11: Decimal | None = opt(ft.TKwotowy)
    P_15: Decimal | None = one(ft.TKwotowy)
    KursWalutyZ: Decimal | None = opt(ft.TIlosci)
    Adnotacje: own.Adnotacje | None = one(Adnotacje)
    RodzajFaktury: str | None = one(ft.TRodzajFaktury)
    PrzyczynaKorekty: str | None = opt(ft.TZnakowy)
    TypKorekty: int | None = opt(ft.TTypKorekty)
    DaneFaKorygowanej: tuple[own.DaneFaKorygowanej, ...] = many(
        DaneFaKorygowanej, 1, 50000
    )
    OkresFaKorygowanej: str | None = opt(ft.TZnakowy)
    NrFaKorygowany: str | None = opt(ft.TZnakowy)
    Podmiot1K: own.Podmiot1K | None = opt(Podmiot1K)
    Podmiot2K: tuple[own.Podmiot2K, ...] = many(Podmiot2K, 0, 101)
    P_15ZK: Decimal | None = one(ft.TKwotowy)
    KursWalutyZK: Decimal | None = opt(ft.TIlosci)
    ZaliczkaCzesciowa: tuple[own.ZaliczkaCzesciowa, ...] = many(
        ZaliczkaCzesciowa, 0, 31
    )
    FP: bool | None = opt(ft.TWybor1)
    TP: bool | None = opt(ft.TWybor1)
    DodatkowyOpis: tuple[TKluczWartosc, ...] = many(TKluczWartosc, 0, 10000)
    FakturaZaliczkowa: tuple[own.FakturaZaliczkowa, ...] = many(
        FakturaZaliczkowa, 0, 100
    )
    ZwrotAkcyzy: bool | None = opt(ft.TWybor1)
    FaWiersz: tuple[own.FaWiersz, ...] = many(FaWiersz, 0, 10000)
    Rozliczenie: own.Rozliczenie | None = opt(Rozliczenie)
    Platnosc: own.Platnosc | None = opt(Platnosc)
    WarunkiTransakcji: own.WarunkiTransakcji | None = opt(WarunkiTransakcji)
    Zamowienie: own.Zamowienie | None = opt(Zamowienie)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Node):
    """The document (``Faktura``).

    :ivar namespace: the schema; decides whether ``build`` writes FA(3) or FA(2)
    :ivar declarations: further namespace declarations of the root (prefix, address)
    :ivar problems: what ``parse`` found on the way; no part of the value
    """

    Naglowek: own.Naglowek | None = one(Naglowek)
    Podmiot1: own.Podmiot1 | None = one(Podmiot1)
    Podmiot2: own.Podmiot2 | None = one(Podmiot2)
    Podmiot3: tuple[own.Podmiot3, ...] = many(Podmiot3, 0, 100)
    PodmiotUpowazniony: own.PodmiotUpowazniony | None = opt(PodmiotUpowazniony)
    Fa: own.Fa | None = one(Fa)
    Stopka: own.Stopka | None = opt(Stopka)
    Zalacznik: own.Zalacznik | None = opt(Zalacznik)
    namespace: str = codes.NAMESPACE_FA3
    declarations: tuple[tuple[str, str], ...] = ()
    problems: tuple[Fa3Problem, ...] = field(default=(), compare=False, repr=False)


#: The annotations of an invoice of which nothing special is to be said.
ORDINARY = Adnotacje(
    P_16=2,
    P_17=2,
    P_18=2,
    P_18A=2,
    Zwolnienie=Zwolnienie(P_19N=True),
    NoweSrodkiTransportu=NoweSrodkiTransportu(P_22N=True),
    P_23=2,
    PMarzy=PMarzy(P_PMarzyN=True),
)

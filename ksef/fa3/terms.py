"""Payment, settlement, terms of the deal and transport.

Source: schemat_FA(3)_v1-0E.xsd, Fa/Rozliczenie, Fa/Platnosc, Fa/WarunkiTransakcji.
"""

# ruff: noqa: RUF009 - one, opt and many make dataclass fields (structure.py)
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from . import facets as ft
from . import terms as own  # see ``parties`` for the reason
from .parties import TAdres, TPodmiot2
from .structure import Node, many, one, opt


@dataclass(frozen=True, slots=True, kw_only=True)
class Obciazenia(Node):
    """An amount added to what is to be paid."""

    Kwota: Decimal | None = one(ft.TKwotowy)
    Powod: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Odliczenia(Node):
    """An amount taken off what is to be paid."""

    Kwota: Decimal | None = one(ft.TKwotowy)
    Powod: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rozliczenie(Node):
    """From P_15 to what is to be paid or settled."""

    groups = ("(DoZaplaty | DoRozliczenia)?",)

    Obciazenia: tuple[own.Obciazenia, ...] = many(Obciazenia, 0, 100)
    SumaObciazen: Decimal | None = opt(ft.TKwotowy)
    Odliczenia: tuple[own.Odliczenia, ...] = many(Odliczenia, 0, 100)
    SumaOdliczen: Decimal | None = opt(ft.TKwotowy)
    DoZaplaty: Decimal | None = one(ft.TKwotowy)
    DoRozliczenia: Decimal | None = one(ft.TKwotowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaplataCzesciowa(Node):
    """A payment of a part. FA(2) has no form here."""

    groups = ("(FormaPlatnosci | PlatnoscInna OpisPlatnosci)?",)

    KwotaZaplatyCzesciowej: Decimal | None = one(ft.TKwotowy)
    DataZaplatyCzesciowej: date | None = one(ft.TData)
    FormaPlatnosci: int | None = one(ft.TFormaPlatnosci)
    PlatnoscInna: bool | None = one(ft.TWybor1)
    OpisPlatnosci: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminOpis(Node):
    """A due date in words: number, unit, event that starts it."""

    Ilosc: int | None = one(ft.TCalkowita)
    Jednostka: str | None = one(ft.TZnakowy50)
    ZdarzeniePoczatkowe: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminPlatnosci(Node):
    """A due date. In FA(2) TerminOpis is a plain text."""

    Termin: date | None = opt(ft.TData)
    TerminOpis: own.TerminOpis | str | None = opt(TerminOpis)


@dataclass(frozen=True, slots=True, kw_only=True)
class TRachunekBankowy(Node):
    """A bank account."""

    NrRB: str | None = one(ft.TNrRB)
    SWIFT: str | None = opt(ft.SWIFT_Type)
    RachunekWlasnyBanku: int | None = opt(ft.TRachunekWlasnyBanku)
    NazwaBanku: str | None = opt(ft.TZnakowy)
    OpisRachunku: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skonto(Node):
    """A discount for early payment."""

    WarunkiSkonta: str | None = one(ft.TZnakowy)
    WysokoscSkonta: str | None = one(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Platnosc(Node):
    """How and when it is, or was, paid."""

    groups = (
        "(Zaplacono DataZaplaty | ZnacznikZaplatyCzesciowej ZaplataCzesciowa)?",
        "(FormaPlatnosci | PlatnoscInna OpisPlatnosci)?",
    )

    Zaplacono: bool | None = one(ft.TWybor1)
    DataZaplaty: date | None = one(ft.TData)
    ZnacznikZaplatyCzesciowej: int | None = one(ft.TWybor1_2)
    ZaplataCzesciowa: tuple[own.ZaplataCzesciowa, ...] = many(ZaplataCzesciowa, 1, 100)
    TerminPlatnosci: tuple[TerminPlatnosci, ...] = many(TerminPlatnosci, 0, 100)
    FormaPlatnosci: int | None = one(ft.TFormaPlatnosci)
    PlatnoscInna: bool | None = one(ft.TWybor1)
    OpisPlatnosci: str | None = one(ft.TZnakowy)
    RachunekBankowy: tuple[TRachunekBankowy, ...] = many(TRachunekBankowy, 0, 100)
    RachunekBankowyFaktora: tuple[TRachunekBankowy, ...] = many(TRachunekBankowy, 0, 20)
    Skonto: own.Skonto | None = opt(Skonto)
    LinkDoPlatnosci: str | None = opt(ft.TLinkDoPlatnosci)
    IPKSeF: str | None = opt(ft.TIPKSeF)


@dataclass(frozen=True, slots=True, kw_only=True)
class Umowy(Node):
    """A contract."""

    DataUmowy: date | None = opt(ft.TDataU)
    NrUmowy: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zamowienia(Node):
    """An order of the buyer."""

    DataZamowienia: date | None = opt(ft.TDataU)
    NrZamowienia: str | None = opt(ft.TZnakowy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Przewoznik(Node):
    """A carrier."""

    DaneIdentyfikacyjne: TPodmiot2 | None = one(TPodmiot2)
    AdresPrzewoznika: TAdres | None = one(TAdres)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport(Node):
    """A transport: means, carrier, cargo, route."""

    groups = (
        "(RodzajTransportu | TransportInny OpisInnegoTransportu)",
        "(OpisLadunku | LadunekInny OpisInnegoLadunku)",
    )

    RodzajTransportu: int | None = one(ft.TRodzajTransportu)
    TransportInny: bool | None = one(ft.TWybor1)
    OpisInnegoTransportu: str | None = one(ft.TZnakowy50)
    Przewoznik: own.Przewoznik | None = opt(Przewoznik)
    NrZleceniaTransportu: str | None = opt(ft.TZnakowy)
    OpisLadunku: int | None = one(ft.TLadunek)
    LadunekInny: bool | None = one(ft.TWybor1)
    OpisInnegoLadunku: str | None = one(ft.TZnakowy50)
    JednostkaOpakowania: str | None = opt(ft.TZnakowy)
    DataGodzRozpTransportu: datetime | None = opt(ft.TDataCzas)
    DataGodzZakTransportu: datetime | None = opt(ft.TDataCzas)
    WysylkaZ: TAdres | None = opt(TAdres)
    WysylkaPrzez: tuple[TAdres, ...] = many(TAdres, 0, 20)
    WysylkaDo: TAdres | None = opt(TAdres)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarunkiTransakcji(Node):
    """Contracts, orders, delivery terms, transport."""

    groups = ("(KursUmowny WalutaUmowna)?",)

    Umowy: tuple[own.Umowy, ...] = many(Umowy, 0, 100)
    Zamowienia: tuple[own.Zamowienia, ...] = many(Zamowienia, 0, 100)
    NrPartiiTowaru: tuple[str, ...] = many(ft.TZnakowy, 0, 1000)
    WarunkiDostawy: str | None = opt(ft.TZnakowy)
    KursUmowny: Decimal | None = one(ft.TIlosci)
    WalutaUmowna: str | None = one(ft.TKodWaluty)
    Transport: tuple[Transport, ...] = many(Transport, 0, 20)
    PodmiotPosredniczacy: bool | None = opt(ft.TWybor1)

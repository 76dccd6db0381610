"""Invoices that a supplier issues to the company: files for the measurements.

Imports the protocol as plain Python (``ksef``), so that it works without Odoo too.
"""

from collections.abc import Iterator
from datetime import date, datetime, timezone
from decimal import Decimal

from ksef import fa3
from ksef.fa3 import model

SELLER_NIP = "9999999999"
BUYER_NIP = "1111111111"
LINES = 5
_DAY = date(2026, 4, 15)
_PLACE = model.TAdres(KodKraju="PL", AdresL1="ul. Prosta 1", AdresL2="00-001 Łódź")


def files(
    count: int, day: date = _DAY, *, lines: int = LINES, buyer_nip: str = BUYER_NIP
) -> Iterator[bytes]:
    """Yield the XML of ``count`` invoices of the same rows."""
    rows = tuple(_row(place) for place in range(1, lines + 1))
    base = sum(row.P_11 for row in rows)
    tax = (base * 23 / 100).quantize(Decimal("0.01"))
    for number in range(count):
        yield fa3.build(
            model.Invoice(
                Naglowek=model.Naglowek(
                    DataWytworzeniaFa=datetime(
                        day.year, day.month, day.day, tzinfo=timezone.utc
                    )
                ),
                Podmiot1=_seller(),
                Podmiot2=_buyer(buyer_nip),
                Fa=model.Fa(
                    KodWaluty="PLN",
                    P_1=day,
                    P_2=f"FV/{number}",
                    P_13_1=base,
                    P_14_1=tax,
                    P_15=base + tax,
                    Adnotacje=model.ORDINARY,
                    RodzajFaktury="VAT",
                    FaWiersz=rows,
                ),
            )
        )


def _row(place: int) -> model.FaWiersz:
    return model.FaWiersz(
        NrWierszaFa=place,
        P_7=f"Towar {place}",
        P_8A="szt.",
        P_8B=Decimal(place),
        P_9A=Decimal("12.34"),
        P_11=Decimal("12.34") * place,
        P_12="23",
    )


def _seller() -> model.Podmiot1:
    return model.Podmiot1(
        DaneIdentyfikacyjne=model.TPodmiot1(
            NIP=SELLER_NIP, Nazwa="Dostawca sp. z o.o."
        ),
        Adres=_PLACE,
    )


def _buyer(nip: str) -> model.Podmiot2:
    return model.Podmiot2(
        DaneIdentyfikacyjne=model.TPodmiot2(NIP=nip, Nazwa="Nabywca sp. z o.o."),
        JST=2,
        GV=2,
    )

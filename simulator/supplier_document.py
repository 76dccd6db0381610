"""A plain FA(3) invoice of one company to another, as bytes.

Written here and not with ``ksef/``, so that the two can't agree on a mistake. Source:
schemat_FA(3)_v1-0E.xsd.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

_NAMESPACE = "http://crd.gov.pl/wzor/2025/06/25/13775/"
_CENT = Decimal("0.01")
_RATE = Decimal("0.23")


@dataclass(frozen=True)
class Company:
    """Who sells, buys or is a third party."""

    nip: str
    name: str


@dataclass(frozen=True)
class Row:
    """One row at 23 %; ``net`` is the price of all of it."""

    name: str
    quantity: int
    price: Decimal

    @property
    def net(self) -> Decimal:
        """Return quantity times price."""
        return self.quantity * self.price


@dataclass(frozen=True)
class Sale:
    """What an invoice tells.

    :ivar recipient: a third party (Podmiot3, role 2)
    """

    seller: Company
    buyer: Company
    number: str
    day: date
    rows: tuple[Row, ...]
    recipient: Company | None = None


def document(sale: Sale) -> bytes:
    """Write the invoice."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Faktura xmlns="{_NAMESPACE}"><Naglowek>'
        '<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>'
        "<WariantFormularza>3</WariantFormularza>"
        f"<DataWytworzeniaFa>{sale.day}T10:00:00Z</DataWytworzeniaFa></Naglowek>"
        f"<Podmiot1>{_party(sale.seller)}</Podmiot1>"
        f"<Podmiot2>{_party(sale.buyer)}<JST>2</JST><GV>2</GV></Podmiot2>"
        f"{_recipient(sale.recipient)}{_body(sale)}</Faktura>"
    ).encode()


def _party(company: Company) -> str:
    """Write name, number and address of a company."""
    return (
        f"<DaneIdentyfikacyjne><NIP>{company.nip}</NIP>"
        f"<Nazwa>{escape(company.name)}</Nazwa></DaneIdentyfikacyjne>"
        "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Prosta 1</AdresL1>"
        "<AdresL2>00-001 Warszawa</AdresL2></Adres>"
    )


def _recipient(company: Company | None) -> str:
    return f"<Podmiot3>{_party(company)}<Rola>2</Rola></Podmiot3>" if company else ""


def _body(sale: Sale) -> str:
    """Write ``Fa``: totals, annotations, rows."""
    net = sum((row.net for row in sale.rows), Decimal())
    vat = (net * _RATE).quantize(_CENT)
    rows = "".join(_row(place, row) for place, row in enumerate(sale.rows, 1))
    return (
        f"<Fa><KodWaluty>PLN</KodWaluty><P_1>{sale.day}</P_1>"
        f"<P_2>{escape(sale.number)}</P_2>"
        f"<P_13_1>{net}</P_13_1><P_14_1>{vat}</P_14_1><P_15>{net + vat}</P_15>"
        "<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A>"
        "<Zwolnienie><P_19N>1</P_19N></Zwolnienie>"
        "<NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu><P_23>2</P_23>"
        "<PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy></Adnotacje>"
        f"<RodzajFaktury>VAT</RodzajFaktury>{rows}</Fa>"
    )


def _row(place: int, row: Row) -> str:
    return (
        f"<FaWiersz><NrWierszaFa>{place}</NrWierszaFa><P_7>{escape(row.name)}</P_7>"
        f"<P_8A>szt.</P_8A><P_8B>{row.quantity}</P_8B><P_9A>{row.price}</P_9A>"
        f"<P_11>{row.net}</P_11><P_12>23</P_12></FaWiersz>"
    )

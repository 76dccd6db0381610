"""Other sellers: suppliers who issue invoices to a company over months.

``python -m simulator.suppliers --nip NIP`` fills a running simulator with a supplier's
year; a test calls :func:`fill`. Every invoice goes through the same rules as one that
was sent, at its own simulated moment.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

from .clock import UTC, WARSAW
from .foreign_issue import issue, open_session
from .identifiers import is_nip
from .state import Session
from .supplier_document import Company, Row, Sale, document

if TYPE_CHECKING:
    from .server import Simulator

GOODS = (
    ("Papier ksero A4", "18.99"),
    ("Energia elektryczna, 1 kWh", "0.87"),
    ("Usługa transportowa", "350.00"),
    ("Śruba M8x40, ocynk", "0.62"),
    ("Abonament telefoniczny", "49.00"),
    ("Czyszczenie dywanów, m²", "7.50"),
)
_MOST_ROWS = 4


@dataclass(frozen=True)
class Season:
    """How many invoices a company gets, from how many suppliers, and when.

    :ivar start: aware; ``end`` too. Moments of acceptance lie in between.
    :ivar third_share: part that names the company as recipient (Podmiot3), not buyer
    :ivar seed: equal seasons give equal invoices, but for their KSeF numbers
    """

    buyer_nip: str
    start: datetime
    end: datetime
    invoices: int = 500
    suppliers: int = 40
    third_share: float = 0.0
    seed: int = 0


@dataclass(frozen=True)
class Delivery:
    """One invoice and the moment at which KSeF gets it."""

    at: datetime
    sale: Sale


def fill(simulator: Simulator, season: Season) -> int:
    """Let the invoices arrive at their moments by the simulated clock.

    Those whose moment has passed arrive before the next request.

    :return: how many
    """
    sessions: dict[str, Session] = {}
    deliveries = sorted(plan(season), key=lambda delivery: delivery.at)
    with simulator.state.lock:
        for delivery in deliveries:
            job = _arrival(simulator, sessions, delivery.sale)
            simulator.state.schedule(delivery.at, job)
    return len(deliveries)


def plan(season: Season) -> Iterator[Delivery]:
    """Yield what a season brings; a few suppliers have most of the invoices."""
    random = Random(season.seed)
    sellers = [_company(random) for _place in range(season.suppliers)]
    weights = [1 / (place + 1) for place in range(season.suppliers)]
    buyer = Company(season.buyer_nip, f"Nabywca {season.buyer_nip}")
    stranger = _company(random)
    span = (season.end - season.start).total_seconds()
    for place in range(1, season.invoices + 1):
        at = season.start + timedelta(seconds=random.uniform(0, span))
        is_third = random.random() < season.third_share
        sale = Sale(
            seller=random.choices(sellers, weights)[0],
            buyer=stranger if is_third else buyer,
            number=f"FV/{season.seed}/{place}",
            day=at.astimezone(WARSAW).date(),
            rows=tuple(
                _row(random) for _row_no in range(random.randint(1, _MOST_ROWS))
            ),
            recipient=buyer if is_third else None,
        )
        yield Delivery(at, sale)


def _arrival(
    simulator: Simulator, sessions: dict[str, Session], sale: Sale
) -> Callable[[datetime], None]:
    """Make the job that lets KSeF take an invoice."""

    def job(at: datetime) -> None:
        nip = sale.seller.nip
        if nip not in sessions:
            sessions[nip] = open_session(simulator, nip, at)
        session, content = sessions[nip], document(sale)
        issue(simulator, session, content, at)

    return job


def _company(random: Random) -> Company:
    """Invent a company with a NIP that passes the check."""
    while True:
        nip = f"{random.randint(1, 9)}{random.randint(100_000_000, 999_999_999)}"
        if is_nip(nip):
            return Company(nip, f"Dostawca {nip} sp. z o.o.")


def _row(random: Random) -> Row:
    name, price = random.choice(GOODS)
    return Row(name, random.randint(1, 40), Decimal(price))


def main() -> int:
    """Ask a running simulator to be filled."""
    made = argparse.ArgumentParser(
        prog="simulator.suppliers", description="Suppliers who issue invoices."
    )
    made.add_argument("--url", default="http://127.0.0.1:8765")
    made.add_argument("--nip", required=True, help="the company that buys")
    made.add_argument("--invoices", type=int, default=500)
    made.add_argument("--suppliers", type=int, default=40)
    made.add_argument("--days", type=int, default=365, help="how far back they begin")
    options = made.parse_args()
    end = datetime.now(UTC)
    body = {
        "buyerNip": options.nip,
        "from": (end - timedelta(days=options.days)).isoformat(),
        "to": end.isoformat(),
        "invoices": options.invoices,
        "suppliers": options.suppliers,
    }
    request = Request(
        options.url + "/_sim/suppliers",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        sys.stdout.write(answer.read().decode() + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

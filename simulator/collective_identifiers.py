"""Collective identifiers: one number for a payment of several invoices (API 2.7).

Source: OpenAPI 2.9, tag Identyfikatory zbiorcze; ksef-api.md, basis. Whether the one
who makes an identifier must be a party of its invoices is not told: here anybody who
knows their numbers may (policy).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .clock import WARSAW
from .errors import ApiError, Problem
from .identifiers import crc8
from .invoice_query import Archive, is_party
from .state import Identifier, State

DEFAULT_MOST_INVOICES = 500
MOST_PER_INVOICE = 132


@dataclass(frozen=True)
class CollectedInvoice:
    """One invoice of an identifier, with what its maker said of the payment."""

    ksef_number: str
    payment: dict[str, Any] | None
    description: str | None

    @property
    def has_details(self) -> bool:
        """Tell whether there is anything to hide."""
        return self.payment is not None or self.description is not None


@dataclass(frozen=True)
class CollectiveIdentifier:
    """A number that stands for invoices of one seller."""

    number: str
    context: Identifier
    seller_nip: str
    created_at: datetime
    invoices: tuple[CollectedInvoice, ...]

    def belongs_to(self, context: Identifier) -> bool:
        """Tell whether it was made here, or for invoices of this seller."""
        return self.context == context or context == Identifier("Nip", self.seller_nip)


@dataclass
class CollectiveIdentifiers:
    """All identifiers of one simulator, by number and by invoice."""

    by_number: dict[str, CollectiveIdentifier] = field(default_factory=dict)
    by_invoice: dict[str, list[CollectiveIdentifier]] = field(default_factory=dict)

    def add(self, made: CollectiveIdentifier) -> None:
        """Keep a new identifier."""
        self.by_number[made.number] = made
        for item in made.invoices:
            self.by_invoice.setdefault(item.ksef_number, []).append(made)

    def count_of(self, ksef_number: str, context: Identifier) -> int:
        """Count the identifiers of an invoice that were made in a context."""
        found = self.by_invoice.get(ksef_number, [])
        return sum(item.context == context for item in found)


def make(
    state: State, context: Identifier, items: list[dict[str, Any]], now: datetime
) -> CollectiveIdentifier:
    """Make an identifier.

    :param items: ``ksefNumber``, ``payment`` and ``description`` of each invoice
    :raises ApiError: 71005 named twice, 71001 unknown, 71004 of another seller, 71002
        in too many identifiers; one item per finding
    """
    problems = list(_problems(state, context, [item["ksefNumber"] for item in items]))
    if problems:
        raise ApiError.of(problems)
    seller = _seller_of(state, items[0]["ksefNumber"])
    made = CollectiveIdentifier(
        number=new_number(seller, now),
        context=context,
        seller_nip=seller,
        created_at=now,
        invoices=tuple(
            CollectedInvoice(item["ksefNumber"], item["payment"], item["description"])
            for item in items
        ),
    )
    state.area(CollectiveIdentifiers).add(made)
    return made


def new_number(seller_nip: str, now: datetime) -> str:
    """Make a number: NIP, IZ with year and month, 12 hexadecimal digits, CRC-8."""
    month = now.astimezone(WARSAW)
    body = f"{seller_nip}-IZ{month:%Y%m}-{secrets.token_hex(6).upper()}"
    return f"{body}-{crc8(body.encode()):02X}"


def may_see_details(state: State, context: Identifier, ksef_number: str) -> bool:
    """Tell whether a context is a party of an invoice."""
    invoice = state.accepted.get(ksef_number)
    if invoice is None:
        return False
    return is_party(state.area(Archive).facts_of(invoice), context)


def _problems(
    state: State, context: Identifier, numbers: list[str]
) -> Iterator[Problem]:
    """Yield what is wrong with a list of invoices."""
    kept = state.area(CollectiveIdentifiers)
    first = next((number for number in numbers if number in state.accepted), None)
    seen: set[str] = set()
    for number in numbers:
        if number in seen:
            yield Problem(71005, (f"Powtórzony numer KSeF {number}.",))
        elif number not in state.accepted:
            text = f"Faktura o numerze KSeF {number} nie została znaleziona."
            yield Problem(71001, (text,))
        elif first and _seller_of(state, number) != _seller_of(state, first):
            text = f"Faktura o numerze KSeF {number} ma innego sprzedawcę."
            yield Problem(71004, (text,))
        elif kept.count_of(number, context) >= MOST_PER_INVOICE:
            text = (
                f"Faktura o numerze KSeF {number} jest już przypisana do maksymalnej "
                "liczby Identyfikatorów Zbiorczych."
            )
            yield Problem(71002, (text,))
        seen.add(number)


def _seller_of(state: State, ksef_number: str) -> str:
    nip: str = state.accepted[ksef_number].document.seller_nip
    return nip

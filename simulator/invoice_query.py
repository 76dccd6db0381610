"""Which accepted invoices a context sees, and what a filter leaves of them.

Values in, values out, except :class:`Archive`, which holds the settings and caches of
one simulator. Called by ``handlers/invoices`` and ``handlers/exports``.
Source: ksef-api.md §7; OpenAPI 2.9, InvoiceQueryFilters.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from .clock import UTC, WARSAW, isoformat
from .config import Config
from .errors import ApiError, invalid
from .invoice_metadata import (
    INVOICE_TYPES,
    InvoiceFacts,
    Party,
    facts_of,
    metadata_json,
)
from .shape import boolean, choice, items, moment, number, optional, record, text
from .state import Identifier, Invoice, State

_TICK = timedelta(microseconds=1)
ISSUE, INVOICING, PERMANENT = "Issue", "Invoicing", "PermanentStorage"
SUBJECTS = ("Subject1", "Subject2", "Subject3", "SubjectAuthorized")
KSEF_NUMBER = (
    r"[1-9](\d[1-9]|[1-9]\d)\d{7}"
    r"-(20[2-9][0-9]|2[1-9]\d{2}|[3-9]\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
    r"-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}"
)
_PEF_TYPES = ("VatPef", "VatPefSp", "KorPef")
_DATE_RANGE = {
    "dateType": choice(ISSUE, INVOICING, PERMANENT),
    "from": moment,
    "to": optional(moment),
    "restrictToPermanentStorageHwmDate": optional(boolean, False),
}
_AMOUNT = {
    "type": choice("Brutto", "Netto", "Vat"),
    "from": optional(number),
    "to": optional(number),
}
_BUYER = {
    "type": choice("Nip", "VatUe", "Other", "None"),
    "value": optional(text(0, 50)),
}
FILTERS = {
    "subjectType": choice(*SUBJECTS),
    "dateRange": record(_DATE_RANGE),
    "ksefNumber": optional(text(35, 36, KSEF_NUMBER)),
    "invoiceNumber": optional(text(0, 256)),
    "amount": optional(record(_AMOUNT)),
    "sellerNip": optional(text(10, 10, r"[1-9]((\d[1-9])|([1-9]\d))\d{7}")),
    "buyerIdentifier": optional(record(_BUYER)),
    "currencyCodes": optional(items(text(3, 3, r"[A-Z]{3}"))),
    "invoicingMode": optional(choice("Online", "Offline")),
    "isSelfInvoicing": optional(boolean),
    "formType": optional(choice("FA", "PEF", "FA_RR")),
    "invoiceTypes": optional(items(choice(*INVOICE_TYPES.values(), *_PEF_TYPES))),
    "hasAttachment": optional(boolean),
}


@dataclass
class Archive:
    """Settings of fetching that ``/_sim`` may change, and facts read from invoices.

    :ivar hwm_at: a fixed high-water mark; ``None``: the clock minus the configured lag
    :ivar max_records: records per filter set of a query (10 000)
    :ivar max_export: invoices per export (10 000)
    :ivar part_bytes: size of an export part before encryption (50 MB)
    :ivar late_share: part of the records that become visible late, 0 to 1
    :ivar late_seconds: how much later they do, at the most
    :ivar late: storage date and moment of appearance of late records
    :ivar query_marks: high-water mark of a query, the same on all of its pages
    """

    hwm_at: datetime | None = None
    hwm_lag_seconds: float | None = None
    max_records: int = 10_000
    max_export: int = 10_000
    part_bytes: int = 50_000_000
    late_share: float = 0.0
    late_seconds: float = 0.0
    late: list[tuple[datetime, datetime]] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(0))
    query_marks: dict[str, datetime] = field(default_factory=dict)
    facts: dict[str, InvoiceFacts] = field(default_factory=dict)

    def high_water_mark(self, config: Config, now: datetime) -> datetime:
        """Return the moment up to which permanent storage is complete.

        It never passes a record that has not appeared yet.
        """
        if self.hwm_at is not None:
            return self.hwm_at
        lag = self.hwm_lag_seconds
        mark = now - timedelta(seconds=config.hwm_lag_seconds if lag is None else lag)
        self.late = [record for record in self.late if record[1] > now]
        return min([mark, *(stored - _TICK for stored, _visible in self.late)])

    def store(self, invoice: Invoice, at: datetime) -> None:
        """Give an accepted invoice its date of storage; some appear only later."""
        invoice.stored_at = at
        if self.late_share and self.random.random() < self.late_share:
            wait = timedelta(seconds=self.random.uniform(0, self.late_seconds))
            invoice.visible_at = at + wait
            self.late.append((at, invoice.visible_at))

    def facts_of(self, invoice: Invoice) -> InvoiceFacts:
        """Read an accepted invoice, once."""
        key = invoice.ksef_number or invoice.reference
        if key not in self.facts:
            self.facts[key] = facts_of(invoice.content)
        return self.facts[key]


@dataclass(frozen=True)
class Selection:
    """What a filter leaves: invoices in order and the high-water mark that was used."""

    invoices: list[Invoice]
    high_water_mark: datetime
    date_type: str

    def mark_json(self) -> str | None:
        """Write the mark; other dates than PermanentStorage have none (case 77)."""
        return isoformat(self.high_water_mark) if self.date_type == PERMANENT else None


def check_range(filters: dict[str, Any], now: datetime) -> None:
    """Refuse a range that ends before it begins or is longer than three months.

    Counted in UTC or in Warsaw, either is enough. Seen in the official tests: three
    months minus a second pass, more does not. (OpenAPI 2.9 says 100 days in UTC.)

    :raises ApiError: 21405
    """
    dates = filters["dateRange"]
    start, end = dates["from"], dates["to"] or now
    if end < start and dates["to"] is not None:
        raise invalid("'dateRange.to' must be later than or equal to 'dateRange.from'.")
    limits = (_plus_three_months(start.astimezone(zone)) for zone in (UTC, WARSAW))
    if all(end > limit - timedelta(seconds=1) for limit in limits):
        raise invalid("'dateRange' must not be longer than 3 months.")


def _plus_three_months(start: datetime) -> datetime:
    years, month = divmod(start.month + 2, 12)
    year, month = start.year + years, month + 1
    day = min(start.day, calendar.monthrange(year, month)[1])
    return start.replace(year=year, month=month, day=day)


def is_beyond_mark(filters: dict[str, Any], mark: datetime) -> bool:
    """Tell whether a restricted range begins after the high-water mark."""
    dates = filters["dateRange"]
    return bool(
        dates["restrictToPermanentStorageHwmDate"]
        and dates["dateType"] == PERMANENT
        and dates["from"] > mark
    )


def select(
    state: State,
    context: Identifier,
    filters: dict[str, Any],
    mark: datetime,
    now: datetime,
) -> Selection:
    """Find the invoices that pass a filter, oldest first.

    :param filters: as read with :data:`FILTERS`
    """
    archive, dates = state.area(Archive), filters["dateRange"]
    end = dates["to"] or now
    if dates["dateType"] == PERMANENT:
        if dates["restrictToPermanentStorageHwmDate"]:
            end = min(end, mark)
        mark = min(mark, dates["to"] or mark)
    found = []
    for invoice in state.accepted.values():
        if not invoice.is_visible(now):
            continue
        facts = archive.facts_of(invoice)
        if (
            role_fits(filters["subjectType"], facts, context)
            and _is_in_range(dates, end, invoice, facts)
            and _passes(filters, state, invoice, facts)
        ):
            found.append(invoice)
    found.sort(key=lambda item: sort_key(dates["dateType"], item, archive))
    return Selection(found, mark, dates["dateType"])


def sort_key(date_type: str, invoice: Invoice, archive: Archive) -> tuple[Any, ...]:
    """Return the date of the filter, then the KSeF number."""
    when: Any = {
        ISSUE: archive.facts_of(invoice).issue_date or date.min,
        INVOICING: invoice.invoicing_at,
        PERMANENT: invoice.stored_at,
    }[date_type]
    return when, invoice.ksef_number


def role_fits(subject: str, facts: InvoiceFacts, context: Identifier) -> bool:
    """Tell whether the context is that subject of the invoice."""
    parties: dict[str, Iterable[Party | None]] = {
        "Subject1": (facts.seller,),
        "Subject2": (facts.buyer,),
        "Subject3": facts.third_parties,
        "SubjectAuthorized": (facts.authorized,),
    }
    return any(_is_party(party, context) for party in parties[subject] if party)


def is_party(facts: InvoiceFacts, context: Identifier) -> bool:
    """Tell whether the context is any subject of the invoice."""
    return any(role_fits(subject, facts, context) for subject in SUBJECTS)


def _is_party(party: Party, context: Identifier) -> bool:
    if context.type == "NipVatUe":
        nip, _dash, vat_number = context.value.partition("-")
        return (party.type, party.value) in (("Nip", nip), ("VatUe", vat_number))
    return (party.type, party.value) == (context.type, context.value)


def _is_in_range(
    dates: dict[str, Any], end: datetime, invoice: Invoice, facts: InvoiceFacts
) -> bool:
    """Tell whether the date of the filter lies in its range, bounds included."""
    if dates["dateType"] == ISSUE:
        first, last = (
            bound.astimezone(WARSAW).date() for bound in (dates["from"], end)
        )
        return facts.issue_date is not None and first <= facts.issue_date <= last
    when = invoice.invoicing_at if dates["dateType"] == INVOICING else invoice.stored_at
    return when is not None and bool(dates["from"] <= when <= end)


def _passes(
    filters: dict[str, Any], state: State, invoice: Invoice, facts: InvoiceFacts
) -> bool:
    """Tell whether an invoice passes every optional filter that is given."""
    form = state.sessions[invoice.session_reference].form_code[2]
    exact = {
        "ksefNumber": invoice.ksef_number,
        "invoiceNumber": facts.number,
        "sellerNip": facts.seller.value,
        "invoicingMode": invoice.mode,
        "isSelfInvoicing": facts.is_self_invoicing,
        "hasAttachment": facts.has_attachment,
        "formType": form,
    }
    lists = {"currencyCodes": facts.currency, "invoiceTypes": facts.invoice_type}
    return (
        all(filters[name] in (None, value) for name, value in exact.items())
        and all(not filters[n] or value in filters[n] for n, value in lists.items())
        and _is_buyer(filters["buyerIdentifier"], facts.buyer)
        and _is_amount(filters["amount"], facts)
    )


def _is_buyer(wanted: dict[str, Any] | None, buyer: Party) -> bool:
    if wanted is None:
        return True
    return wanted["type"] == buyer.type and wanted["value"] in (None, buyer.value)


def _is_amount(wanted: dict[str, Any] | None, facts: InvoiceFacts) -> bool:
    if wanted is None:
        return True
    amounts = {"Brutto": facts.gross, "Netto": facts.net, "Vat": facts.vat}
    value = float(amounts[wanted["type"]])
    low, high = wanted["from"], wanted["to"]
    return (low is None or low <= value) and (high is None or value <= high)


def check_subject(filters: dict[str, Any], context: Identifier) -> None:
    """Refuse a subject that a context of this type can never be.

    :raises ApiError: 21181
    """
    possible = {
        "InternalId": ("Subject3",),
        "PeppolId": ("Subject1",),
        "NipVatUe": ("Subject1", "Subject2"),
    }
    if filters["subjectType"] not in possible.get(context.type, SUBJECTS):
        raise ApiError(21181)


def metadata_of(state: State, invoice: Invoice) -> dict[str, Any]:
    """Write the InvoiceMetadata of an invoice in permanent storage."""
    form_code = state.sessions[invoice.session_reference].form_code
    return metadata_json(invoice, state.area(Archive).facts_of(invoice), form_code)

"""The page at ``/``: what this simulator knows right now, refreshed by itself.

It shows no token, key, password, invoice content or signed address.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterable

from werkzeug import Response

from ..clock import WARSAW
from ..enrollment import status_of
from ..invoice_query import Archive
from ..pages import cell, facts, html_response, layout, link, section, table
from ..routes import API_PREFIX, Bearer, Call, route
from ..state import Invoice

REFRESH_SECONDS = 3
_SHOWN = 25


@route("GET", "/", at_root=True, group=None, bearer=Bearer.NONE)
def status_page(call: Call) -> Response:
    """Show subjects, sessions, invoices, certificates, requests and the time."""
    main = "".join(
        (
            _overview(call),
            _contexts(call),
            _sessions(call),
            _invoices(call),
            _certificates(call),
            _requests(call),
        )
    )
    page = layout("Symulator KSeF", main, refresh_seconds=REFRESH_SECONDS)
    return html_response(page)


def _overview(call: Call) -> str:
    now = call.now.astimezone(WARSAW)
    frozen = " (zatrzymany / frozen)" if call.simulator.clock.is_frozen else ""
    state = call.state
    rows = [
        ("Adres API", "API address", call.request.host_url.rstrip("/") + API_PREFIX),
        ("Środowisko", "Environment", call.config.environment),
        ("Zegar (Warszawa)", "Clock", f"{now:%d-%m-%Y %H:%M:%S}{frozen}"),
        ("Limity żądań", "Rate limits", call.config.rate_limits),
        ("Przyjęte faktury", "Accepted invoices", str(len(state.accepted))),
        (
            "Oczekujące błędy",
            "Faults waiting",
            str(len(call.simulator.faults.waiting())),
        ),
    ]
    return section("Symulator KSeF", facts(rows), "KSeF simulator")


def _contexts(call: Call) -> str:
    """Show who logged in where, and how often."""
    logins = Counter(
        (operation.context, operation.subject, operation.category)
        for operation in call.state.operations.values()
        if operation.status == 200
    )
    rows = [
        [
            cell(f"{context.type} {context.value}"),
            cell(f"{subject.type} {subject.value}" if subject else "?"),
            cell(category),
            cell(count),
        ]
        for (context, subject, category), count in logins.items()
    ]
    tested = [
        [cell(f"{item.type} {item.nip}"), cell(item.description), "testdata", ""]
        for item in call.state.subjects.values()
    ] + [
        [cell(f"Person {item.nip}"), cell(item.description), "testdata", ""]
        for item in call.state.persons.values()
    ]
    heads = ("Kontekst", "Podmiot", "Sposób", "Logowań")
    return section("Podmioty", table(heads, rows + tested), "Subjects")


def _sessions(call: Call) -> str:
    rows = [
        [
            cell(session.reference),
            cell(session.kind),
            cell(f"{session.context.type} {session.context.value}"),
            cell(session.form_code[0]),
            cell(session.status),
            cell(sum(invoice.is_accepted for invoice in session.invoices)),
            cell(len(session.invoices)),
        ]
        for session in _last(call.state.sessions.values())
    ]
    heads = (
        "Numer",
        "Rodzaj",
        "Kontekst",
        "Struktura",
        "Stan",
        "Przyjęte",
        "Wszystkie",
    )
    return section("Sesje", table(heads, rows), "Sessions")


def _invoices(call: Call) -> str:
    rows = [_invoice_row(call, item) for item in _last(call.state.invoices.values())]
    heads = ("Numer", "Sprzedawca", "Nabywca", "Kwota", "Stan", "Numer KSeF", "Tryb")
    return section("Faktury", table(heads, rows), "Invoices")


def _invoice_row(call: Call, invoice: Invoice) -> list[str]:
    if not invoice.is_accepted:
        details = "; ".join(invoice.details)
        state = cell(f"{invoice.status} {details}"[:200])
        return [cell(invoice.reference), "", "", "", state, "", cell(invoice.mode)]
    shown = call.state.area(Archive).facts_of(invoice)
    digest = base64.urlsafe_b64encode(base64.b64decode(invoice.hash)).decode()
    day = f"{shown.issue_date:%d-%m-%Y}"
    page = f"/invoice/{shown.seller.value}/{day}/{digest.rstrip('=')}"
    return [
        link(page, shown.number),
        cell(f"{shown.seller.value} {shown.seller.name or ''}"),
        cell(f"{shown.buyer.value or ''} {shown.buyer.name or ''}"),
        cell(f"{shown.gross:.2f} {shown.currency}"),
        cell(invoice.status),
        cell(invoice.ksef_number),
        cell(invoice.mode),
    ]


def _certificates(call: Call) -> str:
    rows = [
        [
            cell(item.serial),
            cell(item.common_name),
            cell(item.type),
            cell(status_of(item, call.now)),
            cell(f"{item.valid_to:%d-%m-%Y}"),
        ]
        for item in _last(call.state.certificates.values())
    ]
    heads = ("Numer seryjny", "Nazwa", "Typ", "Stan", "Ważny do")
    return section("Certyfikaty KSeF", table(heads, rows), "KSeF certificates")


def _requests(call: Call) -> str:
    entries = [item for item in call.simulator.log.entries() if item.path != "/"]
    rows = [
        [
            cell(f"{item.at.astimezone(WARSAW):%H:%M:%S}"),
            cell(item.method),
            cell(_short(item.path)),
            cell(item.status),
            cell(item.context),
            cell(item.fault),
        ]
        for item in entries[-_SHOWN:][::-1]
    ]
    heads = ("Czas", "Metoda", "Ścieżka", "HTTP", "Kontekst", "Błąd wywołany")
    return section("Ostatnie żądania", table(heads, rows), "Last requests")


def _short(path: str) -> str:
    """Cut what may be a capability: storage addresses and signed links."""
    for start in ("/storage/", "/certificate/"):
        if path.startswith(start):
            return start + "..."
    return path


def _last(items: Iterable[object]) -> list:  # type: ignore[type-arg]
    return list(items)[-_SHOWN:][::-1]

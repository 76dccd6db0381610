"""The pages behind the QR codes of an invoice, in the style of the real ones.

KOD I asks whether an invoice is in KSeF; KOD II whether its link was signed with a
valid Offline certificate by someone who may issue for that seller. The verdict also
stands in the header ``X-KSeF-Verdict``, for programs.
Source: ksef-api.md §9; conformance cases 62, 96-98.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from werkzeug import Response

from .. import der
from ..clock import WARSAW
from ..code_two import decode_base64url, is_signature_right, signed_message
from ..enrollment import status_of
from ..invoice_metadata import InvoiceFacts
from ..invoice_query import Archive
from ..pages import facts, html_response, layout, section
from ..rights import may_issue_for, permissions_of
from ..routes import Bearer, Call, route
from ..state import Identifier, Invoice, IssuedCertificate

_PAGE = {"at_root": True, "group": None, "bearer": Bearer.NONE}
_HASH_BYTES = 32
_CONTEXT_TYPES = ("Nip", "InternalId", "NipVatUe", "PeppolId")
_ISSUING = {"Owner", "InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations"}


@dataclass(frozen=True)
class Verdict:
    """What a page says: its mood, its heading in two languages, an explanation."""

    name: str
    mood: str
    title: str
    english: str
    text: str
    status: int = 200


KNOWN = Verdict(
    "invoice-known",
    "good",
    "Faktura znajduje się w KSeF",
    "The invoice is in KSeF",
    "Dane z kodu QR zgadzają się z fakturą zapisaną w systemie.",
)
NOT_FOUND = Verdict(
    "invoice-not-found",
    "wait",
    "Faktury nie ma jeszcze w KSeF",
    "The invoice is not in KSeF yet",
    "Nie znaleziono faktury o tych danych. Jeżeli wystawiono ją w trybie offline, "
    "mogła nie zostać jeszcze przesłana.",
)
MALFORMED = Verdict(
    "link-malformed",
    "bad",
    "Nieprawidłowy odnośnik",
    "Malformed link",
    "Odnośnik z kodu QR nie ma wymaganej postaci.",
    400,
)
VALID = Verdict(
    "certificate-valid",
    "good",
    "Certyfikat wystawcy jest ważny, podpis prawidłowy",
    "The issuer's certificate is valid and the signature is right",
    "Kod potwierdza tożsamość wystawcy faktury wystawionej w trybie offline. "
    "Nie oznacza, że fakturę przesłano już do KSeF.",
)
UNKNOWN_CERTIFICATE = Verdict(
    "certificate-unknown",
    "bad",
    "Nie znaleziono certyfikatu",
    "Certificate not found",
    "W KSeF nie ma certyfikatu o tym numerze seryjnym.",
)
WRONG_TYPE = Verdict(
    "certificate-wrong-type",
    "bad",
    "Nieprawidłowy typ certyfikatu",
    "Wrong type of certificate",
    "Kod podpisano certyfikatem uwierzytelniającym. Wymagany jest certyfikat typu "
    "Offline.",
)
NOT_ACTIVE = Verdict(
    "certificate-not-active",
    "bad",
    "Certyfikat nie jest aktywny",
    "The certificate is not active",
    "Certyfikat został unieważniony, wygasł albo nie zaczął jeszcze obowiązywać.",
)
SIGNATURE_WRONG = Verdict(
    "signature-wrong",
    "bad",
    "Podpis jest nieprawidłowy",
    "The signature is wrong",
    "Podpis w odnośniku nie zgadza się z jego treścią albo powstał dla innego "
    "środowiska.",
)
NO_RIGHT = Verdict(
    "issuer-without-right",
    "bad",
    "Wystawca nie ma uprawnienia",
    "The issuer has no right",
    "Podmiot certyfikatu nie może wystawiać faktur w tym kontekście.",
)
CONTEXT_MISMATCH = Verdict(
    "context-may-not-issue",
    "bad",
    "Kontekst nie może wystawiać faktur tego sprzedawcy",
    "The context may not issue for this seller",
    "Brak powiązania między kontekstem a sprzedawcą wskazanym w kodzie.",
)


@route("GET", "/invoice/{nip}/{day}/{digest}", **_PAGE)
def invoice_page(call: Call) -> Response:
    """Answer KOD I."""
    digest, issued = decode_base64url(call.params["digest"]), _day(call.params["day"])
    if digest is None or len(digest) != _HASH_BYTES or issued is None:
        return _page(MALFORMED, _code_facts(call))
    found = _find(call, call.params["nip"], issued, digest)
    if found is None:
        return _page(NOT_FOUND, _code_facts(call))
    invoice, invoice_facts = found
    return _page(KNOWN, _invoice_facts(invoice, invoice_facts))


@route(
    "GET",
    "/certificate/{kind}/{value}/{nip}/{serial}/{digest}/{signature}",
    **_PAGE,
)
def certificate_page(call: Call) -> Response:
    """Answer KOD II; the invoice itself is not looked up."""
    certificate = call.state.certificates.get(call.params["serial"])
    verdict = _judge(call, certificate)
    return _page(verdict, _certificate_facts(call, certificate))


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d-%m-%Y").date()
    except ValueError:
        return None


def _find(
    call: Call, nip: str, issued: date, digest: bytes
) -> tuple[Invoice, InvoiceFacts] | None:
    """Find the accepted invoice of a link, also by the hash that it corrected."""
    wanted = base64.b64encode(digest).decode()
    for invoice in call.state.accepted.values():
        if wanted not in (invoice.hash, invoice.hash_of_corrected):
            continue
        invoice_facts = call.state.area(Archive).facts_of(invoice)
        if (invoice_facts.seller.value, invoice_facts.issue_date) == (nip, issued):
            return invoice, invoice_facts
    return None


def _judge(call: Call, certificate: IssuedCertificate | None) -> Verdict:
    """Decide about KOD II."""
    params = call.params
    digest = decode_base64url(params["digest"])
    signature = decode_base64url(params["signature"])
    if params["kind"] not in _CONTEXT_TYPES or signature is None:
        return MALFORMED
    if digest is None or len(digest) != _HASH_BYTES:
        return MALFORMED
    if certificate is None:
        return UNKNOWN_CERTIFICATE
    if certificate.type != "Offline":
        return WRONG_TYPE
    if not _is_active(certificate, call.now):
        return NOT_ACTIVE
    if not _is_signed(call, certificate, signature):
        return SIGNATURE_WRONG
    return _judge_rights(call, certificate)


def _judge_rights(call: Call, certificate: IssuedCertificate) -> Verdict:
    context = Identifier(call.params["kind"], call.params["value"])
    held = permissions_of(call.state, certificate.owner, context)
    if not _ISSUING & set(held):
        return NO_RIGHT
    # Self-billing: the buyer is not in the code, so the context is taken for it.
    own = {context.value.partition("-")[0]}
    if not may_issue_for(call.state, context, call.params["nip"], own):
        return CONTEXT_MISMATCH
    return VALID


def _is_active(certificate: IssuedCertificate, now: datetime) -> bool:
    return status_of(certificate, now) == "Active" and certificate.valid_from <= now


def _is_signed(call: Call, certificate: IssuedCertificate, signature: bytes) -> bool:
    names = ("kind", "value", "nip", "serial", "digest")
    path = "/certificate/" + "/".join(call.params[name] for name in names)
    public_key = der.read_certificate(certificate.der).public_key()
    message = signed_message(call.request.host, path)
    return is_signature_right(public_key, message, signature)


def _code_facts(call: Call) -> str:
    """Show what the code itself says."""
    params = call.params
    return facts(
        [
            ("NIP sprzedawcy", "Seller's NIP", params["nip"]),
            ("Data wystawienia", "Issue date", params.get("day")),
            ("Skrót faktury", "Invoice hash", params["digest"]),
        ]
    )


def _invoice_facts(invoice: Invoice, shown: InvoiceFacts) -> str:
    """Show an invoice."""
    return facts(
        [
            ("Numer KSeF", "KSeF number", invoice.ksef_number),
            ("Numer faktury", "Invoice number", shown.number),
            ("Data wystawienia", "Issue date", _shown_day(shown.issue_date)),
            ("Sprzedawca", "Seller", shown.seller.name),
            ("NIP sprzedawcy", "Seller's NIP", shown.seller.value),
            ("Nabywca", "Buyer", shown.buyer.name),
            ("Identyfikator nabywcy", "Buyer's identifier", shown.buyer.value),
            ("Kwota należności", "Total", f"{shown.gross:.2f} {shown.currency}"),
            ("Tryb wystawienia", "Mode", invoice.mode),
            (
                "Data nadania numeru KSeF",
                "Number given at",
                _shown_moment(invoice.acquired_at),
            ),
            ("Skrót faktury", "Invoice hash", invoice.hash),
        ]
    )


def _shown_day(day: date | None) -> str | None:
    return None if day is None else f"{day:%d-%m-%Y}"


def _shown_moment(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(WARSAW):%d-%m-%Y %H:%M:%S}"


def _certificate_facts(call: Call, certificate: IssuedCertificate | None) -> str:
    """Show a certificate and what the code claims."""
    params = call.params
    rows: list[tuple[str, str, str | None]] = [
        ("NIP sprzedawcy", "Seller's NIP", params["nip"]),
        ("Kontekst", "Context", f"{params['kind']} {params['value']}"),
        ("Numer seryjny certyfikatu", "Serial number", params["serial"]),
        ("Skrót faktury", "Invoice hash", params["digest"]),
    ]
    if certificate is not None:
        first, last = certificate.valid_from, certificate.valid_to
        period = f"{first:%d-%m-%Y} - {last:%d-%m-%Y}"
        rows += [
            ("Nazwa w certyfikacie", "Common name", certificate.common_name),
            ("Typ certyfikatu", "Type", certificate.type),
            ("Stan certyfikatu", "Status", status_of(certificate, call.now)),
            ("Okres ważności", "Validity", period),
        ]
    return facts(rows)


def _page(verdict: Verdict, details: str) -> Response:
    """Write the page of a verdict."""
    box = (
        f'<section class="verdict {verdict.mood}" data-verdict="{verdict.name}">'
        f"<h1>{escape(verdict.title)}</h1>"
        f'<p class="en">{escape(verdict.english)}</p><p>{escape(verdict.text)}</p>'
        "</section>"
    )
    main = box + section("Dane z weryfikacji", details, "What was verified")
    title = f"{verdict.title} - KSeF"
    response = html_response(layout(title, main, narrow=True), verdict.status)
    response.headers["X-KSeF-Verdict"] = verdict.name
    return response

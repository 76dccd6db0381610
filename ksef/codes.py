"""One row per code of KSeF: what it is about and what to do next.

The gateway's table of texts has the same keys (``scope``, ``code``); this package
does not translate. Sources: KSeF OpenAPI 2.9.0, tables of each endpoint, and
observed answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Action(str, Enum):
    """What the caller does next."""

    #: Log in again (new challenge, new tokens).
    AUTHENTICATE = "authenticate"
    #: Nothing to do but ask again later.
    WAIT = "wait"
    #: Do the same again: a new request, session, key or export.
    RETRY = "retry"
    #: The data are wrong: mend them and send a new document.
    FIX_DATA = "fix_data"
    #: A person must act in KSeF: rights, certificates, consents.
    ASK_PERSON = "ask_person"
    #: Find out what KSeF has before anything is sent.
    RECONCILE = "reconcile"
    #: A fault of the program or of KSeF.
    CALL_SUPPORT = "call_support"
    #: All is well.
    NONE = "none"


@dataclass(frozen=True)
class CodeRow:
    """One code.

    :ivar code: exception code, HTTP status (scope ``http``) or status code
    :ivar scope: ``http | auth | session | invoice | export``
    :ivar label: stable English word for logs and as key of translated texts
    """

    code: int
    scope: str
    action: Action
    label: str


_HTTP = (
    # HTTP statuses, for answers without a code of KSeF.
    (401, Action.AUTHENTICATE, "login_expired"),
    (403, Action.ASK_PERSON, "not_allowed"),
    (404, Action.CALL_SUPPORT, "not_found"),
    (406, Action.CALL_SUPPORT, "answer_type_refused"),
    (408, Action.RETRY, "request_timeout"),
    (410, Action.RETRY, "status_no_longer_kept"),
    (413, Action.FIX_DATA, "request_too_large"),
    (415, Action.CALL_SUPPORT, "request_type_refused"),
    (429, Action.WAIT, "too_many_requests"),
    (500, Action.RETRY, "server_error"),
    (502, Action.RETRY, "bad_gateway"),
    (503, Action.WAIT, "unavailable"),
    (504, Action.RETRY, "gateway_timeout"),
    # The signed login request.
    (9101, Action.CALL_SUPPORT, "login_document_invalid"),
    (9102, Action.CALL_SUPPORT, "signature_missing"),
    (9103, Action.CALL_SUPPORT, "too_many_signatures"),
    (9105, Action.CALL_SUPPORT, "signature_invalid"),
    (9107, Action.CALL_SUPPORT, "signature_refused"),
    (21001, Action.CALL_SUPPORT, "unreadable_content"),
    (21111, Action.AUTHENTICATE, "challenge_invalid"),
    (21115, Action.ASK_PERSON, "certificate_invalid"),
    (21117, Action.ASK_PERSON, "subject_does_not_fit_context"),
    (21217, Action.CALL_SUPPORT, "encoding_invalid"),
    (21301, Action.AUTHENTICATE, "login_withdrawn"),
    (21304, Action.AUTHENTICATE, "login_unknown"),
    (21308, Action.ASK_PERSON, "deceased_person"),
    (21401, Action.CALL_SUPPORT, "login_document_against_schema"),
    (21406, Action.ASK_PERSON, "certificate_without_identifier"),
    # Sessions and invoices.
    (21155, Action.RETRY, "session_full"),
    (21157, Action.CALL_SUPPORT, "part_size_invalid"),
    (21161, Action.CALL_SUPPORT, "too_many_parts"),
    (21164, Action.FIX_DATA, "invoice_unknown"),
    (21165, Action.WAIT, "invoice_not_yet_available"),
    (21166, Action.RECONCILE, "correction_exists"),
    (21167, Action.RECONCILE, "original_was_accepted"),
    (21173, Action.RETRY, "session_unknown"),
    (21175, Action.RETRY, "export_unknown"),
    (21178, Action.WAIT, "upo_not_found"),
    (21180, Action.RETRY, "session_not_open"),
    (21181, Action.CALL_SUPPORT, "export_impossible"),
    (21182, Action.WAIT, "too_many_exports"),
    (21183, Action.WAIT, "range_not_yet_complete"),
    (21205, Action.RETRY, "part_missing"),
    (21208, Action.RETRY, "upload_time_passed"),
    (21402, Action.CALL_SUPPORT, "encrypted_size_differs"),
    (21403, Action.CALL_SUPPORT, "encrypted_hash_differs"),
    (21405, Action.CALL_SUPPORT, "request_invalid"),
    (21418, Action.RETRY, "page_token_invalid"),
    (21470, Action.RETRY, "public_key_withdrawn"),
    # Certificates and KSeF tokens.
    (25001, Action.ASK_PERSON, "no_certificate_data_for_this_login"),
    (25002, Action.ASK_PERSON, "no_certificate_for_this_login"),
    (25003, Action.CALL_SUPPORT, "csr_differs"),
    (25004, Action.CALL_SUPPORT, "csr_invalid"),
    (25005, Action.CALL_SUPPORT, "enrollment_unknown"),
    (25006, Action.ASK_PERSON, "enrollment_limit"),
    (25007, Action.ASK_PERSON, "certificate_limit"),
    (25008, Action.ASK_PERSON, "certificate_unknown"),
    (25009, Action.NONE, "certificate_already_ended"),
    (25010, Action.CALL_SUPPORT, "key_not_allowed"),
    (25011, Action.CALL_SUPPORT, "csr_algorithm_not_allowed"),
    (26001, Action.ASK_PERSON, "token_rights_exceed_own"),
    (26002, Action.CALL_SUPPORT, "token_impossible_in_context"),
    (30001, Action.NONE, "test_data_exists"),
    # Collective identifiers.
    (71001, Action.ASK_PERSON, "collective_invoice_unknown"),
    (71002, Action.ASK_PERSON, "collective_invoice_in_too_many"),
    (71004, Action.FIX_DATA, "collective_of_several_sellers"),
    (71005, Action.FIX_DATA, "collective_invoice_repeated"),
)

_AUTH = (
    (100, Action.WAIT, "in_progress"),
    (200, Action.NONE, "authenticated"),
    (400, Action.ASK_PERSON, "certificate_problem"),
    (415, Action.ASK_PERSON, "no_permission"),
    (425, Action.AUTHENTICATE, "revoked"),
    (450, Action.ASK_PERSON, "token_problem"),
    (460, Action.ASK_PERSON, "certificate_problem"),
    (470, Action.ASK_PERSON, "deceased_person"),
    (480, Action.ASK_PERSON, "blocked"),
    (500, Action.RETRY, "unknown_error"),
    (550, Action.AUTHENTICATE, "cancelled_by_system"),
)

# Interactive and batch sessions share their codes.
_SESSION = (
    (100, Action.WAIT, "open"),
    (150, Action.WAIT, "processing"),
    (170, Action.WAIT, "closed"),
    (200, Action.NONE, "processed"),
    (405, Action.RETRY, "package_differs"),
    (415, Action.RETRY, "key_not_decrypted"),
    (420, Action.RETRY, "too_many_invoices"),
    (430, Action.CALL_SUPPORT, "archive_broken"),
    (435, Action.CALL_SUPPORT, "package_not_decrypted"),
    (440, Action.RETRY, "cancelled_without_invoices"),
    (445, Action.FIX_DATA, "no_valid_invoice"),
    (500, Action.RECONCILE, "unknown_error"),
)

_INVOICE = (
    (100, Action.WAIT, "received"),
    (150, Action.WAIT, "processing"),
    (200, Action.NONE, "accepted"),
    (405, Action.RETRY, "session_failed"),
    (410, Action.ASK_PERSON, "seller_not_allowed"),
    (415, Action.FIX_DATA, "attachment_not_allowed"),
    (430, Action.CALL_SUPPORT, "file_check_failed"),
    (435, Action.CALL_SUPPORT, "file_not_decrypted"),
    (440, Action.RECONCILE, "duplicate"),
    (450, Action.FIX_DATA, "content_invalid"),
    # Invoices with 500 have turned out to be stored: a repetition may answer 440.
    (500, Action.RETRY, "unknown_error"),
    (550, Action.RETRY, "cancelled_by_system"),
)

_EXPORT = (
    (100, Action.WAIT, "in_progress"),
    (200, Action.NONE, "ready"),
    (210, Action.RETRY, "expired"),
    (415, Action.RETRY, "key_not_decrypted"),
    (420, Action.WAIT, "range_not_yet_complete"),
    (500, Action.RETRY, "unknown_error"),
    (550, Action.RETRY, "cancelled_by_system"),
)

_SCOPES = {
    "http": _HTTP,
    "auth": _AUTH,
    "session": _SESSION,
    "invoice": _INVOICE,
    "export": _EXPORT,
}

#: Every known code.
ROWS = tuple(
    CodeRow(code, scope, action, label)
    for scope, table in _SCOPES.items()
    for code, action, label in table
)

_BY_KEY: dict[tuple[str, int | str | None], CodeRow] = {
    (row.scope, row.code): row for row in ROWS
}


def row_for(scope: str, code: int | str | None) -> CodeRow:
    """Return the row of a code; of an unknown one a row that calls the support.

    KSeF adds codes without notice, so an unknown one is not an error here.

    :param scope: ``http | auth | session | invoice | export``
    :param code: as :class:`~.errors.KsefError` carries it; words of ours have no row
    """
    row = _BY_KEY.get((scope, code))
    if row is not None:
        return row
    number = code if isinstance(code, int) else 0
    return CodeRow(number, scope, Action.CALL_SUPPORT, "unknown_code")

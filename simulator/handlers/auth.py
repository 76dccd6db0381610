"""Logging in: challenge, signed request, KSeF token, status.

What can be refused at once is refused here; the rest is ``login``, a moment later.
Source: ksef-api.md §2; OpenAPI 2.9, tag Uzyskiwanie dostępu.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from lxml import etree
from werkzeug import Response

from .. import auth_request, login, shape, xades
from ..auth_context import OPERATION_LIFETIME
from ..auth_operations import as_json, find
from ..auth_request import CONTEXT_PATTERNS, AuthRequest, SchemaViolation
from ..certificate_identity import is_seal, subject_of
from ..clock import isoformat
from ..crypto import undo_oaep
from ..errors import ApiError, PlainHttpError, invalid
from ..ip_policy import is_policy_entry
from ..public_keys import TOKEN_USAGE
from ..routes import Bearer, Call, json_response, route
from ..safe_xml import UnreadableXml, has_doctype, parse, processing_instructions
from ..state import AuthOperation, Identifier
from ..xades import BadCertificate, VerifiedSignature
from ..xmldsig import BadSignature, ds

_IPS = shape.optional(shape.items(shape.text(), at_most=10))
_TOKEN_LOGIN: dict[str, shape.Check] = {
    "challenge": shape.text(36, 36),
    "contextIdentifier": shape.record(
        {"type": shape.choice(*CONTEXT_PATTERNS), "value": shape.text()}
    ),
    "encryptedToken": shape.octets,
    "publicKeyId": shape.optional(shape.text(44, 44)),
    "authorizationPolicy": shape.optional(
        shape.record(
            {
                "allowedIps": shape.optional(
                    shape.record(
                        {"ip4Addresses": _IPS, "ip4Ranges": _IPS, "ip4Masks": _IPS}
                    )
                )
            }
        )
    ),
}


@route("POST", "/auth/challenge", group="anonymous", bearer=Bearer.NONE)
def challenge(call: Call) -> Response:
    """Give out a challenge that is good for ten minutes, once."""
    now = call.now
    _forget_old_challenges(call)
    reference = call.state.new_reference("CR", now)
    call.state.challenges[reference] = now
    return json_response(
        {
            "challenge": reference,
            "timestamp": isoformat(now),
            "timestampMs": login.timestamp_ms(now),
            "clientIp": call.client_ip,
        }
    )


@route("POST", "/auth/xades-signature", group="anonymous", bearer=Bearer.NONE)
def xades_signature(call: Call) -> Response:
    """Start a login with a signed AuthTokenRequest."""
    if call.request.mimetype not in ("application/xml", "text/xml"):
        raise PlainHttpError(415, "Unsupported Media Type")
    root = _parsed(call.body)
    verified = _verified(root, call.now)
    request = _read_request(verified.signed)
    subject = subject_of(
        verified.certificate, verified.certificate_der, request.by_fingerprint
    )
    trust = login.trust_of(
        call.state,
        call.simulator.authority,
        verified.certificate,
        verified.certificate_der,
        not call.config.accepts_self_signed or _wants_chain(call),
    )
    if trust.is_self_signed and not call.config.accepts_self_signed:
        raise ApiError(21115, "Certyfikat nie został wydany przez zaufanego wystawcę.")
    login.take_challenge(call.state, request.challenge, call.now)
    operation = _new_operation(call, request.context, request.allowed_ips)
    operation.subject = subject
    operation.method = _method_name(trust, verified)
    operation.certificate_der = verified.certificate_der
    operation.document_hash = xades.document_hash(call.body)
    if trust.record is not None:
        trust.record.last_use_at = call.now
    return _started(call, operation, lambda at: login.certificate_outcome(trust, at))


@route("POST", "/auth/ksef-token", group="anonymous", bearer=Bearer.NONE)
def ksef_token(call: Call) -> Response:
    """Start a login with an encrypted KSeF token."""
    body = shape.read(call.json(), _TOKEN_LOGIN)
    context = Identifier(**body["contextIdentifier"])
    if not CONTEXT_PATTERNS[context.type].fullmatch(context.value):
        raise invalid(f"'contextIdentifier.value' is not a valid {context.type}.")
    allowed_ips = _allowed_ips(body["authorizationPolicy"])
    plain = undo_oaep(
        call.simulator.keys,
        TOKEN_USAGE,
        body["publicKeyId"],
        body["encryptedToken"],
        call.now,
    )
    made_at = login.take_challenge(call.state, body["challenge"], call.now)
    operation = _new_operation(call, context, allowed_ips)
    operation.category = operation.method = "Token"
    check = partial(login.token_outcome, call.state, operation, plain, made_at)
    return _started(call, operation, check)


@route("GET", "/auth/{referenceNumber}", group="anonymous", bearer=Bearer.OPERATION)
def status(call: Call) -> Response:
    """Tell how far a login is."""
    operation = find(call, call.params["referenceNumber"])
    return json_response(as_json(operation))


def _forget_old_challenges(call: Call) -> None:
    """Drop challenges that nobody used in time."""
    oldest = call.now - login.CHALLENGE_LIFE
    for name, made_at in list(call.state.challenges.items()):
        if made_at >= oldest:
            return
        del call.state.challenges[name]


def _parsed(body: bytes) -> etree._Element:
    """Parse the request; refuse other encodings, DOCTYPE and processing instructions.

    :raises ApiError: 21217, 21001 or 9101
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ApiError(21217) from error
    try:
        root = parse(body)
    except UnreadableXml as error:
        raise ApiError(21001, str(error)) from error
    if (root.getroottree().docinfo.encoding or "UTF-8").upper() != "UTF-8":
        raise ApiError(21217)
    if has_doctype(root) or processing_instructions(root):
        raise ApiError(9101)
    return root


def _verified(root: etree._Element, now: datetime) -> VerifiedSignature:
    """Check the one signature of the document.

    :raises ApiError: 9102, 9103, 9105 or 21115
    """
    signatures = list(root.iter(ds("Signature")))
    if not signatures:
        raise ApiError(9102)
    if len(signatures) > 1:
        raise ApiError(9103)
    if signatures[0].getparent() not in (None, root):
        raise ApiError(9105, "Podpis w nieoczekiwanym miejscu dokumentu.")
    try:
        return xades.verify(signatures[0], now)
    except BadSignature as error:
        raise ApiError(9105, str(error)) from error
    except BadCertificate as error:
        raise ApiError(21115, str(error)) from error


def _read_request(signed: etree._Element) -> AuthRequest:
    """Read what was signed, and nothing else.

    :raises ApiError: 21401
    """
    try:
        return auth_request.read(auth_request.find_request(signed))
    except SchemaViolation as error:
        raise ApiError(21401, str(error)) from error


def _wants_chain(call: Call) -> bool:
    """Tell whether the caller asks for a check of the certificate's chain."""
    return call.request.args.get("verifyCertificateChain", "").lower() == "true"


def _method_name(trust: login.CertificateTrust, verified: VerifiedSignature) -> str:
    """Name the method of a login by certificate."""
    if trust.is_ours:
        return "InternalCertificate"
    return "QualifiedSeal" if is_seal(verified.certificate) else "QualifiedSignature"


def _allowed_ips(policy: dict[str, Any] | None) -> tuple[str, ...]:
    """Read the address policy of a token login.

    :raises ApiError: 21405 for an entry of the wrong form
    """
    allowed = (policy or {}).get("allowedIps") or {}
    entries = tuple(entry for group in allowed.values() for entry in group or ())
    wrong = [entry for entry in entries if not is_policy_entry(entry)]
    if wrong:
        raise invalid(*(f"'{entry}' is not in the correct format." for entry in wrong))
    return entries


def _new_operation(
    call: Call, context: Identifier, allowed_ips: tuple[str, ...]
) -> AuthOperation:
    """Make and store an operation."""
    operation = AuthOperation(
        reference=call.state.new_reference("AU", call.now),
        context=context,
        started_at=call.now,
        category="XadesSignature",
        allowed_ips=allowed_ips,
    )
    call.state.operations[operation.reference] = operation
    return operation


def _started(
    call: Call, operation: AuthOperation, credentials: login.Credentials
) -> Response:
    """Schedule the rest of the login and answer 202."""

    def decide(at: datetime) -> None:
        login.finish(call.state, operation, credentials, at)

    due = call.now + timedelta(seconds=call.config.processing_seconds)
    call.state.schedule(due, decide)
    token = call.simulator.tokens.make(
        Bearer.OPERATION, operation, call.now, OPERATION_LIFETIME
    )
    body = {"referenceNumber": operation.reference, "authenticationToken": token}
    return json_response(body, 202)

"""Logs in with a certificate: challenge, signed request, wait, tokens.

Source: KSeF documentation, authentication; schema AuthTokenRequest 2.0 (2.1 changes
only patterns that are not used here).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from lxml import etree

from .certificates import Certificate, PrivateKey
from .client import KsefClient
from .errors import KsefAuthError
from .messages import AuthOperation, AuthStatus, Tokens
from .xades import sign

NAMESPACE = "http://ksef.mf.gov.pl/auth/token/2.0"

#: A clock that is slightly ahead must not date the signature into KSeF's future;
#: the official C# client does the same.
BACKDATE_SECONDS = 60
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 5.0

IN_PROGRESS = 100
AUTHENTICATED = 200

#: Final status of a failed login to our reason; 400 is what examples of the OpenAPI
#: still show for certificates. 500 and 550 start again with a new challenge.
FAILURE_REASONS = {
    400: "certificate",
    415: "no_permission",
    425: "revoked",
    450: "token",
    460: "certificate",
    470: "deceased",
    480: "blocked",
    500: "failed",
    550: "failed",
}
_RESTARTABLE = frozenset({500, 550})


def build_auth_request(
    challenge: str, nip: str, subject_type: str = "certificateSubject"
) -> bytes:
    """Return the unsigned AuthTokenRequest for the context of a NIP.

    :param challenge: 36 characters from POST /auth/challenge
    :param nip: ten digits of the company whose context is wanted
    :param subject_type: ``certificateSubject | certificateFingerprint``
    """
    root = etree.Element(f"{{{NAMESPACE}}}AuthTokenRequest", nsmap={None: NAMESPACE})
    etree.SubElement(root, f"{{{NAMESPACE}}}Challenge").text = challenge
    context = etree.SubElement(root, f"{{{NAMESPACE}}}ContextIdentifier")
    etree.SubElement(context, f"{{{NAMESPACE}}}Nip").text = nip
    kind = etree.SubElement(root, f"{{{NAMESPACE}}}SubjectIdentifierType")
    kind.text = subject_type
    request: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return request


def login(
    client: KsefClient,
    nip: str,
    certificate: Certificate,
    key: PrivateKey,
    *,
    sleep: Callable[[float], None],
    clock: Callable[[], datetime],
    timeout_seconds: float = 60,
) -> Tokens:
    """Log in and return the tokens; nothing is stored.

    A KSeF certificate is checked within a second or so; the check of a qualified one
    may take longer.

    :param clock: returns aware UTC now
    :param timeout_seconds: longest wait for the check
    :raises KsefAuthError: reason ``no_permission`` (415), ``revoked`` (425),
        ``certificate`` (460), ``deceased`` (470), ``blocked`` (480), ``failed``,
        ``timeout`` (retryable)
    :raises KsefRequestRejected: the signed request was refused at once, e.g. 21115
    """
    challenge = client.challenge().challenge
    signed = sign(
        build_auth_request(challenge, nip),
        certificate.der,
        key,
        signing_time=clock() - timedelta(seconds=BACKDATE_SECONDS),
    )
    operation = client.submit_xades(signed)
    deadline = clock() + timedelta(seconds=timeout_seconds)
    _wait(client, operation, sleep, lambda: clock() >= deadline)
    return client.redeem(operation)


def _wait(
    client: KsefClient,
    operation: AuthOperation,
    sleep: Callable[[float], None],
    is_late: Callable[[], bool],
) -> None:
    pause = _FIRST_PAUSE_SECONDS
    while True:
        answer = client.auth_status(operation)
        if answer.status.code == AUTHENTICATED:
            return
        if answer.status.code != IN_PROGRESS:
            raise _failed(operation, answer)
        if is_late():
            raise KsefAuthError(
                "KSeF has not finished checking the certificate yet.",
                reason="timeout",
                code=IN_PROGRESS,
                reference=operation.reference_number,
                retryable=True,
            )
        sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)


def _failed(operation: AuthOperation, answer: AuthStatus) -> KsefAuthError:
    status = answer.status
    return KsefAuthError(
        f"The login failed with status {status.code}.",
        reason=FAILURE_REASONS.get(status.code, "failed"),
        code=status.code,
        details=status.details or (status.description,),
        reference=operation.reference_number,
        retryable=status.code in _RESTARTABLE,
    )

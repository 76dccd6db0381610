"""Ask another library whether a signature holds.

``signxml`` is a development dependency: where it is installed, a signature must pass
both its verifier and ours; where it is not, ours decides alone.
"""

from __future__ import annotations

from cryptography import x509
from lxml import etree

from .xmldsig import BadSignature

try:
    from signxml.exceptions import SignXMLException
    from signxml.verifier import SignatureConfiguration, XMLVerifier

    _INSTALLED = True
except ImportError:
    _INSTALLED = False


def is_available() -> bool:
    """Tell whether the second verifier is installed."""
    return _INSTALLED


def confirm(
    signature: etree._Element, certificate: x509.Certificate, references: int
) -> None:
    """Verify the signature with the other library, if there is one.

    :param references: number of ds:Reference that it must have
    :raises BadSignature: the other library refuses it
    """
    if not _INSTALLED:
        return
    # The moment of the check is our own business: the simulated clock decides.
    config = SignatureConfiguration(
        expect_references=references,
        verification_time=certificate.not_valid_before_utc,
    )
    document = etree.tostring(signature.getroottree())
    try:
        XMLVerifier().verify(document, x509_cert=certificate, expect_config=config)
    except (SignXMLException, etree.LxmlError, ValueError, KeyError) as error:
        raise BadSignature(f"Weryfikacja podpisu negatywna: {error}") from error

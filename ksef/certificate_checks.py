"""What is wrong with a certificate or key for its purpose, as codes.

Everything here is local and immediate; whether KSeF takes the certificate, only a
login shows. Use it through ``certificates``.
"""

from __future__ import annotations

from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from .certificate_reading import Certificate, CertificateUsage
from .environment import DEMO, PRD, Environment
from .errors import KsefCertificateError
from .key_reading import PrivateKey

#: KSeF documentation, signature requirements: smallest keys in bits.
_SMALLEST = {"rsa": 2048, "ec": 256}

#: Code and message when a certificate of this usage stands in this slot.
_WRONG_USAGE = {
    (CertificateUsage.AUTHENTICATION, CertificateUsage.OFFLINE): (
        "offline_certificate_for_login",
        "An Offline certificate cannot be used to log in.",
    ),
    (CertificateUsage.OFFLINE, CertificateUsage.AUTHENTICATION): (
        "authentication_certificate_for_offline",
        "An Authentication certificate cannot sign offline invoices.",
    ),
    (CertificateUsage.OFFLINE, CertificateUsage.QUALIFIED): (
        "not_a_ksef_certificate",
        "Only an Offline certificate of KSeF can sign offline invoices.",
    ),
}


def is_pair(certificate: Certificate, key: PrivateKey) -> bool:
    """Tell whether the key belongs to the certificate."""
    # Both sides are encoded by one library: the certificate's own encoding may
    # differ, e.g. by a compressed point.
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        public = load_der_public_key(certificate.public_key_spki)
    except (ValueError, UnsupportedAlgorithm):
        return False
    return key.public_key().public_bytes(*form) == public.public_bytes(*form)


def check_pair(certificate: Certificate, key: PrivateKey) -> None:
    """Check that the key belongs to the certificate.

    :raises KsefCertificateError: ``key_of_another_pair``
    """
    if not is_pair(certificate, key):
        raise KsefCertificateError(
            "key_of_another_pair",
            "The private key does not belong to this certificate.",
            **_names(certificate),
        )


def check_slot(
    certificate: Certificate,
    slot: CertificateUsage,
    *,
    at: datetime,
    environment: Environment,
) -> None:
    """Check that a certificate can serve where it was uploaded.

    A qualified certificate may log in, never sign offline.

    :param slot: ``AUTHENTICATION`` or ``OFFLINE``
    :param at: aware time to check the validity at
    :raises KsefCertificateError: ``offline_certificate_for_login``,
        ``authentication_certificate_for_offline``, ``not_a_ksef_certificate``,
        ``weak_key``, ``environment_mismatch``, ``expired``, ``not_yet_valid``
    """
    wrong = _WRONG_USAGE.get((slot, certificate.usage))
    if wrong is not None:
        code, message = wrong
        raise KsefCertificateError(code, message, **_names(certificate))
    _check_key_size(certificate)
    _check_environment(certificate, environment)
    check_validity(certificate, at)


def check_validity(certificate: Certificate, at: datetime) -> None:
    """Check the dates of a certificate.

    :raises KsefCertificateError: ``expired``, ``not_yet_valid``; the values have
        ``not_before`` and ``not_after``
    """
    if at < certificate.not_before:
        code, message = "not_yet_valid", "The certificate is not valid yet."
    elif at > certificate.not_after:
        code, message = "expired", "The certificate has expired."
    else:
        return
    raise KsefCertificateError(code, message, **_names(certificate))


def check_distinct(authentication: Certificate, offline: Certificate) -> None:
    """Check that the two slots hold two pairs.

    :raises KsefCertificateError: ``same_pair_twice``, for one certificate or one key
        in both
    """
    if (
        authentication.fingerprint == offline.fingerprint
        or authentication.public_key_spki == offline.public_key_spki
    ):
        raise KsefCertificateError(
            "same_pair_twice",
            "The same certificate or key was given twice.",
            **_names(offline),
        )


def _check_key_size(certificate: Certificate) -> None:
    smallest = _SMALLEST.get(certificate.key_type)
    if smallest is None or certificate.key_bits < smallest:
        raise KsefCertificateError(
            "weak_key",
            "KSeF takes RSA keys of 2048 bits or more and EC keys of 256 or more.",
            key_algorithm=certificate.key_algorithm,
            **_names(certificate),
        )


def _check_environment(certificate: Certificate, environment: Environment) -> None:
    # TEST and custom take everything. The issuer of DEMO is not published and may be
    # named like TEST's, so there only a self-signed certificate is surely wrong.
    mismatch = (environment in (DEMO, PRD) and certificate.is_self_signed) or (
        environment == PRD and certificate.is_test_issuer
    )
    if mismatch:
        raise KsefCertificateError(
            "environment_mismatch",
            "The certificate was issued for another environment.",
            environment=environment.code,
            **_names(certificate),
        )


def _names(certificate: Certificate) -> dict[str, object]:
    """Return what messages about a certificate say."""
    return {
        "holder": certificate.holder,
        "common_name": certificate.common_name,
        "issuer_name": certificate.issuer_name,
        "serial": certificate.serial_hex,
        "not_before": certificate.not_before,
        "not_after": certificate.not_after,
    }

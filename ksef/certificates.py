"""Certificates and keys as people upload them: the door to the readers and checks.

``certificate_reading`` and ``key_reading`` read one file each, ``pkcs12_reading`` a
pair, ``certificate_checks`` says whether they fit. All failures are
:class:`~.errors.KsefCertificateError` with a code.
"""

from .certificate_checks import (
    check_distinct,
    check_pair,
    check_slot,
    check_validity,
)
from .certificate_reading import Certificate, CertificateUsage, read_certificate
from .key_reading import (
    PrivateKey,
    key_from_pkcs8_der,
    key_to_pkcs8_der,
    read_key,
)
from .pkcs12_reading import is_pkcs12, read_pkcs12
from .upload import MAX_BYTES

__all__ = [
    "MAX_BYTES",
    "Certificate",
    "CertificateUsage",
    "PrivateKey",
    "check_distinct",
    "check_pair",
    "check_slot",
    "check_validity",
    "is_pkcs12",
    "key_from_pkcs8_der",
    "key_to_pkcs8_der",
    "read_certificate",
    "read_key",
    "read_pkcs12",
]

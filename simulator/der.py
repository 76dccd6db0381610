"""Read and write the few DER shapes that ``cryptography`` does not cover.

Certificates of KSeF are signed with ecdsa-with-SHA512 whose AlgorithmIdentifier
carries an explicit NULL parameter. ``cryptography`` 49 and later refuse to parse
that, and never write it. Called by the certificate authority (writing) and by
whoever reads a certificate that a client sent (reading). No ASN.1 library: three
functions are enough.
"""

from cryptography import x509

#: OID 1.2.840.10045.4.3.4 (ecdsa-with-SHA512) as a DER element.
ECDSA_SHA512_OID = bytes.fromhex("06082a8648ce3d040304")
_BARE_ALGORITHM = bytes.fromhex("300a") + ECDSA_SHA512_OID
_NULL_ALGORITHM = bytes.fromhex("300c") + ECDSA_SHA512_OID + bytes.fromhex("0500")
_SEQUENCE = 0x30


def element(tag: int, content: bytes) -> bytes:
    """Encode one DER element with a definite length.

    :param tag: tag octet (``0x30`` is a SEQUENCE, ``0x03`` a BIT STRING)
    """
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def split_element(data: bytes) -> tuple[int, bytes, bytes]:
    """Split off the first DER element.

    :return: tag, content, what follows the element
    :raises ValueError: truncated data or an indefinite length
    """
    if len(data) < 2:
        raise ValueError("DER element is truncated")
    tag, size, start = data[0], data[1], 2
    if size & 0x80:
        count = size & 0x7F
        if not count or len(data) < 2 + count:
            raise ValueError("DER length is malformed")
        size, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if len(data) < start + size:
        raise ValueError("DER element is truncated")
    return tag, data[start : start + size], data[start + size :]


def children(content: bytes) -> list[bytes]:
    """Split the content of a SEQUENCE into its encoded elements.

    :raises ValueError: one of them is malformed
    """
    found = []
    while content:
        _tag, _body, rest = split_element(content)
        found.append(content[: len(content) - len(rest)])
        content = rest
    return found


def with_explicit_null(tbs_certificate: bytes) -> bytes:
    """Put the NULL parameter into the signature algorithm of a TBSCertificate.

    :raises ValueError: the TBSCertificate is not signed with ecdsa-with-SHA512
    """
    return _swap_algorithm(tbs_certificate, _BARE_ALGORITHM, _NULL_ALGORITHM)


def assemble_certificate(tbs_certificate: bytes, signature: bytes) -> bytes:
    """Build the certificate of a TBSCertificate with explicit NULL parameters."""
    bits = element(0x03, b"\x00" + signature)
    return element(_SEQUENCE, tbs_certificate + _NULL_ALGORITHM + bits)


def read_certificate(der: bytes) -> x509.Certificate:
    """Read a certificate, also one that has the explicit NULL parameter.

    The returned object of such a certificate has other bytes than ``der`` (the NULL
    is gone), so that its fingerprint and signature must not be used: take ``der``.

    :raises ValueError: this is no certificate
    """
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        return x509.load_der_x509_certificate(_without_explicit_null(der))


def _without_explicit_null(der: bytes) -> bytes:
    tag, content, rest = split_element(der)
    parts = children(content) if tag == _SEQUENCE and not rest else []
    if len(parts) != 3 or parts[1] != _NULL_ALGORITHM:
        raise ValueError("not a certificate")
    tbs = _swap_algorithm(parts[0], _NULL_ALGORITHM, _BARE_ALGORITHM)
    return element(_SEQUENCE, tbs + _BARE_ALGORITHM + parts[2])


def _swap_algorithm(tbs_certificate: bytes, old: bytes, new: bytes) -> bytes:
    parts = children(split_element(tbs_certificate)[1])
    # version [0], serialNumber, signature, ... (RFC 5280, 4.1)
    if len(parts) < 3 or parts[2] != old:
        raise ValueError("unexpected signature algorithm")
    parts[2] = new
    return element(_SEQUENCE, b"".join(parts))

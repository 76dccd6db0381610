"""Reading certificates; every certificate here is made in memory."""

import base64
from datetime import timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from support_ksef import (
    NIP,
    NOW,
    PERSON,
    Recipe,
    as_pem,
    key_bytes,
    make_key,
    with_explicit_null,
)

from ksef.certificates import MAX_BYTES, CertificateUsage, read_certificate
from ksef.errors import KsefCertificateError


def refused(data: bytes) -> KsefCertificateError:
    with pytest.raises(KsefCertificateError) as caught:
        read_certificate(data)
    return caught.value


@pytest.fixture(scope="module")
def der():
    return Recipe().der()


# -- forms of the file -------------------------------------------------


def test_der_is_read_and_kept_as_it_is(der):
    assert read_certificate(der).der == der


def test_pem_is_read(der):
    assert read_certificate(as_pem(der)).der == der


def test_pem_with_a_byte_order_mark_and_windows_lines_is_read(der):
    data = b"\xef\xbb\xbf" + as_pem(der).replace(b"\n", b"\r\n")
    assert read_certificate(data).der == der


def test_pem_with_text_in_front_is_read(der):
    assert read_certificate(b"Bag Attributes\n  x: y\n" + as_pem(der)).der == der


def test_the_first_certificate_of_a_chain_is_read(der):
    chain = as_pem(der) + as_pem(Recipe(serial=7).der())
    assert read_certificate(chain).der == der


def test_bare_base64_is_read(der):
    assert read_certificate(base64.b64encode(der)).der == der


def test_bare_base64_in_lines_is_read(der):
    assert read_certificate(base64.encodebytes(der)).der == der


def test_a_file_with_key_and_certificate_gives_the_certificate(der):
    data = key_bytes(make_key()) + as_pem(der)
    assert read_certificate(data).der == der


def test_the_pem_of_a_certificate_holds_the_same_bytes(der):
    pem = read_certificate(der).pem
    assert read_certificate(pem.encode()).der == der
    loaded = x509.load_pem_x509_certificate(pem.encode())
    assert loaded.public_bytes(serialization.Encoding.DER) == der


# -- no certificate ----------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"  \n", b"\n\n\n"])
def test_an_empty_file(data):
    assert refused(data).code == "empty_file"


def test_a_file_that_is_too_large():
    error = refused(b"0" * (MAX_BYTES + 1))
    assert error.code == "file_too_large"
    assert error.values == {"size": MAX_BYTES + 1, "limit": MAX_BYTES}


def test_a_key_in_the_place_of_the_certificate_is_told_apart():
    error = refused(key_bytes(make_key()))
    assert (error.code, error.values["found"]) == ("not_a_certificate", "private_key")


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x30\x03\x02\x01\x05",
        b"0",
        b"%PDF-1.7 ...",
        b"\x00\x01\x02\xff",
        b"\x30\x82\xff\xff",
        "Zażółć".encode("utf-16"),
        b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
    ],
)
def test_a_file_that_is_no_certificate(data):
    assert refused(data).code == "not_a_certificate"


def test_a_certificate_that_is_cut_off(der):
    assert refused(der[:-20]).code == "not_a_certificate"


def test_a_certificate_with_something_behind_it(der):
    assert refused(der + b"\x00").code == "not_a_certificate"


@pytest.mark.parametrize("place", range(4, 400, 13))
def test_a_damaged_certificate_is_read_or_refused_but_never_crashes(der, place):
    damaged = der[:place] + bytes([der[place] ^ 0xFF]) + der[place + 1 :]
    try:
        read_certificate(damaged)
    except KsefCertificateError as error:
        assert error.code == "not_a_certificate"


# -- what is in it -----------------------------------------------------


def test_a_seal_of_a_company(der):
    certificate = read_certificate(der)
    assert certificate.nip == NIP
    assert certificate.pesel is None
    assert certificate.organization == "Firma Testowa sp. z o.o."
    assert certificate.common_name == "Firma Testowa (uwierzytelnienie)"
    assert certificate.holder == "Firma Testowa sp. z o.o."


def test_a_person_with_pesel():
    certificate = read_certificate(Recipe(subject=PERSON).der())
    assert certificate.pesel == "44051401359"
    assert certificate.nip is None
    assert certificate.holder == "Zofia Łęcka"
    assert "44051401359" not in repr(certificate)


def test_a_person_with_nip():
    subject = {**PERSON, "serialNumber": f"TINPL-{NIP}"}
    certificate = read_certificate(Recipe(subject=subject).der())
    assert (certificate.nip, certificate.pesel) == (NIP, None)


def test_a_holder_with_nothing_but_a_common_name():
    certificate = read_certificate(Recipe(subject={"CN": "X"}).der())
    assert (certificate.holder, certificate.nip, certificate.pesel) == ("X", None, None)


def test_a_serial_number_that_starts_with_nought_has_16_digits():
    certificate = read_certificate(Recipe(serial=0x01F20A5D352AE590).der())
    assert certificate.serial_hex == "01F20A5D352AE590"


def test_a_small_serial_number_is_padded():
    assert read_certificate(Recipe(serial=0xAB).der()).serial_hex == "00000000000000AB"


def test_validity_is_aware_utc():
    certificate = read_certificate(Recipe().der())
    assert certificate.not_before == NOW - timedelta(days=10)
    assert certificate.not_after.tzinfo is timezone.utc


def test_dates_after_2049_are_read():
    later = NOW.replace(year=2055)
    assert read_certificate(Recipe(not_after=later).der()).not_after == later


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ("login", CertificateUsage.AUTHENTICATION),
        ("offline", CertificateUsage.OFFLINE),
        ("both", CertificateUsage.QUALIFIED),
        ("none", CertificateUsage.QUALIFIED),
    ],
)
def test_the_usage_is_told_by_the_key_usage(usage, expected):
    assert read_certificate(Recipe(usage=usage).der()).usage is expected


def test_the_usage_is_not_told_by_the_name():
    misleading = {"CN": "Firma (offline)"}
    certificate = read_certificate(Recipe(subject=misleading, usage="login").der())
    assert certificate.usage is CertificateUsage.AUTHENTICATION


@pytest.mark.parametrize(
    ("kind", "label", "bits"), [("ec", "EC P-256", 256), ("rsa", "RSA 2048", 2048)]
)
def test_the_kind_of_key(kind, label, bits):
    key = make_key(kind)
    certificate = read_certificate(Recipe(key=key).der())
    assert (certificate.key_algorithm, certificate.key_bits) == (label, bits)
    assert certificate.public_key_spki == key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo,
    )


def test_the_fingerprint_is_the_upper_case_sha256(der):
    from cryptography.hazmat.primitives import hashes

    expected = x509.load_der_x509_certificate(der).fingerprint(hashes.SHA256())
    assert read_certificate(der).fingerprint == expected.hex().upper()


def test_a_certificate_of_the_test_authority():
    certificate = read_certificate(Recipe().der())
    assert certificate.is_test_issuer
    assert not certificate.is_self_signed


def test_a_certificate_of_another_authority():
    issuer = {"C": "PL", "O": "Ministerstwo Finansów", "CN": "CCK KSeF"}
    assert not read_certificate(Recipe(issuer=issuer).der()).is_test_issuer


def test_a_self_signed_certificate():
    assert read_certificate(Recipe(issuer=None).der()).is_self_signed


def test_the_issuer_is_written_as_cryptography_writes_it():
    issuer = {
        "C": "PL",
        "O": 'A, B + C "D" <x>; \\ = e',
        "CN": "#first and last ",
    }
    recipe = Recipe(issuer=issuer)
    expected = recipe.issue().issuer.rfc4514_string()
    assert read_certificate(recipe.der()).issuer_name == expected


# -- the shape that cryptography refuses -------------------------------


@pytest.fixture(scope="module")
def real_shape():
    return with_explicit_null(Recipe(serial=0x01F20A5D352AE590).der())


def test_the_patched_certificate_has_the_shape_of_the_real_ones(real_shape):
    # ecdsa-with-SHA512 followed by NULL, twice: inside the signed part and after it.
    assert real_shape.count(bytes.fromhex("06082a8648ce3d0403040500")) == 2


def test_a_certificate_with_an_explicit_null_parameter_is_read(real_shape):
    certificate = read_certificate(as_pem(real_shape))
    assert certificate.der == real_shape
    assert certificate.nip == NIP
    assert certificate.serial_hex == "01F20A5D352AE590"
    assert certificate.usage is CertificateUsage.AUTHENTICATION

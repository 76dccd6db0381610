"""Reading private keys and PKCS#12 files, and sealing's plain form."""

import base64

import pytest
from asn1crypto import algos, core, keys, pkcs12
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PBES,
    serialize_key_and_certificates,
)
from support_ksef import Recipe, as_pem, key_bytes, make_key, with_explicit_null

from ksef.certificates import (
    MAX_BYTES,
    is_pkcs12,
    key_from_pkcs8_der,
    key_to_pkcs8_der,
    read_key,
    read_pkcs12,
)
from ksef.errors import KsefCertificateError

PASSWORD = "Zażółć gęślą jaźń 1!"


def numbers(key):
    return key.private_numbers()


def refused(data: bytes, password: str | None = None, read=read_key):
    with pytest.raises(KsefCertificateError) as caught:
        read(data, password)
    return caught.value


# -- plain keys --------------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_plain_pkcs8_pkcs1_and_sec1(kind, encoding, form):
    key = make_key(kind)
    data = key_bytes(key, encoding, form)
    assert numbers(read_key(data, None)) == numbers(key)


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL"])
def test_bare_base64(kind, form):
    key = make_key(kind)
    data = base64.encodebytes(key_bytes(key, "DER", form))
    assert numbers(read_key(data, None)) == numbers(key)


def test_a_password_for_a_plain_key_does_no_harm():
    key = make_key()
    assert numbers(read_key(key_bytes(key), "not needed")) == numbers(key)


def test_curve_parameters_in_front_of_the_key_are_skipped():
    key = make_key()
    parameters = as_pem(bytes.fromhex("06082a8648ce3d030107"), "EC PARAMETERS")
    data = parameters + key_bytes(key, "PEM", "TraditionalOpenSSL")
    assert numbers(read_key(data, None)) == numbers(key)


def test_a_file_with_certificate_and_key_gives_the_key():
    key = make_key()
    data = as_pem(Recipe().der()) + key_bytes(key)
    assert numbers(read_key(data, None)) == numbers(key)


# -- encrypted keys ----------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_encrypted_pkcs8(kind, encoding):
    key = make_key(kind)
    data = key_bytes(key, encoding, "PKCS8", PASSWORD)
    assert numbers(read_key(data, PASSWORD)) == numbers(key)


def test_encrypted_pkcs8_as_bare_base64():
    key = make_key()
    data = base64.b64encode(key_bytes(key, "DER", "PKCS8", PASSWORD))
    assert numbers(read_key(data, PASSWORD)) == numbers(key)


def test_an_encrypted_traditional_key():
    key = make_key("rsa")
    data = key_bytes(key, "PEM", "TraditionalOpenSSL", PASSWORD)
    assert b"Proc-Type: 4,ENCRYPTED" in data
    assert numbers(read_key(data, PASSWORD)) == numbers(key)


PRFS = {"sha1": hashes.SHA1, "sha256": hashes.SHA256, "sha512": hashes.SHA512}


def pbes2(plain: bytes, password: str, prf: str, key_length: int) -> tuple:
    """Encrypt the way of PKCS#5: return (algorithm, ciphertext)."""
    salt, iv, rounds = b"s" * 16, b"i" * 16, 2048
    derived = PBKDF2HMAC(PRFS[prf](), key_length, salt, rounds)
    padder = PKCS7(128).padder()
    cipher = Cipher(
        algorithms.AES(derived.derive(password.encode())), modes.CBC(iv)
    ).encryptor()
    padded = padder.update(plain) + padder.finalize()
    algorithm = {
        "algorithm": "pbes2",
        "parameters": {
            "key_derivation_func": {
                "algorithm": "pbkdf2",
                "parameters": {
                    "salt": algos.Pbkdf2Salt("specified", core.OctetString(salt)),
                    "iteration_count": rounds,
                    "key_length": key_length,
                    "prf": {"algorithm": prf, "parameters": core.Null()},
                },
            },
            "encryption_scheme": {
                "algorithm": f"aes{key_length * 8}_cbc",
                "parameters": iv,
            },
        },
    }
    return algorithm, cipher.update(padded) + cipher.finalize()


@pytest.mark.parametrize("prf", sorted(PRFS))
@pytest.mark.parametrize("key_length", [16, 24, 32])
def test_every_pbes2_of_the_taxpayer_portal_is_opened(prf, key_length):
    key = make_key()
    prf_name = prf
    algorithm, data = pbes2(key_bytes(key, "DER"), PASSWORD, prf_name, key_length)
    container = keys.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": algorithm, "encrypted_data": data}
    )
    pem = as_pem(container.dump(), "ENCRYPTED PRIVATE KEY")
    assert numbers(read_key(pem, PASSWORD)) == numbers(key)


@pytest.mark.parametrize("password", [None, ""])
@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_password_that_is_missing(password, encoding):
    data = key_bytes(make_key(), encoding, "PKCS8", PASSWORD)
    assert refused(data, password).code == "password_missing"


@pytest.mark.parametrize("encoding", ["PEM", "DER"])
def test_a_wrong_password(encoding):
    data = key_bytes(make_key(), encoding, "PKCS8", PASSWORD)
    error = refused(data, "another")
    assert error.code == "wrong_password"


def test_the_password_is_in_no_error():
    data = key_bytes(make_key(), "PEM", "PKCS8", PASSWORD)
    error = refused(data, "my secret guess")
    assert "guess" not in f"{error} {error!r} {error.values} {error.__cause__!r}"
    assert error.__suppress_context__


# -- no key ------------------------------------------------------------


def test_an_empty_key_file():
    assert refused(b" \n").code == "empty_file"


def test_a_key_file_that_is_too_large():
    assert refused(b"A" * (MAX_BYTES + 1)).code == "file_too_large"


def test_a_certificate_in_the_place_of_the_key_is_told_apart():
    error = refused(as_pem(Recipe().der()))
    assert (error.code, error.values["found"]) == ("not_a_key", "certificate")


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x30\x03\x02\x01\x05",
        b"\x00\xff\xfe",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        Recipe().der(),
    ],
)
def test_a_file_that_is_no_key(data):
    assert refused(data).code == "not_a_key"


def test_a_key_of_a_kind_that_ksef_does_not_know():
    key = ed25519.Ed25519PrivateKey.generate()
    error = refused(key_bytes(key))
    assert (error.code, error.values["found"]) == ("not_a_key", "other_algorithm")


# -- the plain form for sealing ----------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_key_survives_the_plain_form(kind):
    key = make_key(kind)
    assert numbers(key_from_pkcs8_der(key_to_pkcs8_der(key))) == numbers(key)


def test_a_plain_form_that_is_damaged():
    with pytest.raises(KsefCertificateError) as caught:
        key_from_pkcs8_der(b"\x30\x00")
    assert caught.value.code == "not_a_key"


# -- PKCS#12 -----------------------------------------------------------


def make_pkcs12(recipe: Recipe, password: str | None, others=()) -> bytes:
    protection = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return serialize_key_and_certificates(
        b"name", recipe.key, recipe.issue(), list(others), protection
    )


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_pkcs12_file_gives_certificate_and_key(kind):
    recipe = Recipe(key=make_key(kind))
    certificate, key = read_pkcs12(make_pkcs12(recipe, PASSWORD), PASSWORD)
    assert certificate.public_key_spki == Recipe(
        key=key
    ).issue().public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert numbers(key) == numbers(recipe.key)


def test_the_certificate_of_the_key_is_taken_from_a_chain():
    recipe = Recipe()
    other = Recipe(key=make_key("ec", 5), subject={"CN": "CA"}).issue()
    data = make_pkcs12(recipe, PASSWORD, [other])
    certificate, _key = read_pkcs12(data, PASSWORD)
    assert certificate.common_name == "Firma Testowa (uwierzytelnienie)"


def test_pkcs12_as_bare_base64():
    data = base64.b64encode(make_pkcs12(Recipe(), PASSWORD))
    assert is_pkcs12(data)
    certificate, _key = read_pkcs12(data, PASSWORD)
    assert certificate.serial_hex == "01F20A5D352AE590"


def test_pkcs12_is_told_from_certificates_and_keys():
    assert is_pkcs12(make_pkcs12(Recipe(), PASSWORD))
    der = Recipe().der()
    for data in (der, as_pem(der), key_bytes(make_key()), b"", b"hello", b"\x30\x00"):
        assert not is_pkcs12(data)


@pytest.mark.parametrize(
    ("password", "code"),
    [(None, "password_missing"), ("", "password_missing"), ("x", "wrong_password")],
)
def test_pkcs12_with_a_bad_password(password, code):
    data = make_pkcs12(Recipe(), PASSWORD)
    assert refused(data, password, read_pkcs12).code == code


def test_an_older_pkcs12_with_a_wrong_password():
    builder = serialization.PrivateFormat.PKCS12.encryption_builder()
    older = PBES.PBESv1SHA1And3KeyTripleDESCBC
    protection = builder.key_cert_algorithm(older).build(PASSWORD.encode())
    recipe = Recipe()
    data = serialize_key_and_certificates(
        None, recipe.key, recipe.issue(), None, protection
    )
    assert numbers(read_pkcs12(data, PASSWORD)[1]) == numbers(recipe.key)
    assert refused(data, "another", read_pkcs12).code == "wrong_password"


@pytest.mark.parametrize("data", [b"hello", Recipe().der()])
def test_a_file_that_is_no_pkcs12(data):
    assert refused(data, "x", read_pkcs12).code == "not_a_key"


def test_pkcs12_without_a_key():
    data = serialize_key_and_certificates(
        None,
        None,
        None,
        [Recipe().issue()],
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    assert refused(data, PASSWORD, read_pkcs12).code == "not_a_key"


def test_pkcs12_without_a_certificate():
    data = serialize_key_and_certificates(
        None,
        make_key(),
        None,
        None,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    assert refused(data, PASSWORD, read_pkcs12).code == "not_a_certificate"


def pkcs12_by_hand(certificate: bytes, key: bytes, password: str) -> bytes:
    """Make a PKCS#12 file as OpenSSL 3 does, for a certificate of the refused shape."""
    cert_bags = pkcs12.SafeContents(
        [
            {
                "bag_id": "cert_bag",
                "bag_value": {
                    "cert_id": "x509",
                    "cert_value": core.ParsableOctetString(certificate),
                },
            }
        ]
    )
    key_algorithm, key_data = pbes2(key, password, "sha256", 32)
    key_bags = pkcs12.SafeContents(
        [
            {
                "bag_id": "pkcs8_shrouded_key_bag",
                "bag_value": {
                    "encryption_algorithm": key_algorithm,
                    "encrypted_data": key_data,
                },
            }
        ]
    )
    algorithm, content = pbes2(cert_bags.dump(), password, "sha256", 32)
    safe = pkcs12.AuthenticatedSafe(
        [
            {
                "content_type": "encrypted_data",
                "content": {
                    "version": "v0",
                    "encrypted_content_info": {
                        "content_type": "data",
                        "content_encryption_algorithm": algorithm,
                        "encrypted_content": content,
                    },
                },
            },
            {"content_type": "data", "content": key_bags.dump()},
        ]
    )
    return pkcs12.Pfx(
        {
            "version": "v3",
            "auth_safe": {"content_type": "data", "content": safe.dump()},
        }
    ).dump()


@pytest.fixture(scope="module")
def real_shape():
    return with_explicit_null(Recipe().der())


def test_pkcs12_with_a_certificate_of_the_refused_shape(real_shape):
    data = pkcs12_by_hand(real_shape, key_bytes(make_key(), "DER"), PASSWORD)
    certificate, key = read_pkcs12(data, PASSWORD)
    assert certificate.der == real_shape
    assert numbers(key) == numbers(make_key())


def test_a_wrong_password_for_that_file(real_shape):
    data = pkcs12_by_hand(real_shape, key_bytes(make_key(), "DER"), PASSWORD)
    assert refused(data, "another", read_pkcs12).code == "wrong_password"


def test_the_key_of_another_pair_in_that_file(real_shape):
    other = make_key("ec", 3)
    data = pkcs12_by_hand(real_shape, key_bytes(other, "DER"), PASSWORD)
    assert refused(data, PASSWORD, read_pkcs12).code == "key_of_another_pair"

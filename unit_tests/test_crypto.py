"""Encryption towards KSeF."""

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from support_ksef import NOW, make_key

from ksef.crypto import (
    Encryption,
    SessionKey,
    decrypt,
    encrypt,
    sha256_base64,
    wrap_key,
)
from ksef.errors import KsefError
from ksef.messages import PublicKey

VECTOR_KEY = SessionKey(bytes(range(32)), bytes(range(16)))
PLAIN = b"<root>test</root>"


def test_the_vector_of_the_reference():
    encrypted = encrypt(PLAIN, VECTOR_KEY)
    expected = "aHLvoxQKmkSUBVlGOKfE3hMeyJW9ooWKbUf0EtadLCU="
    assert base64.b64encode(encrypted).decode() == expected
    assert sha256_base64(PLAIN) == "qrs2gCLXnTUy6++AHwHuDxFuCj0BYUGRGtBuGnJwN+c="
    assert sha256_base64(encrypted) == "QwaoNlpBnQ+RGwH2QBKGHWn80Ay2VLXShD9FMZrgxQk="


@pytest.mark.parametrize(
    ("size", "expected"),
    [(0, 16), (1, 16), (15, 16), (16, 32), (6480, 6496), (16037, 16048)],
)
def test_ciphertext_is_padded_and_has_no_iv_in_front(size, expected):
    encrypted = encrypt(b"x" * size, VECTOR_KEY)
    assert len(encrypted) == expected
    assert not encrypted.startswith(VECTOR_KEY.iv)


def test_what_was_encrypted_is_decrypted():
    key = SessionKey.generate()
    assert decrypt(encrypt(PLAIN, key), key) == PLAIN


def test_every_session_has_its_own_key_and_iv():
    one, two = SessionKey.generate(), SessionKey.generate()
    assert one.key != two.key
    assert one.iv != two.iv
    assert (len(one.key), len(one.iv)) == (32, 16)


@pytest.mark.parametrize("data", [b"", b"short", b"x" * 32])
def test_damaged_data_are_refused(data):
    with pytest.raises(KsefError) as caught:
        decrypt(data, VECTOR_KEY)
    assert caught.value.code == "cannot_decrypt"


@pytest.mark.parametrize(("key", "iv"), [(31, 16), (32, 15), (16, 16), (0, 0)])
def test_a_key_of_another_size_is_refused(key, iv):
    with pytest.raises(KsefError):
        SessionKey(b"k" * key, b"i" * iv)


def test_a_session_key_does_not_show_itself():
    assert repr(VECTOR_KEY) == "SessionKey()"


def public_key():
    day = timedelta(days=1)
    return PublicKey(
        "id-1", None, (), NOW - day, NOW + day, make_key("rsa").public_key()
    )


def test_the_session_key_is_wrapped_with_oaep_sha256():
    wrapped = wrap_key(VECTOR_KEY, public_key())
    oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    cipher = base64.b64decode(wrapped.encrypted_symmetric_key)
    assert make_key("rsa").decrypt(cipher, oaep) == VECTOR_KEY.key
    assert wrapped.initialization_vector == "AAECAwQFBgcICQoLDA0ODw=="
    assert wrapped.public_key_id == "id-1"


def test_without_an_id_the_key_is_named_by_nobody():
    assert Encryption("k", "i", None).to_json() == {
        "encryptedSymmetricKey": "k",
        "initializationVector": "i",
    }

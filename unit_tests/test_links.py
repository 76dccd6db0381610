"""The addresses behind the QR codes."""

import base64
from datetime import date

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from support_ksef import SHARED, make_key, needs_shared, shared_json

from ksef.crypto import sha256_base64
from ksef.environment import PRD, TEST, Environment
from ksef.errors import KsefError
from ksef.links import certificate_link, invoice_link

HASH_URL = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
SIGNED = (
    "qr-test.ksef.mf.gov.pl/certificate/Nip/1111111111/1111111111/01F20A5D352AE590/"
    + HASH_URL
)


def vectors(kind: str) -> list:
    if not SHARED.is_dir():
        return []
    return [
        each
        for each in shared_json("qr_vectors.json")["vectors"]
        if each["kind"] == kind
    ]


def named(vector):
    return vector["id"]


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def is_valid(key, message: str, signature: bytes, salt: int = 32) -> bool:
    """Verify the way the verification page does: P1363 or DER, or PSS."""
    public = key.public_key()
    try:
        if isinstance(public, rsa.RSAPublicKey):
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
            public.verify(signature, message.encode(), pss, hashes.SHA256())
        else:
            r = int.from_bytes(signature[:32], "big")
            s = int.from_bytes(signature[32:], "big")
            der = encode_dss_signature(r, s)
            public.verify(der, message.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def code_two(key, environment=TEST, **changes):
    values = {
        "context_value": "1111111111",
        "seller_nip": "1111111111",
        "serial_hex": "01F20A5D352AE590",
        "invoice_hash": HASH_URL,
        **changes,
    }
    return certificate_link(environment, key=key, **values)


# -- KOD I -----------------------------------------------------------------


def test_the_sample_of_the_documentation():
    assert invoice_link(TEST, "1111111111", date(2026, 2, 1), HASH_URL) == (
        f"https://qr-test.ksef.mf.gov.pl/invoice/1111111111/01-02-2026/{HASH_URL}"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<root>test</root>", "qrs2gCLXnTUy6--AHwHuDxFuCj0BYUGRGtBuGnJwN-c"),
        (
            "<data>special & chars /?</data>",
            "2bEg3cUOcJxR38JekXJxuJphnkn-NUdSP-uyOc0hB6I",
        ),
        ("<x/>", "KjH0TaS9fey70939GjeuBNAuxmXiwmiIFszGVjFYbtE"),
    ],
)
def test_the_hash_of_the_api_becomes_the_hash_of_the_link(content, expected):
    given = sha256_base64(content.encode())
    assert invoice_link(PRD, "1", date(2026, 1, 5), given).endswith("/" + expected)


def test_a_hash_of_bytes_gives_the_same_link():
    raw = unpadded(HASH_URL)
    day = date(2026, 2, 1)
    text = base64.b64encode(raw).decode()
    assert invoice_link(TEST, "1", day, raw) == invoice_link(TEST, "1", day, text)


@pytest.mark.parametrize("value", ["", "abc", "!" * 44, b"", b"x" * 31, "ł" * 43])
def test_what_is_no_hash_is_refused(value):
    with pytest.raises(KsefError) as caught:
        invoice_link(TEST, "1", date(2026, 2, 1), value)
    assert caught.value.code == "bad_hash"


@needs_shared
@pytest.mark.parametrize("vector", vectors("KOD I"), ids=named)
def test_official_code_one(vector):
    environment = Environment.custom("http://api.example/v2", vector["base"])
    day = date.fromisoformat(vector["p1"])
    link = invoice_link(environment, vector["nip"], day, vector["hash_b64url"])
    assert link == vector["url"]


def test_a_simulator_has_its_own_address():
    environment = Environment.custom("http://127.0.0.1:8765/v2")
    link = invoice_link(environment, "1111111111", date(2026, 2, 1), HASH_URL)
    assert link.startswith("http://127.0.0.1:8765/invoice/1111111111/")


# -- KOD II ----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_code_two_signs_the_address_without_its_scheme(kind):
    key = make_key(kind)
    link = code_two(key)
    address, _slash, signature = link.rpartition("/")
    assert address == f"https://{SIGNED}"
    assert is_valid(key, SIGNED, unpadded(signature))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize(
    "message",
    [
        "https://" + SIGNED,
        SIGNED + "/",
        SIGNED.replace("qr-test", "qr"),
        SIGNED.replace("1111111111", "2222222222", 1),
    ],
)
def test_code_two_proves_nothing_else(kind, message):
    key = make_key(kind)
    signature = unpadded(code_two(key).rpartition("/")[2])
    assert not is_valid(key, message, signature)


def test_an_rsa_code_has_a_salt_of_32_bytes():
    key = make_key("rsa")
    signature = unpadded(code_two(key).rpartition("/")[2])
    assert len(signature) == 256
    assert not is_valid(key, SIGNED, signature, salt=20)


def test_an_elliptic_code_has_64_bytes_and_the_link_a_fixed_length():
    key = make_key()
    for _attempt in range(20):
        link = code_two(key)
        assert len(unpadded(link.rpartition("/")[2])) == 64
        assert len(link) == len("https://" + SIGNED + "/") + 86


def test_a_code_without_padding_characters():
    assert "=" not in code_two(make_key("rsa"))


def test_a_serial_number_is_written_in_upper_case():
    assert "/01F20A5D352AE590/" in code_two(make_key(), serial_hex="01f20a5d352ae590")


def test_another_type_of_context():
    link = code_two(
        make_key(), context_type="InternalId", context_value="5265877635-12345"
    )
    assert "/certificate/InternalId/5265877635-12345/1111111111/" in link


def test_an_unknown_type_of_context_is_refused():
    with pytest.raises(KsefError) as caught:
        code_two(make_key(), context_type="nip")
    assert caught.value.code == "bad_context_type"


def verifiable() -> list:
    return [each for each in vectors("KOD II") if each.get("verifiable")]


@needs_shared
@pytest.mark.parametrize("vector", verifiable(), ids=named)
def test_official_code_two_has_our_address_and_ours_verifies(vector):
    key = load_pem_private_key(vector["private_key_pem"].encode(), None)
    link = code_two(
        key,
        context_type=vector["context_type"],
        context_value=vector["context_value"],
        seller_nip=vector["nip"],
        serial_hex=vector["cert_serial"],
        invoice_hash=vector["hash_b64url"],
    )
    address, _slash, signature = link.rpartition("/")
    assert address == vector["url"].rpartition("/")[0]
    assert is_valid(key, vector["signed_string"], unpadded(signature))


@needs_shared
@pytest.mark.parametrize(
    "vector",
    [each for each in verifiable() if each["signature_format"] != "der"],
    ids=named,
)
def test_the_check_of_this_file_accepts_the_official_signatures(vector):
    key = load_pem_private_key(vector["private_key_pem"].encode(), None)
    signature = unpadded(vector["signature_b64url"])
    assert is_valid(key, vector["signed_string"], signature)
    assert not is_valid(key, vector["signed_string"] + "/", signature)


def test_the_deterministic_vector_of_the_reference_verifies():
    number = 0x15D671472E760B2F06B11638C6D49B904EDF6811D2AF55EBFCA782269BAC7AA1
    key = ec.derive_private_key(number, ec.SECP256R1())
    signature = unpadded(
        "DGCFY2gct2G7CEPoiTKuRQRKasLG5hDF7xl8VZ0X5G12oinG-jZ7Ftq7dA59xlstbEYRluRybxh5LU"
        "Ip9LK_vg"
    )
    assert is_valid(key, SIGNED, signature)

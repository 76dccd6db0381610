"""The pages behind the QR codes over plain HTTP: conformance cases 62, 96-98."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
import requests
from actors import BUYER, OTHER, PESEL, SELLER, Actor, allow, invoice_xml, person
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from enrolling import enroll
from schemas_at_hand import needs_schemas

from simulator.code_two import decode_base64url, is_signature_right, signed_message

DIGEST = "UtQp9Gpc51y-u3xApZjIjgkpZ01js-J8KflSPW8WzIE"
_VECTORS = Path(__file__).resolve().parents[2] / "shared" / "ksef" / "qr_vectors.json"


@pytest.fixture
def owner(sim):
    """The owner of the seller's context."""
    return Actor(sim, SELLER)


def base64url(data):
    """Encode without padding, as links do."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def invoice_link(sim, xml, nip=SELLER, day=None):
    """Write KOD I for an invoice."""
    day = day or sim.clock.today_in_warsaw()
    digest = base64url(hashlib.sha256(xml).digest())
    return f"{sim.url}/invoice/{nip}/{day:%d-%m-%Y}/{digest}"


def verdict(link, **options):
    """Open a link; return the verdict and the page."""
    page = requests.get(link, timeout=10, **options)
    assert page.headers["Content-Type"].startswith("text/html")
    name = page.headers["X-KSeF-Verdict"]
    assert f'data-verdict="{name}"' in page.text
    return name, page


def test_known_invoice_is_shown_with_its_data(sim, owner):
    """Case 98: number, parties, amount, in Polish with English below."""
    xml = invoice_xml(SELLER, BUYER, "FV/<b>1", sim.clock.today_in_warsaw())
    xml = xml.replace(b"FV/<b>1", b"FV/&lt;b&gt;1")
    (status,) = owner.transmit(xml)
    name, page = verdict(invoice_link(sim, xml))
    assert (name, page.status_code) == ("invoice-known", 200)
    assert "Faktura znajduje się w KSeF" in page.text
    assert "The invoice is in KSeF" in page.text
    assert status["ksefNumber"] in page.text
    assert f"Firma {BUYER}" in page.text
    assert "123.00 PLN" in page.text
    assert "FV/&lt;b&gt;1" in page.text
    assert "<b>1" not in page.text


def test_invoice_that_was_not_sent_yet(sim):
    """Case 98: the page says that it is not there yet, and is no failure."""
    xml = invoice_xml(SELLER, BUYER, "FV/1", sim.clock.today_in_warsaw())
    name, page = verdict(invoice_link(sim, xml))
    assert (name, page.status_code) == ("invoice-not-found", 200)
    assert "Faktury nie ma jeszcze w KSeF" in page.text


@needs_schemas
def test_rejected_invoice_is_not_in_ksef(sim, owner):
    """Case 98."""
    xml = invoice_xml(SELLER, BUYER, "FV/1", sim.clock.today_in_warsaw(), kind="ZZZ")
    (status,) = owner.transmit(xml)
    assert status["status"]["code"] == 450
    assert verdict(invoice_link(sim, xml))[0] == "invoice-not-found"


@pytest.mark.parametrize("change", ["bytes", "nip", "date"])
def test_hash_date_and_nip_must_fit(sim, owner, change):
    """Case 98: a re-serialised XML has another hash."""
    today = sim.clock.today_in_warsaw()
    xml = invoice_xml(SELLER, BUYER, "FV/1", today)
    owner.transmit(xml)
    links = {
        "bytes": invoice_link(sim, xml.replace(b"><Fa>", b">\n<Fa>")),
        "nip": invoice_link(sim, xml, nip=OTHER),
        "date": invoice_link(sim, xml, day=today.replace(year=today.year - 1)),
    }
    assert verdict(invoice_link(sim, xml))[0] == "invoice-known"
    assert verdict(links[change])[0] == "invoice-not-found"


@pytest.mark.parametrize(
    "path",
    [
        f"/invoice/{SELLER}/2026-02-01/{DIGEST}",
        f"/invoice/{SELLER}/01-02-2026/{DIGEST[:-2]}",
        f"/invoice/{SELLER}/01-02-2026/{DIGEST[:-1]}!",
    ],
    ids=["date", "short hash", "alphabet"],
)
def test_malformed_link(sim, path):
    """ksef-api.md §9.1: dd-MM-yyyy, 43 characters of base64url."""
    name, page = verdict(sim.url + path)
    assert (name, page.status_code) == ("link-malformed", 400)


@needs_schemas
def test_old_code_leads_to_the_corrected_invoice(sim, owner):
    """Case 62: after a technical correction."""
    day = sim.clock.today_in_warsaw()
    bad = invoice_xml(SELLER, BUYER, "FV/1", day, kind="ZZZ")
    owner.transmit(bad, offlineMode=True)
    good = invoice_xml(SELLER, BUYER, "FV/1", day)
    digest = base64.b64encode(hashlib.sha256(bad).digest()).decode()
    (status,) = owner.transmit(good, offlineMode=True, hashOfCorrectedInvoice=digest)
    assert status["status"]["code"] == 200
    name, page = verdict(invoice_link(sim, bad))
    assert name == "invoice-known"
    assert status["ksefNumber"] in page.text


# --- KOD II ---------------------------------------------------------------------------


def sign_ec(key, message):
    """Sign as IEEE P1363 (R||S)."""
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign_ec_der(key, message):
    """Sign as DER."""
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


def sign_rsa(key, message, salt=32):
    """Sign with RSASSA-PSS."""
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    return key.sign(message, pss, hashes.SHA256())


def certificate_path(serial, nip=SELLER, context=SELLER, kind="Nip"):
    """Write the path of KOD II without its signature."""
    return f"/certificate/{kind}/{context}/{nip}/{serial}/{DIGEST}"


def host_of(sim):
    """Return host and port of the simulator, as they are signed."""
    return sim.url.removeprefix("http://")


@pytest.fixture(scope="module")
def rsa_key():
    """An RSA key; made once, because that takes long."""
    return rsa.generate_private_key(65537, 2048)


@pytest.mark.parametrize("sign", [sign_ec, sign_ec_der])
def test_ecdsa_code_in_both_encodings(sim, owner, sign):
    """Case 96: P1363 and DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0])
    signature = base64url(sign(key, (host_of(sim) + path).encode()))
    name, page = verdict(f"{sim.url}{path}/{signature}")
    assert (name, page.status_code) == ("certificate-valid", 200)
    assert "Certyfikat wystawcy jest ważny" in page.text
    assert f"Firma {SELLER} (offline)" in page.text


def test_rsa_pss_code_with_salt_of_32(sim, owner, rsa_key):
    """Case 96."""
    path = certificate_path(enroll(owner, "Offline", rsa_key)[0])
    signature = base64url(sign_rsa(rsa_key, (host_of(sim) + path).encode()))
    assert verdict(f"{sim.url}{path}/{signature}")[0] == "certificate-valid"


def test_rsa_pss_code_with_another_salt(sim, owner, rsa_key):
    """Case 96."""
    path = certificate_path(enroll(owner, "Offline", rsa_key)[0])
    signature = base64url(sign_rsa(rsa_key, (host_of(sim) + path).encode(), salt=20))
    assert verdict(f"{sim.url}{path}/{signature}")[0] == "signature-wrong"


@pytest.mark.parametrize(
    "pattern",
    [
        "https://{host}{path}",
        "{host}{path}/",
        "qr-test.ksef.mf.gov.pl{path}",
        "{path}",
    ],
    ids=["prefix", "trailing slash", "other environment", "no host"],
)
def test_other_messages_do_not_verify(sim, owner, pattern):
    """Case 96."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0])
    message = pattern.format(host=host_of(sim), path=path)
    signature = base64url(sign_ec(key, message.encode()))
    assert verdict(f"{sim.url}{path}/{signature}")[0] == "signature-wrong"


def test_message_is_hashed_once(sim, owner):
    """Case 96: signing the hash of the message is a mistake of early clients."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0])
    hashed = hashlib.sha256((host_of(sim) + path).encode()).digest()
    link = f"{sim.url}{path}/{base64url(sign_ec(key, hashed))}"
    assert verdict(link)[0] == "signature-wrong"


def test_message_host_is_the_one_that_was_called(sim, owner):
    """ksef-api.md §9.2: the host is part of what is signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0])
    signature = base64url(sign_ec(key, f"ksef.example{path}".encode()))
    link = f"{sim.url}{path}/{signature}"
    assert verdict(link, headers={"Host": "ksef.example"})[0] == "certificate-valid"
    assert verdict(link)[0] == "signature-wrong"


def test_unused_trailing_bits_do_not_matter(sim, owner):
    """ksef-api.md §9.2: the live page decodes base64url leniently."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0])
    signature = base64url(sign_ec(key, (host_of(sim) + path).encode()))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    other_bits = signature[:-1] + alphabet[alphabet.index(signature[-1]) | 0b1111]
    assert other_bits != signature
    for text in (other_bits, signature + "=="):
        assert verdict(f"{sim.url}{path}/{text}")[0] == "certificate-valid"


def test_authentication_certificate_is_of_the_wrong_type(sim, owner):
    """Case 97."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Authentication", key)[0])
    signature = base64url(sign_ec(key, (host_of(sim) + path).encode()))
    name, page = verdict(f"{sim.url}{path}/{signature}")
    assert name == "certificate-wrong-type"
    assert "Nieprawidłowy typ certyfikatu" in page.text


@pytest.mark.parametrize("fate", ["revoked", "expired", "not yet valid"])
def test_certificate_that_is_not_active(sim, owner, fate):
    """Case 97."""
    key = ec.generate_private_key(ec.SECP256R1())
    start = "2035-01-01T00:00:00Z" if fate == "not yet valid" else None
    serial, _der = enroll(owner, "Offline", key, validFrom=start)
    if fate == "revoked":
        owner.post(f"/certificates/{serial}/revoke", {})
    if fate == "expired":
        sim.clock.advance(731 * 86400)
    path = certificate_path(serial)
    signature = base64url(sign_ec(key, (host_of(sim) + path).encode()))
    name, page = verdict(f"{sim.url}{path}/{signature}")
    assert name == "certificate-not-active"
    assert "Certyfikat nie jest aktywny" in page.text


def test_unknown_certificate(sim):
    """ksef-api.md §9.3."""
    link = f"{sim.url}{certificate_path('01F20A5D352AE590')}/{'A' * 86}"
    assert verdict(link)[0] == "certificate-unknown"


def test_issuer_needs_the_right_to_issue(sim, owner):
    """ksef-api.md §9.3: InvoiceWrite of the certificate's subject in the context."""
    allow(owner, {"type": "Pesel", "value": PESEL}, "InvoiceRead")
    clerk = Actor(sim, SELLER, person(PESEL))
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(clerk, "Offline", key)[0])
    signature = base64url(sign_ec(key, (host_of(sim) + path).encode()))
    assert verdict(f"{sim.url}{path}/{signature}")[0] == "issuer-without-right"
    allow(owner, {"type": "Pesel", "value": PESEL}, "InvoiceWrite")
    assert verdict(f"{sim.url}{path}/{signature}")[0] == "certificate-valid"


def test_context_must_be_allowed_to_issue_for_the_seller(sim, owner):
    """ksef-api.md §9.3: self-billing, here given later."""
    key = ec.generate_private_key(ec.SECP256R1())
    path = certificate_path(enroll(owner, "Offline", key)[0], nip=OTHER)
    link = f"{sim.url}{path}/{base64url(sign_ec(key, (host_of(sim) + path).encode()))}"
    assert verdict(link)[0] == "context-may-not-issue"
    other = Actor(sim, OTHER)
    body = {
        "subjectIdentifier": {"type": "Nip", "value": SELLER},
        "permission": "SelfInvoicing",
        "description": "Samofakturowanie",
        "subjectDetails": {"fullName": "Firma sprzedawcy"},
    }
    assert other.post("/permissions/authorizations/grants", body).status_code == 202
    other.later()
    other.get("/rate-limits")
    assert verdict(link)[0] == "certificate-valid"


def verifiable_vectors():
    """Read the KOD II vectors that have a certificate; none without the file."""
    if not _VECTORS.is_file():
        return []
    found = json.loads(_VECTORS.read_text(encoding="utf-8"))["vectors"]
    return [pytest.param(item, id=item["id"]) for item in found if "cert_pem" in item]


@pytest.mark.parametrize("vector", verifiable_vectors())
def test_verifier_agrees_with_vectors_of_other_hands(vector):
    """``qr_vectors.json``: codes that other clients signed; an altered one fails."""
    certificate = x509.load_pem_x509_certificate(vector["cert_pem"].encode())
    host, _slash, path = vector["signed_string"].partition("/")
    message = signed_message(host, f"/{path}")
    signature = decode_base64url(vector["signature_b64url"])
    assert is_signature_right(certificate.public_key(), message, signature)
    assert not is_signature_right(certificate.public_key(), message + b"/", signature)

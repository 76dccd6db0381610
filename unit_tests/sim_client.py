"""A small client of the simulator's tests, on plain HTTP.

It shares no code with the add-on and none with the simulator: signing is done here
with lxml and cryptography, so that three hands wrote what must agree. Certificates
and keys are made in memory.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import NameOID
from lxml import etree
from openapi_check import CheckedSession

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
AUTH_20 = "http://ksef.mf.gov.pl/auth/token/2.0"
AUTH_21 = "http://ksef.mf.gov.pl/auth/token/2.1"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
FA3 = "http://crd.gov.pl/wzor/2025/06/25/13775/"
FORM_FA3 = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}
NIP = "5265877635"
OTHER_NIP = "1111111111"
BUYER_NIP = "3333333333"

ORGANIZATION_ID = NameOID.ORGANIZATION_IDENTIFIER


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """Return an RSA key; one per size and process, because making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def ec_key() -> ec.EllipticCurvePrivateKey:
    """Make a P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Identity:
    """A key and its certificate."""

    key: Any
    certificate: x509.Certificate
    der_override: bytes | None = None

    @property
    def der(self) -> bytes:
        if self.der_override is not None:
            return self.der_override
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.der).hexdigest().upper()


def self_signed(
    attributes: list[tuple[Any, str]],
    key: Any = None,
    *,
    now: dt.datetime | None = None,
    days: tuple[int, int] = (-30, 365),
) -> Identity:
    """Make a self-signed certificate with the given subject."""
    key = key or ec_key()
    now = now or dt.datetime.now(dt.timezone.utc)
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in attributes])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=days[0]))
        .not_valid_after(now + dt.timedelta(days=days[1]))
        .sign(key, hashes.SHA256())
    )
    return Identity(key, certificate)


def seal(nip: str = NIP, key: Any = None, **options: Any) -> Identity:
    """Make the seal of a company."""
    return self_signed(
        [
            (NameOID.COUNTRY_NAME, "PL"),
            (NameOID.ORGANIZATION_NAME, f"Firma {nip}"),
            (ORGANIZATION_ID, f"VATPL-{nip}"),
            (NameOID.COMMON_NAME, f"Firma {nip}"),
        ],
        key,
        **options,
    )


def person(serial: str, key: Any = None, **options: Any) -> Identity:
    """Make the certificate of a person; ``serial`` like ``PNOPL-30112206276``."""
    return self_signed(
        [
            (NameOID.COUNTRY_NAME, "PL"),
            (NameOID.GIVEN_NAME, "Jan"),
            (NameOID.SURNAME, "Kowalski"),
            (NameOID.SERIAL_NUMBER, serial),
            (NameOID.COMMON_NAME, "Jan Kowalski"),
        ],
        key,
        **options,
    )


# --- AuthTokenRequest and XAdES -------------------------------------------------------


def auth_request(
    challenge: str,
    nip: str = NIP,
    *,
    namespace: str = AUTH_20,
    subject: str = "certificateSubject",
    context: str = "Nip",
    extra: str = "",
) -> bytes:
    """Write an AuthTokenRequest; ``extra`` goes behind its last element."""
    return (
        f'<AuthTokenRequest xmlns="{namespace}"><Challenge>{challenge}</Challenge>'
        f"<ContextIdentifier><{context}>{nip}</{context}></ContextIdentifier>"
        f"<SubjectIdentifierType>{subject}</SubjectIdentifierType>{extra}"
        "</AuthTokenRequest>"
    ).encode()


def c14n(element: etree._Element, exclusive: bool = True) -> bytes:
    """Canonicalize without comments."""
    return etree.tostring(
        element, method="c14n", exclusive=exclusive, with_comments=False
    )


def b64(data: bytes) -> str:
    """Encode as standard Base64 text."""
    return base64.b64encode(data).decode()


def sha(data: bytes) -> str:
    """Return the Base64 SHA-256."""
    return b64(hashlib.sha256(data).digest())


@dataclass
class SignOptions:
    """How a signature shall look; the defaults are a good XAdES-BES."""

    signing_time: dt.datetime | None = None
    der_signature: bool = False
    xades: bool = True
    exclusive_info: bool = True
    reference_uri: str = ""
    signing_certificate: bool = True
    wrong_cert_digest: bool = False
    cover_properties: bool = True
    sha1: bool = False


def sign(xml: bytes, who: Identity, options: SignOptions | None = None) -> bytes:
    """Sign a document enveloped, as ``options`` says."""
    options = options or SignOptions()
    root = etree.fromstring(xml)
    document_digest = sha(c14n(root))
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS}, Id="S1")
    info = _ds(signature, "SignedInfo")
    value = _ds(signature, "SignatureValue")
    data = _ds(_ds(signature, "KeyInfo"), "X509Data")
    _ds(data, "X509Certificate").text = b64(who.der)
    properties = _properties(signature, who, options) if options.xades else None
    method = EXCLUSIVE if options.exclusive_info else INCLUSIVE
    _ds(info, "CanonicalizationMethod", Algorithm=method)
    _ds(info, "SignatureMethod", Algorithm=_signature_method(who, options))
    _reference(info, options.reference_uri, document_digest, enveloped=True)
    if properties is not None and options.cover_properties:
        _reference(
            info,
            "#P1",
            sha(c14n(properties)),
            Type="http://uri.etsi.org/01903#SignedProperties",
        )
    message = c14n(info, options.exclusive_info)
    value.text = b64(_raw_signature(who, message, options))
    return etree.tostring(root)


def _ds(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{DS}}}{name}", attributes)


def _signature_method(who: Identity, options: SignOptions) -> str:
    kind = "rsa" if isinstance(who.key, rsa.RSAPrivateKey) else "ecdsa"
    if options.sha1:
        return f"{DS}{kind}-sha1"
    return f"http://www.w3.org/2001/04/xmldsig-more#{kind}-sha256"


def _raw_signature(who: Identity, message: bytes, options: SignOptions) -> bytes:
    algorithm = hashes.SHA1() if options.sha1 else hashes.SHA256()
    if isinstance(who.key, rsa.RSAPrivateKey):
        return who.key.sign(message, rsa_padding.PKCS1v15(), algorithm)
    encoded = who.key.sign(message, ec.ECDSA(algorithm))
    if options.der_signature:
        return encoded
    size = (who.key.key_size + 7) // 8
    numbers = utils.decode_dss_signature(encoded)
    return b"".join(number.to_bytes(size, "big") for number in numbers)


def _reference(
    info: etree._Element,
    uri: str,
    digest: str,
    enveloped: bool = False,
    **attributes: str,
) -> None:
    reference = _ds(info, "Reference", URI=uri, **attributes)
    transforms = _ds(reference, "Transforms")
    if enveloped:
        _ds(transforms, "Transform", Algorithm=DS + "enveloped-signature")
    _ds(transforms, "Transform", Algorithm=EXCLUSIVE)
    _ds(reference, "DigestMethod", Algorithm=SHA256)
    _ds(reference, "DigestValue").text = digest


def _properties(
    signature: etree._Element, who: Identity, options: SignOptions
) -> etree._Element:
    moment = options.signing_time or dt.datetime.now(dt.timezone.utc)
    digest = sha(b"another" if options.wrong_cert_digest else who.der)
    named = (
        "<x:SigningCertificate><x:Cert><x:CertDigest>"
        f'<ds:DigestMethod Algorithm="{SHA256}"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></x:CertDigest><x:IssuerSerial>"
        "<ds:X509IssuerName>CN=any</ds:X509IssuerName><ds:X509SerialNumber>"
        f"{who.certificate.serial_number}</ds:X509SerialNumber></x:IssuerSerial>"
        "</x:Cert></x:SigningCertificate>"
        if options.signing_certificate
        else ""
    )
    holder = _ds(signature, "Object")
    qualifying = etree.fromstring(
        f'<x:QualifyingProperties xmlns:x="{XADES}" xmlns:ds="{DS}" Target="#S1">'
        '<x:SignedProperties Id="P1"><x:SignedSignatureProperties>'
        f"<x:SigningTime>{moment:%Y-%m-%dT%H:%M:%SZ}</x:SigningTime>{named}"
        "</x:SignedSignatureProperties></x:SignedProperties></x:QualifyingProperties>"
    )
    holder.append(qualifying)
    return qualifying[0]


# --- encryption -----------------------------------------------------------------------


@dataclass
class SessionKey:
    """A symmetric key and its IV."""

    key: bytes = field(default_factory=lambda: os.urandom(32))
    iv: bytes = field(default_factory=lambda: os.urandom(16))

    def encrypt(self, data: bytes) -> bytes:
        """AES-256-CBC with PKCS#7."""
        padder = padding.PKCS7(128).padder()
        padded = padder.update(data) + padder.finalize()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).encryptor()
        return encryptor.update(padded) + encryptor.finalize()


def oaep(public_key: Any, data: bytes) -> str:
    """RSA-OAEP with SHA-256, Base64."""
    scheme = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    return b64(public_key.encrypt(data, scheme))


# --- invoices -------------------------------------------------------------------------


def invoice(
    number: str = "FV/1",
    *,
    seller: str = NIP,
    buyer: str = BUYER_NIP,
    day: dt.date | str | None = None,
    kind: str = "VAT",
    name: str = "usługa",
    extra: str = "",
) -> bytes:
    """Write a small valid FA(3) invoice; ``extra`` goes behind the Fa element."""
    day = day or dt.datetime.now(dt.timezone.utc).date()
    corrected = (
        "<DaneFaKorygowanej><DataWystFaKorygowanej>2026-02-01</DataWystFaKorygowanej>"
        "<NrFaKorygowanej>FV/0</NrFaKorygowanej><NrKSeFN>1</NrKSeFN></DaneFaKorygowanej>"
        if kind == "KOR"
        else ""
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Faktura xmlns="{FA3}"><Naglowek>'
        '<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>'
        "<WariantFormularza>3</WariantFormularza>"
        "<DataWytworzeniaFa>2026-02-01T00:00:00Z</DataWytworzeniaFa></Naglowek>"
        f"<Podmiot1><DaneIdentyfikacyjne><NIP>{seller}</NIP><Nazwa>Sprzedawca</Nazwa>"
        "</DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>ul. A 1</AdresL1>"
        "</Adres></Podmiot1>"
        f"<Podmiot2><DaneIdentyfikacyjne><NIP>{buyer}</NIP><Nazwa>Nabywca</Nazwa>"
        "</DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>ul. B 1</AdresL1>"
        "</Adres><JST>2</JST><GV>2</GV></Podmiot2>"
        f"<Fa><KodWaluty>PLN</KodWaluty><P_1>{day}</P_1><P_2>{number}</P_2>"
        "<P_13_1>100.00</P_13_1><P_14_1>23.00</P_14_1><P_15>123.00</P_15>"
        "<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A>"
        "<Zwolnienie><P_19N>1</P_19N></Zwolnienie><NoweSrodkiTransportu><P_22N>1</P_22N>"
        "</NoweSrodkiTransportu><P_23>2</P_23><PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy>"
        f"</Adnotacje><RodzajFaktury>{kind}</RodzajFaktury>{corrected}"
        f"<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>{name}</P_7><P_8A>szt.</P_8A>"
        "<P_8B>1</P_8B><P_9A>100.00</P_9A><P_11>100.00</P_11><P_12>23</P_12></FaWiersz>"
        f"</Fa>{extra}</Faktura>"
    ).encode()


# --- the client -----------------------------------------------------------------------


class SimClient:
    """Talks to one running simulator in the name of one identity.

    ``settle`` seconds of simulated time pass wherever KSeF works in the background.
    Every exchange is held against the official OpenAPI document; ``unchecked`` stops
    that, for tests that want wrong answers or speed.
    """

    def __init__(self, sim: Any, who: Identity | None = None, nip: str = NIP) -> None:
        self.sim = sim
        self.nip = nip
        self.who = who
        self.http: requests.Session = CheckedSession()
        self.access = ""
        self.refresh = ""
        self.operation: dict[str, Any] = {}
        self.session_key = SessionKey()

    def unchecked(self) -> SimClient:
        """Stop holding exchanges against the OpenAPI document."""
        self.http = requests.Session()
        return self

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send a request below ``/v2``; ``token`` overrides the access token."""
        token = options.pop("token", self.access)
        headers = options.pop("headers", {})
        if token:
            headers = {"Authorization": f"Bearer {token}", **headers}
        options.setdefault("timeout", 20)
        url = path if path.startswith("http") else self.sim.api_url + path
        return self.http.request(method, url, headers=headers, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", path, json=body, **options)

    def settle(self, seconds: float = 5) -> None:
        """Let the background work finish."""
        self.sim.clock.advance(seconds)

    # login

    def challenge(self) -> dict[str, Any]:
        return self.post("/auth/challenge", token="").json()

    def signed_request(
        self, options: SignOptions | None = None, **request: Any
    ) -> bytes:
        """Sign a request with a fresh challenge at the simulator's time."""
        options = options or SignOptions()
        if options.signing_time is None:
            options.signing_time = self.sim.clock.now()
        text = self.challenge()["challenge"]
        request.setdefault("nip", self.nip)
        assert self.who is not None
        return sign(auth_request(text, **request), self.who, options)

    def submit(self, xml: bytes, query: str = "") -> requests.Response:
        """Post a signed request."""
        return self.call(
            "POST",
            "/auth/xades-signature" + query,
            data=xml,
            headers={"Content-Type": "application/xml"},
            token="",
        )

    def start(self, options: SignOptions | None = None, **request: Any) -> int:
        """Log in as far as the status; return its code."""
        answer = self.submit(self.signed_request(options, **request))
        assert answer.status_code == 202, answer.text
        self.operation = answer.json()
        return self.auth_status()

    def auth_status(self) -> int:
        """Let time pass and read the status of the login."""
        self.settle()
        path = f"/auth/{self.operation['referenceNumber']}"
        answer = self.get(path, token=self.operation_token)
        assert answer.status_code == 200, answer.text
        return answer.json()["status"]["code"]

    @property
    def operation_token(self) -> str:
        return self.operation["authenticationToken"]["token"]

    def redeem(self) -> requests.Response:
        return self.post("/auth/token/redeem", token=self.operation_token)

    def login(self, **request: Any) -> SimClient:
        """Log in all the way."""
        status = self.start(**request)
        assert status == 200, status
        return self.take_tokens()

    def take_tokens(self) -> SimClient:
        """Redeem and keep the tokens."""
        tokens = self.redeem().json()
        self.access = tokens["accessToken"]["token"]
        self.refresh = tokens["refreshToken"]["token"]
        return self

    # sessions

    def public_key(self, usage: str = "SymmetricKeyEncryption") -> tuple[Any, str]:
        """Return the newest published key of a usage and its id."""
        listed = self.get("/security/public-key-certificates", token="").json()
        found = next(item for item in listed if usage in item["usage"])
        certificate = x509.load_der_x509_certificate(
            base64.b64decode(found["certificate"])
        )
        return certificate.public_key(), found["publicKeyId"]

    def encryption(self, public_key: Any = None, key_id: str = "") -> dict[str, str]:
        """Write the encryption object of a session."""
        if public_key is None:
            public_key, key_id = self.public_key()
        body = {
            "encryptedSymmetricKey": oaep(public_key, self.session_key.key),
            "initializationVector": b64(self.session_key.iv),
        }
        return {**body, "publicKeyId": key_id} if key_id else body

    def open(self, **overrides: Any) -> str:
        """Open an interactive session and return its reference."""
        body = {"formCode": FORM_FA3, "encryption": self.encryption(), **overrides}
        answer = self.post("/sessions/online", body)
        assert answer.status_code == 201, answer.text
        return answer.json()["referenceNumber"]

    def send_body(self, xml: bytes, **overrides: Any) -> dict[str, Any]:
        """Write the body of a send."""
        encrypted = overrides.pop("encrypted", None) or self.session_key.encrypt(xml)
        return {
            "invoiceHash": sha(xml),
            "invoiceSize": len(xml),
            "encryptedInvoiceHash": sha(encrypted),
            "encryptedInvoiceSize": len(encrypted),
            "encryptedInvoiceContent": b64(encrypted),
            **overrides,
        }

    def try_send(self, session: str, xml: bytes, **overrides: Any) -> requests.Response:
        """Send an invoice and return the answer."""
        body = self.send_body(xml, **overrides)
        return self.post(f"/sessions/online/{session}/invoices", body)

    def send(self, session: str, xml: bytes, **overrides: Any) -> str:
        """Send an invoice and return its reference."""
        answer = self.try_send(session, xml, **overrides)
        assert answer.status_code == 202, answer.text
        return answer.json()["referenceNumber"]

    def invoice(self, session: str, reference: str) -> dict[str, Any]:
        """Let time pass and read the status of an invoice."""
        self.settle()
        answer = self.get(f"/sessions/{session}/invoices/{reference}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def outcome(self, session: str, xml: bytes, **overrides: Any) -> dict[str, Any]:
        """Send an invoice and return what became of it."""
        return self.invoice(session, self.send(session, xml, **overrides))

    def close(self, session: str) -> requests.Response:
        return self.post(f"/sessions/online/{session}/close")

    def session(self, session: str) -> dict[str, Any]:
        """Let time pass and read the status of a session."""
        self.settle()
        return self.get(f"/sessions/{session}").json()


def code_of(answer: requests.Response) -> int:
    """Return the first exception code of a legacy 400."""
    assert answer.status_code == 400, (answer.status_code, answer.text)
    return answer.json()["exception"]["exceptionDetailList"][0]["exceptionCode"]


def today(sim: Any) -> dt.date:
    """Return the simulator's day in Warsaw."""
    return sim.clock.today_in_warsaw()

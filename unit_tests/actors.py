"""People and companies that use the simulator over plain HTTP, without our client.

Certificates are made in memory; requests are signed by hand with lxml and cryptography;
every exchange is held against the OpenAPI document (``openapi_check``).
"""

from __future__ import annotations

import base64
import functools
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.x509.oid import NameOID
from lxml import etree
from openapi_check import CheckedSession

import simulator

SELLER = "5265877635"
BUYER = "3333333333"
OTHER = "1111111111"
PESEL = "90010112345"

_DS = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
_SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
_ENVELOPED = f"{_DS}enveloped-signature"
_FORM = {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"}


@dataclass
class Identity:
    """A certificate (its exact DER) and its EC P-256 key."""

    der: bytes
    key: ec.EllipticCurvePrivateKey = field(repr=False)


@functools.cache
def seal(nip: str) -> Identity:
    """Make the self-signed seal of a company."""
    return _self_signed(
        (NameOID.COUNTRY_NAME, "PL"),
        (NameOID.ORGANIZATION_IDENTIFIER, f"VATPL-{nip}"),
        (NameOID.ORGANIZATION_NAME, f"Firma {nip}"),
        (NameOID.COMMON_NAME, f"Firma {nip}"),
    )


@functools.cache
def person(pesel: str) -> Identity:
    """Make the self-signed certificate of a person."""
    return _self_signed(
        (NameOID.COUNTRY_NAME, "PL"),
        (NameOID.SERIAL_NUMBER, f"PNOPL-{pesel}"),
        (NameOID.SURNAME, "Kowalska"),
        (NameOID.GIVEN_NAME, "Anna"),
        (NameOID.COMMON_NAME, "Anna Kowalska"),
    )


def _self_signed(*subject: tuple[x509.ObjectIdentifier, str]) -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2025, 1, 1))
        .not_valid_after(datetime(2045, 1, 1))
        .sign(key, hashes.SHA256())
    )
    return Identity(certificate.public_bytes(serialization.Encoding.DER), key)


def signed_login(challenge: str, nip: str, who: Identity, now: datetime) -> bytes:
    """Build and sign an AuthTokenRequest (enveloped XAdES-BES, ksef-api.md §2.5)."""
    root = etree.fromstring(
        '<AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/2.0">'
        f"<Challenge>{challenge}</Challenge>"
        f"<ContextIdentifier><Nip>{nip}</Nip></ContextIdentifier>"
        "<SubjectIdentifierType>certificateSubject</SubjectIdentifierType>"
        "</AuthTokenRequest>"
    )
    document_digest = _digest(_c14n(root))
    signature = etree.fromstring(_signature_xml(document_digest, who, now))
    root.append(signature)
    names = {"ds": _DS, "xades": _XADES}
    properties = signature.find(".//xades:SignedProperties", names)
    digests = signature.findall(".//ds:Reference/ds:DigestValue", names)
    digests[1].text = _digest(_c14n(properties))
    signed_info = _c14n(signature.find("ds:SignedInfo", names))
    r, s = decode_dss_signature(who.key.sign(signed_info, ec.ECDSA(hashes.SHA256())))
    value = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    signature.find("ds:SignatureValue", names).text = _b64(value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _signature_xml(document_digest: str, who: Identity, now: datetime) -> str:
    method = f'<ds:DigestMethod Algorithm="{_SHA256}"/>'
    canonical = f'<ds:Transform Algorithm="{_C14N}"/>'
    cert_digest = _b64(hashlib.sha256(who.der).digest())
    moment = f"{now - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    return (
        f'<ds:Signature xmlns:ds="{_DS}" Id="Signature"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{_C14N}"/>'
        f'<ds:SignatureMethod Algorithm="{_ECDSA}"/>'
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"/>'
        f"{canonical}</ds:Transforms>{method}"
        f"<ds:DigestValue>{document_digest}</ds:DigestValue></ds:Reference>"
        '<ds:Reference URI="#Properties" Type="http://uri.etsi.org/01903#SignedProperties">'
        f"<ds:Transforms>{canonical}</ds:Transforms>{method}"
        "<ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/>"
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{_b64(who.der)}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xades:QualifyingProperties xmlns:xades="{_XADES}" Target="#Signature">'
        '<xades:SignedProperties Id="Properties"><xades:SignedSignatureProperties>'
        f"<xades:SigningTime>{moment}</xades:SigningTime><xades:SigningCertificateV2>"
        f"<xades:Cert><xades:CertDigest>{method}<ds:DigestValue>{cert_digest}"
        "</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
        "</xades:SignedSignatureProperties></xades:SignedProperties>"
        "</xades:QualifyingProperties></ds:Object></ds:Signature>"
    )


def _c14n(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _digest(data: bytes) -> str:
    return _b64(hashlib.sha256(data).digest())


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass(frozen=True)
class Envelope:
    """A session key of the client and the ``encryption`` object that carries it."""

    key: bytes
    iv: bytes
    request: dict[str, str]

    def encrypt(self, data: bytes) -> bytes:
        """Encrypt as a client does: AES-256-CBC, PKCS#7, no IV in front."""
        padder = PKCS7(128).padder()
        padded = padder.update(data) + padder.finalize()
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).encryptor()
        return encryptor.update(padded) + encryptor.finalize()

    def decrypt(self, data: bytes) -> bytes:
        """Undo :meth:`encrypt`."""
        decryptor = Cipher(algorithms.AES(self.key), modes.CBC(self.iv)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()


class Actor:
    """Somebody logged in to a context, with the plain calls of HTTP."""

    def __init__(
        self, sim: simulator.RunningSimulator, nip: str, who: Identity | None = None
    ) -> None:
        self.sim = sim
        self.nip = nip
        self.session = CheckedSession()
        self.headers: dict[str, str] = {}
        tokens = self.log_in(who or seal(nip))
        self.token = tokens["accessToken"]["token"]
        self.headers["Authorization"] = f"Bearer {self.token}"

    def log_in(self, who: Identity) -> dict[str, Any]:
        """Log in with a certificate; return the redeemed tokens."""
        challenge = self.post("/auth/challenge").json()["challenge"]
        xml = signed_login(challenge, self.nip, who, self.sim.clock.now())
        started = self.call(
            "POST",
            "/auth/xades-signature",
            data=xml,
            headers={"Content-Type": "application/xml"},
        )
        assert started.status_code == 202, started.text
        return self.redeem(started.json())

    def redeem(self, started: dict[str, Any]) -> dict[str, Any]:
        """Follow a login that was started to its end; return the tokens."""
        self.later()
        bearer = f"Bearer {started['authenticationToken']['token']}"
        status = self.call(
            "GET",
            f"/auth/{started['referenceNumber']}",
            headers={"Authorization": bearer},
        ).json()["status"]
        assert status["code"] == 200, status
        redeemed = self.call(
            "POST", "/auth/token/redeem", headers={"Authorization": bearer}
        )
        assert redeemed.status_code == 200, redeemed.text
        return redeemed.json()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Send one request to the API."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.session.request(
            method, self.sim.api_url + path, headers=headers, timeout=10, **options
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        """Send a GET."""
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send a POST with a JSON body."""
        return self.call("POST", path, json=body, **options)

    def put(self, path: str, body: Any) -> requests.Response:
        """Send a PUT with a JSON body."""
        return self.call("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        """Send a DELETE."""
        return self.call("DELETE", path)

    def later(self, seconds: float = 1) -> None:
        """Let the simulated time pass, so that KSeF works off what it has taken."""
        self.sim.clock.advance(seconds)

    def envelope(self, *, wrong_key: bool = False) -> Envelope:
        """Make a session key and wrap it for KSeF (or for a key that KSeF has not)."""
        key, iv = secrets.token_bytes(32), secrets.token_bytes(16)
        published = self.get("/security/public-key-certificates").json()
        found = next(k for k in published if "SymmetricKeyEncryption" in k["usage"])
        public = _public_key(base64.b64decode(found["certificate"]))
        if wrong_key:
            public = _foreign_key().public_key()
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        request = {
            "encryptedSymmetricKey": _b64(public.encrypt(key, oaep)),
            "initializationVector": _b64(iv),
            "publicKeyId": found["publicKeyId"],
        }
        return Envelope(key, iv, request)

    def send(self, *documents: bytes, **options: Any) -> list[dict[str, Any]]:
        """Send invoices in one session, close it; return their final statuses."""
        envelope = self.envelope()
        body = {"formCode": _FORM, "encryption": envelope.request}
        opened = self.post("/sessions/online", body)
        assert opened.status_code == 201, opened.text
        path = f"/sessions/online/{opened.json()['referenceNumber']}"
        for document in documents:
            sent = self.post(f"{path}/invoices", _sending(document, envelope, options))
            assert sent.status_code == 202, sent.text
            self.later()
        assert self.post(f"{path}/close").status_code == 204
        self.later()
        session = f"/sessions/{opened.json()['referenceNumber']}"
        return self.get(f"{session}/invoices?pageSize=1000").json()["invoices"]

    def issue(self, *numbers: str, buyer: str = BUYER, **options: Any) -> list[str]:
        """Send invoices of this company that must be accepted; return KSeF numbers."""
        day = self.sim.clock.today_in_warsaw()
        documents = [invoice_xml(self.nip, buyer, n, day, **options) for n in numbers]
        statuses = self.send(*documents)
        assert all(item["status"]["code"] == 200 for item in statuses), statuses
        return [item["ksefNumber"] for item in statuses]


def _public_key(der: bytes) -> rsa.RSAPublicKey:
    return x509.load_der_x509_certificate(der).public_key()  # type: ignore[return-value]


@functools.cache
def _foreign_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _sending(document: bytes, envelope: Envelope, options: Any) -> dict[str, Any]:
    encrypted = envelope.encrypt(document)
    return {
        "invoiceHash": _digest(document),
        "invoiceSize": len(document),
        "encryptedInvoiceHash": _digest(encrypted),
        "encryptedInvoiceSize": len(encrypted),
        "encryptedInvoiceContent": _b64(encrypted),
        **options,
    }


def invoice_xml(
    seller: str,
    buyer: str,
    number: str,
    day: date,
    *,
    kind: str = "VAT",
    currency: str = "PLN",
    net: str = "100.00",
    extra_parties: str = "",
    buyer_identifier: str = "",
) -> bytes:
    """Write a small valid FA(3) invoice of one line at 23%.

    :param extra_parties: Podmiot3 / PodmiotUpowazniony elements
    :param buyer_identifier: elements instead of ``<NIP>`` of the buyer
    """
    cents = round(float(net) * 100)
    vat, gross = f"{cents * 0.0023:.2f}", f"{cents * 0.0123:.2f}"
    vat_in_pln = "" if currency == "PLN" else f"<P_14_1W>{float(vat) * 4:.2f}</P_14_1W>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/"><Naglowek>'
        '<KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>'
        "<WariantFormularza>3</WariantFormularza>"
        f"<DataWytworzeniaFa>{day}T10:00:00Z</DataWytworzeniaFa></Naglowek>"
        f"<Podmiot1><DaneIdentyfikacyjne><NIP>{seller}</NIP>"
        f"<Nazwa>Firma {seller}</Nazwa></DaneIdentyfikacyjne>"
        "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Prosta 1</AdresL1></Adres></Podmiot1>"
        "<Podmiot2><DaneIdentyfikacyjne>"
        f"{buyer_identifier or f'<NIP>{buyer}</NIP>'}"
        f"<Nazwa>Firma {buyer}</Nazwa></DaneIdentyfikacyjne>"
        "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Krzywa 2</AdresL1></Adres>"
        f"<JST>2</JST><GV>2</GV></Podmiot2>{extra_parties}"
        f"<Fa><KodWaluty>{currency}</KodWaluty><P_1>{day}</P_1><P_2>{number}</P_2>"
        f"<P_13_1>{net}</P_13_1><P_14_1>{vat}</P_14_1>{vat_in_pln}<P_15>{gross}</P_15>"
        "<Adnotacje><P_16>2</P_16><P_17>2</P_17><P_18>2</P_18><P_18A>2</P_18A>"
        "<Zwolnienie><P_19N>1</P_19N></Zwolnienie>"
        "<NoweSrodkiTransportu><P_22N>1</P_22N></NoweSrodkiTransportu><P_23>2</P_23>"
        "<PMarzy><P_PMarzyN>1</P_PMarzyN></PMarzy></Adnotacje>"
        f"<RodzajFaktury>{kind}</RodzajFaktury>"
        "<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Usługa</P_7><P_8A>szt.</P_8A>"
        f"<P_8B>1</P_8B><P_9A>{net}</P_9A><P_11>{net}</P_11><P_12>23</P_12></FaWiersz>"
        "</Fa></Faktura>"
    ).encode()


def code_of(response: requests.Response) -> int:
    """Return the first exception code of a 400, in either form of the body."""
    assert response.status_code == 400, (response.status_code, response.text)
    body = response.json()
    if "errors" in body:
        return body["errors"][0]["code"]
    return body["exception"]["exceptionDetailList"][0]["exceptionCode"]

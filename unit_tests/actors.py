"""Companies and people who are logged in, on top of ``sim_client``.

Every exchange is held against the OpenAPI document (``openapi_check``).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date
from typing import Any

import requests
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from openapi_check import CheckedSession
from sim_client import BUYER_NIP, NIP, OTHER_NIP, SessionKey, SimClient, oaep, rsa_key
from sim_client import Identity as Identity
from sim_client import person as any_person
from sim_client import seal as any_seal
from sim_client import sha as sha

SELLER, BUYER, OTHER = NIP, BUYER_NIP, OTHER_NIP
PESEL = "90010112345"


@functools.cache
def seal(nip: str) -> Identity:
    """Return the seal of a company, the same in every test."""
    return any_seal(nip)


@functools.cache
def person(pesel: str) -> Identity:
    """Return the certificate of a person, the same in every test."""
    return any_person(f"PNOPL-{pesel}")


@dataclass(frozen=True)
class Envelope:
    """A session key of the client and the ``encryption`` object that carries it."""

    session_key: SessionKey
    request: dict[str, str]

    def decrypt(self, data: bytes) -> bytes:
        """Undo AES-256-CBC with PKCS#7."""
        key, iv = self.session_key.key, self.session_key.iv
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        return unpadder.update(padded) + unpadder.finalize()


class Actor(SimClient):
    """Somebody logged in to a context."""

    def __init__(
        self, sim: Any, nip: str = SELLER, who: Identity | None = None
    ) -> None:
        super().__init__(sim, who or seal(nip), nip)
        self.http: CheckedSession = CheckedSession()
        self.login()

    def put(self, path: str, body: Any) -> requests.Response:
        """Send a PUT with a JSON body."""
        return self.call("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        """Send a DELETE."""
        return self.call("DELETE", path)

    def later(self, seconds: float = 1) -> None:
        """Let the simulated time pass, so that KSeF works off what it has taken."""
        self.settle(seconds)

    def log_in_by_token(self, text: str) -> dict[str, str]:
        """Log in with a KSeF token; return the header that carries the access token."""
        challenge = self.challenge()
        key, key_id = self.public_key("KsefTokenEncryption")
        body = {
            "challenge": challenge["challenge"],
            "contextIdentifier": {"type": "Nip", "value": self.nip},
            "encryptedToken": oaep(key, f"{text}|{challenge['timestampMs']}".encode()),
            "publicKeyId": key_id,
        }
        self.operation = self.post("/auth/ksef-token", body).json()
        assert self.auth_status() == 200
        access = self.redeem().json()["accessToken"]["token"]
        return {"Authorization": f"Bearer {access}"}

    def envelope(self, *, wrong_key: bool = False) -> Envelope:
        """Make a session key and wrap it for KSeF (or for a key that KSeF has not)."""
        self.session_key = SessionKey()
        request = self.encryption()
        if wrong_key:
            foreign = rsa_key().public_key()
            request["encryptedSymmetricKey"] = oaep(foreign, self.session_key.key)
        return Envelope(self.session_key, request)

    def transmit(self, *documents: bytes, **options: Any) -> list[dict[str, Any]]:
        """Send invoices in one session, close it; return their final statuses."""
        session = self.open()
        for document in documents:
            self.send(session, document, **options)
            self.later()
        assert self.close(session).status_code == 204
        self.later()
        return self.get(f"/sessions/{session}/invoices?pageSize=1000").json()[
            "invoices"
        ]

    def issue(self, *numbers: str, buyer: str = BUYER, **options: Any) -> list[str]:
        """Send invoices of this company that must be accepted; return KSeF numbers."""
        day = self.sim.clock.today_in_warsaw()
        documents = [invoice_xml(self.nip, buyer, n, day, **options) for n in numbers]
        statuses = self.transmit(*documents)
        assert all(item["status"]["code"] == 200 for item in statuses), statuses
        return [item["ksefNumber"] for item in statuses]


def allow(actor: Actor, subject: dict[str, str], *permissions: str) -> None:
    """Give rights in the actor's context by test data."""
    body = {
        "contextIdentifier": {"type": "Nip", "value": actor.nip},
        "authorizedIdentifier": subject,
        "permissions": [
            {"permissionType": name, "description": "do testów"} for name in permissions
        ],
    }
    answer = actor.post("/testdata/permissions", body)
    assert answer.status_code == 200, answer.text


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
        "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Prosta 1</AdresL1></Adres>"
        "</Podmiot1><Podmiot2><DaneIdentyfikacyjne>"
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

"""Helpers of the tests of ``ksef/``: keys and certificates made in memory, a scripted
HTTP server on loopback, a client without a network."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from ksef.client import KsefClient
from ksef.environment import Environment
from ksef.failures import Answer, failure_of
from ksef.messages import Tokens
from ksef.transport import Request, Response

#: Official files; a folder beside the checkout, absent elsewhere.
SHARED = Path(__file__).resolve().parents[2] / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the folder 'shared' beside the checkout is missing"
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
NIP = "5265877635"

_NAMES = {
    "C": NameOID.COUNTRY_NAME,
    "O": NameOID.ORGANIZATION_NAME,
    "CN": NameOID.COMMON_NAME,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "givenName": NameOID.GIVEN_NAME,
    "surname": NameOID.SURNAME,
}


def shared_json(name: str):
    """Return one of the official JSON files."""
    return json.loads((SHARED / "ksef" / name).read_text(encoding="utf-8"))


@cache
def make_key(kind: str = "ec", number: int = 0):
    """Return a private key; ``number`` tells several of one kind apart."""
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "rsa-1024":
        return rsa.generate_private_key(65537, 1024)
    return ec.generate_private_key({"ec": ec.SECP256R1(), "p192": ec.SECP192R1()}[kind])


def name_of(parts: dict[str, str]) -> x509.Name:
    """Return a distinguished name from short attribute names."""
    return x509.Name(
        [x509.NameAttribute(_NAMES[key], value) for key, value in parts.items()]
    )


SEAL = {
    "C": "PL",
    "organizationIdentifier": f"VATPL-{NIP}",
    "O": "Firma Testowa sp. z o.o.",
    "CN": "Firma Testowa (uwierzytelnienie)",
}
PERSON = {
    "C": "PL",
    "givenName": "Zofia",
    "surname": "Łęcka",
    "serialNumber": "PNOPL-44051401359",
    "CN": "Zofia Łęcka",
}
TEST_ISSUER = {
    "C": "PL",
    "O": "Ministerstwo Finansów",
    "CN": "TI CCK KSeF",
}


@dataclass(frozen=True)
class Recipe:
    """What a certificate is to look like; ``usage`` is login, offline, both, none."""

    key: object = field(default_factory=make_key)
    subject: dict = field(default_factory=lambda: SEAL)
    issuer: dict | None = field(default_factory=lambda: TEST_ISSUER)
    usage: str = "login"
    serial: int = 0x01F20A5D352AE590
    not_before: datetime = NOW - timedelta(days=10)
    not_after: datetime = NOW + timedelta(days=700)

    def but(self, **changes) -> "Recipe":
        """Return this recipe with other values."""
        return replace(self, **changes)

    def issue(self) -> x509.Certificate:
        """Make the certificate; without an issuer it is self-signed."""
        authority = make_key("ec", 99) if self.issuer else self.key
        builder = (
            x509.CertificateBuilder()
            .subject_name(name_of(self.subject))
            .issuer_name(name_of(self.issuer or self.subject))
            .public_key(self.key.public_key())
            .serial_number(self.serial)
            .not_valid_before(self.not_before)
            .not_valid_after(self.not_after)
        )
        if self.usage != "none":
            builder = builder.add_extension(_key_usage(self.usage), critical=True)
        return builder.sign(authority, hashes.SHA256())

    def der(self) -> bytes:
        """Return the certificate as DER."""
        return self.issue().public_bytes(serialization.Encoding.DER)


def _key_usage(usage: str) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    bits = dict.fromkeys(names, False)
    bits["digital_signature"] = usage in ("login", "both")
    bits["content_commitment"] = usage in ("offline", "both")
    return x509.KeyUsage(**bits)


def with_explicit_null(der: bytes) -> bytes:
    """Sign a certificate anew the way the KSeF authority does it.

    ecdsa-with-SHA512 with an explicit NULL as parameter, which ``cryptography`` 49
    and later refuses to parse.
    """
    certificate = asn1_x509.Certificate.load(der)
    body = certificate["tbs_certificate"]
    for algorithm in (body["signature"], certificate["signature_algorithm"]):
        algorithm["algorithm"] = "sha512_ecdsa"
        algorithm["parameters"] = core.Null()
    authority = make_key("ec", 99)
    certificate["signature_value"] = authority.sign(
        body.dump(force=True), ec.ECDSA(hashes.SHA512())
    )
    return certificate.dump(force=True)


def as_pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    """Return DER as one PEM block."""
    body = base64.encodebytes(der).decode("ascii")
    return f"-----BEGIN {label}-----\n{body}-----END {label}-----\n".encode("ascii")


def key_bytes(
    key,
    encoding: str = "PEM",
    form: str = "PKCS8",
    password: str | None = None,
) -> bytes:
    """Return a private key in one of its file formats."""
    protection = (
        serialization.BestAvailableEncryption(password.encode())
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        getattr(serialization.Encoding, encoding),
        getattr(serialization.PrivateFormat, form),
        protection,
    )


# -- a client without a network ----------------------------------------


class FakeClock:
    """A clock that only moves when told to; ``sleep`` moves it too."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)


def tokens(clock: FakeClock, access_seconds: float = 900) -> Tokens:
    """Return a login whose access token lives that long."""
    return Tokens(
        access="access-0",
        access_valid_until=clock() + timedelta(seconds=access_seconds),
        refresh="refresh-0",
        refresh_valid_until=clock() + timedelta(days=7),
    )


class ScriptedTransport:
    """Answers requests from a list instead of a network, and keeps the requests.

    :param script: ``(status, body)`` or ``(status, body, headers)`` per request; a
        body that is no bytes is sent as JSON; an exception is raised
    """

    def __init__(self, *script) -> None:
        self.script = list(script)
        self.requests: list[Request] = []

    def send(self, request: Request) -> Response:
        self.requests.append(request)
        step = self.script.pop(0)
        if isinstance(step, Exception):
            raise step
        status, body, *rest = step
        headers = {k.lower(): v for k, v in (rest[0] if rest else {}).items()}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        failure = failure_of(Answer(status, headers, content))
        if failure is not None:
            raise failure
        return Response(status, headers, content)

    @property
    def sent(self) -> list[tuple[str, str, str | None]]:
        """Method, path and bearer of each request."""
        return [(each.method, each.path, each.bearer) for each in self.requests]


def client_with(
    *script, clock: FakeClock | None = None, **options
) -> tuple[KsefClient, ScriptedTransport]:
    """Return a logged-in client that is answered from a script."""
    clock = clock or FakeClock()
    transport = ScriptedTransport(*script)
    options.setdefault("tokens", tokens(clock))
    client = KsefClient(
        Environment.custom("http://127.0.0.1:9/v2"),
        transport=transport,
        clock=clock,
        **options,
    )
    return client, transport


# -- a scripted HTTP server --------------------------------------------


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict
    body: bytes


class LocalServer:
    """Plays answers from a list; a callable step gets the handler itself."""

    def __init__(self) -> None:
        self.script: list = []
        self.seen: list[Seen] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _play(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                outer.seen.append(
                    Seen(self.command, self.path, dict(self.headers), body)
                )
                step = outer.script.pop(0)
                if callable(step):
                    step(self)
                    return
                reply(self, *step)

            do_GET = do_POST = do_PUT = do_DELETE = _play

            def log_message(self, *_args) -> None:
                """Keep the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        # Connections are cut on purpose here: no news about it on the terminal.
        self._server.handle_error = lambda *_args: None
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )
        self._thread.start()

    @property
    def environment(self) -> Environment:
        return Environment.custom(f"{self.url}/v2")

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def reply(handler, status: int, body=b"", headers: dict | None = None) -> None:
    """Send one answer; a body that is no bytes goes as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    handler.send_response(status)
    for name, value in {"Content-Type": kind, **(headers or {})}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def hang_up(handler) -> None:
    """Cut the connection without an answer."""
    handler.close_connection = True
    handler.connection.close()


@contextmanager
def local_server() -> Iterator[LocalServer]:
    """Run a :class:`LocalServer` for one test."""
    server = LocalServer()
    try:
        yield server
    finally:
        server.stop()


# -- requests to try the transport with --------------------------------

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJwZXIiOiJPd25lciJ9.c2lnbmF0dXJl"
READ = Request("GET", "/rate-limits", bearer=JWT)
SEND = Request("POST", "/sessions/online/S/invoices", bearer=JWT, json={"a": 1})


def fails(transport, request, kind):
    """Send a request that must fail this way; return the error."""
    with pytest.raises(kind) as caught:
        transport.send(request)
    return caught.value

"""KSeF clients from PyPI that nobody here wrote use the simulator, unchanged.

``ksef-client`` checks little itself (a wrong hash or KSeF number passes), so the tests
look at what came back. It refuses loopback addresses in storage links: the simulator
gives them out on a host name.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from actors import BUYER, SELLER, invoice_xml
from cryptography.hazmat.primitives import serialization
from lxml import etree
from sim_client import Identity, ec_key, rsa_key, seal, sha

import simulator

ksef_client = pytest.importorskip(
    "ksef_client", reason="ksef-client is not installed (PyPI, Python 3.10 or later)"
)
pytest.importorskip("xmlsec", reason="ksef-client signs with xmlsec")

from ksef_client import KsefClient, KsefClientOptions  # noqa: E402
from ksef_client import openapi_models as models  # noqa: E402
from ksef_client.services import workflows  # noqa: E402
from ksef_client.services.batch import encrypt_batch_parts  # noqa: E402
from ksef_client.services.crypto import build_encryption_data  # noqa: E402
from ksef_client.services.csr import generate_csr_ec  # noqa: E402
from ksef_client.services.verification_link import (  # noqa: E402
    VerificationLinkService,
)
from ksef_client.utils.zip_utils import build_tar_gz, build_zip  # noqa: E402

MADE_UP_HOST = "storage.ksef-simulator.example"
FORM = models.FormCode(schema_version="1-0E", system_code="FA (3)", value="FA")
PATIENCE_SECONDS = 10


def public_host(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a host name that leads to 127.0.0.1.

    The machine's own name where it does; else a made-up name, resolved for this test
    process only (the client itself stays as it is).
    """
    resolve = socket.getaddrinfo
    own = socket.gethostname()
    try:
        if {item[4][0] for item in resolve(own, 80, socket.AF_INET)} == {"127.0.0.1"}:
            return own
    except OSError:
        own = ""

    def resolve_ours(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return resolve("127.0.0.1" if name == MADE_UP_HOST else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_ours)
    return MADE_UP_HOST


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Iterator[simulator.RunningSimulator]:
    """A simulator whose clock runs: the client sleeps for real."""
    config = simulator.Config(
        public_host=public_host(monkeypatch),
        rate_limits="off",
        processing_seconds=0.02,
        storage_seconds=0.02,
    )
    with simulator.running(config) as running:
        yield running


@dataclass
class Company:
    """A client that is logged in."""

    client: KsefClient
    token: str
    sim: simulator.RunningSimulator

    def encryption(self) -> Any:
        """Make a session key, wrapped with the published public key."""
        found = self.client.security.get_public_key_certificate(
            "SymmetricKeyEncryption"
        )
        return build_encryption_data(
            found.certificate, public_key_id=found.public_key_id
        )

    def open_session(self) -> Any:
        """Open an interactive session."""
        found = self.client.security.get_public_key_certificate(
            "SymmetricKeyEncryption"
        )
        return workflows.OnlineSessionWorkflow(self.client.sessions).open_session(
            form_code=FORM,
            public_certificate=found.certificate,
            public_key_id=found.public_key_id,
            access_token=self.token,
        )

    def issue(self, *numbers: str) -> list[bytes]:
        """Send invoices, wait until they are stored; return their bytes."""
        day = self.sim.clock.today_in_warsaw()
        documents = [invoice_xml(SELLER, BUYER, number, day) for number in numbers]
        session = self.open_session()
        for document in documents:
            session.send_invoice(document)
        session.close()
        wait_for(lambda: session.get_status().status.code == 200)
        wait_for(
            lambda: all(
                item.permanent_storage_date for item in session.list_invoices().invoices
            )
        )
        return documents


def wait_for(is_done: Callable[[], bool]) -> None:
    """Poll until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        assert time.monotonic() < deadline, "the simulator did not get there"
        time.sleep(0.02)


def pem_of(who: Identity) -> tuple[str, str]:
    """Write certificate and key as PEM."""
    key = who.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificate = who.certificate.public_bytes(serialization.Encoding.PEM)
    return certificate.decode(), key.decode()


def pem_of_pkcs8(text: str) -> str:
    """Turn Base64 of PKCS#8 into PEM."""
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n"


def connect(sim: simulator.RunningSimulator, who: Identity) -> Company:
    """Log in with a seal."""
    options = KsefClientOptions(
        base_url=sim.url,
        base_qr_url=sim.url,
        base_lighthouse_url=sim.latarnia_url,
        strict_presigned_url_validation=False,
        allow_private_network_presigned_urls=True,
    )
    client = KsefClient(options)
    certificate, key = pem_of(who)
    result = workflows.AuthCoordinator(client.auth).authenticate_with_xades(
        context_identifier_type="nip",
        context_identifier_value=SELLER,
        subject_identifier_type="certificateSubject",
        certificate_pem=certificate,
        private_key_pem=key,
        poll_interval_seconds=0.02,
    )
    return Company(client, result.access_token, sim)


@pytest.fixture
def company(live: simulator.RunningSimulator) -> Iterator[Company]:
    """The seller, logged in with a P-256 seal."""
    connected = connect(live, seal(SELLER, ec_key()))
    with connected.client:
        yield connected


def filters(subject: str = "Subject1", **dates: Any) -> Any:
    """Write the filters of a query."""
    return models.InvoiceQueryFilters(
        date_range=models.InvoiceQueryDateRange(
            date_type=models.InvoiceQueryDateType("PermanentStorage"), **dates
        ),
        subject_type=models.InvoiceQuerySubjectType(subject),
    )


def yesterday(sim: simulator.RunningSimulator) -> str:
    """Write the moment one day ago."""
    return (sim.clock.now() - timedelta(days=1)).isoformat()


@pytest.mark.parametrize("make_key", [ec_key, rsa_key])
def test_login_with_a_seal(
    live: simulator.RunningSimulator, make_key: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.config, "rate_limits", "prd")
    connected = connect(live, seal(SELLER, make_key()))
    with connected.client as client:
        limits = client.rate_limits.get_rate_limits(connected.token)
    assert limits.invoice_send.per_hour == 180


def test_session_invoice_number_and_upo(company: Company) -> None:
    xml = invoice_xml(SELLER, BUYER, "FV/1", company.sim.clock.today_in_warsaw())
    session = company.open_session()
    sent = session.send_invoice(xml)
    reference = sent.reference_number
    wait_for(lambda: session.get_invoice_status(reference).status.code == 200)
    status = session.get_invoice_status(reference)
    assert status.invoice_hash == sha(xml)
    assert status.ksef_number.startswith(SELLER)
    assert crc8(status.ksef_number[:32]) == int(status.ksef_number[-2:], 16)
    assert_upo(session.get_invoice_upo_by_ref(reference), status.ksef_number, xml)
    session.close()
    wait_for(lambda: session.get_status().status.code == 200)
    (page,) = session.get_status().upo.pages
    assert_upo(session.get_upo(page.reference_number), status.ksef_number, xml)
    by_link = company.client.invoices.download_export_part(page.download_url)
    assert_upo(by_link, status.ksef_number, xml)


def crc8(text: str) -> int:
    """Compute the check sum of a KSeF number (polynomial 0x07)."""
    value = 0
    for octet in text.encode():
        value ^= octet
        for _bit in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
    return value


def assert_upo(upo: bytes, ksef_number: str, xml: bytes) -> None:
    """Look into an UPO: it names the invoice and its hash."""
    root = etree.fromstring(upo)
    texts = {etree.QName(e).localname: e.text for e in root.iter() if e.text}
    assert texts["NumerKSeFDokumentu"] == ksef_number
    assert texts["SkrotDokumentu"] == sha(xml)


def test_rejected_invoice(company: Company) -> None:
    session = company.open_session()
    reference = session.send_invoice(b"<Faktura/>").reference_number
    wait_for(lambda: session.get_invoice_status(reference).status.code == 450)
    (failed,) = session.list_failed_invoices().invoices
    assert failed.status.details


def test_metadata_and_invoice_by_number(company: Company) -> None:
    (xml,) = company.issue("FV/1")
    answer = company.client.invoices.query_invoice_metadata(
        filters(from_=yesterday(company.sim)), access_token=company.token
    )
    (found,) = answer.invoices
    assert found.invoice_hash == sha(xml)
    assert found.buyer.identifier.value == BUYER
    got = company.client.invoices.get_invoice_bytes(
        found.ksef_number, access_token=company.token
    )
    assert got.content == xml
    assert got.sha256_base64 == sha(xml)


def export(company: Company, compression: Any) -> Any:
    """Order a package, wait for it, download and open it by the client's means."""
    encryption = company.encryption()
    ordered = company.client.invoices.export_invoices(
        models.InvoiceExportRequest(
            encryption=encryption.encryption_info,
            filters=filters(
                from_=yesterday(company.sim),
                restrict_to_permanent_storage_hwm_date=True,
            ),
            compression_type=compression,
        ),
        access_token=company.token,
    )

    def status() -> Any:
        return company.client.invoices.get_export_status(
            ordered.reference_number, access_token=company.token
        )

    wait_for(lambda: status().status.code == 200)
    flow = workflows.ExportWorkflow(company.client.invoices, company.client.http_client)
    return flow.download_and_process_package(status().package, encryption)


@pytest.mark.parametrize("compression", [None, models.CompressionType("TarGz")])
def test_export_of_a_package(company: Company, compression: Any) -> None:
    documents = company.issue("FV/1", "FV/2")
    opened = export(company, compression)
    hashes = [item["invoiceHash"] for item in opened.metadata_summaries]
    assert hashes == [sha(document) for document in documents]
    assert sorted(opened.invoice_xml_files.values()) == sorted(
        document.decode() for document in documents
    )


def test_export_in_parts(company: Company) -> None:
    documents = company.issue("FV/1", "FV/2")
    answer = requests.post(
        f"{company.sim.url}/_sim/archive", json={"partBytes": 400}, timeout=10
    )
    assert answer.ok
    assert len(export(company, None).invoice_xml_files) == len(documents)


def documents_of_today(company: Company, *numbers: str) -> dict[str, bytes]:
    """Write one file per invoice."""
    day = company.sim.clock.today_in_warsaw()
    return {f"{n}.xml": invoice_xml(SELLER, BUYER, n, day) for n in numbers}


def outcome_of_batch(company: Company, reference: str) -> tuple[int, list[Any]]:
    """Wait for a batch; return the status of its session and its invoices."""
    sessions, token = company.client.sessions, company.token

    def status() -> Any:
        return sessions.get_session_status(reference, access_token=token)

    wait_for(lambda: status().status.code >= 200)
    listed = sessions.get_session_invoices(reference, access_token=token)
    return status().status.code, listed.invoices


@pytest.mark.parametrize(
    ("pack", "kind"), [(build_zip, "Zip"), (build_tar_gz, "TarGz")]
)
def test_batch(company: Company, pack: Any, kind: str) -> None:
    files = documents_of_today(company, "FV-1", "FV-2", "FV-3")
    found = company.client.security.get_public_key_certificate("SymmetricKeyEncryption")
    flow = workflows.BatchSessionWorkflow(
        company.client.sessions, company.client.http_client
    )
    reference = flow.open_upload_and_close(
        form_code=FORM,
        archive_bytes=pack(files),
        compression_type=kind,
        public_certificate=found.certificate,
        public_key_id=found.public_key_id,
        access_token=company.token,
    )
    status, invoices = outcome_of_batch(company, reference)
    assert status == 200
    assert {i.invoice_file_name: i.invoice_hash for i in invoices} == {
        name: sha(xml) for name, xml in files.items()
    }


def test_batch_in_parts_with_one_bad_invoice(company: Company) -> None:
    files = documents_of_today(company, "FV-1", "FV-2")
    files["FV-3.xml"] = b"<Faktura/>"
    encryption = company.encryption()
    parts, declared = encrypt_batch_parts(
        build_zip(files), encryption.key, encryption.iv, max_part_size=500
    )
    assert len(parts) > 2
    opened = company.client.sessions.open_batch_session(
        models.OpenBatchSessionRequest(
            form_code=FORM,
            batch_file=declared,
            encryption=encryption.encryption_info,
            offline_mode=False,
        ),
        access_token=company.token,
    )
    uploader = workflows.BatchUploadHelper(company.client.http_client)
    uploader.upload_parts(opened.part_upload_requests, parts, parallelism=3)
    reference = opened.reference_number
    company.client.sessions.close_batch_session(reference, access_token=company.token)
    status, _invoices = outcome_of_batch(company, reference)
    failed = company.client.sessions.get_session_failed_invoices(
        reference, access_token=company.token
    )
    assert status == 200
    assert [item.invoice_file_name for item in failed.invoices] == ["FV-3.xml"]


def test_status_service(company: Company) -> None:
    lighthouse = company.client.lighthouse
    assert lighthouse.get_status().status.value == "AVAILABLE"
    body = {"status": "FAILURE", "text": "Od godziny 12"}
    requests.post(f"{company.sim.url}/_sim/latarnia", json=body, timeout=10)
    told = lighthouse.get_status()
    assert told.status.value == "FAILURE"
    assert told.messages == lighthouse.get_messages()
    assert told.messages[0].text == "Od godziny 12"


def test_login_with_a_ksef_token(company: Company) -> None:
    made = company.client.tokens.generate_token(
        models.GenerateTokenRequest(
            description="Integracja",
            permissions=[models.TokenPermissionType("InvoiceRead")],
        ),
        access_token=company.token,
    )
    wait_for(
        lambda: (
            company.client.tokens.get_token_status(
                made.reference_number, access_token=company.token
            ).status
            == models.AuthenticationTokenStatus("Active")
        )
    )
    found = company.client.security.get_public_key_certificate("KsefTokenEncryption")
    result = workflows.AuthCoordinator(
        company.client.auth
    ).authenticate_with_ksef_token(
        token=made.token,
        public_certificate=found.certificate,
        public_key_id=found.public_key_id,
        context_identifier_type="nip",
        context_identifier_value=SELLER,
        poll_interval_seconds=0.02,
    )
    company.client.limits.get_context_limits(result.access_token)


def test_enrolment_and_the_signed_link_of_an_offline_invoice(company: Company) -> None:
    client, token = company.client, company.token
    data = client.certificates.get_enrollment_data(token)
    csr = generate_csr_ec(data.to_dict())
    ordered = client.certificates.send_enrollment(
        models.EnrollCertificateRequest(
            certificate_name="Certyfikat offline",
            certificate_type=models.KsefCertificateType("Offline"),
            csr=csr.csr_base64,
        ),
        access_token=token,
    )

    def status() -> Any:
        return client.certificates.get_enrollment_status(
            ordered.reference_number, access_token=token
        )

    wait_for(lambda: status().status.code == 200)
    serial = status().certificate_serial_number
    digest = base64.b64encode(hashlib.sha256(b"<x/>").digest()).decode()
    link = VerificationLinkService(client.http_client._options)
    url = link.build_certificate_verification_url(
        seller_nip=SELLER,
        context_identifier_type="Nip",
        context_identifier_value=SELLER,
        certificate_serial=serial,
        invoice_hash=digest,
        private_key_pem=pem_of_pkcs8(csr.private_key_base64),
    )
    page = requests.get(url, timeout=10)
    assert page.headers["X-KSeF-Verdict"] == "certificate-valid"

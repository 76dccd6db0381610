"""Export packages over plain HTTP: conformance cases 79-84."""

import io
import json
import tarfile
import zipfile
from datetime import datetime, timezone

import pytest
import requests
from actors import BUYER, OTHER, SELLER, Actor, code_of, invoice_xml, sha

EXPORTS = "/invoices/exports"
START = "2026-10-01T00:00:00+00:00"


@pytest.fixture(autouse=True)
def november(sim):
    """Tests of ranges need a known day."""
    sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))


@pytest.fixture
def seller(sim):
    """The seller's owner."""
    return Actor(sim, SELLER)


def control(sim, **settings):
    """Change the archive's settings."""
    answer = requests.post(f"{sim.url}/_sim/archive", json=settings, timeout=10)
    assert answer.status_code == 200, answer.text


def order(actor, start=START, restricted=True, envelope=None, **fields):
    """Order a package; return the answer and the envelope that opens it."""
    envelope = envelope or actor.envelope()
    dates = {
        "dateType": fields.pop("date_type", "PermanentStorage"),
        "from": start,
        "restrictToPermanentStorageHwmDate": restricted,
    }
    subject = fields.pop("subject", "Subject1")
    filters = {"subjectType": subject, "dateRange": dates}
    body = {"encryption": envelope.request, "filters": filters, **fields}
    return actor.post(EXPORTS, body), envelope


def finished(actor, **fields):
    """Order a package and wait for it; return its status and the envelope."""
    answer, envelope = order(actor, **fields)
    assert answer.status_code == 201, answer.text
    actor.later()
    status = actor.get(f"{EXPORTS}/{answer.json()['referenceNumber']}")
    assert status.status_code == 200, status.text
    return status.json(), envelope


def archive_of(package, envelope):
    """Download, check and decrypt the parts; return the bytes of the archive."""
    plain = b""
    for part in package["parts"]:
        got = requests.request(part["method"], part["url"], timeout=10)
        assert got.status_code == 200
        assert len(got.content) == part["encryptedPartSize"]
        assert sha(got.content) == part["encryptedPartHash"]
        assert got.headers["x-ms-meta-hash"] == part["encryptedPartHash"]
        chunk = envelope.decrypt(got.content)
        assert (len(chunk), sha(chunk)) == (part["partSize"], part["partHash"])
        plain += chunk
    assert len(plain) == package["size"]
    return plain


def files_of(package, envelope):
    """Unpack a ZIP package."""
    with zipfile.ZipFile(io.BytesIO(archive_of(package, envelope))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_package_holds_the_invoices_and_their_metadata(sim, seller):
    """Case 80."""
    day = sim.clock.today_in_warsaw()
    sent = [invoice_xml(SELLER, BUYER, f"FV/{n}", day) for n in range(3)]
    numbers = [item["ksefNumber"] for item in seller.transmit(*sent)]
    status, envelope = finished(Actor(sim, BUYER), subject="Subject2")
    package = status["package"]
    assert (status["status"]["code"], package["invoiceCount"]) == (200, 3)
    assert (package["compressionType"], package["isTruncated"]) == ("Zip", False)
    assert "lastPermanentStorageDate" not in package
    files = files_of(package, envelope)
    metadata = json.loads(files.pop("_metadata.json"))["invoices"]
    assert files == {f"{n}.xml": xml for n, xml in zip(numbers, sent, strict=True)}
    assert [item["ksefNumber"] for item in metadata] == numbers
    assert [item["invoiceHash"] for item in metadata] == [sha(xml) for xml in sent]
    dates = [item["permanentStorageDate"] for item in metadata]
    assert dates == sorted(dates)


def test_export_is_running_at_first(seller):
    """Case 80: 100, then 200."""
    answer, _envelope = order(seller)
    path = f"{EXPORTS}/{answer.json()['referenceNumber']}"
    status = seller.get(path).json()
    assert status["status"]["code"] == 100
    assert "package" not in status


def test_package_in_parts(sim, seller):
    """Case 80: the archive is cut, every part is encrypted for itself."""
    control(sim, partBytes=500)
    seller.issue("FV/1", "FV/2")
    status, envelope = finished(seller)
    parts = status["package"]["parts"]
    assert len(parts) > 2
    assert [part["ordinalNumber"] for part in parts] == list(range(1, len(parts) + 1))
    assert len(files_of(status["package"], envelope)) == 3


def test_package_as_tar_gz(seller):
    """ksef-api.md §7.3: compressionType."""
    (number,) = seller.issue("FV/1")
    status, envelope = finished(seller, compressionType="TarGz")
    assert status["package"]["compressionType"] == "TarGz"
    plain = io.BytesIO(archive_of(status["package"], envelope))
    with tarfile.open(fileobj=plain, mode="r:gz") as archive:
        assert set(archive.getnames()) == {f"{number}.xml", "_metadata.json"}


def test_truncated_package_and_the_next_one(sim, seller):
    """Case 81: the next package begins with the last record of the first."""
    control(sim, maxExport=2)
    numbers = seller.issue("FV/1", "FV/2", "FV/3")
    status, envelope = finished(seller)
    package = status["package"]
    assert (package["isTruncated"], package["invoiceCount"]) == (True, 2)
    metadata = json.loads(files_of(package, envelope)["_metadata.json"])["invoices"]
    last = package["lastPermanentStorageDate"]
    assert last == metadata[1]["permanentStorageDate"]
    status, envelope = finished(seller, start=last)
    assert status["package"]["isTruncated"] is False
    assert set(files_of(status["package"], envelope)) == {
        f"{numbers[1]}.xml",
        f"{numbers[2]}.xml",
        "_metadata.json",
    }


@pytest.mark.parametrize(
    ("date_type", "name"),
    [("Issue", "lastIssueDate"), ("Invoicing", "lastInvoicingDate")],
)
def test_last_date_follows_the_date_type(sim, seller, date_type, name):
    """Case 81: only the date of the filter's type, and no high-water mark."""
    control(sim, maxExport=1)
    seller.issue("FV/1", "FV/2")
    status, _envelope = finished(seller, date_type=date_type, restricted=False)
    package = status["package"]
    assert {key for key in package if key.startswith("last")} == {name}
    assert "permanentStorageHwmDate" not in package


def test_only_metadata(seller):
    """Case 82."""
    seller.issue("FV/1")
    status, envelope = finished(seller, onlyMetadata=True)
    assert set(files_of(status["package"], envelope)) == {"_metadata.json"}
    assert status["package"]["invoiceCount"] == 1


def test_empty_range(seller):
    """Case 82."""
    status, _envelope = finished(seller)
    assert status["status"]["code"] == 200
    assert (status["package"]["invoiceCount"], status["package"]["parts"]) == (0, [])


def test_start_above_the_high_water_mark(sim, seller):
    """Case 79: the export ends with status 420."""
    control(sim, hwmAt="2026-11-10T00:00:00Z")
    status, _envelope = finished(seller, start="2026-11-15T00:00:00Z")
    assert status["status"]["code"] == 420
    assert "package" not in status


def test_eleventh_running_export(sim, seller):
    """Case 83: ten at a time for a subject in a context."""
    envelope = seller.envelope()
    for _number in range(10):
        assert order(seller, envelope=envelope)[0].status_code == 201
    assert code_of(order(seller, envelope=envelope)[0]) == 21182
    assert order(Actor(sim, BUYER))[0].status_code == 201
    seller.later()
    assert order(seller, envelope=envelope)[0].status_code == 201


def test_key_that_cannot_be_opened(seller):
    """Case 83."""
    status, _envelope = finished(seller, envelope=seller.envelope(wrong_key=True))
    assert status["status"]["code"] == 415


def test_unknown_public_key(seller):
    """ksef-api.md §4: 21470."""
    envelope = seller.envelope()
    envelope.request["publicKeyId"] = sha(b"unknown")
    assert code_of(order(seller, envelope=envelope)[0]) == 21470


def test_public_key_id_may_be_left_out_or_null(seller):
    """ksef-api.md §4."""
    for change in ({"publicKeyId": None}, {}):
        envelope = seller.envelope()
        del envelope.request["publicKeyId"]
        envelope.request.update(change)
        assert finished(seller, envelope=envelope)[0]["status"]["code"] == 200


def test_unknown_reference_and_foreign_one(sim, seller):
    """Case 83."""
    reference = order(seller)[0].json()["referenceNumber"]
    unknown = "20261120-EH-0000000000-0000000000-00"
    assert code_of(seller.get(f"{EXPORTS}/{unknown}")) == 21175
    assert code_of(Actor(sim, OTHER).get(f"{EXPORTS}/{reference}")) == 21175


def test_package_expires_before_its_status(sim, seller):
    """Case 83: 210, later 410."""
    seller.issue("FV/1")
    answer, _envelope = order(seller)
    path = f"{EXPORTS}/{answer.json()['referenceNumber']}"
    seller.later()
    assert seller.get(path).json()["status"]["code"] == 200
    seller.later(6.5 * 86400)
    again = Actor(sim, SELLER)
    expired = again.get(path).json()
    assert expired["status"]["code"] == 210
    assert "package" not in expired
    again.later(86400)
    assert Actor(sim, SELLER).get(path).status_code == 410


def test_part_needs_no_token_and_expires(seller):
    """Case 84."""
    seller.issue("FV/1")
    answer, _envelope = order(seller)
    seller.later()
    path = f"{EXPORTS}/{answer.json()['referenceNumber']}"
    (part,) = seller.get(path).json()["package"]["parts"]
    assert requests.get(part["url"], timeout=10).status_code == 200
    without_signature = part["url"].partition("?")[0]
    assert requests.get(without_signature, timeout=10).status_code == 403
    for _quarter in range(5):
        seller.later(800)
    assert requests.get(part["url"], timeout=10).status_code == 403
    again = Actor(seller.sim, SELLER).get(path).json()["package"]["parts"][0]["url"]
    assert again != part["url"]
    assert requests.get(again, timeout=10).status_code == 200


def test_range_and_subject_are_checked(seller):
    """ksef-api.md §7.2: three months; an unknown subject type."""
    assert code_of(order(seller, start="2026-07-01T00:00:00Z")[0]) == 21405
    assert code_of(order(seller, subject="Subject4")[0]) == 21405

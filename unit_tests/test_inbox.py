"""Fetching against the simulator: metadata, packages, checkpoints; cases 74-84, 106."""

import io
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
import requests
from actors import invoice_xml
from support_end_to_end import Person
from support_ksef import NIP, client_with, needs_shared

from ksef import inbox
from ksef.crypto import SessionKey, sha256_base64
from ksef.errors import (
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefUnavailable,
)
from ksef.inbox import Verdict
from ksef.messages import StatusInfo
from ksef.messages_batch import Compression
from ksef.messages_inbox import (
    DateRange,
    DateType,
    ExportPackage,
    ExportStatus,
    InvoiceFilters,
    SubjectType,
)
from ksef.package_reading import PackageLimits, read_metadata
from ksef.session import with_encryption

pytestmark = needs_shared

BUYER_NIP = "7352765225"
START = datetime(2026, 10, 1, tzinfo=timezone.utc)
PART = "/exports/[^/]+/[^/]+$"


def company(sim, nip):
    subject = {
        "C": "PL",
        "organizationIdentifier": f"VATPL-{nip}",
        "O": f"Firma {nip}",
        "CN": f"Firma {nip}",
    }
    return Person(sim, nip=nip, subject=subject)


@pytest.fixture
def seller(sim):
    sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))
    return company(sim, NIP)


@pytest.fixture
def buyer(sim, seller):
    return company(sim, BUYER_NIP)


def control(sim, **settings):
    answer = requests.post(f"{sim.url}/_sim/archive", json=settings, timeout=10)
    assert answer.ok, answer.text


def issue(seller, *numbers):
    """Send invoices to the buyer; return their XML by KSeF number."""
    session, sent = seller.open(), {}
    for number in numbers:
        day = seller.sim.clock.today_in_warsaw()
        xml = invoice_xml(seller.nip, BUYER_NIP, number, day)
        sent[seller.outcome(session, xml).ksef_number] = xml
    seller.pass_time(5)
    return sent


def filters(start=START, subject=SubjectType.BUYER, **options):
    return InvoiceFilters(subject, DateRange(start, **options))


def ordered(person, wanted=None, **options):
    reference = inbox.order_export(
        person.client, person.session_key, wanted or filters(), **options
    )
    person.pass_time(2)
    return reference


def downloaded(person, reference, session_key=None, **options):
    archive = io.BytesIO()
    key = session_key or person.session_key
    done = inbox.download_package(person.client, reference, key, archive, **options)
    return done, archive


def fetched(person, **options):
    done, archive = downloaded(person, ordered(person, **options))
    return done, {each.ksef_number: each for each in inbox.read_package(archive)}


# -- packages ------------------------------------------------------------------


@pytest.mark.parametrize("compression", Compression)
def test_a_package_in_parts_brings_the_very_bytes(seller, buyer, compression):
    """Case 80."""
    control(seller.sim, partBytes=400)
    sent = issue(seller, "FV/1", "FV/2", "FV/3")
    done, found = fetched(buyer, compression=compression)
    assert len(done.package.parts) > 2
    assert done.package.compression is compression
    assert done.wrong_parts == ()
    assert {number: each.content for number, each in found.items()} == sent
    assert all(each.is_hash_right for each in found.values())
    assert {each.metadata.seller.value for each in found.values()} == {NIP}


def test_an_empty_package(buyer):
    """Case 82."""
    done, found = fetched(buyer)
    assert (done.package.invoice_count, found) == (0, {})
    step = inbox.advance(filters().dates, done.package)
    assert (step.checkpoint, step.is_behind) == (done.package.hwm, False)


def test_metadata_alone(seller, buyer):
    """Case 82."""
    sent = issue(seller, "FV/1")
    reference = with_encryption(
        buyer.client,
        buyer.session_key,
        None,
        lambda envelope: buyer.client.start_export(
            filters(), envelope, only_metadata=True
        ),
    )
    buyer.pass_time(2)
    _done, archive = downloaded(buyer, reference)
    assert list(inbox.read_package(archive)) == []
    assert set(sent) == {n for n in sent if n in read_metadata(archive)}


def test_a_package_is_ready_after_a_while(buyer):
    reference = inbox.order_export(buyer.client, buyer.session_key, filters())
    assert inbox.judge(buyer.client.export_status(reference)) is Verdict.WAIT
    with pytest.raises(KsefProtocolError) as caught:
        downloaded(buyer, reference)
    assert (caught.value.code, caught.value.retryable) == ("not_ready", True)
    buyer.pass_time(2)
    assert inbox.judge(buyer.client.export_status(reference)) is Verdict.READY


def test_another_key_cannot_open_a_package(seller, buyer):
    issue(seller, "FV/1")
    reference = ordered(buyer)
    with pytest.raises(KsefProtocolError) as caught:
        _done, archive = downloaded(buyer, reference, SessionKey.generate())
        list(inbox.read_package(archive))
    assert caught.value.code in ("hash_mismatch", "bad_package")


def test_the_key_is_needed_by_nobody_else(seller, buyer):
    sent = issue(seller, "FV/1")
    reference, key = ordered(buyer), buyer.session_key
    again = company(seller.sim, BUYER_NIP)
    _done, archive = downloaded(again, reference, key)
    assert [each.ksef_number for each in inbox.read_package(archive)] == list(sent)


def test_strangers_and_the_seller_see_what_is_theirs(seller, buyer):
    """Case 74."""
    sent = issue(seller, "FV/1")
    assert fetched(seller, wanted=filters(subject=SubjectType.BUYER))[1] == {}
    own = fetched(seller, wanted=filters(subject=SubjectType.SELLER))[1]
    assert set(own) == set(sent)


# -- checkpoints -----------------------------------------------------------------


def test_truncated_packages_are_walked_through_without_a_gap(seller, buyer):
    """Case 81: the border is shared, so the last one comes twice."""
    control(seller.sim, maxExport=2)
    sent = issue(seller, *(f"FV/{number}" for number in range(5)))
    checkpoint, seen = START, []
    for _run in range(10):
        dates = inbox.next_range(checkpoint, seller.sim.clock.now())
        wanted = InvoiceFilters(SubjectType.BUYER, dates)
        done, found = fetched(buyer, wanted=wanted)
        seen += found
        step = inbox.advance(dates, done.package)
        checkpoint = step.checkpoint
        if not step.is_behind:
            break
    assert set(seen) == set(sent)
    assert len(seen) > len(sent)
    assert checkpoint == done.package.hwm


def test_what_is_stored_behind_the_mark_comes_next_time(seller, buyer):
    """Case 78."""
    first = issue(seller, "FV/1")
    control(seller.sim, hwmAt=seller.sim.clock.now().isoformat())
    seller.pass_time(60)
    second = issue(seller, "FV/2")
    done, found = fetched(buyer)
    assert set(found) == set(first)
    step = inbox.advance(filters().dates, done.package)
    control(seller.sim, hwmLagSeconds=0)
    _done, found = fetched(buyer, wanted=filters(step.checkpoint))
    assert set(found) >= set(second)


def test_a_walk_through_a_year_meets_every_invoice_once(seller):
    """Three months at a time, the first range long before the first invoice."""
    sent = {}
    for month in (1, 3, 4, 8, 11):
        when = datetime(2026, month, 15, 9, 30, tzinfo=timezone.utc)
        seller.sim.clock.set(when)
        sent.update(issue(company(seller.sim, NIP), f"FV/{month}"))
    seller.sim.clock.set(datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc))
    buyer = company(seller.sim, BUYER_NIP)
    step, seen = inbox.Step(datetime(2025, 12, 1, tzinfo=timezone.utc), True), []
    while step.is_behind:
        dates = inbox.next_range(step.checkpoint, seller.sim.clock.now())
        done, found = fetched(buyer, wanted=InvoiceFilters(SubjectType.BUYER, dates))
        seen += found
        step = inbox.advance(dates, done.package)
    assert sorted(seen) == sorted(sent)


# -- what to do next ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (100, Verdict.WAIT),
        (200, Verdict.READY),
        (210, Verdict.ORDER_AGAIN),
        (415, Verdict.ORDER_AGAIN),
        (420, Verdict.NOTHING_YET),
        (500, Verdict.ORDER_AGAIN),
        (550, Verdict.ORDER_AGAIN),
        (999, Verdict.FAILED),
    ],
)
def test_what_a_status_asks_for(code, verdict):
    assert inbox.judge(ExportStatus(StatusInfo(code, ""))) is verdict


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (KsefRequestRejected("x", code=21183, status=400), Verdict.NOTHING_YET),
        (KsefRequestRejected("x", code=21175, status=400), Verdict.ORDER_AGAIN),
        (KsefRequestRejected("x", status=410), Verdict.ORDER_AGAIN),
        (KsefRequestRejected("x", code=21182, status=400), Verdict.WAIT),
        (KsefRequestRejected("x", code=21165, status=400), Verdict.WAIT),
        (KsefRequestRejected("x", code=21181, status=400), Verdict.FAILED),
        (KsefRateLimited("x", retry_after=60), Verdict.WAIT),
        (KsefUnavailable("x", status=503), Verdict.WAIT),
        (KsefProtocolError("x", code="hash_mismatch", retryable=True), Verdict.WAIT),
        (KsefProtocolError("x", code="bad_package"), Verdict.FAILED),
    ],
)
def test_what_an_error_asks_for(error, verdict):
    assert inbox.judge_error(error) is verdict


def test_a_range_behind_the_mark(seller, buyer):
    """Case 79."""
    control(seller.sim, hwmAt="2026-11-10T00:00:00Z")
    late = filters(datetime(2026, 11, 15, tzinfo=timezone.utc))
    status = buyer.client.export_status(ordered(buyer, late))
    assert inbox.judge(status) is Verdict.NOTHING_YET
    with pytest.raises(KsefRequestRejected) as caught:
        inbox.collect_metadata(buyer.client, late)
    assert inbox.judge_error(caught.value) is Verdict.NOTHING_YET


def test_too_many_exports_at_a_time(buyer):
    """Case 83."""
    for _number in range(10):
        inbox.order_export(buyer.client, buyer.session_key, filters())
    with pytest.raises(KsefRequestRejected) as caught:
        inbox.order_export(buyer.client, buyer.session_key, filters())
    assert inbox.judge_error(caught.value) is Verdict.WAIT


def test_an_export_that_expired_or_is_unknown_is_ordered_again(seller, buyer):
    """Case 83."""
    issue(seller, "FV/1")
    reference = ordered(buyer)
    buyer.pass_time(6.5 * 86400)
    again = company(seller.sim, BUYER_NIP)
    status = again.client.export_status(reference)
    assert inbox.judge(status) is Verdict.ORDER_AGAIN
    again.pass_time(86400)
    for lost in (reference, "20261120-EH-0000000000-0000000000-00"):
        with pytest.raises(KsefRequestRejected) as caught:
            company(seller.sim, BUYER_NIP).client.export_status(lost)
        assert inbox.judge_error(caught.value) is Verdict.ORDER_AGAIN


# -- links and hashes ----------------------------------------------------------------


class Spoilt:
    """A client whose packages are changed on the way, so many times."""

    def __init__(self, client, change, times):
        self._client, self._change, self._times = client, change, times
        self.asked = 0

    def __getattr__(self, name):
        return getattr(self._client, name)

    def export_status(self, reference):
        status = self._client.export_status(reference)
        self.asked += 1
        if self.asked > self._times:
            return status
        return replace(status, package=self._change(status.package))


def in_each_part(**changes):
    def change(package):
        parts = [replace(part, **changes) for part in package.parts]
        return replace(package, parts=tuple(parts))

    return change


def spoilt_download(buyer, change, times):
    reference = ordered(buyer)
    client, archive = Spoilt(buyer.client, change, times), io.BytesIO()
    done = inbox.download_package(client, reference, buyer.session_key, archive)
    return done, list(inbox.read_package(archive)), client


WRONG = sha256_base64(b"something else")


def test_a_link_that_expires_on_the_way_is_renewed(seller, buyer):
    """Case 84."""
    control(seller.sim, partBytes=400)
    sent = issue(seller, "FV/1", "FV/2")
    old = in_each_part(url=f"{seller.sim.url}/storage/01/exports/x/y?sig=old")
    done, found, client = spoilt_download(buyer, old, 1)
    assert [each.content for each in found] == list(sent.values())
    assert (client.asked, done.wrong_parts) == (2, ())


@pytest.mark.parametrize("name", ["hash", "encrypted_hash", "size", "encrypted_size"])
def test_a_wrong_hash_is_asked_for_once_more(seller, buyer, name):
    """Case 106: the first answer was wrong, the second is right."""
    issue(seller, "FV/1", "FV/2")
    wrong = in_each_part(**{name: 7 if "size" in name else WRONG})
    done, found, client = spoilt_download(buyer, wrong, 1)
    assert (len(found), client.asked, done.wrong_parts) == (2, 2, ())


@pytest.mark.parametrize("name", ["hash", "encrypted_hash"])
def test_a_hash_that_stays_wrong_is_outvoted_by_the_invoices(seller, buyer, name):
    """Case 106: accepted with a warning, because every invoice has its hash."""
    sent = issue(seller, "FV/1", "FV/2")
    done, found, client = spoilt_download(buyer, in_each_part(**{name: WRONG}), 9)
    assert [each.content for each in found] == list(sent.values())
    assert (client.asked, done.wrong_parts) == (2, (1,))


@pytest.mark.parametrize(("times", "wrong_parts"), [(1, ()), (2, (1,))])
def test_wrong_hashes_as_ksef_has_given_them(seller, buyer, times, wrong_parts):
    """Case 106."""
    sent = issue(seller, "FV/1", "FV/2")
    reference = ordered(buyer)
    buyer.sim.faults.add("wrong_part_hash", times=times, path="/invoices/exports/")
    done, archive = downloaded(buyer, reference)
    assert done.wrong_parts == wrong_parts
    assert {each.ksef_number for each in inbox.read_package(archive)} == set(sent)


def test_a_hash_that_stays_wrong_with_an_invoice_too_few_is_refused(seller, buyer):
    """Case 106: the invoices do not prove it."""
    issue(seller, "FV/1", "FV/2")

    def change(package):
        return replace(in_each_part(hash=WRONG)(package), invoice_count=3)

    with pytest.raises(KsefProtocolError) as caught:
        spoilt_download(buyer, change, 9)
    assert (caught.value.code, caught.value.retryable) == ("hash_mismatch", True)


@pytest.mark.parametrize("kind", ["cut_before", "malformed", "error"])
def test_a_broken_download_is_repeated(seller, buyer, kind):
    sent = issue(seller, "FV/1")
    reference = ordered(buyer)
    buyer.sim.faults.add(kind, path=PART, status=503)
    _done, archive = downloaded(buyer, reference)
    assert [each.content for each in inbox.read_package(archive)] == list(sent.values())


def test_a_page_of_the_firewall_is_not_taken_for_a_part(seller, buyer):
    """Case 103."""
    issue(seller, "FV/1")
    reference = ordered(buyer)
    buyer.sim.faults.add("waf", times=9, path=PART)
    with pytest.raises(KsefUnavailable):
        downloaded(buyer, reference)


def test_parts_are_fetched_without_the_token(seller, buyer):
    issue(seller, "FV/1")
    reference = ordered(buyer)
    seen = []
    session = buyer.client._transport._session
    send = session.send
    session.send = lambda prepared, **options: (
        seen.append(prepared),
        send(prepared, **options),
    )[1]
    downloaded(buyer, reference)
    (part,) = [each for each in seen if "/storage/" in each.url]
    assert "Authorization" not in part.headers


@pytest.mark.parametrize(
    "parts",
    [lambda parts: parts[1:], lambda parts: parts[:1] * 2, lambda parts: parts[1:] * 2],
)
def test_a_package_with_a_missing_part_is_refused(seller, buyer, parts):
    control(seller.sim, partBytes=1500)
    issue(seller, "FV/1", "FV/2")

    def change(package):
        assert len(package.parts) == 2
        return replace(package, parts=tuple(parts(package.parts)))

    with pytest.raises(KsefProtocolError) as caught:
        spoilt_download(buyer, change, 9)
    assert caught.value.code == "bad_package"


def test_a_package_that_is_too_large_is_not_even_begun(seller, buyer):
    issue(seller, "FV/1")
    reference = ordered(buyer)
    buyer.sim.log.clear()
    with pytest.raises(KsefProtocolError) as caught:
        downloaded(buyer, reference, limits=PackageLimits(archive_bytes=100))
    assert caught.value.code == "bad_package"
    assert not [each for each in buyer.sim.log.entries() if "/storage/" in each.path]


# -- metadata -------------------------------------------------------------


def test_metadata_over_pages(seller, buyer, monkeypatch):
    """Case 76."""
    monkeypatch.setattr("ksef.endpoints_inbox.METADATA_PAGE_SIZE", 10)
    sent = issue(seller, *(f"FV/{number}" for number in range(12)))
    query = buyer.client.query_metadata
    monkeypatch.setattr(
        buyer.client, "query_metadata", lambda *place: query(*place, page_size=10)
    )
    found = inbox.collect_metadata(buyer.client, filters(), max_requests=5)
    assert [each.ksef_number for each in found.invoices] == list(sent)
    assert (found.is_truncated, len(found.invoices)) == (False, 12)
    step = inbox.advance(filters().dates, found)
    assert step.checkpoint == found.hwm
    part = inbox.collect_metadata(buyer.client, filters(), max_requests=1)
    assert (part.is_truncated, len(part.invoices)) == (True, 10)
    step = inbox.advance(filters().dates, part)
    assert step.checkpoint == part.invoices[-1].permanent_storage_date
    assert step.is_behind


def test_metadata_that_are_cut_off_go_on_from_the_last_date(seller, buyer):
    control(seller.sim, maxRecords=3)
    sent = issue(seller, *(f"FV/{number}" for number in range(8)))
    found = inbox.collect_metadata(buyer.client, filters(), max_requests=9)
    assert [each.ksef_number for each in found.invoices] == list(sent)
    assert not found.is_truncated


def test_metadata_that_cannot_go_on_are_not_taken_for_complete(seller, buyer):
    control(seller.sim, maxRecords=1)
    issue(seller, "FV/1", "FV/2")
    first = inbox.collect_metadata(buyer.client, filters(), max_requests=1)
    wanted = filters(first.invoices[0].permanent_storage_date)
    found = inbox.collect_metadata(buyer.client, wanted, max_requests=9)
    assert (found.is_truncated, len(found.invoices)) == (True, 1)
    assert inbox.advance(wanted.dates, found).is_stuck


def test_metadata_name_the_invoice_as_it_is(seller, buyer):
    sent = issue(seller, "FV/1")
    (found,) = inbox.collect_metadata(buyer.client, filters()).invoices
    (xml,) = sent.values()
    assert found.invoice_hash == sha256_base64(xml)
    assert (found.invoice_number, found.currency) == ("FV/1", "PLN")
    assert (str(found.gross_amount), found.buyer.value) == ("123.0", BUYER_NIP)
    assert buyer.client.invoice(found.ksef_number) == xml


def test_three_months_pass_and_a_second_more_does_not(buyer):
    """Case 75."""
    start = datetime(2026, 6, 1, tzinfo=timezone.utc)
    dates = inbox.next_range(start, buyer.sim.clock.now())
    wanted = InvoiceFilters(SubjectType.BUYER, dates)
    assert inbox.collect_metadata(buyer.client, wanted).invoices == ()
    longer = replace(dates, end=dates.end + timedelta(seconds=1))
    with pytest.raises(KsefRequestRejected) as caught:
        inbox.collect_metadata(buyer.client, replace(wanted, dates=longer))
    assert caught.value.code == 21405


def test_exact_filters_are_sent(seller, buyer):
    issue(seller, "FV/1", "FV/2")
    wanted = replace(filters(), exact={"invoiceNumber": "FV/2"})
    (found,) = inbox.collect_metadata(buyer.client, wanted).invoices
    assert found.invoice_number == "FV/2"


def test_too_many_by_another_date_is_told():
    page = {"invoices": [], "hasMore": True, "isTruncated": True}
    client, _transport = client_with((200, page))
    by_issue = filters(date_type=DateType.ISSUE)
    with pytest.raises(KsefProtocolError) as caught:
        inbox.collect_metadata(client, by_issue)
    assert caught.value.code == "too_many"


def test_the_address_of_a_part_is_not_shown(seller, buyer):
    issue(seller, "FV/1")
    package = buyer.client.export_status(ordered(buyer)).package
    assert "sig" in package.parts[0].url
    assert "http" not in repr(package)


def test_a_package_of_an_older_ksef_does_not_name_its_compression():
    data = {"invoiceCount": 0, "size": 0, "parts": [], "isTruncated": False}
    assert ExportPackage.from_json(data).compression is Compression.ZIP

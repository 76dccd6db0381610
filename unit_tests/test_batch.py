"""Batch sessions of the protocol package against the simulator: cases 60, 61, 65-72."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from support_end_to_end import Person
from support_ksef import needs_shared

from ksef import batch, upo
from ksef.client import KsefClient
from ksef.environment import Environment
from ksef.errors import (
    KsefProtocolError,
    KsefRequestRejected,
    KsefTransportError,
    KsefUnavailable,
)
from ksef.messages import InvoiceStatus
from ksef.messages_batch import Compression, OpenedBatch, PartUpload
from ksef.package_building import PackageOptions, build_package

pytestmark = needs_shared

PUT = "/batch-parts/"
CLOSE = "/sessions/batch/[^/]+/close"


@pytest.fixture
def me(sim, tmp_path):
    person = Person(sim)
    person.folder = tmp_path
    return person


def package_of(person, xmls, **options):
    invoices = [(f"fv-{number}.xml", xml) for number, xml in enumerate(xmls)]
    return build_package(
        invoices, person.folder / "p", person.session_key, PackageOptions(**options)
    )


def three(person):
    return [person.invoice(f"FV/{number}") for number in range(3)]


def in_parts(person, xmls=None, **options):
    """A package of at least three parts."""
    options.setdefault("part_bytes", 500)
    package = package_of(person, xmls or three(person), **options)
    assert len(package.file.parts) > 2
    return package


def opened_and_closed(person, package, **options):
    opened = batch.open_batch(person.client, package, **options)
    batch.upload_parts(person.client, package, opened)
    batch.close_batch(person.client, opened.reference_number)
    person.pass_time(5)
    return opened.reference_number


def code_of(person, reference):
    return person.client.session_status(reference).status.code


# -- the way of a package --------------------------------------------------


@pytest.mark.parametrize("compression", Compression)
def test_a_package_in_parts_arrives_and_its_results_are_found_by_hash(me, compression):
    package = in_parts(me, compression=compression)
    reference = opened_and_closed(me, package)
    status = me.client.session_status(reference)
    assert status.is_final
    assert (status.status.code, status.successful, status.failed) == (200, 3, 0)
    results = batch.batch_results(me.client, reference)
    assert set(results) == set(package.invoice_hashes)
    assert all(each.is_accepted and each.ksef_number for each in results.values())
    files = {results[each].invoice_file_name for each in package.invoice_hashes}
    assert files == {"fv-0.xml", "fv-1.xml", "fv-2.xml"}


def test_the_collective_upo_names_them_all(me):
    package = in_parts(me)
    reference = opened_and_closed(me, package)
    (page,) = me.client.session_status(reference).upo_pages
    found = upo.parse(me.client.download_upo(page.download_url))
    assert {each.hash for each in found.documents} == set(package.invoice_hashes)


def test_one_bad_of_three_does_not_harm_the_others(me):
    xmls = three(me)
    xmls[1] = xmls[1].replace(b"</Faktura>", b"<x/></Faktura>")
    package = package_of(me, xmls)
    reference = opened_and_closed(me, package)
    status = me.client.session_status(reference)
    assert (status.status.code, status.successful, status.failed) == (200, 2, 1)
    results = batch.batch_results(me.client, reference)
    codes = [results[each].status.code for each in package.invoice_hashes]
    assert codes == [200, 450, 200]


def test_the_same_invoice_twice_counts_as_accepted(me):
    xml = me.invoice()
    package = package_of(me, [xml, xml])
    results = batch.batch_results(me.client, opened_and_closed(me, package))
    assert results[package.invoice_hashes[0]].is_accepted


@pytest.mark.parametrize(("offline", "mode"), [(True, "Offline"), (False, "Online")])
def test_the_mode_is_that_of_the_package(me, offline, mode):
    package = package_of(me, three(me))
    reference = opened_and_closed(me, package, offline=offline)
    results = batch.batch_results(me.client, reference)
    assert {each.invoicing_mode for each in results.values()} == {mode}


def test_the_token_stays_away_from_storage_and_the_headers_are_as_told(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    seen = []

    def watch(part, prepared, **_options):
        seen.append((part, prepared.headers, prepared.body))

    transport = me.client._transport
    fork = transport.fork

    def forked():
        again = fork()
        send = again._session.send
        again._session.send = lambda prepared, **options: (
            watch(prepared.url, prepared),
            send(prepared, **options),
        )[1]
        return again

    transport.fork = forked
    batch.upload_parts(me.client, package, opened)
    assert {url for url, _headers, _body in seen} == {u.url for u in opened.uploads}
    for _url, headers, body in seen:
        assert "Authorization" not in headers
        assert "X-Error-Format" not in headers
        assert headers["x-ms-blob-type"] == "BlockBlob"
        assert int(headers["Content-Length"]) == len(body)


def test_a_withdrawn_public_key_is_replaced_on_opening(me):
    keys = me.client.public_keys()
    answer = requests.post(
        f"{me.sim.url}/_sim/rotate-keys", json={"withdraw": True}, timeout=10
    )
    assert answer.ok
    package = package_of(me, three(me))
    assert code_of(me, opened_and_closed(me, package, keys=keys)) == 200


# -- what KSeF says to a bad package -----------------------------------------


def test_another_key_than_the_one_told_spoils_the_package(me):
    package = package_of(me, three(me))
    other = replace(package, session_key=replace(me.session_key, iv=bytes(16)))
    opened = batch.open_batch(me.client, other)
    batch.upload_parts(me.client, package, opened)
    batch.close_batch(me.client, opened.reference_number)
    me.pass_time(5)
    assert code_of(me, opened.reference_number) in (430, 435)


def test_closing_before_all_parts_are_there_is_refused(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    done = {part.ordinal_number for part in package.file.parts[1:]}
    batch.upload_parts(me.client, package, opened, done={1})
    with pytest.raises(KsefRequestRejected) as caught:
        batch.close_batch(me.client, opened.reference_number)
    assert caught.value.code == 21205
    batch.upload_parts(me.client, package, opened, done=done)
    batch.close_batch(me.client, opened.reference_number)


def test_a_window_that_is_over_is_told_apart(me):
    package = in_parts(me)
    assert batch.upload_window(package) == timedelta(minutes=20) * len(
        package.file.parts
    )
    opened = batch.open_batch(me.client, package)
    me.pass_time(batch.upload_window(package).total_seconds() + 1)
    with pytest.raises(KsefRequestRejected) as caught:
        batch.upload_parts(me.client, package, opened)
    assert caught.value.code == "link_expired"
    with pytest.raises(KsefRequestRejected) as caught:
        batch.close_batch(me.client, opened.reference_number)
    assert caught.value.code == 21208
    assert code_of(me, opened.reference_number) == 440
    # Nothing of it was taken, so the same invoices pass in a new session.
    assert code_of(me, opened_and_closed(me, package)) == 200


def test_an_answer_without_a_place_for_every_part(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    broken = OpenedBatch(opened.reference_number, opened.uploads[1:])
    with pytest.raises(KsefProtocolError):
        batch.upload_parts(me.client, package, broken)


# -- uploads that fail, and the way on ----------------------------------------


def test_a_cut_upload_is_repeated_by_itself(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    me.sim.faults.add("cut_before", method="PUT", path=PUT)
    me.sim.faults.add("cut_after", method="PUT", path=PUT)
    me.sim.faults.add("error", method="PUT", path=PUT, status=503)
    batch.upload_parts(me.client, package, opened)
    batch.close_batch(me.client, opened.reference_number)
    me.pass_time(5)
    assert code_of(me, opened.reference_number) == 200


def test_an_upload_that_failed_goes_on_with_the_missing_parts(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    me.sim.faults.add("error", method="PUT", path=f"{PUT}2$", status=400)
    done = []
    with pytest.raises(KsefRequestRejected):
        batch.upload_parts(me.client, package, opened, on_done=done.append, workers=1)
    assert 2 not in done
    me.sim.log.clear()
    kept = OpenedBatch.from_json(opened.to_json())
    batch.upload_parts(me.client, package, kept, done=done, on_done=done.append)
    assert sorted(done) == [part.ordinal_number for part in package.file.parts]
    assert len(me.sim.log.entries("PUT")) < len(package.file.parts)
    batch.close_batch(me.client, opened.reference_number)


def test_a_package_that_was_lost_is_built_again_and_goes_on(me):
    xmls = three(me)
    package = in_parts(me, xmls)
    opened = batch.open_batch(me.client, package)
    me.sim.faults.add("error", method="PUT", path=f"{PUT}2$", status=400)
    done = []
    with pytest.raises(KsefRequestRejected):
        batch.upload_parts(me.client, package, opened, on_done=done.append, workers=1)
    package.path.unlink()
    again = in_parts(me, xmls)
    assert again.file == package.file
    batch.upload_parts(me.client, again, opened, done=done)
    batch.close_batch(me.client, opened.reference_number)
    me.pass_time(5)
    assert len(batch.batch_results(me.client, opened.reference_number)) == 3


def test_nothing_new_is_begun_after_a_failure(me):
    package = in_parts(me, part_bytes=100)
    opened = batch.open_batch(me.client, package)
    me.sim.faults.add("error", times=1000, method="PUT", path=PUT, status=400)
    with pytest.raises(KsefRequestRejected):
        batch.upload_parts(me.client, package, opened, workers=2)
    assert len(me.sim.log.entries("PUT")) < len(package.file.parts)


def test_nothing_was_taken_of_a_package_that_was_never_closed(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    reference = opened.reference_number
    assert batch.took_nothing(me.client, reference)
    batch.upload_parts(me.client, package, opened)
    assert batch.took_nothing(me.client, reference)
    me.pass_time(13 * 3600)
    assert code_of(me, reference) == 440
    assert batch.took_nothing(me.client, reference)


def test_something_was_taken_of_a_package_that_was_closed(me):
    package = package_of(me, three(me))
    opened = batch.open_batch(me.client, package)
    batch.upload_parts(me.client, package, opened)
    batch.close_batch(me.client, opened.reference_number)
    assert not batch.took_nothing(me.client, opened.reference_number)
    me.pass_time(5)
    assert not batch.took_nothing(me.client, opened.reference_number)


def test_nothing_was_taken_of_a_session_that_ksef_does_not_know(me):
    opened = batch.open_batch(me.client, package_of(me, three(me)))
    me.sim.state.sessions.clear()
    assert batch.took_nothing(me.client, opened.reference_number)


def test_news_of_parts_come_in_the_callers_thread(me):
    package = in_parts(me)
    opened = batch.open_batch(me.client, package)
    threads = []

    def note(_number):
        threads.append(threading.current_thread())

    batch.upload_parts(me.client, package, opened, on_done=note)
    assert set(threads) == {threading.current_thread()}


def test_a_failure_of_the_callers_own_stops_the_upload(me):
    package = in_parts(me, part_bytes=100)
    opened = batch.open_batch(me.client, package)

    def fall(_number):
        raise RuntimeError("no room on the disk")

    with pytest.raises(RuntimeError):
        batch.upload_parts(me.client, package, opened, on_done=fall, workers=1)
    assert len(me.sim.log.entries("PUT")) < len(package.file.parts)


# -- closing -------------------------------------------------------------------


def test_closing_twice_is_harmless(me):
    reference = opened_and_closed(me, package_of(me, three(me)))
    batch.close_batch(me.client, reference)
    assert code_of(me, reference) == 200


@pytest.mark.parametrize("kind", ["cut_after", "error_after"])
def test_a_lost_answer_to_closing_is_settled_by_the_status(me, kind):
    package = package_of(me, three(me))
    opened = batch.open_batch(me.client, package)
    batch.upload_parts(me.client, package, opened)
    me.sim.faults.add(kind, path=CLOSE, status=502)
    batch.close_batch(me.client, opened.reference_number)
    me.pass_time(5)
    assert code_of(me, opened.reference_number) == 200


@pytest.mark.parametrize(
    ("kind", "error"), [("cut_before", KsefTransportError), ("error", KsefUnavailable)]
)
def test_a_close_that_never_arrived_is_told_and_can_be_repeated(me, kind, error):
    package = package_of(me, three(me))
    opened = batch.open_batch(me.client, package)
    batch.upload_parts(me.client, package, opened)
    me.sim.faults.add(kind, path=CLOSE, status=502)
    with pytest.raises(error):
        batch.close_batch(me.client, opened.reference_number)
    batch.close_batch(me.client, opened.reference_number)
    me.pass_time(5)
    assert code_of(me, opened.reference_number) == 200


# -- messages --------------------------------------------------------------------


def status_of(code, digest="h"):
    return InvoiceStatus.from_json(
        {
            "ordinalNumber": 1,
            "referenceNumber": "r",
            "invoiceHash": digest,
            "invoicingDate": "2026-03-02T12:00:00Z",
            "status": {"code": code},
        }
    )


@pytest.mark.parametrize("codes", [(200, 440), (440, 200), (150, 440), (440, 150)])
def test_of_one_hash_the_best_outcome_counts(codes):
    found = batch.results_by_hash(map(status_of, codes))
    assert found["h"].status.code in (200, 150)


def test_an_address_is_not_shown():
    upload = PartUpload(1, "PUT", "https://storage/x?sig=secret", {"a": "secret"})
    assert "secret" not in repr(OpenedBatch("r", (upload,)))


def test_headers_without_a_value_are_left_out():
    data = {"ordinalNumber": 1, "method": "PUT", "url": "https://x/"}
    assert PartUpload.from_json({**data, "headers": {"a": None, "b": "c"}}).headers == {
        "b": "c"
    }


def test_an_address_that_is_not_safe_is_not_called():
    client = KsefClient(Environment.for_code("test"))
    with pytest.raises(KsefProtocolError) as caught:
        client.upload_part(PartUpload(1, "PUT", "http://storage/x", {}), lambda: b"")
    assert caught.value.code == "bad_url"

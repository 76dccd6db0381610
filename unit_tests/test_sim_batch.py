"""Batch sessions of the simulator by plain HTTP: cases 65-67, 69, 70, 72."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import batch_client as b
import pytest
import requests
import sim_client as c


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return b.BatchClient(sim, c.seal()).login()


def three(sim):
    return b.invoices(sim, "FV/1", "FV/2", "FV/3")


# --- the way of a package -------------------------------------------------------------


def test_three_invoices_in_two_parts(sim, me):
    """Case 65."""
    files = three(sim)
    package = me.package(files, parts=2)
    opened = me.open_batch(package)
    assert [r["method"] for r in opened["partUploadRequests"]] == ["PUT", "PUT"]
    me.upload(opened, package)
    assert me.close_batch(opened).status_code == 204
    reference = opened["referenceNumber"]
    at_work = me.get(f"/sessions/{reference}").json()["status"]["code"]
    assert at_work == 150
    ended = me.session(reference)
    assert ended["status"]["code"] == 200
    assert (ended["invoiceCount"], ended["successfulInvoiceCount"]) == (3, 3)
    assert ended["failedInvoiceCount"] == 0
    listed = me.listed(reference)
    assert [i["invoiceFileName"] for i in listed] == list(files)
    assert [i["invoiceHash"] for i in listed] == [c.sha(x) for x in files.values()]
    assert [i["ordinalNumber"] for i in listed] == [1, 2, 3]
    assert all(i["ksefNumber"].startswith(c.NIP) for i in listed)


def test_reference_and_state_of_an_open_session(sim, me):
    opened = me.open_batch(me.package(three(sim)))
    assert opened["referenceNumber"][9:11] == "SB"
    shown = me.get(f"/sessions/{opened['referenceNumber']}").json()
    assert shown["status"]["code"] == 100
    assert "invoiceCount" not in shown
    life = dt.datetime.fromisoformat(shown["validUntil"][:19] + "+00:00")
    assert round((life - sim.clock.now()).total_seconds() / 3600) == 12


def test_batch_sessions_have_their_own_list(sim, me):
    batch, online = me.transmit(me.package(three(sim))), me.open()
    me.settle()
    for kind, expected in (("Batch", batch), ("Online", online)):
        (found,) = me.get(f"/sessions?sessionType={kind}").json()["sessions"]
        assert found["referenceNumber"] == expected


def test_upo_of_a_batch(sim, me):
    reference = me.transmit(me.package(three(sim)))
    (page,) = me.session(reference)["upo"]["pages"]
    upo = requests.get(page["downloadUrl"], timeout=10)
    assert upo.headers["x-ms-meta-hash"] == c.sha(upo.content)
    for item in me.listed(reference):
        assert item["ksefNumber"].encode() in upo.content
        single = requests.get(item["upoDownloadUrl"], timeout=10).content
        assert item["invoiceHash"].encode() in single


def test_invoices_of_a_batch_are_found_by_the_buyer(sim, me):
    reference = me.transmit(me.package(three(sim)))
    number = me.listed(reference)[0]["ksefNumber"]
    buyer = c.SimClient(sim, c.seal(c.BUYER_NIP), c.BUYER_NIP).login()
    got = buyer.get(f"/invoices/ksef/{number}")
    assert got.content == three(sim)["FV-1.xml"]


def test_tar_gz_package(sim, me):
    """Case 70."""
    files = three(sim)
    package = me.package(b.tar_gz_of(files), parts=2)
    declared = package.declared(compressionType="TarGz")
    reference = me.transmit(package, batch_file=declared)
    assert me.session(reference)["status"]["code"] == 200
    assert [i["invoiceFileName"] for i in me.listed(reference)] == list(files)


def test_zip_is_named_or_not(sim, me):
    package = me.package(three(sim))
    declared = package.declared(compressionType="Zip")
    assert me.ended(package, batch_file=declared)[0] == 200


def test_parts_are_put_in_parallel_and_in_any_order(sim, me):
    package = me.package(three(sim), parts=10)
    opened = me.open_batch(package)
    requested = reversed(opened["partUploadRequests"])
    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(
                lambda r: me.put(r, package.encrypted[r["ordinalNumber"] - 1]),
                requested,
            )
        )
    assert {answer.status_code for answer in answers} == {201}
    me.close_batch(opened)
    assert me.session(opened["referenceNumber"])["status"]["code"] == 200


def test_directories_of_an_archive_are_no_invoices(sim, me):
    files = {"2026/": b"", **{f"2026/{k}": v for k, v in three(sim).items()}}
    reference = me.transmit(me.package(files))
    assert [i["invoiceFileName"] for i in me.listed(reference)] == list(files)[1:]


def test_long_file_name_is_shortened(sim, me):
    (xml,) = b.invoices(sim, "FV/1").values()
    reference = me.transmit(me.package({"x" * 200 + ".xml": xml}))
    assert me.listed(reference)[0]["invoiceFileName"] == "x" * 128


# --- parts ----------------------------------------------------------------------------


def test_part_with_a_token_is_refused(sim, me):
    """Case 66."""
    package = me.package(three(sim))
    opened = me.open_batch(package)
    (request,) = opened["partUploadRequests"]
    answer = me.put(request, package.encrypted[0], Authorization=f"Bearer {me.access}")
    assert answer.status_code == 401
    assert c.code_of(me.close_batch(opened)) == 21205


@pytest.mark.parametrize("headers", [{}, {"x-ms-blob-type": "PageBlob"}])
def test_part_without_the_given_headers_is_refused(sim, me, headers):
    package = me.package(three(sim))
    (request,) = me.open_batch(package)["partUploadRequests"]
    answer = me.put({**request, "headers": headers}, package.encrypted[0])
    assert answer.status_code == 400


def test_part_without_a_length_is_refused(sim, me):
    package = me.package(three(sim))
    (request,) = me.open_batch(package)["partUploadRequests"]
    answer = me.put(request, iter([package.encrypted[0]]))
    assert answer.status_code == 411


def test_part_address_can_not_be_changed(sim, me):
    package = me.package(three(sim), parts=2)
    first, second = me.open_batch(package)["partUploadRequests"]
    query = first["url"].partition("?")[2]
    swapped = {**second, "url": second["url"].partition("?")[0] + "?" + query}
    assert me.put(swapped, package.encrypted[1]).status_code == 403


def test_part_address_is_for_writing_only(sim, me):
    package = me.package(three(sim))
    (request,) = me.open_batch(package)["partUploadRequests"]
    assert requests.get(request["url"], timeout=10).status_code == 405


def test_part_put_again_replaces_the_first(sim, me):
    package = me.package(three(sim))
    opened = me.open_batch(package)
    (request,) = opened["partUploadRequests"]
    assert me.put(request, b"too early").status_code == 201
    me.upload(opened, package)
    assert me.close_batch(opened).status_code == 204


def test_part_after_closing_is_refused(sim, me):
    package = me.package(three(sim))
    opened = me.open_batch(package)
    me.upload(opened, package)
    me.close_batch(opened)
    (request,) = opened["partUploadRequests"]
    assert me.put(request, package.encrypted[0]).status_code == 403


def test_missing_part(sim, me):
    """Case 67: and the session goes on, the part may follow."""
    package = me.package(three(sim), parts=2)
    opened = me.open_batch(package)
    first, second = opened["partUploadRequests"]
    me.put(first, package.encrypted[0])
    answer = me.close_batch(opened)
    assert c.code_of(answer) == 21205
    assert "'2'" in answer.text
    me.put(second, package.encrypted[1])
    assert me.close_batch(opened).status_code == 204


def test_part_of_another_length(sim, me):
    """Case 67."""
    package = me.package(three(sim))
    opened = me.open_batch(package)
    me.put(opened["partUploadRequests"][0], package.encrypted[0] + b"x")
    assert c.code_of(me.close_batch(opened)) == 21157


def test_part_of_other_bytes(sim, me):
    """Case 67."""
    package = me.package(three(sim))
    opened = me.open_batch(package)
    me.put(opened["partUploadRequests"][0], b"x" * len(package.encrypted[0]))
    assert me.close_batch(opened).status_code == 204
    assert me.session(opened["referenceNumber"])["status"]["code"] == 405


def test_upload_window(sim, me):
    """Case 72: twenty minutes for each part, all parts together."""
    package = me.package(three(sim), parts=2)
    opened = me.open_batch(package)
    first, second = opened["partUploadRequests"]
    sim.clock.advance(40 * 60 - 5)
    assert me.put(first, package.encrypted[0]).status_code == 201
    sim.clock.advance(6)
    assert me.put(second, package.encrypted[1]).status_code == 403


def test_closing_after_the_window(sim, me):
    """Case 72."""
    package = me.package(three(sim))
    opened = me.open_batch(package)
    me.upload(opened, package)
    sim.clock.advance(20 * 60 + 1)
    me.login()
    assert c.code_of(me.close_batch(opened)) == 21208
    ended = me.session(opened["referenceNumber"])["status"]
    assert (ended["code"], ended["details"]) == (440, ["Przekroczono czas wysyłki"])


@pytest.mark.parametrize(
    ("puts", "detail"),
    [(True, "Przekroczono czas wysyłki"), (False, "Nie przesłano faktur")],
)
def test_session_that_nobody_closes(sim, me, puts, detail):
    """ksef-api.md §6.2: cancelled after twelve hours."""
    package = me.package(three(sim))
    opened = me.open_batch(package)
    if puts:
        me.upload(opened, package)
    sim.clock.advance(12 * 3600 + 1)
    me.login()
    ended = me.session(opened["referenceNumber"])["status"]
    assert (ended["code"], ended["details"]) == (440, [detail])
    assert c.code_of(me.close_batch(opened)) == 21180


# --- opening --------------------------------------------------------------------------


def test_fifty_one_parts(sim, me):
    """Case 69."""
    package = me.package(three(sim))
    (part,) = package.declared()["fileParts"]
    parts = [{**part, "ordinalNumber": n} for n in range(1, 52)]
    me.http.loose = True
    answer = me.try_open(package, package.declared(fileParts=parts))
    assert c.code_of(answer) == 21161
    fifty = package.declared(fileParts=parts[:50])
    assert me.try_open(package, fifty).status_code == 201


@pytest.mark.parametrize(("size", "status"), [(100_000_016, 201), (100_000_017, 400)])
def test_largest_part(sim, me, size, status):
    """Case 69: 100 MB and the padding."""
    package = me.package(three(sim))
    (part,) = package.declared()["fileParts"]
    declared = package.declared(fileParts=[{**part, "fileSize": size}])
    answer = me.try_open(package, declared)
    assert answer.status_code == status
    if status == 400:
        assert c.code_of(answer) == 21157


@pytest.mark.parametrize(
    "changes",
    [
        {"fileSize": 5_000_000_001},
        {"fileSize": 0},
        {"fileHash": "short"},
        {"fileParts": []},
        {"compressionType": "Rar"},
    ],
)
def test_package_that_is_declared_wrong(sim, me, changes):
    """Case 69."""
    package = me.package(three(sim))
    assert c.code_of(me.try_open(package, package.declared(**changes))) == 21405


@pytest.mark.parametrize("ordinals", [(0, 1), (1, 1), (1, 3), (2, 3)])
def test_parts_are_numbered_from_one(sim, me, ordinals):
    package = me.package(three(sim), parts=2)
    parts = [
        {**part, "ordinalNumber": ordinal}
        for part, ordinal in zip(package.declared()["fileParts"], ordinals, strict=True)
    ]
    answer = me.try_open(package, package.declared(fileParts=parts))
    assert c.code_of(answer) == 21405


def test_electronic_invoicing_for_public_orders_is_interactive_only(sim, me):
    """ksef-api.md §6.1."""
    form = {"systemCode": "PEF (3)", "schemaVersion": "2-1", "value": "PEF"}
    answer = me.try_open(me.package(three(sim)), formCode=form)
    assert c.code_of(answer) == 21405


def test_withdrawn_key(sim, me):
    old = me.encryption()
    me.post(sim.url + "/_sim/rotate-keys", {"withdraw": True})
    assert c.code_of(me.try_open(me.package(three(sim)), encryption=old)) == 21470


def test_reader_may_not_open(sim, me):
    reader = c.person("PNOPL-90010112345")
    body = {
        "contextIdentifier": {"type": "Nip", "value": c.NIP},
        "authorizedIdentifier": {"type": "Pesel", "value": "90010112345"},
        "permissions": [{"permissionType": "InvoiceRead", "description": "odczyt"}],
    }
    assert me.post("/testdata/permissions", body).status_code == 200
    other = b.BatchClient(sim, reader).login()
    answer = other.try_open(other.package(three(sim)))
    assert answer.status_code == 403
    assert answer.json()["reasonCode"] == "missing-permissions"


def test_session_of_another_kind_is_not_closed(sim, me):
    online = me.open()
    assert c.code_of(me.post(f"/sessions/batch/{online}/close")) == 21173
    batch = me.open_batch(me.package(three(sim)))["referenceNumber"]
    assert c.code_of(me.post(f"/sessions/online/{batch}/close")) == 21173


def test_session_is_closed_once(sim, me):
    package = me.package(three(sim))
    opened = me.open_batch(package)
    me.upload(opened, package)
    assert me.close_batch(opened).status_code == 204
    assert c.code_of(me.close_batch(opened)) == 21180


# --- limits ---------------------------------------------------------------------------


def test_opening_and_closing_have_their_own_limits(sim, me):
    """ksef-api.md §12.2: 20 a minute to open, 40 to close."""
    me.post("/testdata/rate-limits/production")
    package = me.package(three(sim))
    answers = []
    for _turn in range(21):
        answers.append(me.try_open(package).status_code)
        sim.clock.advance(1)
    assert answers == [201] * 20 + [429]
    unknown = "20260101-SB-0000000000-0000000000-00"
    assert c.code_of(me.post(f"/sessions/batch/{unknown}/close")) == 21173


def test_parts_are_never_limited(sim, me):
    """Case 89."""
    me.post("/testdata/rate-limits/production")
    package = me.package(three(sim))
    (request,) = me.open_batch(package)["partUploadRequests"]
    answers = {me.put(request, b"x" * 16).status_code for _turn in range(100)}
    assert answers == {201}

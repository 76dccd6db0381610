"""What KSeF makes of a package: conformance cases 60, 61, 63, 68, 70, 71 and 73."""

import datetime as dt

import batch_client as b
import pytest
import sim_client as c
from schemas_at_hand import needs_schemas

ATTACHMENT = (
    "<Zalacznik><BlokDanych><MetaDane><ZKlucz>K</ZKlucz><ZWartosc>W</ZWartosc>"
    "</MetaDane></BlokDanych></Zalacznik>"
)


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return b.BatchClient(sim, c.seal()).login()


def three(sim):
    return b.invoices(sim, "FV/1", "FV/2", "FV/3")


def broken(xml):
    """The same invoice with an error that the schema finds."""
    return xml.replace(b"<P_12>23</P_12>", b"<P_12>24</P_12>")


# --- encryption and archive -----------------------------------------------------------


def test_wrong_iv(sim, me):
    """Case 68: the first block is garbage, the hash of the package tells."""
    package = me.package(three(sim))
    wrong = {**me.encryption(), "initializationVector": c.b64(b"x" * 16)}
    code, details = me.ended(package, encryption=wrong)
    assert code == 430
    assert c.sha(package.archive) in details


def test_key_for_somebody_else(sim, me):
    """Case 68."""
    foreign = me.encryption(c.rsa_key().public_key())
    assert me.ended(me.package(three(sim)), encryption=foreign)[0] == 415


def test_part_that_can_not_be_decrypted(sim, me):
    package = me.package(three(sim))
    package.encrypted = [package.encrypted[0][:-16]]
    assert me.ended(package)[0] == 435


def test_whole_archive_encrypted_before_it_was_cut(sim, me):
    """ksef-api.md §6.1: every part has its own padding."""
    package = me.package(three(sim))
    package.encrypted = b.cut(package.encrypted[0], 2)
    assert me.ended(package)[0] == 435


def test_iv_in_front_of_a_part_is_no_archive(sim, me):
    """ksef-api.md §4: no prefix, whatever the documents say."""
    package = me.package(three(sim))
    package.encrypted = [package.session_key.iv + package.encrypted[0]]
    assert me.ended(package)[0] == 430


@pytest.mark.parametrize("compression", ["Zip", "TarGz"])
def test_broken_archive(sim, me, compression):
    """Case 70."""
    package = me.package(b"PK\x03\x04 this is no archive at all")
    declared = package.declared(compressionType=compression)
    assert me.ended(package, batch_file=declared)[0] == 430


def test_archive_of_the_other_kind(sim, me):
    package = me.package(three(sim))
    declared = package.declared(compressionType="TarGz")
    assert me.ended(package, batch_file=declared)[0] == 430


def test_damaged_file_inside_a_zip(sim, me):
    archive = bytearray(b.zip_of(three(sim)))
    archive[60] ^= 0xFF
    assert me.ended(me.package(bytes(archive)))[0] == 430


def test_declared_hash_of_the_archive(sim, me):
    package = me.package(three(sim))
    declared = package.declared(fileHash=c.sha(b"another"))
    code, details = me.ended(package, batch_file=declared)
    assert (code, c.sha(b"another") in details) == (430, True)


def test_empty_archive(sim, me):
    code, details = me.ended(me.package({}))
    assert (code, details) == (440, "Nie przesłano faktur.")


def test_more_invoices_than_the_limit(sim, me):
    """Case 70: the detail has limit and count."""
    size = {"maxInvoiceSizeInMB": 1, "maxInvoiceWithAttachmentSizeInMB": 3}
    body = {
        "onlineSession": {**size, "maxInvoices": 10},
        "batchSession": {**size, "maxInvoices": 2},
        "collectiveIdentifier": {"maxInvoices": 500},
    }
    assert me.post("/testdata/limits/context/session", body).status_code == 200
    reference = me.transmit(me.package(three(sim)))
    status = me.session(reference)["status"]
    assert status["code"] == 420
    assert "3" in status["details"][0]
    assert "2" in status["details"][0]
    assert me.listed(reference) == []


# --- the invoices of a package --------------------------------------------------------


@needs_schemas
def test_one_bad_of_three(sim, me):
    """Case 71."""
    files = three(sim)
    files["FV-2.xml"] = broken(files["FV-2.xml"])
    reference = me.transmit(me.package(files))
    ended = me.session(reference)
    assert ended["status"]["code"] == 200
    assert (ended["successfulInvoiceCount"], ended["failedInvoiceCount"]) == (2, 1)
    (failed,) = me.listed(reference, failed=True)
    assert failed["invoiceFileName"] == "FV-2.xml"
    assert failed["status"]["code"] == 450


@needs_schemas
def test_all_bad(sim, me):
    """Case 71."""
    files = {name: broken(xml) for name, xml in three(sim).items()}
    reference = me.transmit(me.package(files))
    ended = me.session(reference)
    assert ended["status"]["code"] == 445
    assert (ended["successfulInvoiceCount"], ended["failedInvoiceCount"]) == (0, 3)
    assert "upo" not in ended


def test_file_that_is_no_invoice(sim, me):
    reference = me.transmit(me.package({**three(sim), "_metadata.json": b"{}"}))
    (failed,) = me.listed(reference, failed=True)
    assert failed["status"]["code"] == 450


def test_same_number_twice_in_a_package(sim, me):
    """The second is a duplicate of the first."""
    files = three(sim)
    files["again.xml"] = c.invoice("FV/1", day=c.today(sim), name="inna")
    reference = me.transmit(me.package(files))
    (failed,) = me.listed(reference, failed=True)
    assert failed["status"]["code"] == 440
    original = failed["status"]["extensions"]
    assert original["originalSessionReferenceNumber"] == reference
    assert original["originalKsefNumber"] == me.listed(reference)[0]["ksefNumber"]
    assert "ksefNumber" not in failed


def test_package_sent_again_has_duplicates_only(sim, me):
    me.ended(me.package(three(sim)))
    assert me.ended(me.package(three(sim)))[0] == 445


def test_invoice_that_is_too_large(sim, me):
    files = three(sim)
    filler = b"<!--" + b"x" * 3_000_001 + b"--><Faktura "
    files["FV-2.xml"] = files["FV-2.xml"].replace(b"<Faktura ", filler)
    reference = me.transmit(me.package(files))
    (failed,) = me.listed(reference, failed=True)
    assert (failed["status"]["code"], failed["invoiceFileName"]) == (430, "FV-2.xml")
    assert failed["invoiceHash"] == c.sha(files["FV-2.xml"])


def test_foreign_seller(sim, me):
    files = b.invoices(sim, "FV/1", seller=c.OTHER_NIP)
    reference = me.transmit(me.package(files))
    assert me.listed(reference)[0]["status"]["code"] == 410


def test_attachment_needs_consent(sim, me):
    """Case 73."""
    files = b.invoices(sim, "FV/1", extra=ATTACHMENT)
    refused = me.listed(me.transmit(me.package(files)))
    assert [item["status"]["code"] for item in refused] == [410]
    assert me.post("/testdata/attachment", {"nip": c.NIP}).status_code == 200
    accepted = me.listed(me.transmit(me.package(files)))
    assert [item["status"]["code"] for item in accepted] == [200], accepted


@pytest.mark.parametrize(("declared", "mode"), [(True, "Offline"), (False, "Online")])
def test_offline_is_declared_for_the_whole_session(sim, me, declared, mode):
    """Case 60 and ksef-api.md §10."""
    reference = me.transmit(me.package(three(sim)), offlineMode=declared)
    assert {item["invoicingMode"] for item in me.listed(reference)} == {mode}


def test_day_of_the_opening_counts(sim):
    """Case 61: opened before midnight, put and closed after it, still Online."""
    before = dt.datetime(2026, 6, 30, 21, 59, 50, tzinfo=dt.timezone.utc)
    sim.clock.set(before)
    me = b.BatchClient(sim, c.seal(now=before)).login()
    day = c.today(sim)
    package = me.package(three(sim))
    opened = me.open_batch(package)
    sim.clock.set(before + dt.timedelta(seconds=12))
    assert c.today(sim) > day
    me.upload(opened, package)
    me.close_batch(opened)
    listed = me.listed(opened["referenceNumber"])
    assert {item["invoicingMode"] for item in listed} == {"Online"}
    shown = me.get(f"/sessions/{opened['referenceNumber']}").json()
    assert {item["invoicingDate"] for item in listed} == {shown["dateCreated"]}


def test_yesterday_is_offline(sim, me):
    """Case 60."""
    day = c.today(sim) - dt.timedelta(days=1)
    reference = me.transmit(me.package(b.invoices(sim, "FV/1", day=day)))
    assert me.listed(reference)[0]["invoicingMode"] == "Offline"


def test_technical_correction_is_not_possible_in_a_batch(sim, me):
    """Case 63: there is no such field; the body is taken without it."""
    files = three(sim)
    me.http.loose = True
    reference = me.transmit(
        me.package(files), hashOfCorrectedInvoice=c.sha(b"rejected")
    )
    assert me.listed(reference)[0]["status"]["code"] == 200
    assert all(
        invoice.hash_of_corrected is None
        for invoice in sim.state.sessions[reference].invoices
    )


@needs_schemas
def test_offline_invoice_of_a_batch_is_corrected_online(sim, me):
    """ksef-api.md §10: the rejected one may have come in a batch."""
    (good,) = b.invoices(sim, "FV/1").values()
    wrong = broken(good)
    me.ended(me.package({"a.xml": wrong}), offlineMode=True)
    result = me.outcome(
        me.open(), good, offlineMode=True, hashOfCorrectedInvoice=c.sha(wrong)
    )
    assert result["status"]["code"] == 200

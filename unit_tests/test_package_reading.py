"""Export packages that nobody may trust: contents, metadata, limits, attacks."""

import bz2
import gzip
import hashlib
import io
import json
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from base64 import b64encode
from decimal import Decimal

import pytest

from ksef.errors import KsefProtocolError
from ksef.package_metadata import MetadataIndex
from ksef.package_reading import (
    PackageLimits,
    check_invoices,
    read_metadata,
    read_package,
)

SELLER = "5265877635"
TIME = "2026-03-02T12:00:00.1234567+00:00"


def number(place):
    return f"{SELLER}-20260302-{place:012X}-AF"


def sha(data):
    return b64encode(hashlib.sha256(data).digest()).decode()


def record(place, xml, **changes):
    return {
        "ksefNumber": number(place),
        "invoiceNumber": f"FV/{place}",
        "issueDate": "2026-03-02",
        "invoicingDate": TIME,
        "acquisitionDate": TIME,
        "permanentStorageDate": TIME,
        "seller": {"nip": SELLER, "name": "Żółć"},
        "buyer": {"identifier": {"type": "Nip", "value": "1111111111"}},
        "netAmount": 100.1,
        "grossAmount": 123.12,
        "vatAmount": 23.02,
        "currency": "PLN",
        "invoicingMode": "Online",
        "invoiceType": "Vat",
        "formCode": {"systemCode": "FA (3)", "schemaVersion": "1-0E", "value": "FA"},
        "isSelfInvoicing": False,
        "hasAttachment": False,
        "invoiceHash": sha(xml),
        **changes,
    }


def xml_of(place):
    return f"<Faktura>{place}</Faktura>".encode()


def files_of(count=3, metadata=None, form=lambda records: {"invoices": records}):
    """The files of a good package, metadata last."""
    files = [(f"{number(place)}.xml", xml_of(place)) for place in range(count)]
    if metadata is None:
        metadata = [record(place, xml_of(place)) for place in range(count)]
    text = json.dumps(form(metadata), ensure_ascii=False)
    return [*files, ("_metadata.json", text.encode())]


def zipped(files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer


def tarred(files, form=tarfile.PAX_FORMAT, change=lambda info: None):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=form) as archive:
        for name, content in files:
            info = tarfile.TarInfo(name)
            # As the ministry's .NET writes it: an extended header for each file.
            info.pax_headers = {"mtime": "1772452800.5", "comment": "ż"}
            info.size = len(content)
            change(info)
            archive.addfile(info, io.BytesIO(content))
    return buffer


PACKERS = pytest.mark.parametrize("pack", [zipped, tarred], ids=["zip", "tar.gz"])


def refused(archive, limits=None, reason=""):
    with pytest.raises(KsefProtocolError) as caught:
        list(read_package(archive, limits or PackageLimits()))
    assert caught.value.code == "bad_package"
    assert reason in caught.value.message
    return caught.value


# -- what is in a package --------------------------------------------------


@PACKERS
def test_invoices_come_in_order_with_their_metadata(pack):
    found = list(read_package(pack(files_of())))
    assert [each.ksef_number for each in found] == [number(each) for each in range(3)]
    assert [each.content for each in found] == [xml_of(each) for each in range(3)]
    assert all(each.is_hash_right for each in found)
    first = found[0].metadata
    assert (first.seller.name, first.gross_amount) == ("Żółć", Decimal("123.12"))
    assert json.loads(found[0].metadata_json)["invoiceNumber"] == "FV/0"


@PACKERS
@pytest.mark.parametrize("position", [0, 1, -1])
def test_the_metadata_may_stand_anywhere(pack, position):
    *invoices, metadata = files_of()
    invoices.insert(position % 4, metadata)
    assert all(each.is_hash_right for each in read_package(pack(invoices)))


@pytest.mark.parametrize(
    "form",
    [
        lambda records: records,
        lambda records: {"invoices": records, "version": 2},
        lambda records: {"a": [1, {"invoices": []}], "n": 1.5, "invoices": records},
        lambda records: {"invoices": records, "more": {"x": None}},
    ],
)
def test_metadata_as_object_or_array(form):
    assert all(each.metadata for each in read_package(zipped(files_of(form=form))))


def test_metadata_with_a_mark_and_white_space():
    *invoices, (name, text) = files_of()
    spaced = json.dumps(json.loads(text), indent=4, ensure_ascii=False).encode(
        "utf-8-sig"
    )
    found = list(read_package(zipped([*invoices, (name, spaced)])))
    assert all(each.is_hash_right for each in found)


@PACKERS
def test_a_package_without_metadata_still_gives_its_invoices(pack):
    found = list(read_package(pack(files_of()[:-1])))
    assert len(found) == 3
    assert {(each.metadata, each.is_hash_right) for each in found} == {(None, None)}


def test_a_record_that_cannot_be_read_is_kept_as_text():
    metadata = [record(0, xml_of(0), issueDate="soon"), record(1, xml_of(1))]
    first, second, third = read_package(zipped(files_of(metadata=metadata)))
    assert (first.metadata, second.metadata.invoice_number) == (None, "FV/1")
    assert "soon" in first.metadata_json
    assert (third.metadata, third.metadata_json) == (None, None)


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "1e400", "1e-400", '"12"', "true"]
)
def test_an_amount_that_is_none_makes_a_record_unreadable(amount):
    text = json.dumps([record(0, xml_of(0), netAmount="@")]).replace('"@"', amount)
    index = MetadataIndex.read(io.BytesIO(text.encode()))
    assert index.find(number(0)).metadata is None


def test_amounts_are_read_as_they_were_written():
    text = json.dumps([record(0, xml_of(0), netAmount="@")])
    text = text.replace('"@"', "12345678901234567.89")
    found = MetadataIndex.read(io.BytesIO(text.encode())).find(number(0))
    assert found.metadata.net_amount == Decimal("12345678901234567.89")


def test_numbers_are_found_in_any_case():
    files = files_of()
    files[0] = (files[0][0].replace("AF.xml", "af.XML"), files[0][1])
    assert next(read_package(zipped(files))).metadata.invoice_number == "FV/0"


def test_a_wrong_hash_is_told_with_the_invoice():
    metadata = [record(0, b"another"), record(1, xml_of(1)), record(2, xml_of(2))]
    found = list(read_package(zipped(files_of(metadata=metadata))))
    assert [each.is_hash_right for each in found] == [False, True, True]


def test_an_empty_archive_has_no_invoices():
    assert list(read_package(io.BytesIO())) == []
    assert len(read_metadata(io.BytesIO())) == 0


@PACKERS
def test_metadata_alone(pack):
    archive = pack(files_of()[-1:])
    assert list(read_package(archive)) == []
    index = read_metadata(archive)
    assert len(index) == 3
    assert number(2).lower() in index


@PACKERS
def test_other_files_and_folders_are_passed_over(pack):
    files = [("_readme.txt", b"hello"), *files_of()]
    assert len(list(read_package(pack(files)))) == 3


def test_a_36_character_number_of_the_old_system():
    old = f"{SELLER}-20230908-77060E-D2C0C8-34"
    (found,) = read_package(zipped([(f"{old}.xml", b"<a/>")]))
    assert found.ksef_number == old


# -- proof by the invoices -----------------------------------------------------


@PACKERS
def test_a_package_that_proves_itself(pack):
    check_invoices(pack(files_of()), 3)


@pytest.mark.parametrize(
    ("files", "count"),
    [
        (
            files_of(metadata=[record(0, xml_of(0)), record(1, b"x"), record(2, b"y")]),
            3,
        ),
        (files_of(metadata=[record(0, xml_of(0)), record(1, xml_of(1))]), 3),
        (files_of()[1:], 2),
        (files_of()[1:], 3),
        (files_of(), 4),
        (files_of()[:-1], 3),
    ],
)
def test_a_package_that_does_not(files, count):
    with pytest.raises(KsefProtocolError) as caught:
        check_invoices(zipped(files), count)
    assert (caught.value.code, caught.value.retryable) == ("hash_mismatch", True)


# -- limits ----------------------------------------------------------------------


@PACKERS
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (PackageLimits(files=3), "too many files"),
        (PackageLimits(file_bytes=10), "too large"),
        (PackageLimits(metadata_bytes=100), "too much metadata"),
        (PackageLimits(total_bytes=100), "too large when unpacked"),
        (PackageLimits(archive_bytes=100), "archive is too large"),
        (PackageLimits(ratio=1), "packed more than is possible"),
    ],
)
def test_limits_are_kept(pack, limits, reason):
    files = [*files_of(), (f"{number(9)}.xml", bytes(5000))]
    refused(pack(files), limits, reason)


@PACKERS
def test_a_suppliers_most_repetitive_invoice_is_no_attack(pack):
    content = b" " * 10_000_000
    (found,) = read_package(pack([(f"{number(0)}.xml", content)]))
    assert found.content == content


# -- hostile archives --------------------------------------------------------------


@PACKERS
@pytest.mark.parametrize(
    "name",
    ["../a.xml", "/etc/passwd", "a/b.xml", "..\\a.xml", "C:\\a.xml", "x.xml", ".xml"],
)
def test_strange_names_are_refused(pack, name):
    refused(pack([*files_of(), (name, b"x")]))


@PACKERS
@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9])
def test_a_package_that_ends_too_early(pack, keep):
    data = pack(files_of(40)).getvalue()
    refused(io.BytesIO(data[: int(len(data) * keep)]))


@pytest.mark.parametrize("data", [b"x", b"PK", b"<html></html>" * 100, bytes(1000)])
def test_what_is_no_archive(data):
    refused(io.BytesIO(data))


@PACKERS
def test_damaged_bytes_are_noticed(pack):
    good = pack(files_of()).getvalue()
    expected = [each.content for each in read_package(io.BytesIO(good))]
    noticed = 0
    for place in range(0, len(good), 7):
        data = bytearray(good)
        data[place] ^= 0x55
        try:
            found = [each.content for each in read_package(io.BytesIO(bytes(data)))]
        except KsefProtocolError as error:
            assert error.code == "bad_package"
            noticed += 1
        else:
            # Times, modes and the like may be anything; contents may not.
            assert set(found) <= set(expected)
    assert noticed > len(good) / 7 / 3


def test_an_encrypted_file_is_refused():
    data = bytearray(zipped(files_of()).getvalue())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.index(signature) + offset] |= 1
    refused(io.BytesIO(bytes(data)), reason="encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_compression_is_refused(method):
    refused(zipped(files_of(), method), reason="unusual compression")


def test_stored_files_are_read():
    assert len(list(read_package(zipped(files_of(), zipfile.ZIP_STORED)))) == 3


def test_another_compression_of_a_tar_is_no_archive():
    plain = gzip.decompress(tarred(files_of()).getvalue())
    refused(io.BytesIO(bz2.compress(plain)))


def test_overlapping_entries_are_no_way_around_the_limits():
    """A directory that names one large file again and again (the better ZIP bomb)."""
    buffer = zipped([(f"{number(0)}.xml", bytes(9_000_000))])
    data = buffer.getvalue()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry, count = data[start:end], 5000
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0
    )
    bomb = data[:start] + entry * count + tail
    refused(io.BytesIO(bomb))


def test_a_huge_directory_is_refused_before_it_is_read():
    data = zipped(files_of()).getvalue()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    directory = data[start:end] * 40_000
    tail = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, len(directory), start, 0
    )
    bomb = io.BytesIO(data[:start] + directory + tail)
    del directory
    tracemalloc.start()
    refused(bomb, reason="too many files")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("comment", [b"", b"a comment", b"PK\x05\x06 in a comment"])
def test_where_the_directory_is_found(comment):
    buffer = zipped(files_of())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = comment
    if comment.startswith(b"PK"):
        refused(buffer)
    else:
        assert len(list(read_package(buffer))) == 3


def test_a_zip64_directory_is_measured_too(monkeypatch):
    monkeypatch.setattr("zipfile.ZIP_FILECOUNT_LIMIT", 2)
    buffer = zipped(files_of())
    assert b"PK\x06\x06" in buffer.getvalue()
    assert len(list(read_package(buffer))) == 3
    refused(buffer, PackageLimits(files=0), "too many files")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFBLK, stat.S_IFIFO])
def test_links_and_devices_in_a_zip_are_refused(kind):
    info = zipfile.ZipInfo(f"{number(9)}.xml")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    buffer = zipped(files_of())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    refused(buffer, reason="no plain file")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@PACKERS
def test_a_name_that_is_there_twice_is_refused(pack):
    files = files_of()
    refused(pack([*files, files[0]]), reason="twice")


@PACKERS
def test_an_invoice_under_two_names_is_refused(pack):
    files = files_of()
    again = (files[0][0].removesuffix(".xml").lower() + ".xml", b"<Faktura/>")
    refused(pack([*files, again]), reason="twice")


@PACKERS
def test_a_package_in_a_package_is_no_invoice(pack):
    inner = pack(files_of()).getvalue()
    found = list(read_package(pack([*files_of(), ("inner.zip", inner)])))
    assert len(found) == 3


@PACKERS
def test_ten_thousand_and_one_invoices_are_read(pack):
    """One more than the limit of KSeF, as it has been seen."""
    assert sum(1 for _invoice in read_package(pack(files_of(10_001)))) == 10_001


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(kind):
    def change(info):
        info.type, info.linkname, info.size = kind, "/etc/passwd", 0

    files = [(f"{number(0)}.xml", b"")]
    refused(tarred(files, change=change), reason="no plain file")


def test_a_folder_in_a_tar_is_passed_over():
    def change(info):
        if info.name == "folder":
            info.type = tarfile.DIRTYPE

    assert (
        len(list(read_package(tarred([("folder", b""), *files_of()], change=change))))
        == 3
    )


def test_a_header_of_gigabytes_in_a_tar_is_not_read():
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 8_000_000_000
    block = header.tobuf(tarfile.USTAR_FORMAT)
    bomb = io.BytesIO(gzip.compress(block + bytes(30_000_000)))
    tracemalloc.start()
    refused(bomb, reason="a part is too large")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "[",
        "[{}",
        "[{},]x",
        "[1]",
        '{"invoices": [{"ksefNumber": "a"',
        '{"invoices" [ ]}',
        '{"a": 1 "b": 2}',
        "[" * 100_000,
        '{"a":' * 100_000,
        '["' + "x" * 3_000_000,
        '{"n": 1' + "0" * 100_000 + "}",
    ],
)
def test_metadata_that_is_no_json_is_refused(text):
    files = [*files_of()[:-1], ("_metadata.json", text.encode())]
    if text.startswith('{"n"'):
        # A number of a hundred thousand digits is refused by Python since 3.10.7.
        with pytest.raises(KsefProtocolError):
            list(read_package(zipped(files)))
        return
    refused(zipped(files))


def test_metadata_that_is_not_utf_8_is_refused():
    refused(zipped([*files_of()[:-1], ("_metadata.json", b'[{"a": "\xff"}]')]))


def test_a_value_that_goes_over_the_border_of_a_piece_is_whole():
    for shift in range(0, 40):
        text = (
            '{"n": ' + " " * (64 * 1024 - 20 - shift) + '1234567890123456, "invoices": '
        )
        text += json.dumps([record(0, xml_of(0))], ensure_ascii=False) + "}"
        assert len(MetadataIndex.read(io.BytesIO(text.encode()))) == 1


def test_a_full_disk_is_not_blamed_on_the_package(monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(MetadataIndex, "_add", full)
    with pytest.raises(OSError, match="No space"):
        list(read_package(zipped(files_of())))

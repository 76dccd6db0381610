"""Batch packages: archives in files, parts, hashes, equal bytes, bounded memory."""

import hashlib
import io
import subprocess
import sys
import tarfile
import textwrap
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest

from ksef.crypto import SessionKey, decrypt, encrypt, encrypt_pieces, encrypted_size
from ksef.errors import KsefError
from ksef.messages_batch import Compression
from ksef.package_building import (
    MAX_PARTS,
    PART_BYTES,
    EncryptedPart,
    PackageOptions,
    _cuts,
    build_package,
)

KEY = SessionKey(bytes(range(32)), bytes(range(16)))
ZIP = PackageOptions()
TAR = PackageOptions(Compression.TAR_GZ)


def sha(data):
    return b64encode(hashlib.sha256(data).digest()).decode()


def noise(number, size=3000):
    """Bytes that do not compress, the same each time."""
    return hashlib.shake_128(b"%d" % number).digest(size)


def some(count=5, size=3000):
    return [(f"fv-{number}.xml", noise(number, size)) for number in range(count)]


def joined(package):
    """Decrypt the parts one by one, as KSeF does."""
    plain = b""
    for part in package.file.parts:
        encrypted = package.opener(part)().read()
        assert (len(encrypted), sha(encrypted)) == (part.file_size, part.file_hash)
        plain += decrypt(encrypted, KEY)
    return plain


# -- archives ------------------------------------------------------------


@pytest.mark.parametrize("options", [ZIP, TAR], ids=["zip", "tar.gz"])
def test_parts_make_up_the_archive_and_its_files(tmp_path, options):
    options = PackageOptions(options.compression, part_bytes=4000)
    package = build_package(some(), tmp_path / "p", KEY, options)
    plain = joined(package)
    assert (len(plain), sha(plain)) == (package.file.file_size, package.file.file_hash)
    assert plain == (tmp_path / "p").read_bytes()
    assert len(package.file.parts) > 2
    assert package.file.invoice_count == 5
    assert package.invoice_hashes == tuple(sha(xml) for _name, xml in some())
    if options.compression is Compression.ZIP:
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            assert archive.testzip() is None
            found = [(name, archive.read(name)) for name in archive.namelist()]
    else:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:gz") as archive:
            found = [(m.name, archive.extractfile(m).read()) for m in archive]
    assert found == some()


@pytest.mark.parametrize("options", [ZIP, TAR], ids=["zip", "tar.gz"])
def test_the_same_invoices_give_the_same_bytes(tmp_path, options, monkeypatch):
    first = build_package(some(), tmp_path / "a", KEY, options)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("sys.platform", "win32")
    second = build_package(some(), tmp_path / "another name", KEY, options)
    assert first.file == second.file
    other = build_package(some()[::-1], tmp_path / "c", KEY, options)
    assert other.file.file_hash != first.file.file_hash


def test_invoices_are_taken_one_by_one(tmp_path):
    alive = []

    class Xml(bytes):
        def __del__(self):
            alive.pop()

    def invoices():
        for number in range(20):
            alive.append(number)
            assert len(alive) <= 2
            yield f"{number}.xml", Xml(noise(number))

    assert build_package(invoices(), tmp_path / "p", KEY).file.invoice_count == 20


def test_a_session_key_of_its_own_gives_other_parts_of_the_same_archive(tmp_path):
    first = build_package(some(), tmp_path / "a", KEY)
    second = build_package(some(), tmp_path / "b", SessionKey.generate())
    assert first.file.file_hash == second.file.file_hash
    assert first.file.parts[0].file_hash != second.file.parts[0].file_hash


def test_the_key_is_not_shown(tmp_path):
    package = build_package(some(), tmp_path / "a", KEY)
    assert "session_key" not in repr(package)


# -- what is refused -------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "../a.xml",
        "/a.xml",
        "a b.xml",
        "ą.xml",
        ".xml",
        "a.xml\n",
        "a" * 125 + ".xml",
    ],
)
def test_a_bad_file_name_is_refused(tmp_path, name):
    with pytest.raises(KsefError) as caught:
        build_package([(name, b"<a/>")], tmp_path / "p", KEY)
    assert caught.value.code == "bad_file_name"


def test_a_name_is_used_once(tmp_path):
    with pytest.raises(KsefError) as caught:
        build_package([("a.xml", b"1"), ("a.xml", b"2")], tmp_path / "p", KEY)
    assert caught.value.code == "bad_file_name"


@pytest.mark.parametrize("options", [ZIP, TAR], ids=["zip", "tar.gz"])
def test_an_empty_package_is_refused(tmp_path, options):
    with pytest.raises(KsefError) as caught:
        build_package([], tmp_path / "p", KEY, options)
    assert caught.value.code == "empty_package"


def test_too_many_invoices_are_refused(tmp_path):
    options = PackageOptions(max_invoices=4)
    assert build_package(some(4), tmp_path / "p", KEY, options)
    with pytest.raises(KsefError) as caught:
        build_package(some(5), tmp_path / "p", KEY, options)
    assert caught.value.code == "too_many_invoices"


# -- parts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "part_bytes", "count", "longest"),
    [
        (1, PART_BYTES, 1, 1),
        (PART_BYTES, PART_BYTES, 1, PART_BYTES),
        (PART_BYTES + 1, PART_BYTES, 2, PART_BYTES),
        (2_000_000_000, PART_BYTES, MAX_PARTS, 40_000_000),
        (5_000_000_000, PART_BYTES, MAX_PARTS, 100_000_000),
        (300_000_000, 10**9, 3, 100_000_000),
    ],
)
def test_cuts_keep_to_the_limits(size, part_bytes, count, longest):
    cuts = _cuts(size, part_bytes)
    assert (len(cuts), max(length for _start, length in cuts)) == (count, longest)
    assert sum(length for _start, length in cuts) == size
    assert [start for start, _length in cuts] == [
        sum(length for _start, length in cuts[:number]) for number in range(len(cuts))
    ]


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 4096])
def test_encryption_in_pieces_is_that_of_the_whole(size):
    data = noise(1, size)
    pieces = [data[start : start + 7] for start in range(0, size, 7)]
    assert b"".join(encrypt_pieces(pieces, KEY)) == encrypt(data, KEY)
    assert len(encrypt(data, KEY)) == encrypted_size(size)


@pytest.mark.parametrize("size", [1, 16, 1000, 10**6])
def test_an_encrypted_part_is_read_in_pieces_of_any_size(tmp_path, size):
    package = build_package(some(100), tmp_path / "p", KEY)
    (part,) = package.file.parts
    body = package.opener(part)()
    read = b"".join(iter(lambda: body.read(size), b""))
    assert len(body) == len(read) == part.file_size
    assert read == b"".join(package.opener(part)())
    assert read == EncryptedPart(package.path, part, KEY).read()


# -- memory ----------------------------------------------------------------

_MEASURE = """
import hashlib, resource, sys
from pathlib import Path
from ksef.crypto import SessionKey
from ksef.messages_batch import Compression
from ksef.package_building import PackageOptions, build_package
def invoices():
    for number in range(10_000):
        yield f"{number}.xml", hashlib.shake_128(b"%d" % number).digest(4_000)
key = SessionKey(bytes(32), bytes(16))
kind = Compression(sys.argv[2])
build_package([("a.xml", b"1")], Path(sys.argv[1]), key, PackageOptions(kind))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
package = build_package(invoices(), Path(sys.argv[1]), key, PackageOptions(kind))
for part in package.file.parts:
    body = package.opener(part)()
    while body.read(16384):
        pass
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(package.file.invoice_count, package.file.file_size, after - before)
"""


@pytest.mark.parametrize("kind", ["Zip", "TarGz"])
def test_ten_thousand_invoices_of_40_megabytes_in_little_memory(tmp_path, kind):
    pytest.importorskip("resource")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_MEASURE), str(tmp_path / "p"), kind],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    count, size, kilobytes = map(int, done.stdout.split())
    assert count == 10_000
    assert size > 38_000_000
    assert kilobytes < 25_000

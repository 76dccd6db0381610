"""A large export package in little memory, from the parts to the last invoice."""

import subprocess
import sys
from pathlib import Path

import pytest

_MEASURE = """
import hashlib, io, json, sys, tarfile, tempfile, zipfile
from pathlib import Path
from ksef import inbox
from ksef.crypto import SessionKey, encrypt_pieces, encrypted_size, sha256_base64
from ksef.messages import StatusInfo
from ksef.messages_inbox import ExportPackage, ExportPart, ExportStatus

folder, kind, count, size = Path(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:])
key = SessionKey(bytes(32), bytes(16))
PART = 50_000_000

def number(place):
    return f"5265877635-20260302-{place:012X}-AF"

def xml(place):
    return hashlib.shake_128(b"%d" % place).digest(size)

def record(place, content):
    time = "2026-03-02T12:00:00.1234567+00:00"
    party = {"identifier": {"type": "Nip", "value": "1111111111"}, "name": "Ż" * 300}
    return {"ksefNumber": number(place), "invoiceNumber": str(place),
        "issueDate": "2026-03-02", "invoicingDate": time, "acquisitionDate": time,
        "permanentStorageDate": time, "seller": {"nip": "5265877635"}, "buyer": party,
        "netAmount": 1.1, "grossAmount": 1.2, "vatAmount": 0.1, "currency": "PLN",
        "invoicingMode": "Online", "invoiceType": "Vat", "isSelfInvoicing": False,
        "formCode": {"systemCode": "FA (3)"}, "hasAttachment": False,
        "thirdSubjects": [dict(party, role=4)] * 3,
        "invoiceHash": sha256_base64(content)}

def write(add):
    with tempfile.TemporaryFile("w+b") as metadata:
        metadata.write(b'{"invoices": [')
        for place in range(count):
            content = xml(place)
            add(number(place) + ".xml", io.BytesIO(content), len(content))
            line = json.dumps(record(place, content), ensure_ascii=False).encode()
            metadata.write((b"," if place else b"") + line)
        metadata.write(b"]}")
        length = metadata.tell()
        metadata.seek(0)
        add("_metadata.json", metadata, length)

plain = folder / "plain"
if kind == "Zip":
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        def add(name, source, length):
            with archive.open(name, "w") as target:
                while piece := source.read(1 << 20):
                    target.write(piece)
        write(add)
else:
    with tarfile.open(plain, "w:gz", compresslevel=1) as archive:
        def add(name, source, length):
            info = tarfile.TarInfo(name)
            info.size = length
            archive.addfile(info, source)
            archive.members.clear()
        write(add)

def pieces(start):
    left = PART
    with plain.open("rb") as source:
        source.seek(start)
        while left and (piece := source.read(min(left, 65536))):
            left -= len(piece)
            yield piece

def digest(pieces):
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    import base64
    return base64.b64encode(found.digest()).decode()

total = plain.stat().st_size
parts = []
for place, start in enumerate(range(0, total, PART), 1):
    length = min(PART, total - start)
    parts.append(ExportPart(place, "GET", str(start), length, digest(pieces(start)),
        encrypted_size(length), digest(encrypt_pieces(pieces(start), key))))

class Client:
    def export_status(self, reference):
        package = ExportPackage(count, total, tuple(parts), False)
        return ExportStatus(StatusInfo(200, ""), None, None, package)

    def download_part(self, part, target):
        for piece in encrypt_pieces(pieces(int(part.url)), key):
            target.write(piece)

def peak():
    # Not ru_maxrss, which begins with the memory of the parent.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if "VmHWM" in line)

before = peak()
seen = 0
with (folder / "copy").open("w+b") as target:
    done = inbox.download_package(Client(), "r", key, target)
    assert done.wrong_parts == ()
    for invoice in inbox.read_package(target):
        assert invoice.is_hash_right
        seen += 1
after = peak()
print(seen, total, after - before, after)
"""


def measured(folder, kind, count, size):
    """Return invoices read, bytes of the package, kilobytes added and used at most."""
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(folder), kind, str(count), str(size)],
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    return tuple(map(int, done.stdout.split()))


@pytest.mark.parametrize("kind", ["Zip", "TarGz"])
def test_a_package_of_30_megabytes_takes_the_memory_of_one_invoice(tmp_path, kind):
    if not Path("/proc/self/status").exists():
        pytest.skip("peak memory is read from /proc")
    # Measured with 10 000 invoices and a gigabyte: 8 MB added, 55 MB in all.
    seen, total, added, most = measured(tmp_path, kind, 2_000, 15_000)
    assert (seen, total > 30_000_000) == (2_000, True)
    assert added < 20_000
    assert most < 200_000

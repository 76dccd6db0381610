"""Peak memory of taking an export package, from its encrypted parts to the invoices.

    python package_memory.py FOLDER Zip|TarGz COUNT BYTES

A program of its own, so that the memory is that of this work alone. Prints one JSON
object: ``invoices`` read, ``package_bytes``, ``mb_added`` and ``mb_in_all`` at most.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ksef import inbox
from ksef.crypto import (
    SessionKey,
    encrypt_pieces,
    encrypted_size,
    sha256_base64,
)
from ksef.messages import StatusInfo
from ksef.messages_inbox import ExportPackage, ExportPart, ExportStatus

KEY = SessionKey(bytes(32), bytes(16))
PART_BYTES = 50_000_000
PIECE = 64 * 1024
TIME = "2026-03-02T12:00:00.1234567+00:00"

Add = Callable[[str, BinaryIO, int], None]


def number(place: int) -> str:
    return f"5265877635-20260302-{place:012X}-AF"


def record(place: int, content: bytes) -> dict:
    """Return the metadata of an invoice, with long names."""
    party = {"identifier": {"type": "Nip", "value": "1111111111"}, "name": "Ż" * 300}
    return {
        "ksefNumber": number(place),
        "invoiceNumber": str(place),
        "issueDate": "2026-03-02",
        "invoicingDate": TIME,
        "acquisitionDate": TIME,
        "permanentStorageDate": TIME,
        "seller": {"nip": "5265877635"},
        "buyer": party,
        "netAmount": 1.1,
        "grossAmount": 1.2,
        "vatAmount": 0.1,
        "currency": "PLN",
        "invoicingMode": "Online",
        "invoiceType": "Vat",
        "isSelfInvoicing": False,
        "formCode": {"systemCode": "FA (3)"},
        "hasAttachment": False,
        "thirdSubjects": [{**party, "role": 4}] * 3,
        "invoiceHash": sha256_base64(content),
    }


def write(add: Add, count: int, size: int) -> None:
    """Write invoices that no packing makes smaller, and their metadata."""
    with tempfile.TemporaryFile("w+b") as metadata:
        metadata.write(b'{"invoices": [')
        for place in range(count):
            content = hashlib.shake_128(b"%d" % place).digest(size)
            add(number(place) + ".xml", io.BytesIO(content), len(content))
            line = json.dumps(record(place, content), ensure_ascii=False).encode()
            metadata.write((b"," if place else b"") + line)
        metadata.write(b"]}")
        length = metadata.tell()
        metadata.seek(0)
        add("_metadata.json", metadata, length)


def write_zip(path: Path, count: int, size: int) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def add(name: str, source: BinaryIO, _length: int) -> None:
            with archive.open(name, "w") as target:
                while piece := source.read(1 << 20):
                    target.write(piece)

        write(add, count, size)


def write_tar_gz(path: Path, count: int, size: int) -> None:
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:

        def add(name: str, source: BinaryIO, length: int) -> None:
            info = tarfile.TarInfo(name)
            info.size = length
            archive.addfile(info, source)
            archive.members.clear()  # type: ignore[attr-defined]

        write(add, count, size)


WRITERS = {"Zip": write_zip, "TarGz": write_tar_gz}


class Client:
    """The two calls of KSeF that the download makes, out of a file."""

    def __init__(self, path: Path, count: int) -> None:
        self.path = path
        self.count = count
        self.size = path.stat().st_size
        starts = range(0, self.size, PART_BYTES)
        self.parts = tuple(self._part(*each) for each in enumerate(starts, 1))

    def _pieces(self, start: int) -> Iterator[bytes]:
        left = PART_BYTES
        with self.path.open("rb") as source:
            source.seek(start)
            while left and (piece := source.read(min(left, PIECE))):
                left -= len(piece)
                yield piece

    def _part(self, place: int, start: int) -> ExportPart:
        length = min(PART_BYTES, self.size - start)
        plain = digest(self._pieces(start))
        encrypted = digest(encrypt_pieces(self._pieces(start), KEY))
        size = encrypted_size(length)
        return ExportPart(place, "GET", str(start), length, plain, size, encrypted)

    def export_status(self, _reference: str) -> ExportStatus:
        package = ExportPackage(self.count, self.size, self.parts, False)
        return ExportStatus(StatusInfo(200, ""), None, None, package)

    def download_part(self, part: ExportPart, target: BinaryIO) -> None:
        for piece in encrypt_pieces(self._pieces(int(part.url)), KEY):
            target.write(piece)


def digest(pieces: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return base64.b64encode(found.digest()).decode()


def peak_mb() -> float:
    # Not ru_maxrss, which begins with the memory of the parent.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if "VmHWM" in line) / 1000


def main(folder: str, kind: str, count: str, size: str) -> None:
    """Make a package, take it and print what it cost."""
    plain = Path(folder, "plain")
    WRITERS[kind](plain, int(count), int(size))
    client = Client(plain, int(count))
    before, seen = peak_mb(), 0
    with Path(folder, "copy").open("w+b") as target:
        done = inbox.download_package(client, "r", KEY, target)  # type: ignore[arg-type]
        assert done.wrong_parts == ()
        for invoice in inbox.read_package(target):
            assert invoice.is_hash_right
            seen += 1
    after = peak_mb()
    figures = {"invoices": seen, "package_bytes": client.size}
    figures |= {"mb_added": round(after - before, 1), "mb_in_all": round(after, 1)}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

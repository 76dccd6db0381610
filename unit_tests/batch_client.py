"""Send batch packages by plain HTTP: a second half of ``sim_client``."""

from __future__ import annotations

import io
import tarfile
import zipfile
from dataclasses import dataclass, field
from typing import Any

import requests
import sim_client as c


def zip_of(files: dict[str, bytes]) -> bytes:
    """Pack a ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_gz_of(files: dict[str, bytes]) -> bytes:
    """Pack a tar compressed with gzip."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def invoices(sim: Any, *numbers: str, **options: Any) -> dict[str, bytes]:
    """Write one file per invoice number, dated today."""
    options.setdefault("day", c.today(sim))
    return {
        f"{number.replace('/', '-')}.xml": c.invoice(number, **options)
        for number in numbers
    }


def cut(data: bytes, parts: int) -> list[bytes]:
    """Cut an archive into parts of nearly one size."""
    size = -(-len(data) // parts)
    return [data[start : start + size] for start in range(0, len(data), size)]


@dataclass
class Package:
    """An archive, encrypted part by part, and what is declared of it."""

    archive: bytes
    session_key: c.SessionKey
    parts: int = 1
    encrypted: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        chunks = cut(self.archive, self.parts)
        self.encrypted = [self.session_key.encrypt(chunk) for chunk in chunks]

    def declared(self, **changes: Any) -> dict[str, Any]:
        """Write ``batchFile``."""
        body = {
            "fileSize": len(self.archive),
            "fileHash": c.sha(self.archive),
            "fileParts": [
                {
                    "ordinalNumber": ordinal,
                    "fileSize": len(part),
                    "fileHash": c.sha(part),
                }
                for ordinal, part in enumerate(self.encrypted, start=1)
            ],
        }
        return {**body, **changes}


class BatchClient(c.SimClient):
    """A client that sends packages."""

    def package(self, files: dict[str, bytes] | bytes, parts: int = 1) -> Package:
        """Pack files (or take an archive as it is) and encrypt its parts."""
        archive = files if isinstance(files, bytes) else zip_of(files)
        return Package(archive, self.session_key, parts)

    def try_open(
        self, package: Package, batch_file: Any = None, **changes: Any
    ) -> requests.Response:
        """Ask for a session for a package."""
        body = {
            "formCode": c.FORM_FA3,
            "batchFile": batch_file or package.declared(),
            "encryption": self.encryption(),
            **changes,
        }
        return self.post("/sessions/batch", body)

    def open_batch(self, package: Package, **changes: Any) -> dict[str, Any]:
        """Open a session for a package."""
        answer = self.try_open(package, **changes)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def put(
        self, request: dict[str, Any], data: bytes, **headers: str
    ) -> requests.Response:
        """Put one part as the session said, without a token."""
        return requests.request(
            request["method"],
            request["url"],
            data=data,
            headers={**request["headers"], **headers},
            timeout=20,
        )

    def upload(self, opened: dict[str, Any], package: Package) -> None:
        """Put every part."""
        for request in opened["partUploadRequests"]:
            part = package.encrypted[request["ordinalNumber"] - 1]
            assert self.put(request, part).status_code == 201

    def close_batch(self, opened: dict[str, Any]) -> requests.Response:
        """Close the session."""
        return self.post(f"/sessions/batch/{opened['referenceNumber']}/close")

    def transmit(self, package: Package, **changes: Any) -> str:
        """Open, put, close; return the reference of the session."""
        opened = self.open_batch(package, **changes)
        self.upload(opened, package)
        answer = self.close_batch(opened)
        assert answer.status_code == 204, answer.text
        return opened["referenceNumber"]

    def ended(self, package: Package, **changes: Any) -> tuple[int, str]:
        """Send a package; return the final status of its session and the details."""
        status = self.session(self.transmit(package, **changes))["status"]
        return status["code"], " ".join(status.get("details", ()))

    def listed(self, session: str, failed: bool = False) -> list[dict[str, Any]]:
        """Let time pass and list the invoices of a session."""
        self.settle()
        path = f"/sessions/{session}/invoices{'/failed' if failed else ''}"
        return self.get(path + "?pageSize=1000").json()["invoices"]

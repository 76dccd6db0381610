"""Endpoints of fetching: metadata of invoices, and packages of invoices."""

from __future__ import annotations

from typing import BinaryIO

from . import routes
from .calls import HASH_HEADER, Calls
from .crypto import Encryption
from .exchange import Request
from .messages_batch import Compression
from .messages_inbox import ExportPart, ExportStatus, InvoiceFilters, MetadataPage
from .wire import Fields

#: Greatest page of the metadata query.
METADATA_PAGE_SIZE = 250


class InboxEndpoints(Calls):
    """What others have sent, and one's own; the right InvoiceRead is needed."""

    def query_metadata(
        self,
        filters: InvoiceFilters,
        page: int = 0,
        *,
        page_size: int = METADATA_PAGE_SIZE,
        ascending: bool = True,
    ) -> MetadataPage:
        """Return one page of metadata; few requests an hour are allowed.

        :param page: number of the page, from 0
        :param page_size: 10 to 250
        :raises KsefRequestRejected: 21183 the range begins after the high-water mark
        """
        query = {
            "sortOrder": "Asc" if ascending else "Desc",
            "pageOffset": str(page),
            "pageSize": str(page_size),
        }
        answer = self._call(routes.QUERY_METADATA, json=filters.to_json(), query=query)
        return MetadataPage.from_json(answer.json())

    def start_export(
        self,
        filters: InvoiceFilters,
        encryption: Encryption,
        *,
        compression: Compression = Compression.ZIP,
        only_metadata: bool = False,
    ) -> str:
        """Order a package of invoices; keep the number and the key before polling.

        There is no list of exports: a lost number is a lost package (order again).

        :return: reference number of the export
        :raises KsefRequestRejected: 21181 impossible role, 21182 too many at a time
        """
        body = {
            "encryption": encryption.to_json(),
            "onlyMetadata": only_metadata,
            "filters": filters.to_json(),
            "compressionType": compression.value,
        }
        answer = self._call(routes.START_EXPORT, json=body)
        return Fields(answer.json(), "StartedExport").text("referenceNumber")

    def export_status(self, reference_number: str) -> ExportStatus:
        """Return how far a package is; a finished one has fresh links to its parts.

        :raises KsefRequestRejected: 21175 unknown, HTTP 410 after seven days
        """
        answer = self._call(routes.EXPORT_STATUS, referenceNumber=reference_number)
        return ExportStatus.from_json(answer.json())

    def download_part(self, part: ExportPart, target: BinaryIO) -> str | None:
        """Write the encrypted bytes of a part to a file, without the token.

        :return: the hash that came along (Base64 SHA-256), if any
        :raises KsefRequestRejected: ``link_expired``, ask for a new status
        :raises KsefProtocolError: ``too_large`` against ``encrypted_size``
        """
        request = Request(part.method, part.url, accept="*/*")
        answer = self._transport.download(request, target, part.encrypted_size)
        return answer.headers.get(HASH_HEADER)

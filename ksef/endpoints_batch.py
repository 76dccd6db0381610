"""Endpoints of batch sessions: open, hand the parts over, close."""

from __future__ import annotations

from collections.abc import Callable

from . import routes
from .calls import Calls
from .crypto import Encryption
from .endpoints_sessions import FORM_CODE_FA3
from .exchange import Body, Request
from .messages_batch import BatchFile, OpenedBatch, PartUpload


class BatchEndpoints(Calls):
    """Batch sessions; their status, invoices and UPO are those of all sessions."""

    def open_batch_session(
        self, batch_file: BatchFile, encryption: Encryption, offline: bool = False
    ) -> OpenedBatch:
        """Open a session for one package of FA(3).

        :param offline: all invoices of the package were issued in an offline mode
        :raises KsefRequestRejected: 21157 part size, 21161 number of parts, 21470 the
            public key was withdrawn
        """
        body = {
            "formCode": FORM_CODE_FA3,
            "batchFile": batch_file.to_json(),
            "encryption": encryption.to_json(),
            "offlineMode": offline,
        }
        answer = self._call(routes.OPEN_BATCH, json=body)
        return OpenedBatch.from_json(answer.json())

    def upload_part(self, upload: PartUpload, open_body: Callable[[], Body]) -> None:
        """Hand one encrypted part over: exactly as told, without the token.

        May be called from several threads at once, and again for the same part.

        :param open_body: opens the encrypted bytes anew for each attempt
        :raises KsefRequestRejected: ``link_expired``: the time for it is over
        """
        request = Request(
            upload.method,
            upload.url,
            open_body=open_body,
            headers=upload.headers,
            accept="*/*",
        )
        self._transport.fork().send(request)

    def close_batch_session(self, session_reference: str) -> None:
        """Close a session whose parts are all there; KSeF begins to work on it.

        :raises KsefRequestRejected: 21205 a part is missing, 21157 has another size,
            21208 the time is over, 21180 not open any more
        """
        self._call(routes.CLOSE_BATCH, referenceNumber=session_reference)

"""What is kept of a package on its way, so that another worker goes on with it.

The invoices are frozen in their documents, and the same invoices make the same archive.
So nothing of the package itself is kept, only what KSeF was told of it, the session key
and the addresses of the parts. Key and addresses would let a stranger read invoices or
put others in their place: they are sealed, and wiped as soon as the package is whole or
given up.
"""

import base64
import json
from dataclasses import dataclass, field

from odoo import api, fields, models

from ...ksef.batch import upload_window
from ...ksef.crypto import IV_BYTES, SessionKey
from ...ksef.errors import KsefProtocolError
from ...ksef.messages_batch import OpenedBatch
from ..common.vault import VaultError, seal, unseal


@dataclass(frozen=True)
class KeptUpload:
    """A package that KSeF expects.

    :ivar file: the object ``batchFile`` that KSeF was told
    :ivar part_bytes: how it was cut
    """

    key: SessionKey
    opened: OpenedBatch = field(repr=False)
    file: dict
    part_bytes: int


class Session(models.Model):
    _inherit = "l10n_pl_ksef.session"

    sealed_upload = fields.Text(
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        export_string_translation=False,
    )
    parts_done = fields.Json(readonly=True, export_string_translation=False)
    upload_until = fields.Datetime(
        "Parts are taken until",
        readonly=True,
        help="KSeF gives twenty minutes for each part of a package.",
    )

    @api.private
    def _upload_values(self, package, opened, part_bytes):
        """Return what is written together with the number of the opened session."""
        kept = {
            "key": base64.b64encode(
                package.session_key.key + package.session_key.iv
            ).decode(),
            "opened": opened.to_json(),
            "file": package.file.to_json(),
            "part_bytes": part_bytes,
        }
        return {
            "sealed_upload": seal(self.env, json.dumps(kept).encode()),
            "parts_done": [],
            "upload_until": fields.Datetime.now() + upload_window(package),
        }

    @api.private
    def _kept_upload(self):
        """Return the :class:`KeptUpload`; ``None`` when nothing opens it any more."""
        self.ensure_one()
        sealed = self.sudo().sealed_upload
        if not sealed:
            return None
        try:
            kept = json.loads(unseal(self.env, sealed))
            opened = OpenedBatch.from_json(kept["opened"])
        except (VaultError, KsefProtocolError):
            return None
        key = base64.b64decode(kept["key"])
        return KeptUpload(
            SessionKey(key[:-IV_BYTES], key[-IV_BYTES:]),
            opened,
            kept["file"],
            kept["part_bytes"],
        )

    @api.private
    def _set_state(self, state, **values):
        # Whichever way the session goes on, its parts are not handed over any more.
        if not values.get("sealed_upload"):
            values = {**values, "sealed_upload": False, "upload_until": False}
        return super()._set_state(state, **values)

"""A certificate and its private key: fields and readers that two models share.

The stored certificate and the wizard's pending pair hold the same things, sealed the
same way; this file is the only one that opens them.
"""

import base64

from odoo import fields, models

from ...ksef.certificates import (
    check_pair,
    key_from_pkcs8_der,
    key_to_pkcs8_der,
    read_certificate,
)
from ..common.moments import naive
from ..common.vault import seal, unseal

AUTHENTICATION = "authentication"
OFFLINE = "offline"


class Pair(models.AbstractModel):
    _name = "l10n_pl_ksef.pair"
    _description = "Certificate and key for KSeF"
    _rec_name = "holder"

    usage = fields.Selection(
        [(AUTHENTICATION, "Authentication"), (OFFLINE, "Offline")],
        required=True,
        readonly=True,
    )
    holder = fields.Char(readonly=True)
    serial_number = fields.Char(readonly=True)
    nip = fields.Char("NIP in the certificate", readonly=True)
    subject_kind = fields.Selection(
        [
            ("company", "Company (NIP)"),
            ("person", "Person (PESEL)"),
            ("other", "Other"),
        ],
        string="Issued to",
        readonly=True,
    )
    issuer = fields.Char(readonly=True)
    valid_from = fields.Datetime(readonly=True)
    valid_to = fields.Datetime("Valid until", readonly=True)
    key_algorithm = fields.Char("Key", readonly=True)
    fingerprint = fields.Char("SHA-256 fingerprint", readonly=True)
    certificate = fields.Binary("Certificate (DER)", attachment=False, readonly=True)
    # The private key as PKCS#8, sealed by the vault; nobody reads even the
    # ciphertext through a view or by RPC.
    sealed_key = fields.Text(
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        export_string_translation=False,
    )

    def _read_certificate(self):
        """Return the :class:`~..ksef.certificates.Certificate` of this row."""
        self.ensure_one()
        stored = self.sudo().with_context(bin_size=False).certificate
        return read_certificate(base64.b64decode(stored or b""))

    def _read_key(self):
        """Return the private key, opened by the vault.

        :raises VaultError: it was sealed on another server
        """
        self.ensure_one()
        return key_from_pkcs8_der(unseal(self.env, self.sudo().sealed_key))

    def _facts(self, certificate):
        """Return the values of a row that tell about ``certificate``."""
        is_person = bool(certificate.pesel) and not certificate.nip
        kind = "person" if is_person else "company" if certificate.nip else "other"
        return {
            "certificate": base64.b64encode(certificate.der),
            "holder": certificate.holder,
            "serial_number": certificate.serial_hex,
            "nip": certificate.nip or False,
            "subject_kind": kind,
            "issuer": certificate.issuer_name,
            "valid_from": naive(certificate.not_before),
            "valid_to": naive(certificate.not_after),
            "key_algorithm": certificate.key_algorithm,
            "fingerprint": certificate.fingerprint,
        }

    def _sealed(self, certificate, key):
        """Return ``key`` as sealed text.

        :raises KsefCertificateError: ``key_of_another_pair``
        :raises VaultError: the server's sealing key cannot be used
        """
        check_pair(certificate, key)
        return seal(self.env, key_to_pkcs8_der(key))

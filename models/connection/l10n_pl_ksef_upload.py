"""A pair that is being uploaded: checks each file at once and keeps no secret open.

Where the pending secrets are: the password only ever lives in the memory of the one
request that brings it. The key is opened with it at once and kept sealed by the vault
(``sealed_key``). A key file that did not open (wrong or missing password) is kept as it
came, sealed as well (``sealed_file``), so that the password alone can be typed again.
Rows are wiped when the wizard ends, when a new one starts, and by the autovacuum.
"""

from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...ksef.certificates import (
    CertificateUsage,
    check_distinct,
    check_pair,
    check_slot,
    is_pkcs12,
    read_certificate,
    read_key,
    read_pkcs12,
)
from ...ksef.errors import KsefCertificateError
from ..common import messages
from ..common.vault import VaultError, seal, unseal
from .l10n_pl_ksef_pair import OFFLINE

#: A key file that failed with one of these may open with another password.
_TRY_ANOTHER_PASSWORD = {"password_missing", "wrong_password"}


class Upload(models.AbstractModel):
    _name = "l10n_pl_ksef.upload"
    _inherit = ["l10n_pl_ksef.pair"]
    _description = "Upload of a certificate and key for KSeF"

    # The uploaded key file or PKCS#12, sealed, while its password is still wanted.
    sealed_file = fields.Text(
        groups=fields.NO_ACCESS,
        copy=False,
        readonly=True,
        export_string_translation=False,
    )
    is_pkcs12 = fields.Boolean(readonly=True, export_string_translation=False)
    has_certificate = fields.Boolean(compute="_compute_has", compute_sudo=True)
    has_key = fields.Boolean(compute="_compute_has", compute_sudo=True)
    has_file = fields.Boolean(compute="_compute_has", compute_sudo=True)
    problem = fields.Json(readonly=True, export_string_translation=False)
    problem_text = fields.Text(compute="_compute_problem_text")

    @api.depends("certificate", "sealed_key", "sealed_file")
    def _compute_has(self):
        for upload in self:
            upload.has_certificate = bool(upload.certificate)
            upload.has_key = bool(upload.sealed_key)
            upload.has_file = bool(upload.sealed_file)

    @api.depends("problem")
    @api.depends_context("lang", "tz")
    def _compute_problem_text(self):
        for upload in self:
            upload.problem_text = upload.problem and messages.tell(
                self.env, upload.problem
            )

    def _certificate_values(self, data, environment, other):
        """Return what an uploaded certificate file makes of this row.

        A PKCS#12 file waits, sealed, for its password.

        :param bytes data: the file
        :param environment: code of the KSeF environment
        :param other: the upload of the other pair
        """
        empty = self._empty_values()
        try:
            if is_pkcs12(data):
                return {**empty, "is_pkcs12": True, "sealed_file": seal(self.env, data)}
            certificate = read_certificate(data)
            self._check(certificate, environment, other)
        except (KsefCertificateError, VaultError) as error:
            return {**empty, "problem": messages.describe(error)}
        return {**empty, **self._facts(certificate)}

    def _key_values(self, data, password, environment, other):
        """Return what an uploaded key, or another password for it, makes of this row.

        :param data: the key file (or PKCS#12); None takes the file that waits here
        :param password: what was typed, if anything
        """
        try:
            data = unseal(self.env, self.sudo().sealed_file) if data is None else data
        except VaultError as error:
            return {"problem": messages.describe(error)}
        try:
            certificate, key = self._opened(data, password)
            self._check(certificate, environment, other)
            sealed_key = self._sealed(certificate, key)
        except (KsefCertificateError, VaultError) as error:
            return {
                "problem": messages.describe(error),
                "sealed_key": False,
                "sealed_file": self._kept_for_another_try(data, error),
            }
        return {
            **self._facts(certificate),
            "sealed_key": sealed_key,
            "sealed_file": False,
            "problem": False,
        }

    def _opened(self, data, password):
        if not is_pkcs12(data):
            return self._read_certificate(), read_key(data, password)
        found, key = read_pkcs12(data, password)
        if self.is_pkcs12 or not self.has_certificate:
            return found, key
        return self._read_certificate(), key

    def _kept_for_another_try(self, data, error):
        if error.code not in _TRY_ANOTHER_PASSWORD:
            return False
        return seal(self.env, data)

    def _check(self, certificate, environment, other):
        """Check that ``certificate`` fits this place.

        :raises KsefCertificateError: it does not
        """
        check_slot(
            certificate,
            CertificateUsage(self.usage),
            at=datetime.now(timezone.utc),
            environment=self.env["l10n_pl_ksef.gateway"]._environment(environment),
        )
        if self.usage == OFFLINE and other.has_certificate:
            check_distinct(other._read_certificate(), certificate)

    def _check_all(self, environment, other):
        """Check once more what is stored; the environment may have been changed.

        :raises UserError: says what is wrong
        """
        self.ensure_one()
        if self.problem:
            raise UserError(self.problem_text)
        try:
            certificate = self._read_certificate()
            self._check(certificate, environment, other)
            if self.has_key:
                check_pair(certificate, self._read_key())
        except (KsefCertificateError, VaultError) as error:
            raise UserError(messages.explain(self.env, error)) from None

    def _stored_values(self, company):
        """Return the values of the company's certificate that this pair becomes."""
        self.ensure_one()
        return {**self._values_of("l10n_pl_ksef.pair"), "company_id": company.id}

    def _seen_with(self, given):
        """Return a row of the memory: what this one would be with ``given`` values.

        Not tied to this row by ``origin``: such rows share one cache.
        """
        return self.new({**self._values_of("l10n_pl_ksef.upload"), **given})

    def _empty_values(self):
        names = self._names_of("l10n_pl_ksef.upload")
        return {name: False for name in names if name != "usage"}

    def _values_of(self, model):
        row = self.sudo().with_context(bin_size=False)
        return {name: row[name] for name in self._names_of(model)}

    def _names_of(self, model):
        """Return the columns that an abstract model defines."""
        return [
            name
            for name, field in self.env[model]._fields.items()
            if field.store and name not in models.MAGIC_COLUMNS
        ]

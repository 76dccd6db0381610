"""The one door to KSeF: builds the client of a company and keeps its login.

Everything that talks to KSeF asks here for a client; nobody else reads the vault or
knows the addresses. A new login or a refreshed token is written sealed into the
authentication certificate's row, in the caller's transaction: losing it costs one
login, never an invoice.
"""

import json
import time
from dataclasses import asdict
from datetime import datetime

from odoo import api, models
from odoo.exceptions import UserError

from ...ksef import auth
from ...ksef.calls import utcnow
from ...ksef.client import KsefClient
from ...ksef.environment import Environment
from ...ksef.errors import KsefError
from ...ksef.messages import Tokens
from ...ksef.transport import Transport
from ..common.vault import VaultError, seal, unseal

CUSTOM_URL_PARAMETER = "l10n_pl_ksef.custom_url"


class Gateway(models.AbstractModel):
    _name = "l10n_pl_ksef.gateway"
    _description = "Gateway to KSeF"

    @api.private
    def _environment(self, code):
        """Return the :class:`~..ksef.environment.Environment` named ``code``.

        :raises UserError: ``custom`` without the address set by the administrator
        """
        if code != "custom":
            return Environment.for_code(code)
        url = self.env["ir.config_parameter"].sudo().get_param(CUSTOM_URL_PARAMETER)
        if not url:
            raise UserError(
                self.env._(
                    "The address of the custom KSeF environment is not set. Ask your"
                    " system administrator."
                )
            )
        return Environment.custom(url)

    @api.private
    def _client(self, company, on_request=None, before_request=None):
        """Return a client of ``company`` that logs in by itself when it must.

        No call is made here.

        :param on_request: gets a ``RequestRecord`` of every attempt
        :param before_request: gets every ``Request``; may raise instead of it
        :raises KsefError: code ``sealing_key``: the vault does not open
        """
        certificate = company.sudo().l10n_pl_ksef_auth_certificate_id
        environment = self._environment(company.l10n_pl_ksef_environment)
        client = KsefClient(
            environment,
            self._stored_tokens(certificate),
            transport=Transport(
                environment, on_request=on_request, before_request=before_request
            ),
            relogin=lambda: self._login(
                client, company.l10n_pl_ksef_nip, *self._material(certificate)
            ),
            on_tokens=lambda tokens: self._keep_tokens(certificate, tokens),
        )
        return client

    @api.private
    def _candidate(self, environment_code, nip, certificate, key):
        """Return a logged-in client for material that is not stored yet.

        For the wizard's last step. Nothing is written.

        :param certificate: ``ksef.certificates.Certificate``
        :param key: private key object
        :return: (client, :class:`~..ksef.messages.Tokens`)
        :raises KsefError: login refused, KSeF not reached
        """
        environment = self._environment(environment_code)
        transport = Transport(environment)
        tokens = self._login(
            KsefClient(environment, transport=transport), nip, certificate, key
        )
        return KsefClient(environment, tokens, transport=transport), tokens

    @api.private
    def _login(self, client, nip, certificate, key):
        return auth.login(client, nip, certificate, key, sleep=time.sleep, clock=utcnow)

    # ------------------------------------------------------------------
    # sealed things
    # ------------------------------------------------------------------
    def _material(self, certificate):
        try:
            return certificate._read_certificate(), certificate._read_key()
        except VaultError as error:
            raise _sealed(error) from None

    def _stored_tokens(self, certificate):
        if not certificate.sealed_login:
            return None
        try:
            stored = json.loads(unseal(self.env, certificate.sealed_login))
        except VaultError as error:
            raise _sealed(error) from None
        for name in ("access_valid_until", "refresh_valid_until"):
            stored[name] = stored[name] and datetime.fromisoformat(stored[name])
        return Tokens(**stored)

    @api.private
    def _keep_tokens(self, certificate, tokens):
        """Write ``tokens`` sealed into the certificate that they were given for."""
        plain = json.dumps(asdict(tokens), default=datetime.isoformat)
        certificate.sudo().sealed_login = seal(self.env, plain.encode())


def _sealed(error):
    return KsefError(str(error), code="sealing_key")

"""Connecting, testing and disconnecting a company: the steps that talk to KSeF at once.

These are the only calls to KSeF in a person's own request; everything else is done by
crons. Who may do it is checked by the callers (``res.company`` and the wizards).
"""

import logging

from odoo import fields, models
from odoo.exceptions import UserError

from ...ksef.errors import KsefAuthError, KsefError, KsefRequestRejected
from ..common import messages
from ..common.document_states import LIVE
from .l10n_pl_ksef_pair import AUTHENTICATION, OFFLINE

_logger = logging.getLogger(__name__)

#: rights without which the daily work does not go
_NEEDED = ("InvoiceWrite", "InvoiceRead")
_OWNER = "Owner"
_ACTIVE = "Active"


class Connection(models.AbstractModel):
    _name = "l10n_pl_ksef.connection"
    _description = "Connection with KSeF"

    def _connect(self, company, environment, authentication, offline):
        """Log in with new material and, when KSeF agrees, make it the connection.

        :param authentication: ``l10n_pl_ksef.upload`` with certificate and key
        :param offline: the same for the offline certificate
        :return: names of needed rights that the login lacks
        :raises UserError: says why not; nothing was changed
        """
        self._check_nothing_is_on_its_way(company, environment)
        gateway = self.env["l10n_pl_ksef.gateway"]
        nip = company.l10n_pl_ksef_nip
        try:
            client, tokens = gateway._candidate(
                environment,
                nip,
                authentication._read_certificate(),
                authentication._read_key(),
            )
            missing = self._missing_rights(client)
            self._check_offline_certificate(client, offline)
        except KsefError as error:
            text = messages.explain(self.env, error, nip=nip)
            raise UserError(text) from None
        self._switch_off(company)
        certificate = self._store(company, environment, authentication, offline)
        gateway._keep_tokens(certificate, tokens)
        _logger.info("Company %s was connected with KSeF %s", company.id, environment)
        return missing

    def _test(self, company):
        """Log in anew with the stored certificate and look at the rights.

        The result is also left in the company's lamp.

        :return: (whether it works, names of needed rights that the login lacks)
        """
        gateway = self.env["l10n_pl_ksef.gateway"]
        certificate = company.sudo().l10n_pl_ksef_auth_certificate_id
        try:
            client, tokens = gateway._candidate(
                company.l10n_pl_ksef_environment,
                company.l10n_pl_ksef_nip,
                *gateway._material(certificate),
            )
            missing = self._missing_rights(client)
        except KsefError as error:
            company._l10n_pl_ksef_set_problem(error)
            return False, ()
        gateway._keep_tokens(certificate, tokens)
        company._l10n_pl_ksef_clear_problem()
        return True, missing

    def _disconnect(self, company):
        """End the login at KSeF and wipe certificates, keys and tokens.

        Numbers, XML and UPO of invoices stay. A KSeF that cannot be reached does not
        hold it up.

        :return: whether KSeF confirmed the end of the login
        """
        was_ended = self._switch_off(company)
        company.sudo().write({"l10n_pl_ksef_connected_at": False})
        company._l10n_pl_ksef_clear_problem()
        _logger.info("Company %s was disconnected from KSeF", company.id)
        return was_ended

    # ------------------------------------------------------------------
    # steps
    # ------------------------------------------------------------------
    def _check_nothing_is_on_its_way(self, company, environment):
        """Refuse another environment while invoices wait for an answer of the old one.

        What was queued as a trial must not become a legal invoice by itself.

        :raises UserError: some do
        """
        before = company.l10n_pl_ksef_environment
        if not before or before == environment:
            return
        waiting = self._count_on_its_way(company)
        if waiting:
            field = company._fields["l10n_pl_ksef_environment"]
            labels = dict(field._description_selection(self.env))
            raise UserError(
                self.env._(
                    "%(count)s invoices are still on their way to the old environment"
                    " (%(environment)s). Before you change the environment, wait for"
                    " the answers, reset those that only wait to draft, or give up"
                    " those that get no answer (KSeF, Sent documents, Give up).",
                    count=waiting,
                    environment=labels[before],
                )
            )

    def _count_on_its_way(self, company):
        documents = self.env["l10n_pl_ksef.document"].sudo()
        return documents.search_count(
            [("company_id", "=", company.id), ("state", "in", LIVE)]
        )

    def _missing_rights(self, client):
        """Return the needed rights that KSeF does not list for this login.

        An empty list of KSeF says nothing: before its API 2.9 an owner's rights were
        not listed.
        """
        grants = client.personal_grants()
        names = {grant.permission for grant in grants if grant.is_active}
        if not names or _OWNER in names:
            return ()
        return tuple(name for name in _NEEDED if name not in names)

    def _check_offline_certificate(self, client, offline):
        """Refuse an offline certificate that KSeF knows as not active.

        KSeF lists certificates of the login's own subject only: one that it does not
        list, or a login that may not ask, tells nothing.

        :raises UserError: revoked, blocked or expired
        """
        try:
            found = client.query_certificates(offline.serial_number)
        except (KsefAuthError, KsefRequestRejected) as error:
            _logger.info("The offline certificate was not checked: %s", error.code)
            return
        for certificate in found:
            if certificate.status != _ACTIVE:
                raise UserError(
                    messages.explain_status(
                        self.env, "certificate", "offline_not_active"
                    )
                )

    def _switch_off(self, company):
        """End the old login, if any, and wipe the old certificates.

        :return: whether there is no living login left
        """
        company = company.sudo()
        was_ended = self._end_login(company)
        company._l10n_pl_ksef_certificates().unlink()
        return was_ended

    def _end_login(self, company):
        if not company._l10n_pl_ksef_is_active():
            return True
        try:
            self.env["l10n_pl_ksef.gateway"]._client(company).revoke_current_session()
        except (KsefError, UserError) as error:
            _logger.info(
                "The KSeF login of company %s was not ended: %s",
                company.id,
                type(error).__name__,
            )
            return False
        return True

    def _store(self, company, environment, authentication, offline):
        """Make the uploads the company's certificates.

        :return: the new authentication certificate
        """
        create = self.env["l10n_pl_ksef.certificate"].sudo().create
        stored = {
            usage: create(upload._stored_values(company))
            for usage, upload in ((AUTHENTICATION, authentication), (OFFLINE, offline))
        }
        company.sudo().write(
            {
                "l10n_pl_ksef_environment": environment,
                "l10n_pl_ksef_auth_certificate_id": stored[AUTHENTICATION].id,
                "l10n_pl_ksef_offline_certificate_id": stored[OFFLINE].id,
                "l10n_pl_ksef_connected_at": fields.Datetime.now(),
            }
        )
        company._l10n_pl_ksef_clear_problem()
        return stored[AUTHENTICATION]

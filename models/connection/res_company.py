"""The connection of a company with KSeF: where, with which certificates, how it is."""

from stdnum.pl import nip as nip_format

from odoo import api, fields, models
from odoo.tools import format_date

from ..common import messages

NOT_CONNECTED = "not_connected"
CONNECTED = "connected"
ATTENTION = "attention"

ENVIRONMENTS = [
    ("test", "TEST (for programmers)"),
    ("demo", "DEMO (trial, no legal effect)"),
    ("prd", "Production"),
    ("custom", "Custom address"),
]

#: from then on the status says that the certificate is going to expire
WARNING_DAYS = 30


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_environment = fields.Selection(
        ENVIRONMENTS, string="KSeF environment", readonly=True, copy=False
    )
    l10n_pl_ksef_auth_certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "Authentication certificate",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    l10n_pl_ksef_offline_certificate_id = fields.Many2one(
        "l10n_pl_ksef.certificate",
        "Offline certificate",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    l10n_pl_ksef_connected_at = fields.Datetime(
        "Connected with KSeF since", readonly=True, copy=False
    )
    l10n_pl_ksef_problem_code = fields.Char(
        readonly=True, copy=False, export_string_translation=False
    )
    # Facts of ``messages.describe``: told to each reader in his own language.
    l10n_pl_ksef_problem_facts = fields.Json(
        readonly=True, copy=False, export_string_translation=False
    )
    l10n_pl_ksef_problem_at = fields.Datetime(
        "KSeF problem since", readonly=True, copy=False
    )
    l10n_pl_ksef_problem_text = fields.Text(
        "KSeF problem", compute="_compute_l10n_pl_ksef_problem_text", compute_sudo=True
    )
    l10n_pl_ksef_nip = fields.Char("NIP", compute="_compute_l10n_pl_ksef_nip")
    l10n_pl_ksef_state = fields.Selection(
        [
            (NOT_CONNECTED, "Not connected"),
            (CONNECTED, "Connected"),
            (ATTENTION, "Needs attention"),
        ],
        string="KSeF",
        compute="_compute_l10n_pl_ksef_state",
        compute_sudo=True,
    )
    l10n_pl_ksef_status = fields.Text(
        "KSeF status",
        compute="_compute_l10n_pl_ksef_state",
        compute_sudo=True,
        help="Why the connection needs attention, or until when it is good.",
    )
    l10n_pl_ksef_holder = fields.Char(
        "Certificate holder",
        related="l10n_pl_ksef_auth_certificate_id.holder",
        related_sudo=True,
    )
    l10n_pl_ksef_days_left = fields.Integer(
        "Days left",
        compute="_compute_l10n_pl_ksef_state",
        compute_sudo=True,
        help="Until the first of the two certificates expires.",
    )
    l10n_pl_ksef_valid_to = fields.Datetime(
        "Certificates valid until",
        compute="_compute_l10n_pl_ksef_state",
        compute_sudo=True,
    )
    l10n_pl_ksef_core_connected = fields.Boolean(
        compute="_compute_l10n_pl_ksef_core_connected",
        compute_sudo=True,
        help="Odoo's own KSeF integration is set up for this company too.",
    )

    @api.depends("vat")
    def _compute_l10n_pl_ksef_nip(self):
        for company in self:
            digits = nip_format.compact(company.vat or "").upper().removeprefix("PL")
            is_nip = nip_format.is_valid(digits)
            company.l10n_pl_ksef_nip = digits if is_nip else False

    @api.depends("l10n_pl_ksef_problem_facts")
    @api.depends_context("lang", "tz")
    def _compute_l10n_pl_ksef_problem_text(self):
        for company in self:
            facts = company.l10n_pl_ksef_problem_facts
            company.l10n_pl_ksef_problem_text = facts and messages.tell(self.env, facts)

    @api.depends(
        "l10n_pl_ksef_auth_certificate_id.sealed_key",
        "l10n_pl_ksef_auth_certificate_id.valid_to",
        "l10n_pl_ksef_offline_certificate_id.sealed_key",
        "l10n_pl_ksef_offline_certificate_id.valid_to",
        "l10n_pl_ksef_problem_text",
        "l10n_pl_ksef_nip",
    )
    @api.depends_context("lang", "tz")
    def _compute_l10n_pl_ksef_state(self):
        for company in self:
            certificates = company._l10n_pl_ksef_certificates()
            ends = [each.valid_to for each in certificates if each.valid_to]
            first_end = min(ends, default=False)
            company.l10n_pl_ksef_valid_to = first_end
            company.l10n_pl_ksef_days_left = min(
                certificates.mapped("days_left"), default=0
            )
            trouble = company._l10n_pl_ksef_trouble()
            if not company._l10n_pl_ksef_is_active():
                company.l10n_pl_ksef_state = NOT_CONNECTED
                company.l10n_pl_ksef_status = False
            elif trouble:
                company.l10n_pl_ksef_state = ATTENTION
                company.l10n_pl_ksef_status = trouble
            else:
                company.l10n_pl_ksef_state = CONNECTED
                company.l10n_pl_ksef_status = company._l10n_pl_ksef_end_is_near()

    def _compute_l10n_pl_ksef_core_connected(self):
        is_there = "l10n_pl_edi_certificate" in self._fields
        for company in self:
            company.l10n_pl_ksef_core_connected = is_there and bool(
                company.l10n_pl_edi_certificate
            )

    # ------------------------------------------------------------------
    # what others ask
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_is_active(self):
        """Tell whether this company is connected with KSeF.

        It stays so while the connection needs attention: what is to be sent waits in
        the queue until a person mends it.
        """
        self.ensure_one()
        return bool(self.sudo().l10n_pl_ksef_auth_certificate_id)

    def _l10n_pl_ksef_certificates(self):
        self.ensure_one()
        company = self.sudo()
        return (
            company.l10n_pl_ksef_auth_certificate_id
            | company.l10n_pl_ksef_offline_certificate_id
        )

    def _l10n_pl_ksef_trouble(self):
        """Return why the connection needs attention, False when it does not."""
        certificates = self._l10n_pl_ksef_certificates()
        for certificate in certificates:
            if problem := certificate._vault_problem():
                return messages.explain(self.env, problem)
        now = fields.Datetime.now()
        for certificate in certificates:
            if certificate.valid_to and certificate.valid_to < now:
                return messages.explain_status(
                    self.env,
                    "certificate",
                    "expired",
                    not_after=format_date(self.env, certificate.valid_to),
                )
        if not self.l10n_pl_ksef_nip:
            return self.env._("The company's NIP (Tax ID) is missing or wrong.")
        return self.l10n_pl_ksef_problem_text

    def _l10n_pl_ksef_end_is_near(self):
        if self.l10n_pl_ksef_days_left > WARNING_DAYS:
            return False
        return self.env._(
            "A certificate expires on %(date)s, in %(days)s days. Generate a new pair"
            " in KSeF and connect again.",
            date=format_date(self.env, self.l10n_pl_ksef_valid_to),
            days=self.l10n_pl_ksef_days_left,
        )

    # ------------------------------------------------------------------
    # problems that a person should see
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_set_problem(self, error):
        """Show ``error`` in the lamp until :meth:`_l10n_pl_ksef_clear_problem`.

        :param error: ``KsefError`` or ``VaultError``
        """
        self.ensure_one()
        company = self.sudo()
        facts = messages.describe(error, nip=company.l10n_pl_ksef_nip)
        if company.l10n_pl_ksef_problem_facts == facts:
            return
        company.write(
            {
                "l10n_pl_ksef_problem_code": facts["code"],
                "l10n_pl_ksef_problem_facts": facts,
                "l10n_pl_ksef_problem_at": fields.Datetime.now(),
            }
        )

    def _l10n_pl_ksef_clear_problem(self):
        troubled = self.sudo().filtered("l10n_pl_ksef_problem_code")
        if troubled:
            troubled.write(_NO_PROBLEM)


_NO_PROBLEM = {
    "l10n_pl_ksef_problem_code": False,
    "l10n_pl_ksef_problem_facts": False,
    "l10n_pl_ksef_problem_at": False,
}

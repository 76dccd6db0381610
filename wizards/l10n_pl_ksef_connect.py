"""The wizard that connects a company with KSeF: two certificates, two keys, one login.

Every input is checked when it is given (see ``l10n_pl_ksef.upload``). The files and the
password are fields without a column: they reach the checks and never a table.
"""

import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError

_STEPS = [
    ("company", "Company"),
    ("authentication_certificate", "Authentication certificate"),
    ("authentication_key", "Key of the authentication certificate"),
    ("offline_certificate", "Offline certificate"),
    ("offline_key", "Key of the offline certificate"),
    ("done", "Done"),
]
_ORDER = [name for name, _label in _STEPS]
_INPUTS = ["certificate_file", "key_file", "password"]


class Connect(models.TransientModel):
    _name = "l10n_pl_ksef.connect"
    _description = "Connect with KSeF"

    # Half an hour without a touch, and the autovacuum may wipe what was given.
    _transient_max_hours = 0.5

    step = fields.Selection(_STEPS, default="company", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self._default_company(),
        domain="[('account_fiscal_country_id.code', '=', 'PL')]",
    )
    nip = fields.Char(related="company_id.l10n_pl_ksef_nip")
    environment = fields.Selection(
        "_selection_environment",
        required=True,
        compute="_compute_environment",
        store=True,
        readonly=False,
        precompute=True,
    )
    pair_ids = fields.One2many("l10n_pl_ksef.connect.pair", "wizard_id", readonly=True)

    certificate_file = fields.Binary(
        compute="_compute_certificate_file", inverse="_inverse_inputs", store=False
    )
    certificate_filename = fields.Char(store=False)
    key_file = fields.Binary(
        compute="_compute_key_file", inverse="_inverse_inputs", store=False
    )
    key_filename = fields.Char(store=False)
    password = fields.Char(
        compute="_compute_password", inverse="_inverse_inputs", store=False
    )

    # what the current stage holds, for the eyes
    holder = fields.Char(compute="_compute_stage")
    subject = fields.Char(compute="_compute_stage")
    valid_from = fields.Datetime(compute="_compute_stage")
    valid_to = fields.Datetime(compute="_compute_stage")
    key_algorithm = fields.Char(compute="_compute_stage")
    has_certificate = fields.Boolean(compute="_compute_stage")
    has_key = fields.Boolean(compute="_compute_stage")
    has_file = fields.Boolean(compute="_compute_stage")
    is_pkcs12 = fields.Boolean(compute="_compute_stage")
    problem = fields.Text(compute="_compute_stage")
    notice = fields.Text(compute="_compute_stage")
    company_problem = fields.Text(compute="_compute_company_problem")
    is_core_connected = fields.Boolean(related="company_id.l10n_pl_ksef_core_connected")
    missing_rights = fields.Text(readonly=True)

    # ------------------------------------------------------------------
    # choices
    # ------------------------------------------------------------------
    @api.model
    def _default_company(self):
        companies = self.env.company | self.env.companies
        return companies.filtered(
            lambda company: company.account_fiscal_country_id.code == "PL"
        )[:1]

    @api.model
    def _selection_environment(self):
        """Offer a custom address only where a system administrator has set one."""
        field = self.env["res.company"]._fields["l10n_pl_ksef_environment"]
        parameters = self.env["ir.config_parameter"].sudo()
        has_custom = bool(parameters.get_param("l10n_pl_ksef.custom_url"))
        return [
            (code, label)
            for code, label in field._description_selection(self.env)
            if code != "custom" or has_custom
        ]

    @api.depends("company_id")
    def _compute_environment(self):
        offered = dict(self._selection_environment())
        for wizard in self:
            present = wizard.company_id.l10n_pl_ksef_environment
            wizard.environment = present if present in offered else "prd"

    @api.depends("company_id")
    @api.depends_context("lang")
    def _compute_company_problem(self):
        for wizard in self:
            wizard.company_problem = wizard._company_problem()

    def _company_problem(self):
        company = self.company_id
        if company and company.account_fiscal_country_id.code != "PL":
            return self.env._("KSeF is for companies in Poland only.")
        if company and not company.l10n_pl_ksef_nip:
            return self.env._(
                "The NIP of %(company)s is missing or wrong. Correct the Tax ID of the"
                " company first.",
                company=company.name,
            )
        return False

    # ------------------------------------------------------------------
    # inputs: to the checks, never to a table
    # ------------------------------------------------------------------
    # One compute per input: a shared one, called for an input that was not given, would
    # empty those that were.
    def _compute_certificate_file(self):
        self.certificate_file = False

    def _compute_key_file(self):
        self.key_file = False

    def _compute_password(self):
        self.password = False

    def _inverse_inputs(self):
        for wizard in self:
            pair = wizard._pair()
            pair.write(wizard._given_values(pair))
        # Nothing typed or uploaded outlives the request, not even in its cache.
        self.invalidate_recordset(_INPUTS)

    def _given_values(self, pair):
        """Return what the inputs of the current step make of its pair."""
        if not pair:
            return {}
        other = self._pair_of("authentication")
        if self.step.endswith("_certificate"):
            data = _decoded(self.certificate_file)
            if data is None:
                return {}
            return pair._certificate_values(data, self.environment, other)
        data = _decoded(self.key_file)
        if data is None and not (self.password and pair.has_file):
            return {}
        return pair._key_values(data, self.password, self.environment, other)

    def _pair(self):
        """Return the pair of the current stage; empty outside the stages."""
        usage = self.step.partition("_")[0] if "_" in self.step else False
        return self._pair_of(usage)

    def _pair_of(self, usage):
        return (
            self.env["l10n_pl_ksef.connect.pair"]
            .sudo()
            .search([("wizard_id", "=", self._origin.id), ("usage", "=", usage)])
        )

    # ------------------------------------------------------------------
    # what the person sees
    # ------------------------------------------------------------------
    @api.depends("step", "company_id", "environment", *_INPUTS)
    @api.depends_context("lang", "tz")
    def _compute_stage(self):
        for wizard in self:
            pair = wizard._pair()
            given = wizard._given_values(pair)
            seen = pair._seen_with(given)
            wizard.holder = seen.holder
            wizard.subject = wizard._subject(seen)
            wizard.valid_from = seen.valid_from
            wizard.valid_to = seen.valid_to
            wizard.key_algorithm = seen.key_algorithm
            wizard.has_certificate = seen.has_certificate
            wizard.has_key = seen.has_key
            wizard.has_file = pair.has_file
            wizard.is_pkcs12 = seen.is_pkcs12
            is_early = given and (seen.problem or {}).get("code") == "password_missing"
            wizard.problem = not is_early and seen.problem_text
            wizard.notice = wizard._notice(seen)

    def _subject(self, pair):
        if not pair.has_certificate:
            return False
        label = dict(pair._fields["subject_kind"]._description_selection(self.env))
        return f"NIP {pair.nip}" if pair.nip else label[pair.subject_kind]

    def _notice(self, pair):
        lines = self._company_notices() if self.step == "company" else []
        if pair.has_certificate:
            lines = self._certificate_notices(pair)
        return "\n".join(lines)

    # ------------------------------------------------------------------
    # steps
    # ------------------------------------------------------------------
    def action_next(self):
        """Check the current step and go on; the last one logs in to KSeF."""
        self.ensure_one()
        self.company_id._l10n_pl_ksef_check_administrator()
        check = {
            "company": self._leave_company,
            "certificate": self._leave_certificate,
            "key": self._leave_key,
        }[self.step.rpartition("_")[2]]
        check()
        if self.step == "offline_key":
            self._connect()
        self.step = _ORDER[_ORDER.index(self.step) + 1]
        return self._reopened()

    def action_back(self):
        """Go one step back; what was given stays."""
        self.ensure_one()
        self._pair().problem = False
        self.step = _ORDER[max(_ORDER.index(self.step) - 1, 0)]
        return self._reopened()

    def action_cancel(self):
        """Leave and forget everything that was given."""
        self.unlink()
        return {"type": "ir.actions.act_window_close"}

    def _leave_company(self):
        problem = self._company_problem()
        if problem:
            raise UserError(problem)
        self.env["l10n_pl_ksef.connection"]._check_nothing_is_on_its_way(
            self.company_id, self.environment
        )
        self._forget_abandoned()
        if not self.pair_ids:
            pairs = self.env["l10n_pl_ksef.connect.pair"].sudo()
            for usage in ("authentication", "offline"):
                pairs.create({"wizard_id": self.id, "usage": usage})

    def _leave_certificate(self):
        pair = self._pair()
        if pair.is_pkcs12 and pair.has_file and not pair.has_certificate:
            return  # opened in the next step, where its password is typed
        if not (pair.has_certificate or pair.problem):
            raise UserError(self.env._("Choose the certificate (.crt) first."))
        pair._check_all(self.environment, self._pair_of("authentication"))

    def _leave_key(self, pair=None):
        pair = self._pair() if pair is None else pair
        if not (pair.has_key or pair.problem):
            raise UserError(
                self.env._("Type the password of the file.")
                if pair.is_pkcs12
                else self.env._("Choose the private key (.key) first.")
            )
        pair._check_all(self.environment, self._pair_of("authentication"))

    def _connect(self):
        """Check all once more, log in, store; then forget what was given."""
        authentication, offline = map(self._pair_of, ("authentication", "offline"))
        self._leave_key(authentication)
        missing = self.env["l10n_pl_ksef.connection"]._connect(
            self.company_id, self.environment, authentication, offline
        )
        (authentication | offline).unlink()
        if missing:
            company = self.company_id
            self.missing_rights = company._l10n_pl_ksef_missing_rights_text(missing)

    def _forget_abandoned(self):
        """Wipe what this person left behind in earlier runs for the company."""
        mine = [("create_uid", "=", self.env.uid), ("id", "!=", self.id)]
        self.search([*mine, ("company_id", "=", self.company_id.id)]).unlink()

    def _reopened(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect with KSeF"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


def _decoded(uploaded):
    """Return the bytes of a Binary field's value, None when nothing was given."""
    if not uploaded:
        return None
    try:
        return base64.b64decode(uploaded)
    except binascii.Error:
        return bytes(uploaded, "utf-8") if isinstance(uploaded, str) else uploaded

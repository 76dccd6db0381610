"""How a company's invoices travel: the choices, on one page."""

from odoo import api, fields, models


class Policy(models.TransientModel):
    _name = "l10n_pl_ksef.policy"
    _description = "How invoices travel to KSeF"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    l10n_pl_ksef_sending = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_sending"),
        "Sending to KSeF",
        required=True,
    )
    l10n_pl_ksef_send_when = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_send_when"),
        "When it is sent",
        required=True,
    )
    l10n_pl_ksef_send_minutes = fields.Integer("Minutes between")
    l10n_pl_ksef_send_hour = fields.Float("Hour of the day")
    l10n_pl_ksef_block_posting = fields.Boolean(
        "Refuse to confirm invoices that are unfit for KSeF"
    )
    l10n_pl_ksef_offline_after = fields.Integer(
        "Issue offline after so many failed tries",
        help="When KSeF does not answer, a waiting invoice is issued in offline24 with"
        " two QR codes and can be handed over. 0: never by itself.",
    )
    l10n_pl_ksef_batch_from = fields.Integer(
        "Send as a package from so many invoices",
        help="So many invoices that wait together go as one batch package, which needs"
        " far fewer requests. 0: always one by one.",
    )
    l10n_pl_ksef_compression = fields.Selection(
        lambda self: self._selection("l10n_pl_ksef_compression"),
        "Kind of package",
        required=True,
        help="KSeF takes both. All files of a tar.gz are packed together, so it is a"
        " good deal smaller where thousands of similar invoices go at once.",
    )
    is_automatic = fields.Boolean(compute="_compute_is_automatic")

    @api.model
    def _selection(self, name):
        field = self.env["res.company"]._fields[name]
        return field._description_selection(self.env)

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        company = self.env["res.company"].browse(values.get("company_id"))
        if company:
            company._l10n_pl_ksef_check_administrator()
        names = [name for name in fields if name.startswith("l10n_pl_ksef_")]
        return values | {name: company.sudo()[name] for name in names if company}

    @api.depends("l10n_pl_ksef_sending")
    def _compute_is_automatic(self):
        for policy in self:
            policy.is_automatic = policy.l10n_pl_ksef_sending in (
                "pl_companies",
                "all_companies",
                "all",
            )

    def action_save(self):
        self.ensure_one()
        names = [name for name in self._fields if name.startswith("l10n_pl_ksef_")]
        self.company_id._l10n_pl_ksef_set_policy({name: self[name] for name in names})
        return {
            "type": "ir.actions.act_window_close",
            "infos": {"done": True},
        }

"""When sending and fetching go on after KSeF's limits were used up."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    l10n_pl_ksef_resumes_at = fields.Datetime(
        "Sending goes on at",
        readonly=True,
        copy=False,
        help="KSeF takes so many requests an hour and no more; the rest waits.",
    )
    l10n_pl_ksef_is_resting = fields.Boolean(compute="_compute_l10n_pl_ksef_is_resting")

    def _compute_l10n_pl_ksef_is_resting(self):
        now = fields.Datetime.now()
        for company in self:
            at = company.l10n_pl_ksef_resumes_at
            company.l10n_pl_ksef_is_resting = bool(at and at > now)

"""Asks before a company is disconnected from KSeF."""

from odoo import fields, models


class Disconnect(models.TransientModel):
    _name = "l10n_pl_ksef.disconnect"
    _description = "Disconnect from KSeF"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    nip = fields.Char(related="company_id.l10n_pl_ksef_nip")
    waiting = fields.Integer(
        compute="_compute_waiting",
        help="Invoices that were handed over and are not finished.",
    )

    def _compute_waiting(self):
        connection = self.env["l10n_pl_ksef.connection"]
        for wizard in self:
            wizard.waiting = connection._count_on_its_way(wizard.company_id)

    def action_disconnect(self):
        """End the login, wipe keys and tokens, and say what is left to do."""
        self.ensure_one()
        company = self.company_id
        company._l10n_pl_ksef_check_administrator()
        company._l10n_pl_ksef_check_connected()
        was_ended = self.env["l10n_pl_ksef.connection"]._disconnect(company)
        self.unlink()
        text = self.env._(
            "Disconnected. The certificates are still valid in KSeF: revoke them there"
            " (Certificates, List of certificates) if you do not use them elsewhere."
        )
        if not was_ended:
            text += " " + self.env._(
                "KSeF could not be told to end the login; it ends by itself within a"
                " week."
            )
        notice = company._l10n_pl_ksef_notice("info", text)
        notice["params"]["next"] = {"type": "ir.actions.act_window_close"}
        return notice

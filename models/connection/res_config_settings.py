"""The settings page shows the connection of the current company; nothing is stored."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    l10n_pl_ksef_nip = fields.Char(related="company_id.l10n_pl_ksef_nip")
    l10n_pl_ksef_environment = fields.Selection(
        related="company_id.l10n_pl_ksef_environment"
    )
    l10n_pl_ksef_state = fields.Selection(related="company_id.l10n_pl_ksef_state")
    l10n_pl_ksef_status = fields.Text(related="company_id.l10n_pl_ksef_status")
    l10n_pl_ksef_connected_at = fields.Datetime(
        related="company_id.l10n_pl_ksef_connected_at"
    )
    l10n_pl_ksef_holder = fields.Char(related="company_id.l10n_pl_ksef_holder")
    l10n_pl_ksef_days_left = fields.Integer(related="company_id.l10n_pl_ksef_days_left")
    l10n_pl_ksef_valid_to = fields.Datetime(related="company_id.l10n_pl_ksef_valid_to")
    l10n_pl_ksef_core_connected = fields.Boolean(
        related="company_id.l10n_pl_ksef_core_connected"
    )

    def action_l10n_pl_ksef_connect(self):
        return self.company_id.action_l10n_pl_ksef_connect()

    def action_l10n_pl_ksef_policy(self):
        return self.company_id.action_l10n_pl_ksef_policy()

    def action_l10n_pl_ksef_test(self):
        return self.company_id.action_l10n_pl_ksef_test()

    def action_l10n_pl_ksef_disconnect(self):
        return self.company_id.action_l10n_pl_ksef_disconnect()

    def action_l10n_pl_ksef_take_over(self):
        return self.company_id.action_l10n_pl_ksef_take_over()

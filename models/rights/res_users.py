"""Users who get or lose one of Odoo's rights."""

from odoo import api, models

from .following import follow, rights_of


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        follow(self.env, {}, rights_of(users))
        return users

    def write(self, vals):
        if "group_ids" not in vals:
            return super().write(vals)
        before = rights_of(self)
        result = super().write(vals)
        follow(self.env, before, rights_of(self))
        return result

    @api.model
    @api.private
    def _l10n_pl_ksef_give_rights(self):
        """Give those who work with invoices already what they get from now on."""
        groups = self.env.ref("account.group_account_invoice")
        groups |= self.env.ref("account.group_account_readonly")
        people = groups.sudo().with_context(active_test=False).all_user_ids
        follow(self.env, {}, rights_of(people))

"""Groups whose members get or lose one of Odoo's rights."""

from odoo import api, models

from .following import FOLLOWS, follow, rights_of

#: fields that decide who is in a group.
_MEMBERSHIP = {"user_ids", "all_user_ids", "implied_ids", "implied_by_ids"}


class ResGroups(models.Model):
    _inherit = "res.groups"

    @api.model_create_multi
    def create(self, vals_list):
        if not any(_MEMBERSHIP & vals.keys() for vals in vals_list):
            return super().create(vals_list)
        before = self._l10n_pl_ksef_people()
        groups = super().create(vals_list)
        self._l10n_pl_ksef_follow(before)
        return groups

    def write(self, vals):
        if not _MEMBERSHIP & vals.keys():
            return super().write(vals)
        before = self._l10n_pl_ksef_people()
        result = super().write(vals)
        self._l10n_pl_ksef_follow(before)
        return result

    def unlink(self):
        before = self._l10n_pl_ksef_people()
        result = super().unlink()
        self._l10n_pl_ksef_follow(before)
        return result

    @api.model
    def _l10n_pl_ksef_people(self):
        """Return who has any of Odoo's rights, and what he has."""
        groups = self.sudo().browse()
        for name in FOLLOWS:
            groups |= self.sudo().env.ref(name, raise_if_not_found=False) or groups
        return rights_of(groups.with_context(active_test=False).all_user_ids)

    @api.model
    def _l10n_pl_ksef_follow(self, before):
        after = self._l10n_pl_ksef_people()
        gone = self.env["res.users"].browse(before.keys() - after.keys()).exists()
        follow(self.env, before, after | rights_of(gone))

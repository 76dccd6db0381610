"""Bills and the inbox: the way back to what KSeF gave, and the button on the list."""

from odoo import api, fields, models

from ..common.rights import RECEIVE, has_right
from .inbound_states import CREATED, MERGED, NEW


class AccountMove(models.Model):
    _inherit = "account.move"

    l10n_pl_ksef_inbound_ids = fields.One2many(
        "l10n_pl_ksef.inbound", "move_id", "Received through KSeF", readonly=True
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_l10n_pl_ksef_inbound(self):
        # What came through KSeF outlives its bill and waits for a decision again.
        rows = self.sudo().l10n_pl_ksef_inbound_ids
        made = rows.filtered(lambda row: row.state in (CREATED, MERGED))
        made._set_state(NEW, move_id=False, reason=False)

    def action_l10n_pl_ksef_fetch(self):
        """Have KSeF asked for new purchase invoices of the active companies."""
        return self.env.companies._l10n_pl_ksef_fetch_now()

    # -- buttons are shown where there is something to fetch -------------------
    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self._l10n_pl_ksef_shows_fetch())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "list" and not self._l10n_pl_ksef_shows_fetch():
            for name in ("action_l10n_pl_ksef_fetch", "action_l10n_pl_ksef_collective"):
                for node in arch.xpath(f"//button[@name='{name}']"):
                    node.getparent().remove(node)
        return arch, view

    @api.model
    def _l10n_pl_ksef_shows_fetch(self):
        return has_right(self.env, RECEIVE) and any(
            company._l10n_pl_ksef_fetches() for company in self.env.companies
        )

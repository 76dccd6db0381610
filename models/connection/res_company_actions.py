"""What a person may press on a company: connect, test, disconnect."""

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..common.rights import ADMIN, check_right


class ResCompany(models.Model):
    _inherit = "res.company"

    def action_l10n_pl_ksef_connect(self):
        """Open the wizard that connects this company."""
        self._l10n_pl_ksef_check_administrator()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect with KSeF"),
            "res_model": "l10n_pl_ksef.connect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_company_id": self.id},
        }

    def action_l10n_pl_ksef_test(self):
        """Log in to KSeF and show whether it works."""
        self._l10n_pl_ksef_check_administrator()
        self._l10n_pl_ksef_check_connected()
        works, missing = self.env["l10n_pl_ksef.connection"]._test(self)
        if not works:
            return self._l10n_pl_ksef_notice("danger", self.l10n_pl_ksef_status)
        if missing:
            return self._l10n_pl_ksef_notice(
                "warning", self._l10n_pl_ksef_missing_rights_text(missing)
            )
        return self._l10n_pl_ksef_notice(
            "success",
            self.env._(
                "KSeF works: logged in as %(holder)s for NIP %(nip)s.",
                holder=self.l10n_pl_ksef_holder,
                nip=self.l10n_pl_ksef_nip,
            ),
        )

    def action_l10n_pl_ksef_disconnect(self):
        """Ask before disconnecting."""
        self._l10n_pl_ksef_check_administrator()
        self._l10n_pl_ksef_check_connected()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Disconnect from KSeF"),
            "res_model": "l10n_pl_ksef.disconnect",
            "view_mode": "form",
            "target": "new",
            "context": {"default_company_id": self.id},
        }

    @api.model
    def _l10n_pl_ksef_action_connection(self):
        """Open the connection of the one Polish company, or the list of them."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_pl_ksef.res_company_action_l10n_pl_ksef_connection"
        )
        companies = self.env.companies.filtered(
            lambda company: company.account_fiscal_country_id.code == "PL"
        )
        if len(companies) == 1:
            view = self.env.ref("l10n_pl_ksef.res_company_view_form_l10n_pl_ksef")
            action |= {"res_id": companies.id, "views": [(view.id, "form")]}
        return action

    # ------------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------------
    def _l10n_pl_ksef_check_administrator(self):
        """Refuse everybody but the administrators of KSeF in this company.

        :raises AccessError: not one of them
        """
        self.ensure_one()
        self.check_access("read")
        check_right(self.env, ADMIN)
        if not self.env.su and self not in self.env.user.company_ids:
            raise AccessError(self.env._("This is not a company of yours."))

    def _l10n_pl_ksef_check_connected(self):
        if not self._l10n_pl_ksef_is_active():
            raise UserError(self.env._("This company is not connected with KSeF."))

    def _l10n_pl_ksef_missing_rights_text(self, missing):
        """Return a sentence about rights (KSeF's names) that the login lacks."""
        labels = {
            "InvoiceWrite": self.env._("issue invoices"),
            "InvoiceRead": self.env._("view invoices"),
        }
        return self.env._(
            "The certificate's owner lacks these rights in KSeF: %(rights)s. Grant them"
            " in KSeF (Permissions).",
            rights=", ".join(labels.get(name, name) for name in missing),
        )

    def _l10n_pl_ksef_notice(self, kind, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": kind,
                "title": self.env._("KSeF"),
                "message": text,
                "sticky": kind != "success",
                # Shows the lamp as it is now.
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

"""The page of what invoices show: for those who administer KSeF, not the system."""

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInvoiceDetails(SendingCommon):
    def page(self, user):
        action = (
            self.company.with_env(self.env)
            .with_user(user)
            .action_l10n_pl_ksef_invoice_details()
        )
        model = self.env[action["res_model"]].with_user(user)
        return Form(model.with_context(**action["context"]))

    def test_accounting_administrator_changes_what_invoices_show(self):
        self.company.sudo().l10n_pl_ksef_bdo = "000012345"
        self.assertFalse(self.administrator.has_group("base.group_system"))
        with self.page(self.administrator) as page:
            self.assertEqual(page.l10n_pl_ksef_bdo, "000012345")
            page.l10n_pl_ksef_krs = "0000123456"
            page.l10n_pl_ksef_cash_method = True
        details = page.record
        self.assertEqual(details.action_save()["type"], "ir.actions.act_window_close")
        self.assertRecordValues(
            self.company,
            [
                {
                    "l10n_pl_ksef_krs": "0000123456",
                    "l10n_pl_ksef_bdo": "000012345",
                    "l10n_pl_ksef_cash_method": True,
                    "l10n_pl_ksef_correction_style": "pairs",
                }
            ],
        )

    def test_nobody_reaches_another_company_through_the_page(self):
        other = self.env["res.company"].sudo().create({"name": "Obca"})
        details = self.page(self.administrator).save()
        with self.assertRaises(AccessError):
            self.page(self.accountant)
        with self.assertRaises(AccessError):
            details.write({"company_id": other.id, "l10n_pl_ksef_krs": "0000999999"})
        with self.assertRaises(AccessError):
            details.create({"company_id": other.id, "l10n_pl_ksef_krs": "0000999999"})
        self.assertFalse(other.l10n_pl_ksef_krs)

"""The lamp, the buttons, and the screens on which people find them."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..ksef.errors import KsefAuthError, KsefUnavailable
from .common import OTHER_NIP, KsefCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLamp(KsefCommon):
    connects = True

    def end_in(self, **delta):
        certificate = self.company.sudo().l10n_pl_ksef_offline_certificate_id
        certificate.valid_to = fields.Datetime.now() + timedelta(**delta)
        self.company.invalidate_recordset()

    def test_connected_company_shows_holder_and_days(self):
        self.assertRecordValues(
            self.company,
            [
                {
                    "l10n_pl_ksef_state": "connected",
                    "l10n_pl_ksef_status": False,
                    "l10n_pl_ksef_holder": "Firma Testowa sp. z o.o.",
                }
            ],
        )
        self.assertIn(self.company.l10n_pl_ksef_days_left, (728, 729))

    def test_certificate_that_ends_soon_is_told_a_month_before(self):
        self.end_in(days=31, hours=1)
        self.assertFalse(self.company.l10n_pl_ksef_status)
        self.end_in(days=29, hours=1)
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertIn("in 29 days", self.company.l10n_pl_ksef_status)

    def test_expired_certificate_needs_attention(self):
        self.end_in(days=-1)
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertIn("expired on", self.company.l10n_pl_ksef_status)

    def test_problem_is_shown_until_it_is_gone(self):
        self.company._l10n_pl_ksef_set_problem(KsefUnavailable("down", status=503))
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertIn("technical problem", self.company.l10n_pl_ksef_status)
        self.assertTrue(self.company.l10n_pl_ksef_problem_at)
        self.company._l10n_pl_ksef_clear_problem()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertFalse(self.company.l10n_pl_ksef_problem_at)

    def test_repeated_problem_keeps_its_first_time(self):
        problem = KsefUnavailable("down", status=503)
        self.company._l10n_pl_ksef_set_problem(problem)
        self.company.sudo().l10n_pl_ksef_problem_at = "2026-01-01 00:00:00"
        self.company._l10n_pl_ksef_set_problem(problem)
        self.assertEqual(
            str(self.company.l10n_pl_ksef_problem_at), "2026-01-01 00:00:00"
        )

    def test_problem_is_told_with_the_words_of_ksef(self):
        error = KsefAuthError(
            "refused", reason="no_permission", code=415, details=["Brak uprawnień."]
        )
        self.company._l10n_pl_ksef_set_problem(error)
        self.assertIn(self.company.l10n_pl_ksef_nip, self.company.l10n_pl_ksef_status)
        self.assertIn("Brak uprawnień.", self.company.l10n_pl_ksef_status)

    def test_company_that_lost_its_nip_needs_attention(self):
        self.company.sudo().vat = False
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertIn("NIP", self.company.l10n_pl_ksef_status)

    def test_connection_stays_active_while_it_needs_attention(self):
        self.end_in(days=-1)
        self.assertTrue(self.company._l10n_pl_ksef_is_active())

    def test_nip_is_read_from_every_way_of_writing_it(self):
        for vat in ("PL5265877635", "5265877635", "526-587-76-35", "PL 526 587 76 35"):
            with self.subTest(vat=vat):
                self.company.sudo().with_context(no_vat_validation=True).vat = vat
                self.assertEqual(self.company.l10n_pl_ksef_nip, "5265877635")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestConnectionButton(KsefCommon):
    connects = True

    def press(self):
        company = self.company.with_user(self.administrator)
        return company.action_l10n_pl_ksef_test()["params"]

    def test_working_connection_is_confirmed_by_a_login(self):
        notice = self.press()
        self.assertEqual(notice["type"], "success")
        self.assertIn("Firma Testowa", notice["message"])
        self.assertTrue(self.requests("POST", "/auth/xades-signature"))

    def test_lost_right_is_shown_and_stays_in_the_lamp(self):
        stranger = self.enrolled("Authentication", OTHER_NIP)
        row = self.stored(self.company.sudo(), "Authentication", stranger)
        self.company.sudo().l10n_pl_ksef_auth_certificate_id = row
        notice = self.press()
        self.assertEqual(notice["type"], "danger")
        self.assertIn("no KSeF rights", notice["message"])
        self.assertEqual(self.company.l10n_pl_ksef_state, "attention")
        self.assertEqual(self.company.l10n_pl_ksef_problem_code, "415")

    def test_good_test_clears_an_old_problem(self):
        self.company._l10n_pl_ksef_set_problem(KsefUnavailable("down", status=503))
        self.press()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")

    def test_certificate_revoked_meanwhile_is_found(self):
        self.press()
        for certificate in self.simulator.state.certificates.values():
            certificate.status = "Revoked"
        self.assertEqual(self.press()["type"], "danger")

    def test_ksef_out_of_order_is_told(self):
        self.simulator.faults.add("error", times=50, status=503)
        notice = self.press()
        self.assertIn("technical problem", notice["message"])


@tagged("post_install_l10n", "post_install", "-at_install")
class TestScreens(KsefCommon):
    def menu(self, user):
        menus = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
        return self.env.ref("l10n_pl_ksef.res_company_menu_l10n_pl_ksef").id in menus

    def test_menu_is_for_accounting_administrators(self):
        self.assertTrue(self.menu(self.administrator))
        self.assertFalse(self.menu(self.accountant))

    def open_screen(self, user):
        action = self.env.ref("l10n_pl_ksef.res_company_action_l10n_pl_ksef_open")
        return action.with_user(user).run()

    def test_screen_opens_for_an_accounting_administrator(self):
        action = self.open_screen(self.administrator)
        self.assertEqual(action["res_id"], self.company.id)
        company = self.company.with_user(self.administrator)
        view = company.get_view(action["views"][0][0], "form")
        spec = {name: {} for name in view["models"]["res.company"]}
        read = company.web_read(spec)[0]
        self.assertEqual(read["l10n_pl_ksef_state"], "not_connected")

    def test_screen_is_closed_to_accountants(self):
        with self.assertRaises(AccessError):
            self.open_screen(self.accountant)

    def test_several_companies_are_listed(self):
        companies = self.company | self.other_company()
        action = (
            self.env.ref("l10n_pl_ksef.res_company_action_l10n_pl_ksef_open")
            .with_user(self.administrator)
            .with_context(allowed_company_ids=companies.ids)
            .run()
        )
        self.assertFalse(action.get("res_id"))
        model = self.env[action["res_model"]].with_user(self.administrator)
        self.assertLessEqual(companies, model.search([]))

    def test_settings_show_the_connection_of_the_company(self):
        self.connect()
        settings = self.system["res.config.settings"].sudo().create({})
        self.assertEqual(settings.l10n_pl_ksef_state, "connected")
        self.assertEqual(settings.l10n_pl_ksef_nip, self.company.l10n_pl_ksef_nip)
        action = settings.action_l10n_pl_ksef_connect()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.connect")

    def test_saving_the_settings_changes_nothing(self):
        self.connect()
        settings = self.system["res.config.settings"].sudo().create({})
        settings.execute()
        self.assertEqual(self.company.l10n_pl_ksef_state, "connected")
        self.assertEqual(self.company.l10n_pl_ksef_environment, "custom")

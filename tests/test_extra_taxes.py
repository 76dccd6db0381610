"""Taxes that the Polish chart lacks: offered, created once, right in every part."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..wizards.extra_tax_table import EXTRA_TAXES
from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExtraTaxes(Fa3ImportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.system,
            login="ksef_taxes",
            groups="base.group_user,account.group_account_manager",
            company_id=cls.company.id,
        )
        cls.wizards = cls.system["l10n_pl_ksef.extra.taxes"].with_user(cls.manager)

    def wizard(self):
        action = self.wizards._open(self.company.with_user(self.manager))
        return self.wizards.browse(action["res_id"])

    def chosen(self, *keys):
        wizard = self.wizard()
        wizard.line_ids.filtered(lambda line: line.key in keys).chosen = True
        wizard.action_create()
        return [self.extra(key) for key in keys]

    def extra(self, key):
        return self.tax(f"ksef_{key}").sudo()

    def parts(self, tax, kind="invoice"):
        """Return (percentage, account code, tag names) of base and tax parts."""
        lines = tax.repartition_line_ids.filtered(lambda x: x.document_type == kind)
        return [
            (
                line.repartition_type,
                line.factor_percent,
                line.account_id.with_company(self.company).code or "",
                ",".join(line.tag_ids.with_context(lang="en_US").mapped("name")),
            )
            for line in lines
        ]

    def test_nothing_is_created_by_looking(self):
        before = self.system["account.tax"].search_count([])
        wizard = self.wizard()
        self.assertEqual(len(wizard.line_ids), len(EXTRA_TAXES))
        self.assertFalse(wizard.line_ids.filtered("chosen"))
        with self.assertRaisesRegex(UserError, "Choose the taxes"):
            wizard.action_create()
        self.assertEqual(self.system["account.tax"].search_count([]), before)

    def test_all_are_created_once(self):
        keys = [one.key for one in EXTRA_TAXES]
        taxes = self.chosen(*keys)
        self.assertTrue(all(taxes))
        count = self.system["account.tax"].search_count([])
        again = self.wizard()
        self.assertTrue(all(again.line_ids.mapped("tax_id")))
        again.line_ids.chosen = True
        again.action_create()
        self.assertEqual(self.system["account.tax"].search_count([]), count)
        for tax in taxes:
            for kind in ("invoice", "refund"):
                tags = self.parts(tax, kind)
                self.assertEqual([part[0] for part in tags].count("base"), 1)
                self.assertEqual(self.parts(tax), tags, "a refund is like an invoice")

    def test_old_rates(self):
        sale, purchase = self.chosen("vs_22", "vz_7")
        self.assertEqual((sale.amount, sale.l10n_pl_ksef_rate), (22, "22"))
        self.assertEqual(
            self.parts(sale),
            [("base", 100, "", "K_19"), ("tax", 100, "22.020.100", "K_20")],
        )
        self.assertEqual((purchase.amount, purchase.l10n_pl_ksef_rate), (7, "7"))
        self.assertEqual(
            self.parts(purchase),
            [("base", 100, "", "K_42"), ("tax", 100, "22.010.200", "K_43")],
        )

    def test_margin_and_taxi_have_no_tags(self):
        margin, taxi = self.chosen("vs_marza_3_1", "vs_taxi_4")
        self.assertEqual(
            (margin.l10n_pl_ksef_rate, margin.l10n_pl_ksef_margin_kind),
            ("MARZA", "3_1"),
        )
        self.assertEqual([part[3] for part in self.parts(margin)], ["", ""])
        self.assertEqual((taxi.amount, taxi.l10n_pl_ksef_rate), (4, "4"))
        self.assertEqual([part[3] for part in self.parts(taxi)], ["", ""])

    def test_exemption_has_its_basis(self):
        (tax,) = self.chosen("vs_zw_113")
        self.assertEqual(tax.l10n_pl_ksef_exempt_basis, "art. 113 ust. 1 ustawy")
        self.assertEqual(tax.l10n_pl_ksef_rate, "zw")
        self.assertEqual(self.parts(tax)[0][3], "K_10")

    def test_goods_outside_poland(self):
        (tax,) = self.chosen("vs_np_tow")
        self.assertEqual((tax.l10n_pl_ksef_rate, tax.tax_scope), ("np I", "consu"))
        self.assertEqual(self.parts(tax)[0][3], "K_11")

    def test_fixed_assets(self):
        (tax,) = self.chosen("vz_srodki_23")
        self.assertEqual(
            self.parts(tax),
            [("base", 100, "", "K_40"), ("tax", 100, "22.010.100", "K_41")],
        )

    def test_half_of_the_tax_of_a_car_is_cost(self):
        (tax,) = self.chosen("vz_auta_23")
        self.assertEqual(
            self.parts(tax),
            [
                ("base", 100, "", "K_42"),
                ("tax", 50, "22.010.100", "K_43"),
                ("tax", 50, "", ""),
            ],
        )
        bill = self.moves.create(
            {
                "move_type": "in_invoice",
                "partner_id": self.supplier().id,
                "invoice_date": "2026-04-15",
                "ref": "F/1",
                "invoice_line_ids": [
                    (0, 0, {"name": "x", "price_unit": 100, "tax_ids": tax.ids})
                ],
            }
        )
        bill.action_post()
        taxes = bill.line_ids.filtered("tax_line_id")
        self.assertEqual(sorted(taxes.mapped("balance")), [11.5, 11.5])
        cost = bill.invoice_line_ids.account_id
        self.assertEqual(
            sum(
                bill.line_ids.filtered(lambda x: x.account_id == cost).mapped("balance")
            ),
            111.5,
        )

    def test_cash_accounting_waits_for_the_payment(self):
        sale, purchase = self.chosen("vs_kasowa_23", "vz_kasowa_23")
        self.assertTrue(self.company.tax_exigibility)
        for tax, start in ((sale, "22.020.9"), (purchase, "22.010.9")):
            self.assertEqual(tax.tax_exigibility, "on_payment")
            account = tax.cash_basis_transition_account_id
            self.assertTrue(account.with_company(self.company).code.startswith(start))
            self.assertTrue(account.reconcile)
        bill = self.bill(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                P_13_1="100",
                P_14_1="23",
                P_15="123",
                annotations={"P_16": 1},
            )
        )
        self.assertEqual(bill.invoice_line_ids.tax_ids, purchase.with_env(self.env))

    def test_one_account_serves_all_rates(self):
        first, second = self.chosen("vz_kasowa_23", "vz_kasowa_8")
        self.assertEqual(
            first.cash_basis_transition_account_id,
            second.cash_basis_transition_account_id,
        )

    def test_bills_do_not_change_because_of_them(self):
        self.chosen(*(one.key for one in EXTRA_TAXES))
        for rate, sums, tax in (
            ("23", {"P_13_1": "100", "P_14_1": "23"}, "vz_kraj_23"),
            ("8", {"P_13_2": "100", "P_14_2": "8"}, "vz_kraj_8"),
            ("zw", {"P_13_7": "100"}, "vz_kraj_zw"),
            ("0 KR", {"P_13_6_1": "100"}, "vz_kraj_0"),
        ):
            with self.subTest(rate=rate):
                total = sum(map(int, sums.values()))
                bill = self.bill(
                    document(
                        row(P_7="x", P_11="100", P_12=rate),
                        P_2=f"FV/{rate}",
                        P_15=str(total),
                        **sums,
                    )
                )
                self.assertEqual(bill.invoice_line_ids.tax_ids, self.tax(tax))

    def test_old_purchase_finds_its_tax(self):
        self.chosen("vz_22", "vz_rr_7", "vz_7")
        bill = self.bill(
            document(
                row(P_7="x", P_11="100", P_12="22"),
                row(P_7="y", P_11="100", P_12="7"),
                P_13_1="100",
                P_14_1="22",
                P_13_2="100",
                P_14_2="7",
                P_15="229",
            )
        )
        self.assertEqual(
            [line.tax_ids for line in bill.invoice_line_ids],
            [self.extra(key).with_env(self.env) for key in ("vz_22", "vz_7")],
        )

    def test_refund_of_farmers_is_no_tax_of_invoices(self):
        self.chosen("vz_rr_7")
        result = self.imported(
            document(
                row(P_7="y", P_11="100", P_12="7"),
                P_13_2="100",
                P_14_2="7",
                P_15="107",
            )
        )
        self.assertFalse(result.move.invoice_line_ids.tax_ids)

    def test_foreign_supply_takes_the_tax_without_vat(self):
        (tax,) = self.chosen("vz_bez_vat")
        for rate, field in (("np I", "P_13_8"), ("0 WDT", "P_13_6_2")):
            bill = self.bill(
                document(
                    row(P_7="x", P_11="100", P_12=rate),
                    P_2=f"FV/{rate}",
                    P_15="100",
                    **{field: "100"},
                )
            )
            self.assertEqual(bill.invoice_line_ids.tax_ids, tax.with_env(self.env))
            self.assert_totals(bill, 100, 0, 100)
            self.assertFalse(bill.line_ids.tax_tag_ids)

    def test_tax_of_a_person_is_respected(self):
        own = self.tax("vs_kraj_23").sudo().copy({"name": "22%", "amount": 22})
        line = self.wizard().line_ids.filtered(lambda one: one.key == "vs_22")
        self.assertEqual(line.tax_id, own.with_user(self.manager))

    def test_tax_that_was_deleted_is_not_offered(self):
        self.tax("vz_kraj_8").sudo().unlink()
        keys = self.wizard().line_ids.mapped("key")
        self.assertNotIn("vz_7", keys)
        self.assertIn("vs_7", keys)

    def test_polish_names(self):
        self.system["res.lang"]._activate_lang("pl_PL")
        (tax,) = self.chosen("vz_srodki_23")
        self.assertEqual(tax.with_context(lang="pl_PL").name, "23% Środki trwałe")
        self.assertEqual(tax.with_context(lang="en_US").name, "23% Fixed assets")

    def test_settings_open_the_list(self):
        settings = self.system["res.config.settings"].create({})
        action = settings.action_l10n_pl_ksef_extra_taxes()
        self.assertEqual(action["res_model"], "l10n_pl_ksef.extra.taxes")

    def test_accountant_without_the_right_is_refused(self):
        with self.assertRaises(AccessError):
            self.env["l10n_pl_ksef.extra.taxes"]._open(self.company)

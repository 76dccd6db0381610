"""Self-billing: the buyer issues the supplier's invoice."""

from odoo.tests import tagged

from .fa3_common import BUYER_NIP, SELLER_NIP, TODAY, Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3SelfBilling(Fa3Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Samofakturowanie",
                "code": "SB",
                "type": "purchase",
                "is_self_billing": True,
                "default_account_id": cls.company_data["default_account_expense"].id,
            }
        )
        cls.company.write(
            {
                "l10n_pl_ksef_footer": "Kapitał 5 000 zł",
                "l10n_pl_ksef_krs": "0000123456",
            }
        )

    def bill(self, *rows, **values):
        return self.sale(
            *(rows or [self.row(100, "vz_kraj_23")]),
            **{
                "move_type": "in_invoice",
                "journal_id": self.journal.id,
                "name": "SB/2026/03/001",
                **values,
            },
        )

    def test_e89_self_billed_invoice(self):
        invoice = self.export(self.bill(), "e89_self_billed_invoice")
        self.assertEqual(invoice.Podmiot1.DaneIdentyfikacyjne.NIP, BUYER_NIP)
        self.assertEqual(invoice.Podmiot1.DaneIdentyfikacyjne.Nazwa, "Nabywca S.A.")
        self.assertEqual(invoice.Podmiot2.DaneIdentyfikacyjne.NIP, SELLER_NIP)
        fa = invoice.Fa
        self.assert_fields(fa, P_2="SB/2026/03/001", RodzajFaktury="VAT")
        self.assertEqual(fa.Adnotacje.P_17, 1)
        self.assertEqual(
            self.buckets(fa), {"P_13_1": "100.00", "P_14_1": "23.00", "P_15": "123.00"}
        )
        # Footer and registers are those of the company, which does not sell here.
        self.assertIsNone(invoice.Stopka)

    def test_e90_self_billed_correction(self):
        bill = self.bill(invoice_date="2026-01-20", name="SB-7")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"reason": "Zwrot", "date": TODAY, "journal_id": self.journal.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.name = "RSB/2026/03/001"
        refund.action_post()
        fa = self.export(refund, "e90_self_billed_correction").Fa
        self.assert_fields(fa, RodzajFaktury="KOR", PrzyczynaKorekty="Zwrot")
        self.assertEqual(fa.Adnotacje.P_17, 1)
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "-100.00", "P_14_1": "-23.00", "P_15": "-123.00"},
        )
        self.assertEqual(
            [(bool(row.StanPrzed), str(row.P_11)) for row in fa.FaWiersz],
            [(True, "100.00"), (False, "0.00")],
        )

    def test_bill_of_the_supplier_is_refused(self):
        bill = self.bill(journal_id=self.company_data["default_journal_purchase"].id)
        self.assertEqual(self.refuse(bill), ["bill_of_the_supplier"])

    def test_purchase_tax_of_no_rate_asks_for_one(self):
        move = self.bill(self.row(100, "vz_kraj_0"))
        self.assertEqual(self.refuse(move), ["tax_without_rate"])

    def test_taxes_that_the_buyer_settles_have_no_rate(self):
        names = ("vz_unia", "vz_nabu", "vz_imp_tow", "vz_impu", "vp_leas_purchase")
        taxes = [self.tax(name) for name in names]
        self.assertEqual([tax.l10n_pl_ksef_rate for tax in taxes], [False] * 5)
        self.assertEqual(self.tax("vz_kraj_8").l10n_pl_ksef_rate, "8")

    def test_supplier_without_number_is_refused(self):
        self.buyer.vat = False
        self.assertIn("seller_nip", self.refuse(self.bill()))

    def test_supplier_account_is_the_one_to_pay_to(self):
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "PL61109010140000071219812874",
                "partner_id": self.buyer.id,
                "allow_out_payment": True,
            }
        )
        payment = self.export(self.bill(partner_bank_id=account.id)).Fa.Platnosc
        self.assertEqual(
            payment.RachunekBankowy[0].NrRB, "PL61109010140000071219812874"
        )

"""Tax rates: every tax of the Polish chart in its field, nothing guessed."""

from odoo.tests import tagged

from .fa3_common import Fa3Common


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Rates(Fa3Common):
    def test_e01_one_row_at_23(self):
        invoice = self.export(self.sale(100), "e01_one_row_at_23")
        fa = invoice.Fa
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "100.00", "P_14_1": "23.00", "P_15": "123.00"},
        )
        self.assert_fields(
            fa, KodWaluty="PLN", RodzajFaktury="VAT", P_2="FV/2026/03/001", P_6=None
        )
        self.assert_fields(fa.Adnotacje, P_16=2, P_17=2, P_18=2, P_18A=2, P_23=2)
        self.assertTrue(fa.Adnotacje.Zwolnienie.P_19N)
        self.assertTrue(fa.Adnotacje.NoweSrodkiTransportu.P_22N)
        self.assertTrue(fa.Adnotacje.PMarzy.P_PMarzyN)
        (row,) = fa.FaWiersz
        self.assert_fields(
            row, P_8A="szt.", P_9A="100", P_11="100.00", P_12="23", KursWaluty=None
        )
        self.assert_fields(invoice.Podmiot2, JST=2, GV=2)

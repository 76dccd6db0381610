"""Corrections, advances and settlements among received invoices."""

from datetime import date

from odoo.tests import tagged

from ..ksef.fa3 import model
from .fa3_import_common import KSEF_NUMBER, Fa3ImportCommon, document, row

ORIGINAL = "FV/2026/77"
OTHER_NUMBER = "9999999999-20260416-8BEF280C8D36-07"
THIRD_NUMBER = "9999999999-20260417-8BEF280C8D37-5F"


def corrected(number=KSEF_NUMBER, ref=ORIGINAL):
    return model.DaneFaKorygowanej(
        DataWystFaKorygowanej=date(2026, 4, 15),
        NrFaKorygowanej=ref,
        NrKSeF=True if number else None,
        NrKSeFFaKorygowanej=number,
        NrKSeFN=None if number else True,
    )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportCorrections(Fa3ImportCommon):
    def original(self, number=KSEF_NUMBER, post=True, **fa):
        values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
        bill = self.bill(
            document(row(P_7="Usługa", P_11="100", P_12="23"), **values), number=number
        )
        if post:
            bill.action_post()
        return bill

    def correction(self, *rows, originals=None, kind="KOR", **fa):
        values = {"P_2": "KOR/1", "PrzyczynaKorekty": "rabat", "TypKorekty": 2, **fa}
        return document(
            *rows,
            RodzajFaktury=kind,
            DaneFaKorygowanej=originals or (corrected(),),
            **values,
        )

    def rebate(self, **values):
        return self.correction(
            row(P_7="Usługa", P_11="-10", P_12="23"),
            **{"P_13_1": "-10", "P_14_1": "-2.30", "P_15": "-12.30", **values},
        )

    def test_correction_in_minus_is_a_refund_of_the_original(self):
        original = self.original()
        refund = self.bill(self.rebate(), number=OTHER_NUMBER)
        self.assertEqual(refund.move_type, "in_refund")
        self.assertEqual(refund.reversed_entry_id, original)
        self.assert_totals(refund, 10, 2.30, 12.30)
        refund.action_post()
        self.assertEqual(original.payment_state, "partial")

    def test_correction_in_plus_is_a_bill(self):
        self.original()
        bill = self.bill(
            self.correction(
                row(P_7="Usługa", P_11="10", P_12="23"),
                P_13_1="10",
                P_14_1="2.30",
                P_15="12.30",
            )
        )
        self.assertEqual(bill.move_type, "in_invoice")
        self.assert_totals(bill, 10, 2.30, 12.30)

    def test_original_entered_by_hand_gets_its_ksef_number(self):
        partner = self.supplier()
        original = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": partner.id,
                "ref": ORIGINAL,
                "invoice_date": "2026-04-15",
            }
        )
        refund = self.bill(self.rebate(), number=OTHER_NUMBER)
        self.assertEqual(refund.reversed_entry_id, original)
        self.assertEqual(original.l10n_pl_ksef_number, KSEF_NUMBER)

    def test_original_that_is_not_here(self):
        result = self.imported(self.rebate())
        self.assertEqual(result.move.move_type, "in_refund")
        self.assertFalse(result.move.reversed_entry_id)
        self.assertIn("was not found", self.codes(result))
        self.assertTrue(result.move.activity_ids)

    def test_correction_of_a_correction_belongs_to_the_original(self):
        original = self.original()
        self.bill(self.rebate(), number=OTHER_NUMBER).action_post()
        second = self.bill(
            self.rebate(
                P_2="KOR/2",
                originals=(corrected(), corrected(OTHER_NUMBER, "KOR/1")),
            ),
            number=THIRD_NUMBER,
        )
        self.assertEqual(second.reversed_entry_id, original)

    def test_collective_correction_names_its_originals(self):
        bills = self.original() | self.original(number=OTHER_NUMBER, P_2="FV/2026/78")
        result = self.imported(
            self.correction(
                originals=(corrected(), corrected(OTHER_NUMBER, "FV/2026/78")),
                OkresFaKorygowanej="I kwartał 2026",
                P_13_1="-20",
                P_14_1="-4.60",
                P_15="-24.60",
            )
        )
        self.assert_totals(result.move, 20, 4.60, 24.60)
        self.assertEqual(result.move.invoice_line_ids.name, "rabat")
        self.assertFalse(result.move.reversed_entry_id)
        self.assertEqual(result.move.l10n_pl_ksef_corrected_ids, bills)
        self.assertIn("FV/2026/78", self.codes(result))

    # -- rows ----------------------------------------------------------------------
    def test_price_lowered_in_a_pair_of_rows(self):
        refund = self.bill(
            self.correction(
                row(
                    NrWierszaFa=1,
                    P_7="Deska",
                    P_8B="10",
                    P_9A="10",
                    P_11="100",
                    P_12="23",
                    StanPrzed=True,
                ),
                row(
                    NrWierszaFa=1,
                    P_7="Deska",
                    P_8B="10",
                    P_9A="9",
                    P_11="90",
                    P_12="23",
                ),
                P_13_1="-10",
                P_14_1="-2.30",
                P_15="-12.30",
            )
        )
        self.assert_lines(refund, ("Deska", 10, 1, "vz_kraj_23"))

    def test_quantity_lowered_in_a_pair_of_rows(self):
        refund = self.bill(
            self.correction(
                row(
                    NrWierszaFa=1,
                    P_7="Deska",
                    P_8B="10",
                    P_9A="10",
                    P_11="100",
                    P_12="23",
                    StanPrzed=True,
                ),
                row(
                    NrWierszaFa=1,
                    P_7="Deska",
                    P_8B="7",
                    P_9A="10",
                    P_11="70",
                    P_12="23",
                ),
                P_13_1="-30",
                P_14_1="-6.90",
                P_15="-36.90",
            )
        )
        self.assert_lines(refund, ("Deska", 3, 10, "vz_kraj_23"))

    def test_pairs_by_key_of_the_row(self):
        refund = self.bill(
            self.correction(
                row(UU_ID="b", P_7="B", P_11="50", P_12="23", StanPrzed=True),
                row(UU_ID="a", P_7="A", P_11="50", P_12="23", StanPrzed=True),
                row(UU_ID="a", P_7="A", P_11="40", P_12="23"),
                row(UU_ID="b", P_7="B", P_11="50", P_12="23"),
                P_13_1="-10",
                P_14_1="-2.30",
                P_15="-12.30",
            )
        )
        self.assert_lines(refund, ("A", 1, 10, "vz_kraj_23"))

    def test_row_removed_and_row_added(self):
        bill = self.bill(
            self.correction(
                row(NrWierszaFa=1, P_7="A", P_11="50", P_12="23", StanPrzed=True),
                row(NrWierszaFa=2, P_7="B", P_11="70", P_12="23"),
                P_13_1="20",
                P_14_1="4.60",
                P_15="24.60",
            )
        )
        self.assertEqual(bill.invoice_line_ids.mapped("price_subtotal"), [-50, 70])
        self.assert_totals(bill, 20, 4.60, 24.60)

    def test_rate_changed_and_nothing_to_pay(self):
        refund = self.bill(
            self.correction(
                row(NrWierszaFa=1, P_7="A", P_11="100", P_12="23", StanPrzed=True),
                row(NrWierszaFa=1, P_7="A", P_11="113.89", P_12="8"),
                P_13_1="-100",
                P_14_1="-23",
                P_13_2="113.89",
                P_14_2="9.11",
                P_15="0",
            )
        )
        self.assertEqual(refund.move_type, "in_refund")
        self.assertEqual(self.taxes_of(refund), {"23% G": -23, "8%": 9.11})
        self.assertEqual(refund.amount_total, 0)
        refund.action_post()

    def test_rows_with_the_state_after_only_give_way_to_the_sums(self):
        result = self.imported(
            self.correction(
                row(P_7="A", P_11="90", P_12="23"),
                P_13_1="-10",
                P_14_1="-2.30",
                P_15="-12.30",
            )
        )
        self.assert_totals(result.move, 10, 2.30, 12.30)
        self.assertIn("do not add up", self.codes(result))

    def test_correction_of_data_reaches_the_original(self):
        original = self.original()
        result = self.imported(
            self.correction(
                P_15="0",
                Podmiot2K=(
                    model.Podmiot2K(
                        DaneIdentyfikacyjne=model.TPodmiot2(
                            NIP="1111111111", Nazwa="Stara nazwa"
                        )
                    ),
                ),
            ),
            number=OTHER_NUMBER,
        )
        self.assertEqual(result.outcome, "nothing")
        self.assertFalse(result.move.invoice_line_ids)
        self.assertIn("Stara nazwa", str(original.message_ids[0].body))

    def test_ordinary_invoice_below_zero_is_a_refund(self):
        refund = self.bill(
            document(
                row(P_7="Zwrot", P_11="-10", P_12="23"),
                P_13_1="-10",
                P_14_1="-2.30",
                P_15="-12.30",
            )
        )
        self.assertEqual(refund.move_type, "in_refund")
        self.assert_totals(refund, 10, 2.30, 12.30)

    # -- advances ------------------------------------------------------------------
    def test_settlement_knows_its_advance(self):
        advance = self.bill(
            document(
                RodzajFaktury="ZAL",
                P_2="ZAL/1",
                P_13_1="40",
                P_14_1="9.20",
                P_15="49.20",
            ),
            number=KSEF_NUMBER,
        )
        account = self.company.account_purchase_tax_id and self.env[
            "account.account"
        ].search([("account_type", "=", "asset_prepayments")], limit=1)
        advance.invoice_line_ids.account_id = (
            account or advance.invoice_line_ids.account_id
        )
        result = self.imported(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                RodzajFaktury="ROZ",
                P_2="ROZ/1",
                P_13_1="60",
                P_14_1="13.80",
                P_15="73.80",
                FakturaZaliczkowa=(
                    model.FakturaZaliczkowa(NrKSeFFaZaliczkowej=KSEF_NUMBER),
                ),
            ),
            number=OTHER_NUMBER,
        )
        self.assert_totals(result.move, 60, 13.80, 73.80)
        deduction = result.move.invoice_line_ids[1]
        self.assertEqual(deduction.price_subtotal, -40)
        self.assertIn(KSEF_NUMBER, deduction.name)
        self.assertEqual(deduction.account_id, advance.invoice_line_ids.account_id)
        self.assertFalse(result.todo)

    def test_settlement_after_advances_of_all(self):
        result = self.imported(
            document(
                row(P_7="Usługa", P_11="100", P_12="23"),
                RodzajFaktury="ROZ",
                P_15="0",
                FakturaZaliczkowa=(
                    model.FakturaZaliczkowa(NrKSeFZN=True, NrFaZaliczkowej="ZAL/9"),
                ),
            )
        )
        self.assertEqual(result.move.amount_total, 0)
        self.assertIn("ZAL/9", self.codes(result))

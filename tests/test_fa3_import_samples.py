"""The ministry's sample invoices arrive as bills, exact to the grosz."""

from unittest import skipUnless

from odoo.tests import tagged

from ..ksef import fa3
from .fa3_import_common import SAMPLES, Fa3ImportCommon

_FILES = {path.stem[-2:]: path for path in sorted(SAMPLES.glob("przyklad-*.xml"))}


@tagged("post_install_l10n", "post_install", "-at_install")
@skipUnless(_FILES, "the folder with the official samples is not beside the checkout")
class TestFa3ImportSamples(Fa3ImportCommon):
    def sample(self, number):
        """Upload a sample; return the bill and the document."""
        if number not in _FILES:
            self.skipTest(f"sample {number} is not in the folder")
        xml = _FILES[number].read_bytes()
        return self.upload(xml), fa3.parse(xml)

    def booked(self, number, move_type="in_invoice"):
        """Upload a sample that has amounts, compare all sums, post it."""
        move, invoice = self.sample(number)
        self.assertEqual(move.move_type, move_type)
        self.assertEqual(move.ref, invoice.Fa.P_2)
        self.assertEqual(move.partner_id.vat, "PL9999999999")
        self.assert_exact(move, invoice)
        move.action_post()
        self.assert_exact(move, invoice)
        return move

    def test_all_samples_have_exact_totals(self):
        for number, path in _FILES.items():
            with self.subTest(sample=number):
                move = self.upload(path.read_bytes())
                invoice = fa3.parse(path.read_bytes())
                self.assertEqual(
                    f"{move.amount_total:.2f}", f"{abs(invoice.Fa.P_15):.2f}"
                )

    def test_01_total_one_grosz_above_the_sum(self):
        move = self.booked("01")
        self.assertEqual(self.taxes_of(move), {"23% G": 383.33, "5%": 0.05})
        self.assertEqual(move.invoice_line_ids[-1].price_subtotal, 0.01)
        self.assertFalse(move.invoice_line_ids[-1].tax_ids)
        self.assertEqual(move.invoice_origin, "4354343")

    def test_02_correction_with_rows_before_and_after(self):
        move = self.booked("02", "in_refund")
        self.assert_lines(move, ("lodówka Zimnotech mk1", 1, 162.60, "vz_kraj_23"))
        self.assert_totals(move, 162.60, 37.40, 200)

    def test_03_correction_with_a_row_of_the_difference(self):
        move = self.booked("03", "in_refund")
        self.assert_totals(move, 162.60, 37.40, 200)

    def test_05_correction_of_data_only_books_nothing(self):
        move, _invoice = self.sample("05")
        self.assertFalse(move.invoice_line_ids)
        self.assertEqual(move.amount_total, 0)
        self.assertIn("changes no amounts", str(move.activity_ids.note))
        self.assertIn("before the correction", str(move.message_ids[0].body))

    def test_10_advance_without_rows(self):
        move = self.booked("10")
        self.assert_totals(move, 16260.16, 3739.84, 20000)
        self.assertEqual(
            move.invoice_line_ids.name, "Advance: mieszkanie 50m^2, usługi dodatkowe"
        )

    def test_11_correction_of_an_advance_moves_amounts_between_rates(self):
        move = self.booked("11", "in_refund")
        self.assertEqual(self.taxes_of(move), {"23% G": -3678.53, "8%": 1457.19})
        self.assertEqual(move.amount_total, 0)

    def test_14_settlement_takes_off_the_advance(self):
        move = self.booked("14")
        self.assert_totals(move, 284277.75, 23357.25, 307635)
        self.assertEqual(
            move.invoice_line_ids.mapped("price_subtotal"),
            [307500.0, 4500.0, -399.84, -27322.41],
        )
        self.assertEqual(str(move.invoice_date_due), "2026-09-15")

    def test_15_simplified_invoice_with_names_only(self):
        move = self.booked("15")
        self.assert_lines(move, ("wiertarka Wiertex mk5", 1, 365.85, "vz_kraj_23"))

    def test_19_part_of_the_invoice_without_vat(self):
        move = self.booked("19")
        self.assert_lines(
            move,
            ("wycieczka na Mazury usługi obce", 1, 2000, None),
            ("wycieczka na Mazury usługa własna", 1, 813, "vz_kraj_23"),
        )

    def test_20_euro_invoice_has_the_vat_in_zloty_of_the_file(self):
        move = self.booked("20")
        self.assertEqual(move.currency_id.name, "EUR")
        tax = move.line_ids.filtered("tax_line_id")
        self.assertEqual(tax.balance, 14036.16)
        self.assertEqual(tax.amount_currency, 3118.80)
        self.assertIn("factor", str(move.activity_ids.note).lower())

    def test_24_rows_without_quantity(self):
        move = self.booked("24")
        self.assert_lines(
            move,
            ("Razem za energię czynną", 1, 18.00, "vz_kraj_23"),
            ("Razem za usługi dystrybucji", 1, 25.60, "vz_kraj_23"),
        )
        self.assertEqual(move.amount_tax, 10.03)

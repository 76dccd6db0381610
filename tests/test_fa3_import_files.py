"""The files in ``import_xmls`` become bills: one row of the table per file.

What must hold for each (sums of the file to the grosz, also after posting) is read from
the XML by itself, not by our parser.
"""

from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from odoo.tests import tagged

from .fa3_import_common import KSEF_NUMBER, Fa3ImportCommon

FOLDER = Path(__file__).parent / "import_xmls"
BILL, REFUND = "in_invoice", "in_refund"


class Case(NamedTuple):
    """What one file must become.

    :ivar totals: untaxed, tax, total; ``None``: nothing is booked
    :ivar lines: (name, quantity, price, external id of the tax) where they matter
    :ivar todo: pieces of what a person is asked to look at; none: nothing is asked
    :ivar told: pieces of what is only told
    :ivar fields: further fields of the bill
    """

    kind: str
    totals: tuple | None
    lines: tuple = ()
    todo: tuple = ()
    told: tuple = ()
    fields: dict = {}


def one(*todo, told=(), **fields):
    """Return the case of an ordinary invoice of 100 at 23%."""
    return Case(BILL, (100, 23, 123), todo=todo, told=told, fields=fields)


G, U8 = "vz_kraj_23", "vz_kraj_8"
CASES = {
    "i04_discount_per_unit_and_factor": Case(
        BILL,
        (52260.10, 12019.82, 64279.92),
        (("Drukarka", 20, 1000, G), ("Toner", 100, 342.601, G)),
        ("63,279.92", "factor (Faktor Bank S.A.)"),
        fields={"l10n_pl_ksef_amount_due": 63279.92},
    ),
    "i06_collective_correction_without_rows": Case(
        REFUND,
        (40650.41, 9349.59, 50000),
        (("rabat za pierwszy kwartał", 1, 40650.41, G),),
        ("was not found: FV/2026/1, FV/2026/2, FV/2026/3",),
        fields={"l10n_pl_ksef_corrected_period": "I kwartał 2026"},
    ),
    "i07_collective_correction_with_names_only": Case(
        REFUND,
        (40650.41, 9349.59, 50000),
        (("Lodówka, Pralka", 1, 40650.41, G),),
        ("was not found",),
    ),
    "i08_margin": Case(
        BILL,
        (15000, 0, 15000),
        (("Samochód używany", 1, 15000, None),),
        ("no VAT to deduct",),
    ),
    "i09_local_government_unit": Case(
        BILL,
        (2300, 460, 2760),
        (("Odśnieżanie", 10, 200, G), ("Szkolenie", 1, 300, "vz_kraj_zw")),
    ),
    "i12_correction_in_plus": Case(
        BILL, (9240.75, 759.25, 10000), todo=("was not found",)
    ),
    "i13_correction_of_the_order_only": Case(
        BILL, None, todo=("was not found", "nothing to book")
    ),
    "i16_simplified_gross_and_rate_only": Case(
        BILL, (365.85, 84.15, 450), (("Wiertarka", 1, 365.85, G),)
    ),
    "i17_settlement": Case(
        BILL,
        (243902.44, 56097.56, 300000),
        (
            ("Maszyna", 1, 325203.25, G),
            (f"Invoiced in advance: {KSEF_NUMBER}", 1, -81300.81, G),
        ),
        ("Advance invoices that were not found",),
    ),
    "i18_correction_of_a_settlement": Case(
        BILL,
        (7055.30, 579.70, 7635),
        (
            ("zmiana metrażu", 1, 101.76, G),
            ("zmiana metrażu", 1, 6953.54, U8),
        ),
        ("was not found",),
    ),
    "i21_three_exchange_rates": Case(
        BILL,
        (13560, 3118.80, 16678.80),
        (
            ("Usługa kwiecień (4.4080)", 1, 4000, G),
            ("Usługa dodatkowa (4.5005)", 1, 5000, G),
            ("Usługa serwisowa (4.3250)", 1, 4560, G),
        ),
        ("No rate of EUR",),
    ),
    "i22_intra_community_supply": Case(
        BILL,
        (500, 0, 500),
        (("Maszyna", 1, 500, None),),
        ("nothing is self-assessed",),
    ),
    "i22_export": Case(
        BILL,
        (500, 0, 500),
        (("Maszyna", 1, 500, None),),
        ("nothing is self-assessed",),
    ),
    "i23_attachment": Case(
        BILL,
        (43.60, 10.03, 53.63),
        (
            ("Razem za energię czynną", 1, 18, G),
            ("Razem za dystrybucję", 1, 25.60, G),
        ),
    ),
    "i24_deposit": Case(
        BILL,
        (25.61, 5.89, 31.50),
        todo=("Kaucja za opakowania",),
        fields={"l10n_pl_ksef_amount_due": 36.50},
    ),
    "i25_value_of_the_row_counts": Case(
        BILL,
        (45.69, 10.51, 56.20),
        (("Deska", 2, 15.635, G), ("Gwoździe", 1, 14.42, G)),
    ),
    "i26_vat_of_the_file": Case(BILL, (45.69, 10.52, 56.21)),
    "i27_vat_far_from_its_rate": Case(BILL, (100, 28, 128), todo=("VAT is",)),
    "i28_quantity_with_six_decimals": Case(
        BILL, (2469.14, 567.90, 3037.04), (("Gaz", 1234.57, 2469.14 / 1234.57, G),)
    ),
    "i29_gross_rows": Case(
        BILL, (92.53, 21.28, 113.81), (("Książka kucharska", 1, 92.53, G),)
    ),
    "i30_gross_row_with_discount": Case(BILL, (180, 41.40, 221.40)),
    "i31_value_only": Case(BILL, (100, 23, 123), (("Ryczałt", 1, 100, G),)),
    "i32_discount_of_the_whole_row": Case(
        BILL, (95, 21.85, 116.85), (("Śruby", 10, 9.50, G),)
    ),
    "i33_no_rate_one_sum": Case(BILL, (100, 8, 108), (("Gazeta", 1, 100, U8),)),
    "i34_no_rate_two_sums": Case(BILL, (200, 31, 231), todo=("do not add up",)),
    "i35_reverse_charge": Case(
        BILL,
        (1000, 0, 1000),
        (("Uprawnienia do emisji", 1, 1000, "vz_stal"),),
        ("Reverse charge",),
    ),
    "i36_taxi": Case(
        BILL,
        (104, 0, 104),
        (("Przejazd taksówką", 1, 104, None),),
        ("no purchase tax for the rate “4”",),
    ),
    "i37_old_rate": Case(
        REFUND,
        (122, 0, 122),
        todo=("was not found", "no purchase tax for the rate “22”"),
    ),
    "i38_oss": Case(
        BILL, (119, 0, 119), (("E-book", 1, 119, None),), ("no VAT to deduct",)
    ),
    "i39_cash_method": one("Cash method (MK)", l10n_pl_ksef_cash_method=True),
    "i40_split_payment": one(
        "New bank account", told=("split payment",), l10n_pl_ksef_split_payment="yes"
    ),
    "i41_ordinary_invoice_below_zero": Case(REFUND, (100, 23, 123)),
    "i42_correction_in_minus": Case(
        REFUND,
        (10, 2.30, 12.30),
        (("Usługa", 1, 10, G),),
        ("was not found",),
        fields={"l10n_pl_ksef_correction_type": "2"},
    ),
    "i46_unpaired_rows": Case(
        REFUND,
        (40, 9.20, 49.20),
        (("Deska", 1, 100, G), ("Belka", 1, -60, G)),
        ("was not found",),
    ),
    "i47_after_state_without_the_before": Case(
        REFUND,
        (10, 2.30, 12.30),
        (("Usługa", 1, 10, G),),
        ("was not found", "do not add up"),
    ),
    "i48_rate_changed": Case(
        REFUND,
        (-13.89, 13.89, 0),
        (("Usługa", 1, 100, G), ("Usługa", 1, -113.89, U8)),
        ("was not found",),
    ),
    "i49_no_rows": Case(
        BILL,
        (150, 27, 177),
        (
            ("By invoice FV/2026/77", 1, 100, G),
            ("By invoice FV/2026/77", 1, 50, U8),
        ),
    ),
    "i50_350_rows": Case(
        BILL,
        (353.50, 54.79, 408.29),
        (
            ("175 rows of invoice FV/2026/77", 1, 176.75, G),
            ("175 rows of invoice FV/2026/77", 1, 176.75, U8),
        ),
        told=("350 rows",),
    ),
    "i55_seat_in_luxembourg": one(),
    "i59_paid": one("do not pay twice", l10n_pl_ksef_said_paid=True),
    "i60_several_due_dates": one(
        told=("Several due dates",), invoice_date_due="2026-04-30"
    ),
    "i60_due_date_in_words": one(told=("14 dni",), invoice_date_due="2026-04-29"),
    "i60_no_due_date": one(invoice_date_due="2026-04-20"),
    "i61_currency_not_active": one(
        "No rate of CZK here", told=("CZK was activated",), currency_id="CZK"
    ),
    "i66_member_of_the_buyer": one(told=("third party",)),
    "i67_additional_buyer": Case(
        BILL, (40, 9.20, 49.20), todo=("share of 40",), told=()
    ),
    "i68_self_billed_sale": Case(
        "out_invoice", (100, 23, 123), told=("in your name",), fields={"name": False}
    ),
    "i70_fa2_zero_rate": Case(
        BILL, (500, 0, 500), (("Towar", 1, 500, None),), ("“0 WDT”",)
    ),
    "i71_fa2_outside_the_tax": Case(
        BILL, (500, 0, 500), (("Usługa", 1, 500, None),), ("“np II”",)
    ),
    "i72_fa2_due_date_as_text": one(
        told=("21 dni od doręczenia",), invoice_date_due="2026-05-06"
    ),
    "i77_html_everywhere": one(),
    "i78_row_without_name": Case(BILL, (100, 23, 123), (("Row 1", 1, 100, G),)),
    "i81_order_number": one(
        told=("P00017", "U/7"), invoice_origin="P00017", ref="FV/2026/77"
    ),
    "i82_products": one(),
    "i83_units": Case(
        BILL,
        (100, 23, 123),
        (
            ("Towar szt.", 1, 25, G),
            ("Towar h", 1, 25, G),
            ("Towar kg", 1, 25, G),
            ("Towar ??? [???]", 1, 25, G),
        ),
    ),
    "i84_consumer_with_recipient": one(told=("third party",)),
    "i86_settlement_of_payments_of_the_month": one(
        "includes payments before the supply: 50.00",
        l10n_pl_ksef_received_kind="ROZ",
    ),
    "i85_supplier_with_rules": Case(
        BILL,
        (184.90, 41.15, 226.05),
        (("Paliwo", 33.33, 5.27, G), ("Hotdog", 1, 9.25, U8)),
    ),
    "s01_new_means_of_transport": Case(
        BILL, (90000, 0, 90000), todo=("nothing is self-assessed",)
    ),
    "s02_transport_orders_parties": one(
        "a part is paid",
        "New bank account",
        told=("7 dni, 2%", "Z/1", "U/99"),
        taxable_supply_date="2026-04-14",
        invoice_date_due="2026-04-29",
    ),
    "s03_advance_in_euro_in_parts": Case(
        BILL, (200, 46, 246), (("Advance: Obrabiarka", 1, 200, G),), ("No rate of EUR",)
    ),
    "s04_correction_of_parties_with_pairs": Case(
        REFUND,
        (50, 11.50, 61.50),
        (("Usługa", 1, 50, G),),
        ("was not found",),
        ("Sigma dawna nazwa", "Beta dawna nazwa"),
    ),
    "s05_correction_of_an_advance_in_euro": Case(
        REFUND, (100, 23, 123), todo=("No rate of EUR", "was not found")
    ),
    "s06_all_rates": Case(BILL, (500, 36, 536)),
}
#: files of which nothing is to be booked in this company, and why.
REFUSED = {"i66_payer_only": "there is nothing to book"}


def sums_of(xml):
    """Return base, tax and total of a file: P_13, P_14 and P_15."""
    fa = etree.fromstring(xml).find("{*}Fa")
    base = tax = Decimal(0)
    for element in fa:
        name = etree.QName(element).localname
        if name.startswith("P_13_"):
            base += Decimal(element.text)
        elif name.startswith("P_14_") and not name.endswith("W"):
            tax += Decimal(element.text)
    return base, tax, Decimal(fa.findtext("{*}P_15"))


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3ImportFiles(Fa3ImportCommon):
    def xml(self, name):
        return (FOLDER / f"{name}.xml").read_bytes()

    def test_every_file_has_a_row(self):
        names = {path.stem for path in FOLDER.glob("*.xml")}
        self.assertEqual(names, CASES.keys() | REFUSED.keys())

    def test_every_file_becomes_its_bill(self):
        for name, case in CASES.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self._compare(name, case)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_nothing_is_booked_of_what_is_not_ours(self):
        for name, reason in REFUSED.items():
            with self.subTest(name):
                result = self.imported(None, xml=self.xml(name), number=KSEF_NUMBER)
                self.assertEqual(result.outcome, "refused")
                self.assertIn(reason, result.reason)

    def _compare(self, name, case):
        result = self.imported(None, xml=self.xml(name))
        move = result.move
        wanted = "created" if case.totals else "nothing"
        self.assertEqual(result.outcome, wanted, result.reason)
        self.assertEqual(move.move_type, case.kind)
        self._compare_notes(result, case)
        self._compare_fields(move, case)
        if case.lines:
            self.assert_lines(move, *case.lines)
        if not case.totals:
            self.assertFalse(move.invoice_line_ids)
            return
        self.assert_totals(move, *case.totals)
        if "share" not in self.codes(result):
            self._compare_sums(move, name)
        move.action_post()
        self.assert_totals(move, *case.totals)
        self.assertFalse(round(sum(move.line_ids.mapped("balance")), 2))

    def _compare_notes(self, result, case):
        told = str(result.move.message_ids[0].body)
        for piece in case.todo:
            self.assertIn(piece, self.codes(result))
        self.assertEqual(len(result.todo), len(case.todo), result.todo)
        for piece in case.told:
            self.assertIn(piece, told)
        self.assertEqual(bool(result.move.activity_ids), bool(case.todo))

    def _compare_fields(self, move, case):
        for field, value in case.fields.items():
            found = move[field]
            if field == "currency_id":
                found = found.name
            elif field.endswith(("_date", "_due")) and isinstance(value, str):
                found = str(found)
            self.assertEqual(found, value, field)

    def _compare_sums(self, move, name):
        """Compare with the sums of the file, where it gives any."""
        base, tax, total = sums_of(self.xml(name))
        sign = -1 if move.move_type.endswith("refund") else 1
        self.assertEqual(Decimal(f"{move.amount_total:.2f}") * sign, total)
        if not base and not tax:
            return
        booked = Decimal(f"{move.amount_tax:.2f}") * sign
        cost = sum(
            Decimal(f"{line.price_subtotal:.2f}") * sign
            for line in move.invoice_line_ids
        )
        # What can't be deducted is cost: base and tax come to the same together.
        self.assertEqual(booked + cost, base + tax)
        if booked:
            self.assertEqual((cost, booked), (base, tax))

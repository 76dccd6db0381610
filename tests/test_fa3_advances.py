"""Advance invoices and settlements made from sales orders."""

from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ..ksef import fa3
from .fa3_common import TODAY, Fa3Common

FIRST = "5260250274-20260301-0100A0B0C0D0-1F"
SECOND = "5260250274-20260305-0200A0B0C0D0-2F"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Advances(Fa3Common):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ensure_installed("sale")
        cls.env.user.group_ids += cls.env.ref("sales_team.group_sale_manager")

    def accept(self, move, number):
        (prepared,) = move._l10n_pl_ksef_prepare().values()
        self.assertTrue(prepared.xml, prepared.problems)
        document = self.env["l10n_pl_ksef.document"]._freeze(move, prepared.xml)
        document.sudo().write({"state": "accepted", "ksef_number": number})
        return move

    def order(self, *rows, **values):
        """Make and confirm an order of (price, tax, quantity, name)."""
        rows = rows or (
            (1000, self.tax("vs_kraj_23"), 1, "Projekt"),
            (333.33, self.tax("vs_kraj_8"), 2, "Druk"),
            (99.99, self.exempt_tax(), 1, "Szkolenie"),
        )
        lines = [
            Command.create(
                {
                    "product_id": self.new_product(name=name, type="service").id,
                    "name": name,
                    "price_unit": price,
                    "product_uom_qty": quantity,
                    "tax_ids": [Command.set(tax.ids)],
                }
            )
            for price, tax, quantity, name in rows
        ]
        order = self.env["sale.order"].create(
            {
                "name": "S00001",
                "partner_id": self.buyer.id,
                "order_line": lines,
                **values,
            }
        )
        order.action_confirm()
        for line in order.order_line:
            line.qty_delivered = line.product_uom_qty
        return order

    def advance(self, order, amount, kind="fixed", day=TODAY, name="ZAL/2026/03/001"):
        move = self._create_down_payment_invoice(order, kind, amount)
        move.write({"invoice_date": day, "name": name})
        move.action_post()
        return move

    def settle(self, order, day=TODAY, name="ROZ/2026/03/001"):
        move = self._create_final_invoice(order)
        move.write({"invoice_date": day, "name": name})
        move.action_post()
        return move

    def two_advances(self, order):
        first = self.advance(order, 500, day=date(2026, 3, 2), name="ZAL/2026/03/001")
        self.accept(first, FIRST)
        second = self.advance(
            order, 20, "percentage", day=date(2026, 3, 5), name="ZAL/2026/03/002"
        )
        self.accept(second, SECOND)
        return first, second

    # -- advance invoices --------------------------------------------------
    def test_e111_advance_of_a_fixed_amount(self):
        fa = self.export(self.advance(self.order(), 500), "e111_advance").Fa
        self.assertEqual(fa.RodzajFaktury, "ZAL")
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "243.90",
                "P_14_1": "56.10",
                "P_13_2": "162.60",
                "P_14_2": "13.01",
                "P_13_7": "24.39",
                "P_15": "500.00",
            },
        )
        self.assertEqual(fa.FaWiersz, ())
        self.assertEqual(str(fa.Zamowienie.WartoscZamowienia), "2049.98")
        self.assertEqual(
            [
                (row.P_7Z, str(row.P_11NettoZ), str(row.P_11VatZ), row.P_12Z)
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [
                ("Projekt", "1000.00", "230.00", "23"),
                ("Druk", "666.66", "53.33", "8"),
                ("Szkolenie", "99.99", "0.00", "zw"),
            ],
        )
        self.assertEqual(fa.Adnotacje.Zwolnienie.P_19A, "art. 43 ust. 1 pkt 18a ustawy")
        self.assertEqual(fa.FakturaZaliczkowa, ())

    def test_e112_second_advance(self):
        _first, second = self.two_advances(self.order())
        fa = self.export(second, "e112_second_advance", ["date_in_past"]).Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "200.00",
                "P_14_1": "46.00",
                "P_13_2": "133.33",
                "P_14_2": "10.67",
                "P_13_7": "20.00",
                "P_15": "410.00",
            },
        )
        self.assertEqual(fa.FakturaZaliczkowa, ())

    def test_discount_of_the_order_is_in_its_price(self):
        order = self.order((10, self.tax("vs_kraj_23"), 4, "Towar"))
        order.order_line.discount = 25
        (row,) = self.export(self.advance(order, 10)).Fa.Zamowienie.ZamowienieWiersz
        self.assert_fields(row, P_8BZ="4", P_9AZ="7.5", P_11NettoZ="30.00")

    def test_day_of_the_payment(self):
        move = self.advance(self.order(), 500)
        self.pay_with_statement_line(
            move,
            self.company_data["default_journal_bank"].id,
            date(2026, 3, 12),
            500,
        )
        fa = self.export(move, "advance_paid_before").Fa
        self.assertEqual(fa.P_6, date(2026, 3, 12))
        self.assert_fields(fa.Platnosc, Zaplacono=True, DataZaplaty=date(2026, 3, 12))

    def test_advance_received_in_parts(self):
        move = self.advance(self.order(), 500)
        for day, amount in ((date(2026, 3, 12), 300), (date(2026, 3, 13), 200)):
            self.pay_with_statement_line(
                move, self.company_data["default_journal_bank"].id, day, amount
            )
        fa = self.export(move, "advance_received_in_parts").Fa
        self.assertIsNone(fa.P_6)
        self.assertEqual(
            [(str(part.P_15Z), part.P_6Z) for part in fa.ZaliczkaCzesciowa],
            [("300.00", date(2026, 3, 12)), ("200.00", date(2026, 3, 13))],
        )

    def test_e115_last_advance_names_the_earlier_ones(self):
        order = self.order()
        self.accept(
            self.advance(order, 500, day=date(2026, 3, 2), name="ZAL/2026/03/001"),
            FIRST,
        )
        rest = self.advance(order, 1549.98, name="ZAL/2026/03/002")
        (reference,) = self.export(rest, "e115_last_advance").Fa.FakturaZaliczkowa
        self.assertEqual(reference.NrKSeFFaZaliczkowej, FIRST)

    def test_e115_settlement_of_nothing_is_refused(self):
        order = self.order()
        self.accept(self.advance(order, 2049.98, name="ZAL/2026/03/001"), FIRST)
        self.assertEqual(self.refuse(self.settle(order)), ["settled_in_full"])

    def test_e119_advance_in_euro(self):
        self.rate(4.30)
        order = self.order((2000, self.tax("vs_kraj_23"), 1, "Projekt"))
        order.currency_id = self.eur
        fa = self.export(self.advance(order, 1000), "e119_advance_in_euro").Fa
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "813.01",
                "P_14_1": "186.99",
                "P_14_1W": "804.07",
                "P_15": "1000.00",
            },
        )
        self.assertEqual(str(fa.KursWalutyZ), "4.3")

    def test_e121_advance_mixed_with_goods_is_refused(self):
        move = self._create_down_payment_invoice(self.order(), "fixed", 500)
        move.write(
            {
                "invoice_date": TODAY,
                "name": "ZAL/2026/03/001",
                "invoice_line_ids": [self.row(10)],
            }
        )
        move.action_post()
        self.assertEqual(self.refuse(move), ["mixed_advance"])

    def test_advance_on_goods_to_the_eu_is_refused(self):
        self.buyer.write(
            {"vat": "DE136695976", "country_id": self.env.ref("base.de").id}
        )
        order = self.order((1000, self.tax("vs_unia"), 1, "Maszyna"))
        self.assertEqual(
            self.refuse(self.advance(order, 500)), ["advance_on_goods_to_the_eu"]
        )

    def test_order_row_without_tax_is_refused(self):
        order = self.order(
            (1000, self.tax("vs_kraj_23"), 1, "Projekt"),
            (10, self.env["account.tax"], 1, "Bez podatku"),
        )
        self.assertIn("order_row_without_rate", self.refuse(self.advance(order, 500)))

    # -- settlement --------------------------------------------------------
    def test_e113_settlement_of_two_advances(self):
        order = self.order()
        self.two_advances(order)
        fa = self.export(self.settle(order), "e113_settlement").Fa
        self.assertEqual(fa.RodzajFaktury, "ROZ")
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "556.10",
                "P_14_1": "127.90",
                "P_13_2": "370.73",
                "P_14_2": "29.65",
                "P_13_7": "55.60",
                "P_15": "1139.98",
            },
        )
        self.assertEqual(
            [(row.P_7, str(row.P_11)) for row in fa.FaWiersz],
            [("Projekt", "1000.00"), ("Druk", "666.66"), ("Szkolenie", "99.99")],
        )
        self.assertEqual([row.NrWierszaFa for row in fa.FaWiersz], [1, 2, 3])
        self.assertEqual(
            [one.NrKSeFFaZaliczkowej for one in fa.FakturaZaliczkowa], [FIRST, SECOND]
        )

    def test_e114_advance_from_before_ksef(self):
        order = self.order()
        self.advance(order, 500, day=date(2026, 1, 20), name="ZAL/2026/01/001")
        (reference,) = self.export(
            self.settle(order), "e114_advance_before_ksef"
        ).Fa.FakturaZaliczkowa
        self.assert_fields(
            reference,
            NrKSeFZN=True,
            NrFaZaliczkowej="ZAL/2026/01/001",
            NrKSeFFaZaliczkowej=None,
        )

    def test_advance_without_number_must_be_sent_first(self):
        order = self.order()
        self.advance(order, 500, name="ZAL/2026/03/001")
        self.assertEqual(self.refuse(self.settle(order)), ["advance_without_number"])

    def test_e117_more_advances_than_goods_is_refused(self):
        order = self.order()
        self.accept(self.advance(order, 1500, name="ZAL/2026/03/001"), FIRST)
        for line in order.order_line.filtered(lambda line: not line.is_downpayment):
            line.qty_delivered = 0
        order.order_line.filtered(lambda line: line.name == "Druk").qty_delivered = 1
        order.order_line.product_id.invoice_policy = "delivery"
        refund = self._create_final_invoice(order)
        self.assertEqual(refund.move_type, "out_refund")
        refund.write({"invoice_date": TODAY, "name": "KOR/2026/03/001"})
        refund.action_post()
        self.assertEqual(self.refuse(refund), ["over_advanced"])

    def test_e120_settlement_in_euro_at_another_rate(self):
        self.rate(4.30)
        self.rate(4.40, day="2026-03-15")
        order = self.order((2000, self.tax("vs_kraj_23"), 1, "Projekt"))
        order.currency_id = self.eur
        advance = self.advance(order, 1000, day=date(2026, 3, 2))
        self.accept(advance, FIRST)
        told = fa3.parse(self.prepare(advance).xml).Fa.P_14_1W
        fa = self.export(
            self.settle(order), "e120_settlement_in_euro", ["advance_at_another_rate"]
        ).Fa
        self.assertEqual(self.buckets(fa)["P_14_1"], "273.01")
        self.assertAlmostEqual(told, Decimal("804.06"), delta=Decimal("0.01"))
        # 460.00 x 4.40, less what the advance told
        self.assertEqual(fa.P_14_1W, Decimal("2024.00") - told)
        self.assertEqual(str(fa.FaWiersz[0].KursWaluty), "4.4")

    def test_e122_rate_without_remainder(self):
        order = self.order(
            (1000, self.tax("vs_kraj_23"), 1, "Projekt"),
            (100, self.tax("vs_kraj_8"), 1, "Druk"),
        )
        first = self.advance(order, 1338, name="ZAL/2026/03/001")
        self.accept(first, FIRST)
        order.order_line.filtered(lambda line: line.name == "Projekt").price_unit = 1500
        fa = self.export(self.settle(order), "e122_rate_without_remainder").Fa
        self.assertEqual(
            self.buckets(fa),
            {"P_13_1": "500.00", "P_14_1": "115.00", "P_15": "615.00"},
        )

    # -- corrections ---------------------------------------------------------
    def refund(self, move, name="KOR/2026/03/001"):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create(
                {"reason": "Zwrot", "date": TODAY, "journal_id": move.journal_id.id}
            )
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.name = name
        refund.action_post()
        return refund

    def test_e116_advance_given_back(self):
        _first, second = self.two_advances(self.order())
        fa = self.export(self.refund(second), "e116_advance_given_back").Fa
        self.assertEqual(fa.RodzajFaktury, "KOR_ZAL")
        self.assertEqual(
            self.buckets(fa),
            {
                "P_13_1": "-200.00",
                "P_14_1": "-46.00",
                "P_13_2": "-133.33",
                "P_14_2": "-10.67",
                "P_13_7": "-20.00",
                "P_15": "-410.00",
            },
        )
        self.assertEqual(str(fa.P_15ZK), "410.00")
        self.assertEqual(
            [
                (row.P_7Z, bool(row.StanPrzedZ))
                for row in fa.Zamowienie.ZamowienieWiersz
            ],
            [
                ("Projekt", True),
                ("Druk", True),
                ("Szkolenie", True),
                ("Projekt", False),
                ("Druk", False),
                ("Szkolenie", False),
            ],
        )
        self.assertEqual(str(fa.Zamowienie.WartoscZamowienia), "2049.98")
        self.assertEqual(fa.FaWiersz, ())

    def test_advance_of_a_cancelled_order_given_back(self):
        order = self.order()
        advance = self.accept(self.advance(order, 500, day=date(2026, 3, 2)), FIRST)
        order._action_cancel()
        fa = self.export(self.refund(advance)).Fa
        self.assertEqual(str(fa.Zamowienie.WartoscZamowienia), "0.00")
        after = [row for row in fa.Zamowienie.ZamowienieWiersz if not row.StanPrzedZ]
        self.assertEqual({str(row.P_8BZ) for row in after}, {"0"})

    def test_e118_settlement_reversed(self):
        order = self.order()
        self.two_advances(order)
        settlement = self.accept(
            self.settle(order, day=date(2026, 3, 10)), SECOND.replace("02", "03")
        )
        fa = self.export(self.refund(settlement), "e118_settlement_reversed").Fa
        self.assertEqual(fa.RodzajFaktury, "KOR_ROZ")
        self.assertEqual(self.buckets(fa)["P_15"], "-1139.98")
        self.assertEqual(str(fa.P_15ZK), "1139.98")
        self.assertEqual(
            [(row.P_7, bool(row.StanPrzed), str(row.P_11)) for row in fa.FaWiersz],
            [
                ("Projekt", True, "1000.00"),
                ("Projekt", False, "0.00"),
                ("Druk", True, "666.66"),
                ("Druk", False, "0.00"),
                ("Szkolenie", True, "99.99"),
                ("Szkolenie", False, "0.00"),
            ],
        )
        self.assertEqual(
            [one.NrKSeFFaZaliczkowej for one in fa.FakturaZaliczkowa], [FIRST, SECOND]
        )

    def test_deducting_a_corrected_advance_in_full_is_refused(self):
        order = self.order()
        first, _second = self.two_advances(order)
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=first.ids)
            .create({"date": date(2026, 3, 8), "journal_id": first.journal_id.id})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        refund.name = "KOR/2026/03/001"
        for line in refund.invoice_line_ids:
            line.price_unit /= 2
        refund.action_post()
        settlement = self.settle(order)
        self.assertEqual(self.refuse(settlement), ["advance_wrongly_deducted"])

    def test_advance_given_back_is_neither_named_nor_deducted(self):
        order = self.order()
        first, _second = self.two_advances(order)
        self.refund(first)
        settlement = self.settle(order)
        fa = self.export(settlement).Fa
        self.assertEqual(
            [one.NrKSeFFaZaliczkowej for one in fa.FakturaZaliczkowa], [SECOND]
        )
        self.assertEqual(self.buckets(fa)["P_15"], "1639.98")

    def test_ordinary_invoice_of_an_order_names_it(self):
        order = self.order(client_order_ref="PO-15")
        move = self.settle(order, name="FV/2026/03/001")
        fa = self.export(move).Fa
        self.assertEqual(fa.RodzajFaktury, "VAT")
        (reference,) = fa.WarunkiTransakcji.Zamowienia
        self.assert_fields(reference, NrZamowienia="PO-15", DataZamowienia=TODAY)

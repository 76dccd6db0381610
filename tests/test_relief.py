"""The monthly relief of 2026, and unsent invoices on a month's last day."""

from datetime import date

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .sending_common import SendingCommon

APRIL = "2026-04-15 10:00:00"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRelief(SendingCommon):
    def sale(self, net, day=date(2026, 4, 10), tax="vs_kraj_usl_23", **values):
        """Return a posted invoice of ``net`` PLN and 23 % VAT (or another tax)."""
        tax = self.env["account.chart.template"].ref(tax)
        row = {"name": "Usługa", "price_unit": net, "tax_ids": [Command.set(tax.ids)]}
        values["invoice_line_ids"] = [Command.create(row)]
        return self.invoice(invoice_date=day, **values)

    def relief(self):
        self.company.invalidate_recordset()
        company = self.company
        return company.l10n_pl_ksef_relief_used, company.l10n_pl_ksef_relief_state

    def test_sum_and_states(self):
        with freeze_time(APRIL):
            self.assertEqual(self.relief(), (0, "within"))
            self.sale(6000)
            self.assertEqual(self.relief(), (7380, "within"))
            self.sale(1000)
            self.assertEqual(self.relief(), (8610, "near"))
            self.sale(1000)
            self.assertEqual(self.relief(), (9840, "near"))
            self.sale(200)
            self.assertEqual(self.relief(), (10086, "ended"))

    def test_what_does_not_count(self):
        with freeze_time(APRIL):
            self.sale(1000, partner_id=self.partner_consumer.id)
            self.sale(1000, day=date(2026, 3, 31))
            self.assertEqual(self.relief(), (0, "within"))
            self.sale(1000).action_l10n_pl_ksef_send()
            self.assertEqual(self.relief(), (0, "within"))

    def test_exempt_sales_count_and_what_is_supplied_outside_does_not(self):
        exempt = self.env["account.chart.template"].ref("vs_kraj_usl_23").sudo()
        exempt = exempt.copy({"name": "zw", "amount": 0, "l10n_pl_ksef_rate": "zw"})
        outside = exempt.copy({"name": "np", "l10n_pl_ksef_rate": "np I"})
        row = {"name": "Usługa", "price_unit": 3000}
        with freeze_time(APRIL):
            self.company.sudo().l10n_pl_ksef_block_posting = False
            for tax in (exempt, outside):
                rows = [Command.create({**row, "tax_ids": [Command.set(tax.ids)]})]
                self.invoice(invoice_date=date(2026, 4, 10), invoice_line_ids=rows)
            self.assertEqual(self.relief(), (3000, "within"))

    def test_relief_that_ended_does_not_come_back(self):
        with freeze_time(APRIL):
            self.sale(8200)
            self.assertEqual(self.relief(), (10086, "ended"))
        self.month_end("2026-05-04 09:00:00")
        with freeze_time("2026-05-04 10:00:00"):
            self.assertEqual(self.relief(), (0, "ended"))
            self.assertTrue(self.sale(10, date(2026, 5, 4)).l10n_pl_ksef_relief_alert)

    def test_relief_comes_back_where_the_invoice_went_to_ksef_after_all(self):
        with freeze_time(APRIL):
            move = self.sale(8200)
        self.month_end("2026-05-04 09:00:00")
        self.company.invalidate_recordset()
        self.assertTrue(self.company.sudo().l10n_pl_ksef_relief_is_lost)
        self.send(move)
        self.month_end("2026-05-04 11:00:00")
        with freeze_time("2026-05-04 12:00:00"):
            self.assertEqual(self.relief(), (0, "within"))

    def test_other_months_that_kept_within_it_end_nothing(self):
        with freeze_time(APRIL):
            self.sale(9000, partner_id=self.partner_consumer.id)
            self.sale(7000)
        self.month_end("2026-05-04 09:00:00")
        with freeze_time("2026-05-04 10:00:00"):
            self.sale(7000, date(2026, 5, 4))
            self.assertEqual(self.relief(), (8610, "near"))

    def test_correction_does_not_bring_the_relief_back(self):
        with freeze_time(APRIL):
            self.company.sudo().l10n_pl_ksef_block_posting = False
            self.sale(8200)
            self.sale(4000, move_type="out_refund")
            self.assertEqual(self.relief(), (5166, "ended"))

    def test_ten_thousand_to_the_grosz_is_within(self):
        with freeze_time(APRIL):
            for net in (2710.03, 2710.03, 2710.02):
                self.sale(net)
            used, state = self.relief()
            self.assertAlmostEqual(used, 10000, places=2)
            self.assertEqual(state, "near")

    def test_only_while_the_law_has_it(self):
        for day in ("2026-03-31 10:00:00", "2027-01-01 10:00:00"):
            with freeze_time(day):
                self.assertEqual(self.relief(), (0, False))

    # -- the last day ----------------------------------------------------------
    def tasks(self):
        partner = self.company.sudo().partner_id
        return partner.activity_ids.filtered(
            lambda a: a.user_id == self.administrator and "KSeF" in a.summary
        )

    def month_end(self, moment):
        self.env.flush_all()
        with freeze_time(moment):
            self.run_cron("ir_cron_month_end")

    def test_unsent_invoices_on_the_last_day(self):
        with freeze_time("2026-04-30 08:00:00"):
            move = self.sale(100, day=date(2026, 4, 30))
            self.assertEqual(self.company.l10n_pl_ksef_month_unsent, 1)
        self.month_end("2026-04-29 16:00:00")
        self.month_end("2026-04-30 08:00:00")
        self.assertFalse(self.tasks())
        self.month_end("2026-04-30 11:00:00")
        self.assertIn(move.name, self.tasks().note)
        self.month_end("2026-04-30 15:00:00")
        self.assertEqual(len(self.tasks()), 1)

    def test_relief_is_told_of_once_for_each_state(self):
        for net, moment, words in (
            (1000, "2026-04-11 11:00:00", None),
            (6000, "2026-04-12 11:00:00", "nearly"),
            (0.01, "2026-04-13 11:00:00", "nearly"),
            (2000, "2026-04-14 11:00:00", "exceeded"),
        ):
            with freeze_time(moment), self.subTest(moment=moment):
                before = self.tasks()
                move = self.sale(net)
                self.month_end(moment)
                self.month_end(moment)
                told = (self.tasks() - before).mapped("summary")
                if words and (net > 1):
                    self.assertEqual(len(told), 1)
                    self.assertIn(words, told[0])
                else:
                    self.assertFalse(told)
                self.assertEqual(
                    bool(move.l10n_pl_ksef_relief_alert), words is not None
                )

    def test_nothing_unsent_nothing_told(self):
        with freeze_time("2026-04-30 08:00:00"):
            self.sale(100, partner_id=self.partner_consumer.id)
        self.month_end("2026-04-30 11:00:00")
        self.assertFalse(self.tasks())

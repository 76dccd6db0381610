"""How invoices travel: what is sent by itself, what never, what is blocked."""

from datetime import datetime

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import tagged

from ..models.policy.res_company_policy import WARSAW
from .sending_common import SendingCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPolicy(SendingCommon):
    def policy(self, sending, **values):
        names = {f"l10n_pl_ksef_{name}": value for name, value in values.items()}
        self.company.sudo().write({"l10n_pl_ksef_sending": sending, **names})

    def travels(self):
        """Return which kinds of buyers' invoices are queued at posting."""
        buyers = {
            "polish": self.partner_company,
            "foreign": self.partner_eu,
            "person": self.partner_consumer,
        }
        return {
            kind
            for kind, buyer in buyers.items()
            if self.invoice(partner_id=buyer.id).l10n_pl_ksef_state == "queued"
        }

    # -- by itself -----------------------------------------------------------
    def test_by_hand_nothing_goes_by_itself(self):
        for sending in ("manual", "hybrid", "off"):
            self.policy(sending)
            self.assertFalse(self.travels(), sending)

    def test_kinds_of_buyers(self):
        cases = {
            "pl_companies": {"polish"},
            "all_companies": {"polish", "foreign"},
            "all": {"polish", "foreign", "person"},
        }
        for sending, kinds in cases.items():
            self.policy(sending)
            self.assertEqual(self.travels(), kinds, sending)

    def test_posted_invoice_gets_its_number_by_itself(self):
        self.policy("pl_companies")
        move = self.invoice()
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_posting_queues_in_its_own_transaction_and_wakes_the_sender(self):
        self.policy("pl_companies")
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        move = self.invoice()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        trigger = triggers.search([("cron_id", "=", cron.id)])
        self.assertEqual(len(trigger), before + 1)
        self.assertLessEqual(max(trigger.mapped("call_at")), fields.Datetime.now())
        self.assertFalse(self.requests())

    def test_posting_that_is_taken_back_leaves_nothing_in_the_queue(self):
        self.policy("pl_companies")
        move = self.invoice()
        move.button_draft()
        with self.assertRaises(RuntimeError), self.env.cr.savepoint():
            move.action_post()
            self.assertEqual(move.l10n_pl_ksef_state, "queued")
            raise RuntimeError("the transaction ends otherwise")
        self.env.invalidate_all()
        self.assertFalse(move.l10n_pl_ksef_document_ids)

    def test_every_so_many_minutes(self):
        self.policy("all", send_when="interval", send_minutes=30)
        slot = self.company._l10n_pl_ksef_next_slot(datetime(2026, 3, 2, 10, 17))
        self.assertEqual(slot, datetime(2026, 3, 2, 10, 30))
        move = self.invoice()
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertTrue(move.l10n_pl_ksef_next_try_at)

    def test_interval_does_not_reach_over_midnight_in_poland(self):
        self.policy("all", send_when="interval", send_minutes=120)
        slot = self.company._l10n_pl_ksef_next_slot
        self.assertEqual(slot(datetime(2026, 3, 2, 20, 30)), datetime(2026, 3, 2, 22))
        # 23:30 in Warsaw; the next slot would be at 1:00 of the next day.
        self.assertFalse(slot(datetime(2026, 3, 2, 22, 30)))
        # 0:30 in Warsaw: the day has just begun.
        self.assertEqual(slot(datetime(2026, 3, 2, 23, 30)), datetime(2026, 3, 3))

    def test_schedules_wake_the_sender_and_send(self):
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents").sudo()
        triggers = self.system["ir.cron.trigger"].sudo()
        here = datetime.now(WARSAW)
        for when, options in (
            ("interval", {"send_minutes": 30}),
            ("daily", {"send_hour": min(here.hour + 0.99, 23.99)}),
        ):
            with self.subTest(when=when):
                self.policy("all", send_when=when, **options)
                move = self.invoice()
                slot = move.l10n_pl_ksef_next_try_at
                if not slot:
                    continue  # the last minutes of a day: it goes at once
                waking = triggers.search([("cron_id", "=", cron.id)])
                self.assertIn(slot, waking.mapped("call_at"))
                self.run_sender()
                self.assertEqual(move.l10n_pl_ksef_state, "queued")
                with freeze_time(slot, tick=True):
                    self.run_sender()
                self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_once_a_day_in_polish_time(self):
        self.policy("all", send_when="daily", send_hour=18.5)
        slot = self.company._l10n_pl_ksef_next_slot
        self.assertEqual(
            slot(datetime(2026, 7, 1, 10)), datetime(2026, 7, 1, 16, 30)
        )  # summer: UTC+2
        self.assertEqual(
            slot(datetime(2026, 1, 2, 10)), datetime(2026, 1, 2, 17, 30)
        )  # winter: UTC+1
        # After the hour it goes at once: tomorrow would be too late.
        self.assertFalse(slot(datetime(2026, 7, 1, 17)))

    def test_schedule_makes_sense(self):
        with self.assertRaises(ValidationError):
            self.policy("all", send_minutes=0)
        with self.assertRaises(ValidationError):
            self.policy("all", send_hour=24)

    # -- exceptions ------------------------------------------------------------
    def test_partner_who_never_goes_to_ksef(self):
        self.policy("all")
        self.partner_company.l10n_pl_ksef_never = True
        move = self.invoice()
        self.assertFalse(move.l10n_pl_ksef_state)
        with self.assertRaisesRegex(UserError, "never go to KSeF"):
            move.action_l10n_pl_ksef_send()

    def test_journal_that_never_goes_to_ksef(self):
        self.policy("all")
        self.company_data["default_journal_sale"].sudo().l10n_pl_ksef_never = True
        move = self.invoice()
        self.assertFalse(move.l10n_pl_ksef_state)
        self.assertFalse(move.l10n_pl_ksef_can_send)

    def test_invoice_outside_ksef(self):
        self.policy("all")
        move = self.invoice(
            l10n_pl_ksef_outside=True, l10n_pl_ksef_outside_reason="awaria całkowita"
        )
        self.assertFalse(move.l10n_pl_ksef_state)
        with self.assertRaisesRegex(UserError, "outside KSeF"):
            move.action_l10n_pl_ksef_send()

    # -- a choice made while invoices wait ---------------------------------------
    def test_marked_as_outside_while_it_waits(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        move.l10n_pl_ksef_outside = True
        self.run_sender()
        self.assertFalse(self.sent())
        self.assertFalse(move.l10n_pl_ksef_document_ids)

    def test_accepted_invoice_is_not_marked_as_outside(self):
        move = self.invoice()
        self.send(move)
        with self.assertRaisesRegex(UserError, "accepted"):
            move.l10n_pl_ksef_outside = True

    def test_buyer_and_journal_that_never_go_chosen_while_invoices_wait(self):
        for record in (self.partner_company, self.invoice().journal_id):
            move, issued = self.invoices(2)
            move.action_l10n_pl_ksef_send()
            issued.action_l10n_pl_ksef_issue_offline()
            record.sudo().l10n_pl_ksef_never = True
            self.run_sender()
            self.assertFalse(move.l10n_pl_ksef_state)
            self.assertIn("never", move.l10n_pl_ksef_problem)
            # It exists already, and the law wants it there.
            self.assertEqual(issued.l10n_pl_ksef_state, "accepted")
            record.sudo().l10n_pl_ksef_never = False

    def test_switched_off_while_invoices_wait(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        self.policy("off")
        self.run_sender()
        self.assertFalse(self.requests())
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.assertIn("switched off", move.l10n_pl_ksef_hold)
        self.policy("manual")
        self.assertFalse(move.l10n_pl_ksef_hold)
        self.run_sender()
        self.assertInKsefOnce(move)

    def test_queue_of_a_company_that_does_not_send_wakes_nobody(self):
        move = self.invoice()
        cron = self.env.ref("l10n_pl_ksef.ir_cron_send_documents")
        of_cron = [("cron_id", "=", cron.id)]
        triggers = self.system["ir.cron.trigger"].sudo()
        for change in (
            {"l10n_pl_ksef_sending": "off"},
            {"l10n_pl_ksef_auth_certificate_id": False},
        ):
            move._l10n_pl_ksef_enqueue(at=fields.Datetime.now())
            self.company.sudo().write(change)
            triggers.search(of_cron).unlink()
            self.run_sender()
            self.assertFalse(triggers.search(of_cron), change)

    def test_mail_of_an_invoice_that_stays_out_waits_no_more(self):
        move = self.invoice()
        move.sudo().l10n_pl_ksef_held_mail = {"sending_methods": [], "extra_edis": []}
        self.run_cron("ir_cron_send_held_mail")
        self.assertTrue(move.sudo().l10n_pl_ksef_held_mail)
        move.l10n_pl_ksef_outside = True
        self.run_cron("ir_cron_send_held_mail")
        self.assertFalse(move.sudo().l10n_pl_ksef_held_mail)

    def test_number_given_elsewhere_is_a_ksef_number(self):
        move = self.invoice(l10n_pl_ksef_outside=True)
        for number in (
            "FV/1/2026",
            "5265877635-20261301-0100001AF629-AF",
            "5265877635",
        ):
            with self.subTest(number=number), self.assertRaises(ValidationError):
                move.l10n_pl_ksef_outside_number = number
        move.l10n_pl_ksef_outside_number = "5265877635-20250826-0100001AF629-AF"
        self.assertEqual(move.l10n_pl_ksef_jpk_marker, "NrKSeF")

    def test_off_sends_nothing(self):
        self.policy("off")
        with self.assertRaisesRegex(UserError, "switched off"):
            self.invoice().action_l10n_pl_ksef_send()

    # -- blocking ----------------------------------------------------------------
    def unfit_buyer(self):
        buyer = self.partner_company.sudo().copy({"name": "Bez Numeru sp. z o.o."})
        buyer.vat = False
        return buyer

    def test_unfit_invoice_is_not_confirmed(self):
        for sending in ("manual", "all"):
            self.policy(sending)
            with self.assertRaises(RedirectWarning):
                self.invoice(partner_id=self.unfit_buyer().id)

    def test_unfit_invoice_stops_no_scheduled_confirmation(self):
        self.policy("all")
        today = fields.Date.today()
        unfit = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.unfit_buyer().id,
                "invoice_date": today,
                "date": today,
                "auto_post": "at_date",
                "invoice_line_ids": [Command.create({"name": "A", "price_unit": 1})],
            }
        )
        cron = self.system.ref("account.ir_cron_auto_post_draft_entry").sudo()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(unfit.state, "draft")
        self.assertIn("could not be posted", unfit.message_ids[0].body)

    def test_unfit_invoice_is_confirmed_where_the_company_wants_it(self):
        self.policy("all", block_posting=False)
        move = self.invoice(partner_id=self.unfit_buyer().id)
        self.assertEqual(move.state, "posted")
        self.assertTrue(move.l10n_pl_ksef_problem)
        self.assertFalse(move.l10n_pl_ksef_state)

    def test_hybrid_blocks_nothing(self):
        self.policy("hybrid")
        move = self.invoice(partner_id=self.unfit_buyer().id)
        self.assertEqual(move.state, "posted")
        self.assertFalse(move.l10n_pl_ksef_problem)

    # -- who may choose --------------------------------------------------------
    def test_accounting_administrator_chooses(self):
        company = self.company.with_user(self.administrator)
        action = company.action_l10n_pl_ksef_policy()
        wizard = (
            self.env["l10n_pl_ksef.policy"]
            .with_user(self.administrator)
            .with_context(**action["context"])
            .create({"l10n_pl_ksef_sending": "all"})
        )
        self.assertEqual(wizard.l10n_pl_ksef_send_minutes, 30)
        wizard.action_save()
        self.assertEqual(self.company.l10n_pl_ksef_sending, "all")

    def test_accountant_does_not_choose(self):
        with self.assertRaises(AccessError):
            self.company.action_l10n_pl_ksef_policy()
        with self.assertRaises(AccessError):
            self.company._l10n_pl_ksef_set_policy({})

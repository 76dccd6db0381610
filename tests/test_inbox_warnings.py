"""What is said before paying: in the inbox, on the bill, when the payment is made."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo import fields
from odoo.tests import tagged

from ..ksef.deadlines import today_in_warsaw
from ..ksef.fa3 import model
from ..models.inbox import white_list_check, white_list_source
from ..simulator import white_list
from .inbox_common import SUPPLIER_NIP, InboxCommon

ACCOUNT = "61109010140000071219812874"
OTHER_ACCOUNT = "27114020040000300201355387"


class WarningsCommon(InboxCommon):
    def payment(self, account=ACCOUNT, days=7):
        day = fields.Date.add(today_in_warsaw(), days=days)
        accounts = (model.TRachunekBankowy(NrRB=account),) if account else ()
        return model.Platnosc(
            TerminPlatnosci=(model.TerminPlatnosci(Termin=day),),
            RachunekBankowy=accounts,
        )

    def received(self, number="FV/1", account=ACCOUNT, days=7, **values):
        """Return the row of an invoice that was fetched."""
        (ksef_number,) = self.issue(
            number, Platnosc=self.payment(account, days), **values
        )
        self.fetch()
        return self.inbox.filtered(lambda row: row.ksef_number == ksef_number)

    def booked(self, *args, **values):
        row = self.received(*args, **values)
        row.action_create_bill()
        self.assertEqual(row.state, "created", row.reason)
        return row.move_id

    def known_supplier(self, days=30):
        """Have a posted bill of the supplier with a term of so many days."""
        today = today_in_warsaw()
        bill = self.bill_by_hand(
            "FV/0",
            77,
            invoice_date=today,
            invoice_date_due=fields.Date.add(today, days=days),
            invoice_payment_term_id=False,
        )
        bill.action_post()
        return bill

    def paying(self, bill):
        """Return what the dialog of the payment says."""
        bill.action_post()
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({})
        )
        return wizard.l10n_pl_ksef_warnings or ""


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxWarnings(WarningsCommon):
    def assert_told(self, sentence, row):
        """The sentence is in the inbox, on the bill, and where it is paid."""
        self.assertIn(sentence, row.warnings or "")
        row.action_create_bill()
        self.assertIn(sentence, row.move_id.l10n_pl_ksef_warnings or "")
        self.assertIn(sentence, self.paying(row.move_id))
        self.assertEqual(row.move_id.state, "posted", "nothing is held back")

    def test_supplier_seen_for_the_first_time(self):
        self.assert_told("nothing before", self.received())

    def test_second_invoice_of_a_new_supplier_that_nobody_has_posted(self):
        self.booked("FV/1")
        self.assertIn("nothing before", self.received("FV/2", net="250.00").warnings)

    def test_new_bank_account(self):
        self.known_supplier()
        self.assert_told(f"A new bank account: {ACCOUNT}", self.received())

    def test_trusted_bank_account_is_not_new(self):
        bill = self.known_supplier()
        self.system["res.partner.bank"].create(
            {
                "acc_number": f"PL{ACCOUNT}",
                "partner_id": bill.partner_id.id,
                "allow_out_payment": True,
            }
        )
        self.assertNotIn("new bank account", self.received().warnings or "")

    def test_account_changed_by_hand_is_told_on_the_bill(self):
        self.known_supplier()
        bill = self.booked(account=None)
        self.assertNotIn("new bank account", bill.l10n_pl_ksef_warnings or "")
        bill.partner_bank_id = self.system["res.partner.bank"].create(
            {"acc_number": OTHER_ACCOUNT, "partner_id": bill.partner_id.id}
        )
        self.assertIn(OTHER_ACCOUNT, bill.l10n_pl_ksef_warnings)

    def test_shorter_term_than_usual(self):
        self.known_supplier(days=30)
        self.assert_told("7 days is shorter than usual (30", self.received())

    def test_invoice_that_names_no_day_is_no_short_term(self):
        # Odoo has such bills due today, however old they are.
        for number, days in (("FV/1", 40), ("FV/2", 30), ("FV/3", 2)):
            self.issue(number, days_ago=days)
        self.fetch()
        self.inbox.action_create_bill()
        self.inbox.move_id.action_post()
        for bill in self.inbox.move_id:
            self.assertNotIn("shorter", bill.l10n_pl_ksef_warnings or "")
        last = self.received("FV/4", days=5)
        self.assertNotIn("shorter", last.warnings or "")

    def test_duplicate_number(self):
        first = self.booked("FV/1")
        first.action_post()
        self.assert_told(first.display_name, self.received("fv-1", net="250.00"))

    def test_same_number_twice_in_the_inbox(self):
        (sold,) = self.issue("FV/1")
        self.fetch()
        xml = self.document_xml(
            "FV/1", "250.00", today_in_warsaw(), RodzajFaktury="UPR"
        )
        (second,) = self.issue("FV/1", xml=xml)
        self.fetch()
        row = self.inbox.filtered(lambda one: one.ksef_number == second)
        self.assertIn(sold, row.warnings)

    def test_bill_that_is_paid_says_nothing_any_more(self):
        bill = self.booked()
        self.assertTrue(bill.l10n_pl_ksef_warnings)
        bill.button_cancel()
        self.assertFalse(bill.l10n_pl_ksef_warnings)

    # ------------------------------------------------------------------
    # the accounting date
    # ------------------------------------------------------------------
    def acquired(self, moment, **values):
        """Return the bill of an invoice whose number KSeF gave at ``moment`` (UTC)."""
        row = self.received(days_ago=60, **values)
        row.sudo().acquired_at = moment
        row.action_create_bill()
        return row.move_id

    def test_date_is_the_day_of_the_number_in_warsaw(self):
        bill = self.acquired(datetime(2026, 10, 31, 23, 30))
        day = fields.Date.to_date("2026-11-01")
        self.assertRecordValues(bill, [{"date": day, "l10n_pl_ksef_vat_from": day}])

    def test_supply_after_the_number_comes_first(self):
        supplied = fields.Date.to_date("2026-11-15")
        bill = self.acquired(datetime(2026, 10, 1, 12), P_6=supplied)
        self.assertEqual(bill.date, supplied)
        self.assertEqual(bill.taxable_supply_date, supplied)

    def test_locked_period_moves_the_date_as_odoo_does(self):
        self.company.sudo().tax_lock_date = "2026-10-31"
        bill = self.acquired(datetime(2026, 10, 5, 12))
        # Odoo takes today, or the end of the first open month when that is over.
        self.assertEqual((bill.date.year, bill.date.month), (2026, 11))
        day = bill.date
        bill.action_post()
        self.assertEqual(bill.date, day)

    def test_accountant_may_want_the_day_of_supply_and_is_warned(self):
        self.company.sudo().l10n_pl_ksef_bill_date = "supply"
        supplied = fields.Date.to_date("2026-09-10")
        bill = self.acquired(datetime(2026, 11, 3, 12), P_6=supplied)
        self.assertEqual(bill.date, supplied)
        self.assertIn("VAT may be deducted from", bill.l10n_pl_ksef_warnings)
        bill.date = "2026-11-03"
        self.assertNotIn("VAT may be", bill.l10n_pl_ksef_warnings)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestWhiteList(WarningsCommon):
    def setUp(self):
        super().setUp()
        stub = self.enterContext(white_list.running())
        stub.register.accounts = {SUPPLIER_NIP: {ACCOUNT}}
        stub.register.rounds = 3
        self.register = stub.register
        parameters = self.system["ir.config_parameter"].sudo()
        parameters.set_param(white_list_source.URL_PARAMETER, stub.url)
        parameters.set_param(white_list_source.FILE_PARAMETER, stub.flat_url)
        self.use("api")

    def use(self, source):
        self.company.sudo().l10n_pl_ksef_white_list = source

    def ask(self):
        self.run_cron("ir_cron_check_white_list")
        self.env.invalidate_all()

    @property
    def checks(self):
        return self.env["l10n_pl_ksef.white_list.check"].search([])

    def test_off_by_default_asks_nobody(self):
        field = self.env["res.company"]._fields["l10n_pl_ksef_white_list"]
        self.assertEqual(field.default(self.env["res.company"]), "off")
        self.use("off")
        bill = self.booked()
        self.ask()
        self.assertFalse(self.checks)
        self.assertFalse(self.register.asked)
        self.assertNotIn("White list", bill.l10n_pl_ksef_warnings)

    def test_account_on_the_list(self):
        bill = self.booked()
        self.assertFalse(self.register.asked, "not in the user's transaction")
        self.assertIn("not checked yet", bill.l10n_pl_ksef_warnings)
        self.ask()
        self.assertRecordValues(
            self.checks,
            [{"state": "found", "request_id": "stub-000001", "nip": SUPPLIER_NIP}],
        )
        self.assertTrue(self.checks.asked_at)
        self.assertNotIn("White list", bill.l10n_pl_ksef_warnings)
        self.assertIn("stub-000001", bill.l10n_pl_ksef_white_list)

    def test_account_that_is_not_on_the_list_is_told_everywhere(self):
        row = self.received(account=OTHER_ACCOUNT)
        self.ask()
        sentence = f"the account {OTHER_ACCOUNT} is not on it"
        self.assertIn(sentence, row.warnings)
        row.action_create_bill()
        self.assertIn(sentence, row.move_id.l10n_pl_ksef_warnings)
        self.assertIn(sentence, self.paying(row.move_id))

    def test_flat_file_answers_the_same(self):
        self.use("file")
        good, bad = self.booked("FV/1"), self.booked("FV/2", OTHER_ACCOUNT, net="5.00")
        self.ask()
        self.assertFalse(self.register.asked)
        self.assertNotIn("White list", good.l10n_pl_ksef_warnings)
        self.assertIn("is not on it", bad.l10n_pl_ksef_warnings)

    def test_flat_file_that_nobody_has_unpacked_says_what_to_do(self):
        self.company.sudo().partner_id.lang = "pl_PL"
        path = Path(self.enterContext(TemporaryDirectory())) / "lista.7z"
        path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(100))
        parameters = self.system["ir.config_parameter"].sudo()
        parameters.set_param(white_list_source.FILE_PARAMETER, str(path))
        self.use("file")
        bill = self.booked()
        self.ask()
        self.assertEqual(self.checks.state, "waiting")
        self.assertIn("7z x", bill.l10n_pl_ksef_warnings)
        self.assertIn(white_list_source.FILE_PARAMETER, bill.l10n_pl_ksef_warnings)
        path.unlink()
        self.ask()
        self.assertNotIn("7z x", self.checks.reason)
        self.assertIn(white_list_source.FILE_PARAMETER, self.checks.reason)

    def test_one_question_for_many_invoices(self):
        for number in range(3):
            self.received(f"FV/{number}", net=f"{100 + number}.00")
        self.ask()
        self.assertEqual(self.register.asked, [(SUPPLIER_NIP, ACCOUNT)])

    def test_register_that_does_not_answer_leaves_it_unchecked(self):
        self.register.failing = True
        bill = self.booked()
        self.ask()
        self.assertEqual(self.checks.state, "waiting")
        self.assertIn("not checked", bill.l10n_pl_ksef_warnings)
        self.register.failing = False
        self.ask()
        self.assertEqual(self.checks.state, "found")

    def test_limit_of_the_register_ends_the_day(self):
        self.register.limit = 1
        self.received("FV/1")
        self.received("FV/2", OTHER_ACCOUNT, net="5.00")
        self.ask()
        self.register.limit = 100
        self.ask()
        self.assertEqual(len(self.register.asked), 1)
        self.assertEqual(sorted(self.checks.mapped("state")), ["found", "waiting"])
        waiting = self.checks.filtered(lambda one: one.state == "waiting")
        self.assertIn("WL-191", waiting.reason)
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        parameters = self.system["ir.config_parameter"].sudo()
        pause = parameters.get_param(white_list_check.PAUSE_PARAMETER)
        self.assertLessEqual(fields.Datetime.to_datetime(pause), tomorrow)
        parameters.set_param(white_list_check.PAUSE_PARAMETER, "2020-01-01 00:00:00")
        self.ask()
        self.assertEqual(len(self.register.asked), 2)

    def test_our_own_budget_of_the_day_is_kept(self):
        self.patch(white_list_check, "DAILY_QUESTIONS", 1)
        self.received("FV/1")
        self.received("FV/2", OTHER_ACCOUNT, net="5.00")
        self.ask()
        self.ask()
        self.assertEqual(len(self.register.asked), 1)

    def test_bill_that_is_due_is_asked_again_on_the_day(self):
        bill = self.booked(days=0)
        bill.action_post()
        self.ask()
        self.checks.sudo().day = fields.Date.add(today_in_warsaw(), days=-3)
        self.ask()
        self.assertEqual(len(self.checks), 2)
        self.assertEqual(len(self.register.asked), 2)

    def test_button_asks_again(self):
        bill = self.booked()
        self.ask()
        self.checks.sudo().write({"day": "2026-01-01", "state": "not_found"})
        bill.action_l10n_pl_ksef_white_list()
        self.assertEqual(len(self.register.asked), 1)
        self.ask()
        self.assertEqual(len(self.register.asked), 2)
        self.assertNotIn("White list", bill.l10n_pl_ksef_warnings)

    def test_account_abroad_is_not_asked_about(self):
        self.booked(account="DE89370400440532013000")
        self.ask()
        self.assertFalse(self.checks)

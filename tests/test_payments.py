"""Paying with KSeF numbers: the title, split payment, collective identifiers."""

from datetime import date
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..ksef.deadlines import today_in_warsaw
from ..models.payments import collective_run
from ..models.payments.transfer_titles import split_message, title
from ..simulator.collective_identifiers import CollectiveIdentifiers
from ..simulator.errors import Problem
from .common import NIP
from .inbox_common import SUPPLIER_NIP, InboxCommon

IN_2026, IN_2027 = date(2026, 12, 31), date(2027, 1, 4)
PATH = "/collective-identifiers"
MODULE = "odoo.addons.l10n_pl_ksef.simulator.collective_identifiers"


@tagged("post_install_l10n", "post_install", "-at_install")
class PaymentsCommon(InboxCommon):
    def bills(self, *numbers, split=False, **options):
        """Return posted bills that came through KSeF."""
        if split:
            options["annotations"] = {"P_18A": 1}
        self.issue(*numbers, **options)
        self.fetch()
        rows = self.inbox.filtered(lambda row: row.invoice_number in numbers)
        rows.action_create_bill()
        bills = rows.move_id.sorted("ref")
        self.assertEqual(len(bills), len(numbers))
        bills.action_post()
        return bills

    def dialog(self, bills, day=IN_2027, **values):
        """Return the payment dialog for bills, as a person fills it in."""
        model = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bills.ids
        )
        form = Form(model)
        form.payment_date = day
        for name, value in values.items():
            form[name] = value
        return form

    def memo(self, bills, day=IN_2027, **values):
        """Pay; return the memos of the payments."""
        wizard = self.dialog(bills, day, **values).save()
        return wizard._create_payments().mapped("memo")

    def made(self, bills):
        """Press the button and let the scheduler work."""
        action = bills.action_l10n_pl_ksef_collective()
        row = self.env[action["res_model"]].browse(action["res_id"])
        self.run_cron("ir_cron_make_collective")
        row.invalidate_recordset()
        return row

    @property
    def kept(self):
        return self.simulator.state.area(CollectiveIdentifiers).by_number


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPaymentTitles(PaymentsCommon):
    def test_from_2027_a_payment_carries_the_ksef_number(self):
        bill = self.bills("FV/1")
        number = bill.l10n_pl_ksef_number
        self.assertEqual(self.memo(bill), [f"{number} FV/1"])

    def test_in_2026_a_payment_is_as_odoo_makes_it(self):
        bill = self.bills("FV/1")
        self.assertEqual(self.memo(bill, IN_2026), ["FV/1"])

    def test_always_and_never(self):
        bill = self.bills("FV/1")
        company = self.company.sudo()
        company.l10n_pl_ksef_payment_numbers = "always"
        memo = self.dialog(bill, IN_2026).communication
        self.assertEqual(memo, f"{bill.l10n_pl_ksef_number} FV/1")
        company.l10n_pl_ksef_payment_numbers = "never"
        self.assertEqual(self.dialog(bill, IN_2027).communication, "FV/1")

    def test_date_of_the_payment_decides_in_the_dialog(self):
        bill = self.bills("FV/1")
        form = self.dialog(bill, IN_2026)
        self.assertEqual(form.communication, "FV/1")
        form.payment_date = IN_2027
        self.assertIn(bill.l10n_pl_ksef_number, form.communication)

    def test_each_of_many_payments_has_its_number(self):
        bills = self.bills("FV/1", "FV/2")
        memos = self.memo(bills, group_payment=False)
        expected = [f"{bill.l10n_pl_ksef_number} {bill.ref}" for bill in bills]
        self.assertEqual(sorted(memos), sorted(expected))

    def test_one_payment_of_many_bills_has_all_numbers(self):
        bills = self.bills("FV/1", "FV/2")
        (memo,) = self.memo(bills, group_payment=True)
        self.assertEqual(memo, ", ".join(bills.mapped("l10n_pl_ksef_number")))

    def test_too_many_numbers_for_a_transfer_are_told(self):
        bills = self.bills(*(f"FV/{n}" for n in range(1, 6)))
        form = self.dialog(bills, group_payment=True)
        self.assertTrue(form.l10n_pl_ksef_wants_collective)
        form.group_payment = False
        self.assertFalse(form.l10n_pl_ksef_wants_collective)

    def test_one_transfer_for_each_supplier(self):
        bills = self.bills(*(f"FV/{n}" for n in range(1, 4)))
        bills += self.bills(*(f"FV/{n}" for n in range(4, 7)), seller_nip="5260001246")
        form = self.dialog(bills, group_payment=True)
        self.assertFalse(form.l10n_pl_ksef_wants_collective)

    def test_split_payment_of_several_bills_asks_for_one_number(self):
        bills = self.bills("FV/1", "FV/2", net="1000.00", split=True)
        form = self.dialog(bills, group_payment=True)
        self.assertTrue(form.l10n_pl_ksef_wants_collective)
        self.made(bills)
        form = self.dialog(bills, group_payment=True)
        self.assertFalse(form.l10n_pl_ksef_wants_collective)
        self.assertIn("/VAT/460,00/IDC/", form.communication)

    def test_split_payment_has_the_message_of_banks(self):
        bill = self.bills("FV/1", net="1000.00", split=True)
        self.assertEqual(bill.l10n_pl_ksef_split_payment, "yes")
        number = bill.l10n_pl_ksef_number
        self.assertEqual(
            self.memo(bill),
            [f"/VAT/230,00/IDC/{SUPPLIER_NIP}/INV/{number}/TXT/FV-1"],
        )

    def test_part_of_a_split_payment_has_its_part_of_the_tax(self):
        bill = self.bills("FV/1", net="1000.00", split=True)
        form = self.dialog(bill, amount=615.0)
        self.assertIn("/VAT/115,00/IDC/", form.communication)

    def test_split_payment_before_2027_names_the_invoice(self):
        bill = self.bills("FV/1", net="1000.00", split=True)
        self.assertEqual(
            self.memo(bill, IN_2026), [f"/VAT/230,00/IDC/{SUPPLIER_NIP}/INV/FV/1"]
        )

    def test_bill_by_hand_is_paid_as_before(self):
        bill = self.bill_by_hand("FV/9", invoice_date=today_in_warsaw())
        bill.action_post()
        self.assertEqual(self.memo(bill), ["FV/9"])

    def test_payment_reference_of_a_bill_that_is_due_in_2027(self):
        self.company.sudo().l10n_pl_ksef_payment_numbers = "always"
        bill = self.bills("FV/1")
        expected = f"{bill.l10n_pl_ksef_number} FV/1"
        self.assertEqual(bill.payment_reference, expected)
        self.assertEqual(bill.l10n_pl_ksef_transfer_title, expected)

    def merged(self, setting="always", **values):
        """Return a bill that was typed in and confirmed before KSeF had it."""
        self.company.sudo().l10n_pl_ksef_payment_numbers = setting
        bill = self.bill_by_hand("FV/1", invoice_date=today_in_warsaw(), **values)
        bill.action_post()
        self.issue("FV/1")
        self.fetch()
        self.inbox._merge_by_hand(bill)
        self.assertTrue(bill.l10n_pl_ksef_number)
        return bill

    def test_number_that_comes_after_confirming_gets_into_the_reference(self):
        bill = self.merged()
        expected = f"{bill.l10n_pl_ksef_number} FV/1"
        self.assertEqual(bill.payment_reference, expected)
        self.assertEqual(bill.state, "posted")
        terms = bill.line_ids.filtered(lambda li: li.display_type == "payment_term")
        self.assertIn(bill.l10n_pl_ksef_number, terms.name)
        self.assertEqual(self.memo(bill), [expected])

    def test_number_that_comes_late_leaves_what_a_person_chose(self):
        bill = self.merged(payment_reference="Umowa 17")
        self.assertEqual(bill.payment_reference, "Umowa 17")

    def test_number_that_comes_late_follows_the_setting(self):
        bill = self.merged("never")
        self.assertNotIn(bill.l10n_pl_ksef_number, bill.payment_reference or "")

    def test_payment_reference_of_a_person_stays(self):
        self.company.sudo().l10n_pl_ksef_payment_numbers = "always"
        self.issue("FV/1")
        self.fetch()
        self.inbox.action_create_bill()
        bill = self.inbox.move_id
        bill.payment_reference = "Umowa 17"
        bill.action_post()
        self.assertEqual(bill.payment_reference, "Umowa 17")

    def test_texts_keep_to_what_banks_take(self):
        number = f"{SUPPLIER_NIP}-20270104-0100A1B2C3D4-7F"
        self.assertEqual(len(title([number], "X" * 200)), 140)
        self.assertTrue(title([number], "X" * 200).startswith(number))
        message = split_message(1234.5, NIP, number, "za / towar " * 9)
        self.assertEqual(
            message.partition("/TXT/")[0], f"/VAT/1234,50/IDC/{NIP}/INV/{number}"
        )
        self.assertLessEqual(len(message.partition("/TXT/")[2]), 33)
        self.assertNotIn("/", message.partition("/TXT/")[2])


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCollectiveIdentifiers(PaymentsCommon):
    def test_bills_of_one_supplier_get_one_number(self):
        bills = self.bills("FV/1", "FV/2", "FV/3")
        row = self.made(bills)
        self.assertEqual(row.state, "made")
        (there,) = self.kept.values()
        self.assertEqual(row.number, there.number)
        self.assertEqual(
            {item.ksef_number for item in there.invoices},
            set(bills.mapped("l10n_pl_ksef_number")),
        )
        self.assertEqual(
            there.invoices[0].payment, {"amount": 123.0, "currency": "PLN"}
        )
        self.assertEqual(row.amount, 369.0)
        self.assertEqual(bills.l10n_pl_ksef_collective_ids, row)
        self.assertIn(row.number, bills[0].message_ids[0].body)

    def test_button_makes_no_call(self):
        bills = self.bills("FV/1", "FV/2")
        self.simulator.log.clear()
        bills.action_l10n_pl_ksef_collective()
        self.assertFalse(self.requests())

    def test_payment_of_its_bills_carries_the_identifier(self):
        bills = self.bills("FV/1", "FV/2")
        row = self.made(bills)
        self.assertEqual(self.memo(bills, group_payment=True), [row.number])

    def test_identifier_that_was_asked_for_is_used_before_the_law_needs_it(self):
        bills = self.bills("FV/1", "FV/2")
        number = self.made(bills).number
        self.assertEqual(self.memo(bills, IN_2026, group_payment=True), [number])

    def test_company_that_pays_without_numbers_leaves_the_identifier_out(self):
        bills = self.bills("FV/1", "FV/2")
        number = self.made(bills).number
        self.company.sudo().l10n_pl_ksef_payment_numbers = "never"
        (memo,) = self.memo(bills, group_payment=True)
        self.assertNotIn(number, memo)

    def test_payment_of_other_bills_does_not(self):
        bills = self.bills("FV/1", "FV/2", "FV/3")
        row = self.made(bills[:2])
        (memo,) = self.memo(bills, group_payment=True)
        self.assertNotIn(row.number, memo)
        self.assertEqual(memo.count(SUPPLIER_NIP), 3)

    def test_split_payment_of_its_bills_has_one_message(self):
        bills = self.bills("FV/1", "FV/2", net="1000.00", split=True)
        row = self.made(bills)
        self.assertEqual(
            self.memo(bills, group_payment=True),
            [f"/VAT/460,00/IDC/{SUPPLIER_NIP}/INV/{row.number}"],
        )

    def test_second_press_makes_no_second_number(self):
        bills = self.bills("FV/1", "FV/2")
        row = self.made(bills)
        self.assertEqual(self.made(bills), row)
        self.assertEqual(len(self.kept), 1)

    # -- troubles ----------------------------------------------------------
    def test_no_answer_came_and_the_number_is_there(self):
        bills = self.bills("FV/1", "FV/2")
        self.fault("cut_after", f"{PATH}$", method="POST")
        row = self.made(bills)
        self.assertEqual(row.state, "unknown")
        self.assertTrue(row.message)
        row._note(next_try_at=False)
        self.run_cron("ir_cron_make_collective")
        self.assertEqual(row.state, "made")
        self.assertEqual(list(self.kept), [row.number])

    def test_no_answer_came_and_nothing_was_made(self):
        bills = self.bills("FV/1", "FV/2")
        self.fault("cut_before", f"{PATH}$", method="POST")
        row = self.made(bills)
        self.assertEqual(row.state, "unknown")
        row._note(next_try_at=False)
        self.run_cron("ir_cron_make_collective")
        self.assertEqual(row.state, "made")
        self.assertEqual(list(self.kept), [row.number])
        posts = [e for e in self.requests("POST", PATH) if e.path.endswith(PATH)]
        self.assertEqual(len(posts), 2)

    def test_worker_died_after_the_call(self):
        bills = self.bills("FV/1", "FV/2")
        logger = "odoo.addons.l10n_pl_ksef.models.common.durable"
        died = patch.object(
            collective_run.CollectiveRun, "_made", side_effect=RuntimeError
        )
        with died, mute_logger(logger):
            row = self.made(bills)
        self.assertEqual(row.state, "asking")
        self.run_cron("ir_cron_make_collective")
        self.assertEqual(row.state, "made")
        self.assertEqual(list(self.kept), [row.number])

    def test_ksef_down_waits(self):
        bills = self.bills("FV/1", "FV/2")
        self.fault("error", PATH, status=503, times=20)
        row = self.made(bills)
        self.assertIn(row.state, ("queued", "unknown"))
        self.assertGreater(row.next_try_at, fields.Datetime.now())
        before = len(self.requests("POST", PATH))
        self.run_cron("ir_cron_make_collective")
        self.assertEqual(len(self.requests("POST", PATH)), before)
        self.simulator.faults.clear()
        row._note(next_try_at=False)
        self.run_cron("ir_cron_make_collective")
        self.assertEqual(row.state, "made")

    def refused(self, bills):
        row = self.made(bills)
        self.assertEqual(row.state, "refused")
        return row.message

    def test_unknown_invoice_is_refused_in_plain_words(self):
        bills = self.bills("FV/1", "FV/2")
        del self.simulator.state.accepted[bills[1].l10n_pl_ksef_number]
        message = self.refused(bills)
        self.assertIn("does not know its number", message)
        self.assertIn(bills[1].l10n_pl_ksef_number, message)

    def test_invoice_in_too_many_is_refused_in_plain_words(self):
        bills = self.bills("FV/1", "FV/2")
        with patch(f"{MODULE}.MOST_PER_INVOICE", 0):
            self.assertIn("as many collective identifiers", self.refused(bills))

    def test_two_sellers_at_ksef_are_refused_in_plain_words(self):
        bills = self.bills("FV/1", "FV/2")
        accepted = self.simulator.state.accepted
        first = bills[0].l10n_pl_ksef_number
        with patch(f"{MODULE}._seller_of", lambda _state, number: str(number == first)):
            self.assertIn("of one seller only", self.refused(bills))
        self.assertIn(first, accepted)

    def test_number_of_two_bills_is_refused_in_plain_words(self):
        """Not possible here any more; KSeF has a code for it all the same."""
        bills = self.bills("FV/1", "FV/2")
        twice = Problem(71005, ("Powtórzony numer KSeF.",))
        with patch(f"{MODULE}._problems", lambda *_asked: [twice]):
            self.assertIn("two bills have the same KSeF number", self.refused(bills))

    def test_refused_bills_may_be_tried_again(self):
        bills = self.bills("FV/1", "FV/2")
        with patch(f"{MODULE}.MOST_PER_INVOICE", 0):
            self.refused(bills)
        self.assertEqual(self.made(bills).state, "made")

    # -- who and what --------------------------------------------------------
    def test_bills_that_cannot_have_one_are_named(self):
        bills = self.bills("FV/1", "FV/2")
        by_hand = self.bill_by_hand("FV/9", invoice_date=today_in_warsaw())
        by_hand.action_post()
        with self.assertRaisesRegex(UserError, "no KSeF number"):
            (bills + by_hand).action_l10n_pl_ksef_collective()
        with self.assertRaisesRegex(UserError, "from 2 to 500"):
            bills[0].action_l10n_pl_ksef_collective()
        self.memo(bills[0])
        with self.assertRaisesRegex(UserError, "paid already"):
            bills.action_l10n_pl_ksef_collective()

    def test_bills_of_two_suppliers_are_refused_here(self):
        bills = self.bills("FV/1")
        bills += self.bills("FV/2", seller_nip="5260001246")
        with self.assertRaisesRegex(UserError, "one supplier"):
            bills.action_l10n_pl_ksef_collective()
        self.assertFalse(self.env["l10n_pl_ksef.collective"].search([]))

    def payer(self):
        """Return a user who pays bills and has no right in KSeF."""
        user = new_test_user(
            self.system,
            "ksef_payer",
            groups="base.group_user,account.group_account_invoice",
            company_id=self.company.id,
        )
        ours = ("look", "send", "receive", "admin")
        for name in ours:
            user.group_ids -= self.system.ref(f"l10n_pl_ksef.group_{name}")
        self.assertFalse(user.has_group("l10n_pl_ksef.group_look"))
        return user

    def test_without_the_right_to_receive(self):
        bills = self.bills("FV/1", "FV/2")
        with self.assertRaises(AccessError):
            bills.with_user(self.payer()).action_l10n_pl_ksef_collective()

    def test_who_has_no_right_in_ksef_pays_with_the_identifier(self):
        bills = self.bills("FV/1", "FV/2")
        row = self.made(bills)
        self.env = self.env(user=self.payer())
        self.assertEqual(self.memo(bills, group_payment=True), [row.number])

    def test_rows_are_kept_and_written_by_nobody(self):
        row = self.made(self.bills("FV/1", "FV/2"))
        with self.assertRaises(AccessError):
            row.with_user(self.accountant).write({"number": "X"})
        with self.assertRaisesRegex(UserError, "are kept"):
            row.sudo().unlink()

    def test_other_company_sees_nothing(self):
        self.made(self.bills("FV/1", "FV/2"))
        other = self.other_company()
        model = self.env["l10n_pl_ksef.collective"].with_context(
            allowed_company_ids=other.ids
        )
        self.assertFalse(model.search([]))

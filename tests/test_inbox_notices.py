"""Who is told that an invoice has come, how, and in which language."""

from datetime import datetime
from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.tests import tagged

from ..models.inbox import inbound_notices
from .common import OTHER_NIP
from .inbox_common import SUPPLIER_NIP, InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxNotices(InboxCommon):
    def setUp(self):
        super().setUp()
        self.company.sudo().l10n_pl_ksef_inbox_user_id = self.accountant
        self.accountant.sudo().write({"email": "ksiegowa@example.com"})
        self.at(8)

    def at(self, hour):
        """Let it be so late in Warsaw."""

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz).replace(hour=hour)

        self.enterContext(patch.object(inbound_notices, "datetime", Clock))

    def choose(self, notice):
        self.company.sudo().l10n_pl_ksef_notice = notice

    def send(self):
        """Let the cron work; return the letters that it wrote."""
        mails = self.system["mail.mail"].sudo()
        before = mails.search([])
        self.run_cron("ir_cron_send_digest")
        self.env.invalidate_all()
        return mails.search([]) - before

    def tasks(self, record):
        kind = self.env.ref("l10n_pl_ksef.mail_activity_received")
        return record.activity_ids.filtered(lambda one: one.activity_type_id == kind)

    def followed(self, *users):
        self.bill_by_hand("FV/0", 1)
        partner = self.env["res.partner"].search([("vat", "=", SUPPLIER_NIP)])
        partner.sudo().l10n_pl_ksef_follower_ids = [
            Command.set([user.id for user in users])
        ]
        return partner

    # ------------------------------------------------------------------
    # one e-mail a day
    # ------------------------------------------------------------------
    def test_one_letter_a_day_names_all_invoices(self):
        self.issue("FV/1", "FV/2")
        self.fetch()
        letter = self.send()
        self.assertEqual(len(letter), 1)
        self.assertEqual(letter.recipient_ids, self.accountant.partner_id)
        for words in ("FV/1", "FV/2", "123.00", "nothing before"):
            self.assertIn(words, letter.body_html)
        self.issue("FV/3")
        self.fetch()
        self.assertFalse(self.send(), "not twice on one day")
        self.company.sudo().l10n_pl_ksef_digest_on = "2026-01-01"
        letter = self.send()
        self.assertIn("FV/3", letter.body_html)
        self.assertNotIn("FV/1", letter.body_html)

    def test_no_letter_without_news_and_none_at_night(self):
        self.assertFalse(self.send())
        self.issue("FV/1")
        self.fetch()
        self.at(5)
        self.assertFalse(self.send())
        self.at(9)
        self.assertTrue(self.send())

    def test_history_is_no_news(self):
        self.issue("FV/1", days_ago=40)
        self.fetch()
        self.assertTrue(self.inbox)
        self.assertFalse(self.send())

    def test_letter_is_in_the_language_of_each(self):
        self.accountant.sudo().lang = "pl_PL"
        self.administrator.sudo().write({"lang": "en_US", "email": "boss@example.com"})
        self.followed(self.administrator)
        self.issue("FV/1")
        self.fetch()
        letters = self.send()
        self.assertEqual(
            set(letters.recipient_ids),
            {self.accountant.partner_id, self.administrator.partner_id},
        )
        english = letters.filtered(
            lambda one: one.recipient_ids == self.administrator.partner_id
        )
        self.assertIn("new invoices: 1", english.subject)
        self.assertIn("123.00", english.body_html)
        self.assertIn("123,00", (letters - english).body_html)

    def test_letter_reads_well_in_both_languages(self):
        name = "Kowalski & Syn <s.c.> „Róża”"
        header = {
            "pl_PL": ["Dostawca", "Numer", "Brutto", "Nowa"],
            "en_US": ["Supplier", "Number", "Gross", "New"],
        }
        self.issue("FV/1&2", annotations={"P_18A": 1})
        self.fetch()
        row = self.inbox
        row._note(seller_name=name, due_date="2026-12-24")
        for lang, words in header.items():
            self.accountant.sudo().lang = lang
            row._note(is_told=False)
            self.company.sudo().l10n_pl_ksef_digest_on = False
            letter = self.send()
            page = html.fromstring(letter.body_html)
            shown = " ".join(page.text_content().split())
            with self.subTest(lang=lang):
                for word in (name, "FV/1&2", *words):
                    self.assertIn(word, shown)
                for sign in ("&amp;", "&lt;", "&quot;", "&#", "<t ", "False", "None"):
                    self.assertNotIn(sign, shown)
                self.assertNotIn("New invoices" if lang == "pl_PL" else "Nowe", shown)

    def test_links_of_the_letter_lead_to_the_inbox(self):
        self.issue("FV/1")
        self.fetch()
        page = html.fromstring(self.send().body_html)
        base = self.company.get_base_url()
        path = self.env.ref("l10n_pl_ksef.l10n_pl_ksef_inbound_action").sudo().path
        inbox = f"{base}/odoo/{path}"
        self.assertEqual(
            [one.get("href") for one in page.iter("a")],
            [f"{inbox}/{self.inbox.id}", inbox],
        )

    def test_person_of_the_rule_gets_the_letter_instead(self):
        self.env["l10n_pl_ksef.inbound.rule"].create(
            {"seller_nip": SUPPLIER_NIP, "user_id": self.administrator.id}
        )
        self.administrator.sudo().email = "boss@example.com"
        self.issue("FV/1")
        self.fetch()
        self.assertEqual(self.send().recipient_ids, self.administrator.partner_id)

    def test_nobody_is_told_about_another_company(self):
        stranger = self.make_user("ksef_stranger", "account.group_account_invoice")
        other = self.other_company(OTHER_NIP)
        stranger.sudo().write(
            {
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
                "email": "x@example.com",
            }
        )
        self.followed(stranger)
        self.issue("FV/1")
        self.fetch()
        self.assertEqual(self.send().recipient_ids, self.accountant.partner_id)

    def test_nothing_when_nothing_is_wanted(self):
        self.choose("none")
        self.issue("FV/1")
        self.fetch()
        self.assertFalse(self.send())
        self.assertFalse(self.tasks(self.inbox))

    # ------------------------------------------------------------------
    # a task for each
    # ------------------------------------------------------------------
    def test_task_for_each_invoice_that_waits(self):
        self.choose("activity")
        self.issue("FV/1", "FV/2")
        self.fetch()
        tasks = self.tasks(self.inbox)
        self.assertEqual(tasks.user_id, self.accountant)
        self.assertEqual(len(tasks), 2)
        self.assertIn("FV/", tasks[0].summary)
        self.assertFalse(self.send())

    def test_task_ends_when_somebody_has_decided(self):
        self.choose("activity")
        self.issue("FV/1")
        self.fetch()
        self.inbox._set_aside("not_booked", "Private")
        self.assertFalse(self.tasks(self.inbox))

    def test_task_is_on_the_bill_that_was_made_by_itself(self):
        self.choose("activity")
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        self.issue("FV/1")
        self.fetch()
        self.assertEqual(self.tasks(self.inbox.move_id).user_id, self.accountant)

    def test_task_is_not_given_again_when_rules_change(self):
        self.choose("activity")
        self.issue("FV/1")
        self.fetch()
        self.env["l10n_pl_ksef.inbound.rule"].create({"words": "papier"})
        self.run_cron("ir_cron_book_inbound")
        self.assertEqual(len(self.tasks(self.inbox)), 1)

    # ------------------------------------------------------------------
    # following a supplier
    # ------------------------------------------------------------------
    def test_who_follows_the_supplier_follows_row_and_bill(self):
        self.followed(self.administrator)
        self.issue("FV/1")
        self.fetch()
        row = self.inbox
        self.assertIn(
            self.administrator.partner_id, row.message_follower_ids.partner_id
        )
        row.action_create_bill()
        followers = row.move_id.message_follower_ids.partner_id
        self.assertIn(self.administrator.partner_id, followers)

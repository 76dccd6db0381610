"""Rules of the inbox: journal, account, tax, person and branch by what a file says."""

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..ksef.fa3 import model
from . import fa3_import_common as fa
from .common import NIP, OTHER_NIP
from .inbox_common import SUPPLIER_NIP, InboxCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInboxRules(InboxCommon):
    def rule(self, **values):
        values.setdefault("company_id", self.company.id)
        return self.env["l10n_pl_ksef.inbound.rule"].create(values)

    def received(self, number="FV/1", **values):
        """Return the row of an invoice that was fetched."""
        (ksef_number,) = self.issue(number, **values)
        self.fetch()
        return self.inbox.filtered(lambda row: row.ksef_number == ksef_number)

    def booked(self, number="FV/1", **values):
        row = self.received(number, **values)
        row.action_create_bill()
        self.assertEqual(row.state, "created", row.reason)
        return row.move_id

    def account(self, code="402990", company=None):
        company = (company or self.company).with_env(self.system)
        return self.system["account.account"].create(
            {
                "name": "Paliwo",
                "code": code,
                "account_type": "expense",
                "company_ids": [Command.set(company.ids)],
            }
        )

    def journal(self, code="KOSZT", company=None):
        return self.system["account.journal"].create(
            {
                "name": "Koszty",
                "code": code,
                "type": "purchase",
                "company_id": (company or self.company).id,
            }
        )

    def branch(self, name="Oddział Kraków", **values):
        """Make a branch in which both users may work."""
        branch = self.system["res.company"].create(
            {"name": name, "parent_id": self.company.id, **values}
        )
        for user in (self.accountant, self.administrator):
            user.sudo().company_ids |= branch
        return branch.with_env(self.env)

    def third(self, role, **identity):
        return model.Podmiot3(
            DaneIdentyfikacyjne=model.TPodmiot3(Nazwa="Oddział", **identity),
            Adres=model.TAdres(KodKraju="PL", AdresL1="ul. Polna 1"),
            Rola=role,
        )

    # ------------------------------------------------------------------
    # by supplier
    # ------------------------------------------------------------------
    def test_supplier_decides_about_journal_account_and_person(self):
        journal, account = self.journal(), self.account()
        self.rule(
            seller_nip=SUPPLIER_NIP,
            journal_id=journal.id,
            account_id=account.id,
            user_id=self.administrator.id,
        )
        bill = self.booked()
        self.assertRecordValues(
            bill,
            [
                {
                    "journal_id": journal.id,
                    "invoice_user_id": self.administrator.id,
                    "amount_total": 123,
                }
            ],
        )
        self.assertEqual(bill.invoice_line_ids.account_id, account)

    def test_other_suppliers_stay_with_odoos_choice(self):
        journal = self.journal()
        self.rule(seller_nip="5260001246", journal_id=journal.id)
        self.assertNotEqual(self.booked().journal_id, journal)

    def test_without_a_rule_the_account_of_earlier_bills_is_predicted(self):
        account = self.account()
        for number in ("FV/A", "FV/B"):
            earlier = self.bill_by_hand(number, 10, invoice_date="2026-01-15")
            earlier.invoice_line_ids.account_id = account
            earlier.action_post()
        self.assertEqual(self.booked().invoice_line_ids.account_id, account)

    def test_partner_gives_the_rule_its_nip(self):
        self.bill_by_hand()
        partner = self.env["res.partner"].search([("vat", "=", SUPPLIER_NIP)])
        rule = self.rule(partner_id=partner.id)
        self.assertEqual(rule.seller_nip, SUPPLIER_NIP)
        self.assertIn(partner.name, rule.name)

    def test_first_rule_that_says_something_decides(self):
        first, second = self.account("402991"), self.account("402992")
        journal = self.journal()
        self.rule(sequence=1, seller_nip=SUPPLIER_NIP, account_id=first.id)
        self.rule(sequence=2, account_id=second.id, journal_id=journal.id)
        bill = self.booked()
        self.assertEqual(bill.invoice_line_ids.account_id, first)
        self.assertEqual(bill.journal_id, journal)

    def test_amount_and_archived_rules(self):
        journal = self.journal()
        rule = self.rule(amount_from=200, amount_to=300, journal_id=journal.id)
        self.assertNotEqual(self.booked("FV/1").journal_id, journal)
        self.assertEqual(self.booked("FV/2", net="200.00").journal_id, journal)
        rule.active = False
        self.assertNotEqual(self.booked("FV/3", net="200.00").journal_id, journal)

    # ------------------------------------------------------------------
    # by words
    # ------------------------------------------------------------------
    def test_rows_with_the_text_get_the_account_and_the_others_do_not(self):
        fuel = self.account()
        self.rule(words="papier; olej", account_id=fuel.id)
        rows = (
            fa.row(
                NrWierszaFa=1,
                P_7="Papier biurowy",
                P_8B="1",
                P_9A="60",
                P_11="60",
                P_12="23",
            ),
            fa.row(
                NrWierszaFa=2, P_7="Długopis", P_8B="1", P_9A="40", P_11="40", P_12="23"
            ),
        )
        xml = self.document_xml("FV/1", "100.00", fa.date(2026, 9, 1), FaWiersz=rows)
        lines = self.booked(xml=xml).invoice_line_ids
        self.assertEqual(lines[0].account_id, fuel)
        self.assertNotEqual(lines[1].account_id, fuel)

    def test_text_in_a_remark_is_for_the_whole_invoice(self):
        account = self.account()
        self.rule(words="WX 12345", account_id=account.id)
        remark = model.TKluczWartosc(Klucz="Pojazd", Wartosc="wx 12345")
        bill = self.booked(DodatkowyOpis=(remark,))
        self.assertEqual(bill.invoice_line_ids.account_id, account)

    def test_tax_of_the_rule_is_taken_at_its_rate_and_the_vat_stays_exact(self):
        tax = self.env["account.chart.template"].ref("vz_kraj_23")
        half = tax.sudo().copy({"name": "23% w połowie"})
        self.rule(seller_nip=SUPPLIER_NIP, tax_id=half.id)
        bill = self.booked()
        self.assertEqual(bill.invoice_line_ids.tax_ids, half)
        self.assertEqual((bill.amount_tax, bill.amount_total), (23, 123))

    def test_analytics_of_the_rule(self):
        plan = self.system["account.analytic.plan"].create({"name": "MPK"})
        place = self.system["account.analytic.account"].create(
            {"name": "Biuro", "plan_id": plan.id}
        )
        self.rule(analytic_distribution={str(place.id): 100})
        bill = self.booked()
        self.assertEqual(
            bill.invoice_line_ids.analytic_distribution, {str(place.id): 100}
        )

    # ------------------------------------------------------------------
    # automatic or after review
    # ------------------------------------------------------------------
    def test_rule_books_by_itself_what_the_company_reviews(self):
        self.rule(seller_nip=SUPPLIER_NIP, booking="automatic")
        self.assertEqual(self.received().state, "created")

    def test_rule_reviews_what_the_company_books_by_itself(self):
        self.company.sudo().l10n_pl_ksef_booking = "automatic"
        self.rule(amount_from=1000, booking="review")
        self.assertEqual(self.received("FV/1").state, "created")
        self.assertEqual(self.received("FV/2", net="1000.00").state, "new")

    def test_uploaded_file_follows_the_rules_too(self):
        account = self.account()
        self.rule(seller_nip=SUPPLIER_NIP, account_id=account.id)
        xml = self.document_xml("FV/1", "100.00", fa.date(2026, 9, 1))
        attachment = self.env["ir.attachment"].create(
            {"name": "fv.xml", "raw": xml, "mimetype": "application/xml"}
        )
        journals = self.env["account.journal"].with_context(
            default_move_type="in_invoice"
        )
        bill = journals._create_document_from_attachment(attachment.ids)
        self.assertEqual(bill.invoice_line_ids.account_id, account)

    # ------------------------------------------------------------------
    # branches
    # ------------------------------------------------------------------
    def test_internal_id_gives_the_invoice_to_a_branch(self):
        branch = self.branch()
        unit = f"{NIP}-00003"
        self.rule(unit_identifier=unit, branch_id=branch.id)
        row = self.received(others=(self.third(2, IDWew=unit),))
        self.assertEqual(row.branch_id, branch)
        self.assertEqual(row.company_id, self.company)
        row.action_create_bill()
        self.assertEqual(row.move_id.company_id, branch)
        self.assertEqual(row.move_id.amount_total, 123)

    def test_what_nothing_matches_stays_with_the_main_company(self):
        branch = self.branch()
        self.rule(unit_identifier=f"{NIP}-00003", branch_id=branch.id)
        row = self.received()
        self.assertFalse(row.branch_id)
        row.action_create_bill()
        self.assertEqual(row.move_id.company_id, self.company)

    def test_order_number_and_third_party_give_it_to_a_branch(self):
        by_order, by_role = self.branch("Kraków"), self.branch("Gdańsk")
        self.rule(order_words="KRK-", branch_id=by_order.id)
        self.rule(third_role="2", third_nip=OTHER_NIP, branch_id=by_role.id)
        terms = model.WarunkiTransakcji(
            Zamowienia=(model.Zamowienia(NrZamowienia="krk-17/2026"),)
        )
        ordered = self.received("FV/1", WarunkiTransakcji=terms)
        self.assertEqual(ordered.branch_id, by_order)
        named = self.received("FV/2", others=(self.third(2, NIP=OTHER_NIP),))
        self.assertEqual(named.branch_id, by_role)

    def test_second_company_with_the_same_nip(self):
        other = self.other_company(NIP)
        self.rule(words="papier", branch_id=other.id)
        row = self.received()
        row.action_create_bill()
        self.assertEqual(row.move_id.company_id, other)

    def test_another_companys_nip_is_no_branch(self):
        other = self.other_company(OTHER_NIP)
        with self.assertRaisesRegex(ValidationError, "neither a branch"):
            self.rule(branch_id=other.id)

    def test_journal_of_another_company_is_refused(self):
        other = self.other_company(OTHER_NIP)
        journal = self.journal(company=other)
        with self.assertRaisesRegex(ValidationError, "another company"):
            self.rule(journal_id=journal.id)

    def test_bill_typed_in_at_the_head_office_is_not_booked_again_in_the_branch(self):
        branch = self.branch()
        self.rule(branch_id=branch.id)
        bill = self.bill_by_hand("FV/1", 100, invoice_date="2026-11-01")
        row = self.received()
        self.assertEqual(row.candidate_ids, bill)
        row.action_create_bill()
        self.assertRecordValues(row, [{"state": "merged", "move_id": bill.id}])

    def test_person_gives_an_invoice_to_a_branch(self):
        branch = self.branch()
        row = self.received()
        action = row.action_assign()
        form = Form(
            self.env["l10n_pl_ksef.inbound.assign"].with_context(**action["context"])
        )
        self.assertIn(branch, form.allowed_company_ids)
        self.assertFalse(form.user_id)
        wizard = form.save()
        wizard.branch_id = branch
        wizard.user_id = self.administrator
        wizard.action_save()
        self.rule(user_id=self.accountant.id)
        self.run_cron("ir_cron_book_inbound")
        self.assertEqual(row.user_id, self.administrator)
        again = self.env["l10n_pl_ksef.inbound.assign"].create(
            {"inbound_ids": [Command.set(row.ids)]}
        )
        self.assertRecordValues(
            again, [{"branch_id": branch.id, "user_id": self.administrator.id}]
        )
        row.action_create_bill()
        self.assertEqual(row.move_id.company_id, branch)
        self.assertEqual(row.move_id.invoice_user_id, self.administrator)

    def test_person_of_the_branch_sees_its_invoices_only(self):
        branch = self.branch()
        self.rule(words="papier", branch_id=branch.id)
        here = self.received("FV/1")
        rows = (
            fa.row(
                NrWierszaFa=1, P_7="Węgiel", P_8B="1", P_9A="100", P_11="100", P_12="23"
            ),
        )
        xml = self.document_xml("FV/2", "100.00", fa.date(2026, 9, 1), FaWiersz=rows)
        self.received("FV/2", xml=xml)
        clerk = self.make_user("ksef_branch", "account.group_account_invoice")
        clerk.sudo().write(
            {"company_id": branch.id, "company_ids": [Command.set(branch.ids)]}
        )
        seen = self.env["l10n_pl_ksef.inbound"].with_user(clerk).search([])
        self.assertEqual(seen, here.with_user(clerk))

    def test_new_rule_applies_to_what_waits(self):
        row = self.received()
        self.assertFalse(row.user_id)
        self.rule(seller_nip=SUPPLIER_NIP, user_id=self.administrator.id)
        self.run_cron("ir_cron_book_inbound")
        self.assertEqual(row.user_id, self.administrator)

    def test_whoever_only_looks_makes_no_rules(self):
        reader = self.make_user("ksef_reader", "account.group_account_readonly")
        rules = self.env["l10n_pl_ksef.inbound.rule"].with_user(reader)
        self.assertFalse(rules.search([]))
        self.assertFalse(rules.has_access("create"))

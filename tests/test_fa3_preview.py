"""Previews of drafts, pictures beside bills, the report and who may see it."""

import base64
from unittest.mock import patch

from lxml import html

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..ksef.fa3 import build
from ..models.picture.account_move_picture import AccountMove
from .fa3_import_common import Fa3ImportCommon, document, row


@tagged("post_install_l10n", "post_install", "-at_install")
class TestFa3Preview(Fa3ImportCommon):
    def page(self, move):
        """Return the preview as the client opens it."""
        action = move.action_l10n_pl_ksef_preview()
        self.assertEqual(action["report_type"], "qweb-html")
        found, kind = self.env["ir.actions.report"]._render_qweb_html(
            action["report_name"], move.ids
        )
        self.assertEqual(kind, "html")
        return found.decode()

    def draft(self, *lines, **values):
        lines = lines or ({"price_unit": 100, "tax": "vs_kraj_23"},)
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.supplier(
                    street="ul. Kwiatowa 1", zip="00-001", city="Warszawa"
                ).id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": line.get("name", "Usługa"),
                            "price_unit": line["price_unit"],
                            "tax_ids": self.tax(line["tax"]).ids
                            if line.get("tax")
                            else [],
                        }
                    )
                    for line in lines
                ],
                **values,
            }
        )

    # -- drafts ----------------------------------------------------------------
    def test_draft_shows_the_future_document(self):
        page = self.page(self.draft())
        self.assertIn("Number given on posting", page)
        self.assertIn("Draft", page)
        self.assertIn("Usługa", page)
        self.assertIn("123.00 PLN", page)
        self.assertIn("Nothing stands in the way", page)

    def test_draft_with_a_reserved_number_does_not_show_it(self):
        draft = self.draft(name="FV/2026/04/0001")
        self.assertNotIn("FV/2026/04/0001", self.page(draft).split("ksef-pic")[-1])

    def test_problems_are_listed_before_posting(self):
        page = self.page(self.draft({"price_unit": 100, "tax": "vs_kraj_zw"}))
        self.assertIn("ksef-error", page)
        self.assertIn("Usługa", page, "the document is shown all the same")
        self.assertNotIn("Post the invoice first", page)

    def test_problems_lead_to_the_record_that_mends_them(self):
        page = self.page(
            self.draft(
                {"price_unit": 100, "tax": "vs_kraj_zw"}, {"price_unit": 7, "tax": None}
            )
        )
        links = {
            (link.get("res-model"), int(link.get("res-id")), link.text)
            for link in html.fromstring(page).xpath("//*[@view-type='form']")
        }
        exempt = self.tax("vs_kraj_zw")
        basis = exempt._fields["l10n_pl_ksef_exempt_basis"].string
        self.assertIn(
            ("account.tax", exempt.id, f"{exempt.display_name} / {basis}"), links
        )
        move = self.env["account.move"].search([], order="id desc", limit=1)
        self.assertIn(("account.move", move.id, "Taxes"), links)

    def test_half_finished_drafts_never_fail(self):
        partner = self.system["res.partner"].create({"name": "Bez danych"})
        drafts = (
            self.draft(partner_id=False),
            self.draft(invoice_line_ids=False),
            self.draft({"price_unit": 0}),
            self.draft({"price_unit": -5, "tax": "vs_kraj_23"}),
            self.draft(partner_id=partner.id),
            self.draft(move_type="out_refund"),
            self.draft(currency_id=self.env.ref("base.EUR").id),
        )
        for draft in drafts:
            with self.subTest(draft=draft.id):
                self.assertIn("ksef-error", self.page(draft))

    def test_original_that_waits_for_its_number_is_not_called_outside_ksef(self):
        origin = self.draft()
        origin.action_post()
        page = self.page(origin._reverse_moves())
        self.assertIn("has no KSeF number yet", page)
        self.assertIn(origin.name, page)
        self.assertNotIn("Issued outside KSeF", page)

    def test_preview_writes_nothing(self):
        draft = self.draft()
        before = draft.read(["name", "state", "write_date"])
        self.page(draft)
        self.env.flush_all()
        self.assertEqual(draft.read(["name", "state", "write_date"]), before)
        self.assertFalse(draft.l10n_pl_ksef_document_ids)

    def test_posted_invoice_shows_its_number(self):
        move = self.draft(invoice_date="2026-04-20")
        move.action_post()
        self.assertIn(move.name, self.page(move).split("ksef-pic")[-1])

    def test_document_on_its_way_is_shown_as_sent(self):
        move = self.draft(invoice_date="2026-04-20")
        move.action_post()
        xml = move._l10n_pl_ksef_prepare()[move].xml
        self.env["l10n_pl_ksef.document"]._freeze(
            move, xml.replace("Usługa".encode(), b"Zamrozone")
        )
        page = self.page(move)
        self.assertIn("Zamrozone", page)
        self.assertNotIn("Draft:", page)

    def test_bill_without_a_file_has_nothing_to_show(self):
        bill = self.env["account.move"].create({"move_type": "in_invoice"})
        with self.assertRaises(UserError):
            bill.action_l10n_pl_ksef_preview()

    # -- received ----------------------------------------------------------------
    def received(self, **fa):
        values = {"P_13_1": "100", "P_14_1": "23", "P_15": "123", **fa}
        return build(document(row(P_7="Usługa", P_11="100", P_12="23"), **values))

    def test_uploaded_bill_has_its_picture_beside_it(self):
        bill = self.upload(self.received())
        picture = bill.message_main_attachment_id
        self.assertEqual(picture.mimetype, "application/pdf")
        self.assertEqual(picture.raw[:4], b"%PDF")
        self.assertEqual((picture.res_model, picture.res_id), ("account.move", bill.id))
        self.assertFalse(bill.l10n_pl_ksef_picture_due)

    def test_pictures_of_many_are_drawn_in_the_background(self):
        bills = self.bill(document(P_2="A", P_13_7="5", P_15="5"))
        bills |= self.bill(document(P_2="B", P_13_7="5", P_15="5"))
        self.assertTrue(all(bills.mapped("l10n_pl_ksef_picture_due")))
        cron = self.system.ref("l10n_pl_ksef.ir_cron_draw_pictures")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        bills.invalidate_recordset()
        self.assertFalse(any(bills.mapped("l10n_pl_ksef_picture_due")))
        for bill in bills:
            self.assertEqual(bill.message_main_attachment_id.raw[:4], b"%PDF")

    def test_picture_that_can_not_be_drawn_holds_up_no_other(self):
        bills = self.bill(document(P_2="A", P_13_7="5", P_15="5"))
        bills |= self.bill(document(P_2="B", P_13_7="5", P_15="5"))
        pdf = AccountMove._l10n_pl_ksef_picture_pdf

        def failing(move):
            if move.ref == "A":
                raise UserError("no program")  # pylint: disable=C8107
            return pdf(move)

        cron = self.system.ref("l10n_pl_ksef.ir_cron_draw_pictures")
        with (
            patch.object(AccountMove, "_l10n_pl_ksef_picture_pdf", failing),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        bills.invalidate_recordset()
        self.assertFalse(bills[0].message_main_attachment_id)
        self.assertTrue(bills[1].message_main_attachment_id)

    def test_suppliers_own_pdf_stays_in_front(self):
        bill = self.bill(document(P_13_7="5", P_15="5"))
        own = self.env["ir.attachment"].create(
            {
                "name": "faktura.pdf",
                "raw": b"%PDF-1.4",
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": bill.id,
            }
        )
        bill._message_set_main_attachment_id(own, force=True)
        bill._l10n_pl_ksef_draw()
        self.assertEqual(bill.message_main_attachment_id, own)

    def test_received_file_can_be_downloaded_as_it_came(self):
        xml = self.received()
        bill = self.upload(xml)
        action = bill.action_l10n_pl_ksef_download_source()
        self.assertIn(f"/account.move/{bill.id}/l10n_pl_ksef_source", action["url"])
        self.assertEqual(base64.b64decode(bill.l10n_pl_ksef_source), xml)

    def test_printed_report_is_a_pdf_of_each(self):
        bill = self.bill(document(P_2="A", P_13_7="5", P_15="5"))
        report = self.env["ir.actions.report"].with_context(force_report_rendering=True)
        pdf, kind = report._render_qweb_pdf(
            "l10n_pl_ksef.action_report_picture", bill.ids
        )
        self.assertEqual(kind, "pdf")
        self.assertEqual(pdf[:4], b"%PDF")

    def test_stranger_may_not_see_the_picture(self):
        bill = self.bill(document(P_13_7="5", P_15="5"))
        stranger = new_test_user(
            self.system, login="stranger", groups="base.group_user"
        )
        with self.assertRaises(AccessError):
            self.env["ir.actions.report"].with_user(stranger)._render_qweb_html(
                "l10n_pl_ksef.report_picture", bill.ids
            )

    def test_invoice_of_another_country_has_no_preview(self):
        draft = self.draft({"price_unit": 100})
        self.assertTrue(draft.l10n_pl_ksef_has_picture)
        self.company.sudo().account_fiscal_country_id = self.env.ref("base.de")
        draft.invalidate_recordset()
        self.assertFalse(draft.l10n_pl_ksef_has_picture)

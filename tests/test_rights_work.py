"""Who has no right in KSeF still does his own work, and sees what he may."""

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..models.common.ksef_activities import administrators, responsible
from ..models.common.rights import ADMIN, LOOK, RECEIVE, SEND
from .rights_common import RightsCommon

MENUS = {
    "l10n_pl_ksef_document_menu": LOOK,
    "l10n_pl_ksef_session_menu": LOOK,
    "account_move_menu_l10n_pl_ksef_send_by": LOOK,
    "l10n_pl_ksef_outage_menu": LOOK,
    "l10n_pl_ksef_inbound_menu": LOOK,
    "res_company_menu_l10n_pl_ksef_own": ADMIN,
}

BUTTONS = {
    ("account.move", "form", "account.view_move_form"): {
        "action_l10n_pl_ksef_send": SEND,
        "action_l10n_pl_ksef_issue_offline": SEND,
        "action_l10n_pl_ksef_correct_technically": SEND,
        "action_l10n_pl_ksef_confirmation": LOOK,
        "action_l10n_pl_ksef_download_upo": LOOK,
    },
    ("account.move", "list", "account.view_out_invoice_tree"): {
        "action_l10n_pl_ksef_send": SEND,
    },
    ("account.move", "list", "account.view_in_invoice_bill_tree"): {
        "action_l10n_pl_ksef_fetch": RECEIVE,
    },
    ("l10n_pl_ksef.inbound", "form", "l10n_pl_ksef.l10n_pl_ksef_inbound_view_form"): {
        "action_create_bill": RECEIVE,
        "action_merge": RECEIVE,
        "action_set_aside": RECEIVE,
        "action_reopen": RECEIVE,
    },
    ("l10n_pl_ksef.outage", "list", "l10n_pl_ksef.l10n_pl_ksef_outage_view_list"): {
        "action_confirm": ADMIN,
        "action_dismiss": ADMIN,
    },
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRightsWork(RightsCommon):
    def by(self, user, records):
        return records.with_user(user)

    def test_invoices_are_written_without_a_right_in_ksef(self):
        moves = self.env["account.move"].with_user(self.nobody)
        tax = self.env["account.chart.template"].ref("vs_kraj_usl_23")
        with Form(moves.with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.partner_company.with_user(self.nobody)
            with form.invoice_line_ids.new() as line:
                line.name = "Usługa"
                line.price_unit = 100
                line.tax_ids.clear()
                line.tax_ids.add(tax)
        move = form.record
        move.action_post()
        move.button_draft()
        move.action_post()
        self.assertFalse(move.l10n_pl_ksef_can_send)
        self.assertFalse(move.l10n_pl_ksef_can_issue_offline)

    def test_company_sends_by_itself_whoever_confirms(self):
        self.company.sudo().l10n_pl_ksef_sending = "all"
        move = self.invoice()
        move.button_draft()
        self.by(self.nobody, move).action_post()
        self.assertEqual(move.l10n_pl_ksef_state, "queued")
        self.by(self.nobody, move).button_draft()
        self.by(self.nobody, move).action_post()
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")

    def test_sent_invoice_is_read_without_a_right_in_ksef(self):
        move = self.invoice()
        self.send(move)
        mine = self.by(self.nobody, move)
        mine.invalidate_recordset()
        form = Form(mine)
        self.assertEqual(form.l10n_pl_ksef_number, move.l10n_pl_ksef_number)
        self.assertNotIn("l10n_pl_ksef_document_ids", form._view["fields"])
        self.assertNotIn(
            "l10n_pl_ksef_upo", {item["key"] for item in mine.get_extra_print_items()}
        )

    def test_refund_is_made_without_a_right_in_ksef(self):
        move = self.invoice()
        self.send(move)
        reversal = (
            self.by(self.nobody, self.env["account.move.reversal"])
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id})
        )
        reversal.reverse_moves()
        reversal.new_move_ids.action_post()
        self.assertEqual(reversal.new_move_ids.state, "posted")

    def test_send_dialog_opens_without_a_right_in_ksef(self):
        move = self.invoice()
        wizard = (
            self.by(self.nobody, self.env["account.move.send.wizard"])
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({})
        )
        self.assertNotIn("l10n_pl_ksef", wizard.extra_edis or {})

    def test_outside_is_kept_when_others_save_the_partner(self):
        user = self.without[SEND]
        user.sudo().group_ids = [
            Command.link(self.system.ref("base.group_partner_manager").id)
        ]
        self.partner_consumer.l10n_pl_ksef_never = True
        mine = self.by(user, self.partner_consumer)
        mine.write({"name": "Jan Nowak", "l10n_pl_ksef_never": True})
        self.assertEqual(self.partner_consumer.name, "Jan Nowak")
        self.assertFalse(mine.copy().l10n_pl_ksef_never)

    # ------------------------------------------------------------------
    # what is shown
    # ------------------------------------------------------------------
    def test_menus_are_shown_to_who_may(self):
        for name, right in MENUS.items():
            menu = self.system.ref(f"l10n_pl_ksef.{name}")
            menus = self.env["ir.ui.menu"]
            for user, shown in ((self.without[right], False), (self.everything, True)):
                with self.subTest(menu=name, user=user.login):
                    visible = menus.with_user(user)._visible_menu_ids()
                    self.assertEqual(menu.id in visible, shown)

    def test_buttons_are_shown_to_who_may(self):
        for (model, kind, view), buttons in BUTTONS.items():
            view = self.system.ref(view)
            for name, right in buttons.items():
                for user, shown in (
                    (self.without[right], False),
                    (self.everything, True),
                ):
                    if model.startswith("l10n_pl_ksef.") and user == self.nobody:
                        continue
                    records = self.env[model].with_user(user)
                    arch = records.get_view(view.id, kind)["arch"]
                    with self.subTest(button=name, user=user.login):
                        self.assertEqual(f'name="{name}"' in arch, shown)

    def test_dashboard_counts_for_who_may_look(self):
        self.issue("FV/1")
        self.fetch()
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        for user, expected in ((self.everything, 1), (self.nobody, None)):
            with self.subTest(user=user.login):
                mine = self.by(user, journal)
                data = mine._get_journal_dashboard_data_batched()[journal.id]
                self.assertEqual(data.get("l10n_pl_ksef_waiting"), expected)

    def test_fetching_is_offered_to_who_may_receive(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "purchase"), ("company_id", "=", self.company.id)], limit=1
        )
        for user, shown in ((self.everything, True), (self.without[RECEIVE], False)):
            mine = self.by(user, journal)
            with self.subTest(user=user.login):
                self.assertEqual(mine.show_fetch_in_einvoices_button, shown)

    def test_tasks_go_to_who_can_do_them(self):
        move = self.invoice(invoice_user_id=self.without[SEND].id)
        self.assertNotEqual(responsible(move), self.without[SEND])
        move.invoice_user_id = self.everything
        self.assertEqual(responsible(move), self.everything)
        self.assertIn(self.everything, administrators(self.company))
        self.assertNotIn(self.without[ADMIN], administrators(self.company))

"""Odoo's own Send dialog and batch sending: KSeF first, then PDF and e-mail."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..models.sending.account_move_send import EDI_KEY
from .sending_common import SendingCommon

HELD_MAIL = "odoo.addons.l10n_pl_ksef.models.sending.account_move_ksef_mail"


class DialogCommon(SendingCommon, MockEmail):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant.sudo().email = "ksiegowa@firma.example"
        cls.partner_company.email = "faktury@nabywca.example"

    def setUp(self):
        super().setUp()
        # Odoo sends e-mails at once only when it is up.
        self.patch(self.env.registry, "ready", True)

    def dialog(self, move, **values):
        wizard = self.env["account.move.send.wizard"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        return wizard.create(values)

    def send_by_dialog(self, move, **values):
        wizard = self.dialog(move, **values)
        with self.mock_mail_gateway():
            wizard.action_send_and_print()
        return wizard

    def batch(self, moves):
        wizard = self.env["account.move.send.batch.wizard"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        wizard.create({}).action_send_and_print()
        cron = self.system.ref("account.ir_cron_account_move_send")
        with self.enter_registry_test_mode(), self.mock_mail_gateway():
            cron.method_direct_trigger()

    def release(self):
        """Let the cron send what waited; the e-mails are in ``self._mails``."""
        with self.mock_mail_gateway():
            self.run_cron("ir_cron_send_held_mail")

    def mailed(self):
        """Return {name: content} of the files of the one e-mail that left."""
        (mail,) = self._mails
        self.assertEqual(mail["email_to"], ['"Nabywca S.A." <faktury@nabywca.example>'])
        return {name: content for name, content, _type in mail["attachments"]}

    def detached(self, move):
        return self.system["ir.attachment"].search(
            [
                ("res_model", "=", "account.move"),
                ("res_id", "=", move.id),
                ("res_field", "=", False),
                ("mimetype", "=", "application/pdf"),
            ]
        )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSendDialog(DialogCommon):
    def test_dialog_offers_ksef_and_no_second_way(self):
        wizard = self.dialog(self.invoice())
        self.assertEqual(wizard.extra_edis, [EDI_KEY])
        self.assertEqual(wizard.sending_methods, ["email"])

    def test_email_waits_for_the_number_and_carries_it(self):
        move = self.invoice()
        self.send_by_dialog(move)
        self.assertFalse(self._mails)
        self.assertTrue(move.l10n_pl_ksef_mail_waits)
        self.run_sender()
        self.assertEqual(move.l10n_pl_ksef_state, "accepted")
        self.release()
        ((name, pdf),) = self.mailed().items()
        self.assertEqual(name, f"{move.name.replace('/', '_')}.pdf")
        self.assertIn(move.l10n_pl_ksef_number.encode(), pdf)
        self.assertNotIn(b"OFFLINE", pdf)
        self.assertFalse(move.l10n_pl_ksef_mail_waits)
        self.assertTrue(move.is_move_sent)

    def test_what_the_person_wrote_arrives_as_html(self):
        move = self.invoice()
        self.send_by_dialog(
            move, subject="Nasza faktura", body="<p>Dzień <b>dobry</b></p>"
        )
        self.run_sender()
        self.release()
        (mail,) = self._mails
        self.assertEqual(mail["subject"], "Nasza faktura")
        self.assertIn("Dzień <b>dobry</b>", mail["body"])
        self.assertEqual(mail["email_from"], self.accountant.email_formatted)

    def test_file_that_the_person_added_goes_along(self):
        move = self.invoice()
        added = self.env["ir.attachment"].create(
            {
                "name": "cennik.txt",
                "raw": b"1,00",
                "res_model": "mail.compose.message",
                "res_id": 0,
            }
        )
        wizard = self.dialog(move)
        wizard.mail_attachments_widget = [
            *wizard.mail_attachments_widget,
            {
                "id": added.id,
                "name": added.name,
                "mimetype": added.mimetype,
                "placeholder": False,
                "manual": True,
            },
        ]
        with self.mock_mail_gateway():
            wizard.action_send_and_print()
        self.assertEqual((added.res_model, added.res_id), ("account.move", move.id))
        self.run_sender()
        self.release()
        self.assertEqual(self.mailed()["cennik.txt"], b"1,00")

    def test_pdf_that_the_person_took_off_stays_off(self):
        move = self.invoice()
        wizard = self.dialog(move)
        wizard.mail_attachments_widget = [
            {**row, "skip": True} for row in wizard.mail_attachments_widget
        ]
        with self.mock_mail_gateway():
            wizard.action_send_and_print()
        self.run_sender()
        self.release()
        self.assertFalse(self.mailed())

    def test_older_pdf_is_kept_and_the_new_one_goes(self):
        move = self.invoice()
        self.send_by_dialog(move, extra_edis=[], sending_methods=[])
        old = move.invoice_pdf_report_id
        self.assertNotIn(b"l10n_pl_ksef_qr", old.raw)
        self.send_by_dialog(move)
        self.run_sender()
        self.release()
        (pdf,) = self.mailed().values()
        self.assertIn(move.l10n_pl_ksef_number.encode(), pdf)
        self.assertIn(old, self.detached(move))
        self.assertNotEqual(move.invoice_pdf_report_id, old)

    def test_older_pdf_is_replaced_without_an_email(self):
        move = self.invoice()
        self.send_by_dialog(move, extra_edis=[], sending_methods=[])
        old = move.invoice_pdf_report_id
        self.send(move)
        self.release()
        self.assertFalse(self._mails)
        self.assertIn(old, self.detached(move))
        self.assertIn(move.l10n_pl_ksef_number.encode(), move.invoice_pdf_report_id.raw)

    def test_open_form_is_told_when_the_email_has_left(self):
        move = self.invoice()
        self.send_by_dialog(move)
        self.run_sender()
        model = self.env.registry["account.move"]
        with patch.object(model, "_l10n_pl_ksef_notify", autospec=True) as notify:
            self.release()
        self.assertEqual([call.args[0].id for call in notify.mock_calls], [move.id])

    def test_ksef_alone_makes_the_pdf_when_the_number_is_there(self):
        move = self.invoice()
        self.send_by_dialog(move, sending_methods=[])
        self.assertFalse(move.invoice_pdf_report_id)
        self.assertFalse(move.l10n_pl_ksef_mail_waits)
        self.run_sender()
        self.release()
        self.assertFalse(self._mails)
        self.assertIn(move.l10n_pl_ksef_number.encode(), move.invoice_pdf_report_id.raw)
        self.assertFalse(self.detached(move))

    def test_email_alone_while_under_way_waits_too(self):
        move = self.invoice()
        move.action_l10n_pl_ksef_send()
        wizard = self.send_by_dialog(move)
        self.assertFalse(wizard.extra_edis)
        self.assertIn("l10n_pl_ksef_waits", wizard.alerts)
        self.assertFalse(self._mails)
        self.run_sender()
        self.release()
        self.assertIn(move.l10n_pl_ksef_number.encode(), *self.mailed().values())

    def test_email_after_acceptance_leaves_at_once(self):
        move = self.invoice()
        self.send(move)
        self.send_by_dialog(move)
        self.assertIn(move.l10n_pl_ksef_number.encode(), *self.mailed().values())

    def test_email_without_ksef_is_free_in_the_hybrid_mode(self):
        self.company.sudo().l10n_pl_ksef_sending = "hybrid"
        move = self.invoice()
        self.send_by_dialog(move, extra_edis=[])
        self.assertTrue(self.mailed())
        self.assertFalse(move.l10n_pl_ksef_state)

    def test_email_without_ksef_waits_for_a_company(self):
        move = self.invoice()
        wizard = self.dialog(move, extra_edis=[])
        self.assertIn("leaves by itself", str(wizard.alerts))
        self.send_by_dialog(move, extra_edis=[])
        self.assertFalse(self._mails)
        self.send(move)
        self.release()
        self.assertIn(move.l10n_pl_ksef_number.encode(), *self.mailed().values())

    def test_email_without_ksef_is_free_for_a_private_person(self):
        person = self.partner_consumer.sudo()
        person.write({"name": "Nabywca S.A.", "email": "faktury@nabywca.example"})
        self.send_by_dialog(self.invoice(partner_id=person.id), extra_edis=[])
        self.assertTrue(self.mailed())

    def test_email_of_a_private_person_waits_seconds_and_not_for_ksef_to_come_back(
        self,
    ):
        self.partner_consumer.sudo().email = "jan@example.com"
        self.company.sudo().l10n_pl_ksef_sending = "all"
        held, late = self.invoices(2, partner_id=self.partner_consumer.id)
        self.send_by_dialog(held)
        self.assertTrue(held.l10n_pl_ksef_mail_waits)
        self.fault("error", "", times=1000, status=503)
        self.run_sender()
        late.l10n_pl_ksef_document_id.sudo()._note(
            next_try_at=fields.Datetime.now() + timedelta(hours=5)
        )
        self.send_by_dialog(late)
        self.assertEqual(len(self._mails), 1)
        self.assertFalse(late.l10n_pl_ksef_mail_waits)
        self.release()
        self.assertFalse(held.l10n_pl_ksef_mail_waits)
        self.assertEqual(held.l10n_pl_ksef_state, "queued")
        (mail,) = self._mails
        self.assertEqual(mail["email_to"], ['"Jan Kowalski" <jan@example.com>'])

    def test_download_is_given_at_once_and_email_waits(self):
        move = self.invoice()
        wizard = self.dialog(move, sending_methods=["manual", "email"])
        with self.mock_mail_gateway():
            action = wizard.action_send_and_print()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertIn(b"OFFLINE", move.invoice_pdf_report_id.raw)
        self.assertFalse(self._mails)
        self.run_sender()
        self.release()
        self.assertIn(move.l10n_pl_ksef_number.encode(), *self.mailed().values())

    def test_nothing_leaves_when_ksef_rejects(self):
        move = self.invoice()
        self.send_by_dialog(move)
        document = move.l10n_pl_ksef_document_id
        document._set_state("sending")
        document._set_state("rejected")
        self.release()
        self.assertFalse(self._mails)

    def test_letter_for_the_old_amounts_is_called_off(self):
        move = self.invoice()
        self.send_by_dialog(move)
        move.button_draft()
        self.assertFalse(move.l10n_pl_ksef_mail_waits)
        self.assertIn("called off", move.message_ids[0].body)
        move.action_post()
        self.send(move)
        self.release()
        self.assertFalse(self._mails)

    def test_problem_stops_the_dialog_with_its_words(self):
        move = self.invoice(partner_id=self.homeless().id)
        wizard = self.dialog(move)
        with self.assertRaises(UserError):
            wizard.action_send_and_print()
        self.assertFalse(move.l10n_pl_ksef_state)

    def test_letter_that_cannot_be_made_holds_no_other(self):
        broken, good = self.invoices(2)
        for move in (broken, good):
            self.send_by_dialog(move)
        held = broken.sudo().l10n_pl_ksef_held_mail
        broken.sudo().l10n_pl_ksef_held_mail = {**held, "sending_methods": ["pigeon"]}
        self.run_sender()
        with mute_logger(HELD_MAIL):
            self.release()
        self.assertIn(good.l10n_pl_ksef_number.encode(), *self.mailed().values())
        self.assertIn("could not be", broken.message_ids[0].body)
        self.assertFalse(broken.l10n_pl_ksef_mail_waits)

    def test_letter_meets_somebody_elses_work_and_goes_the_next_time(self):
        move = self.invoice()
        self.send_by_dialog(move)
        self.run_sender()
        sender = self.env.registry["account.move.send"]
        conflict = SerializationFailure("could not serialize access")
        with patch.object(
            sender, "_generate_and_send_invoices", side_effect=conflict, autospec=True
        ):
            self.release()
        self.assertTrue(move.l10n_pl_ksef_mail_waits)
        self.release()
        self.assertIn(move.l10n_pl_ksef_number.encode(), *self.mailed().values())

    def test_letter_leaves_once(self):
        move = self.invoice()
        self.send_by_dialog(move)
        self.run_sender()
        self.release()
        self.assertEqual(len(self._mails), 1)
        self.release()
        self.assertFalse(self._mails)

    # ------------------------------------------------------------------
    # many
    # ------------------------------------------------------------------
    def test_batch_sends_all_and_mails_each_with_its_number(self):
        moves = self.invoices(3)
        self.batch(moves)
        self.assertFalse(self._mails)
        self.assertFalse(any(moves.mapped("sending_data")))
        self.run_sender()
        self.assertInKsefOnce(moves)
        self.release()
        self.assertEqual(len(self._mails), 3)
        sent = b"".join(mail["attachments"][0][1] for mail in self._mails)
        for move in moves:
            self.assertEqual(sent.count(b">" + move.l10n_pl_ksef_number.encode()), 1)

    def test_batch_goes_on_without_the_faulty_one(self):
        good = self.invoice()
        bad = self.invoice(partner_id=self.homeless().id)
        self.batch(good | bad)
        self.run_sender()
        self.assertInKsefOnce(good)
        self.assertFalse(bad.l10n_pl_ksef_state)
        self.assertFalse(bad.sending_data)
        self.assertIn("not sent to KSeF", bad.message_ids[0].body)
        self.release()
        self.assertEqual(len(self._mails), 1)

    def homeless(self):
        """Return a buyer without an address, which FA(3) asks for."""
        self.company.sudo().l10n_pl_ksef_block_posting = False
        return self.system["res.partner"].create(
            {
                "name": "Nabywca bez adresu",
                "is_company": True,
                "country_id": self.system.ref("base.pl").id,
                "email": "x@example.com",
            }
        )

"""Nobody does what he has no right to: not by a button, a list, a wizard or by RPC."""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, JsonRpcException, tagged
from odoo.tools import mute_logger

from ..models.common.rights import ADMIN, LOOK, RECEIVE, SEND
from .common import OTHER_NIP
from .rights_common import RIGHTS, RightsCommon
from .rights_tables import (
    GUARDED,
    MACHINE,
    METHODS,
    NATIONAL,
    ODOO_MODELS,
    ODOOS,
    WHITE_LIST,
    WRITTEN_BY,
)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRights(RightsCommon):
    """What the tables above say is all there is."""

    def test_each_public_method_has_its_right(self):
        found = {key for key in self.public_methods() if key[1] not in ODOOS}
        self.assertEqual(found, set(METHODS))

    def test_each_model_is_opened_by_our_groups_only(self):
        ours = {self.system.ref(right) for right in RIGHTS}
        system = {self.system.ref("base.group_system")}
        for model in self.own_models():
            lines = self.system["ir.model.access"].search(
                [("model_id.model", "=", model)]
            )
            with self.subTest(model=model):
                self.assertTrue(lines, "no access line")
                if model not in ODOO_MODELS:
                    may = system if model in MACHINE else ours
                    self.assertLessEqual(set(lines.group_id), may)
                self.assertTrue(all(line.group_id for line in lines))

    def test_each_model_keeps_to_its_company(self):
        for model in set(self.own_models()) - NATIONAL:
            rules = self.system["ir.rule"].search(
                [("model_id.model", "=", model), ("groups", "=", False)]
            )
            with self.subTest(model=model):
                domains = rules.mapped("domain_force")
                self.assertTrue(any("compan" in domain for domain in domains))

    def test_each_secret_is_closed_to_all(self):
        sealed = [
            (model, name)
            for model in self.own_models()
            for name in self.env[model]._fields
            if name.startswith("sealed_")
        ]
        self.assertGreaterEqual(len(sealed), 5)
        for user in (self.everything, self.system.ref("base.user_admin")):
            for model, name in sealed:
                records = self.env[model].with_user(user)
                with self.subTest(user=user.login, field=f"{model}.{name}"):
                    self.assertNotIn(name, records.fields_get())
                    with self.assertRaises(AccessError):
                        records.search([(name, "!=", False)])

    # ------------------------------------------------------------------
    # companies
    # ------------------------------------------------------------------
    def test_nothing_of_another_company_is_seen(self):
        other = self.other_company()
        self.connect(other)
        move = self.invoice(company=other)
        document = self.system["l10n_pl_ksef.document"]._freeze(move, b"<Faktura/>")
        rows = {
            "l10n_pl_ksef.document": document,
            "l10n_pl_ksef.certificate": other.sudo().l10n_pl_ksef_auth_certificate_id,
        }
        values = {
            "l10n_pl_ksef.session": {"reference_number": "20260101-SO-1"},
            "l10n_pl_ksef.fetch": {"role": "Subject2", "environment": "test"},
            "l10n_pl_ksef.inbound.rule": {"seller_nip": OTHER_NIP},
            "l10n_pl_ksef.white_list.check": WHITE_LIST,
            "l10n_pl_ksef.collective": {},
            "l10n_pl_ksef.inbound": {
                "ksef_number": "5265877635-20260101-0100001AF629-AF",
                "role": "Subject2",
                "environment": "test",
                "xml": "PEZha3R1cmEvPg==",
            },
        }
        for model, facts in values.items():
            rows[model] = (
                self.env[model].sudo().create({"company_id": other.id, **facts})
            )
        rows["l10n_pl_ksef.party"] = (
            self.env["l10n_pl_ksef.party"]
            .sudo()
            .create({"move_id": move.id, "partner_id": self.partner_eu.id, "role": "4"})
        )
        rows |= self.parts_of(move)
        persistent = {m for m in self.own_models() if not self.env[m]._transient}
        self.assertEqual(set(rows), persistent - NATIONAL)
        for model, row in rows.items():
            mine = row.with_user(self.everything).with_context(
                allowed_company_ids=self.company.ids
            )
            with self.subTest(model=model):
                self.assertFalse(mine.search([("id", "=", row.id)]))
                with self.assertRaises(AccessError):
                    mine.read(["id", "create_date"])

    def parts_of(self, move):
        """Return a row of each kind that may be typed on an invoice, by model."""
        values = {
            "reference": {"number": "U/1"},
            "transport": {},
            "order_row": {"name": "Projekt"},
            "prepayment": {"date": "2026-03-10", "amount": 100},
            "settlement_row": {"amount": 5, "reason": "Odsetki"},
            "vehicle": {
                "line_id": move.invoice_line_ids[:1].id,
                "first_used": "2026-03-01",
                "usage": "1 km",
            },
            "attachment_block": {"title": "Odczyty"},
        }
        rows = {
            f"l10n_pl_ksef.{name}": self.env[f"l10n_pl_ksef.{name}"]
            .sudo()
            .create({"move_id": move.id, **facts})
            for name, facts in values.items()
        }
        block = rows["l10n_pl_ksef.attachment_block"]
        table, entry = (
            self.env[f"l10n_pl_ksef.{name}"]
            .sudo()
            .create({"block_id": block.id, **facts})
            for name, facts in (
                ("attachment_table", {"content": "a;b"}),
                ("entry", {"key": "Licznik", "value": "4711"}),
            )
        )
        return {**rows, table._name: table, entry._name: entry}

    def test_wizards_are_not_opened_for_another_company(self):
        other = self.system["res.company"].sudo().create({"name": "Obca"})
        for model in ("connect", "disconnect", "policy", "invoice_details"):
            wizards = self.env[f"l10n_pl_ksef.{model}"].with_user(self.everything)
            with self.subTest(model=model), self.assertRaises(AccessError):
                wizards.with_context(default_company_id=other.id).create({})

    def test_choices_of_another_company_are_not_told(self):
        other = self.system["res.company"].sudo().create({"name": "Obca"})
        wizards = self.env["l10n_pl_ksef.policy"].with_user(self.everything)
        with self.assertRaises(AccessError):
            wizards.with_context(default_company_id=other.id).default_get(
                ["company_id", "l10n_pl_ksef_sending"]
            )


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRightsByRpc(RightsCommon, HttpCase):
    """The same from outside: a person, a password, a request."""

    def call(self, user, model, method, *args, **kwargs):
        """Call as the web client does."""
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": args, "kwargs": kwargs},
        )

    def assertDenied(self, user, model, method, *args, **kwargs):
        with self.subTest(user=user.login, model=model, method=method):
            with (
                mute_logger("odoo.http", "odoo.models", "odoo.addons.base.models"),
                self.assertRaisesRegex(JsonRpcException, "AccessError"),
            ):
                self.call(user, model, method, *args, **kwargs)
            self.env.invalidate_all()

    def wizard(self, model, **values):
        wizards = self.env[model].with_user(self.everything)
        # As the page does, which shows the choices that were made before.
        company = self.company.id
        return wizards.with_context(default_company_id=company).create(values)

    def records(self):
        """Return one record of each model that has a method."""
        move = self.invoice()
        self.send(move)
        self.issue("FV/1")
        self.fetch()
        row = self.inbox
        other = self.system["res.company"].sudo().create({"name": "Druga"})
        wizard = self.wizard("l10n_pl_ksef.connect")
        return {
            "account.journal": self.env["account.journal"].search(
                [("type", "=", "purchase")], limit=1
            ),
            "account.move": self.invoice(),
            "res.company": self.company,
            "res.config.settings": self.system["res.config.settings"].create({}),
            "l10n_pl_ksef.document": move.l10n_pl_ksef_document_id,
            "l10n_pl_ksef.session": move.l10n_pl_ksef_document_id.session_id,
            "l10n_pl_ksef.inbound": row,
            "l10n_pl_ksef.outage": self.env["l10n_pl_ksef.outage"]
            .sudo()
            .create({"mode": "unavailability"}),
            "l10n_pl_ksef.inbound.rule": self.env["l10n_pl_ksef.inbound.rule"]
            .sudo()
            .create({"seller_nip": OTHER_NIP}),
            "l10n_pl_ksef.white_list.check": self.env["l10n_pl_ksef.white_list.check"]
            .sudo()
            .create({"company_id": self.company.id, **WHITE_LIST}),
            "l10n_pl_ksef.collective": self.env["l10n_pl_ksef.collective"]
            .sudo()
            .create({"company_id": self.company.id}),
            "l10n_pl_ksef.give_up": self.wizard(
                "l10n_pl_ksef.give_up",
                reason="?",
                document_ids=[Command.set(move.l10n_pl_ksef_document_id.ids)],
            ),
            "l10n_pl_ksef.budget": self.env["l10n_pl_ksef.budget"]._of(other),
            "l10n_pl_ksef.fetch": self.place,
            "l10n_pl_ksef.certificate": (
                self.company.sudo().l10n_pl_ksef_auth_certificate_id
            ),
            "l10n_pl_ksef.connect": wizard,
            "l10n_pl_ksef.connect.pair": self.env["l10n_pl_ksef.connect.pair"]
            .sudo()
            .create({"wizard_id": wizard.id, "usage": "offline"}),
            "l10n_pl_ksef.disconnect": self.wizard("l10n_pl_ksef.disconnect"),
            "l10n_pl_ksef.policy": self.wizard("l10n_pl_ksef.policy"),
            "l10n_pl_ksef.invoice_details": self.wizard("l10n_pl_ksef.invoice_details"),
            "l10n_pl_ksef.inbound.merge": self.wizard(
                "l10n_pl_ksef.inbound.merge",
                inbound_id=row.id,
                move_id=self.bill_by_hand().id,
            ),
            "l10n_pl_ksef.inbound.assign": self.wizard(
                "l10n_pl_ksef.inbound.assign", inbound_ids=[Command.set(row.ids)]
            ),
            "l10n_pl_ksef.inbound.set_aside": self.wizard(
                "l10n_pl_ksef.inbound.set_aside",
                inbound_ids=[Command.set(row.ids)],
                reason="?",
            ),
        }

    def test_no_method_works_without_its_right(self):
        records = self.records()
        for (model, method), right in METHODS.items():
            if right:
                user = self.without[right]
                self.assertDenied(user, model, method, records[model].ids)

    def test_who_has_no_right_in_ksef_does_nothing_there(self):
        records = self.records()
        for (model, method), right in METHODS.items():
            if right:
                self.assertDenied(self.nobody, model, method, records[model].ids)

    def test_the_right_alone_is_what_opens(self):
        records = self.records()
        for model, method, right in (
            ("account.move", "action_l10n_pl_ksef_send", SEND),
            ("account.move", "action_l10n_pl_ksef_fetch", RECEIVE),
            ("l10n_pl_ksef.inbound", "action_set_aside", RECEIVE),
            ("l10n_pl_ksef.document", "action_download_upo", LOOK),
            ("res.company", "action_l10n_pl_ksef_policy", ADMIN),
            ("l10n_pl_ksef.outage", "action_dismiss", ADMIN),
        ):
            with self.subTest(method=method):
                user = self.person(f"only_{model}_{method}"[:60], right)
                self.call(user, model, method, records[model].ids)

    # ------------------------------------------------------------------
    # rows
    # ------------------------------------------------------------------
    def test_without_looking_no_row_is_read(self):
        records = self.records()
        for model in set(self.own_models()) - ODOO_MODELS:
            self.assertDenied(self.nobody, model, "search_read", [], ["id"])
            self.assertDenied(self.nobody, model, "search_count", [])
            ids = records[model].ids
            self.assertDenied(self.nobody, model, "read", ids, ["id"])
            self.assertDenied(self.nobody, model, "export_data", ids, ["create_date"])

    def test_rows_are_not_written_by_rpc(self):
        records = self.records()
        for model in set(self.own_models()) - ODOO_MODELS:
            right = WRITTEN_BY.get(model)
            user = self.without[right] if right else self.everything
            ids = records[model].ids
            self.assertDenied(user, model, "create", [{}])
            self.assertDenied(user, model, "write", ids, {"create_uid": 1})
            self.assertDenied(user, model, "unlink", ids)

    def test_files_are_not_downloaded_without_looking(self):
        records = self.records()
        for model, field in (
            ("l10n_pl_ksef.document", "xml"),
            ("l10n_pl_ksef.session", "upo"),
            ("l10n_pl_ksef.inbound", "xml"),
        ):
            url = f"/web/content/{model}/{records[model].id}/{field}"
            for user, status in ((self.nobody, 404), (self.everything, 200)):
                self.env.flush_all()
                self.authenticate(user.login, user.login)
                with (
                    self.subTest(url=url, user=user.login),
                    mute_logger("odoo.http", "odoo.addons.base.models.ir_binary"),
                ):
                    self.assertEqual(self.url_open(url).status_code, status)

    def test_what_decides_is_not_written_by_rpc(self):
        records = {
            "account.move": self.invoice(),
            "res.partner": self.partner_consumer,
            "account.journal": self.company_data["default_journal_sale"],
            "res.company": self.company,
        }
        for model, field, value, right in GUARDED:
            user = self.without[right]
            # As an administrator of Odoo, who may write companies and journals.
            user.sudo().group_ids = [
                Command.link(self.system.ref("base.group_erp_manager").id),
                Command.link(self.system.ref("base.group_partner_manager").id),
            ]
            self.assertDenied(user, model, "write", records[model].ids, {field: value})

    def test_nobody_sends_in_the_name_of_another(self):
        move = self.invoice()
        user, other = self.without[SEND], self.everything
        mine = {"author_user_id": user.id, "author_partner_id": user.partner_id.id}
        for forged in (
            {**mine, "author_user_id": other.id},
            {**mine, "author_partner_id": other.partner_id.id},
            {"sending_methods": []},
            ["x"],
        ):
            values = {"sending_data": forged}
            self.assertDenied(user, "account.move", "write", move.ids, values)
            self.assertDenied(user, "account.move", "create", [values])
        self.assertFalse(move.sending_data)
        self.call(user, "account.move", "write", move.ids, {"sending_data": mine})
        self.env.invalidate_all()
        self.assertEqual(move.sending_data, mine)

    def test_sending_later_goes_on_for_who_may(self):
        moves = self.invoices(2)
        wizards = self.env["account.move.send.batch.wizard"].with_user(self.everything)
        context = {"active_model": "account.move", "active_ids": moves.ids}
        wizard = wizards.with_context(**context).create({})
        cron = self.system.ref("account.ir_cron_account_move_send").sudo()
        self.call(self.everything, wizard._name, "action_send_and_print", wizard.ids)
        self.env.invalidate_all()
        self.assertTrue(all(moves.mapped("sending_data")))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {"queued"})
        self.assertFalse(any(moves.mapped("sending_data")))

    def test_policy_is_not_set_through_a_new_record(self):
        user = self.without[SEND]
        user.sudo().group_ids = [
            Command.link(self.system.ref("base.group_partner_manager").id)
        ]
        values = {"name": "Nowy", "l10n_pl_ksef_never": True}
        self.assertDenied(user, "res.partner", "create", [values])

    def test_secrets_are_not_read_by_rpc(self):
        certificate = self.company.sudo().l10n_pl_ksef_auth_certificate_id
        admin = self.everything
        admin.sudo().group_ids = [Command.link(self.system.ref("base.group_system").id)]
        for name in ("sealed_key", "sealed_login"):
            arguments = (admin, certificate._name)
            self.assertDenied(*arguments, "read", certificate.ids, [name])
            self.assertDenied(*arguments, "search_read", [(name, "=like", "g%")])
            self.assertDenied(*arguments, "export_data", certificate.ids, [name])
        (row,) = self.call(admin, certificate._name, "read", certificate.ids)
        self.assertFalse([name for name in row if name.startswith("sealed_")])

    def test_private_methods_are_no_way_round(self):
        move = self.invoice()
        for method in ("_l10n_pl_ksef_enqueue", "_l10n_pl_ksef_accepted"):
            self.assertDenied(self.everything, "account.move", method, move.ids)
        for method in ("_freeze", "_set_state", "_note"):
            model = "l10n_pl_ksef.document"
            self.assertDenied(self.everything, model, method, [])

    def test_xmlrpc_asks_the_same(self):
        move = self.invoice()
        self.env.flush_all()
        for right, model, method, ids in (
            (SEND, "account.move", "action_l10n_pl_ksef_send", move.ids),
            (RECEIVE, "l10n_pl_ksef.inbound", "action_fetch", []),
            (ADMIN, "res.company", "action_l10n_pl_ksef_policy", self.company.ids),
        ):
            user = self.without[right]
            with (
                self.subTest(method=method),
                mute_logger("odoo.addons.rpc.controllers.xmlrpc", "odoo.http"),
                self.assertRaisesRegex(Exception, "You need the right"),
            ):
                self.xmlrpc_object.execute(
                    self.env.cr.dbname, user.id, user.login, model, method, ids
                )

    # ------------------------------------------------------------------
    # the roundabout way
    # ------------------------------------------------------------------
    def test_send_dialog_does_not_send_for_who_may_not(self):
        move = self.invoice()
        context = {"active_model": "account.move", "active_ids": move.ids}
        user = self.without[SEND]
        wizards = self.env["account.move.send.wizard"].with_user(user)
        wizard = wizards.with_context(**context).create({})
        self.assertNotIn("l10n_pl_ksef", wizard.extra_edis or ())
        with self.assertRaises(AccessError):
            self.env["account.move.send"].with_user(user)._generate_and_send_invoices(
                move.with_user(user), extra_edis={"l10n_pl_ksef"}, sending_methods=[]
            )
        self.assertFalse(move.l10n_pl_ksef_state)

    def test_sending_of_many_does_not_send_for_who_may_not(self):
        moves = self.invoices(2)
        cron = self.system.ref("account.ir_cron_account_move_send").sudo()
        for user, state in ((self.without[SEND], False), (self.everything, "queued")):
            moves.sudo().sending_data = {
                "author_user_id": user.id,
                "author_partner_id": user.partner_id.id,
                "sending_methods": [],
            }
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
            with self.subTest(user=user.login):
                self.assertEqual(set(moves.mapped("l10n_pl_ksef_state")), {state})

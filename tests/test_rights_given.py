"""Who has which right in KSeF, and how it is given and taken."""

from odoo.fields import Command
from odoo.tests import tagged

from ..models.common.rights import ADMIN, LOOK, RECEIVE, SEND
from .common import KsefCommon

INVOICE = "account.group_account_invoice"
READONLY = "account.group_account_readonly"
MANAGER = "account.group_account_manager"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestRightsGiven(KsefCommon):
    def ids(self, *groups):
        return [self.system.ref(group).id for group in groups]

    def rights(self, user):
        return {g for g in (LOOK, SEND, RECEIVE, ADMIN) if user.has_group(g)}

    def give(self, user, *groups):
        user.sudo().group_ids = [Command.link(id_) for id_ in self.ids(*groups)]

    def take(self, user, *groups):
        user.sudo().group_ids = [Command.unlink(id_) for id_ in self.ids(*groups)]

    def test_new_users_have_what_their_work_needs(self):
        cases = (
            ((READONLY,), {LOOK}),
            ((INVOICE,), {LOOK, SEND, RECEIVE}),
            ((MANAGER,), {LOOK, SEND, RECEIVE, ADMIN}),
            ((), set()),
        )
        for number, (groups, expected) in enumerate(cases):
            with self.subTest(groups=groups):
                user = self.make_user(f"new_{number}", *groups)
                self.assertEqual(self.rights(user), expected)

    def test_user_who_gets_invoicing_later_gets_them_then(self):
        user = self.make_user("later", READONLY)
        self.give(user, INVOICE)
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})

    def test_right_taken_away_stays_away(self):
        user = self.make_user("receiver", INVOICE)
        self.take(user, SEND)
        self.assertEqual(self.rights(user), {LOOK, RECEIVE})
        user.sudo().write(
            {
                "name": "Receiver",
                "group_ids": [Command.set([g.id for g in user.group_ids])],
            }
        )
        self.give(user, READONLY)
        self.assertEqual(self.rights(user), {LOOK, RECEIVE})

    def test_saving_the_form_of_a_user_names_nothing(self):
        # The form gives one group a line: "Look" is left out beside "Administer".
        user = self.make_user("boss", MANAGER)
        kept = (SEND, RECEIVE, ADMIN, INVOICE, "base.group_user")
        user.sudo().group_ids = [Command.set(self.ids(*kept))]
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})
        user.sudo().group_ids = [Command.set(self.ids(SEND, MANAGER))]
        self.assertEqual(self.rights(user), {LOOK, SEND})

    def test_role_that_brings_a_right_of_ours_brings_no_other(self):
        role = (
            self.system["res.groups"]
            .sudo()
            .create(
                {
                    "name": "Receivers",
                    "implied_ids": [Command.set(self.ids(INVOICE, RECEIVE))],
                }
            )
        )
        user = self.make_user("receiver_by_role")
        user.sudo().group_ids = [Command.link(role.id)]
        self.assertEqual(self.rights(user), {LOOK, RECEIVE})

    def test_named_right_is_all_that_is_given(self):
        user = self.make_user("named", INVOICE, RECEIVE)
        self.assertEqual(self.rights(user), {LOOK, RECEIVE})

    def test_rights_go_with_odoos(self):
        user = self.make_user("demoted", MANAGER)
        user.sudo().group_ids = [
            Command.unlink(self.ids(MANAGER)[0]),
            Command.link(self.ids(INVOICE)[0]),
        ]
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})
        self.take(user, INVOICE)
        self.assertEqual(self.rights(user), set())

    def test_right_without_odoos_is_kept(self):
        user = self.make_user("warehouse")
        self.give(user, LOOK)
        user.sudo().name = "Warehouse"
        self.assertEqual(self.rights(user), {LOOK})

    def test_members_through_a_group_of_the_company(self):
        user = self.make_user("clerk")
        group = (
            self.system["res.groups"]
            .sudo()
            .create({"name": "Clerks", "user_ids": [Command.link(user.id)]})
        )
        self.assertEqual(self.rights(user), set())
        group.implied_ids = [Command.link(self.ids(INVOICE)[0])]
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})
        group.user_ids = [Command.unlink(user.id)]
        self.assertEqual(self.rights(user), set())
        group.user_ids = [Command.link(user.id)]
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})
        group.unlink()
        self.assertEqual(self.rights(user), set())

    def test_group_made_with_members(self):
        user = self.make_user("member")
        self.system["res.groups"].sudo().create(
            {
                "name": "Bookkeepers",
                "user_ids": [Command.link(user.id)],
                "implied_ids": [Command.link(self.ids(INVOICE)[0])],
            }
        )
        self.assertEqual(self.rights(user), {LOOK, SEND, RECEIVE})

    def test_installation_takes_nothing_from_those_who_are_there(self):
        people = {
            self.make_user("old_clerk", INVOICE): {LOOK, SEND, RECEIVE},
            self.make_user("old_reader", READONLY): {LOOK},
            self.make_user("old_boss", MANAGER): {LOOK, SEND, RECEIVE, ADMIN},
        }
        for user in people:
            self.take(user, LOOK, SEND, RECEIVE, ADMIN)
            self.assertEqual(self.rights(user), set())
        self.system["res.users"].sudo()._l10n_pl_ksef_give_rights()
        for user, expected in people.items():
            self.assertEqual(self.rights(user), expected)

    def test_administrator_of_the_database_has_all(self):
        admin = self.system.ref("base.user_admin")
        self.assertEqual(self.rights(admin), {LOOK, SEND, RECEIVE, ADMIN})

    def test_administering_is_not_sending(self):
        user = self.make_user("it_person", ADMIN)
        self.assertEqual(self.rights(user), {LOOK, ADMIN})

    def test_uninstalled_groups_do_no_harm(self):
        data = self.system["ir.model.data"].sudo()
        data.search(
            [("module", "=", "l10n_pl_ksef"), ("name", "=", "group_send")]
        ).unlink()
        user = self.make_user("without_send", INVOICE)
        self.assertTrue(user.has_group(RECEIVE))

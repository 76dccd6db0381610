"""People who lack a right in KSeF, and what this add-on has to be kept from them."""

import inspect

from odoo.fields import Command

from ..models.common.rights import ADMIN, LOOK, RECEIVE, SEND
from .inbox_common import InboxCommon
from .sending_common import SendingCommon

RIGHTS = (LOOK, SEND, RECEIVE, ADMIN)
ACCOUNTING = (
    "account.group_account_manager",
    "account.group_account_user",
    "base.group_allow_export",
)
OURS = "l10n_pl_ksef."
OUR_CODE = "odoo.addons.l10n_pl_ksef."


class RightsCommon(InboxCommon, SendingCommon):
    """Each person has all of Odoo's accounting, and some rights in KSeF only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.without = {right: cls.person_without(right) for right in RIGHTS}
        cls.nobody = cls.without[LOOK]
        cls.everything = cls.person("ksef_everything", *RIGHTS)

    @classmethod
    def person(cls, login, *rights):
        """Make an accountant who has these rights in KSeF and no other."""
        user = cls.make_user(login, *ACCOUNTING)
        ours = [cls.system.ref(right).id for right in RIGHTS]
        user.sudo().group_ids = [Command.unlink(id_) for id_ in ours]
        user.sudo().group_ids = [
            Command.link(cls.system.ref(right).id) for right in rights
        ]
        return user

    @classmethod
    def person_without(cls, right):
        """Make one who has every right but this one (and what rests on it)."""
        rights = () if right == LOOK else [r for r in RIGHTS if r != right]
        return cls.person(f"without_{right.rpartition('_')[2]}", *rights)

    def own_models(self):
        """Return the names of this add-on's models that have records."""
        return sorted(
            name
            for name in self.env.registry
            if name.startswith(OURS) and not self.env[name]._abstract
        )

    def public_methods(self):
        """Return (model, method) of all that this add-on lets people call by RPC."""
        return {
            (model, name)
            for model, cls in self.env.registry.items()
            for base in cls.__mro__
            if (base.__module__ or "").startswith(OUR_CODE)
            for name, function in vars(base).items()
            if inspect.isfunction(function)
            and not name.startswith("_")
            and not getattr(function, "_api_private", False)
        }

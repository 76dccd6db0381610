"""The rights in KSeF come and go with Odoo's own; between, the administrator decides.

Were ours implied by Odoo's groups, nobody could take one away from one person: a clerk
who receives but does not send would be impossible. So a person is given them once, when
he gets Odoo's right, and they are taken from him when he loses it. What was changed in
between stays, and whoever names one of ours in the same change means that one only.
"""

from odoo.fields import Command

from ..common.rights import ADMIN, LOOK, RECEIVE, SEND

OURS = (LOOK, SEND, RECEIVE, ADMIN)

#: Odoo's right -> ours that come and go with it.
FOLLOWS = {
    "account.group_account_readonly": {LOOK},
    "account.group_account_invoice": {LOOK, SEND, RECEIVE},
    "account.group_account_manager": {ADMIN},
}

_NOTHING = (frozenset(), frozenset())


def rights_of(users):
    """Return what each user has: Odoo's rights, and ours.

    :return: id -> (names of Odoo's, names of ours)
    """
    # Also those that others imply: the form of a user leaves them out when it saves.
    # While the add-on is being installed, its groups are not all there yet.
    odoos = _groups(users.env, FOLLOWS)
    ours = _groups(users.env, OURS)
    return {
        user.id: (_among(odoos, user.all_group_ids), _among(ours, user.all_group_ids))
        for user in users.sudo()
    }


def follow(env, before, after):
    """Give and take ours where Odoo's rights have changed.

    :param before: as :func:`rights_of` says; who is missing had nothing
    :param after: the same, after the change
    """
    groups = _groups(env, OURS)
    users = env["res.users"].sudo()
    for user_id, now in after.items():
        given, taken = _changes(before.get(user_id, _NOTHING), now)
        commands = [Command.link(groups[name]) for name in given & groups.keys()]
        commands += [Command.unlink(groups[name]) for name in taken & groups.keys()]
        if commands:
            users.browse(user_id).group_ids = commands


def _changes(before, now):
    """Return (ours to give, ours to take)."""
    odoos_before, ours_before = before
    odoos, ours = now
    follows = {name for right in odoos for name in FOLLOWS[right]}
    given = {name for right in odoos - odoos_before for name in FOLLOWS[right]}
    taken = {name for right in odoos_before - odoos for name in FOLLOWS[right]}
    was_named = ours != ours_before
    return (set() if was_named else given - ours), (taken & ours) - follows


def _groups(env, names):
    found = ((name, env.ref(name, raise_if_not_found=False)) for name in names)
    return {name: group.id for name, group in found if group}


def _among(groups, records):
    ids = set(records.ids)
    return frozenset(name for name, group_id in groups.items() if group_id in ids)

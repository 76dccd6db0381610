"""What a person may do with KSeF: four rights, beside Odoo's own.

Whoever sends must also be allowed to change the invoice, and whoever makes bills to
make bills: Odoo asks for that as always. How people get them is in ``rights/``.
"""

from odoo.exceptions import AccessError

from .changes import changes

LOOK = "l10n_pl_ksef.group_look"
SEND = "l10n_pl_ksef.group_send"
RECEIVE = "l10n_pl_ksef.group_receive"
ADMIN = "l10n_pl_ksef.group_admin"


def has_right(env, right):
    """Tell whether the user of ``env`` has ``right``; the machine has all of them."""
    return env.su or env.user.has_group(right)


def check_right(env, right):
    """Refuse who has not got ``right``.

    :raises AccessError: names the right, so that it can be asked for
    """
    if not has_right(env, right):
        raise AccessError(
            env._(
                "You need the right “%(right)s” for that. The administrator of Odoo"
                " gives it (Settings > Users).",
                right=env.ref(right).sudo().full_name,
            )
        )


def check_new(env, vals_list, names, right):
    """Refuse new records that say anything in these fields, without ``right``.

    :raises AccessError: see :func:`check_right`
    """
    if any(vals.get(name) for vals in vals_list for name in names):
        check_right(env, right)


def check_changes(records, vals, names, right):
    """Refuse that any of these fields gets another value, without ``right``.

    :raises AccessError: see :func:`check_right`
    """
    given = [name for name in names if name in vals]
    if not given or has_right(records.env, right):
        return
    if any(changes(record, given, vals) for record in records):
        check_right(records.env, right)

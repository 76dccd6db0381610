"""To whom a task about KSeF goes."""

from ...ksef.deadlines import today_in_warsaw
from .rights import ADMIN, RECEIVE, SEND


def administrators(company):
    """Return those who administer KSeF in ``company``."""
    group = company.env.ref(ADMIN)
    return (
        company.env["res.users"]
        .sudo()
        .search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", company.ids),
                ("share", "=", False),
            ]
        )
    )


def responsible(move):
    """Return who looks after ``move``: seller, author, else an administrator."""
    right = RECEIVE if move.is_purchase_document() else SEND
    for user in (move.invoice_user_id, move.create_uid):
        works_here = user.active and move.company_id in user.company_ids
        if works_here and user.has_group(right):
            return user
    return administrators(move.company_id)[:1] or move.env.ref("base.user_admin")


def person(company, chosen=None):
    """Return who is asked about a received invoice; never the machine itself.

    :param company: in the environment of whoever, or whatever, brings the invoice
    :param chosen: user that a rule names, if any
    """
    for user in (chosen, company.env.user, company.sudo().l10n_pl_ksef_inbox_user_id):
        if user and user.active and user._is_internal():
            return user
    return administrators(company)[:1] or company.env.ref("base.user_admin")


def schedule(records, activity_type, user, summary, *, note="", day=None):
    """Give ``user`` one task on each record, due on ``day`` (today in Warsaw)."""
    # Tasks of the machine make no e-mail each: they are seen in Odoo.
    quiet = records.sudo().with_context(mail_activity_quick_update=True)
    return quiet.activity_schedule(
        f"l10n_pl_ksef.{activity_type}",
        day or today_in_warsaw(),
        summary=summary,
        note=note,
        user_id=user.id,
    )

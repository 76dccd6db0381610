"""What became of the rows for which a person wanted bills, told when all are done."""

from odoo import api, fields, models

from .inbound_states import MERGED

#: invoices without a bill that are named, each with its reason.
NAMED = 5


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    asked_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        index="btree_not_null",
        export_string_translation=False,
    )

    @api.private
    def _tell_who_asked(self):
        """Tell each person of all the rows that he chose, once none is waiting."""
        rows = self.sudo().search([("asked_by_id", "!=", False)])
        for user, own in rows.grouped("asked_by_id").items():
            if any(own.mapped("is_booking_asked")):
                continue
            is_fine = all(row.move_id for row in own)
            user._bus_send(
                "simple_notification",
                {
                    "type": "success" if is_fine else "warning",
                    "message": own.with_context(lang=user.lang)._outcome(),
                    "sticky": True,
                },
            )
            own._note(asked_by_id=False)

    def _outcome(self):
        """Say how many bills were made of these rows, and why of others none was."""
        merged = self.filtered(lambda row: row.state == MERGED)
        without = self.filtered(lambda row: not row.move_id)
        made = self - merged - without
        sentences = [self.env._("Bills made: %(count)s.", count=len(made))]
        if merged:
            sentences.append(
                self.env._(
                    "Bills that were there already: %(count)s.", count=len(merged)
                )
            )
        if without:
            sentences.append(
                self.env._("Without a bill: %(count)s.", count=len(without))
            )
        sentences += [
            f"{row.display_name}: {' '.join((row.reason or '-').split())}"
            for row in without[:NAMED]
        ]
        return " ".join(sentences)

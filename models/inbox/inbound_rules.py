"""Whose an invoice is: the branch and the person, by the company's rules or by hand."""

from odoo import api, fields, models

from ..bills.fa3_import_route import family_of
from ..bills.inbound_guide import Guide
from ..bills.l10n_pl_ksef_inbound_rule import AUTOMATIC, REVIEW
from .inbound_states import OPEN


class Inbound(models.Model):
    _inherit = "l10n_pl_ksef.inbound"

    branch_id = fields.Many2one(
        "res.company",
        "Booked in",
        readonly=True,
        index="btree_not_null",
        help="The branch, or other company with the same NIP, whose bill it is."
        " Empty: the company that received it.",
    )
    user_id = fields.Many2one("res.users", "Responsible", readonly=True, index=True)
    booking = fields.Selection(
        [(AUTOMATIC, "By itself, as a draft"), (REVIEW, "After review in the inbox")],
        readonly=True,
        export_string_translation=False,
    )
    is_assigned = fields.Boolean(
        "Assigned by hand", readonly=True, help="Rules do not change it any more."
    )

    def _guide(self, reading):
        """Return what the rules say of this invoice; a person's choice comes first."""
        guide = Guide.of(reading, self.company_id)
        if self.is_assigned:
            return guide.staying(self.branch_id or self.company_id, self.user_id)
        return guide

    def _ruled(self, reading):
        """Return the values that follow from the rules."""
        if self.is_assigned:
            return {}
        guide = self._guide(reading)
        is_elsewhere = guide.company != self.company_id
        user = guide.user or self.company_id.l10n_pl_ksef_inbox_user_id
        return {
            "branch_id": guide.company.id if is_elsewhere else False,
            "user_id": user.id,
            "booking": guide.booking,
        }

    def _responsible(self):
        """Return who looks after this invoice; may be nobody."""
        return self.user_id or self.company_id.l10n_pl_ksef_inbox_user_id

    def _family(self):
        """Return the companies in which this invoice may be booked already."""
        return family_of(self.company_id) | self.branch_id

    @api.private
    def _assign(self, branch, user):
        """Give the chosen rows to a branch and a person, whatever the rules say."""
        rows = self._chosen(OPEN)
        rows._note(branch_id=branch.id, user_id=user.id, is_assigned=True)
        rows._notify()

    def action_assign(self):
        """Ask to which branch and person the chosen rows are given."""
        self._chosen(OPEN)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give to a branch or person"),
            "res_model": "l10n_pl_ksef.inbound.assign",
            "view_mode": "form",
            "target": "new",
            "context": {"default_inbound_ids": self.ids},
        }


class InboundRule(models.Model):
    _inherit = "l10n_pl_ksef.inbound.rule"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._read_again()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._read_again()
        return result

    def unlink(self):
        companies = self.company_id
        result = super().unlink()
        self._read_again(companies)
        return result

    def _read_again(self, companies=None):
        """Have the rules applied to what still waits for a decision."""
        companies = companies or self.company_id
        rows = (
            self.env["l10n_pl_ksef.inbound"]
            .sudo()
            .search(
                [
                    ("company_id", "child_of", companies.ids),
                    ("state", "in", OPEN),
                    ("is_assigned", "=", False),
                ]
            )
        )
        if rows:
            rows._note(is_read=False)
            rows._trigger_booking()
